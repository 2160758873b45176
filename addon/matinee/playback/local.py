"""A file at home as a ByteSource."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import NotFound, RetryLater
from ..ports import ByteReader, ByteSource
from ..volumes.paths import open_inside

SLOW_DRIVE = 60.0
"""Seconds that a drive may take to spin up before a reader is told to come back later."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one version of a file from another without reading it."""

    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Identity:
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)

    @property
    def etag(self) -> str:
        return f"{self.mtime_ns:x}-{self.size:x}-{self.inode:x}"


class FileSource:
    """A whole file on a drive. Made by `open_file`, which looks at it first.

    `etag` may be given by whoever knows that these are the bytes of a download that a player is
    already reading under that tag. `identity` is what was found: whoever opens the path later
    compares, so that a file or link put in its place is never served.
    """

    def __init__(self, path: Path, identity: Identity, etag: str = "") -> None:
        self.path = path
        self.identity = identity
        self.etag = etag or identity.etag
        # What `opened` keeps for the requests that read this source.
        self.shelf: Any = None

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def size(self) -> int:
        return self.identity.size

    @property
    def finished_path(self) -> Path | None:
        return self.path

    def available(self, offset: int, length: int) -> bool:
        return offset >= 0 and length >= 0 and offset + length <= self.size

    def reader(self, *, bit_rate: int = 0, background: bool = False) -> ByteReader:  # noqa: ARG002
        return FileReader(self.path, self.identity)


class FileReader:
    """Reads through one descriptor, opened at the first read: a rename does not cut it."""

    def __init__(self, path: Path, identity: Identity) -> None:
        self._path, self._identity, self._size = path, identity, identity.size
        self._handle: int | None = None
        self._closed = False

    async def read(self, offset: int, length: int) -> bytes | memoryview:
        """See `ports.ByteReader.read`."""
        if not 0 <= offset < self._size or length <= 0:
            raise ValueError(f"{offset} is outside of the file's {self._size} bytes")
        data = await patiently(self._read, offset, min(length, self._size - offset))
        if not data:
            raise NotFound(f"{self._path.name} has become shorter.", code="file_changed")
        return data

    def _read(self, offset: int, length: int) -> bytes:
        if self._closed:
            raise NotFound("The reader is closed.", code="reader_closed")
        if self._handle is None:
            self._handle = open_descriptor(self._path, self._size, self._identity)
        return os.pread(self._handle, length, offset)

    async def close(self) -> None:
        self._closed = True
        if self._handle is not None:
            handle, self._handle = self._handle, None
            await asyncio.to_thread(os.close, handle)


def open_descriptor(path: Path, size: int, identity: Identity | None = None) -> int:
    """Open for reading. Blocks.

    Raises `NotFound` in words when it is gone, no file, or not the one that was meant.
    """
    try:
        # O_NONBLOCK: a pipe in the place of a film must not hold the thread for ever.
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise _unreadable(path.name, error) from error
    status = os.fstat(handle)
    found = Identity.of(status)
    if not stat.S_ISREG(status.st_mode) or found.size != size or identity not in (None, found):
        os.close(handle)
        raise NotFound(f"{path.name} has changed.", code="file_changed")
    return handle


def _unreadable(name: str, error: OSError) -> NotFound:
    return NotFound(f"{name} cannot be opened: {error.strerror}.", code="file_unreadable")


def identify(root: Path, relative: str) -> Identity:
    """Return what is known of a file beneath `root` without reading it. Blocks.

    Raises `NotFound` when it is gone or unreadable, `InvalidInput` when it leads outside.
    """
    try:
        handle = open_inside(root, relative, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise _unreadable(relative, error) from error
    try:
        status = os.fstat(handle)
    finally:
        os.close(handle)
    if not stat.S_ISREG(status.st_mode):
        raise NotFound(f"{relative} is not a file.", code="file_unreadable")
    return Identity.of(status)


async def open_file(root: Path, relative: str, etag: str = "") -> FileSource:
    """Return the source of a file beneath the root of a volume.

    Raises `NotFound` when it is gone or unreadable, `InvalidInput` when it leads outside,
    `RetryLater` when the drive does not answer.
    """
    return FileSource(root / relative, await patiently(identify, root, relative), etag)


def identity_of(source: ByteSource) -> Identity | None:
    """Return what a source at home was when it was opened; None for sources of transports."""
    found = getattr(source, "identity", None)
    return found if isinstance(found, Identity) else None


async def patiently[T, *Ts](function: Callable[[*Ts], T], *arguments: *Ts) -> T:
    """Run blocking work on a drive in a thread; a drive that hangs is said so.

    Raises `RetryLater` after `SLOW_DRIVE` seconds; OSError of the drive becomes `NotFound`.
    """
    try:
        async with asyncio.timeout(SLOW_DRIVE):
            return await asyncio.to_thread(function, *arguments)
    except TimeoutError as error:
        raise RetryLater(
            "The drive does not answer.",
            code="drive_slow",
            hint="Look whether it is connected and awake.",
            after=10,
        ) from error
    except OSError as error:
        raise NotFound(
            f"The drive cannot be read: {error.strerror}.", code="drive_error"
        ) from error
