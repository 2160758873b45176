"""Magnet links and torrent files: what may be added, refused in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import libtorrent as lt

from ....errors import InvalidInput, TooLarge
from ....models.downloads import InfoHashes
from ....models.limits import MAX_TORRENT_FILE, MAX_TORRENT_FILES, MIB

MAX_MAGNET = 16_384
MAX_PIECES = 1 << 21
MAX_TOKENS = 3_000_000
_LIMITS: Any = {
    "max_buffer_size": MAX_TORRENT_FILE,
    "max_pieces": MAX_PIECES,
    "max_decode_depth": 100,
    "max_decode_tokens": MAX_TOKENS,
}


@dataclass(frozen=True, slots=True)
class TorrentDescription:
    """What a magnet link or torrent file says about itself before anything is fetched.

    `name` is as untrusted as it came; `size` and `files` are 0 when they are not known yet.
    """

    name: str
    hashes: InfoHashes
    size: int = 0
    files: int = 0


def is_magnet(source: str) -> bool:
    return source[:8].casefold() == "magnet:?"


def info_hashes(hashes: Any) -> InfoHashes:
    """Return libtorrent's `info_hash_t` as text."""
    return InfoHashes(
        v1=str(hashes.v1) if hashes.has_v1() else "",
        v2=str(hashes.v2) if hashes.has_v2() else "",
    )


def hash_key(hashes: Any) -> str:
    """Return one text for a torrent, from libtorrent's `info_hash_t`."""
    return str(hashes.get_best())


def magnet_params(source: str) -> Any:
    """Return `add_torrent_params` of a magnet link: hex or base32, v1, v2 or hybrid.

    Raises `InvalidInput`.
    """
    if not is_magnet(source):
        raise InvalidInput("This is not a magnet link.", code="bad_magnet", field="source")
    if len(source) > MAX_MAGNET:
        raise InvalidInput("The magnet link is too long.", code="bad_magnet", field="source")
    try:
        params = lt.parse_magnet_uri("magnet:?" + source[8:].strip())
    except (RuntimeError, UnicodeError) as error:
        raise _magnet_trouble(str(error)) from error
    hashes = params.info_hashes
    if not int(str(hashes.v1), 16) and not int(str(hashes.v2), 16):
        raise _magnet_trouble("invalid info-hash")
    _make_readable(params)
    return params


def _make_readable(params: Any, trackers: Sequence[bytes] = ()) -> None:
    """Take out what is not UTF-8: libtorrent keeps such bytes and raises whenever they are read.

    `trackers` are those of the file, from which the readable ones are kept.
    """
    try:
        _ = params.name
    except UnicodeDecodeError:
        params.name = ""
    try:
        _ = tuple(params.trackers)
    except UnicodeDecodeError:
        params.trackers = [url.decode() for url in trackers if _is_text(url)]
        params.tracker_tiers = []


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _announced(data: bytes) -> list[bytes]:
    """Return the trackers of a torrent file as bytes (`announce-list` of BEP 12, `announce`)."""
    torrent: Any = lt.bdecode(data)
    tiers = torrent.get(b"announce-list") or [[torrent.get(b"announce")]]
    found = [url for tier in tiers if isinstance(tier, list) for url in tier]
    return [url for url in found if isinstance(url, bytes)]


def _magnet_trouble(words: str) -> InvalidInput:
    if "missing info-hash" in words:
        message = "The magnet link names no torrent (xt=urn:btih:… or xt=urn:btmh:…)."
    elif "invalid info-hash" in words:
        message = "The info-hash of the magnet link is malformed."
    else:
        message = "The magnet link cannot be read."
    return InvalidInput(
        message, code="bad_magnet", field="source", hint="Copy the whole link and try again."
    )


def torrent_params(data: bytes) -> Any:
    """Return `add_torrent_params` of a torrent file. Raises `InvalidInput` or `TooLarge`."""
    if len(data) > MAX_TORRENT_FILE:
        raise TooLarge(
            f"The torrent file is larger than {MAX_TORRENT_FILE // MIB} MiB.",
            code="torrent_too_large",
        )
    try:
        params = lt.load_torrent_buffer(data, _LIMITS)
    except (RuntimeError, UnicodeError, KeyError, TypeError, ValueError) as error:
        raise InvalidInput(
            "This is not a torrent file, or it is damaged.",
            code="bad_torrent",
            hint="Download the .torrent file again.",
        ) from error
    if params.ti is None or not params.ti.is_valid():
        raise InvalidInput("The torrent file describes nothing.", code="bad_torrent")
    check_files(params.ti.num_files())
    try:
        _ = tuple(params.trackers)
    except UnicodeDecodeError:
        _make_readable(params, _announced(data))
    return params


def check_files(count: int) -> None:
    """Raise `TooLarge` when a torrent has more files than can be handled."""
    if count > MAX_TORRENT_FILES:
        raise TooLarge(
            f"The torrent has {count} files; {MAX_TORRENT_FILES} can be handled.",
            code="too_many_files",
        )


def parse_magnet(source: str) -> TorrentDescription:
    """Return what a magnet link says. Raises `InvalidInput`."""
    params = magnet_params(source)
    return TorrentDescription(params.name, info_hashes(params.info_hashes))


def describe_torrent(data: bytes) -> TorrentDescription:
    """Return what a torrent file says. Raises `InvalidInput` or `TooLarge`."""
    info = torrent_params(data).ti
    return TorrentDescription(
        info.name(), info_hashes(info.info_hashes()), info.total_size(), info.num_files()
    )


def torrent_file(section: bytes, trackers: Sequence[str]) -> bytes:
    """Return the bytes of a torrent file around an info section that peers sent."""
    head = b""
    if trackers:
        head = b"13:announce-list" + lt.bencode([[url.encode()] for url in trackers])
    return b"d" + head + b"4:info" + section + b"e"
