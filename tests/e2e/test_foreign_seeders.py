"""Downloads from the programs that most seeders run: transmission and qBittorrent."""

from __future__ import annotations

import pytest

from tests.e2e.clients import QBittorrent, Transmission
from tests.e2e.payloads import movie, season
from tests.support.checker import Checker, sha256
from tests.support.house import House
from tests.support.swarm import MIB, Tracker, make_torrent


@pytest.mark.parametrize(
    ("client", "version", "magnet"),
    [
        pytest.param(Transmission, "v1", True, id="transmission-magnet"),
        pytest.param(QBittorrent, "hybrid", False, id="qbittorrent-file"),
    ],
)
def test_a_film_and_a_season_arrive(tmp_path, client, version, magnet):
    sources = tmp_path / "sources"
    film = movie(sources, "Quiet Harbour", 6 * MIB, 1)
    pack = season(sources, "North Shore", 3, 2)
    with Tracker() as tracker, House(tmp_path / "house") as house:
        torrents = [
            make_torrent(path, version=version, trackers=[tracker.url]) for path in (film, pack)
        ]
        with client(tmp_path / "client", sources, tracker) as seeder:
            for torrent in torrents:
                seeder.seed(torrent)
            added = [house.add(t.magnet if magnet else t)["id"] for t in torrents]
            done = [house.await_state(key, "completed", "failed") for key in added]
        assert [item["state"] for item in done] == ["completed", "completed"], done
        Checker(house.data, [house.media], sources=sources).settle()

        at_home = house.media / "Movies/Quiet Harbour (2019)"
        assert [sha256(path) for path in at_home.glob("*.mp4")] == [sha256(film)]
        episodes = sorted((house.media / "TV Shows").rglob("*S01E*.mp4"))
        assert [sha256(p) for p in episodes] == [sha256(p) for p in sorted(pack.glob("*.mp4"))]
        assert len(list((house.media / "TV Shows").rglob("*.en.srt"))) == 3
        assert not list(house.media.glob("[MT]*/**/note.txt"))
        assert {item["state"] for item in house.library()} == {"home"}
        assert len(house.library("movie")) == 1
        assert len(house.library("episode")) == 3
