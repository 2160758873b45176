"""Odd and hostile films: each plays or says why not, in words, and none hangs."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engine.playback.hls.made import complaints, cut, made, probe_packets
from tests.support.films import film, make_film

from matinee.errors import GiveUp, MatineeError
from matinee.playback.hls.index import read_index
from matinee.playback.local import open_file


@pytest.mark.parametrize("kind", ["noise", "playlist", "no_index", "audio"])
async def test_what_cannot_be_cut_is_said(kind: str, tmp_path: Path) -> None:
    path = film(kind)
    with pytest.raises(MatineeError) as caught:
        await cut(path, "fmp4-v0", tmp_path)
    assert caught.value.message.endswith(".") or ":" in caught.value.message


@pytest.mark.parametrize("size", [0, 1, 100])
async def test_almost_nothing(size: int, tmp_path: Path) -> None:
    path = tmp_path / "Film.mkv"
    path.write_bytes(b"\x1a\x45\xdf\xa3".ljust(size, b"\x80")[:size])
    source = await open_file(tmp_path, path.name)
    with pytest.raises(GiveUp):
        await read_index(source)


async def test_a_film_without_an_index(tmp_path: Path) -> None:
    """What was recorded into a pipe has no Cues."""
    path = tmp_path / "Film.mkv"
    data = made("copy.mkv").read_bytes()
    at = data.rindex(b"\x1c\x53\xbb\x6b")
    path.write_bytes(
        data[:at].replace(b"\x53\xab\x84\x1c\x53\xbb\x6b", b"\x53\xab\x84\x1c\x53\xbb\x6c")
    )
    source = await open_file(tmp_path, path.name)
    with pytest.raises(GiveUp) as caught:
        await read_index(source)
    assert caught.value.code == "no_index"
    assert caught.value.hint


async def test_a_film_that_was_cut_off_plays_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "Film.mkv"
    data = made("copy.mkv", more="-cues_to_front 1 -reserve_index_space 4000").read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    pieces = await cut(path, "fmp4-v0-a1aac2", tmp_path)
    whole = (await read_index(await open_file(tmp_path, path.name))).keys
    assert whole
    assert complaints(pieces.path(0)) == ""


async def test_a_hundred_sound_tracks(tmp_path: Path) -> None:
    many = " ".join(["-map 0:v", *["-map 1:a"] * 100])
    path = made("many.mkv", seconds=6, audio="-c:a libmp3lame -b:a 32k", more=many)
    pieces = await cut(path, "fmp4-v0-a100aac2", tmp_path)
    assert complaints(pieces.path(0)) == ""
    assert len(probe_packets(pieces.path(0), "a")) > 100


@pytest.mark.parametrize("name", ["vfr.mkv", "vfr.mp4"])
async def test_a_varying_frame_rate(name: str, tmp_path: Path) -> None:
    path = made(
        name, seconds=14, audio="-c:a aac",
        more="-vf select='if(lt(t,6),not(mod(n,3)),if(lt(t,9),1,not(mod(n,5))))' -vsync vfr",
    )  # fmt: skip
    pieces = await cut(path, "fmp4-v0-a1aac2", tmp_path)
    source = sorted(time for time, _ in probe_packets(path))
    times = sorted(
        time for n in range(len(pieces.segments)) for time, _ in probe_packets(pieces.path(n))
    )
    base = source[0] - times[0]
    assert [time + base for time in times] == pytest.approx(source, abs=0.0025)


async def test_a_film_of_one_picture(tmp_path: Path) -> None:
    path = made("one.mkv", seconds=0.04, audio="-an")
    pieces = await cut(path, "fmp4-v0", tmp_path)
    assert len(pieces.segments) == 1
    assert complaints(pieces.path(0)) == ""


async def test_a_name_that_lies(tmp_path: Path) -> None:
    path = make_film(tmp_path / "Film.mkv", "mp4", 3)
    pieces = await cut(path, "fmp4-v0-a1", tmp_path)
    assert pieces.film.index.container == "mov"
    assert complaints(pieces.path(0)) == ""
