"""Peers and trackers as the page shows them."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import libtorrent as lt

from ....ports import PeerInfo, TrackerInfo

NEAR_MILLISECONDS = 8
_UTP = 1 << 17  # peer_info::utp_socket, which the Python binding leaves out
_HALF_OPEN = int(lt.peer_info.connecting) | int(lt.peer_info.handshake)
_ENCRYPTED = int(lt.peer_info.rc4_encrypted) | int(lt.peer_info.plaintext_encrypted)


def peer_views(peers: Iterable[Any]) -> Sequence[PeerInfo]:
    """Return the connected ones. Must be called while their alert lives."""
    views = []
    for peer in peers:
        flags = int(peer.flags)
        if flags & _HALF_OPEN:
            continue
        host, port = peer.ip
        web = int(peer.connection_type) != int(lt.peer_info.standard_bittorrent)
        views.append(
            PeerInfo(
                address=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
                client=_text(peer.client),
                progress=round(peer.progress, 4),
                rate_down=peer.payload_down_speed,
                rate_up=peer.payload_up_speed,
                encrypted=bool(flags & _ENCRYPTED),
                protocol="http" if web else "utp" if flags & _UTP else "tcp",
            )
        )
    return views


def are_near(peers: Iterable[Any]) -> bool | None:
    """Say whether half of the peers or more answer a request at once; None if not known yet."""
    times = [peer.rtt for peer in peers if peer.rtt > 0]
    return statistics.median(times) <= NEAR_MILLISECONDS if times else None


def _text(value: str | bytes) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return "".join(c for c in text if c.isprintable())[:64]


def tracker_views(entries: Iterable[Mapping[str, Any]]) -> Sequence[TrackerInfo]:
    """Return trackers, from what `torrent_handle.trackers` answers."""
    return [
        TrackerInfo(
            url=entry["url"],
            tier=entry["tier"],
            working=bool(entry["verified"]) and not entry["fails"],
            message=_text(entry["message"]) or _words(entry["last_error"]),
            seeds=max(0, entry["scrape_complete"]),
            peers=max(0, entry["scrape_incomplete"]),
            next_announce=float(entry["next_announce"] or 0),
        )
        for entry in entries
    ]


def _words(error: Mapping[str, Any]) -> str:
    number = error["value"]
    if not number:
        return ""
    if error["category"] == "system":
        return os.strerror(number)
    category = {"http": lt.http_category, "libtorrent": lt.libtorrent_category}.get(
        error["category"], lt.generic_category
    )
    return str(lt.error_code(number, category()).message())
