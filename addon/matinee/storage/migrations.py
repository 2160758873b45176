"""Schema versions: one SQL file each, applied in order inside one transaction.

`PRAGMA user_version` holds the version. Before a file of an older version is changed, a copy is
kept beside it.
"""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
from pathlib import Path

import aiosqlite

from ..errors import AskUser

_log = logging.getLogger(__name__)
FOLDER = Path(__file__).parent


def versions() -> dict[int, Path]:
    """Return the schema files by version."""
    found = {}
    for path in FOLDER.glob("schema_v*.sql"):
        match = re.fullmatch(r"schema_v(\d+)\.sql", path.name)
        if match:
            found[int(match[1])] = path
    return dict(sorted(found.items()))


async def migrate(connection: aiosqlite.Connection, path: Path) -> None:
    """Bring the database to the newest version.

    Raises `AskUser` when it was written by a newer engine.
    """
    async with connection.execute("PRAGMA user_version") as cursor:
        row = await cursor.fetchone()
    current = int(row[0]) if row else 0
    newest = max(versions())
    if current > newest:
        raise AskUser(
            f"The database is of version {current}, this engine knows up to {newest}.",
            code="database_newer",
            hint="Update Matinee, or restore the backup from before the update.",
        )
    if 0 < current < newest:
        await connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        copy = path.with_suffix(f".v{current}.bak")
        await asyncio.to_thread(shutil.copy2, path, copy)
        _log.info("Database goes from version %d to %d; a copy is kept", current, newest)
    for version, file in versions().items():
        if version > current:
            sql = await asyncio.to_thread(file.read_text, "utf-8")
            # executescript would commit on its own: the version and the tables go together.
            await connection.executescript(
                f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {version};\nCOMMIT;"
            )
