"""Brings the files of a finished download into the library.

Each file is one operation (`placement`): a crash at any point is finished or undone by `recover`;
doing an import twice does nothing new. Where the volume can, the library gets a hard
link, so that sharing goes on and no byte is copied; else a reflink, else a verified copy. Where
even a copy finds no space, the file is moved once nothing needs it in its old place (the sharing
goal is met, see `household.importing`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from ..errors import MatineeError, VolumeOffline
from ..models.ids import new_id
from ..models.media import MediaKind, Title
from ..models.releases import Release
from ..releases import parse_path
from ..settings import EPISODE_TEMPLATE, MOVIE_TEMPLATE, WRITE_NFO, Settings
from ..storage import Database
from ..volumes import Volumes
from . import nfo, placing
from .changes import Changes
from .files import FileRole, Files, LibraryFile
from .folders import FolderKind, LibraryFolders
from .media import MediaCatalogue
from .naming import top_folder
from .placement import Placement
from .plan import ImportJob, Plan, Step, companion_target, film_target, make_plan
from .selection import select, within
from .sorting import guess_of

_log = logging.getLogger(__name__)
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import: the titles it brought, and how many files could not be told.

    `moved`: some file left the download's folder, because there was no space for a copy. `left`
    is why files stay out, each reason once.
    """

    media_ids: tuple[str, ...]
    unsorted: int
    moved: bool = False
    left: tuple[str, ...] = ()


