"""Who watched what, and how far: resume positions, watched marks, what comes next."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..errors import InvalidInput
from ..models.media import Chapter, MediaKind, WatchState
from ..storage import Database, Row
from .changes import Changes
from .files import FileRole, Files
from .media import MediaCatalogue
from .probes import load

Clock = Callable[[], float]
WATCHED_AT = 0.92
# Before this share of a film a chapter called "Ending" is none.
_CREDITS_NOT_BEFORE = 0.75
_CREDITS = re.compile(
    r"(?i)\b(?:(?:end|closing)[ _-]?)?credits?\b|\bending\b|\bED\b|\boutro\b|\babspann\b"
    r"|\bgénérique de fin\b|\bsigla finale\b|\bcréditos\b"
)
_OPENING = re.compile(r"(?i)\bopening\b|\bintro\b|\bmid[ _-]?credits?\b|\bpost[ _-]?credits?\b")


def credits_start(chapters: tuple[Chapter, ...], duration: float) -> float | None:
    """Return where the closing credits begin, if a chapter says so."""
    for chapter in chapters:
        late = duration <= 0 or chapter.start >= duration * _CREDITS_NOT_BEFORE
        if late and _CREDITS.search(chapter.title) and not _OPENING.search(chapter.title):
            return chapter.start
    return None


def is_watched(position: float, duration: float, credits_at: float | None) -> bool:
    """Say whether somebody who got to `position` has seen it."""
    if credits_at is not None and position >= credits_at:
        return True
    return duration > 0 and position >= duration * WATCHED_AT


@dataclass(frozen=True, slots=True)
class ToWatch:
    """Something to go on with: begun (`position` > 0), or the next episode of a show."""

    media_id: str
    position: float
    duration: float
    updated_at: float


def _state(row: Row) -> WatchState:
    return WatchState(
        row["media_id"],
        row["user_id"],
        row["position"],
        row["duration"],
        bool(row["watched"]),
        row["updated_at"],
    )


class WatchStates:
    """Reads and writes watch states; each belongs to one user."""

    def __init__(
        self,
        database: Database,
        files: Files,
        media: MediaCatalogue,
        changes: Changes,
        clock: Clock = time.time,
    ) -> None:
        self._database, self._files, self._media = database, files, media
        self._changes, self._clock = changes, clock

    async def get(self, media_id: str, user_id: str) -> WatchState:
        """Return how far the user is, also by a former id. Raises `NotFound`."""
        current = await self._media.resolve(media_id)
        row = await self._database.fetch_one(
            "SELECT * FROM watch_states WHERE media_id = ? AND user_id = ?", (current, user_id)
        )
        return WatchState(current, user_id) if row is None else _state(row)

    async def set(
        self,
        media_id: str,
        user_id: str,
        *,
        position: float | None = None,
        duration: float | None = None,
        watched: bool | None = None,
    ) -> WatchState:
        """Write what a player reports or a person says; what is None stays as it was.

        At 92 % or in the closing credits it becomes watched, and begins anew next time. Watching
        again what is watched keeps the mark; only `watched=False` takes it away. Raises
        `NotFound`, `InvalidInput`.
        """
        if (position or 0) < 0 or (duration or 0) < 0:
            raise InvalidInput("Position and duration are not negative.", field="position")
        state = await self.get(media_id, user_id)
        known, credits_at = await self._length(state.media_id)
        duration = duration or state.duration or known
        state = replace(state, duration=duration, updated_at=self._clock())
        if position is not None:
            state = replace(state, position=min(position, duration) if duration else position)
            if watched is None and is_watched(position, duration, credits_at):
                watched = True
        if watched is not None:
            # Either mark means that the next time begins at the beginning.
            begun = state.position if position and not watched else 0.0
            state = replace(state, watched=watched, position=begun)
        await self._write(state)
        return state

    async def _length(self, media_id: str) -> tuple[float, float | None]:
        """Return duration and start of the credits as the probe of a film file tells them."""
        for file in await self._files.of_media(media_id):
            probe = load(file.probe) if file.role is FileRole.FILM else None
            if probe is not None:
                return probe.duration, credits_start(probe.chapters, probe.duration)
        return 0.0, None

    async def _write(self, state: WatchState) -> None:
        async with self._changes.change() as touched:
            await self._database.execute(
                "INSERT OR REPLACE INTO watch_states"
                " (media_id, user_id, position, duration, watched, updated_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    state.media_id,
                    state.user_id,
                    state.position,
                    state.duration,
                    int(state.watched),
                    state.updated_at,
                ),
            )
            touched.add(state.media_id)

    # what comes next --------------------------------------------------------------------------
    async def next_episode(self, media_id: str) -> str | None:
        """Return the episode after this one that is at home or arriving; None for films.

        Raises `NotFound`.
        """
        media = await self._media.get(media_id)
        if media.kind is not MediaKind.EPISODE:
            return None
        last = media.episode_last or media.episode
        found = await self._database.fetch_value(
            "SELECT media.id FROM media WHERE show_id = ? AND (season, episode) > (?, ?)"  # noqa: S608 constants
            f" AND {_PRESENT} ORDER BY season, episode LIMIT 1",
            (media.show_id, media.season, last),
        )
        return None if found is None else str(found)

    async def next_of_show(self, show_id: str, user_id: str) -> str | None:
        """Return what to watch of a show: what is begun, what follows the last seen, the first.

        Specials (season 0) come only when nothing else is there.
        """
        begun = await self._database.fetch_value(
            "SELECT media.id FROM media JOIN watch_states ON media_id = media.id AND user_id = ?"  # noqa: S608 constants
            f" WHERE show_id = ? AND position > 0 AND {_PRESENT}"
            " ORDER BY updated_at DESC LIMIT 1",
            (user_id, show_id),
        )
        if begun is not None:
            return str(begun)
        seen = await self._database.fetch_value(
            "SELECT media.id FROM media JOIN watch_states ON media_id = media.id AND user_id = ?"
            " WHERE show_id = ? AND watched = 1 ORDER BY updated_at DESC, season DESC, episode DESC"
            " LIMIT 1",
            (user_id, show_id),
        )
        after = await self.next_episode(seen) if seen is not None else None
        if after is not None:
            return after
        first = await self._database.fetch_value(
            "SELECT media.id FROM media LEFT JOIN watch_states"  # noqa: S608 constants
            " ON media_id = media.id AND user_id = ?"
            f" WHERE show_id = ? AND {_PRESENT}"
            " ORDER BY coalesce(watched, 0), season = 0, season, episode LIMIT 1",
            (user_id, show_id),
        )
        return None if first is None else str(first)

    async def to_continue(self, user_id: str, limit: int = 20) -> list[ToWatch]:
        """Return what the user is in the middle of, the latest first: one entry a film or show."""
        rows = await self._database.fetch(
            "SELECT watch_states.*, show_id FROM watch_states JOIN media ON media.id = media_id"
            " WHERE user_id = ? AND (position > 0 OR (watched = 1 AND show_id IS NOT NULL))"
            " ORDER BY updated_at DESC, season DESC, episode DESC",
            (user_id,),
        )
        found: list[ToWatch] = []
        shows: set[str] = set()
        for row in rows:
            if len(found) == limit:
                break
            if row["show_id"] is not None:
                if row["show_id"] in shows:
                    continue
                shows.add(row["show_id"])
            item = await self._to_watch(_state(row))
            if item is not None:
                found.append(item)
        return found

    async def _to_watch(self, state: WatchState) -> ToWatch | None:
        if state.position > 0:
            there = await self._database.fetch_value(
                f"SELECT 1 FROM media WHERE media.id = ? AND {_PRESENT}",  # noqa: S608 constant
                (state.media_id,),
            )
            if not there:
                return None
            return ToWatch(state.media_id, state.position, state.duration, state.updated_at)
        following = await self.next_episode(state.media_id)
        if following is None:
            return None
        other = await self.get(following, state.user_id)
        if other.watched and not other.position:
            return None
        return ToWatch(following, other.position, other.duration, state.updated_at)


_PRESENT = (
    "(EXISTS (SELECT 1 FROM library_files AS f WHERE f.media_id = media.id AND f.role = 'film'"
    " AND f.missing_since = 0)"
    " OR EXISTS (SELECT 1 FROM arrivals AS a WHERE a.media_id = media.id))"
)
