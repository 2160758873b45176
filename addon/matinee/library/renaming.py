"""Gives Matinee's own files the names that corrected titles call for; a person's stay."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from ..errors import NotFound, VolumeOffline
from ..storage import Database
from ..volumes import Volumes
from ..volumes.paths import join, make_folders
from . import disk, placing
from .changes import Changes
from .files import FileRole, Files, LibraryFile
from .importing import Importer
from .media import MediaCatalogue
from .operations import Journal, Operation
from .places import Vacancies, in_words
from .plan import film_target, home_of_extras

Clock = Callable[[], float]
_KIND = "rename"


class Renamer:
    """Renames the files of a title once it is known better. Each renaming is in the journal."""

    def __init__(
        self,
        database: Database,
        files: Files,
        media: MediaCatalogue,
        changes: Changes,
        volumes: Volumes,
        importer: Importer,
        clock: Clock,
    ) -> None:
        self._database = database
        self._files, self._media, self._changes = files, media, changes
        self._volumes, self._importer = volumes, importer
        self._journal = Journal(database, clock)
        self._vacancies = Vacancies(files, self._journal)
        self._lock = asyncio.Lock()

    async def rename_media(self, media_id: str) -> None:
        """Let the files that Matinee made for a title bear its name.

        Raises `VolumeOffline` when their drive is away; what was renamed until then stays so,
        and the next call goes on.
        """
        media = await self._media.get(media_id)
        rows = await self._files.of_media(media.id)
        for film in rows:
            if film.role is FileRole.FILM and film.created:
                await self._film(film, [row for row in rows if row.role is not FileRole.FILM])

    async def _film(self, film: LibraryFile, others: list[LibraryFile]) -> None:
        if film.media_id is None:
            return
        title = (await self._media.get(film.media_id)).as_title()
        release = self._importer.release_of(film)
        wanted = film_target(title, release, self._importer.templates(), film.path)
        if _same_place(film.path, wanted):
            await self._importer.write_nfo(film)
            return
        root = await self._volumes.writable(film.volume_id)
        wanted = await self._vacancies.free(root, film.volume_id, wanted, film.role)
        # The film goes last: after a crash its old place still tells what lies beside it.
        for other in others:
            if other.created and other.origin == film.origin:
                await self._move(other, _along(other.path, film.path, wanted))
        await self._move(film, wanted)

    async def _move(self, file: LibraryFile, target: str) -> LibraryFile:
        if target == file.path:
            return file
        root = await self._volumes.writable(file.volume_id)
        async with self._lock:
            target = await self._vacancies.free(root, file.volume_id, target, file.role)
            operation = Operation(_KIND, file.volume_id, file.path, target, {"file_id": file.id})
            await self._journal.begin(operation)
            try:
                await asyncio.to_thread(_rename, root, file.path, target)
            except OSError as error:
                await self._journal.end(operation.id)
                raise in_words(error, file.path) from error
            return await self._finish(operation, root)

    async def _finish(self, operation: Operation, root: Path) -> LibraryFile:
        """Take away what stays empty at the old place, write the row, end the operation."""
        file = await self._files.get(operation.detail["file_id"])
        tidy = disk.tidy_film if file.role is FileRole.FILM else disk.tidy
        await asyncio.to_thread(tidy, root, operation.source)
        async with self._changes.change() as touched:
            await self._files.change(file.id, path=operation.target, missing_since=0.0)
            await self._journal.end(operation.id)
            if file.media_id is not None:
                detail = f"{operation.source} → {operation.target}"
                await self._media.note(file.media_id, "renamed", detail)
                touched.add(file.media_id)
        moved = replace(file, path=operation.target, missing_since=0.0)
        await self._importer.write_nfo(moved)
        return moved

    async def catch_up(self, volume_id: str) -> None:
        """Rename what was corrected while its drive was away."""
        rows = await self._database.fetch(
            "SELECT media_id FROM library_history WHERE event IN ('corrected', 'renamed')"
            " GROUP BY media_id HAVING max(iif(event = 'corrected', id, 0)) > max(iif(event ="
            " 'renamed', id, 0)) INTERSECT SELECT media_id FROM library_files"
            " WHERE volume_id = ? AND created = 1",
            (volume_id,),
        )
        for row in rows:
            with contextlib.suppress(NotFound, VolumeOffline):
                await self.rename_media(row["media_id"])

    async def recover(self, volume_id: str = "") -> None:
        """Finish or undo the renamings that were broken off. Drives that are away wait."""
        for operation in await self._journal.pending([_KIND]):
            if volume_id in {"", operation.volume_id}:
                with contextlib.suppress(VolumeOffline):
                    await self._recover(operation)

    async def _recover(self, operation: Operation) -> None:
        try:
            root = await self._volumes.writable(operation.volume_id)
            done = await asyncio.to_thread(disk.was_moved, root, operation.source, operation.target)
            if done:
                await self._finish(operation, root)
                return
        except NotFound:
            pass
        await self._journal.end(operation.id)


def _rename(root: Path, source: str, target: str) -> None:
    make_folders(root, PurePosixPath(target).parent)
    placing.rename(join(root, source), join(root, target))
    disk.sync_folder(join(root, source).parent)


def _same_place(path: str, wanted: str) -> bool:
    """Say whether a path is the wanted one, perhaps numbered because that was taken."""
    one, other = PurePosixPath(path), PurePosixPath(wanted)
    if one.parent != other.parent or one.suffix != other.suffix:
        return False
    rest = one.stem.removeprefix(other.stem)
    return one.stem.startswith(other.stem) and (
        not rest or (rest.startswith(" (") and rest[2:-1].isdigit() and rest.endswith(")"))
    )


def _along(path: str, film: str, renamed: str) -> str:
    """Return where a subtitle or an extra goes when its film goes from one place to another."""
    own, old, new = PurePosixPath(path), PurePosixPath(film), PurePosixPath(renamed)
    if own.parent == old.parent and own.name.startswith(old.stem):
        return str(new.with_name(new.stem + own.name[len(old.stem) :]))
    if own.is_relative_to(home_of_extras(film)):
        return str(home_of_extras(renamed) / own.relative_to(home_of_extras(film)))
    return path
