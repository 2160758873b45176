"""Bytes that are no text, an interface that comes back, a filter that is gone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import libtorrent as lt
import pytest

from matinee import settings as keys
from matinee.downloads.transports.torrent.magnet import (
    describe_torrent,
    magnet_params,
    parse_magnet,
    torrent_params,
)
from matinee.downloads.transports.torrent.session import make_filter
from tests.support.swarm import Seeder, Tracker, make_payload, make_torrent

HASH = "896490380e74b5e1872bf146443e01d20b1e3232"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return make_payload(tmp_path / "seed" / "film.mkv", 1 << 20)


def torrent(**head: object) -> bytes:
    info = {b"name": b"film.mkv", b"piece length": 16384, b"length": 9, b"pieces": b"a" * 20}
    return lt.bencode({name.replace("_", "-").encode(): value for name, value in head.items()}
                      | {b"info": info})  # fmt: skip


def test_a_magnet_whose_name_is_no_text() -> None:
    link = f"magnet:?xt=urn:btih:{HASH}&dn=%ff%fe&tr=http%3a%2f%2f%ff/a&tr=http://ok/announce"
    assert parse_magnet(link).hashes.v1 == HASH
    assert list(magnet_params(link).trackers) == ["http://ok/announce"]


@pytest.mark.parametrize(
    ("head", "trackers"),
    [
        ({"announce": b"http://\xff/a"}, []),
        ({"announce": b"http://\xff/a", "announce_list": [[b"http://\xfe/"], [b"http://ok/a"]]},
         ["http://ok/a"]),
        ({"announce": b"http://ok/a", "announce_list": [[b"http://\xff/", b"http://ok/b"]]},
         ["http://ok/b"]),
        ({"announce": b"http://ok/a"}, ["http://ok/a"]),
        ({"announce_list": 7}, []),
    ],
)  # fmt: skip
def test_trackers_that_are_no_text(head: dict[str, object], trackers: list[str]) -> None:
    data = torrent(**head)
    assert list(torrent_params(data).trackers) == trackers
    assert describe_torrent(data).name == "film.mkv"


def test_filter_lines_that_are_no_ranges_are_left_out() -> None:
    found = make_filter("1.2.3.4-::1\n1.2.3.9-1.2.3.1\nwords\n5.6.7.0/24")
    assert found.access("1.2.3.5") == 0
    assert found.access("5.6.7.8") == 1


async def test_an_interface_that_comes_back(
    make_bench: Callable[..., Any], tracker: Tracker, film: Path
) -> None:
    bench = await make_bench(torrent__interface="nope0")
    assert bench.transport._core.session.is_paused()
    with Seeder(film.parent, [made := make_torrent(film, trackers=[tracker.url])], tracker=tracker):
        await bench.add(made)
        bench.settings.update({keys.INTERFACE.key: "lo"})
        await bench.transport.apply_settings()
        assert not bench.transport._core.session.is_paused()
        await bench.finished()


async def test_torrents_stand_still_while_the_filter_cannot_be_read(
    make_bench: Callable[..., Any], tracker: Tracker, film: Path, tmp_path: Path
) -> None:
    gone = tmp_path / "gone.txt"
    bench = await make_bench(torrent__ip_filter=str(gone))
    assert bench.transport._core.session.is_paused()
    with Seeder(film.parent, [made := make_torrent(film, trackers=[tracker.url])], tracker=tracker):
        await bench.add(made)
        gone.write_text("9.9.9.9\n")
        await bench.transport.apply_settings()
        await bench.finished()
