"""The queue: what other rooms and the API ask of downloads."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import Conflict, InvalidInput, MatineeError, NoSpace, VolumeOffline
from ..events import EventBus
from ..models.downloads import (
    Download,
    DownloadFile,
    DownloadState,
    FilePriority,
    QueueReason,
    Sharing,
)
from ..models.ids import new_id
from ..ports import ByteSource, PeerInfo, TrackerInfo, Transport
from ..settings import FREE_SPACE, Settings
from ..storage import Database, Vault
from .driver import AFTERWARDS, Driver, FinishedHook
from .entries import Blobs, Entry, HistoryEntry, NewDownload
from .hauling import Hauler
from .moves import Ledger
from .places import FOLDER, Places, is_online
from .progress import ProgressBook
from .reactions import MetadataHook, Reactions
from .runner import Runner
from .schedule import RUNNING
from .store import Store, chosen_files, wanted_bytes
from .supervisor import Supervisor
from .views import Changes, DownloadTotals, DownloadView, FileView, fraction

S = DownloadState
_PAUSABLE = frozenset({S.QUEUED, S.RESOLVING, S.DOWNLOADING, S.CHECKING})


class Downloads:
    """All downloads of the house. Reading is from memory; changes are written when they return.

    Methods that name a download raise `NotFound`, and `Conflict` in a state that forbids them.
    `household` sets `on_finished` and `on_metadata` before `start`.
    """

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

    # life ------------------------------------------------------------------------------------
    @property
    def on_finished(self) -> FinishedHook | None:
        return self._driver.on_finished

    @on_finished.setter
    def on_finished(self, hook: FinishedHook | None) -> None:
        """Set what is done with a finished download; see `Driver`."""
        self._driver.on_finished = hook

    @property
    def on_metadata(self) -> MetadataHook | None:
        return self._reactions.on_metadata

    @on_metadata.setter
    def on_metadata(self, hook: MetadataHook | None) -> None:
        """Set what hears of a download's files as soon as they are known; may hear it twice."""
        self._reactions.on_metadata = hook

    async def start(self) -> None:
        """Load the rows, start the transports and go on where the last process was."""
        await self._ledger.load()
        for transport in self._transports.values():
            await transport.start(self._reactions)
        await self._hauler.recover()
        self._supervisor.start()

    async def stop(self) -> None:
        """End everything; what the transports save at their end is written."""
        await self._supervisor.stop()
        await self._driver.stop()
        await self._hauler.stop()
        for transport in self._transports.values():
            await transport.stop()
        await self._reactions.drain()
        await self._supervisor.write_totals()

    # adding ----------------------------------------------------------------------------------
    async def add(self, new: NewDownload) -> tuple[Download, bool]:
        """Add a download; return it and whether it is new.

        One with the same v1 or v2 info-hash is returned instead. Raises `AskUser` without a
        volume or transport, `InvalidInput` when nothing would be downloaded.
        """
        if not new.source and not new.metadata:
            raise InvalidInput("There is nothing to download from.", field="source")
        self._runner.transport(new.transport)
        twin = self._ledger.twin(new.info_hashes)
        if twin is not None:
            return twin, False
        files = chosen_files(new.files, new.chosen)
        if files and not wanted_bytes(files) and any(file.size for file in files):
            raise InvalidInput("At least one file must be chosen.", field="files")
        entry = self._new_entry(new, files)
        blobs = Blobs(new.source, new.metadata, b"", None if files else new.chosen)
        if not await self._ledger.insert(entry, blobs, files):
            twin = self._ledger.twin(new.info_hashes)
            return (twin or entry.download), twin is None
        if files:
            self._reactions.announce(entry.download.id)
        self._kick()
        return entry.download, True

    def _new_entry(self, new: NewDownload, files: Sequence[DownloadFile]) -> Entry:
        volume = self._places.get(new.volume_id) if new.volume_id else self._places.default()
        key = new_id()
        return Entry(
            Download(
                id=key,
                name=new.name,
                transport=new.transport,
                state=S.PAUSED if new.paused else S.QUEUED,
                reason=None if new.paused else QueueReason.SLOT,
                volume_id=volume.id,
                save_path=f"{FOLDER}/{key}",
                position=self._ledger.last_position() + 1,
                priority=new.priority,
                info_hashes=new.info_hashes,
                size=sum(file.size for file in files if not file.is_padding),
                wanted=wanted_bytes(files),
                added_at=self._clock(),
            )
        )

    # reading ---------------------------------------------------------------------------------
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

    # commands --------------------------------------------------------------------------------
    async def pause(self, download_id: str) -> Download:
        """Stop fetching, or, when it is complete, sharing. A move first comes to its end."""
        item = self.get(download_id)
        if item.state in _PAUSABLE and not (item.state is S.CHECKING and item.completed_at):
            await self._ledger.move(download_id, S.PAUSED, only_from=_PAUSABLE, retry_at=0.0)
        elif item.state is S.MOVING and not item.completed_at:
            await self._ledger.change(download_id, only_from={S.MOVING}, before=S.PAUSED)
        elif item.sharing is Sharing.SEEDING:
            await self._ledger.change(download_id, sharing=Sharing.PAUSED, event="sharing_paused")
        elif item.state not in (S.PAUSED, S.COMPLETED):
            raise _conflict(item, "paused")
        return await self._settled(download_id)

    async def resume(self, download_id: str) -> Download:
        """Go on: queue it, or, when it is complete, share again."""
        item = self.get(download_id)
        if item.state is S.FAILED:
            return await self.retry(download_id)
        if item.state is S.PAUSED:
            await self._queue(download_id, {S.PAUSED})
        elif item.state is S.QUEUED and item.retry_at:
            await self._ledger.change(download_id, only_from={S.QUEUED}, retry_at=0.0)
        elif item.state is S.MOVING:
            entry = self._ledger.entry(download_id)
            if entry.before is S.PAUSED:
                await self._ledger.change(download_id, only_from={S.MOVING}, before=S.QUEUED)
        elif item.sharing is Sharing.PAUSED:
            await self._ledger.change(download_id, sharing=Sharing.SEEDING, event="seeding")
            await self._reactions.check_goal(download_id)
        return await self._settled(download_id)

    async def _queue(self, download_id: str, only_from: set[DownloadState]) -> None:
        await self._ledger.move(
            download_id, S.QUEUED, only_from=only_from, reason=QueueReason.SLOT, retry_at=0.0,
            attempts=0, trouble=None,
        )  # fmt: skip

    async def _settled(self, download_id: str) -> Download:
        """Bring plan and transport in line with a change, and return the row."""
        await self._supervisor.settle(download_id)
        return self.get(download_id)

    async def retry(self, download_id: str) -> Download:
        """Try a failed one again from the start of its tries; its import, if that failed."""
        item = self.get(download_id)
        if item.state is S.QUEUED:
            return await self.resume(download_id)
        if item.state is not S.FAILED:
            raise _conflict(item, "tried again")
        entry = self._ledger.entry(download_id)
        if item.wanted and item.downloaded >= item.wanted and entry.done >= item.wanted:
            return await self.reimport(download_id)
        await self._queue(download_id, {S.FAILED})
        return await self._settled(download_id)

    async def reimport(self, download_id: str) -> Download:
        """Take a complete download through verification and import again."""
        item = self.get(download_id)
        entry = self._ledger.entry(download_id)
        whole = item.state is S.COMPLETED or entry.done >= item.wanted > 0
        if item.state not in (S.COMPLETED, S.FAILED) or not whole:
            raise _conflict(item, "imported")
        states = {S.COMPLETED, S.FAILED}
        await self._ledger.move(download_id, S.VERIFYING, only_from=states, trouble=None)
        return await self._settled(download_id)

    async def recheck(self, download_id: str) -> Download:
        """Check all data on the disk. One that was paused is paused again afterwards."""
        item = self.get(download_id)
        if not item.size or not self._runner.transport(item.transport).capabilities.recheck:
            raise _conflict(item, "checked")
        before = S.PAUSED if item.state is S.PAUSED else None
        moved = await self._ledger.move(
            download_id, S.CHECKING, before=before, trouble=None,
            only_from={S.QUEUED, S.DOWNLOADING, S.PAUSED, S.FAILED, S.COMPLETED},
        )  # fmt: skip
        if moved is None:
            raise _conflict(item, "checked")
        try:
            await self._runner.recheck(download_id)
        except MatineeError as error:
            self._reactions.failed(download_id, error)
        return await self._settled(download_id)

    async def remove(self, download_id: str, *, delete_data: bool = False) -> None:
        """Remove it, with its data if wanted. It is gone for everybody when this returns.

        Cleaning up follows; a removal from a volume that is away is finished when it is back.
        """
        self.get(download_id)
        await self._driver.cancel(download_id)
        await self._ledger.move(download_id, S.REMOVED, delete_data=delete_data)
        self._kick()

    async def move(self, download_id: str, volume_id: str) -> Download:
        """Take its files to another volume. Raises `VolumeOffline`, `NoSpace`, `NotFound`."""
        item = self.get(download_id)
        target = self._places.get(volume_id)
        if volume_id == item.volume_id:
            return item
        if not is_online(self._places, volume_id):
            raise VolumeOffline(f"The drive {target.name} is not there.",
                                hint="Plug it in, or choose another one.")  # fmt: skip
        missing = item.wanted + self._settings.get(FREE_SPACE) - target.free
        if missing > 0:
            raise NoSpace(f"The drive {target.name} has not enough space.",
                          hint=f"Free {missing / 1e9:.1f} GB or choose another one.")  # fmt: skip
        moved = await self._ledger.move(
            download_id, S.MOVING, before=item.state, move_to=volume_id, trouble=None,
            only_from={S.QUEUED, S.DOWNLOADING, S.PAUSED, S.COMPLETED},
        )  # fmt: skip
        if moved is None:
            raise _conflict(item, "moved")
        return await self._settled(download_id)

    async def set_position(self, download_id: str, position: int) -> Download:
        """Put it at this place (0: first) among all downloads."""
        self.get(download_id)
        ids = [item.id for item in self.all() if item.id != download_id]
        ids.insert(max(0, position), download_id)
        await self._ledger.reorder({key: index for index, key in enumerate(ids)})
        return await self._settled(download_id)

    async def set_priority(self, download_id: str, priority: int) -> Download:
        """Higher ones go first, whatever their position."""
        self.get(download_id)
        await self._ledger.change(download_id, priority=priority)
        return await self._settled(download_id)

    async def rename(self, download_id: str, name: str) -> Download:
        """Change the name that is shown; files keep theirs."""
        self.get(download_id)
        if not name.strip():
            raise InvalidInput("A name is needed.", field="name")
        changed = await self._ledger.change(download_id, name=name.strip(), event="renamed")
        return changed or self.get(download_id)

    async def set_limits(
        self,
        download_id: str,
        *,
        rate_down: int | None = None,
        rate_up: int | None = None,
        seed_ratio: float | None = None,
        seed_minutes: int | None = None,
    ) -> Download:
        """Limit its rates (B/s, 0: none) and set its own goal of sharing; None leaves as is."""
        given = {
            "rate_limit_down": rate_down, "rate_limit_up": rate_up,
            "seed_ratio": seed_ratio, "seed_minutes": seed_minutes,
        }  # fmt: skip
        item = self.get(download_id)
        changes: dict[str, Any] = {k: value for k, value in given.items() if value is not None}
        item = await self._ledger.change(download_id, **changes) or item
        if self._runner.is_present(download_id):
            transport = self._runner.transport(item.transport)
            down, up = item.rate_limit_down, item.rate_limit_up
            await transport.set_rate_limits(download_id, down, up)
        await self._reactions.check_goal(download_id)
        return await self._settled(download_id)

    async def set_files(self, download_id: str, priorities: Mapping[int, FilePriority]) -> Download:
        """Choose files. Raises `InvalidInput` for an unknown index or when none would be left."""
        item = self.get(download_id)
        files = await self._store.files(download_id)
        unknown = priorities.keys() - {f.index for f in files if not f.is_padding}
        if unknown:
            raise InvalidInput(f"There is no file {min(unknown)}.", field="priorities")
        after = [
            DownloadFile(f.index, f.path, f.size, priorities.get(f.index, f.priority), f.is_padding)
            for f in files
        ]
        wanted = wanted_bytes(after)
        if not wanted:
            raise InvalidInput("At least one file must stay chosen.", field="priorities",
                               hint="Remove the download instead.")  # fmt: skip
        more = wanted_bytes(
            a for a, b in zip(after, files, strict=True) if b.priority is FilePriority.SKIP
        )
        await self._store.write_priorities(download_id, priorities)
        await self._ledger.change(download_id, wanted=wanted)
        if more and item.state is S.COMPLETED:
            await self._queue(download_id, {S.COMPLETED})
        self._reactions.finished_early.discard(download_id)
        if self._runner.is_present(download_id):
            transport = self._runner.transport(item.transport)
            await transport.set_priorities(download_id, priorities)
        return await self._settled(download_id)

    async def set_media(self, download_id: str, media_ids: Sequence[str]) -> None:
        """Note what will come out of it, as soon as its files tell."""
        await self._ledger.change(download_id, media_ids=tuple(media_ids))

    async def pause_all(self) -> None:
        """Pause everything that runs or waits, and all sharing."""
        for item in self.all():
            if item.state in _PAUSABLE | {S.MOVING} or item.sharing is Sharing.SEEDING:
                await self.pause(item.id)

    async def resume_all(self) -> None:
        """Go on with everything that is paused; failed ones stay failed."""
        for item in self.all():
            if item.state in (S.PAUSED, S.MOVING) or item.sharing is Sharing.PAUSED:
                await self.resume(item.id)

    # watching --------------------------------------------------------------------------------
    async def wake(self, download_id: str) -> Download:
        """Somebody watches it: run it at once, beside those that hold the slots.

        It stays so until `rest`. One that was paused is paused again then.
        """
        item = self.get(download_id)
        self._supervisor.watch(item)
        if item.state in (S.PAUSED, S.FAILED) or (item.state is S.QUEUED and item.retry_at):
            return await self.resume(download_id)
        return await self._settled(download_id)

    async def rest(self, download_id: str) -> None:
        """Nobody watches it any more."""
        was_paused = self._supervisor.unwatch(download_id)
        item = self._ledger.find(download_id)
        if item is not None and was_paused and item.state in RUNNING | {S.QUEUED}:
            await self.pause(download_id)
        self._kick()

    # the household's report ------------------------------------------------------------------
    async def verifying(self, download_id: str) -> None:
        """Verification has begun (again): nothing to write, the state says so already."""
        item = self.get(download_id)
        if item.state not in AFTERWARDS:
            raise _conflict(item, "verified")

    async def importing(self, download_id: str) -> None:
        """Verification is over. No error when it imports already, after a restart."""
        await self._driver.importing(download_id)

    async def completed(
        self, download_id: str, media_ids: Sequence[str] = (), unsorted: int = 0
    ) -> None:
        """It is imported: what came out of it, and how many files nobody could tell."""
        await self._driver.completed(download_id, tuple(media_ids), unsorted)

    async def import_failed(self, download_id: str, error: MatineeError) -> None:
        """It cannot be imported; `retry` and `reimport` try again."""
        await self._driver.failed(download_id, error)


def _conflict(item: Download, what: str) -> Conflict:
    return Conflict(
        f"“{item.name}” is {item.state.value} and cannot be {what} now.",
        code="wrong_state",
    )
