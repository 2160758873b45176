"""Drives that fill up or fail, and peers that send nonsense."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from matinee.downloads.transports.torrent.failures import disk_failure
from matinee.errors import AskUser, NoSpace, RetryLater, VolumeOffline
from tests.support.swarm import KIB, MIB, Seeder, Tracker, make_payload, make_torrent

from .conftest import Bench, until


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return make_payload(tmp_path / "seed" / "film.mkv", 6 * MIB)


def as_root(*argv: str) -> None:
    command = argv if os.geteuid() == 0 else ("sudo", "-n", *argv)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"this test needs: sudo {' '.join(argv)}\n{done.stderr}")


@pytest.fixture
def small_drive(tmp_path: Path) -> Iterator[Path]:
    drive = tmp_path / "drive"
    drive.mkdir()
    as_root("mount", "-t", "tmpfs", "-o", f"size=8m,uid={os.getuid()},mode=0755", "tmpfs",
            str(drive))  # fmt: skip
    yield drive
    as_root("umount", "-l", str(drive))


async def test_a_full_drive_and_what_follows(
    make_bench: Callable[..., Any], tracker: Tracker, film: Path, small_drive: Path
) -> None:
    """It fails with the next step; once there is space, nothing unwritten is believed."""
    bench = await make_bench(small_drive)
    ballast = make_payload(small_drive / "ballast", 5 * MIB)
    torrent = make_torrent(film, piece_size=64 * KIB, trackers=[tracker.url])
    with Seeder(film.parent, [torrent], tracker=tracker):
        await bench.add(torrent)
        await until(lambda: "d" in bench.told.errors)
        error = bench.told.errors.pop("d")
        assert isinstance(error, NoSpace)
        assert error.hint
        assert bench.told.count("finished") == 0
        ballast.unlink()
        await bench.transport.resume("d")
        await bench.finished()
    assert bench.told.count("failed") == 1
    assert bench.file("film.mkv").read_bytes() == film.read_bytes()


async def test_a_folder_that_vanished_is_not_made_anew(
    bench: Bench, tracker: Tracker, film: Path
) -> None:
    torrent = make_torrent(film, piece_size=64 * KIB, trackers=[tracker.url])
    with Seeder(film.parent, [torrent], tracker=tracker, rate=300_000):
        await bench.add(torrent)
        await until(lambda: bench.transport.progress()["d"].done > 100_000)
        await bench.transport.pause("d")
        await until(lambda: bench.transport.progress()["d"].peers == 0)
        shutil.rmtree(bench.volume)
        with pytest.raises(VolumeOffline):
            await bench.transport.resume("d")
        await asyncio.sleep(1)
    assert not bench.volume.exists()


async def test_a_running_one_stops_when_its_folder_goes(
    bench: Bench, tracker: Tracker, film: Path
) -> None:
    torrent = make_torrent(film, piece_size=64 * KIB, trackers=[tracker.url])
    with Seeder(film.parent, [torrent], tracker=tracker, rate=300_000):
        await bench.add(torrent)
        await until(lambda: bench.transport.progress()["d"].done > 100_000)
        bench.volume.rename(bench.volume.with_name("pulled"))
        await until(lambda: "d" in bench.told.errors)
    assert isinstance(bench.told.errors["d"], VolumeOffline)


@pytest.mark.parametrize(
    ("number", "kind", "code"),
    [
        (28, NoSpace, "no_space"),
        (122, NoSpace, "no_space"),
        (5, VolumeOffline, "volume_offline"),
        (19, VolumeOffline, "volume_offline"),
        (30, VolumeOffline, "volume_offline"),
        (27, AskUser, "file_too_large"),
        (13, AskUser, "no_permission"),
        (4, RetryLater, "disk_error"),
    ],
)
def test_errors_say_what_to_do(number: int, kind: type, code: str) -> None:
    error = disk_failure(number, "system", os.strerror(number), "film.mkv")
    assert isinstance(error, kind)
    assert error.code == code
    assert error.hint or kind is RetryLater


async def test_damaged_pieces_are_never_served(
    bench: Bench, tracker: Tracker, film: Path, tmp_path: Path
) -> None:
    """One of two seeders sends wrong bytes for every eighth piece.

    Not more of them: peers whose blocks are mixed with its own fall under suspicion too.
    """
    torrent = make_torrent(film, piece_size=64 * KIB, version="v1", trackers=[tracker.url])
    bad = tmp_path / "bad"
    bad.mkdir()
    data = bytearray(film.read_bytes())
    with (
        Seeder(film.parent, [torrent], tracker=tracker, rate=1_000_000),
        Liar(bad, [torrent], tracker=tracker, rate=1_000_000, content=data, host="127.0.0.2"),
    ):
        await bench.add(torrent)
        reader = bench.transport.open("d", 0).reader()
        whole, at = film.read_bytes(), 0
        while at < len(whole):
            got = bytes(await reader.read(at, 100_000))
            assert got == whole[at : at + len(got)]
            at += len(got)
        await reader.close()
        await bench.finished()
    assert bench.file("film.mkv").read_bytes() == film.read_bytes()


class Liar(Seeder):
    """Has its files checked, then changes them beneath."""

    def __init__(self, *args: Any, content: bytearray, **more: Any) -> None:
        super().__init__(*args, **more)
        self._content = content
        (self.folder / "film.mkv").write_bytes(content)

    def __enter__(self) -> Self:
        super().__enter__()
        for at in range(0, len(self._content), 512 * KIB):
            self._content[at : at + 1000] = bytes(1000)
        with (self.folder / "film.mkv").open("r+b") as file:
            file.write(self._content)
        return self
