"""Pictures: the user's own, stills of real films, films on their way, the cache."""

from __future__ import annotations

import asyncio
import os
import struct
import subprocess
from pathlib import Path

import pytest
from tests.engine.playback.sources import Arriving, content, until
from tests.support.films import ffmpeg, make_film

from matinee.errors import GiveUp, NotFound, RetryLater, TooLarge
from matinee.playback import artwork, pictures
from matinee.playback.artwork import Artwork, Size, Subject, poster_beside
from matinee.playback.cache import DiskCache
from matinee.playback.local import open_file


async def at_once() -> None:
    """Nobody watches."""


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artwork, "PATIENCE", 60.0)


def size_of(jpeg: bytes) -> tuple[int, int]:
    """Return width and height that the start of frame of a JPEG says."""
    assert jpeg.startswith(b"\xff\xd8")
    at = 2
    while True:
        marker, length = struct.unpack_from(">HH", jpeg, at)
        if 0xFFC0 <= marker <= 0xFFC3:
            height, width = struct.unpack_from(">HH", jpeg, at + 5)
            return width, height
        at += 2 + length


def draw(path: Path, size: str = "600x900", color: str = "red") -> Path:
    ffmpeg("-f", "lavfi", "-i", f"color={color}:size={size}", "-frames:v", "1", path)
    return path


async def test_a_still_in_two_sizes(tmp_path: Path) -> None:
    film = make_film(tmp_path / "Film.mkv", "mkv")
    made = Artwork(tmp_path / "cache", at_once)
    subject = Subject(await open_file(tmp_path, "Film.mkv"), film, 2.0)
    small, large = [await made.picture(subject, size) for size in Size]
    assert size_of(small) == (320, 180)
    assert size_of(large)[0] == 780
    film.unlink()
    assert await made.picture(subject, Size.SMALL) == small
    # Another engine on the same folder finds it as well.
    assert await Artwork(tmp_path / "cache", at_once).picture(subject, Size.LARGE) == large


async def test_the_users_own_poster_comes_first(tmp_path: Path) -> None:
    film = make_film(tmp_path / "Film.mkv", "mkv")
    draw(tmp_path / "Poster.JPG")
    subject = Subject(await open_file(tmp_path, "Film.mkv"), film, 2.0)
    picture = await Artwork(tmp_path / "cache", at_once).picture(subject, Size.SMALL)
    assert size_of(picture) == (320, 480)


async def test_a_damaged_poster_gives_way_to_a_still(tmp_path: Path) -> None:
    film = make_film(tmp_path / "Film.mkv", "mkv")
    (tmp_path / "poster.jpg").write_bytes(b"\xff\xd8\xff" + content(1000))
    subject = Subject(await open_file(tmp_path, "Film.mkv"), film, 2.0)
    picture = await Artwork(tmp_path / "cache", at_once).picture(subject, Size.SMALL)
    assert size_of(picture) == (320, 180)


async def test_no_picture_is_said_and_not_tried_again_and_again(tmp_path: Path) -> None:
    film = tmp_path / "Film.mkv"
    film.write_bytes(content(1000))
    made = Artwork(tmp_path / "cache", at_once)
    subject = Subject(await open_file(tmp_path, "Film.mkv"), film, 2.0)
    for _ in range(2):
        with pytest.raises(NotFound):
            await made.picture(subject, Size.SMALL)
    make_film(film, "mkv")
    with pytest.raises(NotFound):
        await made.picture(subject, Size.SMALL)


async def test_made_once_for_many_and_not_while_somebody_watches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artwork, "PATIENCE", 0.05)
    film = make_film(tmp_path / "Film.mkv", "mkv")
    watching = asyncio.Event()

    async def quiet() -> None:
        await watching.wait()

    made = Artwork(tmp_path / "cache", quiet)
    subject = Subject(await open_file(tmp_path, "Film.mkv"), film, 2.0)
    answers = await asyncio.gather(
        *(made.picture(subject, Size.SMALL) for _ in range(10)), return_exceptions=True
    )
    assert all(isinstance(answer, RetryLater) and answer.after for answer in answers)
    assert len(made._jobs) == 1
    watching.set()
    await until(lambda: not made._jobs)
    assert await made.picture(subject, Size.SMALL)
    await made.stop()


async def test_stopping_ends_what_is_under_way(tmp_path: Path) -> None:
    film = make_film(tmp_path / "Film.mkv", "mkv")

    async def never() -> None:
        await asyncio.Event().wait()

    made = Artwork(tmp_path / "cache", never)
    subject = Subject(await open_file(tmp_path, "Film.mkv"), film, 2.0)
    asking = asyncio.ensure_future(made.picture(subject, Size.SMALL))
    await until(lambda: made._jobs)
    await made.stop()
    with pytest.raises(NotFound):
        await asking


