"""Rules that several screens share."""

from __future__ import annotations

from dataclasses import replace

from ....models.screens import AudioRule, VideoRule

H264_8BIT = ("Constrained Baseline", "Baseline", "Main", "High", "Constrained High")
HEVC_10BIT = ("Main", "Main 10")
HDR = ("sdr", "hdr10", "hdr10plus", "hlg")
SURROUND = 6


def h264(level: float, height: int, rate: float, width: int = 0) -> VideoRule:
    """Return H.264 up to High profile, which is 8 bits and 4:2:0."""
    return VideoRule(
        "h264", H264_8BIT, level, 8, ("sdr",), width or -(-height * 16 // 9), height, rate
    )


def hevc(level: float, height: int, rate: float, ranges: tuple[str, ...] = ("sdr",)) -> VideoRule:
    """Return HEVC Main and Main 10."""
    width = -(-height * 16 // 9)
    return VideoRule("hevc", HEVC_10BIT, level, 10, ranges, width, height, rate)


def cinema(rule: VideoRule) -> VideoRule:
    """Widen a rule of 2160 lines to the 4096 columns of DCI 4K."""
    return replace(rule, max_width=4096)


def sounds(*codecs: str, channels: int = 2) -> tuple[AudioRule, ...]:
    return tuple(AudioRule(codec, channels) for codec in codecs)


PCM = ("pcm_s16le", "pcm_s24le")
