"""Whether a folder may become a volume. `survey` and `prepare` block on the disk."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from pathlib import Path

from ..errors import AskUser, Conflict, InvalidInput, MatineeError
from . import mounts, search
from .inspect import MARKER_NAME, Seen, look
from .known import Known
from .paths import shorten

_NO_FOLDER = (errno.EEXIST, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EINVAL, errno.ELOOP)


def check_path(path: Path) -> None:
    """Raises `InvalidInput` for a path that no volume may have."""
    if not path.is_absolute() or ".." in path.parts or "\0" in str(path):
        raise InvalidInput("A whole path such as /media/films is needed.", field="path")
    if search.is_system(path):
        raise InvalidInput(
            f"{path} belongs to the system.", field="path", hint="Choose another folder."
        )


def check_private(path: Path, private: Iterable[Path]) -> None:
    """Raise `InvalidInput` for a folder that lies in one of the engine's own, or around it.

    Follows links on the disk, so that a link to such a folder is one too. Raises OSError.
    """
    place = path.resolve()
    for folder in map(Path.resolve, private):
        if place.is_relative_to(folder) or folder.is_relative_to(place):
            raise InvalidInput(
                f"{path} is where Matinee keeps its own data, or lies around or within it.",
                field="path",
                hint=f"Choose a folder beside {folder}.",
            )


def survey(path: Path) -> Seen:
    """Look at the folder, or where it would be made. Raises OSError."""
    for place in (path, *path.parents):
        if place.exists():
            return look(place)
    raise FileNotFoundError(2, "No such file or directory", str(path))


def prepare(path: Path) -> Seen:
    """Make the folder if it is missing and look at it.

    Raises OSError, or `InvalidInput` when not even its beginning exists: a slip of the pen makes
    no new folders at the top of the system.
    """
    if not (path.exists() or any(parent.exists() for parent in path.parents[:-1])):
        raise InvalidInput(
            f"There is no folder {Path(*path.parts[:2])}.",
            field="path",
            hint="Make it first, or choose another one.",
        )
    path.mkdir(parents=True, exist_ok=True)
    seen = look(path)
    if seen.read_only:
        raise PermissionError(30, "it can only be read", str(path))
    return seen


def check_absent(path: Path, there: Seen, volumes: Iterable[Known]) -> None:
    """Raise `VolumeOffline` where an absent drive is missing from its place.

    Then `path` shows what lies beneath the mount point, on the system's own drive, and whatever
    is written there would be hidden once the drive is back.
    """
    mount = mounts.mount_of(path, mounts.read())
    for known in volumes:
        volume = known.volume
        if not known.is_offline or not path.is_relative_to(known.last_root):
            continue
        same = volume.kind == there.kind and volume.filesystem == there.filesystem
        if not same and (mount is None or mount.point == Path("/")):
            raise known.offline_error()


def check_nesting(path: Path, seen: Seen, volumes: Iterable[Known]) -> None:
    """Raise `Conflict` when the folder contains, or lies in, a volume of the same filesystem."""
    for known in volumes:
        root = Path(known.volume.root)
        if known.is_offline or known.device != seen.device:
            continue
        if path.is_relative_to(root) or root.is_relative_to(path):
            raise Conflict(
                f"{path} and the drive {known.volume.name} at {root} lie within each other.",
                code="volume_nested",
                hint="Use the one that is there, or choose a folder beside it.",
            )


def check_copy(known: Known, seen: Seen) -> None:
    """Raise `Conflict` when a folder that bears a known marker is a copy of that volume."""
    volume = known.volume
    moved = not known.is_offline and volume.root != str(seen.root)
    if moved or not search.fits(seen, volume.marker, volume.filesystem):
        raise Conflict(
            f"{seen.root} is a copy of the drive {volume.name}, last seen at {known.last_root}.",
            code="volume_known",
            hint=f"Remove the file {MARKER_NAME} from the copy to use it on its own.",
        )


def cannot_use(path: Path, error: OSError) -> MatineeError:
    """Return the error in words for a folder that the system refuses."""
    if error.errno in _NO_FOLDER:
        return InvalidInput(
            f"{shorten(str(path), 200)} is no folder.", field="path", hint="Choose a folder."
        )
    return AskUser(
        f"{path} cannot be used: {error.strerror}.",
        code="folder_not_writable",
        hint="Let the user that Matinee runs as write there, or choose another folder.",
    )
