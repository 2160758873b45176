"""Key pictures from the index alone, against what ffprobe finds by reading the film."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest
from tests.engine.playback.hls.made import key_times, made
from tests.engine.playback.sources import Arriving, until
from tests.support.films import film

from matinee.errors import GiveUp
from matinee.playback.hls.index import FilmIndex, read_index

X264 = "-c:v libx264 -preset ultrafast -bf 2 -b_strategy 0 -g 50"
RECIPES = {
    "ffmpeg.mkv": {},
    "open.mkv": {"video": "-c:v libx264 -preset veryfast -bf 3 -g 40 -x264-params open-gop=1"},
    "rate.mkv": {"frames": "30000/1001"},
    "vp9.webm": {"video": "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 48",
                 "audio": "-c:a libopus", "seconds": 8},
    "end.mp4": {"audio": "-c:a aac"},
    "front.mp4": {"audio": "-c:a aac", "more": "-movflags +faststart", "frames": "25"},
    "base.mp4": {"audio": "-c:a aac", "more": "-video_track_timescale 12345"},
    "late.mp4": {"audio": "-c:a aac", "more": "-output_ts_offset 1.5"},
    "intra.mov": {"video": "-c:v mjpeg -q:v 9", "audio": "-c:a pcm_s16le", "seconds": 3},
    "hevc.mp4": {"video": "-c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=48",
                 "seconds": 8},
}  # fmt: skip


async def index_of(path: Path) -> FilmIndex:
    source = Arriving(path.read_bytes(), path.name)
    source.release(0, source.size)
    index = await read_index(source)
    assert source.open_readers == 0
    return index


@pytest.mark.parametrize("name", RECIPES)
async def test_the_index_names_the_key_pictures_that_ffprobe_finds(name: str) -> None:
    path = made(name, **RECIPES[name])
    index = await index_of(path)
    expected = sorted(key_times(path))
    assert index.keys == pytest.approx(expected, abs=0.0006)
    assert len(index.keys) == len(index.positions)
    assert index.duration == pytest.approx(expected[-1], abs=3)
    assert index.duration > expected[-1]


@pytest.mark.parametrize(("name", "ends"), [("ffmpeg.mkv", True), ("end.mp4", True)])
async def test_only_the_beginning_and_the_index_are_raised(name: str, ends: bool) -> None:
    path = made(f"big-{name}", size="640x360", seconds=30, video=f"{X264} -b:v 3M -minrate 3M"
                " -maxrate 3M -bufsize 3M -x264-params nal-hrd=cbr")  # fmt: skip
    source = Arriving(path.read_bytes(), path.name)
    reading = asyncio.create_task(read_index(source))
    await until(lambda: source.wanted)
    source.release(0, 400_000)
    await until(lambda: any(offset > source.size // 2 for offset, _ in source.wanted))
    source.release(source.size - 200_000, source.size)
    index = await reading
    assert len(index.keys) > 10
    assert sum(length for _, length in source.wanted) < source.size // 4
    assert set(source.background) == {True}


@pytest.mark.parametrize(
    ("kind", "code"),
    [("noise", "no_index"), ("playlist", "no_index"), ("no_index", "no_index"),
     ("audio", "no_index")],
)  # fmt: skip
async def test_what_has_no_index_is_said(kind: str, code: str) -> None:
    with pytest.raises(GiveUp) as caught:
        await index_of(film(kind))
    assert caught.value.code == code
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize("name", ["ffmpeg.mkv", "end.mp4"])
async def test_damaged_files_end_in_words_and_never_hang(name: str) -> None:
    data = made(name).read_bytes()
    for number in range(60):
        damaged = bytearray(data)
        place = (number * 7919) % min(len(data), 4000 if number % 2 else len(data))
        if name == "end.mp4" and number % 2:
            place = len(data) - 1 - place
        damaged[place : place + 4] = b"\xff\xff\xff\xff" if number % 3 else b"\0\0\0\0"
        source = Arriving(bytes(damaged[: len(damaged) - number * 50]), name)
        source.release(0, source.size)
        with contextlib.suppress(GiveUp):
            index = await read_index(source)
            assert list(index.keys) == sorted(index.keys)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x1a\x45\xdf\xa3", b"\x1a\x45\xdf\xa3" + b"\0" * 100, b"\0\0\0\x08moov",
     b"\0\0\0\x10moov\0\0\0\x01mvhd", b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x80",
     b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff\x1f\x43\xb6\x75\x80",
     b"\0\0\0\x01ftyp\xff\xff\xff\xff\xff\xff\xff\xff", b"\0\0\0\x04ftyp"],
)  # fmt: skip
async def test_crafted_beginnings(data: bytes) -> None:
    source = Arriving(data, "x.mkv")
    source.release(0, len(data))
    with pytest.raises(GiveUp):
        await read_index(source)
