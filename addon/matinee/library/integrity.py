"""Looks whether films at home are still whole: size, checksum, and whether they can be decoded."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import NotFound, RetryLater
from ..models.limits import MIB
from ..programs.ffmpeg import Check
from ..volumes import Volumes
from ..volumes.patience import Patience
from .changes import Changes
from .files import FileRole, Files, LibraryFile
from .media import MediaCatalogue
from .tasks import guarded

_CHUNK = 4 * MIB
_SLICE = 64 * MIB
_PATIENCE = 300.0
_NICENESS = 15
_ALGORITHM = "blake2b"
OK = "ok"
Clock = Callable[[], float]
Decoding = Callable[[Path], Awaitable[Check]]


@dataclass(frozen=True, slots=True)
class IntegrityStatus:
    """What is checked now. Bytes of the present file; files of all that were asked for."""

    running: bool = False
    file_id: str = ""
    path: str = ""
    step: str = ""
    done: int = 0
    size: int = 0
    files_done: int = 0
    files: int = 0
    damaged: int = 0


class Integrity:
    """Checks files one after another at low priority, on demand.

    The first good check stores a checksum; later ones compare with it, and decode only what has
    none. `check_result` of the row is "ok", or "changed: …", "damaged: …", "missing: …" with a
    sentence. `decode` reads a whole film (`programs.ffmpeg.check`).
    """

    def __init__(
        self,
        files: Files,
        media: MediaCatalogue,
        changes: Changes,
        volumes: Volumes,
        decode: Decoding,
        clock: Clock = time.time,
    ) -> None:
        self._files, self._media, self._changes = files, media, changes
        self._volumes, self._decode, self._clock = volumes, decode, clock
        self._waiting: deque[str] = deque()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopped = threading.Event()
        self._current: asyncio.Task[str] | None = None
        self._task: asyncio.Task[None] | None = None
        self._patience = Patience()
        self.status = IntegrityStatus()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._work(), name="library-integrity")

    async def stop(self) -> None:
        await self.cancel()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def check_media(self, media_id: str) -> int:
        """Check all files of a film or episode soon; return how many. Raises `NotFound`."""
        media = await self._media.get(media_id)
        files = await self._files.of_media(media.id)
        if not files:
            raise NotFound("There is no file of it at home.", code="no_file")
        return self.check_files([file.id for file in files])

    def check_files(self, file_ids: list[str]) -> int:
        """Check these files soon, those that do not wait already; return how many are new."""
        fresh = [file_id for file_id in file_ids if file_id not in self._waiting]
        self._waiting.extend(fresh)
        before = self.status if self.status.running else IntegrityStatus()
        self.status = replace(before, running=True, files=before.files + len(fresh))
        self._idle.clear()
        self._wake.set()
        return len(fresh)

    async def cancel(self) -> None:
        """Check no more; the result of a file that is only half checked stays as it was."""
        self._waiting.clear()
        self._stopped.set()
        if self._current is not None:
            self._current.cancel()
            await asyncio.gather(self._current, return_exceptions=True)

    async def wait_idle(self) -> None:
        """Return when nothing is left to check."""
        await self._idle.wait()

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                self._stopped.clear()
                work = guarded("Checking a file", self._one(self._waiting.popleft()))
                self._current = asyncio.create_task(work)
                await asyncio.wait({self._current})
                self._current = None
                self.status = replace(self.status, files_done=self.status.files_done + 1)
            self.status = replace(self.status, running=False, file_id="", path="", step="")
            self._idle.set()

    async def _one(self, file_id: str) -> None:
        file = await self._files.get(file_id)
        self.status = replace(
            self.status, file_id=file.id, path=file.path, step="reading", done=0, size=file.size
        )
        result, checksum = await self._judge(file)
        if result != OK:
            self.status = replace(self.status, damaged=self.status.damaged + 1)
        async with self._changes.change() as touched:
            await self._files.change(
                file.id, check_result=result, checked_at=self._clock(), checksum=checksum
            )
            if file.media_id:
                touched.add(file.media_id)
                await self._media.note(file.media_id, "checked", f"{file.path}: {result}")

    async def _judge(self, file: LibraryFile) -> tuple[str, str]:
        """Return the result and the checksum to keep. Raises `VolumeOffline` and `RetryLater`."""
        path = self._volumes.resolve(file.volume_id, file.path)
        about = await self._away(path, lambda: _about(path))
        if about is None:
            return "missing: The file is not there any more.", file.checksum
        if about != (file.size, file.mtime_ns):
            return "changed: The file was changed since it came into the library.", ""
        try:
            checksum = await self._checksum(path)
        except OSError as error:
            return f"damaged: The drive cannot read it ({error.strerror}).", file.checksum
        if file.checksum:
            if checksum == file.checksum:
                return OK, checksum
            return "damaged: Its content changed although nobody wrote to it.", file.checksum
        if file.role is FileRole.FILM:
            self.status = replace(self.status, step="decoding")
            found = await self._decode(path)
            if not found.ok:
                return f"damaged: {'; '.join(found.errors)}"[:500], ""
        return OK, checksum

    async def _checksum(self, path: Path) -> str:
        """Return "blake2b:" and 64 hex digits of the whole file."""
        digest = hashlib.blake2b(digest_size=32)
        offset = 0
        while True:
            start = offset
            count = await self._away(path, lambda: self._slice(path, digest, start))  # noqa: B023 awaited at once
            if not count:
                return f"{_ALGORITHM}:{digest.hexdigest()}"
            offset += count
            self.status = replace(self.status, done=offset)

    def _slice(self, path: Path, digest: hashlib.blake2b, start: int) -> int:
        """Take the next stretch of the file into the digest; return its length. In a thread."""
        # Of this thread alone; it ends with the slice.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        count = 0
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            while count < _SLICE and not self._stopped.is_set():
                data = os.pread(handle, _CHUNK, start + count)
                if not data:
                    break
                digest.update(data)
                count += len(data)
            # A film read once must not push out of memory what is used often.
            os.posix_fadvise(handle, start, count, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)
        return count

    async def _away[T](self, path: Path, function: Callable[[], T]) -> T:
        try:
            return await self._patience.call(f"integrity:{path}", _PATIENCE, function)
        except RetryLater as error:
            raise RetryLater(f"{path.name} cannot be read now: {error.message}") from error


def _about(path: Path) -> tuple[int, int] | None:
    try:
        about = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return about.st_size, about.st_mtime_ns
