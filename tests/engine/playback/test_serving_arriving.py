"""Films on their way over a real server and a real client."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest
from tests.engine.playback import sources
from tests.engine.playback.sources import Arriving, content, served, until

from matinee.errors import NotFound, RetryLater
from matinee.playback import serving

MIB = 1 << 20


async def test_bytes_go_out_as_they_come() -> None:
    data, told = content(3 * MIB), []
    source = Arriving(data)
    async with served(source, told, bit_rate=5_000_000) as client:
        asking = asyncio.ensure_future(client.get("/film"))
        await until(lambda: source.wanted)
        source.release(0, 1000)
        answer = await asking
        assert answer.status == 200
        assert answer.headers["ETag"] == '"arriving-1"'
        assert "Last-Modified" not in answer.headers
        assert await answer.content.readexactly(1000) == data[:1000]
        await until(lambda: told and told[-1] == 1000)
        source.release(1000, len(data))
        assert await answer.read() == data[1000:]
    assert source.open_readers == 0
    assert source.bit_rates == [5_000_000]
    assert source.background == [False]


async def test_a_range_asks_for_its_own_bytes_alone() -> None:
    data = content(3 * MIB)
    source = Arriving(data)
    source.release(2 * MIB, 2 * MIB + 100)
    async with served(source) as client:
        first = 2 * MIB
        headers = {"Range": f"bytes={first}-{first + 99}"}
        answer = await client.get("/film", headers=headers)
        assert answer.status == 206
        assert await answer.read() == data[first : first + 100]
        answer = await client.get("/film", headers={"Range": f"bytes={len(data)}-"})
        assert answer.status == 416
    assert all(first <= offset < first + 100 for offset, _ in source.wanted)


async def test_head_wakes_nobody() -> None:
    source = Arriving(content(1000))
    async with served(source) as client:
        answer = await client.head("/film")
        assert answer.headers["Content-Length"] == "1000"
        not_modified = await client.get("/film", headers={"If-None-Match": '"arriving-1"'})
        assert not_modified.status == 304
    assert source.opened == 0


async def test_a_client_that_leaves_while_it_waits_closes_its_reader() -> None:
    source = Arriving(content(MIB))
    async with served(source) as client:
        asking = asyncio.ensure_future(client.get("/film"))
        await until(lambda: source.open_readers == 1)
        asking.cancel()
        await until(lambda: source.open_readers == 0)


async def test_a_client_that_leaves_while_it_reads_closes_its_reader() -> None:
    source = Arriving(content(MIB))
    source.release(0, 5000)
    async with served(source) as client:
        answer = await client.get("/film")
        await answer.content.readexactly(5000)
        assert source.open_readers == 1
        answer.close()
        await until(lambda: source.open_readers == 0)


async def test_a_client_that_does_not_read_and_leaves_closes_its_reader() -> None:
    source = Arriving(content(48 * MIB))
    source.release(0, source.size)
    async with served(source) as client:
        answer = await client.get("/film")
        await answer.content.readexactly(10)
        assert source.open_readers == 1
        answer.close()
        await until(lambda: source.open_readers == 0)


async def test_headers_go_out_when_the_first_byte_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "FIRST_BYTES", 0.05)
    data = content(1000)
    source = Arriving(data)
    async with served(source) as client:
        answer = await client.get("/film")
        assert answer.status == 200
        source.release(0, 1000)
        assert await answer.read() == data


async def test_an_error_at_once_is_a_status() -> None:
    source = Arriving(content(1000))
    source.failure = NotFound("It was removed.")
    async with served(source) as client:
        assert (await client.get("/film")).status == 404
        source.failure = RetryLater("Later.")
        assert (await client.get("/film")).status == 503
    assert source.open_readers == 0


async def test_an_error_on_the_way_ends_the_connection() -> None:
    source = Arriving(content(1000))
    source.release(0, 100)
    async with served(source) as client:
        answer = await client.get("/film")
        await answer.content.readexactly(100)
        source.fail(NotFound("It was removed."))
        with pytest.raises(aiohttp.ClientError):
            await answer.read()
    assert source.open_readers == 0


async def test_a_source_that_is_late_is_asked_again_while_the_client_stays() -> None:
    data = content(1000)
    source = Arriving(data, patience=0.02)
    source.release(0, 100)
    async with served(source) as client:
        answer = await client.get("/film")
        await answer.content.readexactly(100)
        await until(lambda: len(source.wanted) > 3)
        source.release(100, 1000)
        assert await answer.read() == data[100:]
    assert source.open_readers == 0


async def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "PATIENCE", 0.1)
    source = Arriving(content(1000), patience=0.02)
    source.release(0, 100)
    async with served(source) as client:
        answer = await client.get("/film")
        with pytest.raises(aiohttp.ClientError):
            await answer.read()
    await until(lambda: source.open_readers == 0)


async def test_the_moment_it_is_whole_the_file_is_sent(tmp_path: Path) -> None:
    data, told = content(12 * MIB), []
    source = Arriving(data)
    source.release(0, 1000)
    async with served(source, told) as client:
        answer = await client.get("/film")
        assert await answer.content.readexactly(1000) == data[:1000]
        path = tmp_path / "Film.mkv"
        path.write_bytes(data)
        source.finished_path = path
        # One more part comes through the reader, the rest from the file: it is never released.
        source.release(1000, 2000)
        assert await answer.content.readexactly(9 * MIB) == data[1000 : 1000 + 9 * MIB]
        path.unlink()
        assert await answer.read() == data[1000 + 9 * MIB :]
    assert source.open_readers == 0
    assert told[-1] == len(data)


async def test_a_finished_file_that_was_moved_is_read_through_the_source(tmp_path: Path) -> None:
    data = content(MIB)
    source = Arriving(data)
    source.release(0, MIB)
    source.finished_path = tmp_path / "gone.mkv"
    async with served(source) as client:
        assert await (await client.get("/film")).read() == data


async def test_twenty_readers_of_a_film_on_its_way() -> None:
    data = content(4 * MIB)
    source = Arriving(data)
    async with served(source) as client:

        async def read(number: int) -> bool:
            first = number * 150_000
            async with client.get("/film", headers={"Range": f"bytes={first}-"}) as answer:
                return await answer.read() == data[first:]

        reading = [asyncio.ensure_future(read(number)) for number in range(20)]
        await until(lambda: source.open_readers == 20)
        for start in range(0, len(data), 500_000):
            source.release(start, start + 500_000)
            await asyncio.sleep(0)
        assert all(await asyncio.gather(*reading))
    assert source.open_readers == 0


def test_the_helper_is_honest() -> None:
    """The double must keep the promises of `ports.ByteSource` that the tests rely on."""
    source = Arriving(content(10))
    assert not source.available(0, 1)
    source.release(0, 5)
    assert source.available(0, 5)
    assert not source.available(0, 6)
    assert sources.DEADLINE > 30
