"""Reading a file while it arrives: right bytes, anywhere, and never one that was not verified."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from matinee.downloads.transports.torrent.reader import TorrentReader
from tests.support.swarm import KIB, MIB, Seeder, Tracker, make_payload, make_torrent

from .conftest import Bench

SIZE = 6 * MIB + 123


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return make_payload(tmp_path / "seed" / "film.mkv", SIZE)


async def read(reader: TorrentReader, offset: int, length: int) -> bytes:
    data = b""
    while len(data) < length:
        data += await reader.read(offset + len(data), length - len(data))
    return data


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
