"""What changed in the library: a sequence number in the row, an event after the commit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from ..events import EventBus, LibraryChanged
from ..storage import Database

type _Open = tuple[asyncio.Task[None] | None, set[str]]
_open: ContextVar[_Open | None] = ContextVar("library_change", default=None)


class Changes:
    """Marks media rows as changed and tells so once the change is committed.

    Readers that remember the last sequence number ask for the rows above it.
    """

    def __init__(self, database: Database, bus: EventBus) -> None:
        self._database, self._bus = database, bus
        self._sequence = 0

    @asynccontextmanager
    async def change(self) -> AsyncIterator[set[str]]:
        """Open a transaction; media ids added to the yielded set are marked and announced.

        Inside another `change()` of the same task it joins that one. Do no file or network work
        inside: the database waits meanwhile.
        """
        task = asyncio.current_task()
        outer = _open.get()
        if outer is not None and outer[0] is task:
            yield outer[1]
            return
        touched: set[str] = set()
        token = _open.set((task, touched))
        try:
            async with self._database.transaction():
                yield touched
                sequence = await self._mark(touched)
        finally:
            _open.reset(token)
        if touched:
            self._bus.publish(LibraryChanged(tuple(sorted(touched)), sequence))

    async def _mark(self, media_ids: set[str]) -> int:
        """Write the next sequence number into the rows. Inside a transaction."""
        if not media_ids:
            return self._sequence
        sequence = await self.sequence() + 1
        await self._database.execute_many(
            "UPDATE media SET changed = ? WHERE id = ?",
            [(sequence, media_id) for media_id in media_ids],
        )
        self._sequence = sequence
        return sequence

    async def sequence(self) -> int:
        """Return the number of the last change."""
        stored = await self._database.fetch_value("SELECT max(changed) FROM media")
        # A merge deletes a row: the number must not fall back while the process lives.
        self._sequence = max(self._sequence, stored or 0)
        return self._sequence
