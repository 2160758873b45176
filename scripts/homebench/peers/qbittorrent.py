"""qbittorrent-nox, over its web interface."""

from __future__ import annotations

import json
import secrets

from ..torrents import Torrent
from .base import API, Client, Http

CONFIG = """[LegalNotice]
Accepted=true
[BitTorrent]
Session\\DHTEnabled=false
Session\\LSDEnabled=false
Session\\PeXEnabled=false
Session\\QueueingSystemEnabled=false
[Network]
PortForwardingEnabled=false
[Preferences]
WebUI\\LocalHostAuth=false
WebUI\\UseUPnP=false
"""


class QBittorrent(Client):
    name = "qbittorrent-nox 4.5.2"

    def start(self) -> None:
        config = self.folder / "qBittorrent/config"
        config.mkdir(parents=True, exist_ok=True)
        if not (config / "qBittorrent.conf").exists():
            (config / "qBittorrent.conf").write_text(
                CONFIG.replace("[Network]", "Session\\BTProtocol=TCP\n[Network]")
                if self.tcp
                else CONFIG
            )
        self.http = Http(API)
        self.run(
            "qbittorrent-nox",
            f"--profile={self.folder}",
            f"--webui-port={API}",
            f"--torrenting-port={self.port}",
        )
        self.wait(lambda: self.http("GET", "/api/v2/app/version")[0] == 200)

    def _post(self, torrents: list[Torrent], paused: bool) -> None:
        mark = secrets.token_hex(12)
        parts = []
        for name, value in (("savepath", str(self.data)), ("paused", str(paused).lower())):
            parts.append(
                f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
                f"{value}\r\n".encode()
            )
        for torrent in torrents:
            parts.append(
                f'--{mark}\r\nContent-Disposition: form-data; name="torrents"; '
                f'filename="{torrent.path.name}"\r\n'
                "Content-Type: application/x-bittorrent\r\n\r\n".encode()
                + torrent.path.read_bytes()
                + b"\r\n"
            )
        parts.append(f"--{mark}--\r\n".encode())
        status, answer, _ = self.http(
            "POST",
            "/api/v2/torrents/add",
            b"".join(parts),
            {"Content-Type": f"multipart/form-data; boundary={mark}"},
        )
        if status != 200 or b"Ok" not in answer:
            raise RuntimeError(f"{status} {answer!r}")

    def add(self, torrent: Torrent) -> None:
        self._post([torrent], paused=False)

    def add_paused(self, torrents: list[Torrent]) -> None:
        for at in range(0, len(torrents), 50):
            self._post(torrents[at : at + 50], paused=True)
        self.wait(lambda: self.list_all() == len(torrents), every=0.2)

    def complete(self, torrent: Torrent) -> bool:
        _, answer, _ = self.http("GET", f"/api/v2/torrents/info?hashes={torrent.info_hash}")
        rows = json.loads(answer)
        return bool(rows) and rows[0]["progress"] == 1

    def list_all(self) -> int:
        return len(json.loads(self.http("GET", "/api/v2/torrents/info")[1]))
