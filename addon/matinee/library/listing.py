"""What the library shows: films, episodes and shows by page, sorted, filtered, with their state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson

from ..errors import InvalidInput, NotFound
from ..releases import title_key
from ..storage import Database, Row
from ..volumes import Volumes
from . import queries


class ItemKind(StrEnum):
    MOVIE = "movie"
    EPISODE = "episode"
    SHOW = "show"


class ItemState(StrEnum):
    """Where it is: on a drive that is there, on its way, on a drive that is away, or gone."""

    HOME = "home"
    ARRIVING = "arriving"
    OFFLINE = "offline"
    MISSING = "missing"


class Sort(StrEnum):
    TITLE = "title"
    ADDED = "added"
    YEAR = "year"
    WATCHED = "watched"


class Filter(StrEnum):
    UNWATCHED = "unwatched"
    WATCHED = "watched"
    IN_PROGRESS = "in_progress"
    ARRIVING = "arriving"


@dataclass(frozen=True, slots=True)
class Question:
    """What to list, for which user. `kind` None: films and episodes, everything that plays.

    `after` is [sort value, id] of the last entry of the page before. `since`: only what changed
    after that sequence number, in the order of change. `offset` leaves out so many entries, for
    those who count instead of keeping a cursor.
    """

    user_id: str
    kind: ItemKind | None = None
    text: str = ""
    sort: Sort = Sort.TITLE
    descending: bool = False
    filter: Filter | None = None
    since: int | None = None
    show_id: str | None = None
    after: Sequence[Any] | None = None
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A film, an episode or a show, as a list shows it.

    `title` of an episode is its own (may be empty). Of a show, `watched` means all that is here,
    `position` is 0, and `cover_id` an episode to take a picture of. `arrivals` are download ids
    and file numbers. `sort_value` is for the cursor. Seconds, bytes, seconds since 1970.
    """

    id: str
    kind: ItemKind
    title: str
    year: int | None
    added_at: float
    provisional: bool
    sort_value: Any
    state: ItemState = ItemState.MISSING
    show_id: str | None = None
    show_title: str = ""
    season: int | None = None
    episode: int | None = None
    episode_last: int | None = None
    cover_id: str = ""
    position: float = 0.0
    duration: float = 0.0
    watched: bool = False
    watched_at: float = 0.0
    size: int = 0
    resolution: str = ""
    hdr: str = ""
    episodes: int = 0
    unwatched: int = 0
    arrivals: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class _Facts:
    """What the files of one entry say, the best of them first."""

    rows: list[Row] = field(default_factory=list)
    arrivals: list[tuple[str, int]] = field(default_factory=list)


class Listing:
    """Answers questions about the whole library. Reads only."""

    def __init__(self, database: Database, volumes: Volumes) -> None:
        self._database, self._volumes = database, volumes

    async def ask(self, question: Question) -> list[Entry]:
        """Return up to `limit` + 1 entries: the one too many says that there is a further page.

        Raises `InvalidInput` for a cursor that does not fit the sorting.
        """
        shows = question.kind is ItemKind.SHOW
        sql, values = (queries.of_shows if shows else queries.of_media)(
            kind=question.kind,
            words=title_key(question.text).split() if question.text.strip() else [],
            sort="changed" if question.since is not None else question.sort,
            descending=question.descending and question.since is None,
            filter_=question.filter,
            since=question.since,
            show_id=question.show_id,
            after=_checked(question),
        )
        rows = await self._database.fetch(
            sql,
            {
                **values,
                "user": question.user_id,
                "limit": question.limit + 1,
                "offset": question.offset,
            },
        )
        return await (self._shows(rows) if shows else self._media(rows))

    async def entry(self, media_id: str, user_id: str) -> Entry:
        """Return one film or episode, even one that no file holds. Raises `NotFound`."""
        sql = queries.one_media()
        rows = await self._database.fetch(sql, {"id": media_id, "user": user_id})
        if not rows:
            raise NotFound("The library knows no such title.", code="media_not_found")
        return (await self._media(rows))[0]

    async def entries(self, media_ids: Sequence[str], user_id: str) -> list[Entry]:
        """Return these films and episodes in this order, without those that do not exist."""
        wanted = {"ids": orjson.dumps(list(media_ids)).decode(), "user": user_id}
        rows = await self._database.fetch(queries.some_media(), wanted)
        by_id = {entry.id: entry for entry in await self._media(rows)}
        return [by_id[media_id] for media_id in media_ids if media_id in by_id]

    async def show(self, show_id: str, user_id: str) -> Entry:
        """Return one show. Raises `NotFound` when there is none, or no episode of it here."""
        rows = await self._database.fetch(queries.one_show(), {"id": show_id, "user": user_id})
        if not rows:
            raise NotFound("The library knows no such show.", code="show_not_found")
        return (await self._shows(rows))[0]

    async def history(self, media_id: str, limit: int = 100) -> list[Row]:
        """Return the latest lines of an entry's history: at, event, detail."""
        return await self._database.fetch(
            "SELECT at, event, detail FROM library_history WHERE media_id = ?"
            " ORDER BY id DESC LIMIT ?",
            (media_id, limit),
        )

    # rows into entries ------------------------------------------------------------------------
    async def _media(self, rows: Sequence[Row]) -> list[Entry]:
        facts = await self._facts([row["id"] for row in rows])
        online = self._online()
        return [_entry(row, facts.get(row["id"], _Facts()), online) for row in rows]

    async def _facts(self, ids: Sequence[str]) -> Mapping[str, _Facts]:
        found: dict[str, _Facts] = {media_id: _Facts() for media_id in ids}
        wanted = (orjson.dumps(list(ids)).decode(),)
        for row in await self._database.fetch(queries.FILES, wanted):
            found[row["media_id"]].rows.append(row)
        for row in await self._database.fetch(queries.ARRIVALS, wanted):
            found[row["media_id"]].arrivals.append((row["download_id"], row["file_index"]))
        return found

    async def _shows(self, rows: Sequence[Row]) -> list[Entry]:
        online = self._online()
        wanted = (orjson.dumps([row["id"] for row in rows]).decode(),)
        places: dict[str, list[Row]] = {row["id"]: [] for row in rows}
        for place in await self._database.fetch(queries.SHOW_FILES, wanted):
            places[place["show_id"]].append(place)
        return [_show(row, places[row["id"]], online) for row in rows]

    def _online(self) -> frozenset[str]:
        return frozenset(volume.id for volume in self._volumes.list() if volume.root)


