"""The supervisor: looks at all rows, plans, and brings the world in line. About once a second."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from ..errors import MatineeError
from ..events import Event, EventBus, SettingsChanged, VolumeChanged
from ..models.downloads import ACTIVE, Download, DownloadState, QueueReason, Sharing, Trouble
from ..models.volumes import VolumeState
from ..settings import ACTIVE_DOWNLOADS, FREE_SPACE, HISTORY_DAYS, STALL_SECONDS, Settings
from ..supervision import supervised
from .driver import Driver
from .entries import Entry
from .hauling import Hauler
from .moves import Ledger
from .places import Places
from .progress import ProgressBook
from .reactions import Reactions
from .runner import Runner
from .schedule import PLANNED, RUNNING, Candidate, Limits, Room, Step, plan
from .store import Store, Totals

_log = logging.getLogger(__name__)
S = DownloadState
_BUSY_SECONDS = 1.0
_IDLE_SECONDS = 5.0
_SPACE_SECONDS = 5.0
_FULL_SECONDS = 60.0
_TOTALS_SECONDS = 60.0
_TRIM_SECONDS = 6 * 3600.0
_LEARNING_AT_ONCE = 5


class Supervisor:
    """Two tasks: one that plans, one that handles what the transports tell."""

    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        book: ProgressBook,
        runner: Runner,
        reactions: Reactions,
        driver: Driver,
        hauler: Hauler,
        places: Places,
        settings: Settings,
        bus: EventBus,
        clock: Callable[[], float],
    ) -> None:
        self._ledger, self._store, self._book = ledger, store, book
        self._runner, self._reactions, self._driver = runner, reactions, driver
        self._hauler, self._places, self._settings = hauler, places, settings
        self._bus, self._clock = bus, clock
        self._wanted = asyncio.Event()
        self._planning = asyncio.Lock()
        self._watched: dict[str, bool] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._unsubscribe: Callable[[], None] | None = None
        self._due: dict[str, float] = {}
        self._full_since: dict[str, float] = {}
        self._written: dict[str, Totals] = {}

    def start(self) -> None:
        self._unsubscribe = self._bus.subscribe(self._heard)
        self._written = {entry.download.id: self._totals(entry) for entry in self._ledger}
        for entry in self._ledger:
            # A process that died between learning the files and telling of them tells now.
            item = entry.download
            if item.size and not item.media_ids and item.state is not S.COMPLETED:
                self._reactions.announce(item.id)
        self._tasks = [
            asyncio.create_task(self._keep(self._supervise), name="downloads"),
            asyncio.create_task(self._keep(self._reactions.work), name="downloads reports"),
        ]

    async def stop(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self._runner.stop()

    async def _keep(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            with supervised(_log, "The queue stumbled and goes on"):
                await work()
            await asyncio.sleep(_BUSY_SECONDS)

    def kick(self) -> None:
        """Look at everything soon."""
        self._wanted.set()

    def _heard(self, event: Event) -> None:
        if isinstance(event, VolumeChanged | SettingsChanged):
            self._due.pop("space", None)
            self.kick()

    async def _supervise(self) -> None:
        while True:
            self._wanted.clear()
            await self.turn()
            try:
                async with asyncio.timeout(self._patience()):
                    await self._wanted.wait()
            except TimeoutError:
                continue

    def _patience(self) -> float:
        busy = any(
            e.download.state in ACTIVE or e.download.sharing is Sharing.SEEDING
            for e in self._ledger
        )
        return _BUSY_SECONDS if busy else _IDLE_SECONDS

    async def turn(self) -> None:
        """Sample, plan, act, and write what is due."""
        self._sample()
        if self._is_due("space", _SPACE_SECONDS):
            await self._measure()
        self._hauler.tick()
        await asyncio.sleep(0)  # with hundreds of rows, others get the loop between the steps
        await self._apply()
        await asyncio.sleep(0)
        self._runner.settle_soon()
        self._driver.tick()
        await self._look_at_full_ones()
        if self._is_due("totals", _TOTALS_SECONDS):
            await self.write_totals()
        if self._is_due("trim", _TRIM_SECONDS):
            days = self._settings.get(HISTORY_DAYS)
            await self._store.trim_history(self._clock() - days * 86400)

    async def _look_at_full_ones(self) -> None:
        """Have those checked that are full for long although nobody said that they finished."""
        now, full = asyncio.get_running_loop().time(), {}
        for entry in self._ledger:
            item, live = entry.download, self._book.of(entry.download.id)
            if item.state is S.DOWNLOADING and live and live.done >= live.wanted > 0:
                full[item.id] = self._full_since.get(item.id, now)
        self._full_since = full
        for key in [key for key, since in full.items() if now - since > _FULL_SECONDS]:
            self._full_since.pop(key)
            try:
                await self._runner.recheck(key)
            except MatineeError as error:
                self._reactions.failed(key, error)

    def _is_due(self, what: str, every: float) -> bool:
        now = asyncio.get_running_loop().time()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + every
        return True

    def _sample(self) -> None:
        patience = self._settings.get(STALL_SECONDS)
        self._book.sample(self._ledger, self._runner.progress(), self._clock(), patience)
        self._book.refresh(self._ledger)

    async def _measure(self) -> None:
        """Look at the free space of the volumes that are being written to."""
        used = {e.download.volume_id for e in self._ledger if e.download.state in ACTIVE}
        for volume_id in used:
            try:
                await self._places.free_space(volume_id)
            except MatineeError as error:
                _log.debug("No free space known: %s", error)

    # planning --------------------------------------------------------------------------------
    def watch(self, item: Download) -> None:
        """Let a download run beside the slots; remember whether it was paused."""
        was_paused = item.state is S.PAUSED or self._ledger.entry(item.id).only_learns
        self._watched.setdefault(item.id, was_paused)

    def unwatch(self, download_id: str) -> bool:
        """Return whether it was paused before somebody watched it."""
        return self._watched.pop(download_id, False)

    def _learning(self) -> set[str]:
        """Return those that only find out what they consist of, beside the slots.

        A person waits to choose among their files, and they write nothing. The first few of them
        only; those that nobody answers let others try.
        """
        found = []
        for entry in self._ledger:
            item, live = entry.download, self._book.of(entry.download.id)
            if item.state in PLANNED and entry.only_learns and not (live and live.stalled):
                found.append((-item.priority, item.position, item.id))
        return {key for _, _, key in sorted(found)[:_LEARNING_AT_ONCE]}

    def _candidate(self, entry: Entry, *, beside: bool = False) -> Candidate:
        item, live = entry.download, self._book.of(entry.download.id)
        done = live.done if live else entry.done
        return Candidate(
            item.id, item.state, item.volume_id, item.priority, item.position,
            max(0, item.wanted - done), item.reason, item.retry_at,
            stalled=live.stalled if live else False,
            watched=beside or item.id in self._watched,
        )  # fmt: skip

    def _plan(self) -> list[Step]:
        settings = self._settings
        rooms = {v.id: Room(v.state is VolumeState.ONLINE, v.free) for v in self._places.list()}
        limits = Limits(settings.get(ACTIVE_DOWNLOADS), settings.get(FREE_SPACE))
        learning = self._learning()
        waiting = [
            self._candidate(entry, beside=entry.download.id in learning)
            for entry in self._ledger
            if entry.download.state in PLANNED
        ]
        return plan(waiting, rooms, limits, self._clock())

    async def _apply(self) -> None:
        async with self._planning:
            for step in self._plan():
                if step.reason is None:
                    await self._begin(step.id)
                else:
                    await self._hold(step, step.reason)

    async def _begin(self, download_id: str) -> None:
        item = self._ledger.find(download_id)
        if item is None:
            return
        to = S.DOWNLOADING if item.size else S.RESOLVING
        await self._ledger.move(download_id, to, only_from={S.QUEUED}, trouble=None, retry_at=0.0)
        if download_id in self._reactions.finished_early:
            await self._reactions.complete(download_id)

    async def _hold(self, step: Step, reason: QueueReason) -> None:
        item = self._ledger.find(step.id)
        if item is None:
            return
        changes: dict[str, Any] = {
            "reason": reason,
            "retry_at": step.until,
            "trouble": self._why(item, reason) or (item.trouble if step.until else None),
        }
        moved = await self._ledger.move(
            step.id, S.QUEUED, only_from=RUNNING | {S.CHECKING}, detail=reason.value, **changes
        )
        if moved is None:
            await self._ledger.change(step.id, only_from={S.QUEUED}, **changes)

    def _why(self, item: Download, reason: QueueReason) -> Trouble | None:
        volume = next((v for v in self._places.list() if v.id == item.volume_id), None)
        name = volume.name if volume else "of this download"
        if reason is QueueReason.VOLUME:
            return Trouble("volume_offline", f"The drive {name} is not there.", "Plug it in again.")
        if reason is QueueReason.SPACE and volume is not None:
            entry = self._ledger.entry(item.id)
            need = self._candidate(entry).need + 2 * self._settings.get(FREE_SPACE) - volume.free
            hint = f"Free {max(need, 1 << 20) / 1e9:.1f} GB or choose another drive."
            return Trouble("no_space", f"The drive {name} has not enough space.", hint)
        if reason is QueueReason.RETRY and item.state in RUNNING:
            return Trouble(
                "stalled", "Nobody has sent anything for a while.", "It is tried again by itself."
            )
        return None

    async def settle(self, download_id: str) -> None:
        """Plan now, and bring one download's transport in line."""
        await self._apply()
        await self._runner.align(download_id)
        self.kick()

    async def settle_all(self, download_ids: Collection[str]) -> None:
        """Plan once for many changes, and bring their transports in line side by side."""
        await self._apply()
        await asyncio.gather(*(self._runner.align(key) for key in download_ids))
        self.kick()

    # totals ----------------------------------------------------------------------------------
    async def write_totals(self) -> None:
        """Write how far everything is, where it differs from what was written."""
        changed = {}
        for entry in self._ledger:
            totals = self._totals(entry)
            if totals != self._written.get(entry.download.id):
                changed[entry.download.id] = totals
        if not changed:
            return
        await self._store.write_totals(changed)
        for key, totals in changed.items():
            self._written[key] = totals
            self._ledger.remember(
                key, done=totals.done, uploaded=totals.uploaded, downloaded=totals.downloaded
            )

    def _totals(self, entry: Entry) -> Totals:
        item, live = entry.download, self._book.of(entry.download.id)
        done, uploaded = entry.done, item.uploaded
        if live is not None and item.state is not S.COMPLETED:
            done, uploaded = live.done, max(uploaded, live.uploaded)
        return Totals(done, uploaded, max(item.downloaded, done), item.seeded_seconds)
