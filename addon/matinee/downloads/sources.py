"""What may be added: magnet links, bare info-hashes, torrent files. Nothing is fetched here."""

from __future__ import annotations

import re

from ..errors import InvalidInput
from ..volumes.paths import safe_name
from .entries import NewDownload
from .transports.torrent.layout import read_layout
from .transports.torrent.magnet import info_hashes, is_magnet, parse_magnet, torrent_params

__all__ = ["as_magnet", "from_magnet", "from_torrent", "is_magnet"]
TORRENT = "torrent"
_BARE_HASH = re.compile(r"[0-9a-fA-F]{40}|[a-zA-Z2-7]{32}")
_BARE_HASH_V2 = re.compile(r"[0-9a-fA-F]{64}")


def as_magnet(source: str) -> str:
    """Return the magnet link that `source` is or, as a bare info-hash, means; else ""."""
    source = source.strip()
    if is_magnet(source):
        return source
    if _BARE_HASH.fullmatch(source):
        return f"magnet:?xt=urn:btih:{source}"
    if _BARE_HASH_V2.fullmatch(source):
        return f"magnet:?xt=urn:btmh:1220{source}"
    return ""


def from_magnet(source: str) -> NewDownload:
    """Return what a magnet link (or bare info-hash) asks for. Raises `InvalidInput`."""
    magnet = as_magnet(source)
    if not magnet:
        raise InvalidInput("This is not a magnet link.", code="bad_magnet", field="source")
    found = parse_magnet(magnet)
    fallback = f"Magnet {(found.hashes.v1 or found.hashes.v2)[:12]}"
    name = safe_name(found.name, fallback) if found.name else fallback
    return NewDownload(name, TORRENT, source=magnet, info_hashes=found.hashes)


def from_torrent(data: bytes) -> NewDownload:
    """Return what a torrent file asks for. Slow for very many files: call it in a thread.

    Raises `InvalidInput` or `TooLarge`.
    """
    info = torrent_params(data).ti
    files = tuple(read_layout(info).files)
    hashes = info_hashes(info.info_hashes())
    name = safe_name(info.name(), "Torrent")
    return NewDownload(name, TORRENT, metadata=data, info_hashes=hashes, files=files)
