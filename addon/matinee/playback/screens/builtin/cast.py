"""Google Cast devices by generation.

Containers, codecs, profiles, levels and sizes: Supported Media for Google Cast [CAST]. It lists
neither MKV nor AC-3: a Cast device only passes Dolby Digital on to a television that decodes it,
which nobody can know beforehand, so it is `uncertain`. Channels: the page names none; AAC with
six is decoded by the device (inferred). HLS: TS carries H.264, fMP4 also HEVC, and has to be
announced [SEGMENTS]; devices without HEVC get TS, which needs no announcement. The page does not
list the HD model with Google TV: its facts are those of its generation at 1080 lines (inferred).
"""

from __future__ import annotations

from dataclasses import replace

from ....models.screens import AudioRule, HlsFlavour, ScreenProfile, VideoRule
from .common import HDR, SURROUND, cinema, h264, hevc, sounds

CAST = "https://developers.google.com/cast/docs/media"
SEGMENTS = (
    "https://developers.google.com/android/reference/com/google/android/gms/cast/"
    "HlsVideoSegmentFormat"
)

CONTAINERS = ("mp4", "webm", "mpegts", "ogg", "mp3", "wav", "flac")
AUDIO = (
    AudioRule("aac", SURROUND),
    *sounds("mp3", "vorbis", "pcm_s16le"),
    AudioRule("opus", SURROUND),
    AudioRule("flac", 2, max_sample_rate=96_000),
)
UNCERTAIN = ("matroska", "ac3", "eac3")
_VP8_HD = (
    VideoRule("vp8", max_width=1280, max_height=720, max_frame_rate=60),
    VideoRule("vp8", max_width=1920, max_height=1080, max_frame_rate=30),
)
_VP9_UHD = (
    VideoRule("vp9", ("Profile 0",), 5.1, 8, ("sdr",), 4096, 2160, 60),
    VideoRule("vp9", ("Profile 2",), 5.1, 10, HDR, 4096, 2160, 60),
)


def _hevc(level: float, height: int, ranges: tuple[str, ...]) -> VideoRule:
    """Return HEVC, which Cast devices do not take from transport streams [SEGMENTS]."""
    return replace(hevc(level, height, 60, ranges), containers=("mp4", "matroska"))


def _cast(
    key: str,
    name: str,
    video: tuple[VideoRule, ...],
    hls: HlsFlavour = HlsFlavour.TS,
    uncertain: tuple[str, ...] = UNCERTAIN,
    references: tuple[str, ...] = (CAST,),
) -> ScreenProfile:
    return ScreenProfile(
        key, name, CONTAINERS, video, AUDIO, ("webvtt",), hls,
        uncertain=uncertain, references=references, built_in=True,
    )  # fmt: skip


GENERATION_1 = _cast(
    "chromecast-1",
    "Chromecast (1st and 2nd generation)",
    (h264(4.1, 720, 60), h264(4.1, 1080, 30), *_VP8_HD),
)
GENERATION_3 = _cast("chromecast-3", "Chromecast (3rd generation)", (h264(4.2, 1080, 60), *_VP8_HD))
ULTRA = _cast(
    "chromecast-ultra",
    "Chromecast Ultra",
    (
        h264(4.2, 1080, 60),
        VideoRule("vp8", max_width=4096, max_height=2160, max_frame_rate=30),
        cinema(_hevc(5.1, 2160, ("sdr", "hdr10", "hdr10plus", "dolby_vision"))),
        *_VP9_UHD,
    ),
    HlsFlavour.FMP4,
    references=(CAST, SEGMENTS),
)
GOOGLE_TV_4K = _cast(
    "google-tv-4k",
    "Chromecast with Google TV (4K)",
    (
        cinema(h264(5.1, 2160, 30)),
        h264(5.1, 1080, 60),
        cinema(_hevc(5.1, 2160, (*HDR, "dolby_vision"))),
        *_VP9_UHD,
    ),
    HlsFlavour.FMP4,
    references=(CAST, SEGMENTS),
)
GOOGLE_TV_HD = _cast(
    "google-tv-hd",
    "Chromecast with Google TV (HD)",
    (
        h264(4.2, 1080, 60),
        _hevc(4.1, 1080, HDR),
        VideoRule("vp9", ("Profile 0",), 4.1, 8, ("sdr",), 1920, 1080, 60),
        VideoRule("vp9", ("Profile 2",), 4.1, 10, HDR, 1920, 1080, 60),
    ),
    HlsFlavour.FMP4,
    uncertain=(*UNCERTAIN, "av1"),
    references=(CAST, SEGMENTS),
)
STREAMER = _cast(
    "google-tv-streamer",
    "Google TV Streamer",
    (
        cinema(h264(5.2, 2160, 60)),
        cinema(_hevc(5.1, 2160, (*HDR, "dolby_vision"))),
        *_VP9_UHD,
        VideoRule("av1", ("Main",), 5.1, 10, HDR, 4096, 2160, 60),
    ),
    HlsFlavour.FMP4,
    references=(CAST, SEGMENTS),
)
NEST_HUB = _cast(
    "nest-hub",
    "Nest Hub",
    (h264(4.1, 720, 60), VideoRule("vp9", ("Profile 0",), 4.0, 8, ("sdr",), 1280, 720, 60)),
)
NEST_HUB_MAX = _cast(
    "nest-hub-max",
    "Nest Hub Max",
    (h264(4.1, 720, 30), VideoRule("vp9", ("Profile 0",), 4.0, 8, ("sdr",), 1280, 720, 30)),
)
ANY = _cast(
    "cast",
    "Cast device",
    (h264(4.1, 720, 60), h264(4.1, 1080, 30)),
    uncertain=(*UNCERTAIN, "hevc", "vp8", "vp9", "av1"),
)
PROFILES = (
    ANY, GENERATION_1, GENERATION_3, ULTRA, GOOGLE_TV_4K, GOOGLE_TV_HD, STREAMER, NEST_HUB,
    NEST_HUB_MAX,
)  # fmt: skip
