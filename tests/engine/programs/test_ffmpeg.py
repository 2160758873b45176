"""Real ffmpeg on real films, whole, broken and hostile."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from tests.support.films import ASS, SRT, film, make_film, playlist_film

from matinee.errors import GiveUp, InvalidInput, NotFound
from matinee.models.media import StreamKind
from matinee.programs import ffmpeg


@pytest.fixture
async def trap() -> AsyncIterator[tuple[str, list[str]]]:
    """A listener on loopback that notes whoever connects."""
    visits: list[str] = []

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.append((await reader.readline()).decode("latin-1"))
        writer.close()

    server = await asyncio.start_server(visit, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"127.0.0.1:{port}", visits


def jpeg_size(data: bytes) -> tuple[int, int]:
    position = 2
    while data[position] == 0xFF:
        kind, length = data[position + 1], struct.unpack(">H", data[position + 2 : position + 4])[0]
        if 0xC0 <= kind <= 0xC3:
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return width, height
        position += 2 + length
    raise AssertionError("no JPEG")


async def test_the_facts_about_an_mkv() -> None:
    probe = await ffmpeg.probe(film("mkv"))
    assert probe.container == "matroska,webm"
    assert 1.8 < probe.duration < 2.3
    assert probe.bit_rate > 0
    kinds = [stream.kind for stream in probe.streams]
    assert kinds == [StreamKind.VIDEO, *[StreamKind.AUDIO] * 2, *[StreamKind.SUBTITLE] * 2]
    picture, english, german, srt, ass = probe.streams
    assert (picture.codec, picture.width, picture.height) == ("h264", 320, 180)
    assert (picture.frame_rate, picture.bit_depth, picture.hdr) == (24.0, 8, "")
    assert (english.language, german.language) == ("eng", "deu") or german.language == "ger"
    assert english.default
    assert english.title == "Stereo"
    assert english.sample_rate == 48000
    assert (srt.codec, ass.codec) == ("subrip", "ass")
    assert ass.forced
    assert [chapter.title for chapter in probe.chapters] == ["Intro", "Film"]
    assert probe.chapters[1].start == 1.0


@pytest.mark.parametrize(
    ("kind", "codec", "hdr", "depth"),
    [
        ("mp4", "h264", "", 8),
        ("mp4_end", "h264", "", 8),
        ("hevc", "hevc", "", 8),
        ("hdr10", "hevc", "hdr10", 10),
        ("hlg", "hevc", "hlg", 10),
        ("webm", "vp9", "", 8),
    ],
)
async def test_pictures_of_every_kind(kind: str, codec: str, hdr: str, depth: int) -> None:
    (picture, *_) = (await ffmpeg.probe(film(kind))).streams
    assert (picture.codec, picture.hdr, picture.bit_depth) == (codec, hdr, depth)


async def test_a_cover_is_no_video() -> None:
    kinds = [stream.kind for stream in (await ffmpeg.probe(film("cover"))).streams]
    assert kinds.count(StreamKind.VIDEO) == 1
    assert kinds.count(StreamKind.ATTACHMENT) == 1


@pytest.mark.parametrize(
    ("kind", "code"),
    [("noise", "not_media"), ("playlist", "not_media"), ("no_index", "media_incomplete")],
)
async def test_what_is_no_film_is_refused_in_words(kind: str, code: str) -> None:
    with pytest.raises(GiveUp) as refused:
        await ffmpeg.probe(film(kind))
    assert refused.value.code == code
    assert "/" not in refused.value.message


async def test_odd_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("-version.mp4", "concat:a|b.mp4", "http:%d 'x' \"y\".mp4", "новый фильм.mp4"):
        path = make_film(tmp_path / name, "silent")
        assert (await ffmpeg.probe(path)).streams
    monkeypatch.chdir(tmp_path)
    assert (await ffmpeg.probe(Path("-version.mp4"))).streams
    with pytest.raises(NotFound):
        await ffmpeg.probe(tmp_path / "absent.mp4")
    with pytest.raises(GiveUp):
        await ffmpeg.probe(tmp_path)


async def test_a_playlist_that_poses_as_a_film_fetches_nothing(
    tmp_path: Path, trap: tuple[str, list[str]]
) -> None:
    address, visits = trap
    path = playlist_film(tmp_path / "film.mkv", f"http://{address}/segment.ts")
    # The trap works: a reader without our care falls into it.
    naive = await asyncio.create_subprocess_exec(
        "ffprobe", "-v", "quiet", "-allowed_extensions", "ALL", "-protocol_whitelist",
        "file,http,tcp", path, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    await naive.wait()
    assert visits
    visits.clear()
    calls = (
        ffmpeg.probe(path),
        ffmpeg.still(path, 0, 320),
        ffmpeg.extract_subtitle(path, 0),
        ffmpeg.probe(path, "matroska"),
        ffmpeg.probe(path, "hls"),  # even a caller that is mistaken opens no address
        ffmpeg.convert_subtitle(path),
    )
    for call in calls:
        with pytest.raises(GiveUp):
            await call
    assert not (await ffmpeg.check(path)).ok
    concat = tmp_path / "concat.mkv"
    concat.write_text(f"ffconcat version 1.0\nfile 'http://{address}/x'\nfile '/etc/passwd'\n")
    with pytest.raises(GiveUp):
        await ffmpeg.probe(concat)
    assert visits == []


async def test_only_our_own_addresses_are_read(trap: tuple[str, list[str]]) -> None:
    for address in (
        "http://192.168.1.1/film.mkv", "http://example.org/film.mkv", "https://127.0.0.1/film.mkv",
        "ftp://127.0.0.1/x", "file:///etc/passwd", "http://127.0.0.1.example.org/", "/etc/passwd",
        "concat:http://127.0.0.1/|x",
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            await ffmpeg.probe(address)


async def test_a_film_on_its_way_is_read_over_loopback(tmp_path: Path) -> None:
    make_film(tmp_path / "film.mp4", "mp4_end")
    playlist_film(tmp_path / "list.mkv", "http://127.0.0.1:9/x")
    asked: list[str] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers.get("Range", ""))
        return web.FileResponse(tmp_path / request.match_info["name"])

    app = web.Application()
    app.router.add_get("/{name}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        await web.SockSite(runner, listener).start()
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            assert (await ffmpeg.probe(f"{base}/film.mp4")).duration > 1.8
            assert asked[0] == "bytes=0-4095"
            assert jpeg_size(await ffmpeg.still(f"{base}/film.mp4", 1, 160)) == (160, 90)
            with pytest.raises(GiveUp):
                await ffmpeg.probe(f"{base}/list.mkv")
            with pytest.raises(NotFound):
                await ffmpeg.probe(f"{base}/absent.mkv")
        finally:
            await runner.cleanup()


async def test_a_still_has_its_size_and_is_not_black() -> None:
    assert jpeg_size(await ffmpeg.still(film("mkv"), 0.5, 320)) == (320, 180)
    assert jpeg_size(await ffmpeg.still(film("hdr10"), 0, 100)) == (100, 56)
    mapped = await ffmpeg.still(film("hdr10"), 0, 100, hdr="hdr10")
    assert jpeg_size(mapped) == (100, 56)
    assert mapped != await ffmpeg.still(film("hdr10"), 0, 100)
    picture = await ffmpeg.still(film("black_start"), 0, 320)
    # A black picture of this size compresses to far less.
    assert len(picture) > 6000
    assert len(await ffmpeg.still(film("cover"), 0, 320)) > 6000
    with pytest.raises(GiveUp) as after:
        await ffmpeg.still(film("mp4"), 500, 320)
    assert after.value.code == "no_picture"
    with pytest.raises(GiveUp):
        await ffmpeg.still(film("audio"), 0, 320)


async def test_text_subtitles_become_webvtt() -> None:
    srt = (await ffmpeg.extract_subtitle(film("mkv"), 3)).decode()
    assert srt.startswith("WEBVTT")
    # The muxer moved everything by the 21 ms that AAC needs to begin.
    assert re.search(r"00:00\.2\d\d --> 00:01\.0\d\d\nGrüße, <i>world</i>", srt)
    assert "<i>Signs</i> of spring" in (await ffmpeg.extract_subtitle(film("mkv"), 4)).decode()


@pytest.mark.parametrize(("kind", "index"), [("pgs", 2), ("mkv", 0), ("mkv", 99)])
async def test_streams_that_are_no_text_are_refused(kind: str, index: int) -> None:
    with pytest.raises(GiveUp) as refused:
        await ffmpeg.extract_subtitle(film(kind), index)
    assert refused.value.code == "subtitle_not_text"


@pytest.mark.parametrize(
    ("text", "encoding", "hint"),
    [
        (SRT, "utf-8", ""),
        (SRT, "utf-8-sig", ""),
        (SRT, "utf-16", ""),
        (SRT, "utf-16-le", ""),
        (SRT, "utf-16-be", ""),
        (SRT, "cp1252", ""),
        (SRT.replace("\n", "\r\n"), "cp1252", ""),
        (SRT.replace("world", "мир"), "cp1251", "cp1251"),
        (SRT, "cp1252", "no-such-encoding"),
        (ASS.replace("Signs", "Grüße, Signs"), "cp1252", ""),
        ("WEBVTT\n\n00:00.200 --> 00:01.000\nGrüße, world\n", "utf-8", ""),
    ],
)
async def test_subtitle_files_of_odd_encodings(
    text: str, encoding: str, hint: str, tmp_path: Path
) -> None:
    path = tmp_path / "film.srt"
    if hint == "cp1251":
        text = text.replace("Grüße", "Привет")
    path.write_bytes(text.encode(encoding))
    answer = (await ffmpeg.convert_subtitle(path, hint)).decode("utf-8")
    assert answer.startswith("WEBVTT")
    assert ("Привет, <i>мир</i>" if hint == "cp1251" else "Grüße") in answer


async def test_what_is_no_subtitle_file_is_refused(tmp_path: Path) -> None:
    for data in (b"", b"hello", bytes(5000), film("mp4").read_bytes()[:50_000]):
        path = tmp_path / "film.srt"
        path.write_bytes(data)
        with pytest.raises(GiveUp) as refused:
            await ffmpeg.convert_subtitle(path)
        assert refused.value.code == "not_subtitle"


@pytest.mark.parametrize("kind", ["mp4", "mkv", "hevc", "webm", "cover"])
async def test_whole_films_pass_the_check(kind: str) -> None:
    assert await ffmpeg.check(film(kind)) == ffmpeg.Check(ok=True)


@pytest.mark.parametrize("kind", ["truncated", "damaged", "no_index", "noise", "playlist"])
async def test_damaged_films_do_not(kind: str) -> None:
    result = await ffmpeg.check(film(kind))
    assert not result.ok
    assert 0 < len(result.errors) <= 20
    assert all("/" not in error for error in result.errors)


async def test_a_quick_check_sees_a_cut(tmp_path: Path) -> None:
    assert (await ffmpeg.check(film("mkv"), decode_all=False)).ok
    assert not (await ffmpeg.check(film("truncated"), decode_all=False)).ok
    with pytest.raises(NotFound):
        await ffmpeg.check(tmp_path / "absent.mkv")


async def test_versions_are_told() -> None:
    assert (await ffmpeg.version("ffmpeg"))[0].isalnum()
