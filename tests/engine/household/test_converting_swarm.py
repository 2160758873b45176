"""An mkv with AC3 played in a browser while it arrives from a real swarm, from its middle."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
import pytest
from tests.engine.household.test_watching_swarm import Player
from tests.engine.playback.hls.made import made
from tests.support.engine import run_engine
from tests.support.swarm import MIB, Seeder, Tracker, make_torrent

RATE = "-b:v 4M -minrate 4M -maxrate 4M -bufsize 4M -x264-params nal-hrd=cbr"


@pytest.fixture
async def player(tmp_path: Path) -> AsyncIterator[Player]:
    with run_engine(tmp_path / "engine") as engine:
        async with aiohttp.ClientSession() as session:
            yield Player(engine, session)


async def test_a_browser_seeks_in_an_mkv_that_arrives(player: Player, tmp_path: Path) -> None:
    path = tmp_path / "seed" / "Harbour.Lights.2019.1080p.WEB-NORTH.mkv"
    path.parent.mkdir()
    film = made("swarm.mkv", seconds=40, size="320x180",
                video=f"-c:v libx264 -preset ultrafast -g 48 {RATE}")  # fmt: skip
    path.write_bytes(film.read_bytes())
    with Tracker() as tracker:
        torrent = make_torrent(path, trackers=[tracker.url], piece_size=MIB // 4)
        with Seeder(path.parent, [torrent], tracker=tracker, rate=1_500_000) as seeder:
            download, session = await player.play(torrent)
            ready = await player.ready(session)
            assert ready["mime_type"] == "application/vnd.apple.mpegurl"
            master = player.engine.url + ready["url"]
            index = urljoin(master, "index.m3u8")
            async with player.session.get(index) as answer:
                assert answer.status == 200
                lines = [line for line in (await answer.text()).splitlines() if line[0] != "#"]
            async with player.session.get(urljoin(index, lines[len(lines) * 7 // 10])) as answer:
                assert answer.status == 200
                part = await answer.read()
            seeder.set_rate(0)
            where = f"/api/downloads/{download['id']}"
            await player.until(where, lambda item: item["state"] == "completed")
            # From the file at home the same segment has the same bytes.
            async with player.session.get(urljoin(index, lines[len(lines) * 7 // 10])) as answer:
                assert await answer.read() == part
    assert part[4:8] in (b"styp", b"moof")
