"""`kill -9` in every state of a download, again and again on one house."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.payloads import film, movie, season
from tests.support.checker import Checker, opened
from tests.support.drives import drives
from tests.support.house import House, Refused, until
from tests.support.swarm import MIB, Seeder, Tracker, make_torrent

pytestmark = pytest.mark.timeout(300)


@dataclass
class Fate:
    """Kills the engine of a house, looks, starts it again, looks again."""

    house: House
    checker: Checker
    met: dict[str, int] = field(default_factory=dict)

    @property
    def kills(self) -> int:
        return sum(self.met.values())

    def strike(self, key: str) -> str:
        """Return the state in which the download was."""
        self.house.kill()
        self.checker.check()
        with opened(self.house.data) as database:
            row = database.execute("SELECT state FROM downloads WHERE id = ?", (key,)).fetchone()
        state = str(row["state"]) if row else "removed"
        self.met[state] = self.met.get(state, 0) + 1
        self.house.start()
        self.checker.check()
        return state

    def await_row(self, what: str, sql: str, *values: object) -> None:
        """Wait until the database has such a row: nothing else is quick enough for short states."""
        path = self.house.data / "matinee.db"
        with contextlib.closing(sqlite3.connect(path, timeout=30)) as database:
            until(lambda: database.execute(sql, values).fetchone(), what, pause=0.001)

    def await_state(self, key: str, state: str) -> None:
        self.await_row(state, "SELECT 1 FROM downloads WHERE id = ? AND state = ?", key, state)

    def await_placed(self, key: str, count: int) -> None:
        """Wait until this many files of a download have come into the library."""
        sql = "SELECT 1 FROM library_files WHERE origin = ? GROUP BY origin HAVING count(*) >= ?"
        self.await_row(f"{count} files in the library", sql, key, count)

    def strike_in(self, key: str, state: str) -> None:
        self.await_state(key, state)
        assert self.strike(key) == state


@pytest.fixture
def tracker():
    with Tracker() as tracker:
        yield tracker


@pytest.fixture
def sources(tmp_path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    return folder


def test_in_every_state_of_a_download(tmp_path, sources, tracker):
    quick, slow = (
        make_torrent(movie(sources, title, size, seed), trackers=[tracker.url])
        for title, size, seed in (("Quick Tide", 4 * MIB, 1), ("Slow River", 12 * MIB, 2))
    )
    nameless = make_torrent(film(sources / "Video.mp4", MIB, 3), trackers=[tracker.url])
    with House(tmp_path / "house") as house:
        fate = Fate(house, Checker(house.data, [house.media], sources=sources))
        house.set(queue__active=1, torrent__seed_ratio=-1.0)

        first = house.add(slow.magnet)["id"]
        second = house.add(quick)["id"]
        house.await_state(first, "resolving")
        house.await_download(second, lambda item: item["reason"] == "slot", "queued (slot)")
        fate.strike_in(first, "resolving")
        fate.strike_in(second, "queued")
        house.await_state(first, "resolving")

        with Seeder(sources, [slow, quick, nameless], tracker=tracker, rate=MIB) as seeder:
            house.post(f"/api/downloads/{first}/pause")
            house.post(f"/api/downloads/{first}/resume")
            for part in (0.1, 0.3):
                far = lambda item, part=part: item["progress"] >= part  # noqa: E731
                house.await_download(first, far, f"at {part}")
                fate.strike_in(first, "downloading")
                house.await_state(first, "downloading")

            house.await_download(first, lambda item: item["progress"] > 0, "known to go on")
            house.post(f"/api/downloads/{first}/pause")
            fate.strike_in(first, "paused")
            house.await_state(first, "paused")
            assert house.download(first)["done"] > 0
            house.post(f"/api/downloads/{first}/resume")
            seeder.set_rate(0)
            third = house.add(nameless)["id"]
            for key in (first, second, third):
                house.await_state(key, "completed", "failed")

            fate.strike_in(second, "completed")
            item = house.await_state(second, "completed")
            assert item["sharing"] == "seeding"
            assert item["media_ids"] == [
                entry["id"] for entry in house.library() if entry["title"] == "Quick Tide"
            ]

        strike_while_checking(fate, first)
        house.await_state(first, "completed")
        strike_when_failed(fate, third)
        fate.checker.settle()

        house.call("DELETE", f"/api/downloads/{first}?data=true")
        fate.checker.forget(first)
        assert fate.strike(first) == "removed"
        until(lambda: not (house.media / "Downloads" / first).exists(), "The data is removed")
        assert [item["id"] for item in house.downloads()] == [second, third]
        assert {item["title"] for item in house.library()} == {"Quick Tide", "Slow River"}
        assert {item["state"] for item in house.library()} == {"home"}
        fate.checker.settle()
        assert not house.stop()
        fate.checker.settle()
        assert fate.kills >= 9, fate.met


def strike_while_checking(fate: Fate, key: str) -> None:
    """The check of twelve megabytes is short: try until it is hit."""
    for _ in range(10):
        with contextlib.suppress(Refused):
            fate.house.post(f"/api/downloads/{key}/recheck")
        if fate.strike(key) == "checking":
            return
        fate.house.await_state(key, "completed")
    raise AssertionError("never killed while it was checking")


def strike_when_failed(fate: Fate, key: str) -> None:
    """The file of a film that waits to be sorted vanishes, and later it is there again."""
    house = fate.house
    assert house.download(key)["unsorted"] == 1
    (lost,) = (house.media / "Downloads" / key).glob("*.mp4")
    aside = house.folder / "aside"
    lost.rename(aside)
    house.post(f"/api/downloads/{key}/reimport")
    item = house.await_state(key, "failed")
    assert item["trouble"]["code"] == "file_incomplete"
    assert item["trouble"]["hint"]
    fate.strike_in(key, "failed")
    assert house.download(key)["trouble"] == item["trouble"]
    aside.rename(lost)
    house.post(f"/api/downloads/{key}/retry")
    item = house.await_state(key, "completed")
    assert item["unsorted"] == 1


def test_at_any_moment_of_an_import(tmp_path, sources, tracker):
    """Season packs arrive; the engine is killed again and again between last byte and library."""
    chance = random.Random(20261201)
    packs = [
        make_torrent(season(sources, show, 6, seed), trackers=[tracker.url])
        for seed, show in enumerate(("North Shore", "Old Mill", "Third Street"), 1)
    ]
    with (
        House(tmp_path / "house") as house,
        Seeder(sources, packs, tracker=tracker),
    ):
        fate = Fate(house, Checker(house.data, [house.media], sources=sources))
        for pack in packs:
            key = house.add(pack)["id"]
            fate.await_state(key, "verifying")
            time.sleep(chance.uniform(0, 0.05))
            fate.strike(key)
            fate.await_row("an operation", "SELECT 1 FROM library_operations")
            fate.strike(key)
            for count in (3, 7):
                fate.await_placed(key, count)
                time.sleep(chance.uniform(0, 0.01))
                fate.strike(key)
            house.await_state(key, "completed", "failed")
        fate.checker.settle()
        assert len(house.library("episode")) == 18
        assert len(house.get("/api/shows")["items"]) == 3
        assert fate.kills >= 10, fate.met
        assert fate.met.get("importing", 0) >= 4, fate.met
        assert fate.met.get("verifying", 0) >= 1, fate.met
        assert not house.stop()
        fate.checker.settle()


def test_while_a_download_moves_to_another_drive(tmp_path, sources, tracker):
    chance = random.Random(7)
    film = make_torrent(movie(sources, "Long Way", 40 * MIB, 3), trackers=[tracker.url])
    with drives(tmp_path, 2, 160) as (one, two):
        roots = [one.mount(tmp_path / "one"), two.mount(tmp_path / "two")]
        media = roots[0] / "media"
        with (
            House(tmp_path / "house", media=media) as house,
            Seeder(sources, [film], tracker=tracker),
        ):
            house.set(queue__free_space=MIB)
            there = house.post("/api/volumes", {"path": str(roots[1]), "name": "Second"})["id"]
            here = next(v["id"] for v in house.get("/api/volumes")["items"] if v["id"] != there)
            checker = Checker(house.data, [media, roots[1]], sources=sources, linked=False)
            fate = Fate(house, checker)
            key = house.add(film)["id"]
            house.await_state(key, "completed", "failed")
            target = there
            for _ in range(8):
                house.post(f"/api/downloads/{key}/move", {"volume_id": target})
                time.sleep(chance.uniform(0, 0.25))
                fate.strike(key)
                item = house.await_state(key, "completed", "failed")
                assert item["state"] == "completed", item
                if item["volume_id"] == target:
                    checker.settle()
                    target = here if target == there else there
            assert fate.met.get("moving", 0) >= 2, fate.met
            whole = [p for root in (media, roots[1]) for p in (root / "Downloads").rglob("*.mp4")]
            assert len(whole) == 1
            checker.settle()
