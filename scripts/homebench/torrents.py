"""Making torrents (v1, which every peer understands) and reading back what is needed."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


def bencode(value: object) -> bytes:
    match value:
        case int():
            return b"i%de" % value
        case bytes():
            return b"%d:%s" % (len(value), value)
        case str():
            return bencode(value.encode())
        case list():
            return b"l" + b"".join(map(bencode, value)) + b"e"
        case dict():
            pairs = sorted((key.encode(), item) for key, item in value.items())
            return b"d" + b"".join(bencode(key) + bencode(item) for key, item in pairs) + b"e"
    raise TypeError(type(value))


@dataclass(frozen=True)
class Torrent:
    """One torrent file on disk with the facts a benchmark asks for."""

    path: Path
    name: str
    info_hash: str
    size: int
    piece: int
    tracker: str

    @property
    def magnet(self) -> str:
        return (
            f"magnet:?xt=urn:btih:{self.info_hash}&dn={quote(self.name)}"
            f"&tr={quote(self.tracker, safe='')}"
        )


def _hash_at(path: Path, offset: int, length: int) -> bytes:
    with path.open("rb") as handle:
        handle.seek(offset)
        return hashlib.sha1(handle.read(length)).digest()


def from_file(source: Path, folder: Path, piece: int, tracker: str) -> Torrent:
    size = source.stat().st_size
    target = folder / f"{source.name}.torrent"
    with ThreadPoolExecutor(2) as pool:
        pieces = b"".join(pool.map(lambda at: _hash_at(source, at, piece), range(0, size, piece)))
    return _write(target, source.name, size, piece, pieces, tracker)


def invented(number: int, folder: Path, tracker: str) -> Torrent:
    """A torrent of 1.5 GiB whose data does not exist, for lists of paused torrents."""
    piece = 2 * 1024 * 1024
    size = 1536 * 1024 * 1024
    name = f"Invented.Show.S{number // 20:02d}E{number % 20:02d}.1080p.WEB.h264-BENCH.mkv"
    return _write(
        folder / f"{number:04d}.torrent",
        name,
        size,
        piece,
        os.urandom(20 * (size // piece)),
        tracker,
    )


def _write(target: Path, name: str, size: int, piece: int, pieces: bytes, tracker: str) -> Torrent:
    info = {"name": name, "length": size, "piece length": piece, "pieces": pieces}
    target.write_bytes(bencode({"announce": tracker, "info": info}))
    return Torrent(target, name, hashlib.sha1(bencode(info)).hexdigest(), size, piece, tracker)
