"""The ledger: the rows of the queue in memory, and the only place that changes them.

A change is checked against `TRANSITIONS`, written with its line of history in one transaction,
taken over in memory and only then announced.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from ..errors import Conflict, NotFound
from ..events import DownloadChanged, DownloadRemoved, EventBus
from ..models.downloads import TRANSITIONS, Download, DownloadFile, DownloadState, InfoHashes
from .entries import Blobs, Entry
from .store import Store

S = DownloadState


def same_torrent(one: InfoHashes, other: InfoHashes) -> bool:
    """Say whether two torrents are the same by their v1 or v2 info-hash."""
    return bool((one.v1 and one.v1 == other.v1) or (one.v2 and one.v2 == other.v2))


class Ledger:
    """Entries by id. Reading never waits; every change is atomic against every other one."""

    def __init__(self, store: Store, bus: EventBus) -> None:
        self._store, self._bus = store, bus
        self._entries: dict[str, Entry] = {}

    async def load(self) -> None:
        self._entries = {entry.download.id: entry for entry in await self._store.load()}

    def __iter__(self) -> Iterator[Entry]:
        """Go through all entries that are not being removed."""
        return (e for e in list(self._entries.values()) if e.download.state is not S.REMOVED)

    def removals(self) -> list[Entry]:
        """Return the entries whose removal is not finished."""
        return [e for e in self._entries.values() if e.download.state is S.REMOVED]

    def entry(self, download_id: str) -> Entry:
        """Raises `NotFound`, also for one that is being removed."""
        entry = self._entries.get(download_id)
        if entry is None or entry.download.state is S.REMOVED:
            raise NotFound("There is no such download.", hint="It may have been removed.")
        return entry

    def find(self, download_id: str) -> Download | None:
        entry = self._entries.get(download_id)
        if entry is None or entry.download.state is S.REMOVED:
            return None
        return entry.download

    def twin(self, hashes: InfoHashes, other_than: str = "") -> Download | None:
        """Return the download with the same v1 or v2 info-hash."""
        for entry in self:
            item = entry.download
            if item.id != other_than and same_torrent(item.info_hashes, hashes):
                return item
        return None

    def last_position(self) -> int:
        return max((e.download.position for e in self._entries.values()), default=-1)

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[list[Entry]]:
        """Write rows; memory takes over what was put into the list once that is committed.

        Whoever waits for the transaction sees it: nothing runs between the commit and this.
        """
        new: list[Entry] = []
        written = False
        try:
            async with self._store.transaction():
                yield new
                written = True
        except asyncio.CancelledError:
            if written:  # only the commit was cut, and that was on its way already
                self._take_over(new)
            raise
        self._take_over(new)

    def _take_over(self, new: Sequence[Entry]) -> None:
        self._entries.update({entry.download.id: entry for entry in new})

    async def insert(self, entry: Entry, blobs: Blobs, files: Sequence[DownloadFile]) -> bool:
        """Add a row, unless there is one with the same info-hash; say whether it was added."""
        item = entry.download
        async with self._writing() as written:
            if self.twin(item.info_hashes):
                return False
            await self._store.insert(entry, blobs, files)
            await self._store.note(item.id, item.name, "added")
            written.append(entry)
        self._bus.publish(DownloadChanged(item))
        return True

    async def move(
        self,
        download_id: str,
        to: DownloadState,
        *,
        only_from: Collection[DownloadState] | None = None,
        only_if: Callable[[Entry], bool] | None = None,
        detail: str = "",
        **changes: Any,
    ) -> Download | None:
        """Change the state, and with it other fields of the row or its entry.

        Return None when the row is gone, not in one of the states `only_from` (any more), or
        `only_if` says no to it.
        Raises `Conflict` when the table of transitions has no such move.
        """
        async with self._writing() as written:
            entry = self._entries.get(download_id)
            if entry is None:
                return None
            state = entry.download.state
            if only_from is not None and state not in only_from:
                return None
            if only_if is not None and not only_if(entry):
                return None
            if to not in TRANSITIONS[state]:
                raise Conflict(
                    f"“{entry.download.name}” is {state.value} and cannot become {to.value}.",
                    code="wrong_state",
                )
            new = entry.changed({"reason": None, **changes, "state": to})
            await self._store.update(new)
            await self._store.note(download_id, new.download.name, to.value, detail)
            written.append(new)
        if to is S.REMOVED:
            self._bus.publish(DownloadRemoved(download_id))
        else:
            self._bus.publish(DownloadChanged(new.download))
        return new.download

    async def change(
        self,
        download_id: str,
        *,
        only_from: Collection[DownloadState] | None = None,
        event: str = "",
        detail: str = "",
        **changes: Any,
    ) -> Download | None:
        """Change fields but never the state; with `event`, write a line of history.

        Return the row (also when nothing differs), or None as `move` does.
        """
        if "state" in changes:
            raise TypeError("A state is changed by move() only.")
        async with self._writing() as written:
            entry = self._entries.get(download_id)
            if entry is None or entry.download.state is S.REMOVED:
                return None
            if only_from is not None and entry.download.state not in only_from:
                return None
            new = entry.changed(changes)
            if new != entry:
                await self._store.update(new)
            if event:
                await self._store.note(download_id, new.download.name, event, detail)
            written.append(new)
        if new.download != entry.download:
            self._bus.publish(DownloadChanged(new.download))
        return new.download

    async def reorder(self, positions: Mapping[str, int]) -> None:
        """Give these rows new positions, together."""
        async with self._store.transaction():
            changed = {
                key: self._entries[key].changed({"position": position})
                for key, position in positions.items()
                if key in self._entries and self._entries[key].download.position != position
            }
            await self._store.write_positions({k: positions[k] for k in changed})
            self._entries.update(changed)
        for entry in changed.values():
            self._bus.publish(DownloadChanged(entry.download))

    def remember(self, download_id: str, **changes: Any) -> None:
        """Take over running totals in memory; they are written about once a minute.

        No event: totals are progress.
        """
        entry = self._entries.get(download_id)
        if entry is not None:
            self._entries[download_id] = entry.changed(changes)

    async def drop(self, download_id: str) -> None:
        """Delete a row whose removal is finished."""
        async with self._store.transaction():
            await self._store.delete(download_id)
            self._entries.pop(download_id, None)
