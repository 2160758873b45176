"""The real engine as a process, on free ports and fresh folders: for contract and other tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 30.0


@dataclass
class Engine:
    """A running engine and the administrator's token that it left beside its database."""

    url: str
    token: str
    data: Path
    media: Path
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        return (self.data / "engine.out").read_text("utf-8", errors="replace")

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        raw: bytes | None = None,
        kind: str = "application/json",
        timeout: float = 60,
    ) -> tuple[int, Any]:
        """Return status and JSON (or bytes). `token` "" sends none, None the administrator's."""
        token = self.token if token is None else token
        data = raw if raw is not None else (json.dumps(body).encode() if body is not None else None)
        request = urllib.request.Request(self.url + path, data=data, method=method)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        if data is not None:
            request.add_header("Content-Type", kind)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, _read(answer)
        except urllib.error.HTTPError as error:
            return error.code, _read(error)


def _read(answer: Any) -> Any:
    content = answer.read()
    if "json" in (answer.headers.get("Content-Type") or "") and content:
        return json.loads(content)
    return content


@contextmanager
def run_engine(
    folder: Path, options: Sequence[str] = ("--no-discovery",), *, host: str = "127.0.0.1"
) -> Iterator[Engine]:
    """Start the engine with data and media below `folder`; end it by its own process id."""
    data, media = folder / "data", folder / "media"
    data.mkdir(parents=True, exist_ok=True)
    media.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "matinee", "--data", str(data), "serve", "--media", str(media),
        "--host", host, "--port", "0", "--torrent-port", "0", *options,
    ]  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(ROOT / "addon")}
    with (data / "engine.out").open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=folder
        )
    try:
        running = await_start(data, process)
        yield Engine(running["url"], running["token"], data, media, process)
    finally:
        stop(process)


def await_start(
    data: Path, process: subprocess.Popen[bytes], output: Path | None = None
) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            found: dict[str, Any] = json.loads((data / "running.json").read_text("utf-8"))
        except (OSError, ValueError):
            found = {}
        if found.get("pid") == process.pid:
            return found
        if process.poll() is not None:
            break
        time.sleep(0.05)
    said = (output or data / "engine.out").read_text("utf-8", errors="replace")
    raise AssertionError(f"The engine did not start (exit code {process.poll()}):\n{said}")


def stop(process: subprocess.Popen[bytes]) -> int:
    """End it with SIGTERM, or SIGKILL when it takes too long; return the exit code."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait(STOP_SECONDS)
