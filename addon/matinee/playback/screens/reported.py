"""From what a browser says of itself to a profile. Pure.

The page asks `canPlayType` (and `MediaSource.isTypeSupported`, `MediaCapabilities`) the questions
below and posts the answers in the web's own three words. To a question without codecs "maybe" is
the best answer there is (HTML, canPlayType); to any other it is no promise and counts as uncertain.
Codec strings are those of RFC 6381, ISO/IEC 14496-15 and the bindings of VP9 and AV1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum

from ...models.screens import AudioRule, HlsFlavour, ScreenProfile, VideoRule
from .builtin import browsers
from .builtin.common import H264_8BIT, SURROUND


class Answer(StrEnum):
    """What `canPlayType` answers; for questions with yes and no, "probably" is yes."""

    PROBABLY = "probably"
    MAYBE = "maybe"
    NO = ""


_MP4, _WEBM, _SOUND = "video/mp4; codecs=", "video/webm; codecs=", "audio/mp4; codecs="
QUESTIONS: Mapping[str, str] = {
    "h264": f'{_MP4}"avc1.640028"',
    "h264_high10": f'{_MP4}"avc1.6E0028"',
    "hevc": f'{_MP4}"hvc1.1.6.L123.B0"',
    "hevc_main10": f'{_MP4}"hvc1.2.4.L153.B0"',
    "hevc_hev1": f'{_MP4}"hev1.1.6.L123.B0"',
    "dolby_vision": f'{_MP4}"dvh1.05.06"',
    "vp8": f'{_WEBM}"vp8"',
    "vp9": f'{_WEBM}"vp09.00.40.08"',
    "vp9_10bit": f'{_WEBM}"vp09.02.40.10"',
    "av1": f'{_MP4}"av01.0.08M.08"',
    "av1_10bit": f'{_MP4}"av01.0.08M.10"',
    "theora": 'video/ogg; codecs="theora"',
    "matroska": 'video/x-matroska; codecs="avc1.640028, mp4a.40.2"',
    "mpegts": 'video/mp2t; codecs="avc1.640028, mp4a.40.2"',
    "aac": f'{_SOUND}"mp4a.40.2"',
    "ac3": f'{_SOUND}"ac-3"',
    "eac3": f'{_SOUND}"ec-3"',
    "dts": f'{_SOUND}"dtsc"',
    "alac": f'{_SOUND}"alac"',
    "flac": "audio/flac",
    "flac_mp4": f'{_SOUND}"flac"',
    "mp3": "audio/mpeg",
    "opus": 'audio/webm; codecs="opus"',
    "opus_mp4": f'{_SOUND}"opus"',
    "vorbis": 'audio/webm; codecs="vorbis"',
    "ogg": 'audio/ogg; codecs="vorbis"',
    "wav": 'audio/wav; codecs="1"',
    "hls": "application/vnd.apple.mpegurl",
    "mse": "MediaSource or ManagedMediaSource is there",
    "hdr": "matchMedia('(dynamic-range: high)')",
}
_WITHOUT_CODECS = frozenset({"mp3", "flac", "hls"})
_CHANNELS = {"aac": 8, "opus": 8, "vorbis": 8, "flac": 8, "alac": 8, "eac3": 8,
             "ac3": SURROUND, "dts": SURROUND, "mp3": 2}  # fmt: skip
_OF_CODEC = {"vp8": "webm", "vp9": "webm", "theora": "ogg", "ogg": "ogg", "wav": "wav",
             "mp3": "mp3", "flac": "flac", "h264": "mp4", "aac": "mp4"}  # fmt: skip
Says = Callable[[str], bool]


def from_report(answers: Mapping[str, str], family: str = "") -> ScreenProfile:
    """Return what a browser takes that answers so. Unknown keys are passed over.

    `family` is "chromium", "firefox", "safari" or "": older Chromium plays MKV without saying so.
    """

    def yes(key: str) -> bool:
        said = answers.get(key)
        return said == Answer.PROBABLY or (said == Answer.MAYBE and key in _WITHOUT_CODECS)

    base = {p.id: p for p in browsers.PROFILES}.get(family, browsers.ANY)
    containers = {_OF_CODEC[key] for key in _OF_CODEC if yes(key)}
    containers |= {key for key in ("matroska", "mpegts") if yes(key)}
    if family == browsers.CHROMIUM.id and yes("h264"):
        containers.add("matroska")
    video = tuple(_video(yes, base, family))
    audio = tuple(AudioRule(codec, _CHANNELS[codec]) for codec in _CHANNELS if yes(codec))
    if yes("wav"):
        audio += (AudioRule("pcm_s16le"), AudioRule("pcm_s24le"))
    return replace(
        base,
        id="reported",
        containers=tuple(sorted(containers)),
        video=video,
        audio=audio,
        hls=HlsFlavour.FMP4 if yes("hls") or yes("mse") else HlsFlavour.NONE,
        hls_video=tuple(c for c in ("h264", "hevc", "vp9", "av1") if yes(c)),
        hls_audio=tuple(_in_mp4(yes)),
        uncertain=tuple(sorted(_uncertain(answers, containers))),
        references=("The browser itself",),
        built_in=False,
    )


def _video(yes: Says, base: ScreenProfile, family: str) -> Iterator[VideoRule]:
    ranges: tuple[str, ...] = ("sdr", "hdr10", "hlg")
    if family == browsers.FIREFOX.id and not yes("hdr"):
        ranges = ("sdr",)
    if yes("h264"):
        yield VideoRule("h264", H264_8BIT, 5.2, 8, ("sdr",), 4096, 2304)
    if yes("h264_high10"):
        yield VideoRule("h264", (*H264_8BIT, "High 10"), 5.2, 10, ranges, 4096, 2304)
    if yes("hevc"):
        ten = yes("hevc_main10")
        yield VideoRule(
            "hevc", ("Main", "Main 10") if ten else ("Main",), 5.1, 10 if ten else 8,
            (*ranges, "dolby_vision") if yes("dolby_vision") else ranges, 4096, 2304, 60,
            ("mp4",) if base.id == browsers.SAFARI.id else (),
            () if yes("hevc_hev1") else ("hvc1", "dvh1"),
        )  # fmt: skip
    if yes("vp8"):
        yield VideoRule("vp8")
    for codec, plain, rich in (
        ("vp9", ("Profile 0",), ("Profile 0", "Profile 2")), ("av1", ("Main",), ("Main",)),
    ):  # fmt: skip
        if yes(codec):
            ten = yes(f"{codec}_10bit")
            yield VideoRule(codec, rich if ten else plain, 0, 10 if ten else 8, ranges)
    if yes("theora"):
        yield VideoRule("theora")


def _in_mp4(yes: Says) -> Iterator[str]:
    for codec in ("aac", "ac3", "eac3", "alac"):
        if yes(codec):
            yield codec
    for codec in ("opus", "flac"):
        if yes(f"{codec}_mp4"):
            yield codec


def _uncertain(answers: Mapping[str, str], containers: set[str]) -> set[str]:
    """Return what the browser answers "maybe" to."""
    words = {*_CHANNELS, *_OF_CODEC, "hevc", "av1", "matroska", "mpegts"} - {"wav", "ogg"}
    doubted = {key for key in words if answers.get(key) == Answer.MAYBE} - _WITHOUT_CODECS
    doubted |= {_OF_CODEC[key] for key in doubted if key in _OF_CODEC}
    return doubted - containers
