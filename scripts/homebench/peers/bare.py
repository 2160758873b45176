"""libtorrent 2.1.1 driven from Python as directly as possible: the limit to compare with."""

from __future__ import annotations

import sys

from ..torrents import Torrent
from .base import API, Client, Http, Streamer


class BareDownload(Client):
    name = "bare libtorrent 2.1.1"
    boots_in_run = True

    def add(self, torrent: Torrent) -> None:
        self.run(
            sys.executable,
            "-m",
            "homebench.programs.bare_download",
            torrent.path,
            self.data,
            self.port,
            *(["tcp"] if self.tcp else []),
        )

    def complete(self, torrent: Torrent) -> bool:
        return not self.process.alive()


class BareStream(Streamer):
    name = "bare libtorrent 2.1.1, deadlines"
    boots_in_run = False
    mode = "plain"

    def prepare(self) -> None:
        self.http = Http(API)
        self.run(
            sys.executable,
            "-m",
            "homebench.programs.bare_stream",
            API,
            self.data,
            self.port,
            self.mode,
        )
        self.wait(lambda: self.http("GET", "/alive")[0] == 200)

    def open(self, torrent: Torrent, *, magnet: bool) -> None:
        self.http("POST", "/add", (torrent.magnet if magnet else str(torrent.path)).encode())

    def location(self, torrent: Torrent) -> str:
        return f"http://127.0.0.1:{API}/file"


class BareStreamWindow(BareStream):
    name = "bare libtorrent 2.1.1, window"
    mode = "window"
