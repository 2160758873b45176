"""A drive fills up under a running download, and there is space again."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from tests.e2e.payloads import movie
from tests.support.checker import Checker, sha256
from tests.support.drives import drives
from tests.support.house import House
from tests.support.swarm import MIB, Seeder, Tracker, make_torrent

pytestmark = pytest.mark.timeout(240)
FILM = 24 * MIB
TITLES = ("Slow River", "Quick Tide")


def fill(path: Path, leave: int) -> None:
    """Take all the space of a drive but `leave` bytes."""
    seen = os.statvfs(path.parent)
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):  # full is full
        left = seen.f_bavail * seen.f_frsize - leave
        block = b"\xaa" * MIB
        while left > 0:
            left -= file.write(block[: min(MIB, left)])


def waits_for_space(house: House, key: str) -> None:
    item = house.await_download(key, lambda item: item["reason"] == "space", "waiting")
    assert item["state"] == "queued"
    assert item["trouble"]["code"] == "no_space"
    assert item["trouble"]["hint"]
    assert item["done"] < FILM


def test_it_waits_and_goes_on(tmp_path):
    """On one drive the end is seen coming, on the other it is full before anybody looks."""
    sources = tmp_path / "sources"
    films = [movie(sources, title, FILM, seed) for seed, title in enumerate(TITLES)]
    with Tracker() as slow, Tracker() as quick, drives(tmp_path, 2, 160) as (one, two):
        roots = [one.mount(tmp_path / "one") / "media", two.mount(tmp_path / "two") / "media"]
        first, second = (
            make_torrent(film, trackers=[tracker.url])
            for film, tracker in zip(films, (slow, quick), strict=True)
        )
        with (
            Seeder(sources, [first], tracker=slow, rate=MIB) as trickle,
            Seeder(sources, [second], tracker=quick, rate=6 * MIB) as stream,
            House(tmp_path / "house", media=roots[0]) as house,
        ):
            house.set(queue__free_space=0)
            other = house.post("/api/volumes", {"path": str(roots[1]), "name": "Other"})["id"]
            checker = Checker(house.data, roots, sources=sources)
            keys = []
            for torrent, root, leave, more in (
                (first, roots[0], 4 * MIB, {}),
                (second, roots[1], 0, {"volume_id": other}),
            ):
                keys.append(house.add(torrent.magnet, **more)["id"])
                house.await_download(keys[-1], lambda item: item["progress"] > 0.1, "under way")
                fill(root.parent / "ballast", leave)
            for key in keys:
                waits_for_space(house, key)
            checker.check()
            assert not [path for root in roots for path in (root / "Movies").rglob("*.mp4")]

            house.stop()  # a full drive is no reason not to start
            house.start()
            for key in keys:
                waits_for_space(house, key)
            checker.check()

            for root in roots:
                (root.parent / "ballast").unlink()
            trickle.set_rate(0)
            stream.set_rate(0)
            for key in keys:
                item = house.await_state(key, "completed", "failed", seconds=90)
                assert item["state"] == "completed", item
                assert item["trouble"] is None
            checker.settle()
            homes = [path for root in roots for path in (root / "Movies").rglob("*.mp4")]
            assert {sha256(path) for path in homes} == {sha256(path) for path in films}
