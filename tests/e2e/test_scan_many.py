"""Ten thousand files are scanned while the API answers."""

from __future__ import annotations

import statistics
import time

import pytest

from tests.support.house import House

pytestmark = pytest.mark.timeout(240)
SHOWS, EPISODES = 100, 100
BOUND = 0.5


def test_the_api_answers_while_ten_thousand_files_are_scanned(tmp_path):
    films = tmp_path / "films"
    for number in range(SHOWS):
        folder = films / f"Show {number:02} (2001)" / "Season 01"
        folder.mkdir(parents=True)
        for episode in range(1, EPISODES + 1):
            (folder / f"Show {number:02} - S01E{episode:02}.mkv").write_bytes(b"film")
    with House(tmp_path / "house") as house:
        house.post("/api/volumes", {"path": str(films), "name": "Films"})
        house.post("/api/library/folders", {"path": str(films), "kind": "shows"})  # and scan it
        waits: list[float] = []
        status = {"running": True, "new": 0}
        deadline = time.monotonic() + 200
        while status["running"] or status["new"] < SHOWS * EPISODES:
            assert time.monotonic() < deadline, status
            for path in ("/api/library?limit=100", "/api/downloads"):
                begin = time.monotonic()
                house.get(path)  # anything but 2xx raises
                waits.append(time.monotonic() - begin)
            status = house.get("/api/library/scan")
            time.sleep(0.05)
        assert (status["new"], status["trouble"]) == (SHOWS * EPISODES, "")
        assert len(waits) > 20
        assert statistics.median(waits) < BOUND
        assert len(house.get("/api/shows?limit=1000")["items"]) == SHOWS
        assert len(house.library("episode")) == 1000  # a page of them
        assert len(list(films.rglob("*.mkv"))) == SHOWS * EPISODES
