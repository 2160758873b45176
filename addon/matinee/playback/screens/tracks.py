"""Which picture, which sound and which subtitle of a film are meant. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from ...models.media import Probe, Stream, StreamKind
from ...models.screens import PlaybackWish, ScreenProfile, SubtitleHandling
from . import names

_COMMENTARY = ("comment", "kommentar", "commentaire", "descri", "director")
PICTURES = "These subtitles are pictures, which cannot be turned into text: choose other ones."


@dataclass(frozen=True, slots=True)
class Tracks:
    """`first_audio` is what sounds when nobody chooses; `audio` what shall sound."""

    video: Stream | None = None
    audio: Stream | None = None
    first_audio: Stream | None = None
    sounds: tuple[Stream, ...] = ()
    unknown_audio: bool = False

    @classmethod
    def choose(cls, probe: Probe, wish: PlaybackWish) -> Self:
        video = _preset([s for s in probe.streams if s.kind is StreamKind.VIDEO])
        sounds = tuple(s for s in probe.streams if s.kind is StreamKind.AUDIO)
        first = _preset(sounds)
        wished = next((s for s in sounds if s.index == wish.audio), None)
        unknown = wish.audio is not None and wished is None
        return cls(video, wished or first, first, sounds, unknown)

    @property
    def is_chosen(self) -> bool:
        """Whether another sound than the first shall be heard."""
        return self.audio is not self.first_audio

    def instead(self, plays: Callable[[Stream], bool]) -> Stream | None:
        """Return another track in the same language that `plays`, no commentary."""
        if self.audio is None:
            return None
        others = (s for s in self.sounds if s.language == self.audio.language and s != self.audio)
        playing = [s for s in others if plays(s) and not _is_commentary(s)]
        return max(playing, key=lambda stream: stream.channels, default=None)


def _preset(streams: Sequence[Stream]) -> Stream | None:
    return next((s for s in streams if s.default), streams[0] if streams else None)


def _is_commentary(stream: Stream) -> bool:
    title = stream.title.casefold()
    return any(word in title for word in _COMMENTARY)


def subtitle(
    probe: Probe, screen: ScreenProfile, wish: PlaybackWish, *, direct: bool
) -> tuple[SubtitleHandling, str]:
    """Say how the wished subtitle reaches the screen, and a warning when it does not."""
    if wish.subtitle is None:
        return SubtitleHandling.NONE, ""
    stream = next(
        (s for s in probe.streams if s.index == wish.subtitle and s.kind is StreamKind.SUBTITLE),
        None,
    )
    if stream is None:
        return SubtitleHandling.REFUSED, "The film has no such subtitles."
    kind = names.subtitle_kind(stream.codec)
    if direct and kind and kind != "webvtt" and kind in screen.subtitles:
        return SubtitleHandling.INSIDE, ""
    if kind not in names.TEXT_SUBTITLES:
        unknown = "Subtitles of this kind cannot be turned into text: choose other ones."
        return SubtitleHandling.REFUSED, PICTURES if kind else unknown
    if "webvtt" in screen.subtitles:
        return SubtitleHandling.WEBVTT, ""
    return SubtitleHandling.REFUSED, "This screen takes no subtitles beside the film."
