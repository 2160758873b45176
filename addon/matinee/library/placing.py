"""Puts a file of a download at its place: hard link, reflink, verified copy or move.

Everything here blocks and is run in a thread. Nothing ever replaces a file that is there, and a
final name stands only for a whole file: bytes are on the disk before the name is.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import hashlib
import os
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from ..errors import GiveUp
from ..models.limits import MIB
from ..volumes.paths import join, make_folders, open_inside
from .disk import sync_folder

_FICLONE = 0x40049409
_CHUNK = 4 * MIB
_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
# What a filesystem answers that cannot link, or not to there.
_CANNOT = frozenset({
    errno.EPERM, errno.EXDEV, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS,
    errno.EINVAL, errno.ENOTTY, errno.EACCES,
})  # fmt: skip


class Method(StrEnum):
    LINK = "link"
    CLONE = "clone"
    COPY = "copy"
    MOVE = "move"


class Stopped(Exception):
    """The placing was broken off; nothing of it is left on the disk."""


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a file is known again. FAT has no lasting inodes and whole seconds by twos."""

    inode: int
    size: int
    mtime_ns: int

    def may_be(self, other: Identity) -> bool:
        return self.size == other.size and abs(self.mtime_ns - other.mtime_ns) <= 2_000_000_000


@dataclass(frozen=True, slots=True)
class Way:
    """From where to where. Roots are those of the volumes, paths relative to them."""

    source_root: Path
    source: str
    root: Path
    target: str
    partial: str

    @property
    def place(self) -> Path:
        return join(self.root, self.target)

    @property
    def draft(self) -> Path:
        """The name under which a copy grows, in the folder of the target."""
        return self.place.with_name(self.partial)


def identity(path: Path) -> Identity | None:
    """Return what a regular file is known by; None when there is none (links do not count)."""
    try:
        seen = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(seen.st_mode):
        return None
    return Identity(seen.st_ino, seen.st_size, seen.st_mtime_ns)


def source_identity(way: Way, size: int) -> Identity:
    """Return the identity of the source. Raises `GiveUp` when it is not the file expected."""
    with _opened(way) as handle:
        seen = os.fstat(handle)
    if not stat.S_ISREG(seen.st_mode) or seen.st_size != size:
        raise GiveUp(
            f"The file {PurePosixPath(way.source).name} is not as it was downloaded.",
            code="file_changed",
            hint="Check the download again.",
        )
    return Identity(seen.st_ino, seen.st_size, seen.st_mtime_ns)


@contextlib.contextmanager
def _opened(way: Way) -> Iterator[int]:
    handle = open_inside(way.source_root, way.source)
    try:
        yield handle
    finally:
        os.close(handle)


def link(way: Way) -> bool:
    """Make a hard link; False when the filesystem has none, or the source lies on another.

    Raises FileExistsError when the place is taken.
    """
    folder = make_folders(way.root, PurePosixPath(way.target).parent)
    with _opened(way) as handle:
        # A power cut after the link must not show a name whose bytes are still in memory.
        os.fsync(handle)
        try:
            # By descriptor: exactly the file that was checked, whatever its name is by now.
            # (Python follows the link to it only where a folder is given, which is not used.)
            os.link(f"/proc/self/fd/{handle}", way.place, src_dir_fd=handle, follow_symlinks=True)
        except FileExistsError:
            raise
        except OSError as error:
            if error.errno in _CANNOT:
                return False
            raise
    sync_folder(folder)
    return True


def clone(way: Way) -> Identity | None:
    """Make a draft that shares the bytes; None when the filesystem cannot."""
    make_folders(way.root, PurePosixPath(way.target).parent)
    with _opened(way) as source, _draft(way) as draft:
        try:
            fcntl.ioctl(draft, _FICLONE, source)
        except OSError as error:
            if error.errno not in _CANNOT:
                raise
            return None
        _like(source, draft)
        os.fsync(draft)
    return identity(way.draft)


