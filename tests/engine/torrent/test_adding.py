"""What may be added, and what is refused in words."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import libtorrent as lt
import pytest

from matinee.downloads.transports.torrent import describe_torrent, parse_magnet
from matinee.downloads.transports.torrent.magnet import check_files
from matinee.errors import Conflict, InvalidInput, MatineeError, NotFound, TooLarge, VolumeOffline
from matinee.models.limits import MAX_TORRENT_FILE, MAX_TORRENT_FILES
from matinee.ports import TransportJob
from tests.support.swarm import KIB, make_payload, make_torrent

from .conftest import Bench

V1, V2 = "ab" * 20, "cd" * 32


@pytest.mark.parametrize(
    ("link", "v1", "v2"),
    [
        (f"magnet:?xt=urn:btih:{V1}&dn=A", V1, ""),
        (f"MAGNET:?xt=urn:btih:{V1.upper()}", V1, ""),
        ("magnet:?xt=urn:btih:" + "VOV2XK5LVOV2XK5LVOV2XK5LVOV2XK5L", V1, ""),
        (f"magnet:?xt=urn:btmh:1220{V2}", "", V2),
        (f"magnet:?xt=urn:btih:{V1}&xt=urn:btmh:1220{V2}", V1, V2),
    ],
)
def test_magnets(link: str, v1: str, v2: str) -> None:
    hashes = parse_magnet(link).hashes
    assert (hashes.v1, hashes.v2) == (v1, v2)


@pytest.mark.parametrize(
    "link",
    [
        "", "magnet:?", "magnet:?dn=name", "magnet:?xt=urn:btih:zz", "magnet:?xt=urn:btih:",
        "magnet:?xt=urn:btmh:1220ab", f"magnet:?xt=urn:sha1:{V1}", "http://example.org/a.torrent",
        f"magnet:?xt=urn:btih:{'0' * 40}", f"magnet:?xt=urn:btih:{V1}&dn={'a' * 20_000}",
    ],
)  # fmt: skip
def test_bad_magnets_are_refused_in_words(link: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_magnet(link)
    assert caught.value.code == "bad_magnet"
    assert caught.value.message.endswith(".")


def test_bad_torrent_files(tmp_path: Path) -> None:
    torrent = make_torrent(make_payload(tmp_path / "film.mkv", 100 * KIB))
    noise = random.Random(3)
    for data in (
        b"", b"d", b"<html>", b"d4:infode", b"d4:info" + b"d" * 5000, torrent.data[:-30],
        b"i" + b"9" * 5000 + b"e", noise.randbytes(5000), b"l" * 200_000,
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as caught:
            describe_torrent(data)
        assert caught.value.code == "bad_torrent"
    for _ in range(300):  # none of them may crash, whatever it says
        data = bytearray(torrent.data)
        for _ in range(8):
            data[noise.randrange(len(data))] = noise.randrange(256)
        with contextlib.suppress(MatineeError):
            describe_torrent(bytes(data))


def test_absurd_sizes() -> None:
    with pytest.raises(TooLarge):
        describe_torrent(b"d" * (MAX_TORRENT_FILE + 1))
    with pytest.raises(TooLarge):
        check_files(MAX_TORRENT_FILES + 1)
    empty = {b"name": b"a", b"piece length": 16384, b"pieces": b"", b"length": 0}
    with pytest.raises(InvalidInput):
        describe_torrent(lt.bencode({b"info": empty}))


def test_a_hundred_thousand_files() -> None:
    files = [
        {b"length": 1, b"path": [b"d%d" % (i % 100), b"%c%d" % (b"fF"[i % 2], i // 2)]}
        for i in range(100_000)
    ]
    info = {
        b"name": b"many", b"piece length": 1 << 20, b"pieces": b"x" * 20, b"files": files,
    }  # fmt: skip
    assert describe_torrent(lt.bencode({b"info": info})).files == 100_000


async def test_a_hundred_thousand_files_are_added(bench: Bench) -> None:
    files = [
        {b"length": 1, b"path": [b"d%d" % (i % 100), b"%c%d" % (b"fF"[i % 2], i // 2)]}
        for i in range(100_000)
    ]
    info = {
        b"name": b"many", b"piece length": 1 << 20, b"pieces": b"x" * 20, b"files": files,
    }  # fmt: skip
    job = TransportJob(
        "d", bench.volume / "Downloads" / "d", metadata=lt.bencode({b"info": info}), paused=True
    )
    await bench.transport.add(job)
    known = bench.told.metadata["d"][1]
    assert len({file.path.casefold() for file in known}) == 100_000
    assert sum(bench.transport.files_done("d")) == 0


async def test_the_same_id_again_is_no_error_the_same_torrent_is(
    bench: Bench, tmp_path: Path
) -> None:
    torrent = make_torrent(make_payload(tmp_path / "film.mkv", 100 * KIB))
    await bench.add(torrent, paused=True)
    await bench.add(torrent, paused=True)
    with pytest.raises(Conflict):
        await bench.add(torrent, "other", paused=True)
    with pytest.raises(Conflict):
        await bench.add(torrent.magnet, "another", paused=True)


async def test_nothing_is_made_where_a_drive_is_missing(bench: Bench, tmp_path: Path) -> None:
    torrent = make_torrent(make_payload(tmp_path / "film.mkv", 100 * KIB))
    gone = tmp_path / "mnt" / "usb"
    with pytest.raises(VolumeOffline):
        await bench.transport.add(
            TransportJob("d", gone / "Downloads" / "d", metadata=torrent.data)
        )
    assert not gone.exists()
    with pytest.raises(NotFound):
        await bench.transport.pause("d")
