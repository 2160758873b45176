"""What Matinee deletes of its own waits in a trash on the same drive."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import orjson

from ..errors import Conflict, MatineeError, NotAllowed, NotFound, VolumeOffline
from ..models.ids import new_id
from ..settings import TRASH_DAYS, Settings
from ..storage import Database, Row
from ..volumes import Volumes
from ..volumes.paths import join, make_folders
from . import disk, placing
from .changes import Changes
from .disk import TRASH_FOLDER
from .files import FileRole, Files, LibraryFile, from_row, to_row
from .media import MediaCatalogue
from .tasks import guarded

_log = logging.getLogger(__name__)
_LOOK_EVERY = 6 * 3600.0
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class TrashItem:
    """A row. Paths are relative to the root of the volume; `size` in bytes."""

    id: str
    volume_id: str
    original_path: str
    trash_path: str
    size: int
    file: LibraryFile
    reason: str
    trashed_at: float


@dataclass(frozen=True, slots=True)
class Discarded:
    """How many files went into the trash, and how many of the user's own stayed."""

    trashed: int
    kept: int


def _item(row: Row) -> TrashItem:
    return TrashItem(
        row["id"],
        row["volume_id"],
        row["original_path"],
        row["trash_path"],
        row["size"],
        from_row(orjson.loads(row["row"])),
        row["reason"],
        row["trashed_at"],
    )


