"""Download one torrent and end.   Usage: bare_download TORRENT SAVE_PATH TORRENT_PORT [tcp]"""

from __future__ import annotations

import sys

import libtorrent as lt

QUIET = {
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
}


def main() -> None:
    path, save_path, torrent_port, *extra = sys.argv[1:]
    settings = QUIET | {
        "listen_interfaces": f"0.0.0.0:{torrent_port}",
        "alert_mask": lt.alert.category_t.error_notification
        | lt.alert.category_t.status_notification,
    }
    if "tcp" in extra:
        settings |= {"enable_incoming_utp": False, "enable_outgoing_utp": False}
    session = lt.session(settings)
    params = lt.load_torrent_file(path)
    params.save_path = save_path
    params.flags |= lt.torrent_flags.disable_pex
    session.add_torrent(params)
    while True:
        session.wait_for_alert(1000)
        for alert in session.pop_alerts():
            if isinstance(alert, lt.torrent_finished_alert):
                return


if __name__ == "__main__":
    main()
