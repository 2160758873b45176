"""transmission-daemon, over its RPC."""

from __future__ import annotations

import base64
import json

from ..torrents import Torrent
from .base import API, Client, Http

# The fields that Transmission's own web page asks for.
FIELDS = [
    "id",
    "addedDate",
    "name",
    "totalSize",
    "error",
    "errorString",
    "eta",
    "isFinished",
    "isStalled",
    "leftUntilDone",
    "metadataPercentComplete",
    "peersConnected",
    "peersGettingFromUs",
    "peersSendingToUs",
    "percentDone",
    "queuePosition",
    "rateDownload",
    "rateUpload",
    "recheckProgress",
    "seedRatioMode",
    "seedRatioLimit",
    "sizeWhenDone",
    "status",
    "trackers",
    "downloadDir",
    "uploadedEver",
    "uploadRatio",
    "webseedsSendingToUs",
]


class Transmission(Client):
    name = "transmission-daemon 3.00"

    def start(self) -> None:
        settings = self.folder / "settings.json"
        if not settings.exists():
            settings.write_text(
                json.dumps(
                    {
                        "dht-enabled": False,
                        "lpd-enabled": False,
                        "pex-enabled": False,
                        "port-forwarding-enabled": False,
                        "download-dir": str(self.data),
                        "download-queue-enabled": False,
                        "rpc-whitelist-enabled": False,
                        "utp-enabled": not self.tcp,
                        "rpc-port": API,
                        "peer-port": self.port,
                        "ratio-limit-enabled": False,
                    }
                )
            )
        self.http = Http(API)
        self.session = ""
        self.run("transmission-daemon", "-f", "-g", self.folder)
        self.wait(lambda: self.rpc("session-get"))

    def rpc(self, method: str, **arguments: object) -> dict:
        body = json.dumps({"method": method, "arguments": arguments}).encode()
        for _ in range(2):
            status, answer, headers = self.http(
                "POST",
                "/transmission/rpc",
                body,
                {"X-Transmission-Session-Id": self.session},
            )
            if status != 409:
                break
            self.session = headers["X-Transmission-Session-Id"]
        reply = json.loads(answer)
        if reply["result"] != "success":
            raise ValueError(reply["result"])
        return reply["arguments"]

    def _add(self, torrent: Torrent, paused: bool) -> None:
        self.rpc(
            "torrent-add",
            paused=paused,
            metainfo=base64.b64encode(torrent.path.read_bytes()).decode(),
        )

    def add(self, torrent: Torrent) -> None:
        self._add(torrent, paused=False)

    def add_paused(self, torrents: list[Torrent]) -> None:
        for torrent in torrents:
            self._add(torrent, paused=True)
        self.wait(lambda: self.list_all() == len(torrents), every=0.2)

    def complete(self, torrent: Torrent) -> bool:
        rows = self.rpc(
            "torrent-get", ids=[torrent.info_hash], fields=["leftUntilDone", "percentDone"]
        )["torrents"]
        return bool(rows) and rows[0]["percentDone"] == 1 and not rows[0]["leftUntilDone"]

    def list_all(self) -> int:
        return len(self.rpc("torrent-get", fields=FIELDS)["torrents"])
