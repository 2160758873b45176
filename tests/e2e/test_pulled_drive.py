"""The drive is pulled while a download writes to it, and given back."""

from __future__ import annotations

import os
import time

import pytest

from tests.e2e.payloads import movie
from tests.support.checker import Checker, sha256
from tests.support.drives import drives
from tests.support.house import House, until
from tests.support.swarm import MIB, Seeder, Tracker, make_torrent

pytestmark = pytest.mark.timeout(240)


def test_it_is_offline_and_goes_on_by_itself(tmp_path):
    sources, point = tmp_path / "sources", tmp_path / "drive"
    home, slow = (
        movie(sources, title, size, seed)
        for title, size, seed in (("Quick Tide", 2 * MIB, 1), ("Slow River", 24 * MIB, 2))
    )
    with Tracker() as tracker, drives(tmp_path, 1, 96) as (drive,):
        first, second = (make_torrent(path, trackers=[tracker.url]) for path in (home, slow))
        drive.mount(point)
        with (
            Seeder(sources, [first, second], tracker=tracker) as seeder,
            House(tmp_path / "house", media=point) as house,
        ):
            house.set(queue__free_space=0)
            checker = Checker(house.data, [point], sources=sources)
            house.await_state(house.add(first)["id"], "completed")
            seeder.set_rate(MIB)
            key = house.add(second)["id"]
            house.await_download(key, lambda item: item["progress"] > 0.2, "under way")
            checker.check()

            drive.unmount(lazily=True)
            item = house.await_download(key, lambda item: item["reason"] == "volume", "waiting")
            assert item["state"] == "queued"
            assert item["trouble"]["code"] == "volume_offline"
            assert item["trouble"]["hint"]
            (volume,) = house.get("/api/volumes")["items"]
            assert volume["state"] == "offline"
            states = {entry["title"]: entry["state"] for entry in house.library()}
            assert states["Quick Tide"] == "offline"
            assert set(states) == {"Quick Tide", "Slow River"}
            (film,) = [entry for entry in house.library() if entry["title"] == "Quick Tide"]
            assert house.get(f"/api/library/{film['id']}")["files"]

            end = time.monotonic() + 3
            while time.monotonic() < end:
                assert os.listdir(point) == [], "something was written beneath the mount point"
                assert house.download(key)["reason"] == "volume"
                time.sleep(0.1)
            house.stop()  # and it starts without the drive
            house.start()
            assert house.download(key)["reason"] == "volume"
            assert {entry["state"] for entry in house.library()} >= {"offline"}
            assert os.listdir(point) == []

            seeder.set_rate(0)
            drive.mount(point)
            item = house.await_state(key, "completed", "failed")
            assert item["state"] == "completed", item
            checker.settle()
            found = {sha256(path) for path in (point / "Movies").rglob("*.mp4")}
            assert found == {sha256(home), sha256(slow)}
            until(
                lambda: {entry["state"] for entry in house.library()} == {"home"}, "All is at home"
            )
