"""Rows of `library_files`: which file holds which film or episode, and what is known of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from ..errors import NotFound
from ..storage import Database, Row


class FileRole(StrEnum):
    FILM = "film"
    SUBTITLE = "subtitle"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class LibraryFile:
    """A row. `path` is relative to the root of the volume, with `/`; `media_id` None: unsorted.

    `created`: made by Matinee, which alone it may rename and delete. `origin` is the download it
    came from and `origin_index` the file's number in it. `guess` is JSON of what its name said,
    `probe` JSON of `models.media.Probe` (see `probes`). Times in seconds since 1970, 0: not.
    """

    id: str
    media_id: str | None
    volume_id: str
    path: str
    role: FileRole
    size: int
    mtime_ns: int
    created: bool
    added_at: float
    inode: int = 0
    origin: str = ""
    origin_index: int = -1
    release_name: str = ""
    guess: str = "{}"
    reason: str = ""
    probe: str | None = None
    probe_trouble: str = ""
    checksum: str = ""
    checked_at: float = 0.0
    check_result: str = ""
    missing_since: float = 0.0
    language: str = ""


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What a scan compares: the facts by which a file is the same as last time."""

    id: str
    size: int
    mtime_ns: int
    inode: int
    missing_since: float
    role: str
    media_id: str | None


_COLUMNS = tuple(field.name for field in fields(LibraryFile))
_PUT = (
    f"INSERT OR REPLACE INTO library_files ({', '.join(_COLUMNS)})"  # noqa: S608 constants
    f" VALUES ({', '.join(f':{name}' for name in _COLUMNS)})"
)
# A range of the index on (volume_id, path): "/" is followed by "0".
_BENEATH = "(path = ? OR (path >= ? AND path < ?))"
_KNOWN = (
    "SELECT path, id, size, mtime_ns, inode, missing_since, role, media_id"  # noqa: S608 constants
    f" FROM library_files WHERE volume_id = ? AND {_BENEATH}"
)
_FILMS = (
    "SELECT path, media_id FROM library_files WHERE volume_id = ? AND role = 'film'"  # noqa: S608 constants
    f" AND media_id IS NOT NULL AND {_BENEATH}"
)


def _beneath(folder: str) -> tuple[str, str, str]:
    if not folder:
        return "", "", chr(0x10FFFF)
    return folder, f"{folder}/", f"{folder}0"


def from_row(row: Row | Mapping[str, Any]) -> LibraryFile:
    """Return the row (or its JSON, as the trash keeps it) as a value."""
    values = {name: row[name] for name in _COLUMNS}
    values["role"] = FileRole(values["role"])
    values["created"] = bool(values["created"])
    return LibraryFile(**values)


def to_row(file: LibraryFile) -> dict[str, Any]:
    values = {name: getattr(file, name) for name in _COLUMNS}
    values["role"] = file.role.value
    values["created"] = int(file.created)
    return values


