"""Sends a part of a whole file to a client, without copying it through Python where possible.

`sendfile` on a page that is not in memory blocks the event loop until the drive has answered,
with every other client behind it. So each step is looked at first (`RWF_NOWAIT`), and what is
not in memory is read in a thread.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from aiohttp import web

from ..errors import NotFound
from ..models.limits import KIB, MIB
from .local import Identity, open_descriptor, patiently

SMALL = 256 * KIB
"""Up to here headers and body go out in one write when the bytes are in memory."""
_STEP = 4 * MIB
_READ = MIB
_PAGE = MIB
"""Distance of the pages that are looked at: the kernel reads ahead in runs of this order."""
_MEMORY_FILESYSTEMS = frozenset({"tmpfs", "ramfs"})

OnProgress = Callable[[int], None]


class OpenFile:
    """One descriptor for the whole answer: what is renamed or replaced meanwhile cuts nobody."""

    def __init__(self, path: Path, size: int, identity: Identity | None = None) -> None:
        """Open it. Blocks. Raises `NotFound` when it is gone or not the file that was meant."""
        self.file = FileIO(open_descriptor(path, size, identity), "r")
        device = os.fstat(self.file.fileno()).st_dev
        self._in_memory = _filesystem(device) in _MEMORY_FILESYSTEMS
        if size > _STEP:
            os.posix_fadvise(self.file.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)

    @classmethod
    async def open(cls, path: Path, size: int, identity: Identity | None = None) -> OpenFile:
        return await patiently(cls, path, size, identity)

    def close(self) -> None:
        """Close in a thread (a network drive may take its time), without waiting for it."""
        closing = asyncio.get_running_loop().run_in_executor(None, self.file.close)
        _closing.add(closing)
        closing.add_done_callback(_closing.discard)

    def cached(self, offset: int, length: int) -> bool:
        """Say whether reading would not wait for the drive, as far as samples tell."""
        if self._in_memory:
            return True
        byte = bytearray(1)
        last = offset + length - 1
        try:
            return all(
                os.preadv(self.file.fileno(), [byte], at, os.RWF_NOWAIT)
                for at in (*range(offset, last, _PAGE), last)
            )
        except OSError as error:
            # Network and user-space filesystems do not say; they are read in a thread.
            if error.errno in (errno.EAGAIN, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL):
                return False
            raise

    def read_now(self, offset: int, length: int) -> bytes:
        return os.pread(self.file.fileno(), length, offset)

    async def read(self, offset: int, length: int) -> bytes:
        return await patiently(os.pread, self.file.fileno(), length, offset)


_closing: set[asyncio.Future[None]] = set()


async def send(
    request: web.BaseRequest,
    response: web.StreamResponse,
    opened: OpenFile,
    span: range,
    on_progress: OnProgress,
) -> None:
    """Send the bytes of `span` after the headers of the prepared `response`.

    Raises ConnectionResetError when the client has gone, `NotFound` when the file has become
    shorter or cannot be read: then the answer is not complete and the connection must be cut.
    """
    position = span.start
    while position < span.stop:
        step = min(_STEP, span.stop - position)
        if opened.cached(position, step):
            sent = await _sendfile(request, opened, position, step)
        else:
            data = await opened.read(position, min(step, _READ))
            await response.write(data)
            sent = len(data)
        if not sent:
            raise NotFound("The file has become shorter.", code="file_changed")
        position += sent
        on_progress(position)


async def _sendfile(request: web.BaseRequest, opened: OpenFile, offset: int, length: int) -> int:
    transport = request.transport
    if transport is None or transport.is_closing():
        raise ConnectionResetError("The client has gone.")
    loop = asyncio.get_running_loop()
    return await loop.sendfile(transport, opened.file, offset, length)


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
