"""Seed torrents with libtorrent; answer "stat" lines on standard input with JSON.

Usage: seeder ADDRESS:PORT UPLOAD_LIMIT tcp|both SAVE_PATH TORRENT [TORRENT ...]
"""

from __future__ import annotations

import json
import sys
import threading
import time

import libtorrent as lt

UTP = 1 << 17  # peer_info::utp_socket, which the Python binding leaves out


def main() -> None:
    listen, limit, transport, save_path, *torrents = sys.argv[1:]
    settings = lt.high_performance_seed()
    settings.update(
        {
            "listen_interfaces": listen,
            "enable_dht": False,
            "enable_lsd": False,
            "enable_upnp": False,
            "enable_natpmp": False,
            "seeding_outgoing_connections": False,
            "allow_multiple_connections_per_ip": True,
            "upload_rate_limit": int(limit),
            "active_limit": 5000,
            "active_seeds": 5000,
            "alert_mask": lt.alert.category_t.error_notification,
            "enable_incoming_utp": transport == "both",
            "enable_outgoing_utp": transport == "both",
        }
    )
    session = lt.session(settings)
    everyone = lt.ip_filter()
    everyone.add_rule("0.0.0.0", "255.255.255.255", 1 << session.global_peer_class_id)
    session.set_peer_class_filter(everyone)
    handles = []
    for path in torrents:
        params = lt.load_torrent_file(path)
        params.save_path = save_path
        params.trackers = []
        params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
        params.flags |= lt.torrent_flags.disable_pex | lt.torrent_flags.disable_lsd
        handles.append(session.add_torrent(params))
    while not all(handle.status().is_seeding for handle in handles):
        time.sleep(0.05)
    complete: dict[str, float] = {}
    sent: dict[str, int] = {}
    lock = threading.Lock()

    def watch() -> None:
        """A leecher is done when it has been sent everything and, now a seed, has left."""
        while True:
            for handle in handles:
                status, key = handle.status(), str(handle.info_hash())
                with lock:
                    fresh = status.total_payload_upload - sent.get(key, 0)
                    if fresh >= status.total and not status.num_peers:
                        complete.setdefault(key, time.monotonic())
            time.sleep(0.02)

    threading.Thread(target=watch, daemon=True).start()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        word = line.strip()
        with lock:
            if word == "reset":
                complete.clear()
                sent = {
                    str(handle.info_hash()): handle.status().total_payload_upload
                    for handle in handles
                }
            reply = {
                "complete": dict(complete),
                "uploaded": sum(handle.status().total_payload_upload for handle in handles),
                "kinds": sorted(
                    {
                        "utp" if peer.flags & UTP else "tcp"
                        for handle in handles
                        for peer in handle.get_peer_info()
                    }
                ),
            }
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
