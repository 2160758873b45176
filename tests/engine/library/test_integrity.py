"""Checks of real films: whole, damaged in the middle, cut off, changed, and without a trace."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from tests.support.films import make_film
from tests.support.library import House, until, write

from matinee.errors import NotFound
from matinee.library.files import LibraryFile
from matinee.programs import ffmpeg
from matinee.programs.ffmpeg import Check


async def _in_library(house: House) -> list[LibraryFile]:
    await house.library.scanner.start()
    await house.folder()
    await house.scan()
    await house.library.integrity.start()
    return [await house.library.files.get(str(row["id"])) for row in await house.rows()]


async def _check(house: House, *files: LibraryFile) -> list[LibraryFile]:
    house.library.integrity.check_files([file.id for file in files])
    await asyncio.wait_for(house.library.integrity.wait_idle(), 100)
    return [await house.library.files.get(file.id) for file in files]


async def test_real_films_are_decoded_and_remembered(house: House) -> None:
    house.library.integrity._decode = ffmpeg.check
    make_film(house.root / "Whole (2000).mkv", "mkv")
    make_film(house.root / "Truncated (2001).mkv", "truncated")
    make_film(house.root / "Damaged (2002).mkv", "damaged")
    files = await _in_library(house)
    damaged, truncated, whole = await _check(house, *files)
    assert whole.check_result == "ok"
    assert whole.checksum.startswith("blake2b:")
    assert len(whole.checksum) == 8 + 64
    assert whole.checked_at > 0
    assert damaged.check_result.startswith("damaged: ")
    assert truncated.check_result.startswith("damaged: ")
    assert not damaged.checksum
    status = house.library.integrity.status
    assert (status.running, status.files, status.files_done, status.damaged) == (False, 3, 3, 2)
    assert whole.media_id
    lines = await house.library.listing.history(whole.media_id)
    assert lines[0]["event"] == "checked"


async def test_a_second_check_compares_and_does_not_decode(house: House) -> None:
    path = write(house.root / "Film (2000).mkv", 300_000)
    (file,) = await _in_library(house)
    (file,) = await _check(house, file)
    assert file.check_result == "ok"

    async def never(_path: Path) -> Check:
        raise AssertionError("It was decoded again")

    house.library.integrity._decode = never
    (file,) = await _check(house, file)
    assert file.check_result == "ok"

    # Bits that turn on the disk leave size and time as they were.
    about = path.stat()
    with path.open("r+b") as handle:
        handle.seek(1234)
        handle.write(b"?")
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    (file,) = await _check(house, file)
    assert file.check_result.startswith("damaged: ")
    assert file.checksum.startswith("blake2b:"), "the good checksum is kept to compare with"


async def test_changed_and_missing_files(house: House) -> None:
    changed = write(house.root / "Changed (2000).mkv")
    missing = write(house.root / "Missing (2001).mkv")
    files = await _in_library(house)
    write(changed, 50)
    missing.unlink()
    results = [file.check_result.partition(":")[0] for file in await _check(house, *files)]
    assert results == ["changed", "missing"]


async def test_a_drive_that_is_away_is_no_damage(house: House) -> None:
    write(house.root / "Film (2000).mkv")
    (file,) = await _in_library(house)
    house.root.rename(house.root.parent / "unplugged")
    house.volumes.look_again()
    await until(lambda: not house.volumes.get(file.volume_id).root)
    (file,) = await _check(house, file)
    assert (file.check_result, file.checked_at) == ("", 0)
    (house.root.parent / "unplugged").rename(house.root)


async def test_it_can_be_cancelled_in_the_middle(house: House) -> None:
    write(house.root / "One (2000).mkv")
    write(house.root / "Two (2001).mkv")
    files = await _in_library(house)
    began = asyncio.Event()

    async def endless(_path: Path) -> Check:
        began.set()
        await asyncio.Event().wait()
        return Check(ok=True)

    house.library.integrity._decode = endless
    assert house.library.integrity.check_files([file.id for file in files]) == 2
    await asyncio.wait_for(began.wait(), 30)
    assert house.library.integrity.status.running
    assert house.library.integrity.status.step == "decoding"
    await house.library.integrity.cancel()
    await asyncio.wait_for(house.library.integrity.wait_idle(), 30)
    assert [row["check_result"] for row in await house.rows()] == ["", ""]
    assert not house.library.integrity.status.running


async def test_by_title(house: House) -> None:
    write(house.root / "Film (2000).mkv")
    write(house.root / "Film (2000).de.srt")
    files = await _in_library(house)
    media_id = files[0].media_id
    assert media_id
    assert await house.library.integrity.check_media(media_id) == 2
    await asyncio.wait_for(house.library.integrity.wait_idle(), 30)
    assert [row["check_result"] for row in await house.rows()] == ["ok", "ok"]
    with pytest.raises(NotFound):
        await house.library.integrity.check_media("nothing")
