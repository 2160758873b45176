"""A folder of small files made from films, bounded in size: the least recently used go first."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from pathlib import Path

_log = logging.getLogger(__name__)


class DiskCache:
    """Blocking: call it in a thread. A damaged or vanished folder costs the cache, never more."""

    def __init__(self, folder: Path, limit: int, ending: str) -> None:
        self._folder, self._limit, self._ending = folder, limit, ending
        self._size: int | None = None

    def _path(self, key: str) -> Path:
        return self._folder / (hashlib.sha256(key.encode()).hexdigest()[:40] + self._ending)

    def get(self, key: str) -> bytes | None:
        """Return the bytes, or None. Marks them as used now."""
        path = self._path(key)
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return data

    def put(self, key: str, data: bytes) -> None:
        """Keep the bytes: whole or not at all. What is too large for the cache is not kept."""
        if len(data) > self._limit // 4:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(dir=self._folder, suffix=".new")
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(draft).replace(self._path(key))
            self._size = (self._total() if self._size is None else self._size) + len(data)
            if self._size > self._limit:
                self._evict()
        except OSError as error:
            _log.warning("The cache %s cannot be written: %s", self._folder.name, error.strerror)

    def _entries(self) -> list[tuple[float, int, Path]]:
        entries = []
        for entry in os.scandir(self._folder):
            status = entry.stat(follow_symlinks=False)
            entries.append((status.st_mtime, status.st_size, Path(entry.path)))
        return sorted(entries)

    def _total(self) -> int:
        return sum(size for _, size, _ in self._entries())

    def _evict(self) -> None:
        """Delete the least recently used until a tenth is free, and drafts that a crash left."""
        entries = self._entries()
        left = sum(size for _, size, _ in entries)
        for _, size, path in entries:
            if left <= self._limit * 9 // 10:
                break
            path.unlink(missing_ok=True)
            left -= size
        self._size = left
