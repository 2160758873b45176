"""Films on their way: which download brings which film, from the moment its files are known."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

from ..downloads import Downloads
from ..library import Library
from ..library.files import FileRole
from ..library.selection import SourceFile, select
from ..models.downloads import Download, DownloadFile, FilePriority
from ..models.media import Title
from ..storage import Database

_log = logging.getLogger(__name__)


def sources(files: Sequence[DownloadFile]) -> list[SourceFile]:
    """Return the files that will be there: wanted ones, without padding."""
    return [
        SourceFile(file.index, file.path, file.size)
        for file in files
        if file.priority is not FilePriority.SKIP and not file.is_padding
    ]


class Arrivals:
    """Keeps the table `arrivals`. A film is in the library before its first byte is."""

    def __init__(self, database: Database, library: Library, downloads: Downloads) -> None:
        self._database, self._library, self._downloads = database, library, downloads
        library.media.on_merge(self._merged)

    async def start(self) -> None:
        """Forget what a process that died after the end of an import still had to forget."""
        await self._database.execute(
            "DELETE FROM arrivals WHERE download_id IN"
            " (SELECT id FROM downloads WHERE state = 'completed')"
        )

    async def on_metadata(self, download: Download, files: Sequence[DownloadFile]) -> None:
        """Give every film among the files its media id. Again changes only what differs.

        A title that was corrected while the film arrived is kept.
        """
        known = await self.by_file(download.id)
        wanted: dict[int, str] = {}
        # In a thread: the first name read loads its tables, and a player may wait meanwhile.
        choices = await asyncio.to_thread(select, download.name, sources(files))
        for choice in choices:
            if choice.role is not FileRole.FILM or choice.title is None:
                continue
            index = choice.file.index
            wanted[index] = known.get(index) or await self._library.media.ensure_media(choice.title)
        if wanted != known:
            await self._write(download.id, wanted, changed={*wanted.values(), *known.values()})
        ids = tuple(dict.fromkeys(wanted.values()))
        if ids != download.media_ids:
            await self._downloads.set_media(download.id, ids)

    async def _write(self, download_id: str, wanted: Mapping[int, str], changed: set[str]) -> None:
        async with self._library.changes.change() as touched:
            await self._database.execute(
                "DELETE FROM arrivals WHERE download_id = ?", (download_id,)
            )
            await self._database.execute_many(
                "INSERT INTO arrivals (media_id, download_id, file_index) VALUES (?, ?, ?)",
                [(media_id, download_id, index) for index, media_id in wanted.items()],
            )
            touched.update(changed)

    async def _merged(self, old_id: str, new_id: str) -> None:
        """Follow a correction onto a title that existed. Inside the transaction of the merge."""
        await self._database.execute(
            "UPDATE arrivals SET media_id = ? WHERE media_id = ?", (new_id, old_id)
        )

    async def by_file(self, download_id: str) -> dict[int, str]:
        """Return the media id by index of the download's files."""
        rows = await self._database.fetch(
            "SELECT file_index, media_id FROM arrivals WHERE download_id = ? ORDER BY file_index",
            (download_id,),
        )
        return {row["file_index"]: row["media_id"] for row in rows}

    async def of_media(self, media_id: str) -> list[tuple[str, int]]:
        """Return (download id, index of the file) of whatever brings the film."""
        rows = await self._database.fetch(
            "SELECT download_id, file_index FROM arrivals WHERE media_id = ?", (media_id,)
        )
        return [(row["download_id"], row["file_index"]) for row in rows]

    async def titles(self, download_id: str) -> dict[int, Title]:
        """Return what the films are called by now, by index of the file."""
        return {
            index: (await self._library.media.get(media_id)).as_title()
            for index, media_id in (await self.by_file(download_id)).items()
        }

    async def clear(self, download_id: str) -> None:
        """The download brings nothing any more: it is at home, or gone."""
        known = await self.by_file(download_id)
        if known:
            await self._write(download_id, {}, set(known.values()))
