"""Moving and deleting files beneath the root of a volume. All of it blocks: run it in threads."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path, PurePosixPath

from ..errors import Conflict
from ..volumes.paths import join, name_key, unique_name
from . import nfo

TRASH_FOLDER = ".matinee-trash"


def sync_folder(folder: Path) -> None:
    """Make the renaming last through a power cut, where the filesystem can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def unlink_trashed(root: Path, path: str) -> None:
    """Delete a file of the trash, and nothing else."""
    if PurePosixPath(path).parts[0] != TRASH_FOLDER:
        raise Conflict("This file does not lie in the trash.", code="not_in_trash")
    join(root, path).unlink(missing_ok=True)
    tidy(root, path)


def tidy(root: Path, path: str) -> None:
    """Remove the folders above `path` that are empty now, but not those at the top."""
    folder = PurePosixPath(path).parent
    with contextlib.suppress(OSError):
        while len(folder.parts) > 1:
            (root / folder).rmdir()
            folder = folder.parent


def tidy_film(root: Path, film: str) -> None:
    """Take our own `.nfo` files and the empty folders away from where a film was."""
    nfo.remove(root, nfo.path_of(film))
    folder = join(root, film).parent
    show = nfo.show_path(film)
    with contextlib.suppress(OSError):
        if not any(os.scandir(folder)):
            above = join(root, show).parent if show else None
            if above and {entry.name for entry in os.scandir(above)} <= {folder.name, "tvshow.nfo"}:
                nfo.remove(root, str(PurePosixPath(show or "")))
    tidy(root, film)


def free_place(root: Path, path: str) -> str:
    """Return `path`, or a numbered name beside it when something lies there."""
    pure = PurePosixPath(path)
    folder = root / pure.parent
    taken = {name_key(other.name) for other in folder.iterdir()} if folder.is_dir() else set()
    return str(pure.with_name(unique_name(pure.name, taken)))


def was_moved(root: Path, source: str, target: str) -> bool:
    there = os.path.lexists(join(root, target))
    return there and not os.path.lexists(join(root, source))
