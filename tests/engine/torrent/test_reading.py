"""Reading a file while it arrives: right bytes, anywhere, and never one that was not verified."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from matinee.downloads.transports.torrent.reader import TorrentReader
from matinee.errors import NotFound
from tests.support.swarm import KIB, MIB, Seeder, Tracker, make_payload, make_torrent

from .conftest import Bench, until

SIZE = 6 * MIB + 123


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return make_payload(tmp_path / "seed" / "film.mkv", SIZE)


async def read(reader: TorrentReader, offset: int, length: int) -> bytes:
    data = b""
    while len(data) < length:
        data += await reader.read(offset + len(data), length - len(data))
    return data


async def test_closing_gives_the_line_back(bench: Bench, tracker: Tracker, film: Path) -> None:
    torrent = make_torrent(film, trackers=[tracker.url], piece_size=32 * KIB)
    with Seeder(film.parent, [torrent], tracker=tracker, rate=400_000):
        await bench.add(torrent)
        reader = bench.transport.open("d", 0).reader()
        await reader.read(SIZE // 2, 1000)
        job = bench.transport._core.jobs["d"]
        wanted = [p for p in job.handle.get_piece_priorities() if p]
        assert 2 <= len(wanted) < 60
        await reader.close()
        await until(lambda: sum(map(bool, job.handle.get_piece_priorities())) > 150)
        with pytest.raises(NotFound):
            await reader.read(0, 1)


async def test_a_probe_raises_only_what_it_asks(bench: Bench, tracker: Tracker, film: Path) -> None:
    torrent = make_torrent(film, trackers=[tracker.url], piece_size=32 * KIB)
    with Seeder(film.parent, [torrent], tracker=tracker, rate=400_000):
        await bench.add(torrent)
        source = bench.transport.open("d", 0)
        probe = source.reader(background=True)
        assert bytes(await probe.read(SIZE - 50, 50)) == film.read_bytes()[-50:]
        assert source.available(SIZE - 50, 50)
        job = bench.transport._core.jobs["d"]
        await until(lambda: sum(map(bool, job.handle.get_piece_priorities())) > 150)
        await probe.close()


async def test_a_paused_one_gives_what_is_here_and_says_who_waits(
    bench: Bench, tracker: Tracker, film: Path
) -> None:
    waiting: list[str] = []
    bench.transport.on_waiting = waiting.append
    torrent = make_torrent(film, trackers=[tracker.url], piece_size=32 * KIB)
    with Seeder(film.parent, [torrent], tracker=tracker, rate=400_000) as seeder:
        await bench.add(torrent)
        source = bench.transport.open("d", 0)
        await until(lambda: source.available(0, 1000))
        await bench.transport.pause("d")
        reader = source.reader()
        assert bytes(await reader.read(0, 1000)) == film.read_bytes()[:1000]
        assert not waiting
        asked = asyncio.create_task(read(reader, SIZE - 1000, 1000))
        await until(lambda: waiting == ["d"])
        assert not asked.done()
        seeder.set_rate(0)
        await bench.transport.resume("d")
        assert bytes(await asked) == film.read_bytes()[-1000:]
        with pytest.raises(ValueError):
            await reader.read(SIZE, 1)
        await reader.close()


async def test_an_entity_tag_outlives_a_restart(
    make_bench: Callable[..., Any], tracker: Tracker, film: Path
) -> None:
    torrent = make_torrent(film, trackers=[tracker.url])
    tags = set()
    for _ in range(2):
        bench = await make_bench()
        await bench.add(torrent, paused=True)
        tags.add(bench.transport.open("d", 0).etag)
        await bench.transport.stop()
    assert len(tags) == 1


async def test_seeks_while_it_downloads(bench: Bench, tracker: Tracker, film: Path) -> None:
    torrent = make_torrent(film, trackers=[tracker.url], piece_size=32 * KIB)
    whole = film.read_bytes()
    longest = 0.0

    async def player(seed: int) -> None:
        nonlocal longest
        places = random.Random(seed)
        reader = bench.transport.open("d", 0).reader(bit_rate=8_000_000)
        loop = asyncio.get_running_loop()
        for _ in range(12):
            offset = places.randrange(SIZE - 200_000)
            began = loop.time()
            assert await read(reader, offset, 200_000) == whole[offset : offset + 200_000]
            longest = max(longest, loop.time() - began)
        await reader.close()

    with Seeder(film.parent, [torrent], tracker=tracker, rate=2_000_000):
        await bench.add(torrent)
        await asyncio.gather(player(1), player(2))
        await bench.finished()
    assert longest < 10
    assert bench.file("film.mkv").read_bytes() == whole
