"""Films that a screen does not take as they are: the whole way from the wish to the segments."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from tests.engine.household.home import Home, home, until
from tests.engine.playback.sources import Arriving
from tests.support.films import film as cached
from tests.support.films import make_film

MIME = "application/vnd.apple.mpegurl"
BROWSER = {"name": "Page", "kind": "browser"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Home]:
    async with home(tmp_path) as made:
        yield made


async def film(house: Home, kind: str, ending: str) -> str:
    media_id = await house.title("A Film", 1999)
    path = f"Movies/A Film/A Film.{ending}"
    make_film(house.media / path, kind)
    await house.at_home(media_id, path)
    return media_id


async def fetch(house: Home, url: str, status: int = 200) -> tuple[bytes, str]:
    async with house.client.get(url) as answer:
        body = await answer.read()
        assert answer.status == status, body
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        return body, answer.content_type


def addresses(playlist: str, base: str) -> list[str]:
    return [urljoin(base, line) for line in playlist.splitlines() if line and line[0] != "#"]


async def media_playlist(house: Home, session: Any) -> tuple[str, str]:
    body, kind = await fetch(house, session["url"])
    assert kind == MIME
    [index] = addresses(body.decode(), session["url"])
    body, kind = await fetch(house, index)
    assert kind == MIME
    return body.decode(), index


def probed(data: bytes, entries: str) -> str:
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", entries, "-of", "csv=p=0", "-"],
        input=data, capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    assert not done.stderr
    return done.stdout.decode()


async def test_an_mkv_with_ac3_goes_to_a_browser_by_hls(house: Home) -> None:
    media_id = await film(house, "ac3", "mkv")
    session = await house.play(media=media_id, target=BROWSER)
    assert session["state"] == "ready"
    assert session["mime_type"] == MIME
    assert session["url"].endswith("/master.m3u8")
    assert session["warnings"] == []
    playlist, index = await media_playlist(house, session)
    init, kind = await fetch(house, urljoin(index, "init.mp4"))
    assert kind == "video/mp4"
    [segment] = addresses(playlist, index)
    part, kind = await fetch(house, segment)
    assert kind == "video/iso.segment"
    assert set(probed(init + part, "stream=codec_name").split()) == {"h264", "aac"}
    await house.until_state(session["id"], "playing")


async def test_two_sound_tracks_and_subtitles(house: Home) -> None:
    media_id = await film(house, "mkv", "mkv")
    session = await house.play(media=media_id, target=BROWSER)
    master, _ = await fetch(house, session["url"])
    media = [line for line in master.decode().splitlines() if "EXT-X-MEDIA:" in line]
    sounds = [line for line in media if "TYPE=AUDIO" in line]
    texts = [line for line in media if "TYPE=SUBTITLES" in line]
    assert len(sounds) == len(texts) == 2
    assert [line for line in sounds if "URI=" not in line and "Stereo" in line]
    other = next(line for line in sounds if "URI=" in line).partition('URI="')[2].strip('"')
    index = urljoin(session["url"], other)
    body, _ = await fetch(house, index)
    [part] = addresses(body.decode(), index)
    init, _ = await fetch(house, urljoin(index, "init.mp4"))
    assert probed(init + (await fetch(house, part))[0], "stream=codec_name").split() == ["aac"]
    text = urljoin(session["url"], texts[0].partition('URI="')[2].strip('"'))
    body, _ = await fetch(house, text)
    words, kind = await fetch(house, addresses(body.decode(), text)[0])
    assert kind == "text/vtt"
    assert words.startswith(b"WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:")
    assert "Grüße".encode() in words


async def test_what_a_screen_takes_goes_as_it_is(house: Home) -> None:
    session = await house.play(media=await film(house, "mp4", "mp4"), target=BROWSER)
    assert session["mime_type"] == "video/mp4"
    assert session["url"].endswith("/A%20Film.mp4")


async def test_a_film_on_its_way(house: Home) -> None:
    path = cached("ac3", 4)
    source = Arriving(path.read_bytes(), "A.Film.1999.mkv")
    media_id = await house.title("A Film", 1999)
    await house.arriving(media_id, source)
    session = await house.play(media=media_id, target=BROWSER)
    assert session["state"] == "preparing"
    source.release(0, source.size)
    session = await house.until_state(session["id"], "ready")
    assert session["mime_type"] == MIME
    playlist, index = await media_playlist(house, session)
    init, _ = await fetch(house, urljoin(index, "init.mp4"))
    part, _ = await fetch(house, addresses(playlist, index)[0])
    assert "h264" in probed(init + part, "stream=codec_name")


@pytest.mark.parametrize("name", ["0.ts", "99.m4s", "other.m3u8", "text-s9.vtt", "-1.m4s"])
async def test_what_is_not_there_is_not_found(house: Home, name: str) -> None:
    session = await house.play(media=await film(house, "ac3", "mkv"), target=BROWSER)
    await fetch(house, urljoin(session["url"], name), 404)


async def test_no_other_tracks_and_no_other_words(house: Home) -> None:
    session = await house.play(media=await film(house, "ac3", "mkv"), target=BROWSER)
    for word in ("fmp4", "fmp4-v7", "fmp4-v0-a1aac9", "x-v0", "ts-v0h1b1"):
        await fetch(house, urljoin(session["url"], f"../{word}/master.m3u8"), 404)
    await fetch(house, "/stream/none/hls/fmp4-v0/master.m3u8", 401)


async def test_runs_end_with_their_session(house: Home) -> None:
    source = Arriving(cached("ac3", 4).read_bytes(), "A.Film.1999.mkv")
    media_id = await house.title("A Film", 1999)
    await house.arriving(media_id, source)
    session = await house.play(media=media_id, target=BROWSER)
    source.release(0, source.size)
    session = await house.until_state(session["id"], "ready")
    await until(lambda: source.open_readers == 0)
    source.here[2000:] = bytes(source.size - 2000)
    _, index = await media_playlist(house, session)
    asking = asyncio.create_task(house.client.get(urljoin(index, "init.mp4")).__aenter__())
    await until(lambda: source.open_readers > 0)
    await house.api("DELETE", f"/api/play/{session['id']}", 204)
    await until(lambda: source.open_readers == 0)
    asking.cancel()
    await asyncio.wait({asking})
