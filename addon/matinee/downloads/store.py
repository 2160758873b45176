"""The tables of the queue: the one place of its SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ..models.downloads import (
    Download,
    DownloadFile,
    DownloadState,
    FilePriority,
    InfoHashes,
    QueueReason,
    Sharing,
    Trouble,
)
from ..storage import Database, Vault
from .entries import Blobs, Entry, HistoryEntry

_COLUMNS = (
    "id", "name", "transport", "state", "reason", "trouble_code", "trouble_message",
    "trouble_hint", "paused_from", "move_to", "volume_id", "save_path", "position", "priority",
    "hash_v1", "hash_v2", "size", "wanted", "done", "sharing", "rate_limit_down",
    "rate_limit_up", "seed_ratio", "seed_minutes", "attempts", "retry_at", "uploaded",
    "downloaded", "seeded_seconds", "media_ids", "unsorted", "added_at", "completed_at",
    "updated_at", "delete_data",
)  # fmt: skip
_NAMES = ", ".join(_COLUMNS)
# Composed of the constants above only (S608).
_INSERT = f"INSERT INTO downloads ({_NAMES}) VALUES ({', '.join(':' + c for c in _COLUMNS)})"  # noqa: S608
_ASSIGNED = ", ".join(f"{c} = :{c}" for c in _COLUMNS if c != "id")
_UPDATE = f"UPDATE downloads SET {_ASSIGNED} WHERE id = :id"  # noqa: S608
_SELECT = f"SELECT {_NAMES} FROM downloads ORDER BY position, id"  # noqa: S608
_PROGRESS = (
    "UPDATE downloads SET done = ?, uploaded = ?, downloaded = ?, seeded_seconds = ?,"
    " updated_at = ? WHERE id = ?"
)


@dataclass(frozen=True, slots=True)
class Totals:
    """What is written about once a minute. Bytes and seconds since the download was added."""

    done: int
    uploaded: int
    downloaded: int
    seeded_seconds: int


def to_row(entry: Entry, now: float) -> dict[str, Any]:
    item, trouble = entry.download, entry.download.trouble
    return {
        "id": item.id, "name": item.name, "transport": item.transport, "state": item.state.value,
        "reason": item.reason.value if item.reason else None,
        "trouble_code": trouble.code if trouble else None,
        "trouble_message": trouble.message if trouble else None,
        "trouble_hint": trouble.hint if trouble else None,
        "paused_from": entry.before.value if entry.before else None,
        "move_to": entry.move_to, "volume_id": item.volume_id, "save_path": item.save_path,
        "position": item.position, "priority": item.priority,
        "hash_v1": item.info_hashes.v1, "hash_v2": item.info_hashes.v2,
        "size": item.size, "wanted": item.wanted, "done": entry.done,
        "sharing": item.sharing.value, "rate_limit_down": item.rate_limit_down,
        "rate_limit_up": item.rate_limit_up, "seed_ratio": item.seed_ratio,
        "seed_minutes": item.seed_minutes, "attempts": item.attempts, "retry_at": item.retry_at,
        "uploaded": item.uploaded, "downloaded": item.downloaded,
        "seeded_seconds": item.seeded_seconds,
        "media_ids": orjson.dumps(item.media_ids).decode(), "unsorted": item.unsorted,
        "added_at": item.added_at, "completed_at": item.completed_at, "updated_at": now,
        "delete_data": int(entry.delete_data),
    }  # fmt: skip


def from_row(row: Mapping[str, Any]) -> Entry:
    trouble = None
    if row["trouble_code"]:
        trouble = Trouble(row["trouble_code"], row["trouble_message"], row["trouble_hint"] or "")
    download = Download(
        id=row["id"], name=row["name"], transport=row["transport"],
        state=DownloadState(row["state"]), volume_id=row["volume_id"],
        save_path=row["save_path"], position=row["position"], priority=row["priority"],
        reason=QueueReason(row["reason"]) if row["reason"] else None, trouble=trouble,
        info_hashes=InfoHashes(row["hash_v1"], row["hash_v2"]), size=row["size"],
        wanted=row["wanted"], sharing=Sharing(row["sharing"]),
        rate_limit_down=row["rate_limit_down"], rate_limit_up=row["rate_limit_up"],
        seed_ratio=row["seed_ratio"], seed_minutes=row["seed_minutes"],
        attempts=row["attempts"], retry_at=row["retry_at"], added_at=row["added_at"],
        completed_at=row["completed_at"], uploaded=row["uploaded"],
        downloaded=row["downloaded"], seeded_seconds=row["seeded_seconds"],
        media_ids=tuple(orjson.loads(row["media_ids"])), unsorted=row["unsorted"],
    )  # fmt: skip
    before = DownloadState(row["paused_from"]) if row["paused_from"] else None
    return Entry(download, row["done"], before, row["move_to"], bool(row["delete_data"]))


class Store:
    """Rows, files, blobs and history. Several calls belong together in `transaction()`."""

    def __init__(self, database: Database, vault: Vault, clock: Callable[[], float]) -> None:
        self._database, self._vault, self._clock = database, vault, clock
        self.transaction = database.transaction

    async def load(self) -> list[Entry]:
        rows = await self._database.fetch(_SELECT)
        return [from_row(dict(row)) for row in rows]

    async def insert(self, entry: Entry, blobs: Blobs, files: Sequence[DownloadFile]) -> None:
        key = entry.download.id
        async with self.transaction():
            await self._database.execute(_INSERT, to_row(entry, self._clock()))
            await self._database.execute(
                "INSERT INTO download_blobs (download_id, source, metadata, resume, choice)"
                " VALUES (?, ?, ?, ?, ?)",
                (
                    key,
                    self._seal("source", key, blobs.source.encode()),
                    self._seal("metadata", key, blobs.metadata),
                    self._seal("resume", key, blobs.resume),
                    "" if blobs.chosen is None else orjson.dumps(blobs.chosen).decode(),
                ),
            )
            await self.write_files(key, files)

    async def update(self, entry: Entry) -> None:
        await self._database.execute(_UPDATE, to_row(entry, self._clock()))

    async def delete(self, download_id: str) -> None:
        """Delete the row with its files and blobs; the history stays."""
        await self._database.execute("DELETE FROM downloads WHERE id = ?", (download_id,))

    async def write_positions(self, positions: Mapping[str, int]) -> None:
        await self._database.execute_many(
            "UPDATE downloads SET position = ? WHERE id = ?",
            [(position, key) for key, position in positions.items()],
        )

    async def write_totals(self, totals: Mapping[str, Totals]) -> None:
        now = self._clock()
        await self._database.execute_many(
            _PROGRESS,
            [
                (item.done, item.uploaded, item.downloaded, item.seeded_seconds, now, key)
                for key, item in totals.items()
            ],
        )

    # blobs -----------------------------------------------------------------------------------
    def _seal(self, part: str, download_id: str, plain: bytes) -> bytes:
        return self._vault.seal(plain, f"downloads.{part}:{download_id}") if plain else b""

    def _open(self, part: str, download_id: str, sealed: bytes) -> bytes:
        return self._vault.open(sealed, f"downloads.{part}:{download_id}")

    async def blobs(self, download_id: str) -> Blobs:
        """Raises `AskUser` when the key file is another one."""
        row = await self._database.fetch_one(
            "SELECT source, metadata, resume, choice FROM download_blobs WHERE download_id = ?",
            (download_id,),
        )
        if row is None:
            return Blobs()
        return Blobs(
            self._open("source", download_id, row["source"]).decode(),
            self._open("metadata", download_id, row["metadata"]),
            self._open("resume", download_id, row["resume"]),
            tuple(orjson.loads(row["choice"])) if row["choice"] else None,
        )

    async def write_metadata(self, download_id: str, metadata: bytes) -> None:
        await self._database.execute(
            "UPDATE download_blobs SET metadata = ?, choice = '' WHERE download_id = ?",
            (self._seal("metadata", download_id, metadata), download_id),
        )

    async def write_resume(self, download_id: str, resume: bytes) -> None:
        await self._database.execute(
            "UPDATE download_blobs SET resume = ? WHERE download_id = ?",
            (self._seal("resume", download_id, resume), download_id),
        )

    # files -----------------------------------------------------------------------------------
    async def files(self, download_id: str) -> list[DownloadFile]:
        rows = await self._database.fetch(
            "SELECT file_index, path, size, priority, is_padding FROM download_files"
            " WHERE download_id = ? ORDER BY file_index",
            (download_id,),
        )
        return [DownloadFile(r[0], r[1], r[2], FilePriority(r[3]), bool(r[4])) for r in rows]

    async def write_files(self, download_id: str, files: Sequence[DownloadFile]) -> None:
        """Put this list in the place of the former one."""
        async with self.transaction():
            await self._database.execute(
                "DELETE FROM download_files WHERE download_id = ?", (download_id,)
            )
            await self._database.execute_many(
                "INSERT INTO download_files VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (download_id, f.index, f.path, f.size, int(f.priority), int(f.is_padding))
                    for f in files
                ],
            )

    async def write_priorities(
        self, download_id: str, priorities: Mapping[int, FilePriority]
    ) -> None:
        await self._database.execute_many(
            "UPDATE download_files SET priority = ? WHERE download_id = ? AND file_index = ?",
            [(int(priority), download_id, index) for index, priority in priorities.items()],
        )

    # history ---------------------------------------------------------------------------------
    async def note(self, download_id: str, name: str, event: str, detail: str = "") -> None:
        await self._database.execute(
            "INSERT INTO download_history (at, download_id, name, event, detail)"
            " VALUES (?, ?, ?, ?, ?)",
            (self._clock(), download_id, name, event, detail),
        )

    async def history(self, before: int, limit: int, download_id: str = "") -> list[HistoryEntry]:
        """Return at most `limit` lines older than the line `before` (0: newest first)."""
        rows = await self._database.fetch(
            "SELECT id, at, download_id, name, event, detail FROM download_history"
            " WHERE (:before = 0 OR id < :before) AND (:key = '' OR download_id = :key)"
            " ORDER BY id DESC LIMIT :limit",
            {"before": before, "key": download_id, "limit": limit},
        )
        return [HistoryEntry(*row) for row in rows]

    async def forget_history(self, line: int) -> bool:
        return bool(
            await self._database.execute("DELETE FROM download_history WHERE id = ?", (line,))
        )

    async def trim_history(self, older_than: float) -> int:
        return await self._database.execute(
            "DELETE FROM download_history WHERE at < ?", (older_than,)
        )


def chosen_files(
    files: Iterable[DownloadFile], chosen: tuple[int, ...] | None
) -> list[DownloadFile]:
    """Return the files with those skipped that were not chosen (None: as they are)."""
    if chosen is None:
        return list(files)
    wanted = frozenset(chosen)
    return [
        file
        if file.index in wanted
        else DownloadFile(file.index, file.path, file.size, FilePriority.SKIP, file.is_padding)
        for file in files
    ]


def wanted_bytes(files: Iterable[DownloadFile]) -> int:
    return sum(f.size for f in files if f.priority is not FilePriority.SKIP and not f.is_padding)
