"""Which film is meant: by id, by title and episode, or by a few words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import NotFound
from ..library import Library
from ..library.listing import Entry, ItemKind, Question
from ..library.media import Media
from ..models.media import MediaKind, Title
from ..models.play import Choice, Target
from ..models.screens import PlaybackWish
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
    `start` in seconds; None goes on where the user was. `sink_protocol_info` and `answers` (of a
    `browser`) are what the screen says of itself; `playback` is which tracks, and how good.
    """

    media: str = ""
    title: str = ""
    episode: str = ""
    query: str = ""
    target: Target = field(default_factory=Target)
    start: float | None = None
    sink_protocol_info: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    browser: str = ""
    playback: PlaybackWish = field(default_factory=PlaybackWish)


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


class Chooser:
    """Finds in the library what a wish means. Nothing is guessed: of several, all are named."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def choose(self, user_id: str, wish: Wish) -> Chosen:
        """Return what is meant. Raises `NotFound` for an id that never was."""
        number = numbers(wish.episode)
        if wish.episode.strip().casefold() not in ("", "next") and number is None:
            return Chosen(
                text=f"“{wish.episode}” names no episode.", hint="Say it like S01E02, or “next”."
            )
        if wish.media:
            return await self._by_id(user_id, wish.media, number)
        text = wish.title or wish.query
        if number is None and (number := numbers(text)) is not None:
            text = _EPISODE.sub(" ", text)
        return await self._by_words(user_id, text.strip(), number)

    async def _by_id(self, user_id: str, media_id: str, number: tuple[int, int] | None) -> Chosen:
        """Take a media id, or the id of a show: then its episode, or what comes next of it."""
        try:
            return Chosen(await self._library.media.get(media_id))
        except NotFound as error:
            try:
                show = await self._library.listing.show(media_id, user_id)
            except NotFound:
                raise error from None
        return await self._of_shows(user_id, [show], number)

    async def _by_words(self, user_id: str, text: str, number: tuple[int, int] | None) -> Chosen:
        shows = await self._search(user_id, text, ItemKind.SHOW)
        if number is not None:
            return await self._of_shows(user_id, _exact(shows, text) or shows, number, text)
        movies = await self._search(user_id, text, ItemKind.MOVIE)
        found = _exact(movies + shows, text) or movies + shows
        if not found:
            found = await self._search(user_id, text, ItemKind.EPISODE)
            found = _exact(found, text) or found
        ids = [await self._playable(user_id, entry) for entry in found]
        return await self._one_of([media_id for media_id in ids if media_id], text)

    async def _search(self, user_id: str, text: str, kind: ItemKind) -> list[Entry]:
        question = Question(user_id, kind=kind, text=text, limit=MAX_CHOICES)
        return await self._library.listing.ask(question) if title_key(text) else []

    async def _playable(self, user_id: str, entry: Entry) -> str | None:
        if entry.kind is not ItemKind.SHOW:
            return entry.id
        return await self._library.watch.next_of_show(entry.id, user_id)

    async def _of_shows(
        self, user_id: str, shows: list[Entry], number: tuple[int, int] | None, text: str = ""
    ) -> Chosen:
        ids = []
        for show in shows:
            if number is None:
                ids.append(await self._playable(user_id, show))
            else:
                title = Title(MediaKind.EPISODE, show.title, show.year, *number)
                ids.append(await self._library.media.find(title))
        name = text or (shows[0].title if shows else "")
        if number is not None:
            name = f"{name} S{number[0]:02}E{number[1]:02}"
        return await self._one_of([media_id for media_id in ids if media_id], name)

    async def _one_of(self, ids: list[str], name: str) -> Chosen:
        found = [await self._library.media.get(media_id) for media_id in dict.fromkeys(ids)]
        if len(found) == 1:
            return Chosen(found[0])
        if not found:
            return Chosen(text=f"“{name}” is neither at home nor on its way.", hint=_NOTHING_HINT)
        choices = tuple(Choice(media.id, label(media)) for media in found[:MAX_CHOICES])
        return Chosen(choices=choices, text=f"Which “{name}”?")


def _exact(entries: list[Entry], text: str) -> list[Entry]:
    """Return the entries that are called just so, with or without their year."""
    key = title_key(text)
    return [
        entry
        for entry in entries
        if key in (title_key(entry.title), title_key(f"{entry.title} {entry.year}"))
    ]
