"""The words for containers and codecs, and what the numbers of their levels mean. Pure."""

from __future__ import annotations

from ...models.media import Probe, Stream
from ..containers import ending

_FAMILIES = {
    "mp4": "mp4", "mov": "mp4", "m4v": "mp4", "m4a": "mp4", "3gp": "mp4",
    "mkv": "matroska", "mk3d": "matroska", "mka": "matroska", "matroska": "matroska",
    "webm": "webm", "ts": "mpegts", "m2ts": "mpegts", "mts": "mpegts", "mpegts": "mpegts",
    "avi": "avi", "divx": "avi", "wmv": "asf", "wma": "asf", "asf": "asf", "flv": "flv",
    "mpg": "mpeg", "mpeg": "mpeg", "vob": "mpeg", "ogv": "ogg", "ogm": "ogg", "ogg": "ogg",
    "opus": "ogg", "mp3": "mp3", "flac": "flac", "wav": "wav", "rm": "rm", "rmvb": "rm",
}  # fmt: skip
FAMILIES = frozenset(_FAMILIES.values())
_CONTAINERS = {
    "avi": "AVI", "asf": "Windows Media", "flv": "Flash Video", "mpeg": "MPEG programme stream",
    "mpegts": "MPEG transport stream", "matroska": "MKV", "rm": "RealMedia", "mp4": "MP4",
    "webm": "WebM", "ogg": "Ogg", "mp3": "MP3", "flac": "FLAC", "wav": "WAV",
}  # fmt: skip
_CODECS = {
    "h264": "H.264", "hevc": "HEVC (H.265)", "av1": "AV1", "vp8": "VP8", "vp9": "VP9",
    "vvc": "VVC (H.266)", "mpeg4": "MPEG-4 Part 2 (DivX, Xvid)", "mpeg2video": "MPEG-2",
    "mpeg1video": "MPEG-1", "vc1": "VC-1", "wmv3": "Windows Media", "msmpeg4v3": "DivX 3",
    "prores": "ProRes", "theora": "Theora", "aac": "AAC", "ac3": "Dolby Digital (AC-3)",
    "eac3": "Dolby Digital Plus (E-AC-3)", "dts": "DTS", "truehd": "Dolby TrueHD",
    "mlp": "Dolby MLP", "mp2": "MPEG layer 2", "mp3": "MP3", "opus": "Opus", "vorbis": "Vorbis",
    "flac": "FLAC", "alac": "Apple Lossless", "wmav2": "Windows Media", "wmapro": "Windows Media",
}  # fmt: skip
_RANGES = {
    "hdr10": "HDR10", "hdr10plus": "HDR10+", "hlg": "HLG", "dolby_vision": "Dolby Vision",
}  # fmt: skip
_SUBTITLES = {
    "subrip": "srt", "text": "srt", "ass": "ass", "ssa": "ass", "mov_text": "mov_text",
    "webvtt": "webvtt", "hdmv_pgs_subtitle": "pgs", "dvd_subtitle": "vobsub",
    "dvb_subtitle": "dvbsub",
}  # fmt: skip
TEXT_SUBTITLES = frozenset({"srt", "ass", "mov_text", "webvtt"})
SUBTITLES = frozenset(_SUBTITLES.values())


def family(probe: Probe | None, name: str) -> str:
    """Return the family of the container, "" when neither the probe nor the name tells."""
    by_name = _FAMILIES.get(ending(name), "")
    if probe is None:
        return by_name
    names = probe.container.split(",")
    if "matroska" in names:
        # ffprobe names both; only the ending tells the stricter WebM from MKV.
        return "webm" if by_name == "webm" else "matroska"
    return next((_FAMILIES[part] for part in names if part in _FAMILIES), by_name)


def container_words(container: str) -> str:
    return _CONTAINERS.get(container, container)


def codec_words(codec: str) -> str:
    if codec.startswith("pcm_"):
        return "PCM"
    return _CODECS.get(codec, codec.upper()) or "of an unknown kind"


def range_words(stream: Stream) -> str:
    """Name the dynamic range of a picture."""
    if stream.hdr == "dolby_vision" and stream.dolby_profile:
        return f"Dolby Vision (profile {stream.dolby_profile})"
    return _RANGES.get(stream.hdr, stream.hdr)


def subtitle_kind(codec: str) -> str:
    """Return the kind as screen profiles write it, "" for one that nothing converts."""
    return _SUBTITLES.get(codec, "")


def level(stream: Stream) -> float:
    """Return the level as the standard writes it (4.1), 0 when it is not known.

    H.264 counts in tenths (9 is 1b), HEVC in thirtieths; AV1's seq_level_idx is 4·(X-2)+Y for X.Y.
    """
    number = stream.level
    if number <= 0:
        return 0.0
    if stream.codec == "hevc":
        return number / 30
    if stream.codec == "av1":
        return 2 + number // 4 + number % 4 / 10
    if stream.codec == "h264":
        return 1.0 if number == 9 else number / 10
    if stream.codec == "vp9":
        return number / 10
    return 0.0


def is_plain_colour(stream: Stream) -> bool:
    """Say whether the colours are subsampled 4:2:0, as those of nearly all films."""
    return not any(part in stream.pixel_format for part in ("422", "444", "440", "gbr", "rgb"))


def picture_class(stream: Stream) -> int:
    """Return the height of the 16:9 frame that holds the picture: 1920×800 counts as 1080."""
    return max(stream.height, round(stream.width * 9 / 16))
