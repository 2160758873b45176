"""Finished files over a real server and a real client."""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

import aiohttp
import pytest
from tests.engine.playback.sources import content, served, until

from matinee.errors import InvalidInput, NotFound
from matinee.playback import opened
from matinee.playback.local import FileSource, identify, open_file
from matinee.playback.ranges import format_date

MIB = 1 << 20


async def film(folder: Path, data: bytes, name: str = "Film (1999).mkv") -> FileSource:
    path = folder / name
    path.write_bytes(data)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    return await open_file(folder, name)


async def test_whole_film_with_its_headers(tmp_path: Path) -> None:
    data, told = content(5 * MIB + 7), []
    source = await film(tmp_path, data)
    async with served(source, told) as client, client.get("/film") as answer:
        assert answer.status == 200
        assert answer.headers["Accept-Ranges"] == "bytes"
        assert answer.headers["Content-Length"] == str(len(data))
        assert answer.headers["Content-Type"] == "video/x-matroska"
        assert answer.headers["ETag"] == f'"{source.etag}"'
        assert answer.headers["Last-Modified"] == format_date(1_000_000_000)
        assert answer.headers["transferMode.dlna.org"] == "Streaming"
        assert "contentFeatures.dlna.org" not in answer.headers
        assert "filename=" in answer.headers["Content-Disposition"]
        assert answer.headers["Content-Disposition"].startswith("inline")
        assert await answer.read() == data
    assert told[-1] == len(data)


@pytest.mark.parametrize("size", [0, 1, 1000, 256 * 1024, 256 * 1024 + 1, 4 * MIB, 9 * MIB + 1])
async def test_ranges_are_the_bytes_of_the_file(tmp_path: Path, size: int) -> None:
    data = content(size)
    source = await film(tmp_path, data)
    chance = random.Random(size)
    async with served(source) as client:
        for _ in range(8):
            first = chance.randrange(size + 1)
            last = chance.randrange(first, size + 100_000)
            headers = {"Range": f"bytes={first}-{last}"}
            async with client.get("/film", headers=headers) as answer:
                if first >= size:
                    assert answer.status == 416
                    assert answer.headers["Content-Range"] == f"bytes */{size}"
                    continue
                assert answer.status == 206
                stop = min(last + 1, size)
                assert answer.headers["Content-Range"] == f"bytes {first}-{stop - 1}/{size}"
                assert answer.headers["Content-Length"] == str(stop - first)
                assert await answer.read() == data[first:stop]


async def test_head_says_what_get_would_send(tmp_path: Path) -> None:
    source = await film(tmp_path, content(MIB))
    async with served(source) as client:
        got = await client.get("/film")
        head = await client.head("/film", headers={"Range": "bytes=0-9"})
        for name in ("Content-Length", "Content-Type", "ETag", "Accept-Ranges", "Last-Modified"):
            assert head.headers[name] == got.headers[name]
        assert head.status == 200
        assert await head.read() == b""


async def test_preconditions_reach_the_client(tmp_path: Path) -> None:
    source = await film(tmp_path, content(1000))
    tag = f'"{source.etag}"'
    async with served(source) as client:

        async def status(method: str = "GET", **headers: str) -> int:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            async with client.request(method, "/film", headers=given) as answer:
                await answer.read()
                return answer.status

        assert await status(If_None_Match=tag) == 304
        assert await status("HEAD", If_None_Match=tag) == 304
        assert await status(If_Match='"else"') == 412
        assert await status(Range="bytes=0-1", If_Range=tag) == 206
        assert await status(Range="bytes=0-1", If_Range='"else"') == 200
        assert await status(Range="bytes=0-1", If_Range=format_date(1_000_000_000)) == 206
        assert await status(Range="bytes=0-1", If_Range=format_date(999_999_999)) == 200


async def test_a_young_date_is_too_coarse_for_if_range(tmp_path: Path) -> None:
    (tmp_path / "New.mkv").write_bytes(content(100))
    source = await open_file(tmp_path, "New.mkv")
    date = format_date(source.identity.mtime_ns / 1e9)
    async with served(source) as client:
        answer = await client.get("/film", headers={"Range": "bytes=0-1", "If-Range": date})
        assert answer.status == 200


async def test_dlna_features_are_told_on_request(tmp_path: Path) -> None:
    source = await film(tmp_path, content(10))
    async with served(source) as client:
        answer = await client.head("/film", headers={"getcontentFeatures.dlna.org": "1"})
        assert "DLNA.ORG_OP=01" in answer.headers["contentFeatures.dlna.org"]


@pytest.mark.parametrize(
    ("name", "plain"),
    [("Amélie.mkv", "Am_lie.mkv"), ('a"b\\c.mkv', "a_b_c.mkv"), ("50%.mkv", "50_.mkv")],
)
async def test_names_are_safe_in_headers(tmp_path: Path, name: str, plain: str) -> None:
    source = await film(tmp_path, b"x", name)
    async with served(source) as client:
        value = (await client.head("/film")).headers["Content-Disposition"]
    assert f'filename="{plain}"' in value
    assert "filename*=UTF-8''" in value


