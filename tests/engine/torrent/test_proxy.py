"""A real SOCKS5 proxy: peers and trackers are reached through it, and never past it."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.swarm import KIB, MIB, Seeder, Tracker, free_port, make_payload, make_torrent

from .conftest import until

BEYOND = "127.0.0.9"
"""Where connections come from that were made by the proxy."""


class Proxy:
    """`microsocks`, which can be ended and started again at the same port."""

    def __init__(self, log: Path) -> None:
        self.port = free_port()
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        argv = ["microsocks", "-i", "127.0.0.1", "-p", str(self.port), "-b", BEYOND]
        with self._log.open("ab") as log:
            try:
                self._process = subprocess.Popen(argv, stdout=log, stderr=log)
            except FileNotFoundError:
                pytest.fail("this test needs: apt-get install microsocks")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def reached(self, port: int) -> bool:
        """Say whether it connected anybody to this port of 127.0.0.1."""
        return f"connected to 127.0.0.1:{port}\n" in self._log.read_text()


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    proxy = Proxy(tmp_path / "proxy.log")
    proxy.start()
    yield proxy
    proxy.stop()


async def test_nothing_goes_past_a_proxy(
    make_bench: Callable[..., Any], tracker: Tracker, proxy: Proxy, tmp_path: Path
) -> None:
    """It works through the proxy, stands still without it, and goes on once it is back."""
    film = make_payload(tmp_path / "seed" / "film.mkv", 4 * MIB)
    torrent = make_torrent(film, piece_size=32 * KIB, trackers=[tracker.url])
    bench = await make_bench(torrent__proxy=f"socks5://127.0.0.1:{proxy.port}")
    with Seeder(film.parent, [torrent], tracker=tracker, rate=200_000) as seeder:
        seen: set[str] = set()

        def connected() -> int:
            peers = seeder.handles[0].get_peer_info()
            seen.update(peer.ip[0] for peer in peers)
            return len(peers)

        await bench.add(torrent)
        await until(lambda: connected() and bench.transport.progress()["d"].done > 100_000)
        assert proxy.reached(seeder.port)
        assert proxy.reached(int(tracker.url.split(":")[2].split("/")[0]))

        proxy.stop()
        await until(lambda: not connected())
        announces = len(tracker.announces)
        job = bench.transport._core.jobs["d"]
        for _ in range(4):
            await bench.transport.pause("d")
            await bench.transport.resume("d")
            job.handle.force_reannounce()
            job.handle.connect_peer(("127.0.0.1", seeder.port))
            await asyncio.sleep(0.7)
            assert not connected()
        assert len(tracker.announces) == announces
        assert bench.told.count("finished") == 0

        seeder.set_rate(0)
        proxy.start()
        await until(connected)
        await bench.finished()
        assert seen == {BEYOND}
    assert bench.file("film.mkv").read_bytes() == film.read_bytes()
