"""Looking at one folder: which filesystem it is on, whose marker it bears, what fits on it.

Everything here blocks on the disk; `Volumes` calls it through `Patience`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import struct
import uuid
from dataclasses import dataclass
from pathlib import Path

import pyudev

from . import mounts
from .mounts import Mount

MARKER_NAME = ".matinee-volume"
_MARKER = re.compile(r"[0-9a-f]{32}")
_WORDS = "\nThis file tells Matinee that the folder is its own. Leave it where it is.\n"
_BY_UUID = Path("/dev/disk/by-uuid")
_SYS_BLOCK = Path("/sys/dev/block")
_FS_IOC_GETFSUUID = 0x80111500  # _IOR(0x15, 0, struct fsuuid2), Linux 6.9
_had_entry: set[int] = set()
_NO_HARD_LINKS = frozenset({"exfat", "msdos", "vfat"})


@dataclass(frozen=True, slots=True)
class Seen:
    """What a folder looks like at this instant. `filesystem` is a UUID or empty when unknown.

    `gone` means that the device was pulled although its filesystem is still mounted.
    """

    root: Path
    marker: str
    device: int
    filesystem: str
    kind: str
    read_only: bool
    size: int
    free: int
    gone: bool = False


def look(root: Path) -> Seen:
    """Look at a folder. Raises OSError when it is absent or unreadable."""
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        device, room = os.fstat(handle).st_dev, os.fstatvfs(handle)
        mount = mounts.mount_of(Path(os.path.realpath(root)), mounts.read())
        return Seen(
            root=root,
            marker=_read_marker(handle),
            device=device,
            filesystem=_filesystem(handle, device, mount),
            kind=mount.kind if mount else "",
            read_only=bool(room.f_flag & os.ST_RDONLY) or not os.access(root, os.W_OK),
            size=room.f_blocks * room.f_frsize,
            free=room.f_bavail * room.f_frsize,
            gone=_pulled(device),
        )
    finally:
        os.close(handle)


def verify(root: Path, marker: str, device: int) -> bool:
    """Say whether this very folder bears the marker, on that device, and can be written to.

    The look before a write.
    """
    try:
        handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        if os.fstat(handle).st_dev != device or _pulled(device):
            return False
        if os.fstatvfs(handle).f_flag & os.ST_RDONLY:
            return False
        return _read_marker(handle) == marker
    finally:
        os.close(handle)


def _read_marker(folder: int) -> str:
    try:
        handle = os.open(
            MARKER_NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder
        )
    except OSError:
        return ""
    try:
        text = os.read(handle, 32).decode("ascii", "replace")
    except OSError:
        return ""
    finally:
        os.close(handle)
    return text if _MARKER.fullmatch(text) else ""


def write_marker(root: Path) -> str:
    """Make a marker in the folder and return its id; an existing one stays and is returned.

    Complete or absent even after a power cut. Raises OSError.
    """
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        present = _read_marker(handle)
        if present:
            return present
        marker = secrets.token_hex(16)
        draft = f"{MARKER_NAME}.{marker}"
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644, dir_fd=handle)
        try:
            os.write(file, (marker + _WORDS).encode())
            os.fsync(file)
        finally:
            os.close(file)
        os.rename(draft, MARKER_NAME, src_dir_fd=handle, dst_dir_fd=handle)
        os.fsync(handle)
        return marker
    finally:
        os.close(handle)


def remove_marker(root: Path, marker: str) -> None:
    """Take the marker away if it is this one; anything else stays."""
    with contextlib.suppress(OSError):
        if look(root).marker == marker:
            (root / MARKER_NAME).unlink()


def can_hardlink(root: Path, kind: str) -> bool:
    """Find out by trying; the kind of filesystem decides where trying is not possible."""
    first = root / f".matinee-link-{secrets.token_hex(8)}"
    second = first.with_name(first.name + "-2")
    try:
        first.touch(exist_ok=False)
    except OSError:
        return kind not in _NO_HARD_LINKS
    try:
        second.hardlink_to(first)
    except OSError:
        return False
    finally:
        for path in (first, second):
            path.unlink(missing_ok=True)
    return True


def _pulled(device: int) -> bool:
    # Made-up devices (btrfs, network) never have an entry, and some containers hide them all.
    if (_SYS_BLOCK / f"{os.major(device)}:{os.minor(device)}").exists():
        _had_entry.add(device)
        return False
    return device in _had_entry


def _filesystem(handle: int, device: int, mount: Mount | None) -> str:
    # Others have none, or (tmpfs, overlay) a new one with every mount.
    if mount is None or mount.kind not in mounts.LOCAL:
        return ""
    return _by_kernel(handle) or _by_link(device, mount) or _by_udev(device)


def _by_kernel(handle: int) -> str:
    answer = bytearray(17)
    try:
        fcntl.ioctl(handle, _FS_IOC_GETFSUUID, answer)
    except OSError:
        return ""
    (length,) = struct.unpack_from("B", answer)
    # Shorter ones (FAT) are written in another way by udev; those are asked there.
    return str(uuid.UUID(bytes=bytes(answer[1:17]))) if length == 16 and any(answer[1:]) else ""


def _by_link(device: int, mount: Mount) -> str:
    wanted = {device}
    with contextlib.suppress(OSError):
        wanted.add(Path(mount.source).stat().st_rdev)
    try:
        links = list(_BY_UUID.iterdir())
    except OSError:
        return ""
    for link in links:
        with contextlib.suppress(OSError):  # a link to a device that has just gone
            if link.stat().st_rdev in wanted:
                return link.name.lower()
    return ""


def _by_udev(device: int) -> str:
    try:
        found = pyudev.Devices.from_device_number(pyudev.Context(), "block", device)
        return str(found.properties.get("ID_FS_UUID", "")).lower()
    except (ImportError, OSError, pyudev.DeviceNotFoundError):
        return ""
