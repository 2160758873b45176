"""Two hundred random seeks by two readers, while the rest downloads in the background."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

from .network import Network
from .peers.bare import BareStreamWindow
from .peers.base import Streamer
from .peers.matinee import MatineeStream
from .procs import ForeignLoad, wait_quiet
from .rangeread import Range
from .report import percentile, summed, taken
from .swarm import TRACKER_URL, Swarm
from .torrents import Torrent, from_file

COLUMNS = ["seek_p50_s", "seek_p99_s", "longest_s", "wrong", "finished_s"]
SEEKS, LENGTH = 200, 256 << 10
PEERS: dict[str, type[Streamer]] = {peer.name: peer for peer in (MatineeStream, BareStreamWindow)}


class Reader(threading.Thread):
    """Seeks `count` times and checks every byte against the source."""

    def __init__(self, url: str, source: Path, seed: int, count: int) -> None:
        super().__init__(daemon=True)
        self.url, self.source, self.count = url, source, count
        self.random = random.Random(seed)
        self.took: list[float] = []
        self.wrong = 0

    def run(self) -> None:
        size = self.source.stat().st_size
        with self.source.open("rb") as handle:
            for _ in range(self.count):
                first = self.random.randrange(size - LENGTH)
                started = time.monotonic()
                try:
                    got = Range(self.url, first, LENGTH, keep=True, timeout=60).finish().body
                except (OSError, ValueError):
                    got = b""
                self.took.append(time.monotonic() - started)
                handle.seek(first)
                self.wrong += bytes(got) != handle.read(LENGTH)


def one(name: str, source: Path, torrent: Torrent, work: Path) -> dict:
    peer = PEERS[name](work / "peer")
    sample: dict = {"peer": name, "quiet_before": wait_quiet(patience=8)}
    try:
        peer.prepare()
        load, started = ForeignLoad(), time.monotonic()
        peer.open(torrent, magnet=True)
        url = peer.location(torrent)
        readers = [Reader(url, source, seed, SEEKS // 2) for seed in (1, 2)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(600)
        took = sorted(second for reader in readers for second in reader.took)
        sample |= {
            "seek_p50_s": round(percentile(took, 0.5), 3),
            "seek_p99_s": round(percentile(took, 0.99), 3),
            "longest_s": round(took[-1], 3),
            "wrong": sum(reader.wrong for reader in readers),
            "seeks": len(took),
            "foreign_cores": load.cores(),
        }
        if isinstance(peer, MatineeStream):
            deadline = time.monotonic() + 180
            while time.monotonic() < deadline:
                state = peer.api("GET", f"/api/downloads/{peer.download}")["state"]
                if state in {"verifying", "importing", "completed"}:
                    sample["finished_s"] = round(time.monotonic() - started, 1)
                    break
                time.sleep(0.2)
            else:
                sample["error"] = "the download did not finish"
    except Exception as error:
        sample["error"] = f"{type(error).__name__}: {error} {peer.log_tail()[-300:]}"
    finally:
        peer.clean()
    return sample


def run(work: Path, source: Path, runs: int, piece: int) -> tuple[dict, list[dict], dict]:
    torrent = from_file(source, work, piece, TRACKER_URL)
    samples: list[dict] = []
    with Network(work, shaped=True, delay_ms=5, rate=6_000_000) as network:
        swarm = Swarm(network, work, source.parent, [torrent.path], seeders=3)
        try:
            for turn in range(runs):
                for name in PEERS:
                    samples += taken(lambda name=name: one(name, source, torrent, work), run=turn)
        finally:
            swarm.stop()
    summary = {
        name: {column: summed(samples, column, peer=name) for column in COLUMNS} for name in PEERS
    }
    return {"seeks": SEEKS, "length": LENGTH, "runs": runs}, samples, summary
