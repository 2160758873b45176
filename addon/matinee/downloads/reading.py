"""What can be read of the queue: rows, views, files, history."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import orjson

from ..events import EventBus
from ..models.downloads import Download, DownloadFile, DownloadState, FilePriority
from ..ports import ByteSource, PeerInfo, TrackerInfo, Transport
from ..settings import Settings
from ..storage import Database, Vault
from .driver import AFTERWARDS, Driver
from .entries import HistoryEntry
from .hauling import Hauler
from .moves import Ledger
from .places import Places
from .progress import ProgressBook
from .reactions import Reactions
from .runner import Runner
from .store import Store
from .supervisor import Supervisor
from .views import Changes, DownloadTotals, DownloadView, FileView, fraction

S = DownloadState


class Reading:
    """Holds the parts of the queue and reads them; `Downloads` is the whole of it."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        bus: EventBus,
        settings: Settings,
        volumes: Places,
        transports: Mapping[str, Transport],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings, self._places, self._clock = settings, volumes, clock
        self._transports = transports
        self._store = Store(database, vault, clock)
        self._ledger = Ledger(self._store, bus)
        self._book = ProgressBook()
        self._reactions = Reactions(
            self._ledger, self._store, self._book, settings, bus, clock, self._kick
        )
        self._runner = Runner(
            self._ledger, self._store, volumes, transports, self._reactions.failed
        )
        self._reactions.runner = self._runner
        self._driver = Driver(self._ledger, volumes, settings, clock)
        self._hauler = Hauler(self._ledger, self._store, volumes, self._runner, self._reactions)
        self._supervisor = Supervisor(
            self._ledger, self._store, self._book, self._runner, self._reactions, self._driver,
            self._hauler, volumes, settings, bus, clock,
        )  # fmt: skip

    def _kick(self) -> None:
        self._supervisor.kick()

    def get(self, download_id: str) -> Download:
        return self._ledger.entry(download_id).download

    def all(self) -> list[Download]:
        return sorted((e.download for e in self._ledger), key=lambda d: (d.position, d.id))

    def view(self, download_id: str) -> DownloadView:
        entry = self._ledger.entry(download_id)
        self._book.refresh(self._ledger)
        view = self._book.view(entry.download.id)
        assert view is not None
        return view

    def views(self) -> list[DownloadView]:
        """Return all with their progress, by position. From memory."""
        self._book.refresh(self._ledger)
        return self._book.views()

    def encoded_views(self) -> list[orjson.Fragment]:
        """Return what `views` returns as JSON, for long lists that are asked for often."""
        self._book.refresh(self._ledger)
        return self._book.encoded()

    def changed_since(self, mark: int) -> Changes:
        """Return what changed since `mark` (0: everything) and the next mark. From memory."""
        self._book.refresh(self._ledger)
        return self._book.changed_since(mark)

    def totals(self) -> DownloadTotals:
        self._book.refresh(self._ledger)
        return self._book.totals()

    async def folder(self, download_id: str) -> Path:
        """Return where its files are. Raises `VolumeOffline`."""
        return await self._runner.folder(download_id)

    async def contents(self, download_id: str) -> list[DownloadFile]:
        """Return what the download consists of, as it was announced; empty before it is known."""
        return await self._store.files(self.get(download_id).id)

    async def files(self, download_id: str) -> list[FileView]:
        """Return its files in the order of their index; none before they are known."""
        item = self.get(download_id)
        files = await self._store.files(download_id)
        done = await self._files_done(item, files)
        return [
            FileView(
                f.index, f.path, f.size, f.priority, done[f.index],
                fraction(done[f.index], f.size, complete=done[f.index] >= f.size),
            )
            for f in files
            if not f.is_padding
        ]  # fmt: skip

    async def _files_done(self, item: Download, files: Sequence[DownloadFile]) -> dict[int, int]:
        none = {file.index: 0 for file in files}
        if self._runner.is_present(item.id):
            known = self._runner.transport(item.transport).files_done(item.id)
            return none | {file.index: known[file.index] for file in files
                           if file.index < len(known)}  # fmt: skip
        if item.state in (S.COMPLETED, *AFTERWARDS):
            skip = FilePriority.SKIP
            return {f.index: 0 if f.priority is skip else f.size for f in files}
        return none

    async def plain_files(self, download_id: str) -> list[DownloadFile]:
        """Return the files as rows, padding included."""
        self.get(download_id)
        return await self._store.files(download_id)

    async def peers(self, download_id: str) -> Sequence[PeerInfo]:
        """Return whom it exchanges data with; nobody while it does not run."""
        item = self.get(download_id)
        if not self._runner.is_present(download_id):
            return ()
        return await self._runner.transport(item.transport).peers(download_id)

    async def trackers(self, download_id: str) -> Sequence[TrackerInfo]:
        item = self.get(download_id)
        if not self._runner.is_present(download_id):
            return ()
        return await self._runner.transport(item.transport).trackers(download_id)

    async def open(self, download_id: str, file_index: int) -> ByteSource:
        """Open a file of any download, whatever its state. Raises `NotFound`, `VolumeOffline`."""
        transport = await self._runner.present(download_id)
        return transport.open(download_id, file_index)

    async def history(
        self, before: int = 0, limit: int = 100, download_id: str = ""
    ) -> list[HistoryEntry]:
        """Return lines of the history older than the line `before`, newest first."""
        return await self._store.history(before, limit, download_id)

    async def forget_history(self, line: int) -> bool:
        """Delete one line; say whether there was one."""
        return await self._store.forget_history(line)
