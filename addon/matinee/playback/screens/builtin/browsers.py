"""Browsers, when the page has not asked the browser itself (see `reported`).

[MDN] is the web's own list of containers and codecs by browser. HEVC depends on the computer, so
it is `uncertain` outside of Safari. H.264 in ten bits and in 4:2:2 plays in Chromium on a computer
(tried: tests/e2e/test_chromium_screen.py). MKV: Chromium plays it, WebKit does not, Firefox only
where it is switched on [MKV]. HLS comes by hls.js through Media Source Extensions, in Safari
natively.
"""

from __future__ import annotations

from ....models.screens import AudioRule, HlsFlavour, ScreenProfile, VideoRule
from .common import H264_8BIT, PCM, SURROUND, sounds

MDN = "https://developer.mozilla.org/en-US/docs/Web/Media/Guides/Formats/Containers"
CODECS = "https://developer.mozilla.org/en-US/docs/Web/Media/Guides/Formats/Video_codecs"
CHROMIUM_FORMATS = "https://www.chromium.org/audio-video/"
HEVC = "https://caniuse.com/hevc"
MKV = "https://groups.google.com/a/mozilla.org/g/dev-platform/c/0ib0_yqiBmk"
APPLE_HLS = (
    "https://developer.apple.com/documentation/http-live-streaming/"
    "hls-authoring-specification-for-apple-devices"
)

_OPEN_CONTAINERS = ("mp4", "webm", "ogg", "mp3", "flac", "wav")
_MSE = ("h264", "hevc", "vp9", "av1")
_MSE_SOUND = ("aac", "opus", "flac")
_SOUND = (
    AudioRule("aac", 8),
    AudioRule("opus", 8),
    AudioRule("vorbis", 8),
    AudioRule("flac", 8),
    *sounds("mp3", *PCM),
)


_EIGHT_BIT = VideoRule("h264", H264_8BIT, 5.2, 8, ("sdr",), 4096, 2304)
_SOFTWARE = VideoRule("h264", (*H264_8BIT, "High 10", "High 4:2:2"), 5.2, 0, ("sdr",), 4096, 2304)


def _open_video(ranges: tuple[str, ...], h264: VideoRule = _EIGHT_BIT) -> tuple[VideoRule, ...]:
    """Return what browsers with their own decoders show."""
    return (
        h264,
        VideoRule("vp8"),
        VideoRule("vp9", ("Profile 0", "Profile 2"), 0, 10, ranges),
        VideoRule("av1", ("Main",), 0, 10, ranges),
    )


CHROMIUM = ScreenProfile(
    "chromium", "Chrome or Edge", (*_OPEN_CONTAINERS, "matroska"),
    _open_video(("sdr", "hdr10", "hlg"), _SOFTWARE), _SOUND,
    ("webvtt",), HlsFlavour.FMP4,
    _MSE, _MSE_SOUND, uncertain=("hevc", "theora"),
    references=(MDN, CODECS, CHROMIUM_FORMATS, HEVC, MKV), built_in=True,
)  # fmt: skip
FIREFOX = ScreenProfile(
    "firefox", "Firefox", _OPEN_CONTAINERS, _open_video(("sdr",)), _SOUND, ("webvtt",),
    HlsFlavour.FMP4, _MSE, _MSE_SOUND, uncertain=("matroska", "hevc", "theora"),
    references=(MDN, CODECS, HEVC, MKV), built_in=True,
)  # fmt: skip
SAFARI = ScreenProfile(
    "safari", "Safari", ("mp4", "mp3", "flac", "wav"),
    (
        VideoRule("h264", H264_8BIT, 5.2, 8, ("sdr",), 4096, 2304, 60),
        VideoRule(
            "hevc", ("Main", "Main 10"), 5.1, 10, ("sdr", "hdr10", "hlg", "dolby_vision"),
            4096, 2304, 60, ("mp4",), ("hvc1", "dvh1"),
        ),
    ),
    (
        AudioRule("aac", 8), AudioRule("ac3", SURROUND), AudioRule("eac3", 8),
        AudioRule("flac", 8), AudioRule("alac", 8), *sounds("mp3", *PCM),
    ),
    ("webvtt",), HlsFlavour.FMP4, hls_audio=("aac", "ac3", "eac3", "flac", "alac"),
    uncertain=("webm", "ogg", "vp8", "vp9", "av1", "opus", "vorbis"),
    references=(MDN, CODECS, APPLE_HLS), built_in=True,
)  # fmt: skip
ANY = ScreenProfile(
    "browser", "Browser", _OPEN_CONTAINERS, _open_video(("sdr", "hdr10", "hlg")), _SOUND,
    ("webvtt",), HlsFlavour.FMP4,
    _MSE, _MSE_SOUND, uncertain=("matroska", "h264", "hevc", "theora", "alac"),
    references=(MDN, CODECS), built_in=True,
)  # fmt: skip
PROFILES = (ANY, CHROMIUM, FIREFOX, SAFARI)
