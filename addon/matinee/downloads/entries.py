"""What the queue keeps about a download: the public row and what only the queue needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from ..models.downloads import Download, DownloadFile, DownloadState, InfoHashes


@dataclass(frozen=True, slots=True)
class NewDownload:
    """What is to be added.

    `source` is a magnet link or an http(s) address, or empty when `metadata` holds the bytes of
    a torrent file. `chosen` are the indexes of the files that are wanted (None: all); it may be
    given before the list of files is known. `volume_id` empty means the default volume. One that
    is `paused` only finds out what it consists of.
    """

    name: str
    transport: str
    source: str = ""
    metadata: bytes = b""
    info_hashes: InfoHashes = field(default_factory=InfoHashes)
    files: Sequence[DownloadFile] = ()
    chosen: tuple[int, ...] | None = None
    volume_id: str = ""
    priority: int = 0
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Blobs:
    """The large or secret parts, opened."""

    source: str = ""
    metadata: bytes = b""
    resume: bytes = b""
    chosen: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A row in memory.

    `done` is what was written last. `before` is the state that a move interrupted, and PAUSED for
    one that pauses after a check or as soon as its files are known. `move_to` is the volume that
    a move goes to. `delete_data` belongs to a removal under way.
    """

    download: Download
    done: int = 0
    before: DownloadState | None = None
    move_to: str = ""
    delete_data: bool = False

    @property
    def only_learns(self) -> bool:
        """Say whether it only finds out what it consists of, and is paused then."""
        return self.before is DownloadState.PAUSED and not self.download.size

    def changed(self, changes: dict[str, Any]) -> Entry:
        """Return a copy; the names may be fields of the entry or of its download."""
        own = {name: value for name, value in changes.items() if name in _OWN}
        rest = {name: value for name, value in changes.items() if name not in _OWN}
        return replace(self, download=replace(self.download, **rest), **own)


_OWN = frozenset(item.name for item in fields(Entry)) - {"download"}


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of the history: `event` is the new state, or added, retried, moved, renamed."""

    id: int
    at: float
    download_id: str
    name: str
    event: str
    detail: str