def copy(way: Way, stop: threading.Event) -> Identity:
    """Make a draft with the same bytes and read it back from the drive to see that it is so.

    Raises `Stopped` soon after `stop` is set, `GiveUp` when the drive gives back other bytes.
    """
    make_folders(way.root, PurePosixPath(way.target).parent)
    with _opened(way) as source, _draft(way) as draft:
        wanted = _pour(source, draft, stop)
        _like(source, draft)
        os.fsync(draft)
        os.posix_fadvise(draft, 0, 0, os.POSIX_FADV_DONTNEED)
    if _digest(way.draft, stop) != wanted:
        raise GiveUp(
            "The drive gave back other bytes than were written.",
            code="copy_differs",
            hint="The drive may be failing: check it before you trust it with more.",
        )
    made = identity(way.draft)
    if made is None:
        raise FileNotFoundError(way.draft)
    return made


@contextlib.contextmanager
def _draft(way: Way) -> Iterator[int]:
    way.draft.unlink(missing_ok=True)
    handle = os.open(way.draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        yield handle
    finally:
        os.close(handle)


def _like(source: int, draft: int) -> None:
    seen = os.fstat(source)
    os.utime(draft, ns=(seen.st_atime_ns, seen.st_mtime_ns))


def _pour(source: int, draft: int, stop: threading.Event) -> bytes:
    digest, buffer = hashlib.blake2b(), bytearray(_CHUNK)
    view = memoryview(buffer)
    while count := os.readv(source, [buffer]):
        _go_on(stop)
        digest.update(view[:count])
        done = 0
        while done < count:
            done += os.write(draft, view[done:count])
    return digest.digest()


def _digest(path: Path, stop: threading.Event) -> bytes:
    digest, buffer = hashlib.blake2b(), bytearray(_CHUNK)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            _go_on(stop)
            digest.update(view[:count])
    return digest.digest()


def _go_on(stop: threading.Event) -> None:
    if stop.is_set():
        raise Stopped


def publish(way: Way) -> None:
    """Give the draft its final name. Raises FileExistsError when the place is taken."""
    rename(way.draft, way.place)


def move(way: Way) -> None:
    """Move the source itself, within one filesystem. Raises FileExistsError."""
    make_folders(way.root, PurePosixPath(way.target).parent)
    with _opened(way) as handle:
        os.fsync(handle)
    rename(join(way.source_root, way.source), way.place)
    sync_folder(join(way.source_root, way.source).parent)


def rename(source: Path, target: Path) -> None:
    """Rename, never over another file, and make it last. Raises FileExistsError."""
    if not _rename_exclusively(source, target):
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "The place is taken", str(target))
        source.replace(target)
    sync_folder(target.parent)


def _rename_exclusively(source: Path, target: Path) -> bool:
    """Let the kernel refuse to replace; False when it or the filesystem cannot (old SMB, FUSE)."""
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        renameat2 = libc.renameat2
    except AttributeError:
        return False
    done = renameat2(
        _AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), _RENAME_NOREPLACE
    )
    if done == 0:
        return True
    code = ctypes.get_errno()
    if code in {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}:
        return False
    raise OSError(code, os.strerror(code), str(target))


def discard_draft(way: Way) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        way.draft.unlink()


def same_bytes(way: Way, stop: threading.Event) -> bool:
    """Say whether source and target hold the same bytes; False when either is missing.

    Two names of one file do, without reading it.
    """
    try:
        with _opened(way) as handle:
            seen, there = os.fstat(handle), way.place.lstat()
            if there.st_size != seen.st_size or not stat.S_ISREG(there.st_mode):
                return False
            if os.path.samestat(seen, there):
                return True
            digest = hashlib.blake2b()
            while block := os.read(handle, _CHUNK):
                _go_on(stop)
                digest.update(block)
        return digest.digest() == _digest(way.place, stop)
    except (OSError, GiveUp):
        return False
