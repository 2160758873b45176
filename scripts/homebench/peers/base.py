"""What the benchmarks ask of a peer."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import shutil
import tempfile
import time
from pathlib import Path

from ..procs import Process
from ..torrents import Torrent

API = 18080
# A new port for each peer started: a seeder that still believes in the uTP connection of
# one that was ended would refuse the next from the same address and port.
_PORTS = itertools.cycle(range(20000, 30000))
for _ in range(os.getpid() % 9000):
    next(_PORTS)
BENCH_NODE = Path(os.environ.get("BENCH_NODE") or Path(tempfile.gettempdir()) / "benchnode")
NODE = BENCH_NODE / "n22/node_modules/.bin/node"
NODE_MODULES = BENCH_NODE / "node_modules"


class Peer:
    """A program with a folder of its own that can be started and stopped."""

    name = "peer"

    def __init__(self, folder: Path, *, tcp: bool = False) -> None:
        """Take a new folder; tcp asks the program, where it can be told, to leave out uTP."""
        self.folder, self.tcp = folder, tcp
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.data = folder / "data"
        self.data.mkdir()
        self.process: Process | None = None
        self.port = next(_PORTS)

    def run(self, *argv: object, env: dict[str, str] | None = None) -> None:
        self.process = Process(
            [str(word) for word in argv],
            log=self.folder / "log",
            env={"HOME": str(self.folder), **(env or {})},
            cwd=self.folder,
        )

    def stop(self) -> None:
        if self.process:
            self.process.stop()
            self.process = None

    def clean(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait(self, test: object, seconds: float = 30.0, every: float = 0.01) -> None:
        """Call test until it is true; the errors of a program still starting are expected."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                if test():
                    return
            except (OSError, http.client.HTTPException, ValueError, KeyError):
                pass
            if not self.process.alive():
                raise RuntimeError(f"{self.name} ended: {self.log_tail()}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name}: {self.log_tail()}")
            time.sleep(every)

    def log_tail(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-1500:]


class Client(Peer):
    """A client that downloads torrents; a daemon unless boots_in_run."""

    boots_in_run = False

    def start(self) -> None:
        """Start, and return when the program's interface answers."""

    def add(self, torrent: Torrent) -> None:
        raise NotImplementedError

    def add_paused(self, torrents: list[Torrent]) -> None:
        raise NotImplementedError

    def complete(self, torrent: Torrent) -> bool:
        raise NotImplementedError

    def found(self, torrent: Torrent) -> Path:
        """Where the finished file is."""
        return self.data / torrent.name

    def list_all(self) -> int:
        """Ask for the list of all transfers as a web page would; return how many came."""
        raise NotImplementedError


class Streamer(Peer):
    """A program that makes a torrent's file readable while it arrives."""

    boots_in_run = True

    def prepare(self) -> None:
        """Start what runs before any torrent is given."""

    def open(self, torrent: Torrent, *, magnet: bool) -> None:
        raise NotImplementedError

    def location(self, torrent: Torrent) -> str:
        """An http URL, or a path in the file system."""
        raise NotImplementedError


class FileServer(Peer):
    """A program that serves one finished file over HTTP."""

    def serve(self, source: Path, torrent: Torrent) -> str:
        """Start, and return the URL of the file when it can be read."""
        raise NotImplementedError


class Http:
    """A connection that is kept between requests."""

    def __init__(self, port: int, host: str = "127.0.0.1", timeout: float = 30.0) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=timeout)

    def __call__(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        for attempt in range(2):
            try:
                self._connection.request(method, path, body, headers or {})
                response = self._connection.getresponse()
                return response.status, response.read(), response.headers
            except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
                self._connection.close()  # a connection kept too long: once more, anew
                if attempt:
                    raise
            except (OSError, http.client.HTTPException):
                self._connection.close()
                raise
        raise AssertionError

    def json(self, method: str, path: str, value: object = None, **headers: str) -> object:
        body = None if value is None else json.dumps(value).encode()
        status, answer, _ = self(method, path, body, {"Content-Type": "application/json"} | headers)
        if status >= 400:
            raise ValueError(f"{path}: {status} {answer[:200]!r}")
        return json.loads(answer)
