"""What a screen cannot decode, in words. No I/O.

Browsers often play an undecodable track silent or black without any error, so the session says
so beforehand. Facts: Chromium's and Firefox's documented media formats, the Cast media guide
(developers.google.com/cast/docs/media). Kinds of screen that are not in `SCREENS` are taken to
play everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...models.media import Probe, Stream, StreamKind
from ..containers import ending

ELSEWHERE = "Play it on a television, or open the stream address in VLC."


@dataclass(frozen=True, slots=True)
class Verdict:
    """`refusal` is empty when it may be played; `hint` says what would help."""

    refusal: str = ""
    hint: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Screen:
    """Families of containers and ffmpeg's names of codecs that a kind of screen plays for sure.

    The `maybe` maps say in words what happens on some; what is in neither is not played.
    """

    name: str
    containers: frozenset[str]
    video: frozenset[str]
    audio: frozenset[str]
    maybe_container: Mapping[str, str] = field(default_factory=dict)
    maybe_video: Mapping[str, str] = field(default_factory=dict)
    maybe_audio: Mapping[str, str] = field(default_factory=dict)
    eight_bit_h264: bool = False


BROWSER = Screen(
    "Browsers",
    frozenset({"mp4", "webm", "ogg", "mp3", "flac", "wav"}),
    frozenset({"h264", "vp8", "vp9", "av1"}),
    frozenset({"aac", "mp3", "opus", "vorbis", "flac", "pcm_s16le"}),
    {"matroska": "Chrome and Edge play MKV files; Firefox and Safari may not."},
    {
        "hevc": "The picture is HEVC (H.265): it stays black in browsers that cannot decode it.",
        "theora": "The picture is Theora: it stays black in today's Chrome and Safari.",
    },
    {"alac": "The sound is Apple Lossless: silent in all browsers but Safari."},
    eight_bit_h264=True,
)
CAST = Screen(
    "Cast devices",
    frozenset({"mp4", "webm", "mpegts", "mp3", "flac", "wav", "ogg"}),
    frozenset({"h264", "vp8", "vp9"}),
    frozenset({"aac", "mp3", "opus", "vorbis", "flac"}),
    {"matroska": "Many Cast devices refuse MKV files."},
    {
        "hevc": "The picture is HEVC (H.265): only Cast devices with 4K play it.",
        "av1": "The picture is AV1: only the newest Cast devices play it.",
    },
    dict.fromkeys(
        ("ac3", "eac3"),
        "The sound is Dolby Digital: Cast devices only pass it on to a television that decodes it.",
    ),
    eight_bit_h264=True,
)
SCREENS: Mapping[str, Screen] = {"browser": BROWSER, "cast": CAST}

_FAMILIES = {
    "mp4": "mp4", "mov": "mp4", "m4v": "mp4", "m4a": "mp4", "3gp": "mp4",
    "mkv": "matroska", "mk3d": "matroska", "matroska": "matroska", "webm": "webm",
    "ts": "mpegts", "m2ts": "mpegts", "mts": "mpegts", "mpegts": "mpegts",
    "avi": "avi", "divx": "avi", "wmv": "asf", "asf": "asf", "flv": "flv",
    "mpg": "mpeg", "mpeg": "mpeg", "vob": "mpeg", "ogv": "ogg", "ogm": "ogg", "ogg": "ogg",
    "mp3": "mp3", "flac": "flac", "wav": "wav", "rm": "rm", "rmvb": "rm",
}  # fmt: skip
_CONTAINERS = {
    "avi": "AVI", "asf": "Windows Media", "flv": "Flash Video", "mpeg": "MPEG programme stream",
    "mpegts": "MPEG transport stream", "matroska": "MKV", "rm": "RealMedia",
}  # fmt: skip
_CODECS = {
    "ac3": "Dolby Digital (AC-3)", "eac3": "Dolby Digital Plus (E-AC-3)", "dts": "DTS",
    "truehd": "Dolby TrueHD", "mlp": "Dolby MLP", "mp2": "MPEG layer 2", "wmav2": "Windows Media",
    "mpeg4": "MPEG-4 Part 2 (DivX, Xvid)", "mpeg2video": "MPEG-2", "mpeg1video": "MPEG-1",
    "vc1": "VC-1", "wmv3": "Windows Media", "msmpeg4v3": "DivX 3", "prores": "ProRes",
    "hevc": "HEVC (H.265)", "av1": "AV1", "alac": "Apple Lossless", "theora": "Theora",
}  # fmt: skip
_PLAIN_PIXELS = ("", "yuv420p", "yuvj420p", "nv12")


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


def judge(probe: Probe | None, name: str, kind: str) -> Verdict:
    """Say what a screen of this `kind` makes of the file. No probe: only the container counts."""
    screen = SCREENS.get(kind)
    if screen is None:
        return Verdict()
    warnings: list[str] = []
    container = family(probe, name)
    if container in screen.maybe_container:
        warnings.append(screen.maybe_container[container])
    elif container and container not in screen.containers:
        what = _CONTAINERS.get(container, container)
        return Verdict(f"{screen.name} cannot open {what} files.", ELSEWHERE)
    streams = probe.streams if probe else ()
    refusal = _video(screen, [s for s in streams if s.kind is StreamKind.VIDEO], warnings)
    if refusal:
        return Verdict(refusal, ELSEWHERE)
    _audio(screen, [s for s in streams if s.kind is StreamKind.AUDIO], warnings)
    return Verdict("", ELSEWHERE if warnings else "", tuple(warnings))


def _video(screen: Screen, streams: list[Stream], warnings: list[str]) -> str:
    """Judge the picture; return why it cannot be shown at all, or ""."""
    if not streams:
        return ""
    stream = next((s for s in streams if s.default), streams[0])
    if stream.codec in screen.maybe_video:
        warnings.append(screen.maybe_video[stream.codec])
    elif stream.codec not in screen.video:
        what = _CODECS.get(stream.codec, stream.codec)
        return f"{screen.name} cannot show this picture: it is {what}."
    if stream.codec == "h264" and screen.eight_bit_h264 and not _plain(stream):
        warnings.append(
            f"The picture is H.264 in {stream.profile or stream.pixel_format}:"
            f" {screen.name.lower()} show it black or not at all."
        )
    if stream.hdr == "dolby_vision":
        warnings.append("The picture is Dolby Vision: its colours may look wrong on this screen.")
    return ""


def _plain(stream: Stream) -> bool:
    return stream.pixel_format in _PLAIN_PIXELS and stream.bit_depth in (0, 8)


def _audio(screen: Screen, streams: list[Stream], warnings: list[str]) -> None:
    """Judge the track that will sound: screens take the default one and offer no other."""
    if not streams:
        return
    stream = next((s for s in streams if s.default), streams[0])
    if stream.codec in screen.audio:
        return
    if stream.codec in screen.maybe_audio:
        warnings.append(screen.maybe_audio[stream.codec])
        return
    what = _CODECS.get(stream.codec, stream.codec.upper())
    warnings.append(f"The sound is {what}: {screen.name.lower()} play it silent.")
    if any(other.codec in screen.audio for other in streams):
        warnings.append("Another sound track would play, but this screen cannot choose it.")
