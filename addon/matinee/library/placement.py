"""Places one file at a time, so that a crash at any point is finished or undone.

A row in the journal, the change to the disk, then the library's row and the end of the operation
in one transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, replace

from ..errors import MatineeError, NoSpace, NotFound, VolumeOffline
from ..storage import Database
from ..volumes import Volumes
from . import placing
from .changes import Changes
from .files import Files, LibraryFile, from_row, to_row
from .media import MediaCatalogue
from .operations import Journal, Operation
from .places import Vacancies, in_words
from .placing import Identity, Method, Way

Clock = Callable[[], float]
Placed = Callable[[LibraryFile], Awaitable[None]]
_KIND = "import"


class Placement:
    """Brings single files to their places. `placed` is called before the row is written.

    `finished` is called for files whose placing `recover` finished.
    """

    def __init__(
        self,
        database: Database,
        files: Files,
        media: MediaCatalogue,
        changes: Changes,
        volumes: Volumes,
        clock: Clock,
        *,
        placed: Placed,
        finished: Placed,
    ) -> None:
        self._files, self._media = files, media
        self._changes, self._volumes = changes, volumes
        self._placed, self._finished = placed, finished
        self._journal = Journal(database, clock)
        self._vacancies = Vacancies(files, self._journal)
        # Choosing a free name and reserving it in the journal belong together.
        self._naming = asyncio.Lock()

    async def place(
        self,
        volume_id: str,
        row: LibraryFile,
        source_volume: str,
        source: str,
        target: str,
        *,
        may_move: bool = False,
    ) -> LibraryFile:
        """Put one file at its place, or at a numbered one beside it when that is taken."""
        root = await self._volumes.writable(volume_id)
        source_root = self._volumes.resolve(source_volume, "")
        async with self._naming:
            target = await self._vacancies.free(root, volume_id, target, row.role)
            operation = Operation(_KIND, volume_id, source, target)
            way = Way(source_root, source, root, target, f".{operation.id}.partial")
            try:
                wanted = await asyncio.to_thread(placing.source_identity, way, row.size)
            except (OSError, NotFound) as error:
                raise in_words(error, source) from error
            row = replace(row, volume_id=volume_id, path=target)
            operation = replace(
                operation,
                detail={
                    "file": to_row(row),
                    "source_volume": source_volume,
                    "identity": asdict(wanted),
                },
            )
            await self._journal.begin(operation)
        try:
            made, method = await self._make(operation, way, may_move=may_move)
        except (OSError, MatineeError, placing.Stopped) as error:
            await self._undo(operation, way)
            raise in_words(error, source) if isinstance(error, OSError) else error from error
        return await self._finish(operation, row, made, method)

    async def twin(
        self, source_volume: str, source: str, rows: Sequence[LibraryFile]
    ) -> LibraryFile | None:
        """Return that one of the rows whose file has the very bytes of the source, if any.

        Only files of the same size are read. Drives that are away have none. Raises
        `VolumeOffline` when that of the source is.
        """
        # Looks at the drive: one that has just come back is known to be there.
        source_root = await self._volumes.writable(source_volume)
        for row in rows:
            if (row.volume_id, row.path) == (source_volume, source):
                continue
            try:
                root = self._volumes.resolve(row.volume_id, "")
            except (NotFound, VolumeOffline):
                continue
            way = Way(source_root, source, root, row.path, "")
            if await _stoppable(placing.same_bytes, way):
                return row
        return None

    async def _make(
        self, operation: Operation, way: Way, *, may_move: bool
    ) -> tuple[Identity, Method]:
        if await asyncio.to_thread(placing.link, way):
            made = await asyncio.to_thread(placing.identity, way.place)
            return _there(made, way), Method.LINK
        draft, method = await asyncio.to_thread(placing.clone, way), Method.CLONE
        if draft is None:
            size = int(operation.detail["identity"]["size"])
            if await self._must_move(operation, way, size, may_move=may_move):
                await asyncio.to_thread(placing.move, way)
                made = await asyncio.to_thread(placing.identity, way.place)
                return _there(made, way), Method.MOVE
            draft, method = await _stoppable(placing.copy, way), Method.COPY
        # By this identity a restart knows that the file under the final name is ours.
        detail = {**operation.detail, "identity": asdict(draft)}
        await self._journal.begin(replace(operation, detail=detail))
        await asyncio.to_thread(placing.publish, way)
        return draft, method

    async def _must_move(
        self, operation: Operation, way: Way, size: int, *, may_move: bool
    ) -> bool:
        """Say whether a copy has no space but a move is possible. Raises `NoSpace` else."""
        try:
            await self._volumes.require_space(operation.volume_id, size)
        except NoSpace as error:
            if way.source_root != way.root:
                raise
            if may_move:
                return True
            raise NoSpace(
                error.message,
                code="no_space_to_copy",
                hint=f"{error.hint} Or wait until it has been shared enough: then it is moved.",
            ) from error
        return False

    async def _undo(self, operation: Operation, way: Way) -> None:
        with contextlib.suppress(OSError):
            await asyncio.to_thread(placing.discard_draft, way)
        await self._journal.end(operation.id)

    async def _finish(
        self, operation: Operation, row: LibraryFile, made: Identity, method: Method | None = None
    ) -> LibraryFile:
        row = replace(row, mtime_ns=made.mtime_ns, inode=made.inode, missing_since=0.0)
        await self._placed(row)
        async with self._changes.change() as touched:
            media_id = row.media_id
            if media_id is not None:
                try:
                    media_id = await self._media.resolve(media_id)
                except NotFound:
                    media_id = None
            row = replace(row, media_id=media_id)
            await self._files.put(row)
            await self._journal.end(operation.id)
            if media_id is not None:
                how = f" ({method})" if method else ""
                await self._media.note(media_id, "imported", f"{row.path}{how}")
                touched.add(media_id)
        return row

    # after a crash ---------------------------------------------------------------------------
    async def recover(self, volume_id: str = "", origin: str = "") -> None:
        """Finish or undo the imports that were broken off. Drives that are away wait."""
        for operation in await self._journal.pending([_KIND]):
            row = from_row(operation.detail["file"])
            if volume_id not in {"", operation.volume_id} or origin not in {"", row.origin}:
                continue
            with contextlib.suppress(VolumeOffline):
                await self._recover(operation, row)

    async def _recover(self, operation: Operation, row: LibraryFile) -> None:
        try:
            root = await self._volumes.writable(operation.volume_id)
            source_root = self._volumes.resolve(operation.detail["source_volume"], "")
        except NotFound:
            await self._journal.end(operation.id)
            return
        way = Way(source_root, operation.source, root, operation.target, f".{operation.id}.partial")
        await asyncio.to_thread(placing.discard_draft, way)
        seen = await asyncio.to_thread(placing.identity, way.place)
        wanted = Identity(**operation.detail["identity"])
        if seen is not None and await self._is_ours(way, seen, wanted):
            row = await self._finish(operation, row, seen)
            await self._finished(row)
        else:
            await self._journal.end(operation.id)

    @staticmethod
    async def _is_ours(way: Way, seen: Identity, wanted: Identity) -> bool:
        """Say whether the file under the final name is the one that was being placed."""
        if seen == wanted:
            return True
        return seen.may_be(wanted) and await _stoppable(placing.same_bytes, way)


def _there(made: Identity | None, way: Way) -> Identity:
    if made is None:
        raise FileNotFoundError(way.place)
    return made


async def _stoppable[T](work: Callable[[Way, threading.Event], T], way: Way) -> T:
    """Run long work in a thread; a cancellation breaks it off and waits for its end."""
    stop = threading.Event()
    running = asyncio.ensure_future(asyncio.to_thread(work, way, stop))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.set()
        with contextlib.suppress(placing.Stopped, OSError, MatineeError):
            await running
        raise
