"""peerflix (torrent-stream) on Node: one process per torrent, with an HTTP server in it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from ..torrents import Torrent
from .base import API, NODE, NODE_MODULES, Streamer


class Peerflix(Streamer):
    name = "peerflix 0.39.0"

    def open(self, torrent: Torrent, *, magnet: bool) -> None:
        # It keeps metadata here, without trackers: the same magnet again would find no peers.
        shutil.rmtree(Path(tempfile.gettempdir()) / "torrent-stream", ignore_errors=True)
        self.run(
            NODE,
            NODE_MODULES / "peerflix/app.js",
            torrent.magnet if magnet else torrent.path,
            "--port",
            API,
            "--quiet",
            "--no-quit",
            "--path",
            self.data,
            "--hostname",
            "127.0.0.1",
        )

    def location(self, torrent: Torrent) -> str:
        return f"http://127.0.0.1:{API}/"