async def test_a_line_break_in_a_name_adds_no_header(tmp_path: Path) -> None:
    source = await film(tmp_path, b"x", "a\r\nSet-Cookie: b.mkv")
    async with served(source) as client:
        assert "Set-Cookie" not in (await client.head("/film")).headers


async def test_a_file_replaced_or_deleted_meanwhile_cuts_nobody(tmp_path: Path) -> None:
    data = content(24 * MIB)
    source = await film(tmp_path, data)
    async with served(source) as client, client.get("/film") as answer:
        start = await answer.content.readexactly(MIB)
        other = tmp_path / "other"
        other.write_bytes(content(24 * MIB, seed=2))
        other.replace(source.path)
        middle = await answer.content.readexactly(MIB)
        source.path.unlink()
        assert start + middle + await answer.read() == data


async def test_a_file_put_in_its_place_is_not_served_as_it(tmp_path: Path) -> None:
    source = await film(tmp_path, content(1000))
    other = tmp_path / "other"
    other.write_bytes(content(1000, seed=2))
    other.replace(source.path)
    async with served(source) as client:
        assert (await client.get("/film")).status == 404


async def test_a_file_that_becomes_shorter_ends_the_connection(tmp_path: Path) -> None:
    source = await film(tmp_path, content(64 * MIB))
    async with served(source) as client, client.get("/film") as answer:
        await answer.content.readexactly(1000)
        os.truncate(source.path, 1000)
        with pytest.raises(aiohttp.ClientError):
            await answer.read()


async def test_what_lies_outside_is_not_opened(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.write_bytes(b"secret")
    (inside / "Film.mkv").symlink_to(outside)
    with pytest.raises(InvalidInput):
        await open_file(inside, "Film.mkv")
    with pytest.raises(InvalidInput):
        await open_file(inside, "../out")
    with pytest.raises(NotFound):
        await open_file(inside, "nothing.mkv")
    (inside / "folder.mkv").mkdir()
    with pytest.raises(NotFound):
        await open_file(inside, "folder.mkv")
    os.mkfifo(inside / "pipe.mkv")
    with pytest.raises(NotFound):
        identify(inside, "pipe.mkv")


async def test_file_reader(tmp_path: Path) -> None:
    data = content(1000)
    source = await film(tmp_path, data)
    assert source.available(0, 1000)
    assert not source.available(1, 1000)
    reader = source.reader()
    assert await reader.read(10, 5) == data[10:15]
    source.path.rename(tmp_path / "moved")
    assert await reader.read(990, 100) == data[990:]
    with pytest.raises(ValueError, match="outside"):
        await reader.read(1000, 1)
    await reader.close()
    await reader.close()
    with pytest.raises(NotFound):
        await reader.read(0, 1)


async def test_twenty_readers_at_once(tmp_path: Path) -> None:
    data = content(20 * MIB)
    source = await film(tmp_path, data)
    async with served(source) as client:

        async def read(number: int) -> bool:
            first = number * MIB
            headers = {"Range": f"bytes={first}-{first + 2 * MIB - 1}"}
            async with client.get("/film", headers=headers) as answer:
                return await answer.read() == data[first : first + 2 * MIB]

        assert all(await asyncio.gather(*map(read, range(20))))


async def test_a_client_that_leaves_frees_the_descriptor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "KEPT", 0.05)
    source = await film(tmp_path, content(64 * MIB))

    def open_here() -> int:
        links = Path("/proc/self/fd").iterdir()
        return sum(
            os.path.lexists(link) and os.readlink(link) == str(source.path) for link in links
        )

    async with served(source) as client:
        answer = await client.get("/film")
        await answer.content.readexactly(1000)
        assert open_here() == 1
        answer.close()
        await until(lambda: open_here() == 0)


async def test_what_the_kernel_cannot_tell_is_read_in_a_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drive whose pages are not in memory, or that does not say."""
    monkeypatch.setattr(opened.OpenFile, "cached", lambda *_: False)
    data = content(3 * MIB + 5)
    source = await film(tmp_path, data)
    async with served(source) as client:
        assert await (await client.get("/film")).read() == data
        answer = await client.get("/film", headers={"Range": "bytes=7-77"})
        assert await answer.read() == data[7:78]


async def test_a_filesystem_without_sendfile_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> int:
        raise asyncio.SendfileNotAvailableError

    monkeypatch.setattr(asyncio.get_running_loop(), "sendfile", refuse)
    data = content(3 * MIB + 5)
    source = await film(tmp_path, data)
    async with served(source) as client:
        assert await (await client.get("/film")).read() == data


def test_cached_says_no_before_the_drive_was_read(tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(content(8 * MIB))
    file = opened.OpenFile(path, 8 * MIB)
    handle = file.fileno()
    try:
        os.fsync(handle)
        assert file.cached(0, 8 * MIB)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.pread(handle, 8 * MIB, 0)
        assert file.cached(0, 8 * MIB)
        assert len(file.read_now(5, 10)) == 10
    finally:
        file.close()
