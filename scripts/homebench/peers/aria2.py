"""aria2c as a daemon, over its JSON-RPC."""

from __future__ import annotations

import base64

from ..torrents import Torrent
from .base import API, Client, Http

KEYS = [
    "gid",
    "status",
    "totalLength",
    "completedLength",
    "downloadSpeed",
    "uploadSpeed",
    "connections",
    "numSeeders",
    "bittorrent",
    "infoHash",
    "dir",
    "files",
]


class Aria2(Client):
    name = "aria2c 1.36.0"

    def start(self) -> None:
        self.http = Http(API)
        self.gids: dict[str, str] = {}
        self.run(
            "aria2c",
            "--no-conf",
            "--enable-rpc",
            f"--rpc-listen-port={API}",
            "--quiet",
            "--enable-dht=false",
            "--enable-dht6=false",
            "--bt-enable-lpd=false",
            "--enable-peer-exchange=false",
            "--disable-ipv6",
            "--seed-time=0",
            f"--listen-port={self.port}",
            f"--dir={self.data}",
            "--max-concurrent-downloads=5",
        )
        self.wait(lambda: self.rpc("aria2.getVersion"))

    def rpc(self, method: str, *arguments: object) -> object:
        reply = self.http.json(
            "POST",
            "/jsonrpc",
            {
                "jsonrpc": "2.0",
                "id": "b",
                "method": method,
                "params": list(arguments),
            },
        )
        return reply["result"]

    def _add(self, torrent: Torrent, paused: bool) -> None:
        content = base64.b64encode(torrent.path.read_bytes()).decode()
        self.gids[torrent.info_hash] = self.rpc(
            "aria2.addTorrent",
            content,
            [],
            {"pause": str(paused).lower()},
        )

    def add(self, torrent: Torrent) -> None:
        self._add(torrent, paused=False)

    def add_paused(self, torrents: list[Torrent]) -> None:
        for torrent in torrents:
            self._add(torrent, paused=True)
        self.wait(lambda: self.list_all() == len(torrents), every=0.2)

    def complete(self, torrent: Torrent) -> bool:
        reply = self.rpc("aria2.tellStatus", self.gids[torrent.info_hash], ["status"])
        return reply["status"] == "complete"

    def list_all(self) -> int:
        return len(self.rpc("aria2.tellActive", KEYS)) + len(
            self.rpc("aria2.tellWaiting", 0, 1000, KEYS)
        )
