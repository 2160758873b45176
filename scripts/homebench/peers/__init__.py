"""The programs under measurement, one small adapter each."""

from __future__ import annotations

import shutil
from pathlib import Path

from .aria2 import Aria2
from .bare import BareDownload, BareStream, BareStreamWindow
from .base import NODE, NODE_MODULES, Client, FileServer, Streamer
from .btfs import Btfs
from .deluge import Deluge
from .fileservers import AiohttpFiles, Nginx, WebTorrentFiles
from .matinee import MatineeClient, MatineeFiles, MatineeStream
from .peerflix import Peerflix
from .qbittorrent import QBittorrent
from .transmission import Transmission
from .webtorrent import WebTorrentDownload, WebTorrentStream

DOWNLOADERS: dict[str, type[Client]] = {
    peer.name: peer
    for peer in (
        MatineeClient,
        BareDownload,
        QBittorrent,
        Transmission,
        Deluge,
        Aria2,
        WebTorrentDownload,
    )
}
STREAMERS: dict[str, type[Streamer]] = {
    peer.name: peer
    for peer in (MatineeStream, BareStreamWindow, BareStream, WebTorrentStream, Peerflix, Btfs)
}
DAEMONS: dict[str, type[Client]] = {
    peer.name: peer for peer in (MatineeClient, QBittorrent, Transmission, Deluge, Aria2)
}
FILE_SERVERS: dict[str, type[FileServer]] = {
    peer.name: peer for peer in (MatineeFiles, Nginx, AiohttpFiles, WebTorrentFiles)
}
PROGRAMS = {
    "qbittorrent": "qbittorrent-nox",
    "transmission": "transmission-daemon",
    "deluge": "deluged",
    "aria2": "aria2c",
    "btfs": "btfs",
    "nginx": "nginx",
}


def present(peer: type) -> str:
    """The name of what this peer needs and the machine lacks, or an empty string."""
    for part, program in PROGRAMS.items():
        if part in peer.name.lower():
            there = shutil.which(program) or Path("/usr/sbin", program).exists()
            return "" if there else program
    if "webtorrent" in peer.name or "peerflix" in peer.name:
        folder = "peerflix" if "peerflix" in peer.name else "webtorrent-cli"
        return "" if (NODE_MODULES / folder).exists() and NODE.exists() else f"npm's {folder}"
    return ""
