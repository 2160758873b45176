"""From libtorrent's error codes to errors that say what to do."""

from __future__ import annotations

import errno
from pathlib import Path

from ....errors import AskUser, GiveUp, MatineeError, NoSpace, RetryLater, VolumeOffline

_FULL = {errno.ENOSPC, errno.EDQUOT}
_GONE = {
    errno.EIO,
    errno.ENODEV,
    errno.ENXIO,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.ESTALE,
    errno.ENOTCONN,
    errno.EBADF,
    errno.EROFS,
}
_REFUSED = {errno.EACCES, errno.EPERM}
_SYSTEM = {"system", "generic"}


def disk_failure(number: int, category: str, words: str, path: str) -> MatineeError:
    """Return the error for a failed read or write of `path`."""
    if category not in _SYSTEM:
        return RetryLater(f"The torrent stopped: {words}.", code="torrent_error")
    if number in _FULL:
        return NoSpace(
            f"The drive is full; {path} could not be written.",
            hint="Free some space or choose another drive, then resume.",
        )
    if number == errno.EFBIG:
        return AskUser(
            f"The drive cannot hold a file as large as {path}.",
            code="file_too_large",
            hint="Choose a drive with another file system (FAT32 ends at 4 GB).",
        )
    if number in _GONE:
        return VolumeOffline(
            f"The drive does not answer: {words}.",
            hint="Check that it is connected and not write-protected, then resume.",
        )
    if number in _REFUSED:
        return AskUser(
            f"Matinee may not write {path}.",
            code="no_permission",
            hint="Give Matinee the right to write into this folder.",
        )
    return RetryLater(f"The drive reported: {words}.", code="disk_error")


def bad_metadata(words: str) -> MatineeError:
    """Return the error for what peers sent as the description of the torrent."""
    return GiveUp(
        f"The description of this torrent is unusable: {words}.",
        code="bad_metadata",
        hint="Look for another source of the same film.",
    )


def folder_gone(path: object) -> VolumeOffline:
    return VolumeOffline(
        f"The folder {path} is not there.",
        hint="Connect its drive, or move the download to another one.",
    )


def folder_mark(path: Path) -> tuple[int, int] | None:
    """Return what tells a folder from another at the same path; None when it is missing."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
