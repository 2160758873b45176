"""Drives finished downloads through what the household does with them."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable

from ..errors import GiveUp, MatineeError, RetryLater, VolumeOffline
from ..models.downloads import Download, DownloadState, Trouble
from ..settings import RETRIES, Settings
from .moves import Ledger
from .places import Places, is_online
from .retry import backoff

_log = logging.getLogger(__name__)
S = DownloadState
AFTERWARDS = frozenset({S.VERIFYING, S.IMPORTING})
FinishedHook = Callable[[Download], Awaitable[None]]
_VOLUME_DELAY = 15.0


class Driver:
    """Runs `on_finished` for every download that verifies or imports, once at a time.

    The hook calls `importing` and `completed` (or raises). It is run again after a restart, when
    the volume is back, and, with growing delays, after `RetryLater`.
    """

    def __init__(
        self, ledger: Ledger, places: Places, settings: Settings, clock: Callable[[], float]
    ) -> None:
        self._ledger, self._places = ledger, places
        self._settings, self._clock = settings, clock
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._tries: dict[str, int] = {}
        self._not_before: dict[str, float] = {}
        self.on_finished: FinishedHook | None = None

    def tick(self) -> None:
        """Start the hook where it is due."""
        now = self._clock()
        for entry in self._ledger:
            item = entry.download
            if item.state not in AFTERWARDS or item.id in self._tasks:
                continue
            if self._not_before.get(item.id, 0.0) > now:
                continue
            if is_online(self._places, item.volume_id):
                self._start(item)

    def _start(self, item: Download) -> None:
        task = asyncio.create_task(self._run(item), name=f"import {item.id}")
        self._tasks[item.id] = task
        task.add_done_callback(lambda ended: self._ended(item, ended))

    def _ended(self, item: Download, task: asyncio.Task[None]) -> None:
        self._tasks.pop(item.id, None)
        if task.cancelled() or task.exception() is None:
            return
        # A defect of the import: it must neither vanish nor come back every second.
        error = task.exception()
        _log.error("The import of “%s” broke off", item.name, exc_info=error)
        self._not_before[item.id] = math.inf
        trouble = GiveUp("The import broke off.", code="import_broken",
                         hint="The log says more; try again after the next update.")  # fmt: skip
        failing = asyncio.create_task(self.failed(item.id, trouble))
        self._tasks[item.id] = failing
        failing.add_done_callback(lambda _: self._tasks.pop(item.id, None))

    async def _run(self, item: Download) -> None:
        try:
            if self.on_finished is None:
                await self.completed(item.id, (), 0)
            else:
                await self.on_finished(item)
                await self._see_end(item.id)
        except RetryLater as error:
            await self._again(item.id, error)
        except VolumeOffline as error:
            _log.info("“%s” waits for its drive: %s", item.name, error)
            self._not_before[item.id] = self._clock() + _VOLUME_DELAY
        except MatineeError as error:
            await self.failed(item.id, error)

    async def _see_end(self, download_id: str) -> None:
        item = self._ledger.find(download_id)
        if item is not None and item.state in AFTERWARDS:
            raise GiveUp("The import ended without a result.", code="import_incomplete")

    async def _again(self, download_id: str, error: RetryLater) -> None:
        tries = self._tries.get(download_id, 0)
        if tries >= self._settings.get(RETRIES):
            await self.failed(download_id, error)
            return
        self._tries[download_id] = tries + 1
        delay = max(backoff(tries + 1, 0.5), error.after or 0.0)
        self._not_before[download_id] = self._clock() + delay

    def _forget(self, download_id: str) -> None:
        self._tries.pop(download_id, None)
        self._not_before.pop(download_id, None)

    async def importing(self, download_id: str) -> None:
        """Say that verification is over. No error when it imports already (after a restart)."""
        await self._ledger.move(download_id, S.IMPORTING, only_from={S.VERIFYING})

    async def completed(
        self,
        download_id: str,
        media_ids: tuple[str, ...],
        unsorted: int,
        trouble: Trouble | None = None,
    ) -> None:
        """Say what came out of it. `completed_at` stays what it was the first time."""
        await self.importing(download_id)
        self._forget(download_id)
        item = self._ledger.find(download_id)
        first = item.completed_at if item is not None else 0.0
        await self._ledger.move(
            download_id, S.COMPLETED, only_from={S.IMPORTING}, media_ids=media_ids,
            unsorted=unsorted, trouble=trouble,
            completed_at=first or self._clock(),
        )  # fmt: skip

    async def failed(self, download_id: str, error: MatineeError) -> None:
        """Say that it cannot be imported; `reimport` or `retry` tries again."""
        self._forget(download_id)
        await self._ledger.move(
            download_id, S.FAILED, only_from=AFTERWARDS, detail=error.message,
            trouble=Trouble(error.code, error.message, error.hint),
        )  # fmt: skip

    async def cancel(self, download_id: str) -> None:
        """Break off the import of one download, and wait until it has ended."""
        self._forget(download_id)
        task = self._tasks.get(download_id)
        if task is not None and task is not asyncio.current_task():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def stop(self) -> None:
        for download_id in list(self._tasks):
            await self.cancel(download_id)
