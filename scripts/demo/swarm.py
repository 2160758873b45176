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

import libtorrent as lt

PIECE = 256 << 10
QUIET = {
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "max_webtorrent_offers": 0,
    "user_agent": "matinee-demo",
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


def start_seeder(rate: int) -> lt.session:
    """Start a session that gives at most `rate` bytes per second, to loopback too."""
    session = lt.session(
        QUIET
        | {
            "listen_interfaces": "127.0.0.1:0",
            "upload_rate_limit": rate,
            "enable_outgoing_utp": False,
        }
    )
    # Without a class of its own loopback counts as the local network, which is not limited.
    session.set_peer_class_filter(lt.ip_filter())
    return session


def make_torrent(folder: Path, tracker: str) -> lt.torrent_info:
    files = lt.list_files(str(folder), lambda _: True)
    torrent = lt.create_torrent(files, piece_size=PIECE)
    torrent.add_tracker(tracker)
    lt.set_piece_hashes(torrent, str(folder.parent))
    return lt.torrent_info(torrent.generate())


def main() -> None:
    rate, folders = int(sys.argv[1]), [Path(word) for word in sys.argv[2:]]
    seeders = [start_seeder(rate), start_seeder(rate)]
    while not all(seeder.listen_port() for seeder in seeders):
        time.sleep(0.02)
    tracker = serve_tracker([("127.0.0.1", seeder.listen_port()) for seeder in seeders])
    announce = f"http://127.0.0.1:{tracker.server_port}/announce"
    torrents = []
    for folder in folders:
        info = make_torrent(folder, announce)
        for seeder in seeders:
            params = lt.add_torrent_params()
            params.ti, params.save_path = info, str(folder.parent)
            params.flags |= lt.torrent_flags.seed_mode
            params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
            seeder.add_torrent(params)
        torrents.append(
            {"name": info.name(), "magnet": lt.make_magnet_uri(info), "size": info.total_size()}
        )
    print(json.dumps({"torrents": torrents}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
