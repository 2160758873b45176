"""The far side of the link: seeders and a tracker, as processes of their own."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from .network import SEEDERS, TRACKER, Network
from .procs import Process

PORT = 7001
TRACKER_URL = f"http://{TRACKER}:6969/announce"


class Swarm:
    """Seeders of some torrents, and a tracker that names them to whoever asks."""

    def __init__(
        self,
        network: Network,
        work: Path,
        data: Path,
        torrents: Sequence[Path],
        *,
        seeders: int = 1,
        upload_limit: int = 0,
        transport: str = "both",
    ) -> None:
        self.seeders = [
            Process(
                [
                    sys.executable,
                    "-m",
                    "homebench.programs.seeder",
                    f"{address}:{PORT}",
                    str(upload_limit),
                    transport,
                    str(data),
                    *map(str, torrents),
                ],
                log=work / f"seeder{number}.log",
                namespace=network.swarm_fd,
                pipes=True,
            )
            for number, address in enumerate(SEEDERS[:seeders])
        ]
        self.tracker = Process(
            [
                sys.executable,
                "-m",
                "homebench.programs.tracker",
                TRACKER,
                "6969",
                *(f"{address}:{PORT}" for address in SEEDERS[:seeders]),
            ],
            log=work / "tracker.log",
            namespace=network.swarm_fd,
        )
        for seeder in self.seeders:
            self._line(seeder)

    @staticmethod
    def _line(process: Process) -> dict:
        line = process.child.stdout.readline()
        if not line:
            raise RuntimeError(f"seeder ended: {process.log.read_text()[-2000:]}")
        return json.loads(line)

    def ask(self, word: str = "stat") -> list[dict]:
        for seeder in self.seeders:
            seeder.child.stdin.write(word.encode() + b"\n")
            seeder.child.stdin.flush()
        return [self._line(seeder) for seeder in self.seeders]

    def cpu(self) -> float:
        return sum(seeder.cpu() for seeder in self.seeders)

    def stop(self) -> None:
        for process in (*self.seeders, self.tracker):
            process.stop()
