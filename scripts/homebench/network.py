"""Two private network namespaces, the home side and the swarm side, joined by one link.

The swarm side has one address per seeder and one for the tracker.  The bulk link is a
plain veth pair.  The stream link is a pair of TUN devices that the program `tunlink`
joins, with a delay and with a rate for each address of the swarm side.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from .procs import Process

HOME = "10.77.0.1"
TRACKER = "10.77.0.10"
SEEDERS = ("10.77.0.11", "10.77.0.12", "10.77.0.13")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


class Network:
    """The namespaces of one benchmark; entering moves this thread to the home side."""

    def __init__(self, work: Path, *, shaped: bool = False, delay_ms: float = 0, rate: int = 0):
        self.work, self.shaped, self.delay_ms, self.rate = work, shaped, delay_ms, rate
        self.home = f"hb{os.getpid()}h"
        self.swarm = f"hb{os.getpid()}s"
        self.tunlink: Process | None = None

    def __enter__(self) -> Network:
        self._before = os.open("/proc/self/ns/net", os.O_RDONLY)
        for name in (self.home, self.swarm):
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        self.home_fd = os.open(f"/run/netns/{self.home}", os.O_RDONLY)
        self.swarm_fd = os.open(f"/run/netns/{self.swarm}", os.O_RDONLY)
        if self.shaped:
            self.tunlink = Process(
                [
                    sys.executable,
                    "-m",
                    "homebench.programs.tunlink",
                    self.home,
                    self.swarm,
                    str(self.delay_ms),
                    str(self.rate),
                ],
                log=self.work / "tunlink.log",
            )
            self._wait_device()
        else:
            _ip(
                "link",
                "add",
                "hb",
                "netns",
                self.home,
                "type",
                "veth",
                "peer",
                "name",
                "hb",
                "netns",
                self.swarm,
            )
        _ip("-n", self.home, "addr", "add", f"{HOME}/24", "dev", "hb")
        for address in (TRACKER, *SEEDERS):
            _ip("-n", self.swarm, "addr", "add", f"{address}/24", "dev", "hb")
        for name in (self.home, self.swarm):
            _ip("-n", name, "link", "set", "hb", "up")
        os.setns(self.home_fd, os.CLONE_NEWNET)
        return self

    def _wait_device(self) -> None:
        deadline = time.monotonic() + 5
        for name in (self.home, self.swarm):
            while subprocess.run(
                ["ip", "-n", name, "link", "show", "hb"], capture_output=True
            ).returncode:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"no link: {self.tunlink.log.read_text()}")
                time.sleep(0.02)

    def __exit__(self, *_: object) -> None:
        os.setns(self._before, os.CLONE_NEWNET)
        if self.tunlink:
            self.tunlink.stop()
        for fd in (self.home_fd, self.swarm_fd, self._before):
            os.close(fd)
        for name in (self.home, self.swarm):
            subprocess.run(["ip", "netns", "del", name], capture_output=True)
