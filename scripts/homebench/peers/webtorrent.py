"""webtorrent-cli on Node: one process per torrent, with an HTTP server in it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from ..torrents import Torrent
from .base import API, NODE, NODE_MODULES, Client, Streamer

COMMAND = (NODE, NODE_MODULES / "webtorrent-cli/bin/cmd.js", "download")
NO_UTP = Path(__file__).resolve().parent.parent / "programs/no_utp.cjs"


def url_of(torrent: Torrent, port: int = API) -> str:
    return f"http://127.0.0.1:{port}/webtorrent/{torrent.info_hash}/{quote(torrent.name)}"


class WebTorrentDownload(Client):
    name = "webtorrent-cli 6.0.1"
    boots_in_run = True

    def add(self, torrent: Torrent) -> None:
        env = {"NODE_OPTIONS": f"--require={NO_UTP}"} if self.tcp else {}
        self.run(*COMMAND, torrent.path, "--out", self.data, "--port", API, "--quiet", env=env)

    def complete(self, torrent: Torrent) -> bool:
        """The program ends when the download is done."""
        return not self.process.alive()


class WebTorrentStream(Streamer):
    name = "webtorrent-cli 6.0.1"

    def open(self, torrent: Torrent, *, magnet: bool) -> None:
        self.run(
            *COMMAND,
            torrent.magnet if magnet else torrent.path,
            "--out",
            self.data,
            "--port",
            API,
            "--quiet",
            "--no-quit",
            "--keep-seeding",
        )

    def location(self, torrent: Torrent) -> str:
        return url_of(torrent)
