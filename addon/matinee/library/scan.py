"""Scans library folders without holding up anything: one at a time, in batches, in a thread."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from ..errors import VolumeOffline
from ..models.ids import new_id
from ..volumes import Volumes
from ..volumes.patience import Patience
from .absorb import Absorber, NewFile
from .files import FileRole, Files, KnownFile, LibraryFile
from .folders import LibraryFolder, LibraryFolders
from .sorting import is_wanted, read
from .tasks import guarded
from .walk import Found, Walker

_BATCH = 200
# A folder on a disk that sleeps, or with very many entries.
_PATIENCE = 120.0
_MISSING_DAYS = 30
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class ScanStatus:
    """How far the scan is, or how the last one went. Counts of files; times since 1970.

    `folder` is what is read now. `found` were seen, `done` of them are taken in. `trouble` is a
    sentence, empty when all went well.
    """

    running: bool = False
    folder: str = ""
    found: int = 0
    done: int = 0
    new: int = 0
    moved: int = 0
    missing: int = 0
    unreadable: int = 0
    cancelled: bool = False
    started_at: float = 0.0
    finished_at: float = 0.0
    trouble: str = ""


@dataclass(slots=True)
class _Batch:
    """What one stretch of the walk brought. `young` files may still be being written."""

    count: int = 0
    changed: list[tuple[Found, KnownFile]] = field(default_factory=list)
    new: list[NewFile] = field(default_factory=list)
    young: int = 0


@dataclass(frozen=True, slots=True)
class _Request:
    folder_id: str
    path: str | None
    settle: float


class Scanner:
    """Compares library folders with their rows. A file of the same size and time is not read.

    `left_out(volume_id)` names relative folders that belong to others, such as where downloads
    arrive. `on_new` is called when rows were added (their facts are still to be found out).
    """

    def __init__(
        self,
        files: Files,
        folders: LibraryFolders,
        absorber: Absorber,
        volumes: Volumes,
        *,
        left_out: Callable[[str], Collection[str]] = lambda _volume_id: (),
        on_new: Callable[[], None] = lambda: None,
        clock: Clock = time.time,
    ) -> None:
        self._files, self._folders, self._absorber = files, folders, absorber
        self._volumes, self._left_out, self._on_new, self._clock = volumes, left_out, on_new, clock
        self._waiting: dict[tuple[str, str | None], _Request] = {}
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._cancelled = False
        self._later: set[asyncio.TimerHandle] = set()
        self._task: asyncio.Task[None] | None = None
        self._patience = Patience()
        self.status = ScanStatus()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._work(), name="library-scan")

    async def stop(self) -> None:
        self._waiting.clear()
        self._cancelled = True
        for handle in self._later:
            handle.cancel()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def request(self, folder_id: str, path: str | None = None, *, settle: float = 0.0) -> None:
        """Scan a folder soon, or of it only the tree at `path` (relative to the volume).

        New files that were written to within the last `settle` seconds are left for later.
        """
        if (folder_id, None) in self._waiting:
            return
        if path is None:
            for key in [key for key in self._waiting if key[0] == folder_id]:
                del self._waiting[key]
        self._waiting.setdefault((folder_id, path), _Request(folder_id, path, settle))
        if not self.status.running:
            # Whoever asked looks at the status next, and must not see that of the last scan.
            self._begin()
        self._idle.clear()
        self._wake.set()

    async def request_all(self) -> None:
        """Scan every folder whose drive is there."""
        for folder in await self._folders.list():
            self.request(folder.id)

    def cancel(self) -> None:
        """End the scan that runs and drop those that wait. What was found stays."""
        self._waiting.clear()
        self._cancelled = True

    async def wait_idle(self) -> None:
        """Return when nothing is left to scan."""
        await self._idle.wait()

    # the work ------------------------------------------------------------------------------------
    async def _work(self) -> None:
        while True:
            if not self._waiting:
                self._finish()
            await self._wake.wait()
            self._wake.clear()
            if not self._waiting:
                continue
            self._begin()
            while self._waiting:
                request = self._waiting.pop(next(iter(self._waiting)))
                await self._run(request)

    def _begin(self) -> None:
        self._cancelled = False
        self.status = ScanStatus(running=True, started_at=self._clock())

    def _finish(self) -> None:
        if self.status.running:
            self.status = replace(
                self.status,
                running=False,
                folder="",
                cancelled=self._cancelled,
                finished_at=self._clock(),
            )
        self._idle.set()

    async def _run(self, request: _Request) -> None:
        # A drive that is away, or went away, is no fault: it is scanned when it returns.
        trouble = await guarded("Scanning a library folder", self._scan(request))
        if trouble:
            self.status = replace(self.status, trouble=trouble)

    async def _scan(self, request: _Request) -> None:
        folder = await self._folders.get(request.folder_id)
        start = folder.path if request.path is None else request.path
        root = await self.present(folder.volume_id)
        self.status = replace(self.status, folder=str(root / start))
        left_out = await self.left_out(folder)
        known = {
            path: file
            for path, file in (await self._files.known_in(folder.volume_id, start)).items()
            if not any(path.startswith(other + "/") for other in left_out if other)
        }
        walker = Walker(root, is_wanted, left_out)
        added = await self._walk(folder, root, walker, known, start, request.settle)
        await self._absorber.join_companions(added)
        self._count(unreadable=len(walker.report.unreadable) + walker.report.bad_names)
        if self._cancelled:
            return
        gone = {path: file for path, file in known.items() if not walker.report.hides(path)}
        await self._lost(folder.volume_id, root, gone)
        if request.path is None:
            before = self._clock() - _MISSING_DAYS * 86400
            await self._absorber.forget_missing(folder.volume_id, folder.path, before)
            await self._folders.mark_scanned(folder.id, self._clock())

    async def _walk(
        self,
        folder: LibraryFolder,
        root: Path,
        walker: Walker,
        known: dict[str, KnownFile],
        start: str,
        settle: float,
    ) -> list[LibraryFile]:
        """Take in all that lies beneath `start`; what is left in `known` was not seen."""
        added: list[LibraryFile] = []
        young = 0
        found = walker.files(start)
        while not self._cancelled:
            batch = await self._patience.call(
                f"scan:{new_id()}", _PATIENCE, lambda: self._next(found, folder, known, settle)
            )
            if not batch.count:
                break
            self._count(found=batch.count)
            await self._absorber.changed(batch.changed)
            moved, fresh = await self._absorber.new(folder.volume_id, root, batch.new)
            for path in moved:
                known.pop(path, None)
            added += [row for row in fresh if row.role is not FileRole.FILM]
            young += batch.young
            self._count(done=batch.count, new=len(fresh), moved=len(moved))
            if fresh or batch.changed:
                self._on_new()
        if young:
            self._again(folder.id, start, settle)
        return added

    def _next(
        self,
        files: Iterator[Found],
        folder: LibraryFolder,
        known: dict[str, KnownFile],
        settle: float,
    ) -> _Batch:
        """Read on for a batch and compare it with the rows. Runs in a thread."""
        batch = _Batch()
        now = self._clock()
        for found in islice(files, _BATCH):
            batch.count += 1
            row = known.pop(found.path, None)
            if row is not None:
                if not _same(found, row):
                    batch.changed.append((found, row))
            elif 0 <= now - found.mtime_ns / 1e9 < settle:
                batch.young += 1
            else:
                inner = found.path[len(folder.path) + 1 :] if folder.path else found.path
                reading = read(inner, found.size, folder.kind)
                if reading is not None:
                    batch.new.append(NewFile(found, reading))
        return batch

    async def _lost(self, volume_id: str, root: Path, gone: dict[str, KnownFile]) -> None:
        """Mark what is really gone; a drive that went away meanwhile takes nothing with it."""
        if not gone:
            return
        there = await self._patience.call(
            f"scan:{new_id()}", _PATIENCE, lambda: _existing(root, tuple(gone))
        )
        if await self.present(volume_id) != root:
            raise VolumeOffline("The drive moved while it was scanned.")
        await self._absorber.hidden({path: gone[path] for path in there})
        vanished = {path: file for path, file in gone.items() if path not in there}
        self._count(missing=await self._absorber.missing(vanished))

    async def left_out(self, folder: LibraryFolder) -> frozenset[str]:
        """Return what of the folder belongs to others: relative to the volume."""
        return await self._folders.nested(folder) | frozenset(self._left_out(folder.volume_id))

    async def present(self, volume_id: str) -> Path:
        """Return the root of the volume, having looked that it is the right one.

        Raises `VolumeOffline`, `NotFound`. A drive that can only be read is good enough.
        """
        try:
            return await self._volumes.writable(volume_id)
        except VolumeOffline as error:
            if error.code == "volume_read_only":
                return self._volumes.resolve(volume_id, "")
            raise

    async def forget_folder(self, folder: LibraryFolder) -> None:
        """Drop the rows of a folder that left the library, except those of files we made."""
        kept = await self._folders.nested(folder)
        known = await self._files.known_in(folder.volume_id, folder.path)
        await self._absorber.hidden(
            {
                path: file
                for path, file in known.items()
                if not any(path.startswith(other + "/") for other in kept)
            }
        )

    def _again(self, folder_id: str, path: str, settle: float) -> None:
        def fire() -> None:
            self._later.discard(handle)
            self.request(folder_id, path, settle=settle)

        handle = asyncio.get_running_loop().call_later(settle, fire)
        self._later.add(handle)

    def _count(self, **more: int) -> None:
        self.status = replace(
            self.status, **{name: getattr(self.status, name) + by for name, by in more.items()}
        )


def _same(found: Found, row: KnownFile) -> bool:
    """The inode is taken over when it differs: many filesystems number anew at each mount."""
    return (
        (found.size, found.mtime_ns) == (row.size, row.mtime_ns)
        and found.inode == row.inode
        and not row.missing_since
    )


def _existing(root: Path, paths: Sequence[str]) -> frozenset[str]:
    return frozenset(path for path in paths if os.path.lexists(root / path))
