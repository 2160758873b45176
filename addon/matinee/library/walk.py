"""Reads folder trees, in a thread, batch by batch. Never writes, never follows a loop."""

from __future__ import annotations

import errno
import logging
import os
import stat
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import VolumeOffline

_log = logging.getLogger(__name__)
# What storage boxes and desktops leave behind; hidden names are skipped anyway.
_SKIPPED = frozenset({
    "@eadir", "@recycle", "#recycle", "#snapshot", "$recycle.bin", "lost+found",
    "system volume information", "sample", "samples", "recycler",
})  # fmt: skip
_KEEP_OUT = frozenset({".nomedia", ".ignore"})
_DRIVE_GONE = frozenset({errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ENOTCONN})
_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Found:
    """A file. `path` is relative to the root of the volume, with `/`."""

    path: str
    size: int
    mtime_ns: int
    inode: int


@dataclass(slots=True)
class WalkReport:
    """What a walk could not see: folders it may not read, names that are no UTF-8."""

    unreadable: list[str] = field(default_factory=list)
    bad_names: int = 0

    def hides(self, path: str) -> bool:
        """Say whether the file may be there although it was not seen."""
        return any(not f or path == f or path.startswith(f + "/") for f in self.unreadable)


def skipped(name: str) -> bool:
    """Say whether a file or folder of this name is none of the library's business."""
    return name.startswith(".") or name.casefold() in _SKIPPED


class Walker:
    """Walks one folder of a volume. `nested` and `excluded` are relative paths to leave out.

    Links are followed where they stay on the volume and lead to what this walk would not see by
    itself; each folder is entered once. All methods block: run them in a thread.
    """

    def __init__(
        self, root: Path, wanted: Callable[[str], bool], left_out: Collection[str]
    ) -> None:
        self._root, self._wanted, self._left_out = root, wanted, frozenset(left_out)
        self._real_root = os.path.realpath(root)
        self._entered: set[tuple[int, int]] = set()
        self._start = ""
        self.report = WalkReport()

    def files(self, start: str) -> Iterator[Found]:
        """Yield the wanted files beneath `start` ("" is the root), folder by folder.

        Raises `VolumeOffline` when the drive goes away meanwhile.
        """
        for folder, entries in self._folders(start):
            for entry in entries:
                found = self._file(folder, entry)
                if found is not None:
                    yield found

    def folders(self, start: str) -> Iterator[str]:
        """Yield the relative paths of the folders that `files` looks into."""
        for folder, _entries in self._folders(start):
            yield folder

    def _folders(self, start: str) -> Iterator[tuple[str, list[os.DirEntry[str]]]]:
        self._start = os.path.realpath(self._root / start)
        waiting = [start]
        while waiting:
            folder = waiting.pop()
            entries = self._read(folder)
            if entries is None:
                continue
            yield folder, entries
            below = [_join(folder, entry.name) for entry in entries if self._enters(folder, entry)]
            waiting.extend(sorted(below, reverse=True))

    def _read(self, folder: str) -> list[os.DirEntry[str]] | None:
        """Return what lies in a folder; None when it is to be passed over or cannot be read."""
        try:
            about = os.stat(self._root / folder)  # noqa: PTH116 this runs for every folder
            if (about.st_dev, about.st_ino) in self._entered or not stat.S_ISDIR(about.st_mode):
                return None
            self._entered.add((about.st_dev, about.st_ino))
            with os.scandir(self._root / folder) as entries:
                return self._usable(folder, entries)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._trouble(folder, error)
            return None

    def _usable(self, folder: str, entries: Iterator[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
        usable = []
        for entry in entries:
            if entry.name in _KEEP_OUT and folder != "":
                return []
            if skipped(entry.name):
                continue
            try:
                entry.name.encode()
            except UnicodeEncodeError:
                self.report.bad_names += 1
                continue
            usable.append(entry)
        usable.sort(key=lambda entry: entry.name)
        return usable

    def _enters(self, folder: str, entry: os.DirEntry[str]) -> bool:
        path = _join(folder, entry.name)
        if path in self._left_out:
            return False
        try:
            if entry.is_dir(follow_symlinks=False):
                return path.count("/") < _DEPTH
            return entry.is_symlink() and self._leads_elsewhere(entry) and entry.is_dir()
        except OSError as error:
            self._trouble(path, error)
            return False

    def _leads_elsewhere(self, entry: os.DirEntry[str]) -> bool:
        """Say whether a link stays on the volume and leaves the tree that is walked."""
        target = os.path.realpath(entry.path)
        return _beneath(target, self._real_root) and not _beneath(target, self._start)

    def _file(self, folder: str, entry: os.DirEntry[str]) -> Found | None:
        if not self._wanted(entry.name):
            return None
        path = _join(folder, entry.name)
        try:
            if entry.is_symlink() and not self._leads_elsewhere(entry):
                return None
            about = entry.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._trouble(path, error)
            return None
        if not stat.S_ISREG(about.st_mode) or about.st_size == 0:
            return None
        return Found(path, about.st_size, about.st_mtime_ns, about.st_ino)

    def _trouble(self, path: str, error: OSError) -> None:
        if error.errno in _DRIVE_GONE:
            raise VolumeOffline("The drive went away while it was read.") from error
        _log.info("The library cannot read %r: %s", path, error)
        self.report.unreadable.append(path)


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _beneath(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip("/") + "/")
