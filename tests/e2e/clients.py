"""Other people's BitTorrent programs as seeders on loopback: real, and quiet to the outside."""

from __future__ import annotations

import base64
import json
import secrets
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import libtorrent as lt

from tests.support.engine import stop
from tests.support.house import until
from tests.support.swarm import Torrent, Tracker, free_port


def without_trackers(torrent: Torrent) -> bytes:
    """Return the torrent file for a seeder, which would ban its own address when told of it."""
    parts = lt.bdecode(torrent.data)
    return bytes(lt.bencode({key: parts[key] for key in parts if not key.startswith(b"announce")}))


class Client:
    """A program that has the files of `folder` and seeds them."""

    program = ""

    def __init__(self, work: Path, folder: Path, tracker: Tracker) -> None:
        self.work, self.folder, self.tracker = work, folder, tracker
        self.port, self.api = free_port(), free_port()
        work.mkdir(parents=True)

    def command(self) -> list[str | Path]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def seed(self, torrent: Torrent) -> None:
        """Take the torrent on and wait until all of it was found in the folder."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        assert shutil.which(self.program), f"apt-get install {self.program}"
        with (self.work / "output").open("wb") as output:
            self.process = subprocess.Popen(
                self.command(), stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
            )
        until(self._up, f"{self.program} answers")
        self.tracker.peers.append(("127.0.0.1", self.port))
        return self

    def _up(self) -> bool:
        said = (self.work / "output").read_text("utf-8", errors="replace")
        assert self.process.poll() is None, f"{self.program} ended: {said}"
        try:
            return self.answers()
        except (OSError, ValueError):
            return False

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.tracker.peers.remove(("127.0.0.1", self.port))
        stop(self.process)

    def ask(
        self, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.api}{path}", data=body, headers=headers or {}
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read(), error.headers


class Transmission(Client):
    program = "transmission-daemon"
    session = ""

    def command(self) -> list[str | Path]:
        settings = {
            "dht-enabled": False, "lpd-enabled": False, "pex-enabled": False,
            "port-forwarding-enabled": False, "utp-enabled": False,
            "bind-address-ipv4": "127.0.0.1", "bind-address-ipv6": "::1",
            "rpc-bind-address": "127.0.0.1", "rpc-port": self.api, "peer-port": self.port,
            "download-dir": str(self.folder), "download-queue-enabled": False,
            "ratio-limit-enabled": False, "rename-partial-files": False,
        }  # fmt: skip
        (self.work / "settings.json").write_text(json.dumps(settings))
        return [self.program, "--foreground", "--config-dir", self.work]

    def rpc(self, method: str, **arguments: object) -> Any:
        body = json.dumps({"method": method, "arguments": arguments}).encode()
        for _ in range(2):
            header = {"X-Transmission-Session-Id": self.session}
            status, answer, headers = self.ask("/transmission/rpc", body, header)
            if status != 409:
                break
            self.session = headers["X-Transmission-Session-Id"]
        reply = json.loads(answer)
        assert reply["result"] == "success", reply
        return reply["arguments"]

    def answers(self) -> bool:
        return bool(self.rpc("session-get"))

    def seed(self, torrent: Torrent) -> None:
        self.rpc("torrent-add", metainfo=base64.b64encode(without_trackers(torrent)).decode())

        def whole() -> bool:
            rows = self.rpc("torrent-get", fields=["hashString", "percentDone", "status"])
            return any(
                row["hashString"] == torrent.info_hash_v1
                and row["percentDone"] == 1
                and row["status"] == 6
                for row in rows["torrents"]
            )

        until(whole, "transmission seeds")


QBITTORRENT = """[LegalNotice]
Accepted=true
[BitTorrent]
Session\\DHTEnabled=false
Session\\LSDEnabled=false
Session\\PeXEnabled=false
Session\\QueueingSystemEnabled=false
Session\\BTProtocol=TCP
[Network]
PortForwardingEnabled=false
[Preferences]
WebUI\\Address=127.0.0.1
WebUI\\LocalHostAuth=false
WebUI\\UseUPnP=false
"""


class QBittorrent(Client):
    program = "qbittorrent-nox"

    def command(self) -> list[str | Path]:
        place = self.work / "qBittorrent/config"
        place.mkdir(parents=True)
        (place / "qBittorrent.conf").write_text(QBITTORRENT)
        return [
            self.program, f"--profile={self.work}", f"--webui-port={self.api}",
            f"--torrenting-port={self.port}",
        ]  # fmt: skip

    def answers(self) -> bool:
        return self.ask("/api/v2/app/version")[0] == 200

    def seed(self, torrent: Torrent) -> None:
        mark = secrets.token_hex(12)
        head = f"--{mark}\r\nContent-Disposition: form-data; name="
        body = (
            f'{head}"savepath"\r\n\r\n{self.folder}\r\n'
            f'{head}"torrents"; filename="film.torrent"\r\n'
            "Content-Type: application/x-bittorrent\r\n\r\n"
        ).encode()
        body += without_trackers(torrent) + f"\r\n--{mark}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        status, answer, _ = self.ask("/api/v2/torrents/add", body, kind)
        assert (status, answer) == (200, b"Ok."), (status, answer)

        def whole() -> bool:
            rows = json.loads(self.ask("/api/v2/torrents/info")[1])
            return any(
                row["progress"] == 1
                and row["state"] in {"uploading", "stalledUP"}
                and torrent.info_hash_v1 in {row.get("infohash_v1"), row["hash"]}
                for row in rows
            )

        until(whole, "qbittorrent seeds")
