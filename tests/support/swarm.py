"""A real swarm on loopback: payloads, torrents, a tracker, seeders. Nothing leaves 127.0.0.1.

    with Tracker() as tracker:
        torrent = make_torrent(folder / "film.mkv", trackers=[tracker.url])
        with Seeder(folder, [torrent], tracker=tracker) as seeder:
            ...

Seeders are libtorrent sessions of their own (their threads never hold the interpreter's lock).
"""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, quote, urlsplit

import libtorrent as lt

KIB, MIB = 1 << 10, 1 << 20
VERSION_FLAGS = {
    "hybrid": 0,
    "v1": lt.create_torrent.v1_only,
    "v2": lt.create_torrent.v2_only,
}


def free_port() -> int:
    """Return a TCP and UDP port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_payload(path: Path, size: int, seed: int = 1) -> Path:
    """Write `size` bytes that do not compress and are the same for the same seed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    source = random.Random(seed)
    with path.open("wb") as file:
        left = size
        while left:
            part = min(left, MIB)
            file.write(source.randbytes(part))
            left -= part
    return path


@dataclass(frozen=True, slots=True)
class Torrent:
    """A torrent of files in `folder`. `data` is the .torrent file."""

    name: str
    folder: Path
    data: bytes
    trackers: tuple[str, ...]

    @property
    def info(self) -> lt.torrent_info:
        return lt.load_torrent_buffer(self.data).ti

    @property
    def info_hash_v1(self) -> str:
        hashes = self.info.info_hashes()
        return str(hashes.v1) if hashes.has_v1() else ""

    @property
    def info_hash_v2(self) -> str:
        hashes = self.info.info_hashes()
        return str(hashes.v2) if hashes.has_v2() else ""

    @property
    def magnet(self) -> str:
        parts = []
        if self.info_hash_v1:
            parts.append(f"xt=urn:btih:{self.info_hash_v1}")
        if self.info_hash_v2:
            parts.append(f"xt=urn:btmh:1220{self.info_hash_v2}")
        parts += [f"tr={quote(url, safe='')}" for url in self.trackers]
        return "magnet:?" + "&".join(parts)


def make_torrent(
    path: Path,
    *,
    piece_size: int = 64 * KIB,
    version: str = "hybrid",
    trackers: Sequence[str] = (),
    web_seeds: Sequence[str] = (),
    private: bool = False,
) -> Torrent:
    """Describe a file or folder. `version` is "v1", "v2" or "hybrid"."""
    made = lt.create_torrent(lt.list_files(str(path)), piece_size, VERSION_FLAGS[version])
    lt.set_piece_hashes(made, str(path.parent))
    for tier, url in enumerate(trackers):
        made.add_tracker(url, tier)
    for url in web_seeds:
        made.add_url_seed(url)
    made.set_priv(private)
    return Torrent(path.name, path.parent, lt.bencode(made.generate()), tuple(trackers))


class Tracker:
    """A tracker over HTTP that answers every announce with the same peers."""

    def __init__(self, peers: Iterable[tuple[str, int]] = ()) -> None:
        self.peers: list[tuple[str, int]] = list(peers)
        self.announces: list[dict[str, str]] = []
        tracker = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query, encoding="latin-1")
                tracker.announces.append({key: value[0] for key, value in query.items()})
                body = tracker.answer()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/announce"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    def answer(self) -> bytes:
        compact = b"".join(
            socket.inet_aton(host) + struct.pack(">H", port) for host, port in self.peers
        )
        return b"d8:completei%de10:incompletei0e8:intervali1800e5:peers%d:%se" % (
            len(self.peers),
            len(compact),
            compact,
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Seeder:
    """One peer that has everything. `rate` in bytes per second, 0 without limit.

    `utp` is "both", "only" or "no"; `encryption` "allow", "require" or "refuse". Sees no DHT, LSD
    or port mapping. `corrupt` are pieces that it serves wrong.
    """

    def __init__(
        self,
        folder: Path,
        torrents: Sequence[Torrent],
        *,
        tracker: Tracker | None = None,
        rate: int = 0,
        utp: str = "no",
        encryption: str = "allow",
        host: str = "127.0.0.1",
    ) -> None:
        self.folder, self.torrents, self.tracker, self.host = folder, torrents, tracker, host
        policy = {
            "require": lt.enc_policy.pe_forced,
            "allow": lt.enc_policy.pe_enabled,
            "refuse": lt.enc_policy.pe_disabled,
        }[encryption]
        self.settings = lt.high_performance_seed() | {
            "listen_interfaces": f"{host}:0",
            "enable_dht": False,
            "enable_lsd": False,
            "enable_upnp": False,
            "enable_natpmp": False,
            "max_webtorrent_offers": 0,
            "seeding_outgoing_connections": False,
            "allow_multiple_connections_per_ip": True,
            "upload_rate_limit": rate,
            "active_limit": 5000,
            "active_seeds": 5000,
            "alert_mask": lt.alert.category_t.error_notification,
            "enable_incoming_utp": utp != "no",
            "enable_outgoing_utp": utp != "no",
            "enable_incoming_tcp": utp != "only",
            "enable_outgoing_tcp": utp != "only",
            "in_enc_policy": policy,
            "out_enc_policy": policy,
        }
        self.handles: list[lt.torrent_handle] = []
        self.renamed: dict[int, str] = {}  # where files lie that are not called as they say

    def __enter__(self) -> Self:
        self.session = lt.session(self.settings)
        everyone = lt.ip_filter()  # by default libtorrent does not limit rates on loopback
        everyone.add_rule("0.0.0.0", "255.255.255.255", 1 << self.session.global_peer_class_id)
        self.session.set_peer_class_filter(everyone)
        self.handles = [self._add(torrent) for torrent in self.torrents]
        deadline = time.monotonic() + 30
        while not all(handle.status().is_seeding for handle in self.handles):
            if time.monotonic() > deadline:
                raise TimeoutError("the seeder does not have its files")
            time.sleep(0.01)
        self.port = self.session.listen_port()
        if self.tracker:
            self.tracker.peers.append((self.host, self.port))
        return self

    def _add(self, torrent: Torrent) -> lt.torrent_handle:
        params = lt.load_torrent_buffer(torrent.data)
        params.save_path = str(self.folder)
        params.trackers = []
        params.url_seeds = []
        params.renamed_files = self.renamed
        flags = lt.torrent_flags
        params.flags &= ~(flags.auto_managed | flags.paused)
        params.flags |= flags.disable_pex | flags.disable_lsd | flags.disable_dht
        return self.session.add_torrent(params)

    def set_rate(self, rate: int) -> None:
        self.session.apply_settings({"upload_rate_limit": rate})

    @property
    def uploaded(self) -> int:
        """Bytes of payload sent since it was started."""
        return sum(handle.status().total_payload_upload for handle in self.handles)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.tracker and (self.host, self.port) in self.tracker.peers:
            self.tracker.peers.remove((self.host, self.port))
        self.session.pause()
        del self.handles[:]
        del self.session
