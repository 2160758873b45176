"""The mount table: what is mounted where, and a sign when that changes.

Facts from proc_pid_mountinfo(5). Reading it never waits, not even for a network drive that
hangs.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import select
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_log = logging.getLogger(__name__)
MOUNTINFO = Path("/proc/self/mountinfo")
_ESCAPED = re.compile(r"\\([0-7]{3})")

LOCAL = frozenset({
    "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fuseblk", "hfsplus", "jfs",
    "msdos", "ntfs", "ntfs3", "reiserfs", "vfat", "xfs", "zfs",
})  # fmt: skip
NETWORK = frozenset({"9p", "ceph", "cifs", "nfs", "nfs4", "smb3", "smbfs", "virtiofs"})


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of the table. `root` is the folder of the filesystem that is mounted at `point`.

    `device` is what `st_dev` says of files there (for btrfs and network drives a made-up one).
    """

    device: int
    root: str
    point: Path
    kind: str
    source: str
    read_only: bool

    @property
    def holds_files(self) -> bool:
        """Say whether people keep films on filesystems of this kind."""
        return self.kind in LOCAL or self.kind in NETWORK or self.kind.startswith("fuse.")


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 8)), text)


def parse(text: str) -> list[Mount]:
    """Return the mounts in the order of the table; lines that make no sense are left out."""
    found = []
    for line in text.splitlines():
        left, _, right = line.partition(" - ")
        fields, more = left.split(" "), right.split(" ")
        numbers = fields[2].split(":") if len(fields) >= 6 and len(more) >= 2 else []
        if len(numbers) != 2 or not all(number.isdigit() for number in numbers):
            continue
        found.append(
            Mount(
                device=os.makedev(int(numbers[0]), int(numbers[1])),
                root=_plain(fields[3]),
                point=Path(_plain(fields[4])),
                kind=more[0],
                source=_plain(more[1]),
                read_only="ro" in fields[5].split(","),
            )
        )
    return found


def read() -> list[Mount]:
    """Return what is mounted now; empty where there is no such table."""
    try:
        return parse(MOUNTINFO.read_text("utf-8", "surrogateescape"))
    except OSError:
        return []


def mount_of(path: Path, mounts: Sequence[Mount]) -> Mount | None:
    """Return the mount that `path` (real, absolute) lies on: the longest point, the last one."""
    best = None
    for mount in mounts:
        if path.is_relative_to(mount.point) and (
            best is None or len(mount.point.parts) >= len(best.point.parts)
        ):
            best = mount
    return best


class MountWatch:
    """Calls `changed` on the event loop whenever something is mounted, unmounted or remounted."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._file = -1
        self._epoll: select.epoll | None = None

    def start(self) -> None:
        try:
            self._file = os.open(MOUNTINFO, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            _log.warning("The mount table cannot be watched: %s", error)
            return
        # The file is always readable: asked directly, the loop would spin. An epoll that waits
        # for EPOLLPRI only is quiet until the table changes, and can itself be waited for.
        self._epoll = select.epoll()
        self._epoll.register(self._file, select.EPOLLPRI)
        asyncio.get_running_loop().add_reader(self._epoll.fileno(), self._ready)

    def _ready(self) -> None:
        # Being called is the event: the loop's own look at the epoll has used it up, so that
        # polling here finds nothing.
        if self._epoll is not None:
            self._epoll.poll(0)
            self._changed()

    def stop(self) -> None:
        if self._epoll is not None:
            asyncio.get_running_loop().remove_reader(self._epoll.fileno())
            self._epoll.close()
            self._epoll = None
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
