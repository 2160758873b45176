"""A tracker and two seeders on loopback, in a process of their own.

Usage: python -m scripts.demo.swarm RATE FOLDER…   (each FOLDER becomes one torrent)

Prints one JSON object: `{"torrents": [{"name", "magnet", "size"}]}`, then shares until its
standard input closes, so that it never outlives whoever started it.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import libtorrent as lt

PIECE = 256 << 10
QUIET = {
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "max_webtorrent_offers": 0,
    "user_agent": "matinee-demo",
    "tick_interval": 100,
    "connections_limit": 50,
}


def serve_tracker(peers: list[tuple[str, int]]) -> ThreadingHTTPServer:
    """Answer every announce with the seeders (BEP 3, compact peers of BEP 23)."""
    compact = b"".join(
        bytes(map(int, address.split("."))) + port.to_bytes(2, "big") for address, port in peers
    )
    answer = lt.bencode({b"interval": 60, b"peers": compact, b"complete": len(peers)})

    class Tracker(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Tracker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def start_seeder(address: str, rate: int) -> lt.session:
    """Start a session that gives at most `rate` bytes per second, to loopback too."""
    session = lt.session(
        QUIET
        | {
            "listen_interfaces": f"{address}:0",
            "upload_rate_limit": rate,
            "enable_outgoing_utp": False,
        }
    )
    # Loopback is in the class of the local network, which is not limited: leave the global one.
    only_global = lt.ip_filter()
    only_global.add_rule("0.0.0.0", "255.255.255.255", 1 << lt.session.global_peer_class_id)
    session.set_peer_class_filter(only_global)
    return session


def make_torrent(folder: Path) -> lt.torrent_info:
    files = lt.list_files(str(folder), lambda _: True)
    torrent = lt.create_torrent(files, piece_size=PIECE)
    lt.set_piece_hashes(torrent, str(folder.parent))
    return lt.torrent_info(torrent.generate())


def main() -> None:
    rate, folders = int(sys.argv[1]), [Path(word) for word in sys.argv[2:]]
    # An address each, because a client takes one connection per address.
    seeders = {address: start_seeder(address, rate) for address in ("127.0.0.2", "127.0.0.3")}
    while not all(seeder.listen_port() for seeder in seeders.values()):
        time.sleep(0.02)
    tracker = serve_tracker(
        [(address, seeder.listen_port()) for address, seeder in seeders.items()]
    )
    announce = f"http://127.0.0.1:{tracker.server_port}/announce"
    torrents = []
    for folder in folders:
        # The tracker stands in the link only: seeders that announced would find themselves.
        info = make_torrent(folder)
        for seeder in seeders.values():
            params = lt.add_torrent_params()
            params.ti, params.save_path = info, str(folder.parent)
            params.flags |= lt.torrent_flags.seed_mode
            params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
            seeder.add_torrent(params)
        torrents.append(
            {
                "name": info.name(),
                "magnet": f"{lt.make_magnet_uri(info)}&tr={quote(announce, safe='')}",
                "size": info.total_size(),
            }
        )
    print(json.dumps({"torrents": torrents}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