class Files:
    """Reads and writes the rows; whoever writes marks the media as changed (see `changes`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, file_id: str) -> LibraryFile:
        """Raises `NotFound`."""
        row = await self._database.fetch_one("SELECT * FROM library_files WHERE id = ?", (file_id,))
        if row is None:
            raise NotFound("There is no such file in the library.", code="file_not_found")
        return from_row(row)

    async def at(self, volume_id: str, path: str) -> LibraryFile | None:
        row = await self._database.fetch_one(
            "SELECT * FROM library_files WHERE volume_id = ? AND path = ?", (volume_id, path)
        )
        return None if row is None else from_row(row)

    async def of_media(self, media_id: str) -> list[LibraryFile]:
        """Return all files of a film or episode, films before what comes with them."""
        return await self._many("media_id = ? ORDER BY role <> 'film', path", media_id)

    async def of_origin(self, download_id: str) -> list[LibraryFile]:
        return await self._many("origin = ? ORDER BY origin_index, path", download_id)

    async def unsorted(self) -> list[LibraryFile]:
        return await self._many("media_id IS NULL AND role = 'film' ORDER BY added_at, id")

    async def _many(self, where: str, *values: object) -> list[LibraryFile]:
        rows = await self._database.fetch(f"SELECT * FROM library_files WHERE {where}", values)  # noqa: S608 constants above
        return [from_row(row) for row in rows]

    async def put(self, *files: LibraryFile) -> None:
        """Write the rows; one that has the same id or lies at the same place is replaced."""
        await self._database.execute_many(_PUT, [to_row(file) for file in files])

    async def change(self, file_id: str, **values: object) -> None:
        """Set columns of one row. The names are columns of `LibraryFile`."""
        unknown = values.keys() - set(_COLUMNS)
        if unknown:
            raise ValueError(f"library_files has no {sorted(unknown)}")
        assignments = ", ".join(f"{name} = :{name}" for name in values)
        await self._database.execute(
            f"UPDATE library_files SET {assignments} WHERE id = :file_id",  # noqa: S608 names checked above
            {**values, "file_id": file_id},
        )

    async def forget(self, file_id: str) -> None:
        """Delete the row, never the file."""
        await self._database.execute("DELETE FROM library_files WHERE id = ?", (file_id,))

    # scanning ----------------------------------------------------------------------------------
    async def known_in(self, volume_id: str, folder: str) -> dict[str, KnownFile]:
        """Return what is remembered of the files beneath `folder` ("": the root), by path."""
        rows = await self._database.fetch(_KNOWN, (volume_id, *_beneath(folder)))
        return {row["path"]: KnownFile(*tuple(row)[1:]) for row in rows}

    async def same_inodes(self, volume_id: str, inodes: Sequence[int]) -> list[LibraryFile]:
        """Return the rows of these inodes: one file under several names, or a moved one."""
        wanted = json.dumps([inode for inode in inodes if inode])
        return await self._many(
            "volume_id = ? AND inode IN (SELECT value FROM json_each(?))", volume_id, wanted
        )

    async def unprobed(
        self, volume_ids: Sequence[str], leave_out: Sequence[str] = (), limit: int = 20
    ) -> list[LibraryFile]:
        """Return films on these volumes of which nothing was found out yet, the newest first."""
        return await self._many(
            "role = 'film' AND probe IS NULL AND probe_trouble = '' AND missing_since = 0"
            " AND volume_id IN (SELECT value FROM json_each(?))"
            " AND id NOT IN (SELECT value FROM json_each(?))"
            " ORDER BY added_at DESC, id LIMIT ?",
            json.dumps(list(volume_ids)),
            json.dumps(list(leave_out)),
            limit,
        )

    async def forget_in(self, volume_id: str, folder: str) -> list[str]:
        """Delete the rows beneath `folder`, never the files; return the media ids they had."""
        values = (volume_id, *_beneath(folder))
        rows = await self._database.fetch(
            f"SELECT DISTINCT media_id FROM library_files WHERE volume_id = ? AND {_BENEATH}",  # noqa: S608 constant
            values,
        )
        await self._database.execute(
            f"DELETE FROM library_files WHERE volume_id = ? AND {_BENEATH}",  # noqa: S608 constant
            values,
        )
        return [row["media_id"] for row in rows if row["media_id"]]

    async def films_beside(self, volume_id: str, folder: str) -> list[tuple[str, str]]:
        """Return path and media id of the sorted films that lie right in `folder`."""
        rows = await self._database.fetch(_FILMS, (volume_id, *_beneath(folder)))
        start = len(folder) + 1 if folder else 0
        return [(row[0], row[1]) for row in rows if "/" not in row[0][start:]]

    async def taken(self, volume_id: str, paths: Sequence[str]) -> frozenset[str]:
        """Return those paths that have a row, or get one by what Matinee itself does now."""
        rows = await self._database.fetch(
            "SELECT path FROM library_files WHERE volume_id = ?1"
            " AND path IN (SELECT value FROM json_each(?2))"
            " UNION SELECT target FROM library_operations WHERE volume_id = ?1"
            " AND target IN (SELECT value FROM json_each(?2))",
            (volume_id, json.dumps(list(paths))),
        )
        return frozenset(row[0] for row in rows)

    async def missing_in(self, volume_id: str, folder: str, before: float) -> list[LibraryFile]:
        """Return the rows beneath `folder` whose files have been missing since before that time."""
        return await self._many(
            "volume_id = ? AND missing_since > 0 AND missing_since < ? AND " + _BENEATH,
            volume_id,
            before,
            *_beneath(folder),
        )
