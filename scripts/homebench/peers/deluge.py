"""deluged, over its own RPC (the package deluge-client speaks it)."""

from __future__ import annotations

import base64
import json

from deluge_client import DelugeRPCClient

from ..torrents import Torrent
from .base import API, Client

# What Deluge's own list of torrents shows.
KEYS = [
    "name",
    "state",
    "progress",
    "num_seeds",
    "num_peers",
    "download_payload_rate",
    "upload_payload_rate",
    "eta",
    "ratio",
    "total_wanted",
    "total_done",
    "time_added",
    "tracker_host",
    "save_path",
    "queue",
]


class Deluge(Client):
    name = "deluged 2.0.3"

    def start(self) -> None:
        config = self.folder / "core.conf"
        if not config.exists():
            config.write_text(
                json.dumps({"file": 1, "format": 1})
                + json.dumps(
                    {
                        "dht": False,
                        "lsd": False,
                        "upnp": False,
                        "natpmp": False,
                        "utpex": False,
                        "download_location": str(self.data),
                        "daemon_port": API,
                        "new_release_check": False,
                        "random_port": False,
                        "listen_ports": [self.port, self.port],
                        "max_active_limit": -1,
                        "max_active_downloading": -1,
                        "max_active_seeding": -1,
                        "dont_count_slow_torrents": True,
                    }
                )
            )
            (self.folder / "auth").write_text("bench:bench:10\n")
        self.run("deluged", "-d", "-c", self.folder, "-p", API, "-L", "warning")
        self.client: DelugeRPCClient | None = None
        self.wait(self._connect)

    def _connect(self) -> bool:
        client = DelugeRPCClient("127.0.0.1", API, "bench", "bench", decode_utf8=True)
        try:
            client.connect()
        except Exception as error:  # the package raises its own kinds while the port is closed
            raise OSError(str(error)) from error
        self.client = client
        return True

    def _add(self, torrent: Torrent, paused: bool) -> None:
        self.client.call(
            "core.add_torrent_file",
            torrent.path.name,
            base64.b64encode(torrent.path.read_bytes()).decode(),
            {"add_paused": paused, "download_location": str(self.data)},
        )

    def add(self, torrent: Torrent) -> None:
        self._add(torrent, paused=False)

    def add_paused(self, torrents: list[Torrent]) -> None:
        for torrent in torrents:
            self._add(torrent, paused=True)
        self.wait(lambda: self.list_all() == len(torrents), every=0.2)

    def complete(self, torrent: Torrent) -> bool:
        status = self.client.call(
            "core.get_torrent_status", torrent.info_hash, ["progress", "state"]
        )
        return status.get("progress") == 100.0

    def list_all(self) -> int:
        return len(self.client.call("core.get_torrents_status", {}, KEYS))

    def stop(self) -> None:
        if getattr(self, "client", None):
            try:
                self.client.disconnect()
            except OSError:
                pass
            self.client = None
        super().stop()
