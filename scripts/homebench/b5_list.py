"""B5: the list of 500 torrents, asked for by one page, while idle and while downloading."""

from __future__ import annotations

import time
from pathlib import Path

from .network import Network
from .peers import DAEMONS
from .procs import ForeignLoad, memory, wait_quiet
from .report import percentile, summed, taken
from .swarm import TRACKER_URL, Swarm
from .torrents import Torrent, from_file, invented

COLUMNS = ["idle_p50_ms", "idle_p99_ms", "busy_p50_ms", "busy_p99_ms", "rss_mib"]
REQUESTS = 200


def timings(peer: object, count: int, expected: int, until: object = None) -> list[float]:
    took = []
    while len(took) < count and not (until and until()):
        started = time.perf_counter()
        got = peer.list_all()
        took.append((time.perf_counter() - started) * 1000)
        if got != expected:
            raise ValueError(f"{got} of {expected}")
    return took


def one(name: str, torrents: list[Torrent], large: Torrent, work: Path) -> dict:
    peer = DAEMONS[name](work / "peer")
    sample: dict = {"peer": name, "quiet_before": wait_quiet(patience=8)}
    try:
        peer.start()
        started = time.monotonic()
        peer.add_paused(torrents)
        sample["add_500_s"] = round(time.monotonic() - started, 2)
        time.sleep(4)
        load = ForeignLoad()
        took = timings(peer, REQUESTS, len(torrents))
        sample |= {
            "idle_p50_ms": round(percentile(took, 0.5), 2),
            "idle_p99_ms": round(percentile(took, 0.99), 2),
        }
        peer.add(large)
        time.sleep(1)
        took = timings(peer, REQUESTS, len(torrents) + 1, until=lambda: peer.complete(large))
        if len(took) > 20:
            sample |= {
                "busy_p50_ms": round(percentile(took, 0.5), 2),
                "busy_p99_ms": round(percentile(took, 0.99), 2),
            }
        sample |= {
            "busy_requests": len(took),
            "foreign_cores": load.cores(),
            "rss_mib": round(memory(peer.process.pid).get("rss", 0), 1),
        }
    except Exception as error:
        sample["error"] = f"{type(error).__name__}: {error} {peer.log_tail()[-300:]}"
    finally:
        peer.clean()
    return sample


def run(
    work: Path,
    source: Path,
    peers: list[str],
    runs: int,
    piece: int,
) -> tuple[dict, list[dict], dict]:
    folder = work / "invented"
    folder.mkdir(exist_ok=True)
    torrents = [invented(number, folder, TRACKER_URL) for number in range(500)]
    large = from_file(source, work, piece, TRACKER_URL)
    samples = []
    with Network(work) as network:
        swarm = Swarm(network, work, source.parent, [large.path])
        try:
            for turn in range(runs):
                for name in peers if turn % 2 == 0 else peers[::-1]:
                    samples += taken(lambda name=name: one(name, torrents, large, work), run=turn)
        finally:
            swarm.stop()
    summary = {
        name: {column: summed(samples, column, peer=name) for column in [*COLUMNS, "add_500_s"]}
        for name in peers
    }
    return {"runs": runs, "requests": REQUESTS, "peers": peers}, samples, summary
