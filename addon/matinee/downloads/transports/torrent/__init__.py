"""Torrents, by libtorrent in this process."""

from __future__ import annotations

from .magnet import describe_torrent, parse_magnet
from .transport import TorrentTransport

__all__ = ["TorrentTransport", "describe_torrent", "parse_magnet"]
