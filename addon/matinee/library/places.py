"""Free names in the library, and what a drive's refusals mean."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path, PurePosixPath

from ..errors import AskUser, GiveUp, MatineeError, NoSpace, NotFound, RetryLater, VolumeOffline
from ..volumes.paths import join, name_key, unique_name
from .files import FileRole, Files
from .operations import Journal


class Vacancies:
    """Finds paths that no file, no row and no operation under way has."""

    def __init__(self, files: Files, journal: Journal) -> None:
        self._files, self._journal = files, journal

    async def free(self, root: Path, volume_id: str, path: str, role: FileRole) -> str:
        """Return `path`, or a numbered one beside it. Case and normalisation do not tell apart.

        Subtitles are numbered in front of their ending, so that players still see the language.
        """
        pure = PurePosixPath(path)
        taken = await asyncio.to_thread(_names_in, join(root, pure.parent))
        while True:
            name = _numbered(pure.name, taken, role)
            candidate = str(pure.with_name(name))
            if await self._files.at(volume_id, candidate) is None and not (
                await self._journal.reserved(volume_id, candidate)
            ):
                return candidate
            taken.add(name_key(name))


def _names_in(folder: Path) -> set[str]:
    try:
        return {name_key(entry.name) for entry in folder.iterdir()}
    except (FileNotFoundError, NotADirectoryError):
        return set()


def _numbered(name: str, taken: set[str], role: FileRole) -> str:
    if role is not FileRole.SUBTITLE or name_key(name) not in taken:
        return unique_name(name, taken)
    stem, _, ending = name.rpartition(".")
    number = 2
    while name_key(f"{stem}.{number}.{ending}") in taken:
        number += 1
    return f"{stem}.{number}.{ending}"


def in_words(error: OSError | NotFound, path: str) -> MatineeError:
    """Return what the refusal of a drive means to the person."""
    name = PurePosixPath(path).name
    if isinstance(error, FileNotFoundError | NotFound):
        return GiveUp(
            f"The file {name} is not there any more.",
            code="file_missing",
            hint="Check the download again; it fetches what is missing.",
        )
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return NoSpace("The drive is full.", hint="Free some space or choose another drive.")
    if error.errno == errno.EROFS:
        return VolumeOffline(
            "The drive takes no data: it is read-only.",
            code="volume_read_only",
            hint="Check it for errors, or connect it in a way that allows writing.",
        )
    if error.errno in {errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ETIMEDOUT}:
        return RetryLater(f"The drive did not answer for {name}.", code="drive_error", after=30)
    if error.errno in {errno.EACCES, errno.EPERM}:
        return AskUser(
            f"Matinee may not write beside {name}.",
            code="not_permitted",
            hint="Let it write to its folders on that drive.",
        )
    return RetryLater(f"The file {name} could not be placed: {error.strerror}.", code="file_error")
