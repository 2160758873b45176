"""What the transports tell, taken one after the other, written, and acted upon."""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from ..errors import Conflict, MatineeError
from ..events import EventBus, Notice
from ..models.downloads import (
    Download,
    DownloadFile,
    DownloadState,
    InfoHashes,
    Sharing,
    Trouble,
)
from ..settings import RETRIES, Settings
from . import goals
from .entries import Entry
from .moves import Ledger
from .progress import ProgressBook
from .retry import judge
from .runner import Runner
from .store import Store, chosen_files, wanted_bytes

_log = logging.getLogger(__name__)
S = DownloadState
MetadataHook = Callable[[Download, Sequence[DownloadFile]], Awaitable[None]]
_Work = Callable[[], Awaitable[None]]


class Reactions:
    """The `TransportListener`. Calls return at once; `work()` does what follows, in order.

    `finished_early` holds those that were complete while they did not run: they finish as soon
    as they are started, since a transport tells it once.
    """

    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        book: ProgressBook,
        settings: Settings,
        bus: EventBus,
        clock: Callable[[], float],
        kick: Callable[[], None],
    ) -> None:
        self._ledger, self._store, self._book = ledger, store, book
        self._settings, self._bus, self._clock, self._kick = settings, bus, clock, kick
        self._inbox: asyncio.Queue[_Work] = asyncio.Queue()
        self._random = random.Random()  # noqa: S311 (spreads retries, guards nothing)
        self.runner: Runner | None = None
        self.on_metadata: MetadataHook | None = None
        self.finished_early: set[str] = set()
        self._done_before: dict[str, int] = {}

    async def work(self) -> None:
        """Handle what comes until cancelled."""
        while True:
            await self._handle(await self._inbox.get())

    async def drain(self) -> None:
        """Handle what has come so far."""
        while not self._inbox.empty():
            await self._handle(self._inbox.get_nowait())

    async def _handle(self, work: _Work) -> None:
        try:
            await work()
        except (MatineeError, sqlite3.Error, OSError) as error:
            _log.warning("A report of a transport was not taken: %s", error)
        self._kick()

    def _later(self, work: _Work) -> None:
        self._inbox.put_nowait(work)

    def announce(self, download_id: str) -> None:
        """Tell `on_metadata` of a download whose files are known without the transport."""
        self._later(lambda: self._announce(download_id))

    # TransportListener -----------------------------------------------------------------------
    def metadata_known(
        self,
        download_id: str,
        name: str,
        files: Sequence[DownloadFile],
        hashes: InfoHashes,
        metadata: bytes,
    ) -> None:
        self._later(lambda: self._metadata(download_id, name, files, hashes, metadata))

    def started(self, download_id: str) -> None:
        self._later(lambda: self._started(download_id))

    def checking(self, download_id: str) -> None:
        self._later(lambda: self._checking(download_id))

    def finished(self, download_id: str) -> None:
        self._later(lambda: self._finished(download_id))

    def moved(self, download_id: str, save_path: Path) -> None:  # noqa: ARG002 (the row knows)
        self._later(lambda: self._moved(download_id))

    def failed(self, download_id: str, error: MatineeError) -> None:
        self._later(lambda: self.trouble(download_id, error))

    def resume_saved(self, download_id: str, resume: bytes) -> None:
        self._later(lambda: self._store.write_resume(download_id, resume))

    def shared(self, download_id: str, uploaded: int, seconds: int) -> None:
        self._later(lambda: self._shared(download_id, uploaded, seconds))

    # what follows ----------------------------------------------------------------------------
    async def _metadata(
        self,
        key: str,
        name: str,
        files: Sequence[DownloadFile],
        hashes: InfoHashes,
        metadata: bytes,
    ) -> None:
        item = self._ledger.find(key)
        if item is None:
            return
        twin = self._ledger.twin(hashes, other_than=key)
        if twin is not None:
            error = Conflict(
                f"It is the same as “{twin.name}”, which is in the list already.",
                code="duplicate",
                hint="Remove this one.",
            )
            await self.trouble(key, error)
            return
        files = await self._take_files(key, files, metadata)
        size = sum(file.size for file in files if not file.is_padding)
        learned: dict[str, Any] = {
            "name": name or item.name,
            "info_hashes": hashes,
            "size": size,
            "wanted": wanted_bytes(files),
        }
        stopped = await self._ledger.move(
            key, S.PAUSED, only_from={S.QUEUED, S.RESOLVING}, only_if=lambda e: e.only_learns,
            detail="metadata", before=None, retry_at=0.0, trouble=None, **learned,
        )  # fmt: skip
        if stopped is not None:
            await self._announce(key)
            return
        if await self._ledger.change(key, event="metadata", **learned) is None:
            return
        await self._ledger.move(key, S.DOWNLOADING, only_from={S.RESOLVING})
        await self._announce(key)

    async def _announce(self, key: str) -> None:
        item = self._ledger.find(key)
        if item is not None and item.size and self.on_metadata is not None:
            await self.on_metadata(item, await self._store.files(key))

    async def _take_files(
        self, key: str, files: Sequence[DownloadFile], metadata: bytes
    ) -> list[DownloadFile]:
        """Write the list of files with what was chosen before it was known; tell the transport."""
        blobs, known = await self._store.blobs(key), await self._store.files(key)
        if known:
            taken = known
        else:
            taken = chosen_files(files, blobs.chosen)
            if not wanted_bytes(taken):  # none of the chosen ones exists
                taken = list(files)
        async with self._store.transaction():
            await self._store.write_files(key, taken)
            await self._store.write_metadata(key, metadata or blobs.metadata)
        differ = {a.index: a.priority for a, b in zip(taken, files, strict=False) if a != b}
        item = self._ledger.find(key)
        if differ and item is not None and self.runner is not None:
            await self.runner.transport(item.transport).set_priorities(key, differ)
        return taken

    async def _started(self, key: str) -> None:
        item = self._ledger.find(key)
        if item is None or (item.state is S.RESOLVING and not item.size):
            return
        if await self._checked_while_paused(key):
            return
        await self._ledger.move(key, S.DOWNLOADING, only_from={S.RESOLVING, S.CHECKING})

    async def _checked_while_paused(self, key: str) -> bool:
        entry = self._ledger.entry(key)
        if entry.download.state is not S.CHECKING or entry.before is not S.PAUSED:
            return False
        await self._ledger.move(key, S.PAUSED, only_from={S.CHECKING}, before=None)
        return True

    async def _checking(self, key: str) -> None:
        await self._ledger.move(key, S.CHECKING, only_from={S.RESOLVING, S.DOWNLOADING})

    async def _finished(self, key: str) -> None:
        item = self._ledger.find(key)
        if item is None:
            return
        if item.state is S.CHECKING and item.completed_at:
            await self._ledger.move(key, S.COMPLETED, only_from={S.CHECKING})
        elif await self._checked_while_paused(key):
            self.finished_early.add(key)
        elif item.state in (S.RESOLVING, S.DOWNLOADING, S.CHECKING):
            await self.complete(key)
        elif item.state in (S.QUEUED, S.PAUSED, S.MOVING, S.FAILED):
            self.finished_early.add(key)

    async def complete(self, key: str) -> None:
        """Every wanted byte is here: on to verification, and share it meanwhile."""
        item = self._ledger.find(key)
        if item is None or self.runner is None:
            return
        self.finished_early.discard(key)
        can_share = self.runner.transport(item.transport).capabilities.share
        sharing = goals.first_sharing(goals.goal_of(item, self._settings), can_share=can_share)
        if item.state is S.RESOLVING:
            await self._ledger.move(key, S.DOWNLOADING, only_from={S.RESOLVING})
        await self._ledger.move(
            key,
            S.VERIFYING,
            only_from={S.DOWNLOADING, S.CHECKING},
            sharing=sharing,
            done=item.wanted,
            downloaded=max(item.downloaded, item.wanted),
            attempts=0,
            retry_at=0.0,
            trouble=None,
        )

    async def _moved(self, key: str) -> None:
        item = self._ledger.find(key)
        if item is not None and item.state is S.MOVING:
            await self.arrived(self._ledger.entry(key))

    async def arrived(self, entry: Entry) -> None:
        """End a move: the files are on the new volume."""
        await self._ledger.move(
            entry.download.id,
            _after(entry),
            only_from={S.MOVING},
            detail="moved",
            volume_id=entry.move_to or entry.download.volume_id,
            move_to="",
            before=None,
        )

    async def _shared(self, key: str, uploaded: int, seconds: int) -> None:
        item = self._ledger.find(key)
        if item is None:
            return
        self._ledger.remember(key, uploaded=uploaded, seeded_seconds=seconds)
        await self.check_goal(key)

    async def check_goal(self, key: str) -> None:
        """End or begin again to share, by the goal and what was given back so far."""
        item = self._ledger.find(key)
        if item is None or item.state not in (S.VERIFYING, S.IMPORTING, S.COMPLETED):
            return
        goal = goals.goal_of(item, self._settings)
        ratio = goals.ratio_of(item.uploaded, item.downloaded, item.wanted)
        sharing = goals.next_sharing(item.sharing, goal, ratio, item.seeded_seconds)
        if sharing is not item.sharing:
            event = "goal_met" if sharing is Sharing.GOAL_MET else "seeding"
            await self._ledger.change(key, sharing=sharing, event=event)

    def forget(self, download_id: str) -> None:
        """Drop what was remembered of a download that is gone."""
        self.finished_early.discard(download_id)
        self._done_before.pop(download_id, None)

    # trouble ---------------------------------------------------------------------------------
    async def trouble(self, key: str, error: MatineeError) -> None:
        """Decide by the error's type: wait, try again later, or fail and say why."""
        item = self._ledger.find(key)
        if item is None:
            return
        entry = self._ledger.entry(key)
        if item.state is S.MOVING:
            await self._stayed(entry, error)
            return
        if item.state in (S.VERIFYING, S.IMPORTING, S.COMPLETED):
            # It is all here: a transport that cannot share now is no failure of the download.
            _log.warning("“%s” is complete, but: %s", item.name, error)
            return
        live = self._book.of(key)
        done = live.done if live else entry.done
        # What came since the last failure shows that trying again is worth it.
        gained = done > self._done_before.get(key, done)
        self._done_before[key] = done
        verdict = judge(
            error,
            attempts=0 if gained else item.attempts,
            allowed=self._settings.get(RETRIES),
            now=self._clock(),
            jitter=self._random.random(),
        )
        _log.info("“%s”: %s (%s)", item.name, error, verdict.reason or "failed")
        changes: dict[str, Any] = {
            "done": done,
            "trouble": verdict.trouble,
            "attempts": verdict.attempts,
        }
        if verdict.reason is None:
            waiting = {S.QUEUED, S.RESOLVING, S.DOWNLOADING, S.CHECKING, S.PAUSED}
            await self._ledger.move(
                key, S.FAILED, only_from=waiting, detail=error.message, **changes
            )
            return
        changes |= {"reason": verdict.reason, "retry_at": verdict.retry_at}
        running = {S.RESOLVING, S.DOWNLOADING, S.CHECKING}
        moved = await self._ledger.move(
            key, S.QUEUED, only_from=running, detail=error.message, **changes
        )
        if moved is None:
            await self._ledger.change(key, only_from={S.QUEUED}, **changes)

    async def _stayed(self, entry: Entry, error: MatineeError) -> None:
        """A move to another volume failed: everything stays where it was."""
        item = entry.download
        await self._ledger.move(
            item.id,
            _after(entry),
            only_from={S.MOVING},
            detail=f"not moved: {error.message}",
            move_to="",
            before=None,
            trouble=Trouble(error.code, error.message, error.hint),
        )
        self._bus.publish(
            Notice("warning", error.code, f"“{item.name}” stays where it is: {error.message}",
                   error.hint)
        )  # fmt: skip


def _after(entry: Entry) -> DownloadState:
    """Return where a download goes after a move; one that ran goes through the queue again."""
    if entry.before in (S.PAUSED, S.COMPLETED):
        return entry.before
    return S.QUEUED
