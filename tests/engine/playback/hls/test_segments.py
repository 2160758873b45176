"""Segments of real films: every picture once, each decodes alone, times run on."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest
from tests.engine.playback.hls.made import complaints, cut, made, probe_packets
from tests.engine.playback.sources import Arriving, until

from matinee.errors import GiveUp, NotFound
from matinee.playback.hls.commands import LAG, SHIFT
from matinee.playback.hls.segments import Segments, Turns
from matinee.playback.hls.way import parse
from matinee.programs import ffmpeg as programs

X264 = "-c:v libx264 -preset ultrafast -bf 2 -b_strategy 0 -g 50"
X265 = "-c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=48"
FILMS = {
    "copy.mkv": ({}, "fmp4-v0-a1"),
    "encoded.mkv": ({}, "fmp4-v0-a1aac2"),
    "copy.mp4": ({"audio": "-c:a aac"}, "fmp4-v0-a1"),
    "encoded.mp4": ({"audio": "-c:a ac3", "frames": "30000/1001"}, "fmp4-v0-a1aac2"),
    "ntsc.mkv": ({"frames": "24000/1001", "audio": "-c:a aac"}, "fmp4-v0-a1aac2"),
    "hevc.mkv": (
        {"video": f"{X265}:open-gop=0",
         "seconds": 12}, "fmp4-v0-a1aac2"),
    "silent.mp4": ({"audio": "-an"}, "fmp4-v0"),
    "short.mkv": ({"audio": "-c:a ac3 -af atrim=end=3"}, "fmp4-v0-a1aac2"),
    "short.mp4": ({"audio": "-c:a aac -af atrim=end=3"}, "fmp4-v0-a1aac2"),
    "stereo.ts": ({}, "ts-v0-a1aac2"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILMS)
async def test_every_picture_is_in_one_segment_that_decodes_alone(
    name: str, tmp_path: Path
) -> None:
    recipe, way = FILMS[name]
    path = made(name.replace(".ts", ".mkv"), **recipe)
    pieces = await cut(path, way, tmp_path)
    source = sorted(time for time, _ in probe_packets(path))
    parts = [probe_packets(pieces.path(n)) for n in range(len(pieces.segments))]
    times = sorted(time for part in parts for time, _ in part)
    assert len(times) == len(source)
    moved = SHIFT - pieces.film.index.keys[0]
    assert times == pytest.approx([time + moved for time in source], abs=0.0015)
    frame = source[1] - source[0]
    for segment, part in zip(pieces.film.segments, parts, strict=True):
        assert "K" in part[0][1]
        assert part[0][0] == pytest.approx(segment.start + moved, abs=0.0015)
        length = max(time for time, _ in part) - min(time for time, _ in part) + frame
        assert length == pytest.approx(segment.duration, abs=frame * 1.1)
        assert complaints(pieces.path(segment.number)) == ""
    sound = [
        [time for time, _ in probe_packets(pieces.path(n), "a")]
        for n in range(len(pieces.segments))
    ] if "-a" in way else []  # fmt: skip
    heard = [time for part in sound for time in part]
    steps = [after - before for before, after in pairwise(heard)]
    assert max(steps, default=0) - min(steps, default=0) < 0.02


async def test_the_picture_is_encoded_where_it_must_be(tmp_path: Path) -> None:
    path = made("big.mkv", size="640x360", seconds=9)
    pieces = await cut(path, "fmp4-v0h180b400000-a1aac2", tmp_path)
    source = sorted(time for time, _ in probe_packets(path))
    times = sorted(
        time for n in range(len(pieces.segments)) for time, _ in probe_packets(pieces.path(n))
    )
    moved = SHIFT - pieces.film.index.keys[0]
    assert times == pytest.approx([time + moved for time in source], abs=0.0015)
    for number in range(len(pieces.segments)):
        assert complaints(pieces.path(number)) == ""
        found = await programs.probe(pieces.path(number))
        assert [s.height for s in found.streams if s.height] == [180]


@pytest.mark.parametrize("name", ["far.mkv", "far.mp4"])
async def test_of_a_film_on_its_way_only_a_segments_bytes_are_raised(
    name: str, tmp_path: Path
) -> None:
    exact = "-b:v 2M -minrate 2M -maxrate 2M -bufsize 2M -x264-params nal-hrd=cbr"
    path = made(name, video=f"{X264} {exact}", size="320x180", seconds=60, audio="-c:a aac")
    whole = await programs.probe(path)
    source = Arriving(path.read_bytes(), name)
    source.release(0, 300_000)
    source.release(source.size - 300_000, source.size)
    workshop, way = Segments(tmp_path), parse("fmp4-v0-a1aac2")
    try:
        film = await workshop.film(source, whole)
        source.wanted.clear()
        number = len(film.segments) // 2
        making = asyncio.create_task(workshop.segment(film, way, number))
        await until(lambda: any(300_000 < at < source.size - 300_000 for at, _ in source.wanted))
        segment = film.segments[number]
        start = film.index.positions[segment.key]
        stop = film.index.positions[film.segments[number + 1].key + 2]
        source.release(start - 200_000, stop)
        assert len(await making) > 100_000
        wanted = {at for at, _ in source.wanted if 300_000 < at < source.size - 300_000}
        asked = [at for at in wanted if at < stop]
        assert asked
        assert min(asked) >= start - 100_000
    finally:
        await workshop.close()
    await until(lambda: source.open_readers == 0)


async def test_one_run_for_all_who_ask_and_a_cache(tmp_path: Path) -> None:
    path = made("copy.mkv")
    source = Arriving(path.read_bytes(), path.name)
    source.release(0, source.size)
    workshop, way = Segments(tmp_path), parse("fmp4-v0-a1")
    film = await workshop.film(source, await programs.probe(path))
    parts = await asyncio.gather(*(workshop.segment(film, way, 1) for _ in range(6)))
    assert len(set(parts)) == 1
    await until(lambda: not workshop._making)
    opened = source.opened
    for number in (1, 2, 3):
        await workshop.segment(film, way, number)
    await workshop.close()
    assert source.opened - opened <= 2
    with pytest.raises(NotFound):
        await workshop.segment(film, way, len(film.segments))
    with pytest.raises(NotFound):
        await workshop.segment(film, parse("fmp4-v0-a7"), 0)


async def test_a_seek_takes_the_place_of_what_nobody_waits_for(tmp_path: Path) -> None:
    path = made("copy.mkv", seconds=60)
    whole = await programs.probe(path)
    source = Arriving(path.read_bytes(), path.name)
    source.release(0, source.size)
    workshop, way = Segments(tmp_path), parse("fmp4-v0-a1")
    film = await workshop.film(source, whole)
    last = len(film.segments) - 1
    start = film.index.positions[film.segments[2].key]
    far = film.index.positions[film.segments[last - 1].key]
    source.here[start:far] = bytes(far - start)
    leaving = [asyncio.create_task(workshop.segment(film, way, n)) for n in (2, 4)]
    await until(lambda: source.open_readers == 2)
    for task in leaving:
        task.cancel()
    await asyncio.wait(leaving)
    assert await workshop.segment(film, way, last)
    await workshop.close()
    await until(lambda: source.open_readers == 0)


async def test_what_is_damaged_is_said(tmp_path: Path) -> None:
    path = made("copy.mkv")
    data = bytearray(path.read_bytes())
    workshop, way = Segments(tmp_path), parse("fmp4-v0-a1")
    source = Arriving(bytes(data), path.name)
    source.release(0, source.size)
    film = await workshop.film(source, await programs.probe(path))
    begin, stop = film.index.positions[film.segments[1].key], film.index.positions[-1]
    data[begin:stop] = bytes(stop - begin)
    source.data = bytes(data)
    with pytest.raises(GiveUp) as caught:
        await workshop.segment(film, way, 1)
    assert caught.value.hint
    await workshop.close()


async def test_those_who_wait_go_first() -> None:
    turns, order = Turns(1), list[str]()

    async def work(name: str, turn: object) -> None:
        async with turns.taken(turn):
            order.append(name)
            await asyncio.sleep(0)

    first = turns.ask(0)
    ahead, later, now = turns.ask(1), turns.ask(1), turns.ask(0)
    turns.hurry(later, 0)
    names = {"first": first, "ahead": ahead, "later": later, "now": now}
    await asyncio.gather(*(work(name, turn) for name, turn in names.items()))
    assert order == ["first", "now", "later", "ahead"]
    assert LAG < 0.2


async def test_a_turn_that_is_given_up_frees_its_place() -> None:
    turns = Turns(1)
    first, second, third = turns.ask(0), turns.ask(0), turns.ask(0)

    async def hold(turn: object, gate: asyncio.Event) -> None:
        async with turns.taken(turn):
            await gate.wait()

    gate = asyncio.Event()
    tasks = [asyncio.create_task(hold(turn, gate)) for turn in (first, second)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    tasks[0].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(30), turns.taken(third):
        pass
