"""The journal: one row before each change to the disk, gone with the change to the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from ..models.ids import new_id
from ..storage import Database

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of `library_operations`. `source` and `target` are relative to their volumes.

    `detail` is JSON that the kind of operation understands.
    """

    kind: str
    volume_id: str
    source: str
    target: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=new_id)


class Journal:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def begin(self, operation: Operation) -> None:
        """Write the row, or write it anew with more detail."""
        await self._database.execute(
            "INSERT OR REPLACE INTO library_operations"
            " (id, kind, volume_id, source, target, detail, started_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                operation.id,
                operation.kind,
                operation.volume_id,
                operation.source,
                operation.target,
                orjson.dumps(operation.detail).decode(),
                self._clock(),
            ),
        )

    async def end(self, operation_id: str) -> None:
        await self._database.execute("DELETE FROM library_operations WHERE id = ?", (operation_id,))

    async def pending(self, kinds: Iterable[str]) -> list[Operation]:
        """Return what a crash or a cancellation left, oldest first."""
        rows = await self._database.fetch(
            "SELECT * FROM library_operations"
            " WHERE kind IN (SELECT value FROM json_each(?)) ORDER BY id",
            (orjson.dumps(list(kinds)).decode(),),
        )
        return [
            Operation(
                row["kind"],
                row["volume_id"],
                row["source"],
                row["target"],
                orjson.loads(row["detail"]),
                row["id"],
            )
            for row in rows
        ]

    async def reserved(self, volume_id: str, target: str) -> bool:
        """Say whether an operation under way will make this very path."""
        found = await self._database.fetch_value(
            "SELECT 1 FROM library_operations WHERE volume_id = ? AND target = ? COLLATE NOCASE",
            (volume_id, target),
        )
        return found is not None
