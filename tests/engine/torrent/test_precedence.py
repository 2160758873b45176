"""A film that somebody watches comes first; the others go on afterwards, within their limits."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from matinee import settings as keys
from matinee.downloads.transports.torrent import precedence
from matinee.downloads.transports.torrent.job import GIVING_WAY
from tests.support.swarm import KIB, MIB, Seeder, Torrent, Tracker, make_payload, make_torrent

from .conftest import Bench, until

LINE = 1_500_000
LIMIT = 1_200_000


@pytest.fixture
def films(tmp_path: Path, tracker: Tracker) -> list[Torrent]:
    """One that is watched, and another that wants the line as well."""
    return [
        make_torrent(
            make_payload(tmp_path / "seed" / name, size, seed=size),
            piece_size=64 * KIB,
            trackers=[tracker.url],
        )
        for name, size in (("watched.mkv", 6 * MIB), ("other.mkv", 12 * MIB))
    ]


async def test_others_give_way_while_a_reader_is_hungry(
    bench: Bench, tracker: Tracker, films: list[Torrent]
) -> None:
    """Both share one line; the limit of a user holds again as soon as nobody waits."""
    bench.settings.update({keys.RATE_DOWN.key: LINE})
    await bench.transport.apply_settings()
    jobs = bench.transport._core.jobs
    whole = (films[0].folder / "watched.mkv").read_bytes()
    with Seeder(films[0].folder, films, tracker=tracker):
        await bench.add(films[1], "other", rate_limit_down=LIMIT)
        await until(lambda: bench.transport.progress()["other"].done > 200_000)
        assert jobs["other"].handle.download_limit() == LIMIT
        await bench.add(films[0], "watched")
        reader = bench.transport.open("watched", 0).reader()
        at = len(await reader.read(0, 1000))
        await until(lambda: jobs["other"].handle.download_limit() == GIVING_WAY)
        began, before = time.monotonic(), bench.transport.progress()["other"].done
        while at < len(whole):
            data = await reader.read(at, len(whole) - at)
            assert bytes(data) == whole[at : at + len(data)]
            at += len(data)
        took = time.monotonic() - began
        gained = bench.transport.progress()["other"].done - before
        assert gained < MIB + 2 * GIVING_WAY * took
        await bench.transport.set_rate_limits("other", LIMIT + 1, 0)
        await reader.close()
        await until(lambda: jobs["other"].handle.download_limit() == LIMIT + 1)
        await bench.finished("watched")
        await bench.transport.set_rate_limits("other", 0, 0)
        bench.settings.update({keys.RATE_DOWN.key: 0})
        await bench.transport.apply_settings()
        await bench.finished("other")


async def test_one_that_receives_nothing_holds_nobody_back_for_long(
    bench: Bench,
    tracker: Tracker,
    films: list[Torrent],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A player that waits for a film which nobody has does not stop what others have."""
    monkeypatch.setattr(precedence, "HOPE_SECONDS", 2.0)
    lonely = make_torrent(make_payload(tmp_path / "gone.mkv", MIB), piece_size=64 * KIB)
    with Seeder(films[1].folder, [films[1]], tracker=tracker, rate=LINE) as seeder:
        await bench.add(lonely, "lonely")
        await bench.add(films[1], "other")
        other = bench.transport._core.jobs["other"]
        reader = bench.transport.open("lonely", 0).reader()
        waiting = asyncio.create_task(reader.read(0, 1000))
        await until(lambda: other.handle.download_limit() == GIVING_WAY, "the other to give way")
        await until(lambda: other.handle.download_limit() <= 0, "the other to go on")
        seeder.set_rate(0)
        await bench.finished("other")
        assert not waiting.done()
        waiting.cancel()
        await asyncio.wait([waiting])
        await reader.close()
