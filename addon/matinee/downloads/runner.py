"""Brings the transports in line with the rows. Level-triggered: it may be asked at any time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path

from ..errors import AskUser, MatineeError, RetryLater, VolumeOffline
from ..models.downloads import Download, DownloadState, Progress, Sharing
from ..ports import Transport, TransportJob
from ..supervision import supervised
from .entries import Entry
from .moves import Ledger, same_torrent
from .places import Places, is_online
from .store import Store

_log = logging.getLogger(__name__)
S = DownloadState
FETCHING = frozenset({S.RESOLVING, S.DOWNLOADING, S.CHECKING})
_AT_ONCE = 16
_REFUSED_SECONDS = 60.0
BROKEN = "transport_broken"
FINISHED = frozenset({S.VERIFYING, S.IMPORTING, S.COMPLETED})


class Mode(Enum):
    """How a download stands in its transport."""

    ABSENT = "absent"
    HALTED = "halted"
    LEARNING = "learning"  # finds out what it consists of, and fetches nothing of it
    FETCHING = "fetching"
    SHARING = "sharing"
    STILL = "still"  # finished, and giving nothing back


def wanted_mode(entry: Entry, *, online: bool) -> Mode | None:
    """Return the mode that a row asks for; None leaves it as it is. Pure."""
    download = entry.download
    if not online:
        return Mode.ABSENT
    if download.state is S.RESOLVING and entry.only_learns:
        return Mode.LEARNING
    if download.state in FETCHING:
        return Mode.FETCHING
    if download.state in FINISHED:
        return Mode.SHARING if download.sharing is Sharing.SEEDING else Mode.STILL
    return None if download.state is S.MOVING else Mode.HALTED


class Runner:
    """Knows what each transport was told last, and tells it what differs.

    `trouble` is called with an id and the error when a transport refuses.
    """

    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        places: Places,
        transports: Mapping[str, Transport],
        trouble: Callable[[str, MatineeError], None],
    ) -> None:
        self._ledger, self._store, self._places = ledger, store, places
        self._transports, self._trouble = transports, trouble
        self._modes: dict[str, Mode] = {}
        self._sharing: dict[str, Sharing] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        # Their volume vanished while they wrote: what the drive still held in memory is lost.
        self._unsure: set[str] = set()
        self._not_before: dict[str, float] = {}
        self._aligning: dict[str, asyncio.Task[None]] = {}
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def transport(self, name: str) -> Transport:
        """Raises `AskUser` when there is none of this name (any more)."""
        found = self._transports.get(name)
        if found is None:
            raise AskUser(
                f"There is no way to fetch by “{name}” here.",
                code="transport_missing",
                hint="Remove the download, or switch this way on again.",
            )
        return found

    def lock(self, download_id: str) -> asyncio.Lock:
        return self._locks.setdefault(download_id, asyncio.Lock())

    def is_present(self, download_id: str) -> bool:
        return self._modes.get(download_id, Mode.ABSENT) is not Mode.ABSENT

    def progress(self) -> dict[str, Progress]:
        """Return the progress of all downloads that a transport holds."""
        merged: dict[str, Progress] = {}
        for transport in self._transports.values():
            merged.update(transport.progress())
        return merged

    def unsettled(self) -> list[str]:
        """Return the ids of rows whose transport is not told what they ask for."""
        online = {v.id: is_online(self._places, v.id) for v in self._places.list()}
        found, now = [], time.monotonic()
        for entry in self._ledger:
            item = entry.download
            want = wanted_mode(entry, online=online.get(item.volume_id, False))
            if self._differs(item, want) and self._not_before.get(item.id, 0.0) <= now:
                found.append(item.id)
        return found

    def _differs(self, item: Download, want: Mode | None) -> bool:
        have = self._modes.get(item.id, Mode.ABSENT)
        if want is None or (have is Mode.ABSENT and want in (Mode.HALTED, Mode.STILL)):
            return False
        told = self._sharing.get(item.id, Sharing.NONE)
        return want is not have or (want is Mode.STILL and told is not item.sharing)

    async def align(self, download_id: str) -> None:
        """Bring one download in line. Errors of the transport go to `trouble`."""
        async with self.lock(download_id):
            item = self._ledger.find(download_id)
            if item is None:
                return
            entry = self._ledger.entry(download_id)
            want = wanted_mode(entry, online=is_online(self._places, item.volume_id))
            if want is None or not self._differs(item, want):
                return
            if want is not Mode.ABSENT and self._is_leaving(item):
                return
            patience = item.state in FINISHED  # no other row waits for its sharing: no hurry
            try:
                await self._bring_or_say(entry, want)
            except VolumeOffline as error:
                # Its folder is gone though the drive may be there: it is taken on anew later.
                await self._let_go(item)
                self._trouble(download_id, error)
            except MatineeError as error:
                patience |= error.code == BROKEN
                self._trouble(download_id, error)
            else:
                self._not_before.pop(download_id, None)
                return
            if patience:
                self._not_before[download_id] = time.monotonic() + _REFUSED_SECONDS

    async def _bring_or_say(self, entry: Entry, want: Mode) -> None:
        """Bring it in line; a defect of its transport is trouble of this download alone.

        Raises what a transport may raise, and `RetryLater` (`transport_broken`) for the rest.
        """
        refusal: Exception | None = RetryLater(
            "The part of Matinee that fetches it broke off.",
            code=BROKEN,
            hint="The log says more; look there when it does not come right by itself.",
        )
        with supervised(_log, "“%s” cannot be made %s", entry.download.name, want.value):
            try:
                await self._bring(entry, want)
            except (MatineeError, sqlite3.Error) as error:
                refusal = error
            else:
                refusal = None
        if refusal is not None:
            raise refusal

    def _is_leaving(self, item: Download) -> bool:
        """Say whether a removed one with the same info-hash is still in the transport."""
        hashes = item.info_hashes
        return any(
            self.is_present(e.download.id) and same_torrent(e.download.info_hashes, hashes)
            for e in self._ledger.removals()
        )

    async def _let_go(self, item: Download) -> None:
        have = self._modes.get(item.id, Mode.ABSENT)
        if have is not Mode.ABSENT:
            with contextlib.suppress(MatineeError):
                await self._withdraw(self.transport(item.transport), item.id, have)
        self._unsure.add(item.id)

    def settle_soon(self) -> None:
        """Bring everything in line in the background: a drive that hangs holds up only its own."""
        for download_id in self.unsettled():
            if download_id not in self._aligning:
                task = asyncio.create_task(self._align_in_turn(download_id))
                self._aligning[download_id] = task
                task.add_done_callback(
                    lambda _, key=download_id: self._aligning.pop(key, None)  # type: ignore[misc]
                )

    async def _align_in_turn(self, download_id: str) -> None:
        async with self._turns:
            await self.align(download_id)

    async def stop(self) -> None:
        """End what is under way."""
        tasks = list(self._aligning.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def present(self, download_id: str) -> Transport:
        """Make sure that the transport holds the download, halted if need be.

        Raises `NotFound`, `VolumeOffline` and what the transport raises.
        """
        async with self.lock(download_id):
            entry = self._ledger.entry(download_id)
            transport = self.transport(entry.download.transport)
            if not self.is_present(download_id):
                await self._add(transport, entry, Mode.HALTED)
            return transport

    async def _bring(self, entry: Entry, want: Mode) -> None:
        item = entry.download
        transport = self.transport(item.transport)
        have = self._modes.get(item.id, Mode.ABSENT)
        if want is Mode.ABSENT:
            await self._withdraw(transport, item.id, have)
        elif have is Mode.ABSENT:
            await self._add(transport, entry, want)
        elif want is Mode.LEARNING:  # a transport is told so only when it takes it on
            await self._withdraw(transport, item.id, have)
            await self._add(transport, entry, want)
        else:
            await self._switch(transport, item, want)

    async def _withdraw(self, transport: Transport, key: str, have: Mode) -> None:
        if have is Mode.FETCHING:
            self._unsure.add(key)
        self._modes.pop(key, None)
        self._sharing.pop(key, None)
        await transport.remove(key, delete_data=False)

    async def _switch(self, transport: Transport, item: Download, want: Mode) -> None:
        have = self._modes[item.id]
        if want is Mode.HALTED:
            await transport.pause(item.id)
        elif have in (Mode.HALTED, Mode.LEARNING, Mode.STILL) and want is not Mode.STILL:
            await transport.resume(item.id)
        if want in (Mode.SHARING, Mode.STILL):
            await transport.set_sharing(item.id, item.sharing)
            self._sharing[item.id] = item.sharing
        self._modes[item.id] = want

    async def _add(self, transport: Transport, entry: Entry, want: Mode) -> None:
        item = entry.download
        await transport.add(await self._job(entry, want))
        self._modes[item.id] = want
        if want is Mode.SHARING:
            await transport.set_sharing(item.id, item.sharing)
            self._sharing[item.id] = item.sharing
        if item.id in self._unsure and item.size and want is not Mode.HALTED:
            self._unsure.discard(item.id)
            await transport.recheck(item.id)

    async def recheck(self, download_id: str) -> None:
        """Check all that is there. The check is asked for before anything goes on."""
        transport = await self.present(download_id)
        async with self.lock(download_id):
            await transport.recheck(download_id)
        await self.align(download_id)

    def distrust(self, download_id: str) -> None:
        """Check the files when the download is next added: they may not be what was noted."""
        self._unsure.add(download_id)

    async def _job(self, entry: Entry, want: Mode) -> TransportJob:
        item = entry.download
        root = await self._places.writable(item.volume_id)
        blobs = await self._store.blobs(item.id)
        return TransportJob(
            download_id=item.id,
            save_path=root / item.save_path,
            source=blobs.source,
            metadata=blobs.metadata,
            resume=blobs.resume,
            # Those of a row that does not know them yet were written before a crash: told again.
            files=await self._store.files(item.id) if item.size else (),
            paused=want in (Mode.HALTED, Mode.STILL),
            stop_at_metadata=want is Mode.LEARNING,
            rate_limit_down=item.rate_limit_down,
            rate_limit_up=item.rate_limit_up,
        )

    async def folder(self, download_id: str) -> Path:
        """Return where the download's files are. Raises `VolumeOffline`."""
        item = self._ledger.entry(download_id).download
        return await self._places.writable(item.volume_id) / item.save_path

    async def release(self, item: Download, *, delete_data: bool) -> None:
        """Take a download out of its transport, if it is in there. The caller holds the lock."""
        if self.is_present(item.id) and item.transport in self._transports:
            await self._transports[item.transport].remove(item.id, delete_data=delete_data)
        self._modes.pop(item.id, None)

    def forget(self, download_id: str) -> None:
        """Drop what was known of a download that is gone."""
        for known in (self._modes, self._sharing, self._locks, self._not_before):
            known.pop(download_id, None)
        self._unsure.discard(download_id)
