"""A file that is open for sending, shared by the requests for it.

A player asks for hundreds of small ranges; opening the file in a thread for each would cost more
than sending it. So a file at home stays open between them, and for a moment after the last.
"""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

from ..models.limits import MIB
from ..ports import ByteSource
from .local import FileSource, Identity, identity_of, open_descriptor, patiently

KEPT = 3.0
"""Seconds that a file stays open after its last request. A drive can be unmounted after it."""
_LARGE = 4 * MIB
_PAGE = MIB
"""Distance of the pages that are looked at: the kernel reads ahead in runs of this order."""
_MEMORY_FILESYSTEMS = frozenset({"tmpfs", "ramfs"})


class OpenFile:
    """One descriptor, with its own life: what is renamed or replaced meanwhile cuts nobody."""

    mode = "rb"

    def __init__(self, path: Path, size: int, identity: Identity | None = None) -> None:
        """Open it. Blocks. Raises `NotFound` when it is gone or not the file that was meant."""
        self._handle = open_descriptor(path, size, identity)
        device = os.fstat(self._handle).st_dev
        self._in_memory = _filesystem(device) in _MEMORY_FILESYSTEMS
        if size > _LARGE:
            os.posix_fadvise(self._handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)

    def fileno(self) -> int:
        return self._handle

    def close(self) -> None:
        """Close. Blocks on some network drives."""
        if self._handle >= 0:
            handle, self._handle = self._handle, -1
            os.close(handle)

    def __del__(self) -> None:
        if getattr(self, "_handle", -1) >= 0:
            self.close()

    def cached(self, offset: int, length: int) -> bool:
        """Say whether reading would not wait for the drive, as far as samples tell."""
        if self._in_memory:
            return True
        byte = bytearray(1)
        last = offset + length - 1
        try:
            return all(
                os.preadv(self._handle, [byte], at, os.RWF_NOWAIT)
                for at in (*range(offset, last, _PAGE), last)
            )
        except OSError as error:
            # Network and user-space filesystems do not say; they are read in a thread.
            if error.errno in (errno.EAGAIN, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL):
                return False
            raise

    def read_now(self, offset: int, length: int) -> bytes:
        return os.pread(self._handle, length, offset)

    async def read(self, offset: int, length: int) -> bytes:
        return await patiently(os.pread, self._handle, length, offset)


class Lease:
    """The use of an open file by one request."""

    def __init__(self, file: OpenFile, shelf: Shelf | None = None) -> None:
        self.file, self._shelf = file, shelf

    def end(self) -> None:
        """Give it back; what nobody needs is closed in a thread, without waiting for it."""
        if self._shelf is None:
            _close(self.file)
        else:
            self._shelf.give_back()


class Shelf:
    """Keeps the file of one source at home open while requests come."""

    def __init__(self) -> None:
        self._file: OpenFile | None = None
        self._users = 0
        self._timer: asyncio.TimerHandle | None = None
        self._opening = asyncio.Lock()

    async def take(self, path: Path, identity: Identity) -> Lease:
        """Raises `NotFound` or `RetryLater` when it cannot be opened."""
        self._users += 1
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        try:
            if self._file is None:
                async with self._opening:
                    if self._file is None:
                        self._file = await patiently(OpenFile, path, identity.size, identity)
        finally:
            if self._file is None:
                self.give_back()
        return Lease(self._file, self)

    def give_back(self) -> None:
        self._users -= 1
        if not self._users and self._file is not None:
            self._timer = asyncio.get_running_loop().call_later(KEPT, self._put_away)

    def _put_away(self) -> None:
        file, self._file, self._timer = self._file, None, None
        if file is not None:
            _close(file)


async def lease(source: ByteSource) -> Lease | None:
    """Open the whole file of a source; None while it is not whole.

    Raises `NotFound` when it has been moved, replaced or removed, `RetryLater` when the drive
    does not answer.
    """
    path = source.finished_path
    if path is None:
        return None
    identity = identity_of(source)
    shelf = _shelf_of(source)
    if identity is not None and shelf is not None:
        return await shelf.take(path, identity)
    return Lease(await patiently(OpenFile, path, source.size, identity))


def _shelf_of(source: ByteSource) -> Shelf | None:
    """Return the shelf of a file at home, also behind a source that only passes it on."""
    inner = getattr(source, "inner", source)
    if not isinstance(inner, FileSource):
        return None
    if inner.shelf is None:
        inner.shelf = Shelf()
    shelf: Shelf = inner.shelf
    return shelf


def _close(file: OpenFile) -> None:
    closing = asyncio.get_running_loop().run_in_executor(None, file.close)
    _closing.add(closing)
    closing.add_done_callback(_closing.discard)


_closing: set[asyncio.Future[None]] = set()
_filesystems: dict[int, str] = {}


def _filesystem(device: int) -> str:
    """Return the type of a mounted filesystem, "" when unknown. Read once for each device."""
    if device not in _filesystems:
        _filesystems[device] = _look_up(f"{os.major(device)}:{os.minor(device)}")
    return _filesystems[device]


def _look_up(number: str) -> str:
    try:
        lines = Path("/proc/self/mountinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        before, _, after = line.partition(" - ")
        if before.split(" ")[2:3] == [number]:
            return after.split(" ", 1)[0]
    return ""
