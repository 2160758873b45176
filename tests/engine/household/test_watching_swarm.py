"""The main job with nothing scripted: a real engine process, a real swarm, a player that seeks."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.support.engine import Engine, run_engine
from tests.support.films import make_film
from tests.support.swarm import MIB, Seeder, Torrent, Tracker, make_torrent

PATIENCE = 90.0


class Player:
    """Speaks to the engine as the page and a player would."""

    def __init__(self, engine: Engine, session: aiohttp.ClientSession) -> None:
        self.engine, self.session = engine, session

    async def api(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        status, answer = await asyncio.to_thread(self.engine.call, method, path, body, **more)
        assert status < 300, (path, status, answer, self.engine.log[-2000:])
        return answer

    async def add(self, torrent: Torrent) -> Any:
        return await self.api(
            "POST", "/api/downloads/torrent", raw=torrent.data, kind="application/x-bittorrent"
        )

    async def until(self, path: str, condition: Callable[[Any], Any]) -> Any:
        async with asyncio.timeout(PATIENCE):
            while not condition(found := await self.api("GET", path)):
                await asyncio.sleep(0.1)
        return found

    async def play(self, torrent: Torrent, kind: str = "browser") -> tuple[Any, Any]:
        """Add a torrent, wait for its film in the library, and ask to play it."""
        download = await self.add(torrent)
        where = f"/api/downloads/{download['id']}"
        media = (await self.until(where, lambda item: item["media_ids"]))["media_ids"][0]
        wish = {"media": media, "target": {"name": "Test", "kind": kind}}
        return download, await self.api("POST", "/api/play", wish)

    async def ready(self, session: Any) -> Any:
        where = f"/api/play/{session['id']}"
        return await self.until(where, lambda item: item["state"] in ("ready", "playing"))

    async def part(self, url: str, start: int, length: int) -> tuple[bytes, str]:
        headers = {"Range": f"bytes={start}-{start + length - 1}"}
        async with self.session.get(self.engine.url + url, headers=headers) as answer:
            assert answer.status == 206
            return await answer.read(), answer.headers["ETag"]


@pytest.fixture
async def player(tmp_path: Path) -> AsyncIterator[Player]:
    with run_engine(tmp_path / "engine") as engine:
        async with aiohttp.ClientSession() as session:
            yield Player(engine, session)


@pytest.mark.parametrize("kind", ["mp4", "mp4_end"])
async def test_watched_while_it_arrives(player: Player, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "seed" / "Harbour.Lights.2019.1080p.WEB-NORTH.mp4"
    make_film(path, kind, 12, 10_000_000)
    data = path.read_bytes()
    size = len(data)
    with Tracker() as tracker:
        torrent = make_torrent(path, trackers=[tracker.url], piece_size=MIB // 4)
        with Seeder(path.parent, [torrent], tracker=tracker, rate=2_000_000) as seeder:
            download, session = await player.play(torrent)
            ready = await player.ready(session)
            url, where = ready["url"], f"/api/downloads/{download['id']}"
            async with player.session.get(player.engine.url + url) as answer:
                assert answer.status == 200
                tag = answer.headers["ETag"]
                start = await answer.content.readexactly(MIB)
                # A seek to 70 % while most of it is missing.
                far = size * 7 // 10
                assert (await player.api("GET", where))["progress"] < 0.9
                part, other_tag = await player.part(url, far, 300_000)
                assert part == data[far : far + 300_000]
                assert other_tag == tag
                # The rest arrives, is imported, and the download is removed under the reader.
                seeder.set_rate(0)
                await player.until(where, lambda item: item["state"] == "completed")
                await player.api("DELETE", f"{where}?data=true")
                assert start + await answer.read() == data
            # The address goes on, under the same tag, from the file at home.
            assert await player.part(url, size - 1000, 1000) == (data[-1000:], tag)
            again = await player.api("POST", "/api/play", {"media": session["media_id"]})
    assert again["state"] == "ready"
    assert again["duration"] == pytest.approx(12, abs=0.5)
    assert again["title"] == "Harbour Lights (2019)"
    assert list((player.engine.media / "Movies").rglob("*.mp4"))


async def test_several_readers_seek_while_it_arrives(player: Player, tmp_path: Path) -> None:
    path = make_film(tmp_path / "seed" / "Two.Readers.2020.mkv", "mkv")
    with path.open("ab") as file:
        file.write(random.Random(1).randbytes(10 * MIB))
    data = path.read_bytes()
    with Tracker() as tracker:
        torrent = make_torrent(path, trackers=[tracker.url], piece_size=MIB // 8)
        with Seeder(path.parent, [torrent], tracker=tracker, rate=4_000_000):
            download, session = await player.play(torrent, "vlc")

            async def read(places: list[int]) -> None:
                for place in places:
                    start = len(data) * place // 100
                    part, _ = await player.part(session["url"], start, 100_000)
                    assert part == data[start : start + 100_000]

            await asyncio.gather(read([50, 10, 90, 30]), read([80, 0, 60, 20]))
            where = f"/api/downloads/{download['id']}"
            await player.until(where, lambda item: item["state"] == "completed")
