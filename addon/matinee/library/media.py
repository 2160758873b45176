"""Films, shows and episodes: ids that outlive every file.

A media id is made with the first file list or file that names the title. It survives import,
rename, move and upgrade; a correction onto a title that exists already leaves it as an alias.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from ..errors import InvalidInput, NotFound
from ..models.ids import new_id
from ..models.media import MediaKind, Title
from ..releases import title_key
from ..storage import Database, Row
from .changes import Changes

Clock = Callable[[], float]
MergeHook = Callable[[str, str], Awaitable[None]]

_SELECT = (
    "SELECT media.*, shows.title AS show_title, shows.year AS show_year"
    " FROM media LEFT JOIN shows ON shows.id = media.show_id"
)


@dataclass(frozen=True, slots=True)
class Media:
    """A film or an episode.

    `title` of an episode is its own (may be empty), `show_title` the show's; `year` is the
    film's or the show's. `changed` is the sequence number of `changes`.
    """

    id: str
    kind: MediaKind
    title: str
    year: int | None
    show_id: str | None
    show_title: str
    season: int | None
    episode: int | None
    episode_last: int | None
    provisional: bool
    added_at: float
    changed: int

    def as_title(self) -> Title:
        if self.kind is MediaKind.MOVIE:
            return Title(self.kind, self.title, self.year)
        return Title(
            self.kind,
            self.show_title,
            self.year,
            self.season,
            self.episode,
            self.episode_last,
            self.title,
        )


@dataclass(frozen=True, slots=True)
class Show:
    id: str
    title: str
    year: int | None
    provisional: bool
    added_at: float


def _media(row: Row) -> Media:
    return Media(
        id=row["id"],
        kind=MediaKind(row["kind"]),
        title=row["title"],
        year=row["show_year"] if row["show_id"] else row["year"],
        show_id=row["show_id"],
        show_title=row["show_title"] or "",
        season=row["season"],
        episode=row["episode"],
        episode_last=row["episode_last"],
        provisional=bool(row["provisional"]),
        added_at=row["added_at"],
        changed=row["changed"],
    )


def check_title(title: Title) -> None:
    """Raises `InvalidInput` when a film has no title or an episode no show and number."""
    if not title.title.strip():
        raise InvalidInput("A title is needed.", field="title")
    if title.kind is MediaKind.EPISODE and (title.season is None or title.episode is None):
        raise InvalidInput("An episode needs its season and number.", field="episode")


class MediaCatalogue:
    """Finds, makes and corrects media entries."""

    def __init__(self, database: Database, changes: Changes, clock: Clock) -> None:
        self._database, self._changes, self._clock = database, changes, clock
        self._merge_hooks: list[MergeHook] = []

    def on_merge(self, hook: MergeHook) -> None:
        """Call `hook(old_id, new_id)` inside the transaction that makes the old id an alias.

        Whoever keeps media ids in a table of its own moves them there.
        """
        self._merge_hooks.append(hook)

    # reading ---------------------------------------------------------------------------------
    async def resolve(self, media_id: str) -> str:
        """Return the id that stands for this one today. Raises `NotFound`."""
        found = await self._database.fetch_value(
            "SELECT id FROM media WHERE id = ?1"
            " UNION ALL SELECT media_id FROM media_aliases WHERE old_id = ?1",
            (media_id,),
        )
        if found is None:
            raise NotFound("The library knows no such title.", code="media_not_found")
        return str(found)

    async def get(self, media_id: str) -> Media:
        """Return the entry, also by a former id. Raises `NotFound`."""
        current = await self.resolve(media_id)
        row = await self._database.fetch_one(f"{_SELECT} WHERE media.id = ?", (current,))
        if row is None:
            raise NotFound("The library knows no such title.", code="media_not_found")
        return _media(row)

    async def show(self, show_id: str) -> Show:
        """Raises `NotFound`."""
        row = await self._database.fetch_one("SELECT * FROM shows WHERE id = ?", (show_id,))
        if row is None:
            raise NotFound("The library knows no such show.", code="show_not_found")
        return Show(row["id"], row["title"], row["year"], bool(row["provisional"]), row["added_at"])

    async def find(self, title: Title) -> str | None:
        """Return the id of the entry that this title names, if there is one."""
        if title.kind is MediaKind.MOVIE:
            return await self._find_movie(title)
        show_id = await self._find("shows", title.title, title.year)
        return None if show_id is None else await self._find_episode(show_id, title)

    async def _find_movie(self, title: Title) -> str | None:
        return await self._find("media", title.title, title.year, "kind = 'movie'")

    async def _find(self, table: str, title: str, year: int | None, where: str = "1") -> str | None:
        """Same folded title and year; an unknown year on either side fits when only one does."""
        rows = await self._database.fetch(
            f"SELECT id, year FROM {table} WHERE {where} AND title_key = ? ORDER BY added_at, id",  # noqa: S608 constants
            (title_key(title),),
        )
        exact = [row["id"] for row in rows if row["year"] == year]
        if exact:
            return str(exact[0])
        near = rows if year is None else [row for row in rows if row["year"] is None]
        return str(near[0]["id"]) if len(near) == 1 else None

    async def _find_episode(self, show_id: str, title: Title) -> str | None:
        found = await self._database.fetch_value(
            "SELECT id FROM media WHERE show_id = ? AND season = ? AND episode = ?",
            (show_id, title.season, title.episode),
        )
        return None if found is None else str(found)

    # making ----------------------------------------------------------------------------------
    async def ensure_media(self, title: Title, *, provisional: bool = True) -> str:
        """Return the id of the entry that the title names; make one when there is none.

        What the title knows and a provisional entry does not (the year, the episode's own title)
        is filled in. Raises `InvalidInput` when the title is not whole.
        """
        check_title(title)
        async with self._changes.change() as touched:
            media_id = await self.find(title)
            if media_id is None:
                media_id = await self._insert(title, provisional=provisional)
                touched.add(media_id)
            elif await self._fill(media_id, title):
                touched.add(media_id)
        return media_id

    async def _ensure_show(self, title: Title, *, provisional: bool) -> str:
        show_id = await self._find("shows", title.title, title.year)
        if show_id is None:
            show_id = new_id()
            await self._database.execute(
                "INSERT INTO shows (id, title, year, title_key, provisional, added_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    show_id,
                    title.title,
                    title.year,
                    title_key(title.title),
                    int(provisional),
                    self._clock(),
                ),
            )
        elif title.year is not None:
            await self._database.execute(
                "UPDATE shows SET year = ? WHERE id = ? AND year IS NULL", (title.year, show_id)
            )
        return show_id

    async def _insert(self, title: Title, *, provisional: bool) -> str:
        media_id = new_id()
        await self._database.execute(
            "INSERT INTO media (id, kind, title, title_key, added_at) VALUES (?, ?, '', '', ?)",
            (media_id, title.kind, self._clock()),
        )
        await self._write(media_id, title, provisional=provisional)
        return media_id

    async def _write(self, media_id: str, title: Title, *, provisional: bool) -> None:
        """Make the row say what the title says."""
        movie = title.kind is MediaKind.MOVIE
        show_id = None if movie else await self._ensure_show(title, provisional=provisional)
        own = title.title if movie else title.episode_title
        await self._database.execute(
            "UPDATE media SET kind = ?, title = ?, year = ?, title_key = ?, show_id = ?,"
            " season = ?, episode = ?, episode_last = ?, provisional = ? WHERE id = ?",
            (
                title.kind,
                own,
                title.year if movie else None,
                title_key(own),
                show_id,
                None if movie else title.season,
                None if movie else title.episode,
                None if movie else title.episode_last,
                int(provisional),
                media_id,
            ),
        )

    async def _fill(self, media_id: str, title: Title) -> bool:
        if title.kind is MediaKind.MOVIE:
            return bool(
                await self._database.execute(
                    "UPDATE media SET year = ?1 WHERE id = ?2 AND year IS NULL AND ?1 IS NOT NULL",
                    (title.year, media_id),
                )
            )
        await self._ensure_show(title, provisional=True)
        named = await self._database.execute(
            "UPDATE media SET title = ?1, title_key = ?2 WHERE id = ?3 AND title = '' AND ?1 <> ''",
            (title.episode_title, title_key(title.episode_title), media_id),
        )
        longer = await self._database.execute(
            "UPDATE media SET episode_last = ?1 WHERE id = ?2 AND provisional = 1"
            " AND ?1 > coalesce(episode_last, episode)",
            (title.episode_last, media_id),
        )
        return bool(named or longer)

    # correcting ------------------------------------------------------------------------------
    async def correct(self, media_id: str, title: Title) -> str:
        """Make the entry be `title` and return the id that stands for it afterwards.

        Another entry of that title takes over the files and the watch states, and the former id
        becomes its alias. Raises `NotFound`, `InvalidInput`.
        """
        check_title(title)
        async with self._changes.change() as touched:
            before = await self.get(media_id)
            target = await self.find(title)
            if target is None or target == before.id:
                target = before.id
                await self._write(target, title, provisional=False)
            else:
                await self._fill(target, title)
                await self._merge(before.id, target)
            touched.add(target)
            await self.note(target, "corrected", f"{_words(before.as_title())} → {_words(title)}")
            await self._drop_empty_show(before.show_id)
        return target

    async def correct_show(self, show_id: str, title: str, year: int | None) -> list[str]:
        """Rename a whole show, into another one of that title when there is one.

        Returns the ids of its episodes afterwards. Raises `NotFound`, `InvalidInput`.
        """
        await self.show(show_id)
        rows = await self._database.fetch(
            f"{_SELECT} WHERE media.show_id = ? ORDER BY season, episode", (show_id,)
        )
        async with self._changes.change() as touched:
            other = await self._find("shows", title, year)
            if other is None or other == show_id:
                await self._database.execute(
                    "UPDATE shows SET title = ?, year = ?, title_key = ?, provisional = 0"
                    " WHERE id = ?",
                    (title, year, title_key(title), show_id),
                )
                touched.update(row["id"] for row in rows)
                return [row["id"] for row in rows]
            moved = []
            for media in map(_media, rows):
                own = media.as_title()
                moved.append(
                    await self.correct(
                        media.id,
                        Title(
                            MediaKind.EPISODE,
                            title,
                            year,
                            own.season,
                            own.episode,
                            own.episode_last,
                            own.episode_title,
                        ),
                    )
                )
            return moved

    async def _merge(self, old_id: str, new_id_: str) -> None:
        execute = self._database.execute
        await execute("UPDATE library_files SET media_id = ? WHERE media_id = ?", (new_id_, old_id))
        # Of two watch states of one person the later one counts.
        await execute(
            "INSERT INTO watch_states SELECT ?1, user_id, position, duration, watched, updated_at"
            " FROM watch_states WHERE media_id = ?2"
            " ON CONFLICT (media_id, user_id) DO UPDATE SET position = excluded.position,"
            " duration = excluded.duration, watched = excluded.watched,"
            " updated_at = excluded.updated_at WHERE excluded.updated_at > updated_at",
            (new_id_, old_id),
        )
        await execute("UPDATE media_aliases SET media_id = ? WHERE media_id = ?", (new_id_, old_id))
        await execute(
            "UPDATE library_history SET media_id = ? WHERE media_id = ?", (new_id_, old_id)
        )
        for hook in self._merge_hooks:
            await hook(old_id, new_id_)
        await execute("DELETE FROM media WHERE id = ?", (old_id,))
        await execute("INSERT INTO media_aliases VALUES (?, ?)", (old_id, new_id_))

    async def _drop_empty_show(self, show_id: str | None) -> None:
        await self._database.execute(
            "DELETE FROM shows WHERE id = ?1"
            " AND NOT EXISTS (SELECT 1 FROM media WHERE show_id = ?1)",
            (show_id,),
        )

    async def note(self, media_id: str, event: str, detail: str = "") -> None:
        """Write a line of the entry's history."""
        await self._database.execute(
            "INSERT INTO library_history (at, media_id, event, detail) VALUES (?, ?, ?, ?)",
            (self._clock(), media_id, event, detail),
        )

    async def note_many(self, event: str, lines: Sequence[tuple[str, str]]) -> None:
        """Write one line each into several histories: media ids and details."""
        await self._database.execute_many(
            "INSERT INTO library_history (at, media_id, event, detail) VALUES (?, ?, ?, ?)",
            [(self._clock(), media_id, event, detail) for media_id, detail in lines],
        )


def _words(title: Title) -> str:
    year = f" ({title.year})" if title.year else ""
    if title.kind is MediaKind.MOVIE:
        return title.title + year
    return f"{title.title}{year} S{title.season or 0:02}E{title.episode or 0:02}"