def _checked(question: Question) -> Sequence[Any] | None:
    after = question.after
    if after is None:
        return None
    number = question.sort is not Sort.TITLE or question.since is not None
    fits = (
        len(after) == 2
        and isinstance(after[0], (int, float) if number else str)
        and not isinstance(after[0], bool)
        and isinstance(after[1], str)
    )
    if not fits:
        raise InvalidInput("This cursor belongs to another list.", field="cursor")
    return after


def _state(files: Sequence[Row], arriving: bool, online: frozenset[str]) -> ItemState:
    present = [row for row in files if not row["missing_since"]]
    if any(row["volume_id"] in online for row in present):
        return ItemState.HOME
    if arriving:
        return ItemState.ARRIVING
    # Of a file on a drive that is away nobody knows whether it is missing.
    away = present or [row for row in files if row["volume_id"] not in online]
    return ItemState.OFFLINE if away else ItemState.MISSING


def _entry(row: Row, facts: _Facts, online: frozenset[str]) -> Entry:
    best = min(
        facts.rows,
        key=lambda file: (
            bool(file["missing_since"]),
            file["volume_id"] not in online,
            -file["size"],
        ),
        default=None,
    )
    video: dict[str, Any] = orjson.loads(best["video"]) if best and best["video"] else {}
    length = (best["duration"] if best else None) or row["watch_duration"] or 0.0
    return Entry(
        id=row["id"],
        kind=ItemKind(row["kind"]),
        title=row["title"],
        year=row["year"],
        added_at=row["added_at"],
        provisional=bool(row["provisional"]),
        sort_value=row["sort_value"],
        state=_state(facts.rows, bool(facts.arrivals), online),
        show_id=row["show_id"],
        show_title=row["show_title"] or "",
        season=row["season"],
        episode=row["episode"],
        episode_last=row["episode_last"],
        cover_id=row["id"],
        position=row["position"] or 0.0,
        duration=length,
        watched=bool(row["watched"]),
        watched_at=row["watched_at"] or 0.0,
        size=best["size"] if best else 0,
        resolution=resolution(video.get("width", 0), video.get("height", 0)),
        hdr=video.get("hdr", ""),
        arrivals=tuple(facts.arrivals),
    )


def _show(row: Row, places: Sequence[Row], online: frozenset[str]) -> Entry:
    return Entry(
        id=row["id"],
        kind=ItemKind.SHOW,
        title=row["title"],
        year=row["year"],
        added_at=row["added_at"],
        provisional=bool(row["provisional"]),
        sort_value=row["sort_value"],
        state=_state(places, bool(row["arriving"]), online),
        cover_id=row["cover_id"] or "",
        watched=row["unwatched"] == 0,
        watched_at=row["watched_at"] or 0.0,
        size=sum(place["size"] for place in places),
        episodes=row["episodes"],
        unwatched=row["unwatched"],
    )


def resolution(width: int, height: int) -> str:
    """Return what people call a picture of this size; "" when it is not known."""
    for name, wide, high in (("2160p", 3200, 1800), ("1080p", 1800, 1000), ("720p", 1200, 700)):
        if width >= wide or height >= high:
            return name
    if not height:
        return ""
    return "576p" if height > 500 else "480p" if height > 400 else f"{height}p"
