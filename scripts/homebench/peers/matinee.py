"""This engine, started as a household would and driven over its own API."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from urllib.parse import quote

from ..torrents import Torrent
from .base import API, Client, FileServer, Http, Peer, Streamer


class Engine(Peer):
    """Starts the engine and speaks to it with the token it leaves beside its database."""

    name = "Matinee"

    def boot(self) -> None:
        running = self.folder / "state" / "running.json"
        running.unlink(missing_ok=True)
        self.http = Http(API, timeout=60.0)
        self.run(
            sys.executable,
            "-m",
            "matinee",
            "serve",
            "--data",
            self.folder / "state",
            "--media",
            self.data,
            "--host",
            "127.0.0.1",
            "--port",
            API,
            "--torrent-port",
            self.port,
            "--no-discovery",
            "--log-level",
            "warning",
        )
        self.wait(lambda: running.exists() and self.http("GET", "/health")[0] == 200)
        self.token = json.loads(running.read_text())["token"]

    def api(self, method: str, path: str, value: object = None) -> dict:
        return self.http.json(method, path, value, Authorization=f"Bearer {self.token}")

    def send(self, torrent: Torrent, *, magnet: bool = False, paused: bool = False) -> str:
        """Add the torrent and return the download's id."""
        if magnet:
            return self.api("POST", "/api/downloads", {"source": torrent.magnet, "paused": paused})[
                "id"
            ]
        status, answer, _ = self.http(
            "POST",
            f"/api/downloads/torrent?paused={str(paused).lower()}",
            torrent.path.read_bytes(),
            {"Content-Type": "application/x-bittorrent", "Authorization": f"Bearer {self.token}"},
        )
        if status >= 300:
            raise ValueError(f"add: {status} {answer[:200]!r}")
        return json.loads(answer)["id"]

    def url(self, download: str, seconds: float = 60.0) -> str:
        """Open a play session for the download's film and return its stream address."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            media = self.api("GET", f"/api/downloads/{download}")["media_ids"]
            if media:
                session = self.api(
                    "POST", "/api/play", {"media": media[0], "target": {"kind": "vlc"}}
                )
                # A screen may use the address at once, as soon as there is one.
                while not session["url"] and session["state"] == "preparing":
                    time.sleep(0.01)
                    session = self.api("GET", f"/api/play/{session['id']}")
                if session["url"]:
                    return f"http://127.0.0.1:{API}{quote(session['url'])}"
                raise ValueError(f"{session['state']}: {session['text']}")
            time.sleep(0.01)
        raise TimeoutError(f"no film known: {self.log_tail()}")


class MatineeClient(Engine, Client):
    def start(self) -> None:
        self.boot()

    def add(self, torrent: Torrent) -> None:
        self.ids = getattr(self, "ids", {})
        self.ids[torrent.info_hash] = self.send(torrent)

    def add_paused(self, torrents: list[Torrent]) -> None:
        for torrent in torrents:
            self.send(torrent, paused=True)

    def complete(self, torrent: Torrent) -> bool:
        item = self.api("GET", f"/api/downloads/{self.ids[torrent.info_hash]}")
        return item["state"] in {"verifying", "importing", "completed"}

    def list_all(self) -> int:
        return len(self.api("GET", "/api/downloads")["items"])

    def found(self, torrent: Torrent) -> Path:
        return next(iter(self.data.rglob(torrent.name)), self.data / torrent.name)


class MatineeStream(Engine, Streamer):
    boots_in_run = False

    def prepare(self) -> None:
        self.boot()

    def open(self, torrent: Torrent, *, magnet: bool) -> None:
        self.download = self.send(torrent, magnet=magnet)

    def location(self, torrent: Torrent) -> str:
        return self.url(self.download)


class MatineeFiles(Engine, FileServer):
    def serve(self, source: Path, torrent: Torrent) -> str:
        """Take the file into the library as a user's own, and play it from there."""
        folder = self.data / "Movies" / "Bench (2026)"
        folder.mkdir(parents=True)
        (folder / "Bench (2026).mp4").hardlink_to(source)
        self.boot()
        self.api("POST", "/api/library/scan")
        found: list[dict] = []

        def listed() -> bool:
            found[:] = self.api("GET", "/api/library?kind=movie")["items"]
            return bool(found)

        self.wait(listed, seconds=60, every=0.1)
        session = self.api(
            "POST", "/api/play", {"media": found[0]["id"], "target": {"kind": "vlc"}}
        )
        return f"http://127.0.0.1:{API}{quote(session['url'])}"
