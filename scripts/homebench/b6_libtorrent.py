"""B6: what libtorrent 2.1.1 does through Python; each probe is a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from .network import Network
from .procs import ForeignLoad, wait_quiet, warm_memory
from .swarm import TRACKER_URL, Swarm
from .torrents import from_file, invented

DISK_IO = ("", "mmap_disk_io_constructor", "pread_disk_io_constructor", "posix_disk_io_constructor")


def probe(work: Path, *words: object) -> dict:
    os.sync()
    quiet = wait_quiet()
    warm_memory(work, 1536 << 20)
    load = ForeignLoad()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "homebench.programs.lt_probe", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=240,
    )
    if done.returncode:
        answer = {"error": done.stderr[-800:]}
    else:
        answer = json.loads(done.stdout.splitlines()[-1])
    answer |= {"probe": words[0], "quiet_before": quiet, "foreign_cores": load.cores()}
    print(answer, flush=True)
    return answer


def run(work: Path, data: Path) -> tuple[dict, list[dict], dict]:
    large = from_file(data / "rand1024m.bin", work, 2 << 20, TRACKER_URL)
    small = from_file(data / "rand256m.bin", work, 1 << 20, TRACKER_URL)
    folder = work / "invented"
    folder.mkdir()
    for number in range(500):
        invented(number, folder, TRACKER_URL)
    samples = [
        probe(work, "wakeup"),
        probe(work, "status", 500, folder),
        probe(work, "read_piece", large.path, data),
    ]
    with Network(work) as network:
        swarm = Swarm(network, work, data, [large.path, small.path], transport="tcp")
        try:
            count = 0
            for disk_io in DISK_IO:
                for torrent, limit in ((large, 0), (small, 20_000_000)):
                    count += 1
                    save = work / f"save{count}"
                    save.mkdir()
                    samples.append(probe(work, "readable", torrent.path, save, disk_io, limit))
            save = work / "blocks"
            save.mkdir()
            samples.append(probe(work, "blocks", large.path, save))
        finally:
            swarm.stop()
    return {}, samples, {}