class Trash:
    """Moves Matinee's own files aside, gives them back, and forgets them after a while.

    Every change to the disk has its row in `library_operations` first; `recover` finishes or
    undoes what a crash interrupted. Files that Matinee did not make are refused. `restored` is
    awaited with each film that came back.
    """

    def __init__(
        self,
        database: Database,
        files: Files,
        media: MediaCatalogue,
        changes: Changes,
        volumes: Volumes,
        settings: Settings,
        clock: Clock = time.time,
        *,
        restored: Callable[[LibraryFile], Awaitable[None]] | None = None,
    ) -> None:
        self._database, self._files, self._media = database, files, media
        self._changes, self._volumes, self._settings = changes, volumes, settings
        self._clock, self._restored = clock, restored
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Finish what a crash interrupted, then empty what is old from time to time."""
        await self.recover()
        self._task = asyncio.create_task(self._expire_regularly(), name="library-trash")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @property
    def keep_days(self) -> int:
        """How many days files wait here, by the setting."""
        return self._settings.get(TRASH_DAYS)

    # reading ----------------------------------------------------------------------------------
    async def list(self, after: str = "", limit: int = 100) -> list[TrashItem]:
        """Return what is in the trash, the latest first, from the one after the id `after`."""
        rows = await self._database.fetch(
            "SELECT * FROM trash WHERE ?1 = '' OR id < ?1 ORDER BY id DESC LIMIT ?2",
            (after, limit),
        )
        return [_item(row) for row in rows]

    async def get(self, trash_id: str) -> TrashItem:
        """Raises `NotFound`."""
        row = await self._database.fetch_one("SELECT * FROM trash WHERE id = ?", (trash_id,))
        if row is None:
            raise NotFound("This is not in the trash any more.", code="trash_not_found")
        return _item(row)

    # into the trash ---------------------------------------------------------------------------
    async def discard_media(self, media_id: str, reason: str = "deleted") -> Discarded:
        """Move all of Matinee's files of a film or episode into the trash.

        Raises `NotFound`, `NotAllowed` (`own_files`) when there are only the user's own files,
        `VolumeOffline`. Files that came with the film go with it.
        """
        media = await self._media.get(media_id)
        files = await self._files.of_media(media.id)
        ours = [file for file in files if file.created]
        if files and not ours:
            raise _own_file(files[0])
        for file in ours:
            await self.discard_file(file.id, reason)
        return Discarded(len(ours), len(files) - len(ours))

    async def discard_file(self, file_id: str, reason: str = "deleted") -> TrashItem | None:
        """Move one file into the trash; None when it was not there any more.

        Raises `NotFound`, `NotAllowed` (`own_files`), `VolumeOffline`, `Conflict`.
        """
        async with self._lock:
            file = await self._files.get(file_id)
            if not file.created:
                raise _own_file(file)
            root = await self._volumes.writable(file.volume_id)
            if not await asyncio.to_thread(os.path.lexists, join(root, file.path)):
                await self._drop(file)
                return None
            return await self._discard(root, file, reason)

    async def _drop(self, file: LibraryFile) -> None:
        async with self._changes.change() as touched:
            await self._files.forget(file.id)
            if file.media_id:
                touched.add(file.media_id)

    async def _discard(self, root: Path, file: LibraryFile, reason: str) -> TrashItem:
        now = self._clock()
        day = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d")
        item_id = new_id()
        name = PurePosixPath(file.path).name
        item = TrashItem(
            item_id,
            file.volume_id,
            file.path,
            f"{TRASH_FOLDER}/{day}/{item_id}/{name}",
            file.size,
            file,
            reason,
            now,
        )
        await self._begin("trash", item)
        try:
            await asyncio.to_thread(_move, root, item.original_path, item.trash_path)
        except OSError as error:
            await self._end(item.id)
            raise _refused(file.path, error) from error
        await self._finish_trash(item)
        tidy = disk.tidy_film if file.role is FileRole.FILM else disk.tidy
        await asyncio.to_thread(tidy, root, item.original_path)
        return item

    async def _begin(self, kind: str, item: TrashItem, target: str = "") -> None:
        source = item.original_path if kind == "trash" else item.trash_path
        detail = {"file": to_row(item.file), "reason": item.reason, "at": item.trashed_at}
        await self._database.execute(
            "INSERT INTO library_operations (id, kind, volume_id, source, target, detail,"
            " started_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                item.id,
                kind,
                item.volume_id,
                source,
                target or item.trash_path,
                orjson.dumps(detail).decode(),
                self._clock(),
            ),
        )

    async def _end(self, operation_id: str) -> None:
        await self._database.execute("DELETE FROM library_operations WHERE id = ?", (operation_id,))

    async def _finish_trash(self, item: TrashItem) -> None:
        """Write that the file is in the trash. Doing it twice is doing it once."""
        async with self._changes.change() as touched:
            await self._database.execute(
                "INSERT OR REPLACE INTO trash (id, volume_id, original_path, trash_path, size, row,"
                " reason, trashed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    item.id,
                    item.volume_id,
                    item.original_path,
                    item.trash_path,
                    item.size,
                    orjson.dumps(to_row(item.file)).decode(),
                    item.reason,
                    item.trashed_at,
                ),
            )
            await self._files.forget(item.file.id)
            await self._end(item.id)
            if item.file.media_id:
                touched.add(item.file.media_id)
                await self._media.note(item.file.media_id, "trashed", item.original_path)

    # out of the trash -------------------------------------------------------------------------
    async def restore(self, trash_id: str) -> LibraryFile:
        """Give a file back to its place, or beside it when the place is taken.

        Raises `NotFound`, `VolumeOffline`, `Conflict`.
        """
        async with self._lock:
            item = await self.get(trash_id)
            root = await self._volumes.writable(item.volume_id)
            if not await asyncio.to_thread(os.path.lexists, join(root, item.trash_path)):
                await self._database.execute("DELETE FROM trash WHERE id = ?", (item.id,))
                raise NotFound(
                    "The file is not in the trash folder any more.", code="trash_not_found"
                )
            target = await asyncio.to_thread(disk.free_place, root, item.original_path)
            await self._begin("restore", item, target)
            try:
                await asyncio.to_thread(_move, root, item.trash_path, target)
            except OSError as error:
                await self._end(item.id)
                raise _refused(item.original_path, error) from error
            file = await self._finish_restore(item, target)
            await asyncio.to_thread(disk.tidy, root, item.trash_path)
        if self._restored is not None and file.role is FileRole.FILM:
            await self._restored(file)
        return file

    async def _finish_restore(self, item: TrashItem, target: str) -> LibraryFile:
        file = replace(item.file, path=target, missing_since=0.0)
        async with self._changes.change() as touched:
            if file.media_id is not None:
                file = replace(file, media_id=await self._still_known(file.media_id))
            if file.media_id is None and file.role is FileRole.FILM and not file.reason:
                file = replace(file, reason="It was restored; its title is not known any more.")
            await self._files.put(file)
            await self._database.execute("DELETE FROM trash WHERE id = ?", (item.id,))
            await self._end(item.id)
            if file.media_id:
                touched.add(file.media_id)
                await self._media.note(file.media_id, "restored", target)
        return file

    async def _still_known(self, media_id: str) -> str | None:
        try:
            return await self._media.resolve(media_id)
        except NotFound:
            return None

    # gone for good ----------------------------------------------------------------------------
    async def delete(self, trash_id: str) -> None:
        """Delete one file of the trash for good. Raises `NotFound`, `VolumeOffline`."""
        async with self._lock:
            item = await self.get(trash_id)
            root = await self._volumes.writable(item.volume_id)
            # First the file: a crash in between leaves a row without one, which does no harm.
            await asyncio.to_thread(disk.unlink_trashed, root, item.trash_path)
            await self._database.execute("DELETE FROM trash WHERE id = ?", (item.id,))

    async def empty(self, before: float | None = None) -> int:
        """Delete what was trashed before that time (None: all); return how many files went.

        What lies on drives that are away stays until they return.
        """
        rows = await self._database.fetch(
            "SELECT id FROM trash WHERE ?1 IS NULL OR trashed_at < ?1", (before,)
        )
        gone = 0
        for row in rows:
            try:
                await self.delete(row["id"])
                gone += 1
            except (NotFound, VolumeOffline):
                continue
            except OSError as error:
                _log.warning("A file in the trash cannot be deleted: %s", error)
        return gone

    async def _expire_regularly(self) -> None:
        while True:
            before = self._clock() - self.keep_days * 86400
            await guarded("Emptying the trash", self.empty(before))
            await asyncio.sleep(_LOOK_EVERY)

    # after a crash ----------------------------------------------------------------------------
    async def recover(self, volume_id: str | None = None) -> None:
        """Finish or undo what was under way; drives that are away wait for their return."""
        rows = await self._database.fetch(
            "SELECT * FROM library_operations WHERE kind IN ('trash', 'restore')"
            " AND (?1 IS NULL OR volume_id = ?1) ORDER BY id",
            (volume_id,),
        )
        for row in rows:
            with contextlib.suppress(VolumeOffline):
                await self._recover(row)

    async def _recover(self, row: Row) -> None:
        async with self._lock:
            try:
                root = await self._volumes.writable(row["volume_id"])
            except NotFound:
                await self._end(row["id"])
                return
            moved = await asyncio.to_thread(disk.was_moved, root, row["source"], row["target"])
            if not moved:
                await self._end(row["id"])
                return
            detail = orjson.loads(row["detail"])
            file = from_row(detail["file"])
            trashing = row["kind"] == "trash"
            item = TrashItem(
                row["id"],
                row["volume_id"],
                file.path,
                row["target"] if trashing else row["source"],
                file.size,
                file,
                detail["reason"],
                detail["at"],
            )
            finish: Awaitable[object] = (
                self._finish_trash(item) if trashing else self._finish_restore(item, row["target"])
            )
            await finish


def _move(root: Path, source: str, target: str) -> None:
    """Rename within one filesystem; never over another file. Blocks on the disk."""
    folder = make_folders(root, PurePosixPath(target).parent)
    placing.rename(join(root, source), folder / PurePosixPath(target).name)
    disk.sync_folder(join(root, source).parent)


def _own_file(file: LibraryFile) -> NotAllowed:
    return NotAllowed(
        f"{PurePosixPath(file.path).name} is your own file. Matinee deletes only what it made.",
        code="own_files",
        hint="Delete it where it lies; the library notices.",
    )


def _refused(path: str, error: OSError) -> MatineeError:
    return Conflict(
        f"The drive refused to move {PurePosixPath(path).name}: {error.strerror or error}.",
        code="trash_refused",
        hint="Look whether the drive is full, write-protected or divided there.",
    )
