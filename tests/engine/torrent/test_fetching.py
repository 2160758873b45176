"""From a magnet link or torrent file to a finished, verified file."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.support.swarm import KIB, MIB, Seeder, Torrent, Tracker, make_payload, make_torrent

from .conftest import Bench, until


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Two files: libtorrent makes a v2 torrent of one file out of a folder that has one."""
    folder = tmp_path / "seed" / "Film (1999)"
    make_payload(folder / "film.nfo", 1000, seed=2)
    return make_payload(folder / "film.mkv", 3 * MIB + 17).parent


@pytest.mark.parametrize("version", ["v1", "v2", "hybrid"])
async def test_a_magnet_becomes_files(
    bench: Bench, tracker: Tracker, film: Path, version: str
) -> None:
    torrent = make_torrent(film, version=version, trackers=[tracker.url])
    with Seeder(film.parent, [torrent], tracker=tracker):
        await bench.add(torrent.magnet)
        await bench.finished()
    name, files, hashes, metadata = bench.told.metadata["d"]
    assert name == "Film (1999)"
    assert [f.path for f in files if not f.is_padding] == [
        "Film (1999)/film.mkv",
        "Film (1999)/film.nfo",
    ]
    assert (hashes.v1, hashes.v2) == (torrent.info_hash_v1, torrent.info_hash_v2)
    got = bench.file("Film (1999)/film.mkv").read_bytes()
    assert got == (film / "film.mkv").read_bytes()
    again = Torrent("again", film.parent, metadata, ())
    assert (again.info_hash_v1, again.info_hash_v2) == (hashes.v1, hashes.v2)
    progress = bench.transport.progress()["d"]
    assert progress.done == progress.wanted == 3 * MIB + 1017
    assert bench.transport.files_done("d")[0] == 3 * MIB + 17
    order = [event for event, _ in bench.told.events]
    assert order.index("metadata_known") < order.index("started") < order.index("finished")
    await until(lambda: "d" in bench.told.resume)


async def test_a_magnet_in_base32(bench: Bench, tracker: Tracker, film: Path) -> None:
    torrent = make_torrent(film, version="v1", trackers=[tracker.url])
    short = base64.b32encode(bytes.fromhex(torrent.info_hash_v1)).decode()
    with Seeder(film.parent, [torrent], tracker=tracker):
        await bench.add(torrent.magnet.replace(torrent.info_hash_v1, short))
        await bench.finished()


async def test_a_torrent_file(bench: Bench, tracker: Tracker, film: Path) -> None:
    torrent = make_torrent(film, trackers=[tracker.url], piece_size=16 * KIB)
    with Seeder(film.parent, [torrent], tracker=tracker):
        await bench.add(torrent)
        await bench.finished()
    assert bench.told.metadata["d"][3] == torrent.data
    source = bench.transport.open("d", 0)
    await until(lambda: source.finished_path is not None)
    assert source.finished_path.read_bytes() == (film / "film.mkv").read_bytes()
