"""A house whose engine is started, stopped, killed and started again, with a small REST client.

    with House(tmp_path) as house:               # starts the engine
        item = house.add(torrent)                # a tests.support.swarm.Torrent, magnet or link
        house.await_state(item["id"], "downloading")
        house.kill()                             # SIGKILL
        house.start()                            # on another free port
        assert house.get("/api/downloads")["items"]

`await_…` poll, and fail with what was seen last and the end of the engine's log.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.engine import ROOT, Engine, await_start, stop
from tests.support.swarm import Torrent

DEADLINE = 60.0


class Refused(AssertionError):
    """The engine answered with a problem: `status`, and `problem` as it was sent."""

    def __init__(self, method: str, path: str, status: int, problem: Any) -> None:
        super().__init__(f"{method} {path}: {status} {problem}")
        self.status, self.problem = status, problem


def until[T](look: Callable[[], T], what: str, seconds: float = DEADLINE, pause: float = 0.05) -> T:
    """Return the first true value of `look`, or fail saying what was awaited."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(pause)
    return found


class House:
    """Data and media below `folder`, unless they are given (on a drive of their own)."""

    def __init__(
        self,
        folder: Path,
        *,
        data: Path | None = None,
        media: Path | None = None,
        options: Sequence[str] = ("--no-discovery",),
    ) -> None:
        self.data, self.media = data or folder / "data", media or folder / "media"
        self.folder, self.options = folder, options
        self.output = folder / "engine.out"
        self.engine: Engine | None = None

    # its process -----------------------------------------------------------------------------
    def start(self) -> Self:
        """Start the engine and wait until it is ready. Its output is added to `output`."""
        for place in (self.folder, self.data, self.media):
            place.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable, "-m", "matinee", "--data", str(self.data), "serve",
            "--media", str(self.media), "--host", "127.0.0.1", "--port", "0",
            "--torrent-port", "0", *self.options,
        ]  # fmt: skip
        with self.output.open("ab") as output:
            process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, cwd=self.folder,
                env=os.environ | {"PYTHONPATH": str(ROOT / "addon")},
            )  # fmt: skip
        try:
            running = await_start(self.data, process, self.output)
        except BaseException:
            stop(process)
            raise
        self.engine = Engine(running["url"], running["token"], self.data, self.media, process)
        return self

    def stop(self) -> int:
        """End the engine by SIGTERM; return its exit code. 0 when it does not run."""
        engine, self.engine = self.engine, None
        return stop(engine.process) if engine else 0

    def kill(self) -> None:
        """End the engine by SIGKILL."""
        assert self.engine is not None
        self.engine.process.kill()
        self.engine.process.wait(30)
        self.engine = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if error is not None:
            error.add_note(f"The engine said at the end:\n{self.said(4000)}")

    def said(self, letters: int = 0) -> str:
        """Return what the engine printed and logged over all its lives, or the end of it."""
        return self.output.read_text("utf-8", errors="replace")[-letters:]

    # its API ---------------------------------------------------------------------------------
    def call(self, method: str, path: str, body: object = None, **options: Any) -> Any:
        """Return the answer's JSON or bytes. Raises `Refused` unless the status is 2xx."""
        assert self.engine is not None, "the engine does not run"
        status, answer = self.engine.call(method, path, body, **options)
        if not 200 <= status < 300:
            raise Refused(method, path, status, answer)
        return answer

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: object = None) -> Any:
        return self.call("POST", path, body)

    def add(self, source: Torrent | str, **wishes: object) -> dict[str, Any]:
        """Add a torrent as a file, or a magnet or link; return the download."""
        if isinstance(source, str):
            return dict(self.post("/api/downloads", {"source": source, **wishes}))
        query = "&".join(f"{key}={json.dumps(value)}" for key, value in wishes.items())
        path = "/api/downloads/torrent" + (f"?{query}" if query else "")
        kind = "application/x-bittorrent"
        return dict(self.call("POST", path, raw=source.data, kind=kind))

    def set(self, **values: object) -> None:
        """Change settings; `queue__active=1` stands for `queue.active`."""
        changed = {key.replace("__", "."): value for key, value in values.items()}
        self.call("PATCH", "/api/settings", {"values": changed})

    def download(self, key: str) -> dict[str, Any]:
        return dict(self.get(f"/api/downloads/{key}"))

    def downloads(self) -> list[dict[str, Any]]:
        return list(self.get("/api/downloads")["items"])

    def library(self, kind: str = "") -> list[dict[str, Any]]:
        query = "?limit=1000" + (f"&kind={kind}" if kind else "")
        return list(self.get(f"/api/library{query}")["items"])

    def await_download(
        self,
        key: str,
        fits: Callable[[dict[str, Any]], object],
        what: str,
        seconds: float = DEADLINE,
        pause: float = 0.05,
    ) -> dict[str, Any]:
        """Wait until a download is as `fits` says."""
        seen: dict[str, Any] = {}

        def look() -> bool:
            seen.update(self.download(key))
            return bool(fits(seen))

        try:
            until(look, f"The download is {what}", seconds, pause)
        except AssertionError as error:
            error.add_note(f"Last seen: {json.dumps(seen)}")
            raise
        return seen

    def await_state(self, key: str, *states: str, seconds: float = DEADLINE) -> dict[str, Any]:
        """Wait until a download is in one of the states."""
        return self.await_download(
            key, lambda item: item["state"] in states, " or ".join(states), seconds
        )
