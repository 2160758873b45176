"""Adding a download: by magnet link, torrent file, address of one, or path of one at home."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..downloads import Downloads, NewDownload
from ..downloads.sources import as_magnet, from_magnet, from_torrent, is_magnet
from ..errors import InvalidInput, NotAllowed, NotFound, TooLarge
from ..fetch import Fetcher
from ..models.downloads import Download
from ..models.limits import MAX_TORRENT_FILE, MIB
from ..volumes import Volumes
from ..volumes.paths import open_inside

MAX_SOURCE = 16_384


@dataclass(frozen=True, slots=True)
class Wishes:
    """How it is to be added. `files` are the indexes of those wanted (None: all)."""

    paused: bool = False
    priority: int = 0
    volume_id: str = ""
    files: tuple[int, ...] | None = None


class Adding:
    """The one way in. Returns the download, and False when it was in the list already.

    `folders` are further ones from which the engine may read torrent files, beside all adopted
    volumes.
    """

    def __init__(
        self,
        downloads: Downloads,
        fetcher: Fetcher,
        volumes: Volumes,
        folders: Sequence[Path] = (),
    ) -> None:
        self._downloads, self._fetcher = downloads, fetcher
        self._volumes, self._folders = volumes, tuple(folders)

    async def by_source(self, source: str, wishes: Wishes) -> tuple[Download, bool]:
        """Add what a magnet link, an http(s) address or a path on the server leads to.

        Raises `InvalidInput`, `TooLarge`, `NotFound`, `NotAllowed`, and what fetching raises.
        """
        source = source.strip()
        if not source or len(source) > MAX_SOURCE or "\0" in source:
            raise InvalidInput(
                "This is neither a magnet link, nor an address, nor a path.", field="source"
            )
        if as_magnet(source):
            return await self._add(from_magnet(source), wishes)
        if source.lower().startswith(("http://", "https://")):
            return await self._by_address(source, wishes)
        if source.startswith("/"):
            data = await asyncio.to_thread(self._read, Path(source))
            return await self.by_torrent(data, wishes)
        raise InvalidInput(
            "This is neither a magnet link, nor an address, nor a path.",
            code="unknown_source",
            hint="Paste a link that begins with magnet: or http, or drop a .torrent file.",
            field="source",
        )

    async def by_torrent(self, data: bytes, wishes: Wishes) -> tuple[Download, bool]:
        """Add the torrent that a torrent file describes."""
        new = await asyncio.to_thread(from_torrent, data)
        return await self._add(new, wishes)

    async def _by_address(self, address: str, wishes: Wishes) -> tuple[Download, bool]:
        fetched = await self._fetcher.get(address, max_bytes=MAX_TORRENT_FILE, magnets=True)
        for link in (fetched.final_url, fetched.body[:MAX_SOURCE].decode("utf-8", "replace")):
            if is_magnet(link.lstrip()):  # some indexers answer with one, or lead to one
                return await self._add(from_magnet(link), wishes)
        try:
            return await self.by_torrent(fetched.body, wishes)
        except InvalidInput as error:
            if error.code != "bad_torrent":
                raise
            raise InvalidInput(
                "What is at this address is not a torrent file.",
                code="bad_torrent",
                hint="Copy the address of the .torrent file itself, or its magnet link.",
                field="source",
            ) from error

    async def _add(self, new: NewDownload, wishes: Wishes) -> tuple[Download, bool]:
        return await self._downloads.add(
            replace(
                new,
                chosen=wishes.files,
                volume_id=wishes.volume_id,
                priority=wishes.priority,
                paused=wishes.paused,
            )
        )

    def _read(self, path: Path) -> bytes:
        """Read a torrent file beneath one of the folders that are open to us. Blocking.

        It is opened without following a link out, and must be a plain file: a pipe would hang.
        """
        root = self._root_around(path)
        try:
            handle = open_inside(root, path.relative_to(root), os.O_RDONLY | os.O_NONBLOCK)
        except FileNotFoundError as error:
            raise NotFound("There is no such file.", hint="Check the path.") from error
        except OSError as error:
            raise NotAllowed(f"The file cannot be read: {error.strerror}.") from error
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise InvalidInput("This is not a file.", field="source")
        with os.fdopen(handle, "rb") as file:
            data = file.read(MAX_TORRENT_FILE + 1)
        if len(data) > MAX_TORRENT_FILE:
            raise TooLarge(f"The file is larger than {MAX_TORRENT_FILE // MIB} MiB.")
        return data

    def _root_around(self, path: Path) -> Path:
        if ".." not in path.parts:
            found = self._volumes.locate(path)
            if found is not None:
                return Path(found[0].root)
            for folder in self._folders:
                if path.is_relative_to(folder):
                    return folder
        raise NotAllowed(
            "Torrent files are read from the drives of Matinee only.",
            code="path_not_allowed",
            hint="Copy the file onto one of the drives, or drop it on the page.",
        )
