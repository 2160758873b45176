"""The ledger: the table of transitions, and that the row is written before anybody hears."""

from __future__ import annotations

import sqlite3
from itertools import product

import pytest
from tests.engine.queue.house import hashes

from matinee.downloads.entries import Blobs, Entry
from matinee.downloads.moves import Ledger
from matinee.downloads.store import Store
from matinee.errors import AskUser, Conflict, NotFound
from matinee.events import DownloadChanged, DownloadRemoved, EventBus
from matinee.models.downloads import (
    TRANSITIONS,
    Download,
    DownloadFile,
    DownloadState,
    FilePriority,
    InfoHashes,
    QueueReason,
    Sharing,
    Trouble,
)
from matinee.storage import Database, Vault

S = DownloadState


class Shelf:
    def __init__(self, folder):
        self.path = folder / "matinee.db"
        self.vault = Vault.load(folder / "key")

    async def open(self):
        self.database = Database(self.path)
        await self.database.open()
        await self.database.execute(
            "INSERT OR IGNORE INTO volumes (id, name, root, marker, added_at)"
            " VALUES ('disk', 'disk', '/', 'm', 0)"
        )
        self.bus = EventBus()
        self.store = Store(self.database, self.vault, lambda: 5.0)
        self.ledger = Ledger(self.store, self.bus)
        await self.ledger.load()
        return self

    async def add(self, key, state=S.QUEUED, **changes):
        item = Download(key, key, "scripted", state, "disk", f"Downloads/{key}", 0, **changes)
        await self.ledger.insert(Entry(item), Blobs("magnet:?passkey-1234", b"meta", b"resume"), ())

    async def stored_state(self, key):
        return await self.database.fetch_value("SELECT state FROM downloads WHERE id = ?", (key,))


@pytest.fixture
async def shelf(tmp_path):
    shelf = await Shelf(tmp_path).open()
    yield shelf
    await shelf.database.close()


async def test_every_move_of_the_table_and_no_other(shelf):
    for number, (before, to) in enumerate(product(S, S)):
        key = f"{number}"
        await shelf.add(key, before)
        if to in TRANSITIONS[before]:
            moved = await shelf.ledger.move(key, to)
            assert moved.state is to
            assert await shelf.stored_state(key) == to.value
        else:
            with pytest.raises(Conflict) as refused:
                await shelf.ledger.move(key, to)
            assert refused.value.code == "wrong_state"
            assert await shelf.stored_state(key) == before.value


async def test_a_state_changes_by_a_move_only(shelf):
    await shelf.add("a")
    with pytest.raises(TypeError):
        await shelf.ledger.change("a", state=S.COMPLETED)


async def test_a_stale_report_moves_nothing(shelf):
    await shelf.add("a", S.PAUSED)
    assert await shelf.ledger.move("a", S.VERIFYING, only_from={S.DOWNLOADING}) is None
    assert await shelf.ledger.move("gone", S.VERIFYING) is None
    assert await shelf.ledger.change("a", only_from={S.QUEUED}, priority=9) is None
    assert shelf.ledger.find("a").state is S.PAUSED


async def test_the_row_is_written_before_anybody_hears(shelf):
    heard = []

    def listen(event):
        with sqlite3.connect(shelf.path) as other:  # another process sees what was committed
            row = other.execute("SELECT state, name FROM downloads WHERE id = 'a'").fetchone()
        heard.append((type(event), row))

    shelf.bus.subscribe(listen)
    await shelf.add("a")
    await shelf.ledger.move("a", S.DOWNLOADING)
    await shelf.ledger.change("a", name="better")
    await shelf.ledger.change("a", name="better")  # nothing changed, nobody hears
    await shelf.ledger.move("a", S.REMOVED)
    assert heard == [
        (DownloadChanged, ("queued", "a")),
        (DownloadChanged, ("downloading", "a")),
        (DownloadChanged, ("downloading", "better")),
        (DownloadRemoved, ("removed", "better")),
    ]