class Importer:
    """Executes imports. One object for the whole library; imports may run side by side."""

    def __init__(
        self,
        database: Database,
        files: Files,
        media: MediaCatalogue,
        folders: LibraryFolders,
        changes: Changes,
        volumes: Volumes,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._files, self._media, self._folders = files, media, folders
        self._changes, self._volumes, self._settings = changes, volumes, settings
        self._clock = clock
        self._placement = Placement(
            database,
            files,
            media,
            changes,
            volumes,
            clock,
            placed=self._manage,
            finished=self.write_nfo,
        )

    async def recover(self, volume_id: str = "", origin: str = "") -> None:
        """Finish or undo the imports that were broken off. Drives that are away wait."""
        await self._placement.recover(volume_id, origin)

    # the import ------------------------------------------------------------------------------
    async def run(self, job: ImportJob) -> Imported:
        """Import a download; again does nothing new.

        Raises `VolumeOffline`, `NoSpace` (`no_space_to_copy` where `may_move` would help),
        `GiveUp` when files are missing or changed, `RetryLater` when the drive did not answer.
        """
        await self.recover(origin=job.origin)
        plan = make_plan(job, select(job.name, job.files))
        for file, reason in plan.left:
            _log.info("%s stays out of the library: %s", PurePosixPath(file.path).name, reason)
        placed: dict[int, LibraryFile] = {}
        for step in plan.films:
            placed[step.file.index] = await self._film(job, step)
        for step in plan.companions:
            film = placed.get(step.belongs_to if step.belongs_to is not None else -1)
            if film is not None:
                await self._companion(job, step, film)
        for step in plan.unsorted:
            await self._unsorted(job, step)
        return await self._result(job, plan, placed)

    async def _result(
        self, job: ImportJob, plan: Plan, placed: Mapping[int, LibraryFile]
    ) -> Imported:
        rows = await self._files.of_origin(job.origin)
        ids = [row.media_id for row in placed.values() if row.media_id]
        waiting = [row for row in rows if row.role is FileRole.FILM and row.media_id is None]
        moved = [row for row in rows if row.created and await self._left(job, row)]
        reasons = dict.fromkeys(reason for _file, reason in plan.left)
        return Imported(tuple(dict.fromkeys(ids)), len(waiting), bool(moved), tuple(reasons))

    async def _left(self, job: ImportJob, row: LibraryFile) -> bool:
        """Say whether a file is not where it was downloaded any more."""
        source = next((file for file in job.files if file.index == row.origin_index), None)
        if source is None:
            return False
        place = self._volumes.resolve(job.volume_id, job.source(source))
        return await asyncio.to_thread(placing.identity, place) is None

    async def _film(self, job: ImportJob, step: Step) -> LibraryFile:
        title, release = step.title, step.release
        if title is None or release is None:
            raise ValueError("a step without a title is unsorted")
        known = await self._known(job, step)
        if known is not None and known.created:
            await self.write_nfo(known)
            return known
        media_id = await self._media.ensure_media(title)
        twin = await self._twin(job, step, media_id)
        if twin is not None:
            if known is not None:  # it waited unsorted until now
                await self._files.forget(known.id)
            return twin
        title = (await self._media.get(media_id)).as_title()
        target = film_target(title, release, self.templates(), step.file.path)
        row = self._row(job, step, media_id, known)
        placed = await self._placement.place(job.volume_id, row, job.volume_id, step.source, target,
                                   may_move=job.may_move)  # fmt: skip
        await self.write_nfo(placed)
        return placed

    async def _companion(self, job: ImportJob, step: Step, film: LibraryFile) -> None:
        known = await self._known(job, step)
        if known is not None and known.created:
            return
        if film.media_id and await self._twin(job, step, film.media_id) is not None:
            return
        target = companion_target(film.path, step.file.path, step.subtitle)
        row = self._row(job, step, film.media_id, known)
        await self._placement.place(job.volume_id, row, job.volume_id, step.source, target,
                          may_move=job.may_move)  # fmt: skip

    async def _twin(self, job: ImportJob, step: Step, media_id: str) -> LibraryFile | None:
        """Return what the library has of this very file already, fetched by another download."""
        rows = [
            row
            for row in await self._files.of_media(media_id)
            if row.role is step.role and row.size == step.file.size and row.origin != job.origin
        ]
        twin = await self._placement.twin(job.volume_id, step.source, rows)
        if twin is not None:
            name = PurePosixPath(step.file.path).name
            _log.info("%s is in the library already, as %s", name, twin.path)
        return twin

    async def _known(self, job: ImportJob, step: Step) -> LibraryFile | None:
        """Return the row that this file of the download has already.

        None when a row says it is in the library and the file is not there any more.
        """
        rows = await self._files.of_origin(job.origin)
        row = next((row for row in rows if row.origin_index == step.file.index), None)
        if row is None or not row.created:
            return row
        place = self._volumes.resolve(row.volume_id, row.path)
        seen = await asyncio.to_thread(placing.identity, place)
        if seen is not None and seen.size == step.file.size:
            return row
        await self._files.forget(row.id)
        return None

    def _row(
        self, job: ImportJob, step: Step, media_id: str | None, known: LibraryFile | None
    ) -> LibraryFile:
        """Return the row to be; its path is that of the source until it has its place."""
        return LibraryFile(
            id=known.id if known else new_id(),
            media_id=media_id,
            volume_id=job.volume_id,
            path=step.source,
            role=step.role,
            size=step.file.size,
            mtime_ns=0,
            created=True,
            added_at=known.added_at if known else self._clock(),
            origin=job.origin,
            origin_index=step.file.index,
            release_name=within(job.name, step.file.path),
            guess=guess_of(step.release) if step.release else "{}",
            probe=job.probes.get(step.file.index),
            language=step.subtitle.language if step.subtitle else "",
        )

    async def _unsorted(self, job: ImportJob, step: Step) -> None:
        """Remember a film that cannot be told apart. It stays with its download for now."""
        if await self._known(job, step) is not None:
            return
        place = self._volumes.resolve(job.volume_id, step.source)
        seen = await asyncio.to_thread(placing.identity, place)
        row = self._row(job, step, None, None)
        await self._files.put(
            replace(
                row,
                created=False,
                reason=step.reason or "The name does not say what it is.",
                mtime_ns=seen.mtime_ns if seen else 0,
                inode=seen.inode if seen else 0,
            )
        )

    async def forget_vanished(self, origin: str = "") -> None:
        """Forget unsorted files of downloads (of one, or of all) that are not there any more."""
        for row in await self._files.unsorted():
            if not row.origin or row.created or origin not in {"", row.origin}:
                continue
            try:
                place = self._volumes.resolve(row.volume_id, row.path)
            except VolumeOffline:
                continue
            if await asyncio.to_thread(placing.identity, place) is None:
                await self._files.forget(row.id)

    async def adopt(self, file: LibraryFile, title: Title) -> LibraryFile:
        """Sort a file that waited: one of a download comes into the library, a person's stays."""
        media_id = await self._media.ensure_media(title, provisional=False)
        title = (await self._media.get(media_id)).as_title()
        if not file.origin or file.created:
            async with self._changes.change() as touched:
                await self._files.change(file.id, media_id=media_id, reason="")
                await self._media.note(media_id, "sorted", file.path)
                touched.add(media_id)
            return await self._files.get(file.id)
        target = film_target(title, self.release_of(file), self.templates(), file.path)
        row = replace(file, media_id=media_id, created=True, reason="")
        placed = await self._placement.place(file.volume_id, row, file.volume_id, file.path, target)
        await self.write_nfo(placed)
        return placed

    async def _manage(self, row: LibraryFile) -> None:
        """Let the scanner look after the folder that the template imports into."""
        folder = top_folder(row.path)
        if folder:
            films = top_folder(self._settings.get(MOVIE_TEMPLATE)) == folder
            shows = top_folder(self._settings.get(EPISODE_TEMPLATE)) == folder
            kind = FolderKind.MOVIES if films and not shows else FolderKind.SHOWS
            kind = FolderKind.MIXED if films == shows else kind
            await self._folders.ensure(row.volume_id, folder, kind)

    # names -----------------------------------------------------------------------------------
    def templates(self) -> dict[MediaKind, str]:
        return {
            MediaKind.MOVIE: self._settings.get(MOVIE_TEMPLATE),
            MediaKind.EPISODE: self._settings.get(EPISODE_TEMPLATE),
        }

    @staticmethod
    def release_of(file: LibraryFile) -> Release:
        return parse_path(file.release_name or file.path)

    async def write_nfo(self, file: LibraryFile) -> None:
        """Write what the film is beside it. A drive that refuses costs only the `.nfo`."""
        if file.role is not FileRole.FILM or file.media_id is None:
            return
        if not self._settings.get(WRITE_NFO):
            return
        title = (await self._media.get(file.media_id)).as_title()
        documents = [(nfo.path_of(file.path), nfo.document(title))]
        show = nfo.show_path(file.path) if title.kind is MediaKind.EPISODE else None
        if show:
            documents.append((show, nfo.show_document(title)))
        try:
            root = await self._volumes.writable(file.volume_id)
            for path, content in documents:
                await asyncio.to_thread(nfo.write, root, path, content)
        except (OSError, MatineeError) as error:
            _log.warning("No .nfo for %s: %s", PurePosixPath(file.path).name, error)
