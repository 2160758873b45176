"""B4: what a daemon costs while nothing happens, and how soon it answers after a start."""

from __future__ import annotations

import time
from pathlib import Path

from .network import Network
from .peers import DAEMONS
from .procs import ForeignLoad, descendants, memory, wait_quiet
from .report import summed, taken
from .swarm import TRACKER_URL
from .torrents import invented

COLUMNS = [
    "start_empty_s",
    "rss_empty_mib",
    "cpu_empty_percent",
    "rss_fifty_mib",
    "anon_fifty_mib",
    "cpu_fifty_percent",
    "start_fifty_s",
]


def idle(peer: object, seconds: float) -> tuple[float, float, float]:
    before, started = peer.process.cpu(), time.monotonic()
    time.sleep(seconds)
    used = (peer.process.cpu() - before) / (time.monotonic() - started)
    sizes = [memory(pid) for pid in descendants(peer.process.pid)]
    return (
        sum(size.get("rss", 0) for size in sizes),
        sum(size.get("anon", 0) for size in sizes),
        used * 100,
    )


def one(name: str, torrents: list, work: Path, seconds: float) -> dict:
    peer = DAEMONS[name](work / "peer")
    sample: dict = {"peer": name, "quiet_before": wait_quiet(patience=8)}
    try:
        started = time.monotonic()
        peer.start()
        sample["start_empty_s"] = round(time.monotonic() - started, 3)
        load = ForeignLoad()
        time.sleep(3)
        rss, anon, cpu = idle(peer, seconds)
        sample |= {
            "rss_empty_mib": round(rss, 1),
            "anon_empty_mib": round(anon, 1),
            "cpu_empty_percent": round(cpu, 3),
        }
        peer.add_paused(torrents)
        time.sleep(3)
        rss, anon, cpu = idle(peer, seconds)
        sample |= {
            "rss_fifty_mib": round(rss, 1),
            "anon_fifty_mib": round(anon, 1),
            "cpu_fifty_percent": round(cpu, 3),
            "foreign_cores": load.cores(),
        }
        if name != "aria2c 1.36.0":  # which forgets its list unless told to keep one
            peer.stop()
            started = time.monotonic()
            peer.start()
            sample["start_fifty_s"] = round(time.monotonic() - started, 3)
            peer.wait(lambda: peer.list_all() == len(torrents), every=0.01)
            sample["start_fifty_listed_s"] = round(time.monotonic() - started, 3)
    except Exception as error:
        sample["error"] = f"{type(error).__name__}: {error} {peer.log_tail()[-300:]}"
    finally:
        peer.clean()
    return sample


def run(
    work: Path,
    peers: list[str],
    runs: int,
    seconds: float = 30.0,
) -> tuple[dict, list[dict], dict]:
    folder = work / "invented"
    folder.mkdir(exist_ok=True)
    torrents = [invented(number, folder, TRACKER_URL) for number in range(50)]
    samples = []
    with Network(work):
        for turn in range(runs):
            for name in peers if turn % 2 == 0 else peers[::-1]:
                samples += taken(lambda name=name: one(name, torrents, work, seconds), run=turn)
    summary = {
        name: {
            column: summed(samples, column, peer=name)
            for column in [*COLUMNS, "start_fifty_listed_s", "anon_empty_mib"]
        }
        for name in peers
    }
    return {"runs": runs, "seconds": seconds, "peers": peers}, samples, summary