async def test_what_could_not_be_written_did_not_happen(shelf):
    await shelf.add("a")
    await shelf.database.execute(
        "CREATE TRIGGER full BEFORE UPDATE ON downloads BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    with pytest.raises(sqlite3.DatabaseError):
        await shelf.ledger.move("a", S.DOWNLOADING)
    assert shelf.ledger.find("a").state is S.QUEUED
    assert [line.event for line in await shelf.store.history(0, 9)] == ["added"]


async def test_everything_of_a_row_survives(shelf):
    values = {
        "priority": 2, "info_hashes": hashes(3, v2=True), "size": 10, "wanted": 9,
        "sharing": Sharing.SEEDING, "rate_limit_down": 1, "rate_limit_up": 2, "seed_ratio": 1.5,
        "seed_minutes": 3, "attempts": 4, "retry_at": 5.5, "added_at": 6.5, "completed_at": 7.5,
        "uploaded": 8, "downloaded": 9, "seeded_seconds": 10, "media_ids": ("m1", "m2"),
        "unsorted": 1, "reason": QueueReason.SPACE, "trouble": Trouble("code", "words", "hint"),
    }  # fmt: skip
    await shelf.add("a", **values)
    own = {"done": 5, "before": S.PAUSED, "move_to": "usb", "delete_data": True}
    await shelf.ledger.change("a", **own)
    entry = shelf.ledger.entry("a")
    afresh = Ledger(shelf.store, EventBus())
    await afresh.load()
    assert afresh.entry("a") == entry
    assert all(getattr(entry.download, name) == value for name, value in values.items())
    assert all(getattr(entry, name) == value for name, value in own.items())


async def test_sources_and_metadata_are_sealed(shelf):
    await shelf.add("a")
    await shelf.add("b")
    assert await shelf.store.blobs("a") == Blobs("magnet:?passkey-1234", b"meta", b"resume")
    await shelf.store.write_resume("a", b"more resume")
    assert (await shelf.store.blobs("a")).resume == b"more resume"
    stored = shelf.path.read_bytes() + shelf.path.with_name("matinee.db-wal").read_bytes()
    assert b"passkey-1234" not in stored
    assert b"more resume" not in stored
    # A blob that was copied into another row does not open.
    await shelf.database.execute(
        "UPDATE download_blobs SET source = (SELECT source FROM download_blobs"
        " WHERE download_id = 'a') WHERE download_id = 'b'"
    )
    with pytest.raises(AskUser):
        await shelf.store.blobs("b")


async def test_files_of_a_row(shelf):
    await shelf.add("a")
    files = [DownloadFile(0, "a/b.mkv", 5), DownloadFile(1, "pad", 1, FilePriority.SKIP, True)]
    await shelf.store.write_files("a", files)
    await shelf.store.write_priorities("a", {0: FilePriority.HIGH})
    assert await shelf.store.files("a") == [
        DownloadFile(0, "a/b.mkv", 5, FilePriority.HIGH), files[1],
    ]  # fmt: skip


async def test_twins_are_known_by_either_hash(shelf):
    await shelf.add("a", info_hashes=hashes(1, v2=True))
    assert shelf.ledger.twin(hashes(1)).id == "a"
    assert shelf.ledger.twin(InfoHashes("", hashes(1, v2=True).v2)).id == "a"
    assert shelf.ledger.twin(hashes(1), other_than="a") is None
    assert shelf.ledger.twin(hashes(2)) is None
    assert shelf.ledger.twin(InfoHashes()) is None


async def test_removed_ones_are_gone_for_everybody(shelf):
    await shelf.add("a", info_hashes=hashes(1))
    await shelf.ledger.move("a", S.REMOVED)
    assert list(shelf.ledger) == []
    assert [entry.download.id for entry in shelf.ledger.removals()] == ["a"]
    assert shelf.ledger.twin(hashes(1)) is None
    with pytest.raises(NotFound):
        shelf.ledger.entry("a")
    await shelf.ledger.drop("a")
    assert shelf.ledger.removals() == []


async def test_history_is_paged_and_trimmed(shelf):
    for number in range(5):
        await shelf.store.note("a", "film", f"event {number}")
    page = await shelf.store.history(0, 2)
    assert [line.event for line in page] == ["event 4", "event 3"]
    assert [line.event for line in await shelf.store.history(page[-1].id, 9)] == [
        "event 2", "event 1", "event 0",
    ]  # fmt: skip
    assert await shelf.store.history(0, 9, "other") == []
    assert await shelf.store.forget_history(page[0].id)
    assert not await shelf.store.forget_history(page[0].id)
    assert await shelf.store.trim_history(older_than=5.0) == 0
    assert await shelf.store.trim_history(older_than=5.1) == 4
