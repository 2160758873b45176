"""B3: a finished file over HTTP, to one reader, to twenty, and in small random ranges."""

from __future__ import annotations

import random
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

from .network import Network
from .peers import FILE_SERVERS
from .peers.base import FileServer
from .procs import ForeignLoad, Sampler, wait_quiet
from .rangeread import Range, read_together
from .report import percentile, summed, taken
from .swarm import TRACKER_URL
from .torrents import Torrent, from_file

COLUMNS = [
    "one_mib_s",
    "one_cpu_s_per_gib",
    "twenty_mib_s",
    "twenty_cpu_s_per_gib",
    "random_p50_ms",
    "random_p99_ms",
    "peak_rss_mib",
]
REQUESTS, LENGTH = 500, 64 * 1024


def random_reads(url: str, size: int) -> list[float]:
    generator = random.Random(1)
    parts = urlsplit(url)
    sock: socket.socket | None = None
    took = []
    for _ in range(REQUESTS):
        first = generator.randrange(size - LENGTH)
        for attempt in range(2):
            started = time.perf_counter()
            try:
                if sock is None:
                    sock = socket.create_connection((parts.hostname, parts.port), 60)
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                Range(url, first, LENGTH, sock=sock).finish()
                break
            except ConnectionError:
                sock = None
                if attempt:
                    raise
        took.append((time.perf_counter() - started) * 1000)
    return took


def one(name: str, source: Path, torrent: Torrent, work: Path) -> dict:
    server: FileServer = FILE_SERVERS[name](work / "peer")
    sample: dict = {"peer": name}
    try:
        started = time.monotonic()
        url = server.serve(source, torrent)
        sample["ready_s"] = round(time.monotonic() - started, 2)
        sampler = Sampler(server.process.pid)
        sampler.start()
        gib = torrent.size / 2**30
        share = torrent.size // 20
        for label, ranges in (
            ("one", [(0, torrent.size)]),
            ("twenty", [(number * share, share) for number in range(20)]),
        ):
            sample[f"{label}_quiet_before"] = wait_quiet(patience=8)
            before, load = server.process.cpu(), ForeignLoad()
            took = read_together(url, ranges)
            sample |= {
                f"{label}_mib_s": round(sum(n for _, n in ranges) / took / 2**20, 1),
                f"{label}_cpu_s_per_gib": round((server.process.cpu() - before) / gib, 3),
                f"{label}_foreign_cores": load.cores(),
            }
        took = random_reads(url, torrent.size)
        sample |= {
            "random_p50_ms": round(percentile(took, 0.5), 3),
            "random_p99_ms": round(percentile(took, 0.99), 3),
        }
        sample["peak_rss_mib"] = sampler.finish()["rss"]
    except Exception as error:
        sample["error"] = f"{type(error).__name__}: {error} {server.log_tail()[-300:]}"
    finally:
        server.clean()
    return sample


def run(
    work: Path,
    source: Path,
    peers: list[str],
    runs: int,
    piece: int,
) -> tuple[dict, list[dict], dict]:
    torrent = from_file(source, work, piece, TRACKER_URL)
    samples = []
    with Network(work):
        for turn in range(runs):
            for name in peers if turn % 2 == 0 else peers[::-1]:
                samples += taken(lambda name=name: one(name, source, torrent, work), run=turn)
    summary = {
        name: {column: summed(samples, column, peer=name) for column in COLUMNS} for name in peers
    }
    return {"size": torrent.size, "runs": runs, "peers": peers}, samples, summary
