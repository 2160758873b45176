"""Which film is meant: by id, by title and episode, or by a few words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..errors import NotFound
from ..library import Library
from ..library.media import Media
from ..models.media import MediaKind
from ..models.play import Choice, Target
from ..releases import title_key

MAX_CHOICES = 20
_EPISODE = re.compile(
    r"\b(?:s(?P<s>\d{1,4})[ ._-]*e(?P<e>\d{1,4})|(?P<s2>\d{1,2})x(?P<e2>\d{1,4}))\b", re.IGNORECASE
)
_NOTHING_HINT = "Look at the library for how it is called, or add a download that brings it."


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to see, and where. One of `media`, `title` and `query` is given.

    `episode` is like "S01E02", or "next" (also when it is empty) for what comes next of a show.
    `start` in seconds; None goes on where the user was.
    """

    media: str = ""
    title: str = ""
    episode: str = ""
    query: str = ""
    target: Target = field(default_factory=Target)
    start: float | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The film or episode; or several to choose from; or, in words, why none."""

    media: Media | None = None
    choices: tuple[Choice, ...] = ()
    text: str = ""
    hint: str = ""

    @property
    def label(self) -> str:
        return label(self.media) if self.media else ""


def label(media: Media) -> str:
    """Return the title for people: `Film (1999)`, `Show S01E02 · Episode title`."""
    if media.kind is MediaKind.MOVIE:
        return f"{media.title} ({media.year})" if media.year else media.title
    number = f"{media.show_title} S{media.season or 0:02}E{media.episode or 0:02}"
    return f"{number} · {media.title}" if media.title else number


def numbers(text: str) -> tuple[int, int] | None:
    """Return season and episode that a text names, or None."""
    match = _EPISODE.search(text)
    if match is None:
        return None
    return int(match["s"] or match["s2"]), int(match["e"] or match["e2"])
