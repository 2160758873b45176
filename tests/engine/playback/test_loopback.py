"""Lending a film on its way to ffprobe: real programs, a budget, one secret address."""

from __future__ import annotations

import aiohttp
import pytest
from tests.engine.playback.sources import Arriving, content, until
from tests.support.films import film

from matinee.errors import GiveUp, MatineeError, NotFound
from matinee.playback.loopback import lend
from matinee.programs import ffmpeg

MIB = 1 << 20


@pytest.mark.parametrize("kind", ["mp4", "mp4_end", "mkv"])
async def test_a_film_is_probed_through_it(kind: str) -> None:
    path = film(kind, 4, 6_000_000) if kind != "mkv" else film(kind)
    source = Arriving(path.read_bytes(), path.name)
    source.release(0, source.size)
    async with lend(source, budget=64 * MIB) as address:
        assert address.startswith("http://127.0.0.1:")
        probe = await ffmpeg.probe(address)
    assert probe.streams
    assert probe.duration > 1
    assert set(source.background) == {True}
    await until(lambda: source.open_readers == 0)


async def test_only_its_own_address_is_answered() -> None:
    source = Arriving(content(1000))
    source.release(0, 1000)
    async with lend(source, budget=MIB) as address, aiohttp.ClientSession() as session:
        base = address.rsplit("/", 2)[0]
        for other in ("/", "/x/Film.mkv", "/../etc/passwd"):
            async with session.get(base + other) as answer:
                assert answer.status == 404
        async with session.get(address, headers={"Range": "bytes=10-19"}) as answer:
            assert await answer.read() == source.data[10:20]
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError):
            await session.get(address)


async def test_the_budget_ends_it() -> None:
    source = Arriving(content(4 * MIB))
    source.release(0, source.size)
    async with lend(source, budget=MIB) as address, aiohttp.ClientSession() as session:
        async with session.get(address) as answer:
            with pytest.raises(aiohttp.ClientError):
                await answer.read()
        async with session.get(address) as answer:
            assert answer.status == NotFound.status
    assert sum(length for _, length in source.wanted) <= MIB


async def test_only_what_is_here_is_lent() -> None:
    source = Arriving(content(MIB))
    source.release(0, 100_000)
    async with lend(source, budget=MIB, only_here=True) as address:
        async with aiohttp.ClientSession() as session:
            async with session.get(address, headers={"Range": "bytes=0-99"}) as answer:
                assert await answer.read() == source.data[:100]
            async with session.get(address, headers={"Range": "bytes=500000-"}) as answer:
                assert answer.status == 404
        with pytest.raises(MatineeError):
            await ffmpeg.probe(address)
    assert all(offset < 100_000 for offset, _ in source.wanted)


async def test_what_is_no_film_is_said() -> None:
    source = Arriving(content(MIB), "Film.mkv")
    source.release(0, MIB)
    async with lend(source, budget=8 * MIB) as address:
        with pytest.raises(GiveUp):
            await ffmpeg.probe(address)
