"""How films, episodes and shows look in the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import orjson

from ..downloads import Downloads
from ..errors import NotFound
from ..library.files import LibraryFile
from ..library.listing import Entry, ItemKind, ItemState
from ..library.probes import load
from ..models.media import Chapter, MediaKind, Stream

Artwork = Callable[[str], str]
"""Media id → signed path of its picture, "" when there is none."""
ArrivalProgress = Callable[[str, int], float]
"""Download id and file number → 0 to 1."""


@dataclass(frozen=True, slots=True)
class LibraryItem:
    """A film, an episode or a show in a list.

    `title` of an episode is its own and may be empty. `progress` is that of an arrival, 0 to 1.
    `duration` and `position` in seconds, `size` in bytes, times in seconds since 1970. Of a show
    `watched` means every episode here; `episodes` and `unwatched` count them.
    """

    id: str
    kind: ItemKind
    title: str
    year: int | None
    show_id: str | None
    show_title: str
    season: int | None
    episode: int | None
    episode_last: int | None
    artwork: str
    state: ItemState
    progress: float
    duration: float
    resolution: str
    hdr: str
    position: float
    watched: bool
    watched_at: float
    added_at: float
    size: int
    provisional: bool
    episodes: int
    unwatched: int


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """One page. `sequence` is the number of the last change: ask later with `since`."""

    items: list[LibraryItem]
    next_cursor: str | None
    sequence: int


@dataclass(frozen=True, slots=True)
class LibraryFileView:
    """A file. `path` is relative to the root of its drive; `own` is true for the user's own file.

    `check_result` is "" before the first check, "ok", or a word, a colon and a sentence.
    """

    id: str
    path: str
    size: int
    volume_id: str
    role: str
    own: bool
    language: str
    missing: bool
    container: str
    duration: float
    bit_rate: int
    streams: list[Stream]
    chapters: list[Chapter]
    trouble: str
    origin: str
    checked_at: float
    check_result: str
    added_at: float


@dataclass(frozen=True, slots=True)
class HistoryLine:
    at: float
    event: str
    detail: str


@dataclass(frozen=True, slots=True)
class LibraryDetail(LibraryItem):
    """All that is known of a film or an episode. `next_id` is the episode after this one."""

    files: list[LibraryFileView]
    history: list[HistoryLine]
    next_id: str | None


@dataclass(frozen=True, slots=True)
class Season:
    """`number` 0 holds the specials."""

    number: int
    episodes: list[LibraryItem]


@dataclass(frozen=True, slots=True)
class ShowDetail(LibraryItem):
    """A show with its episodes; `next_id` is the one to watch next."""

    seasons: list[Season]
    next_id: str | None


@dataclass(frozen=True, slots=True)
class Guess:
    """What the name of a file said, to begin a correction with."""

    kind: MediaKind
    title: str
    year: int | None
    season: int | None
    episode: int | None


@dataclass(frozen=True, slots=True)
class UnsortedFile:
    """A file that cannot be told apart; `reason` says why. `download_id` "" for one's own."""

    file_id: str
    name: str
    path: str
    volume_id: str
    size: int
    reason: str
    guess: Guess
    download_id: str
    added_at: float


def progress_of(downloads: Downloads) -> ArrivalProgress:
    """Return how far a download is, for each of its files alike. From memory."""

    def progress(download_id: str, _file_index: int) -> float:
        try:
            return downloads.view(download_id).progress
        except NotFound:
            return 0.0

    return progress


@dataclass(frozen=True, slots=True)
class Views:
    """Makes the views; knows how to address pictures and how far arrivals are."""

    artwork: Artwork
    progress: ArrivalProgress

    def item(self, entry: Entry) -> LibraryItem:
        arriving = entry.state is ItemState.ARRIVING and entry.arrivals
        progress = max((self.progress(*one) for one in entry.arrivals), default=0.0)
        return LibraryItem(
            id=entry.id,
            kind=entry.kind,
            title=entry.title,
            year=entry.year,
            show_id=entry.show_id,
            show_title=entry.show_title,
            season=entry.season,
            episode=entry.episode,
            episode_last=entry.episode_last,
            artwork=self.artwork(entry.cover_id) if entry.cover_id else "",
            state=entry.state,
            progress=progress if arriving else 0.0,
            duration=entry.duration,
            resolution=entry.resolution,
            hdr=entry.hdr,
            position=entry.position,
            watched=entry.watched,
            watched_at=entry.watched_at,
            added_at=entry.added_at,
            size=entry.size,
            provisional=entry.provisional,
            episodes=entry.episodes,
            unwatched=entry.unwatched,
        )

    def detail(
        self,
        entry: Entry,
        files: list[LibraryFile],
        history: list[HistoryLine],
        next_id: str | None,
    ) -> LibraryDetail:
        return LibraryDetail(
            **_values(self.item(entry)),
            files=[file_view(file) for file in files],
            history=history,
            next_id=next_id,
        )

    def show(self, entry: Entry, episodes: list[Entry], next_id: str | None) -> ShowDetail:
        seasons: dict[int, list[LibraryItem]] = {}
        for episode in episodes:
            seasons.setdefault(episode.season or 0, []).append(self.item(episode))
        return ShowDetail(
            **_values(self.item(entry)),
            seasons=[Season(number, items) for number, items in sorted(seasons.items())],
            next_id=next_id,
        )


def _values(item: LibraryItem) -> dict[str, Any]:
    return {field.name: getattr(item, field.name) for field in fields(item)}


def file_view(file: LibraryFile) -> LibraryFileView:
    probe = load(file.probe)
    return LibraryFileView(
        id=file.id,
        path=file.path,
        size=file.size,
        volume_id=file.volume_id,
        role=file.role,
        own=not file.created,
        language=file.language,
        missing=file.missing_since > 0,
        container=probe.container if probe else "",
        duration=probe.duration if probe else 0.0,
        bit_rate=probe.bit_rate if probe else 0,
        streams=list(probe.streams) if probe else [],
        chapters=list(probe.chapters) if probe else [],
        trouble=file.probe_trouble,
        origin=file.origin,
        checked_at=file.checked_at,
        check_result=file.check_result,
        added_at=file.added_at,
    )


def unsorted_view(file: LibraryFile) -> UnsortedFile:
    said = orjson.loads(file.guess or "{}")
    return UnsortedFile(
        file_id=file.id,
        name=file.release_name or file.path.rpartition("/")[2],
        path=file.path,
        volume_id=file.volume_id,
        size=file.size,
        reason=file.reason,
        guess=Guess(
            MediaKind(said.get("kind") or MediaKind.MOVIE),
            said.get("title") or "",
            said.get("year"),
            said.get("season"),
            said.get("episode"),
        ),
        download_id=file.origin,
        added_at=file.added_at,
    )
