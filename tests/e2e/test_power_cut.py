"""A power cut: what the drive holds at that moment is copied and a new engine starts from it.

The engine stands still (SIGSTOP) while its drive is copied, without a sync or an unmount: what the
kernel had not written yet is lost to the copy, as it is when the power fails. Then it goes on, and
is cut again later.
"""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.payloads import movie, season
from tests.support.checker import Checker
from tests.support.drives import Drive, as_root, drives
from tests.support.house import House
from tests.support.swarm import MIB, Seeder, Tracker, make_torrent

pytestmark = pytest.mark.timeout(300)


def written(drive: Drive) -> str:
    """Return how much was written to the drive, and what is under way."""
    (loop,) = as_root("losetup", "--noheadings", "--output", "NAME", "-j", drive.image).split()
    sectors = Path("/sys/block", Path(loop).name, "stat").read_text().split()
    return f"{sectors[6]} {sectors[8]}"


def copy_as_it_is(drive: Drive, image: Path) -> Drive:
    """Copy the drive at one moment: again when something was written meanwhile."""
    for _ in range(200):
        before = written(drive)
        copy = drive.copy(image)
        if before == written(drive) and before.endswith(" 0"):
            return copy
    raise AssertionError("the drive is never at rest, though its engine stands still")


def cut(house: House, drive: Drive, image: Path) -> Drive:
    assert house.engine is not None
    process = house.engine.process
    process.send_signal(signal.SIGSTOP)
    try:
        return copy_as_it_is(drive, image)
    finally:
        process.send_signal(signal.SIGCONT)


@contextmanager
def house_on(point: Path, folder: Path) -> Iterator[House]:
    with House(folder, data=point / "data", media=point / "media") as house:
        yield house


def test_what_is_on_the_drive_is_enough(tmp_path):
    chance = random.Random(4)
    sources, point = tmp_path / "sources", tmp_path / "drive"
    film = movie(sources, "Slow River", 16 * MIB, 1)
    pack = season(sources, "North Shore", 6, 2)
    with Tracker() as tracker, drives(tmp_path, 1, 128) as (drive,):
        arriving, quick = (make_torrent(path, trackers=[tracker.url]) for path in (film, pack))
        copies: list[tuple[Drive, set[str]]] = []
        drive.mount(point)
        with (
            Seeder(sources, [arriving], tracker=tracker, rate=2 * MIB) as slow,
            Seeder(sources, [quick], tracker=tracker),
            house_on(point, tmp_path / "house") as house,
        ):
            house.set(queue__free_space=0)

            def strike() -> None:
                known = {item["id"] for item in house.downloads()}
                copies.append((cut(house, drive, tmp_path / f"cut{len(copies)}.img"), known))

            first = house.add(arriving)["id"]
            strike()  # it was answered, so it must be there
            house.await_download(first, lambda item: item["progress"] > 0.3, "at 30 %")
            strike()
            house.post(f"/api/downloads/{first}/pause")  # writes how far it is
            time.sleep(chance.uniform(0, 0.3))
            strike()
            house.post(f"/api/downloads/{first}/resume")
            second = house.add(quick)["id"]
            house.await_state(second, "verifying", "importing", "completed")
            for _ in range(3):
                strike()
                time.sleep(chance.uniform(0, 0.2))
            slow.set_rate(0)
            house.await_state(first, "verifying", "importing", "completed")
            strike()
            house.await_state(first, "completed")
            house.await_state(second, "completed")
            strike()
            Checker(house.data, [house.media], sources=sources).settle()
        drive.unmount()

        with (
            Seeder(sources, [arriving, quick], tracker=tracker),
        ):
            for number, (copy, known) in enumerate(copies):
                copy.mount(point)
                try:
                    start_again(point, tmp_path / f"again{number}", sources, known)
                finally:
                    copy.unmount()


def start_again(point: Path, folder: Path, sources: Path, known: set[str]) -> None:
    """Start from what the cut has left: everything is there, and comes to its end."""
    checker = Checker(point / "data", [point / "media"], sources=sources)
    checker.expected["downloads"] |= known
    checker.check()
    with house_on(point, folder) as house:
        checker.check()
        for key in known:
            item = house.download(key)
            if item["state"] == "paused":
                house.post(f"/api/downloads/{key}/resume")
            item = house.await_state(key, "completed", "failed")
            assert item["state"] == "completed", item
        checker.settle()
        assert {item["state"] for item in house.library()} == {"home"}
