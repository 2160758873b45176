"""How long the engine's event loop is held up while 1 GiB arrives at full speed.

The engine measures itself (`matinee_loop_lag_seconds` of /metrics, one sample every 10 ms); the
bare session of the library measures the same in the same way.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

from .network import Network
from .peers.base import Peer
from .peers.matinee import MatineeClient
from .procs import ForeignLoad, wait_quiet, warm_memory
from .report import summed, taken
from .swarm import TRACKER_URL, Swarm
from .torrents import Torrent, from_file

LAG = r'^matinee_loop_lag_seconds\{quantile="([^"]+)"\} (\S+)'
COLUMNS = ["lag_p50_ms", "lag_p99_ms", "lag_max_ms", "mb_s"]
BARE = "bare libtorrent 2.1.1 and asyncio"


def engine(torrent: Torrent, work: Path) -> dict:
    peer = MatineeClient(work / "peer", tcp=True)
    try:
        peer.start()
        headers = {"Authorization": f"Bearer {peer.token}"}
        peer.http("GET", "/metrics", headers=headers)
        started = time.monotonic()
        peer.add(torrent)
        while not peer.complete(torrent):
            time.sleep(0.1)
        took = time.monotonic() - started
        text = peer.http("GET", "/metrics", headers=headers)[1].decode()
        lag = dict(re.findall(LAG, text, re.MULTILINE))
        return {
            "lag_p50_ms": round(float(lag["0.5"]) * 1000, 2),
            "lag_p99_ms": round(float(lag["0.99"]) * 1000, 2),
            "lag_max_ms": round(float(lag["1"]) * 1000, 2),
            "mb_s": round(torrent.size / took / 1e6, 1),
        }
    finally:
        peer.clean()


def bare(torrent: Torrent, work: Path) -> dict:
    peer = Peer(work / "peer")
    try:
        peer.run(
            sys.executable, "-m", "homebench.programs.bare_loop", torrent.path, peer.data, peer.port
        )
        assert peer.process is not None
        peer.process.child.wait(180)
        return json.loads(peer.log_tail().strip().splitlines()[-1])
    finally:
        peer.clean()


def one(name: str, torrent: Torrent, work: Path) -> dict:
    sample: dict = {"peer": name, "quiet_before": wait_quiet(patience=8)}
    warm_memory(work, torrent.size + (512 << 20))
    load = ForeignLoad()
    try:
        sample |= bare(torrent, work) if name == BARE else engine(torrent, work)
    except Exception as error:
        sample["error"] = f"{type(error).__name__}: {error}"
    return sample | {"foreign_cores": load.cores()}


def run(work: Path, source: Path, runs: int, piece: int) -> tuple[dict, list[dict], dict]:
    torrent = from_file(source, work, piece, TRACKER_URL)
    names = [MatineeClient.name, BARE]
    samples: list[dict] = []
    with Network(work) as network:
        swarm = Swarm(network, work, source.parent, [torrent.path], transport="tcp")
        try:
            for turn in range(runs):
                for name in names:
                    samples += taken(lambda name=name: one(name, torrent, work), run=turn)
        finally:
            swarm.stop()
    summary = {
        name: {column: summed(samples, column, peer=name) for column in COLUMNS} for name in names
    }
    return {"size": torrent.size, "runs": runs}, samples, summary
