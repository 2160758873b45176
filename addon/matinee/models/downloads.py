"""A download: its states and moves, its files, its progress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class DownloadState(StrEnum):
    QUEUED = "queued"
    RESOLVING = "resolving"
    DOWNLOADING = "downloading"
    CHECKING = "checking"
    MOVING = "moving"
    VERIFYING = "verifying"
    IMPORTING = "importing"
    COMPLETED = "completed"
    PAUSED = "paused"
    FAILED = "failed"
    REMOVED = "removed"


S = DownloadState

# Every move a download can make. A move that is not here is a defect of the caller.
TRANSITIONS: Mapping[DownloadState, frozenset[DownloadState]] = {
    S.QUEUED: frozenset(
        {S.RESOLVING, S.DOWNLOADING, S.CHECKING, S.MOVING, S.PAUSED, S.FAILED, S.REMOVED}
    ),
    S.RESOLVING: frozenset({S.DOWNLOADING, S.CHECKING, S.QUEUED, S.PAUSED, S.FAILED, S.REMOVED}),
    S.DOWNLOADING: frozenset(
        {S.QUEUED, S.CHECKING, S.MOVING, S.VERIFYING, S.PAUSED, S.FAILED, S.REMOVED}
    ),
    S.CHECKING: frozenset(
        {
            S.QUEUED,
            S.RESOLVING,
            S.DOWNLOADING,
            S.VERIFYING,
            S.COMPLETED,
            S.PAUSED,
            S.FAILED,
            S.REMOVED,
        }
    ),
    S.MOVING: frozenset(
        {S.QUEUED, S.DOWNLOADING, S.VERIFYING, S.COMPLETED, S.PAUSED, S.FAILED, S.REMOVED}
    ),
    S.VERIFYING: frozenset({S.IMPORTING, S.DOWNLOADING, S.CHECKING, S.FAILED, S.REMOVED}),
    S.IMPORTING: frozenset({S.COMPLETED, S.FAILED, S.REMOVED}),
    S.COMPLETED: frozenset({S.QUEUED, S.CHECKING, S.MOVING, S.VERIFYING, S.REMOVED}),
    S.PAUSED: frozenset({S.QUEUED, S.CHECKING, S.MOVING, S.REMOVED, S.FAILED}),
    S.FAILED: frozenset({S.QUEUED, S.CHECKING, S.VERIFYING, S.PAUSED, S.REMOVED}),
    S.REMOVED: frozenset(),
}
ACTIVE = frozenset({S.RESOLVING, S.DOWNLOADING, S.CHECKING, S.MOVING})
"""States that hold one of the concurrency slots."""


class QueueReason(StrEnum):
    """Why a queued download waits."""

    SLOT = "slot"
    WINDOW = "window"
    SPACE = "space"
    VOLUME = "volume"
    ACCOUNT = "account"
    RETRY = "retry"


class Sharing(StrEnum):
    """What a torrent gives back; a dimension of its own, beside the state."""

    NONE = "none"
    SEEDING = "seeding"
    PAUSED = "paused"
    GOAL_MET = "goal_met"


class FilePriority(IntEnum):
    SKIP = 0
    LOW = 1
    NORMAL = 4
    HIGH = 7


@dataclass(frozen=True, slots=True)
class InfoHashes:
    """Lower-case hex: `v1` 40 characters (SHA-1), `v2` 64 (SHA-256); empty when there is none."""

    v1: str = ""
    v2: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a download failed or waits, in words. See `errors.MatineeError`."""

    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class DownloadFile:
    """One file of a download. `path` is relative, with `/`, and safe to join to `save_path`."""

    index: int
    path: str
    size: int
    priority: FilePriority = FilePriority.NORMAL
    is_padding: bool = False


@dataclass(frozen=True, slots=True)
class Download:
    """A row of the queue. Sizes in bytes, times in seconds since 1970 (0: not yet)."""

    id: str
    name: str
    transport: str
    state: DownloadState
    volume_id: str
    save_path: str
    position: int
    priority: int = 0
    reason: QueueReason | None = None
    trouble: Trouble | None = None
    info_hashes: InfoHashes = field(default_factory=InfoHashes)
    size: int = 0
    wanted: int = 0
    sharing: Sharing = Sharing.NONE
    rate_limit_down: int = 0
    rate_limit_up: int = 0
    seed_ratio: float | None = None
    seed_minutes: int | None = None
    attempts: int = 0
    retry_at: float = 0.0
    added_at: float = 0.0
    completed_at: float = 0.0
    uploaded: int = 0
    downloaded: int = 0
    seeded_seconds: int = 0
    media_ids: tuple[str, ...] = ()
    unsorted: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a download is: bytes, bytes per second, seconds. Lives in memory only.

    `eta` is None when it cannot be said. `stalled` is derived: active, wanted data, and none
    came for the stall time.
    """

    done: int = 0
    wanted: int = 0
    rate_down: int = 0
    rate_up: int = 0
    uploaded: int = 0
    peers: int = 0
    seeds: int = 0
    eta: int | None = None
    stalled: bool = False
    checked: float = 0.0
