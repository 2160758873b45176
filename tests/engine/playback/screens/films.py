"""The films of the table: what ffprobe tells of files as they are found in the world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matinee.models.media import Probe, Stream, StreamKind
from matinee.models.screens import MediaFacts

MP4, MKV, TS = "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "mpegts"


def video(codec: str = "h264", **more: Any) -> Stream:
    """Return a picture, unless told otherwise 1080 lines of ordinary H.264 at 24 frames."""
    facts: dict[str, Any] = {
        "width": 1920, "height": 1080, "frame_rate": 24.0, "bit_depth": 8,
        "pixel_format": "yuv420p", "default": True,
    }  # fmt: skip
    if codec == "h264":
        facts |= {"profile": "High", "level": 40, "codec_tag": "avc1"}
    return Stream(0, StreamKind.VIDEO, codec, **(facts | more))


def audio(codec: str = "aac", channels: int = 2, index: int = 1, **more: Any) -> Stream:
    facts = {"sample_rate": 48_000, "default": index == 1}
    return Stream(index, StreamKind.AUDIO, codec, channels=channels, **(facts | more))


def text(codec: str, index: int = 3) -> Stream:
    return Stream(index, StreamKind.SUBTITLE, codec)


def film(name: str, container: str, *streams: Stream, bit_rate: int = 6_000_000) -> MediaFacts:
    return MediaFacts(name, Probe(container, 6000.0, bit_rate, streams))


UHD = {"width": 3840, "height": 2160, "profile": "Main 10", "level": 153, "bit_depth": 10,
       "pixel_format": "yuv420p10le"}  # fmt: skip
HEVC = {"profile": "Main", "level": 123}
HI10 = {"profile": "High 10", "bit_depth": 10, "pixel_format": "yuv420p10le"}
XVID = video("mpeg4", profile="Advanced Simple Profile", width=640, height=352, frame_rate=25.0)
ENGLISH, GERMAN = {"language": "eng"}, {"language": "ger"}

FILMS: Mapping[str, MediaFacts] = {
    "mp4": film("a.mp4", MP4, video(), audio()),
    "mkv-ac3": film("a.mkv", MKV, video(), audio("ac3", 6)),
    "mkv-dts": film("a.mkv", MKV, video(), audio("dts", 6, profile="DTS-HD MA")),
    "mkv-truehd-ac3": film(
        "a.mkv", MKV, video(), audio("truehd", 8, **ENGLISH), audio("ac3", 6, 2, **ENGLISH)
    ),
    "mkv-aac": film("a.mkv", MKV, video(), audio()),
    "mkv-opus": film("a.mkv", MKV, video(), audio("opus")),
    "xvid-avi": film("a.avi", "avi", XVID, audio("mp3")),
    "hevc-mkv": film("a.mkv", MKV, video("hevc", **HEVC), audio()),
    "hevc-hvc1": film("a.mp4", MP4, video("hevc", codec_tag="hvc1", **HEVC), audio()),
    "hevc-hev1": film("a.mp4", MP4, video("hevc", codec_tag="hev1", **HEVC), audio()),
    "hdr10-4k": film(
        "a.mkv", MKV, video("hevc", hdr="hdr10", **UHD), audio("eac3", 6), bit_rate=20_000_000
    ),
    "hdr10plus-4k": film("a.mkv", MKV, video("hevc", hdr="hdr10plus", **UHD), audio()),
    "dv5": film(
        "a.mp4", MP4,
        video("hevc", hdr="dolby_vision", dolby_profile=5, codec_tag="dvh1",
              profile="Main 10", level=123, bit_depth=10, pixel_format="yuv420p10le"),
        audio("eac3", 6),
    ),
    "dv8": film(
        "a.mkv", MKV,
        video("hevc", hdr="dolby_vision", dolby_profile=8, dolby_base="hdr10", **UHD),
        audio("eac3", 6),
    ),
    "dv7": film(
        "a.mkv", MKV,
        video("hevc", hdr="dolby_vision", dolby_profile=7, dolby_base="hdr10", **UHD),
        audio("truehd", 8),
    ),
    "hi10": film("a.mkv", MKV, video(**HI10), audio()),
    "mp4-60": film("a.mp4", MP4, video(frame_rate=60.0, level=42), audio()),
    "mp4-4k": film(
        "a.mp4", MP4, video(width=3840, height=2160, level=51, frame_rate=30.0), audio()
    ),
    "mp4-720": film(
        "a.mp4", MP4, video(width=1280, height=720, level=31, frame_rate=30.0), audio()
    ),
    "mkv-level51": film("a.mkv", MKV, video(level=51), audio()),
    "vp9-webm": film("a.webm", MKV, video("vp9", profile="Profile 0"), audio("opus")),
    "av1-mp4": film("a.mp4", MP4, video("av1", profile="Main", level=8), audio()),
    "mpeg2-ts": film("a.ts", TS, video("mpeg2video", profile="Main", frame_rate=25.0),
                     audio("ac3", 6)),
    "dvd": film("a.mpg", "mpeg", video("mpeg2video", width=720, height=576, frame_rate=25.0),
                audio("mp2")),
    "ts": film("a.ts", TS, video(), audio()),
    "hevc-ts": film("a.ts", TS, video("hevc", **HEVC), audio()),
    "vc1-dts": film("a.mkv", MKV, video("vc1"), audio("dts", 6)),
    "wmv": film("a.wmv", "asf", video("wmv3"), audio("wmav2")),
    "theora": film("a.ogv", "ogg", video("theora"), audio("vorbis")),
    "flv": film("a.flv", "flv", video(), audio()),
    "mp3": film("a.mp3", "mp3", audio("mp3")),
    "flac-96": film("a.flac", "flac", audio("flac", sample_rate=96_000)),
    "flac-192": film("a.flac", "flac", audio("flac", sample_rate=192_000)),
    "alac": film("a.m4a", MP4, audio("alac")),
    "two-sounds": film("a.mkv", MKV, video(), audio(**ENGLISH), audio(index=2, **GERMAN)),
    "prores": film("a.mov", MP4, video("prores", pixel_format="yuv422p10le", bit_depth=10),
                   audio("pcm_s16le")),
    "mp4-8ch": film("a.mp4", MP4, video(), audio(channels=8)),
    "encrypted": film("a.mp4", MP4, video(codec_tag="encv"), audio()),
    "nothing": film("a.mkv", MKV, text("subrip")),
    "mute": film("a.mp4", MP4, video()),
    "mkv-mute": film("a.mkv", MKV, video()),
    "h264-422": film("a.mp4", MP4, video(profile="High 4:2:2", pixel_format="yuv422p"), audio()),
    "scope": film("a.mp4", MP4, video(height=800), audio()),
    "rich": film("a.mp4", MP4, video(), audio(), bit_rate=40_000_000),
}  # fmt: skip
