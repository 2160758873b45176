"""From a finished download to films in the library: verify, look inside, import."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from pathlib import Path, PurePosixPath

from ..downloads import Downloads
from ..errors import GiveUp, MatineeError
from ..events import DownloadChanged, DownloadRemoved, Event
from ..library import Library
from ..library import probes as probe_text
from ..library.files import FileRole
from ..library.folders import FolderKind
from ..library.importing import Imported
from ..library.plan import ImportJob
from ..library.selection import AN_ARCHIVE, SourceFile, select
from ..models.downloads import Download, DownloadState, Sharing, Trouble
from ..models.volumes import Volume
from ..programs import ffmpeg
from ..volumes import Volumes
from ..volumes.paths import join
from .arrivals import Arrivals, sources

_log = logging.getLogger(__name__)
_NO_LONGER_NEEDED = frozenset({Sharing.NONE, Sharing.GOAL_MET})
# The queue deletes the data of a removed download a moment after it says so.
_LOOK_AFTER = (1.0, 10.0, 60.0)
FOLDERS = (("Movies", FolderKind.MOVIES), ("TV Shows", FolderKind.SHOWS))


class Importing:
    """Drives a finished download into the library. Every step may be done again."""

    def __init__(
        self, *, downloads: Downloads, library: Library, volumes: Volumes, arrivals: Arrivals
    ) -> None:
        self._downloads, self._library = downloads, library
        self._volumes, self._arrivals = volumes, arrivals
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Take up what waited for the sharing goal, and forget what vanished meanwhile."""
        await self._library.importer.forget_vanished()
        for download in self._downloads.all():
            self._take_up(download)

    async def stop(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def hear(self, event: Event) -> None:
        """Listen on the bus: goals that were met, downloads that were removed."""
        if isinstance(event, DownloadChanged):
            self._take_up(event.download)
        elif isinstance(event, DownloadRemoved):
            self._later(self._forget(event.download_id))

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work, name="importing")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _take_up(self, download: Download) -> None:
        """Import again what found no space for a copy, now that it may be moved instead."""
        waited = download.trouble is not None and download.trouble.code == "no_space_to_copy"
        failed = download.state is DownloadState.FAILED
        if waited and failed and download.sharing in _NO_LONGER_NEEDED:
            self._later(self._again(download))

    async def _again(self, download: Download) -> None:
        try:
            await self._downloads.reimport(download.id)
        except MatineeError as error:
            _log.info("“%s” is not imported again: %s", download.name, error)

    async def _forget(self, download_id: str) -> None:
        for delay in _LOOK_AFTER:
            await asyncio.sleep(delay)
            await self._library.importer.forget_vanished(download_id)

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
        rows = await self._library.files.of_origin(download.id)
        home = {row.origin_index for row in rows if row.created}
        # What an interrupted import moved into the library is not missing.
        await asyncio.to_thread(_verify, root, [file for file in files if file.index not in home])
        probes = await self._probe(root, download.name, files)
        await self._downloads.importing(download.id)
        imported = await self._library.importer.run(
            ImportJob(
                origin=download.id, name=download.name, volume_id=download.volume_id,
                folder=download.save_path, files=files,
                titles=await self._arrivals.titles(download.id), probes=probes,
                may_move=download.sharing in _NO_LONGER_NEEDED,
            )
        )  # fmt: skip
        await self._downloads.completed(
            download.id, imported.media_ids, imported.unsorted, _nothing(imported, root)
        )
        await self._arrivals.clear(download.id)
        if imported.moved:
            # Its files are the library's now: there is nothing left to share, check or delete.
            await self._downloads.remove(download.id)

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


def _nothing(imported: Imported, root: Path) -> Trouble | None:
    """Tell people why nothing of a download is in the library."""
    if imported.media_ids or imported.unsorted:
        return None
    archives = "It holds archives, which are not unpacked. " if AN_ARCHIVE in imported.left else ""
    return Trouble(
        "nothing_to_import",
        "There is no film in this download.",
        f"{archives}Its files are in {root}.",
    )


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
