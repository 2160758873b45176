"""From a finished download to films in the library: verify, look inside, import."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from ..downloads import Downloads
from ..errors import GiveUp, MatineeError
from ..library import Library
from ..library import probes as probe_text
from ..library.files import FileRole
from ..library.folders import FolderKind
from ..library.plan import ImportJob
from ..library.selection import SourceFile, select
from ..models.downloads import Download, Sharing
from ..models.volumes import Volume
from ..programs import ffmpeg
from ..volumes import Volumes
from ..volumes.paths import join
from .arrivals import Arrivals, sources

_log = logging.getLogger(__name__)
FOLDERS = (("Movies", FolderKind.MOVIES), ("TV Shows", FolderKind.SHOWS))


class Importing:
    """Drives a finished download into the library. Every step may be done again."""

    def __init__(
        self, *, downloads: Downloads, library: Library, volumes: Volumes, arrivals: Arrivals
    ) -> None:
        self._downloads, self._library = downloads, library
        self._volumes, self._arrivals = volumes, arrivals

    async def prepare_volume(self, volume: Volume) -> None:
        """Make the two folders of films and series known on a new drive."""
        for path, kind in FOLDERS:
            await self._library.folders.ensure(volume.id, path, kind)

    async def on_finished(self, download: Download) -> None:
        """Verify, probe and import. Raises what `downloads.Driver` knows to handle.

        `GiveUp` when files are missing or of the wrong size, `VolumeOffline`, `NoSpace`,
        `RetryLater`.
        """
        await self._downloads.verifying(download.id)
        files = sources(await self._downloads.contents(download.id))
        root = self._volumes.resolve(download.volume_id, download.save_path)
        await asyncio.to_thread(_verify, root, files)
        probes = await self._probe(root, download.name, files)
        await self._downloads.importing(download.id)
        imported = await self._library.importer.run(
            ImportJob(
                origin=download.id, name=download.name, volume_id=download.volume_id,
                folder=download.save_path, files=files,
                titles=await self._arrivals.titles(download.id), probes=probes,
                may_move=download.sharing in {Sharing.NONE, Sharing.GOAL_MET},
            )
        )  # fmt: skip
        await self._downloads.completed(download.id, imported.media_ids, imported.unsorted)
        await self._arrivals.clear(download.id)

    async def _probe(self, root: Path, name: str, files: Sequence[SourceFile]) -> dict[int, str]:
        """Return ffprobe's facts of the films by index; one that cannot be read is just absent.

        The library asks again in the background and says what is wrong with the file.
        """
        found = {}
        for choice in select(name, files):
            if choice.role is not FileRole.FILM:
                continue
            try:
                probe = await ffmpeg.probe(join(root, PurePosixPath(choice.file.path)))
            except MatineeError as error:
                _log.info("%s cannot be probed: %s", choice.file.path, error)
            else:
                found[choice.file.index] = probe_text.dump(probe)
        return found


def _verify(root: Path, files: Sequence[SourceFile]) -> None:
    """Raise `GiveUp` unless every file is there in its size."""
    for file in files:
        try:
            size = join(root, PurePosixPath(file.path)).stat().st_size
        except FileNotFoundError:
            size = -1
        if size != file.size:
            what = "is missing" if size < 0 else f"has {size} of {file.size} bytes"
            raise GiveUp(
                f"{PurePosixPath(file.path).name} {what}.", code="file_incomplete",
                hint="Check the download again; what is missing is fetched once more.",
            )  # fmt: skip
