"""Takes what a scan found into the rows: new, moved, changed, vanished files."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..models.ids import new_id
from ..storage import Database
from .changes import Changes
from .files import FileRole, Files, KnownFile, LibraryFile
from .media import MediaCatalogue
from .sorting import Reading, companion_of, home_of
from .walk import Found

Clock = Callable[[], float]
# In one transaction: others wait for it no longer than for a key press.
_AT_ONCE = 40


@dataclass(frozen=True, slots=True)
class NewFile:
    found: Found
    reading: Reading


class Absorber:
    """Writes what a scan found. `root` arguments are where the volume is now."""

    def __init__(
        self,
        database: Database,
        files: Files,
        media: MediaCatalogue,
        changes: Changes,
        clock: Clock,
    ) -> None:
        self._database, self._files, self._media = database, files, media
        self._changes, self._clock = changes, clock

    async def changed(self, found: Sequence[tuple[Found, KnownFile]]) -> None:
        """Take over new sizes and times. Another content is probed and checked anew."""
        for part in _parts(found):
            async with self._changes.change() as touched:
                for file, known in part:
                    values: dict[str, object] = {"inode": file.inode, "missing_since": 0.0}
                    if (file.size, file.mtime_ns) != (known.size, known.mtime_ns):
                        values |= {
                            "size": file.size,
                            "mtime_ns": file.mtime_ns,
                            "probe": None,
                            "probe_trouble": "",
                            "checksum": "",
                            "checked_at": 0.0,
                            "check_result": "",
                        }
                    await self._files.change(known.id, **values)
                    if known.media_id and (known.missing_since or "size" in values):
                        touched.add(known.media_id)

    async def new(
        self, volume_id: str, root: Path, found: Sequence[NewFile]
    ) -> tuple[list[str], list[LibraryFile]]:
        """Take in files that no row knows at their place.

        Returns the former paths of those that were only moved, and the rows of the rest.
        """
        moved: list[str] = []
        added: list[LibraryFile] = []
        for part in _parts(found):
            origins = await self._origins(volume_id, root, part)
            async with self._changes.change() as touched:
                # An import may have written the row since the scan began, or be about to.
                taken = await self._files.taken(volume_id, [file.found.path for file in part])
                fresh = [file for file in part if file.found.path not in taken]
                for file in fresh:
                    origin = origins.get(file.found.path)
                    if origin is not None:
                        await self._move(origin, file, touched)
                        moved.append(origin.path)
                added += await self._add(
                    volume_id, [f for f in fresh if f.found.path not in origins], touched
                )
        return moved, added

    async def _origins(
        self, volume_id: str, root: Path, part: Sequence[NewFile]
    ) -> dict[str, LibraryFile]:
        """Return, by path, the rows of files that only got another name: the old one is gone.

        The time of change tells a moved file from another one that got its inode.
        """
        rows = await self._files.same_inodes(volume_id, [file.found.inode for file in part])
        if not rows:
            return {}
        paths = [row.path for row in rows]
        there = await asyncio.to_thread(lambda: {p for p in paths if os.path.lexists(root / p)})
        gone = {(row.inode, row.size, row.mtime_ns): row for row in rows if row.path not in there}
        origins = {}
        for file in part:
            found = file.found
            row = gone.pop((found.inode, found.size, found.mtime_ns), None)
            if row is not None:
                origins[found.path] = row
        return origins

    async def _move(self, row: LibraryFile, file: NewFile, touched: set[str]) -> None:
        media_id, reason, guess = row.media_id, row.reason, row.guess
        if media_id is None and row.role is FileRole.FILM:
            # The person renamed it so that it can be told: read it again.
            media_id, reason, guess = await self._sort(file.reading)
        await self._files.change(
            row.id,
            path=file.found.path,
            missing_since=0.0,
            media_id=media_id,
            reason=reason,
            guess=guess,
        )
        if media_id:
            touched.add(media_id)
            await self._media.note(media_id, "moved", f"{row.path} → {file.found.path}")

    async def _sort(self, reading: Reading) -> tuple[str | None, str, str]:
        if reading.title is None:
            return None, reading.reason, reading.guess
        return await self._media.ensure_media(reading.title), "", reading.guess

    async def _add(
        self, volume_id: str, part: Sequence[NewFile], touched: set[str]
    ) -> list[LibraryFile]:
        rows = [await self._row(volume_id, file) for file in part]
        await self._files.put(*rows)
        sorted_ = [(row.media_id, row.path) for row in rows if row.media_id is not None]
        touched.update(media_id for media_id, _path in sorted_)
        await self._media.note_many("scanned", sorted_)
        return rows

    async def _row(self, volume_id: str, file: NewFile) -> LibraryFile:
        media_id, reason, guess = await self._sort(file.reading)
        found = file.found
        return LibraryFile(
            id=new_id(),
            media_id=media_id,
            volume_id=volume_id,
            path=found.path,
            role=file.reading.role,
            size=found.size,
            mtime_ns=found.mtime_ns,
            inode=found.inode,
            created=False,
            added_at=self._clock(),
            guess=guess,
            reason=reason,
            language=file.reading.language,
        )

    async def join_companions(self, files: Sequence[LibraryFile]) -> None:
        """Give the subtitles and extras among these rows to the films they lie beside."""
        for row in files:
            if row.role is FileRole.FILM or row.media_id is not None:
                continue
            films = await self._files.films_beside(row.volume_id, home_of(row.path, row.role))
            media_id = companion_of(row.path, films)
            if media_id is not None:
                async with self._changes.change() as touched:
                    await self._files.change(row.id, media_id=media_id)
                    touched.add(media_id)

    async def missing(self, gone: Mapping[str, KnownFile]) -> int:
        """Mark files that vanished. They keep their rows: the person may bring them back."""
        fresh = [(path, known) for path, known in gone.items() if not known.missing_since]
        for part in _parts(fresh):
            async with self._changes.change() as touched:
                for path, known in part:
                    # The path is asked for again: an import may have renamed the file meanwhile.
                    hit = await self._database.execute(
                        "UPDATE library_files SET missing_since = ? WHERE id = ? AND path = ?",
                        (self._clock(), known.id, path),
                    )
                    if hit and known.media_id:
                        touched.add(known.media_id)
        return len(fresh)

    async def hidden(self, covered: Mapping[str, KnownFile]) -> None:
        """Forget the user's own files that lie where the library does not look any more."""
        for part in _parts(list(covered.items())):
            async with self._changes.change() as touched:
                for path, known in part:
                    hit = await self._database.execute(
                        "DELETE FROM library_files"
                        " WHERE id = ? AND path = ? AND created = 0 AND origin = ''",
                        (known.id, path),
                    )
                    if hit and known.media_id:
                        touched.add(known.media_id)

    async def forget_missing(self, volume_id: str, folder: str, before: float) -> None:
        """Forget files beneath `folder` that have been missing since before that time."""
        rows = await self._files.missing_in(volume_id, folder, before)
        for part in _parts(rows):
            async with self._changes.change() as touched:
                for row in part:
                    await self._files.forget(row.id)
                    if row.media_id:
                        touched.add(row.media_id)


def _parts[T](items: Sequence[T]) -> list[Sequence[T]]:
    return [items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE)]
