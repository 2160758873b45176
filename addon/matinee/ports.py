"""The protocols that the rooms plug into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .errors import MatineeError
from .models.downloads import DownloadFile, FilePriority, InfoHashes, Progress, Sharing


class ByteReader(Protocol):
    """One position in a ByteSource: a player, a probe. Not shared between tasks."""

    async def read(self, offset: int, length: int) -> bytes | memoryview:
        """Return 1 to `length` bytes from `offset`; wait until they are here and verified.

        Raises `RetryLater` when they do not come within the source's patience, `NotFound` when
        the source was removed, ValueError when `offset` is outside.
        """
        ...

    async def close(self) -> None:
        """Give up whatever was wanted for this reader."""
        ...


class ByteSource(Protocol):
    """A file: finished, half-downloaded or remote. Whoever reads cannot tell which."""

    @property
    def name(self) -> str:
        """The file's name, for its ending and for people."""
        ...

    @property
    def size(self) -> int: ...

    @property
    def etag(self) -> str:
        """A strong entity tag without quotes: same tag, same bytes (RFC 9110, 8.8.3)."""
        ...

    @property
    def finished_path(self) -> Path | None:
        """The path of the whole, verified file, or None while it is not."""
        ...

    def available(self, offset: int, length: int) -> bool:
        """Say whether these bytes can be read without waiting."""
        ...

    def reader(self, *, bit_rate: int = 0, background: bool = False) -> ByteReader:
        """Open a reader. `bit_rate` (bit/s, 0 unknown) sizes its window.

        A `background` reader (a probe, a thumbnail) raises only what it asks for.
        """
        ...


@dataclass(frozen=True, slots=True)
class TransportJob:
    """What a transport needs to run a download; the same after every restart.

    `source` is a magnet link or an http(s) address (empty when `metadata` is there); `metadata`
    the bytes of a torrent file; `resume` the last blob the transport saved. With
    `stop_at_metadata` it finds out what the download consists of, tells it by `metadata_known`,
    and fetches nothing of it until it is told to resume.
    """

    download_id: str
    save_path: Path
    source: str = ""
    metadata: bytes = b""
    resume: bytes = b""
    files: Sequence[DownloadFile] = ()
    paused: bool = False
    stop_at_metadata: bool = False
    rate_limit_down: int = 0
    rate_limit_up: int = 0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a transport can do, as data, for the page and Home Assistant to render."""

    choose_files: bool = False
    recheck: bool = False
    move: bool = False
    share: bool = False
    stream: bool = False
    peers: bool = False


@dataclass(frozen=True, slots=True)
class PeerInfo:
    address: str
    client: str
    progress: float
    rate_down: int
    rate_up: int
    encrypted: bool
    protocol: str


@dataclass(frozen=True, slots=True)
class TrackerInfo:
    url: str
    tier: int
    working: bool
    message: str
    seeds: int
    peers: int
    next_announce: float


class TransportListener(Protocol):
    """What a transport tells the queue. Called on the event loop; must return at once."""

    def metadata_known(
        self,
        download_id: str,
        name: str,
        files: Sequence[DownloadFile],
        hashes: InfoHashes,
        metadata: bytes,
    ) -> None: ...

    def started(self, download_id: str) -> None:
        """Data is wanted and being fetched (after a check, if there was one)."""
        ...

    def checking(self, download_id: str) -> None: ...

    def finished(self, download_id: str) -> None:
        """Every wanted byte is here, verified and written."""
        ...

    def moved(self, download_id: str, save_path: Path) -> None: ...

    def failed(self, download_id: str, error: MatineeError) -> None: ...

    def resume_saved(self, download_id: str, resume: bytes) -> None: ...

    def shared(self, download_id: str, uploaded: int, seconds: int) -> None:
        """Totals of what was given back, since the download was added."""
        ...


class Transport(Protocol):
    """How a download gets here. One file a transport; the queue decides when, it decides how."""

    name: str
    capabilities: Capabilities

    async def start(self, listener: TransportListener) -> None: ...

    async def stop(self) -> None:
        """Save what must be saved and end. Nothing known good is checked again after it."""
        ...

    def accepts(self, source: str) -> bool: ...

    async def add(self, job: TransportJob) -> None:
        """Take the job on; the same id again replaces nothing and is no error."""
        ...

    async def pause(self, download_id: str) -> None: ...

    async def resume(self, download_id: str) -> None: ...

    async def remove(self, download_id: str, *, delete_data: bool) -> None: ...

    async def recheck(self, download_id: str) -> None: ...

    async def move(self, download_id: str, save_path: Path) -> None: ...

    async def set_priorities(
        self, download_id: str, priorities: Mapping[int, FilePriority]
    ) -> None: ...

    async def set_rate_limits(self, download_id: str, down: int, up: int) -> None: ...

    async def set_sharing(self, download_id: str, sharing: Sharing) -> None:
        """SEEDING lets a finished download upload; PAUSED, GOAL_MET and NONE stop it."""
        ...

    def progress(self) -> Mapping[str, Progress]:
        """Return the progress of every job by id. From memory; never waits."""
        ...

    def files_done(self, download_id: str) -> Sequence[int]:
        """Return the verified bytes of every file, in the order of its index."""
        ...

    async def peers(self, download_id: str) -> Sequence[PeerInfo]: ...

    async def trackers(self, download_id: str) -> Sequence[TrackerInfo]: ...

    def open(self, download_id: str, file_index: int) -> ByteSource:
        """Raises `NotFound` when the download or file is unknown."""
        ...
