"""Names of a torrent are hostile: nothing leaves the folder, nothing collides, all is fetched."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import libtorrent as lt
import pytest

from matinee.ports import TransportJob
from tests.support.swarm import KIB, Seeder, Torrent, Tracker, make_payload

from .conftest import Bench, until

PIECE = 16 * KIB
PATHS: list[list[bytes]] = [
    [b"..", b"..", b"escape.mkv"],
    [b"/etc", b"absolute.mkv"],
    [b"C:\\Windows\\system.mkv"],
    [b"C:", b"drive.mkv"],
    [b"nul\0byte.mkv"],
    [b"CON"],
    [b"aux.txt"],
    [b"x" * 300 + b".mkv"],
    [b"broken\xff\xfe.mkv"],
    [b"Twin.mkv"],
    [b"twin.mkv"],
    ["é.mkv".encode()],
    [unicodedata.normalize("NFD", "é.mkv").encode()],
    [b"trailing. ", b"dots..."],
    [b"file"],
    [b"file", b"inside.mkv"],
    [b".matinee-volume"],
    [b"a\nb\x1b[31m.mkv"],
    ["gpj.\u202eexe".encode()],
]


def hostile_torrent(folder: Path, tracker: str, name: bytes) -> tuple[Torrent, bytes]:
    """Return a v1 torrent whose files have these names, and its whole content."""
    content = make_payload(folder / "content", 1000 * len(PATHS)).read_bytes()
    pieces = b"".join(
        lt.sha1_hash(__import__("hashlib").sha1(content[at : at + PIECE]).digest()).to_bytes()
        for at in range(0, len(content), PIECE)
    )
    info = {
        b"name": name,
        b"piece length": PIECE,
        b"pieces": pieces,
        b"files": [{b"length": 1000, b"path": path} for path in PATHS],
    }
    data = lt.bencode({b"announce": tracker.encode(), b"info": info})
    return Torrent("hostile", folder, data, (tracker,)), content


@pytest.mark.parametrize("name", [b"..", b"/", b"film", b"a/../../b", b"NUL", b"", b"\xff"])
async def test_hostile_names(bench: Bench, tracker: Tracker, tmp_path: Path, name: bytes) -> None:
    torrent, content = hostile_torrent(tmp_path / "seed", tracker.url, name)
    outside_before = listing(tmp_path, bench.volume)
    # The seeder keeps every file under a plain name of its own.
    params = lt.load_torrent_buffer(torrent.data)
    seeding = Seeder(tmp_path / "seed", [torrent], tracker=tracker)
    seeding.renamed = {index: f"plain/{index}" for index in range(len(PATHS))}
    for index in range(len(PATHS)):
        path = tmp_path / "seed" / "plain" / str(index)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content[index * 1000 : (index + 1) * 1000])
    assert params.ti.num_files() == len(PATHS)
    with seeding:
        outside_before = listing(tmp_path, bench.volume)
        job = TransportJob(
            "d", bench.volume / "Downloads" / "d",
            source=torrent.magnet if name == b"film" else "",
            metadata=b"" if name == b"film" else torrent.data,
        )  # fmt: skip
        await bench.transport.add(job)
        await bench.finished()
    files = bench.told.metadata["d"][1]
    assert len({unicodedata.normalize("NFC", f.path).casefold() for f in files}) == len(PATHS)
    root = bench.volume / "Downloads" / "d"
    for file in files:
        path = root / file.path
        assert not os.path.isabs(file.path)
        assert ".." not in file.path.split("/")
        assert all(len(part.encode()) <= 255 for part in file.path.split("/"))
        assert os.path.realpath(path).startswith(os.path.realpath(root) + "/")
        assert path.read_bytes() == content[file.index * 1000 : (file.index + 1) * 1000]
        source = bench.transport.open("d", file.index)
        await until(lambda source=source: source.finished_path is not None)
    assert listing(tmp_path, bench.volume) == outside_before
    assert sum(path.is_file() for path in root.rglob("*")) == len(PATHS)


def listing(root: Path, without: Path) -> set[str]:
    return {
        str(path)
        for path in root.rglob("*")
        if not path.is_relative_to(without) and path.name != "session"
    }
