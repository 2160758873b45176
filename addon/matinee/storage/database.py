"""One SQLite file, one connection that writes and one that reads."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import aiosqlite

from ..errors import AskUser
from . import migrations

_log = logging.getLogger(__name__)
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # FULL: a committed move of a download survives a power cut, and the rooms write seldom.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 10000",
    "PRAGMA cache_size = -2048",
    "PRAGMA temp_store = MEMORY",
)

Row = sqlite3.Row
Params = Sequence[Any] | dict[str, Any]

# The task that holds the write transaction reads through it, to see what it wrote itself.
# It is named by task: a task started inside a transaction inherits the variable, not the right.
_holder: ContextVar[asyncio.Task[Any] | None] = ContextVar("transaction_holder", default=None)


def _inside() -> bool:
    return _holder.get() is not None and _holder.get() is asyncio.current_task()


class Database:
    """The engine's database. All SQL of the rooms goes through here.

    Single statements commit by themselves; several belong together inside `transaction()`.
    Statements inside one transaction are atomic against crashes and other tasks.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer: aiosqlite.Connection | None = None
        self._reader: aiosqlite.Connection | None = None
        self._lock = asyncio.Lock()

    async def open(self) -> None:
        """Open or make the file and bring its schema up to date.

        Raises `AskUser` when the file is damaged or of a newer version.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._writer = await self._connect()
            await migrations.migrate(self._writer, self.path)
            self._reader = await self._connect()
            await self._reader.execute("PRAGMA query_only = ON")
        except sqlite3.DatabaseError as error:
            await self.close()
            raise AskUser(
                f"The database {self.path} cannot be read: {error}.",
                code="database_damaged",
                hint="Move it away to start afresh, or put a copy from your backup in its place.",
            ) from error

    async def _connect(self) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(self.path, isolation_level=None)
        connection.row_factory = sqlite3.Row
        for pragma in _PRAGMAS:
            await connection.execute(pragma)
        self.path.chmod(0o600)
        return connection

    async def close(self) -> None:
        for connection in (self._reader, self._writer):
            if connection is not None:
                await connection.close()
        self._reader = self._writer = None

    @property
    def _write(self) -> aiosqlite.Connection:
        if self._writer is None:
            raise RuntimeError("The database is closed.")
        return self._writer

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Commit all writes inside together, or none when the block raises."""
        if _inside():
            yield
            return
        async with self._lock:
            token = _holder.set(asyncio.current_task())
            committed = False
            try:
                await self._write.execute("BEGIN IMMEDIATE")
                yield
                await self._write.execute("COMMIT")
                committed = True
            finally:
                if not committed:
                    # A task that is cancelled while it begins or commits has sent the statement
                    # already: it runs in the connection's thread before this one does.
                    with contextlib.suppress(sqlite3.OperationalError):
                        await self._write.execute("ROLLBACK")
                _holder.reset(token)

    async def execute(self, sql: str, params: Params = ()) -> int:
        """Run one writing statement; return the number of rows it touched."""
        async with self.transaction(), self._write.execute(sql, params) as cursor:
            return cursor.rowcount

    async def execute_many(self, sql: str, rows: Iterable[Params]) -> None:
        async with self.transaction():
            await self._write.executemany(sql, rows)

    async def fetch(self, sql: str, params: Params = ()) -> list[Row]:
        connection = self._write if _inside() else (self._reader or self._write)
        return list(await connection.execute_fetchall(sql, params))

    async def fetch_one(self, sql: str, params: Params = ()) -> Row | None:
        rows = await self.fetch(sql, params)
        return rows[0] if rows else None

    async def fetch_value(self, sql: str, params: Params = ()) -> Any:
        """Return the first column of the first row, or None."""
        row = await self.fetch_one(sql, params)
        return row[0] if row else None