async def test_a_film_on_its_way_only_from_what_is_here(tmp_path: Path) -> None:
    path = make_film(tmp_path / "Film.mp4", "mp4", 20, 8_000_000)
    source = Arriving(path.read_bytes(), "Film.mp4")
    assert source.size > 12_000_000
    made = Artwork(tmp_path / "cache", at_once)
    source.release(0, 100_000)
    with pytest.raises(NotFound):
        await made.picture(Subject(source, None, 20.0), Size.SMALL)
    assert source.wanted == []
    source.release(0, source.size * 3 // 4)
    source.etag = "arriving-2"
    picture = await made.picture(Subject(source, None, 20.0), Size.SMALL)
    assert size_of(picture) == (320, 180)
    assert all(offset < source.size * 3 // 4 for offset, _ in source.wanted)
    assert set(source.background) == {True}
    await until(lambda: source.open_readers == 0)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["Film.mkv"], None),
        (["Film.mkv", "poster.jpg"], "poster.jpg"),
        (["Film.mkv", "Folder.PNG"], "Folder.PNG"),
        (["Film.mkv", "cover.webp", "poster.png"], "poster.png"),
        (["Film.mkv", "Film.jpg", "poster.jpg"], "Film.jpg"),
        (["Film.mkv", "film-poster.jpg", "film.jpg"], "film-poster.jpg"),
        (["Film.mkv", "Film-thumb.jpg"], "Film-thumb.jpg"),
        (["Film.mkv", "Other.mkv", "folder.jpg"], None),
        (["Film.mkv", "Other.jpg"], None),
        (["Film.mkv", "poster.gif", "poster.svg"], None),
    ],
)
def test_poster_beside(tmp_path: Path, names: list[str], found: str | None) -> None:
    for name in names:
        (tmp_path / name).touch()
    place = poster_beside(tmp_path / "Film.mkv")
    assert (place.name if place else None) == found


def test_a_poster_that_is_a_link_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "Film.mkv").touch()
    (tmp_path / "poster.jpg").symlink_to("/etc/passwd")
    assert poster_beside(tmp_path / "Film.mkv") is None
    assert poster_beside(tmp_path / "away" / "Film.mkv") is None


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
async def test_scaled(tmp_path: Path, ending: str) -> None:
    path = draw(tmp_path / f"p.{ending}", "1000x1500")
    assert size_of(await pictures.scaled(path, 320)) == (320, 480)
    assert size_of(await pictures.scaled(draw(tmp_path / "s.png", "100x150"), 320)) == (100, 150)


async def test_what_is_no_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.jpg"
    for data in (b"", b"#EXTM3U\nhttp://127.0.0.1/", b"<svg/>", b"RIFF0000WAVE", b"\xff\xd8\xff"):
        path.write_bytes(data)
        with pytest.raises(GiveUp):
            await pictures.scaled(path, 320)
    monkeypatch.setattr(pictures, "MAX_FILE", 10)
    path.write_bytes(b"\xff\xd8\xff" + bytes(100))
    with pytest.raises(TooLarge):
        await pictures.scaled(path, 320)
    with pytest.raises(NotFound):
        await pictures.scaled(tmp_path / "away.jpg", 320)


def test_the_cache_drops_what_was_used_longest_ago(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "cache", 1000, ".x")
    for number in range(6):
        cache.put(f"k{number}", bytes([number]) * 150)
        path = cache._path(f"k{number}")
        os.utime(path, (number, number))
    assert cache.get("k0") == bytes(150)
    cache.put("k6", b"\6" * 150)
    assert cache.get("k1") is None
    assert cache.get("k0") is not None
    assert cache.get("k6") is not None
    assert sum(entry.stat().st_size for entry in os.scandir(tmp_path / "cache")) <= 1000
    cache.put("too large", bytes(500))
    assert cache.get("too large") is None


def test_a_cache_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    cache = DiskCache(tmp_path / "cache", 1000, ".x")
    cache.put("k", b"v")
    assert cache.get("k") is None


def test_ffprobe_reads_our_pictures(tmp_path: Path) -> None:
    """The helper `size_of` agrees with ffprobe."""
    path = draw(tmp_path / "p.jpg", "120x80")
    shown = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", path],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout.strip()  # fmt: skip
    assert shown == "120,80"
    assert size_of(path.read_bytes()) == (120, 80)
