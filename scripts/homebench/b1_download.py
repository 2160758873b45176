"""B1: one seeder at full speed, one leecher, one large file of random bytes."""

from __future__ import annotations

import os
import time
from pathlib import Path

from .network import Network
from .peers import DOWNLOADERS
from .procs import ForeignLoad, Sampler, wait_quiet, warm_memory
from .report import summed, taken
from .swarm import TRACKER_URL, Swarm
from .torrents import Torrent, from_file

COLUMNS = ["wall_s", "cpu_s_per_gib", "peak_rss_mib", "peak_anon_mib", "seeder_cpu_s_per_gib"]


def one(
    name: str, torrent: Torrent, swarm: Swarm, work: Path, *, tcp: bool, timeout: float
) -> dict:
    os.sync()
    quiet = wait_quiet()
    warm_memory(work, torrent.size + (512 << 20))
    swarm.ask("reset")
    before = swarm.ask()[0]["uploaded"]
    peer = DOWNLOADERS[name](work / "peer", tcp=tcp)
    sample: dict = {"peer": name, "quiet_before": quiet}
    try:
        if not peer.boots_in_run:
            peer.start()
        cpu_before = peer.process.cpu() if peer.process else 0.0
        seeder_before = swarm.cpu()
        load = ForeignLoad()
        started = time.monotonic()
        peer.add(torrent)
        sampler = Sampler(peer.process.pid)
        sampler.start()
        cpu, kinds = 0.0, set()
        seen = None
        while True:
            cpu = max(cpu, peer.process.cpu())
            answered = peer.complete(torrent)
            now = time.monotonic()
            state = swarm.ask()[0]
            kinds.update(state["kinds"])
            seen = seen or state["complete"].get(torrent.info_hash)
            if answered:
                break
            if now - started > timeout:
                sample["error"] = f"not complete after {timeout} s"
                return sample
            time.sleep(0.05)
        if peer.process.child.returncode is None:
            cpu = max(cpu, peer.process.cpu())
        elif peer.process.child.returncode:
            sample["error"] = f"exit {peer.process.child.returncode}: {peer.log_tail()}"
        peak = sampler.finish()
        gib = torrent.size / 2**30
        finished = min(seen or now, now)
        sample |= {
            "wall_s": round(finished - started, 3),
            "api_s": round(now - started, 3),
            "seen_by_seeder": seen is not None,
            "cpu_s_per_gib": round((cpu - cpu_before) / gib, 3),
            "seeder_cpu_s_per_gib": round((swarm.cpu() - seeder_before) / gib, 3),
            "peak_rss_mib": peak["rss"],
            "peak_anon_mib": peak["anon"],
            "sent_gib": round((swarm.ask()[0]["uploaded"] - before) / 2**30, 3),
            "transport": sorted(kinds),
            "foreign_cores": load.cores(),
        }
        peer.stop()
        found = peer.found(torrent)
        sample["size_ok"] = found.exists() and found.stat().st_size == torrent.size
    except Exception as error:
        sample["error"] = f"{type(error).__name__}: {error}"
    finally:
        peer.clean()
    return sample


def run(
    work: Path,
    source: Path,
    peers: list[str],
    runs: int,
    piece: int,
    *,
    transport: str = "tcp",
    timeout: float = 180.0,
) -> tuple[dict, list[dict], dict]:
    torrent = from_file(source, work, piece, TRACKER_URL)
    samples = []
    with Network(work) as network:
        swarm = Swarm(network, work, source.parent, [torrent.path], transport=transport)
        try:
            for turn in range(runs):
                for name in peers if turn % 2 == 0 else peers[::-1]:
                    samples += taken(
                        lambda name=name: one(
                            name, torrent, swarm, work, tcp=transport == "tcp", timeout=timeout
                        ),
                        run=turn,
                    )
        finally:
            swarm.stop()
    summary = {
        name: {column: summed(samples, column, peer=name) for column in [*COLUMNS, "api_s"]}
        for name in peers
    }
    return (
        {
            "size": torrent.size,
            "piece": piece,
            "runs": runs,
            "peers": peers,
            "transport": transport,
        },
        samples,
        summary,
    )
