"""A download's files on the disk, without its transport. Blocking; runs in threads.

Only files that belong to the download are touched, never what somebody else put beside them.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from ..models.downloads import DownloadFile
from ..volumes.paths import inside

_log = logging.getLogger(__name__)


def delete_files(root: Path, save_path: str, files: Sequence[DownloadFile]) -> None:
    """Delete these files and the folders that are empty then, the download's own included."""
    folder = root / save_path
    if not folder.is_dir() or not inside(root, folder):
        return
    for file in files:
        path = folder / file.path
        # A link that somebody put in the way must not lead out of the folder.
        if inside(folder, path.parent):
            path.unlink(missing_ok=True)
    for parts in folder.glob(".*.parts"):  # where libtorrent keeps pieces of skipped files
        parts.unlink(missing_ok=True)
    _prune(folder)


def _prune(folder: Path) -> None:
    for path, _, _ in os.walk(folder, topdown=False):
        try:
            Path(path).rmdir()
        except OSError:
            _log.debug("%s is not empty and stays", path)


def settle_move(old: Path, new: Path, files: Sequence[DownloadFile]) -> bool:
    """After a move that broke off, say whether the new folder is the one to go on with.

    A transport copies everything before it deletes anything, or renames file by file. So a file
    that is only in the new folder tells that the old one is no longer whole: what is still there
    follows, and the new folder has it all. Otherwise the move can simply begin again.
    """
    paths = [file.path for file in files if not file.is_padding]
    if not any((new / p).exists() and not (old / p).exists() for p in paths):
        return False
    for path in paths:
        source, target = old / path, new / path
        if not source.exists():
            continue
        if target.exists():
            source.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
    for parts in old.glob(".*.parts"):
        if not (new / parts.name).exists():
            parts.replace(new / parts.name)
    _prune(old)
    return True
