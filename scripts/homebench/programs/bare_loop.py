"""Download one torrent under asyncio and print how long the loop was held up, as one JSON line.

Usage: bare_loop TORRENT SAVE_PATH TORRENT_PORT
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time

import libtorrent as lt

from ..report import percentile
from .bare_download import QUIET


async def run(path: str, save_path: str, port: str) -> dict:
    session = lt.session(
        QUIET
        | {
            "listen_interfaces": f"0.0.0.0:{port}",
            "enable_outgoing_utp": False,
            "enable_incoming_utp": False,
            "alert_mask": lt.alert.category_t.status_notification
            | lt.alert.category_t.piece_progress_notification,
        }
    )
    params = lt.load_torrent_file(path)
    params.save_path = save_path
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)

    def drain() -> None:
        ours.recv(4096)
        if any(isinstance(alert, lt.torrent_finished_alert) for alert in session.pop_alerts()):
            done.set()

    loop.add_reader(ours, drain)
    session.set_alert_fd(theirs.fileno())
    started, lags = time.monotonic(), []
    session.add_torrent(params)
    while not done.is_set():
        before = time.perf_counter()
        await asyncio.sleep(0.01)
        lags.append(max(0.0, time.perf_counter() - before - 0.01))
    took = time.monotonic() - started
    return {
        "lag_p50_ms": round(percentile(lags, 0.5) * 1000, 2),
        "lag_p99_ms": round(percentile(lags, 0.99) * 1000, 2),
        "lag_max_ms": round(max(lags) * 1000, 2),
        "mb_s": round(params.ti.total_size() / took / 1e6, 1),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(*sys.argv[1:4]))))
