"""What clients see of a download. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ..models.downloads import (
    Download,
    DownloadState,
    FilePriority,
    Progress,
    QueueReason,
    Sharing,
    Trouble,
)
from .entries import Entry
from .goals import ratio_of


@dataclass(frozen=True, slots=True)
class DownloadView:
    """A download with its progress. Bytes, bytes per second, seconds; times since 1970 (0: none).

    `progress` and `checked` go from 0 to 1; `checked` tells how far a check is. `eta` is None
    when it cannot be said. `save_path` is relative to the root of the volume.
    """

    id: str
    name: str
    state: DownloadState
    reason: QueueReason | None
    trouble: Trouble | None
    transport: str
    priority: int
    position: int
    volume_id: str
    save_path: str
    size: int
    wanted: int
    done: int
    progress: float
    checked: float
    rate_down: int
    rate_up: int
    peers: int
    seeds: int
    eta: int | None
    stalled: bool
    uploaded: int
    ratio: float
    sharing: Sharing
    rate_limit_down: int
    rate_limit_up: int
    seed_ratio: float | None
    seed_minutes: int | None
    info_hash_v1: str
    info_hash_v2: str
    added_at: float
    completed_at: float
    retry_at: float
    media_ids: tuple[str, ...]
    unsorted: int


@dataclass(frozen=True, slots=True)
class DownloadTotals:
    """All downloads together: bytes per second, and how many are active."""

    rate_down: int
    rate_up: int
    active: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs since a mark. Ask again with this `mark`.

    With `complete`, `downloads` are all there are, and whoever asked forgets what it knew.
    """

    mark: int
    downloads: tuple[DownloadView, ...]
    removed: tuple[str, ...]
    totals: DownloadTotals
    complete: bool = False


@dataclass(frozen=True, slots=True)
class FileView:
    """One file of a download; `done` are its verified bytes, `progress` goes from 0 to 1."""

    index: int
    path: str
    size: int
    priority: FilePriority
    done: int
    progress: float


def fraction(done: int, whole: int, *, complete: bool = False) -> float:
    """Return done by whole, 4 digits, and 1.0 only when it is all there."""
    if complete:
        return 1.0
    if whole <= 0:
        return 0.0
    if done >= whole:
        return 1.0
    return min(round(done / whole, 4), 0.9999)


def view_of(entry: Entry, progress: Progress | None) -> DownloadView:
    """Join a row with its progress; without one, what was written last stands."""
    item = entry.download
    live = progress or Progress(done=entry.done, uploaded=item.uploaded)
    wanted = item.wanted or live.wanted
    complete = item.state is DownloadState.COMPLETED
    done = wanted if complete and progress is None else live.done
    uploaded = max(item.uploaded, live.uploaded)
    return DownloadView(
        id=item.id, name=item.name, state=item.state, reason=item.reason, trouble=item.trouble,
        transport=item.transport, priority=item.priority, position=item.position,
        volume_id=item.volume_id, save_path=item.save_path, size=item.size, wanted=wanted,
        done=done, progress=fraction(done, wanted, complete=complete),
        checked=round(live.checked, 3), rate_down=live.rate_down, rate_up=live.rate_up,
        peers=live.peers, seeds=live.seeds, eta=_eta(item, live, wanted), stalled=live.stalled,
        uploaded=uploaded, ratio=round(ratio_of(uploaded, item.downloaded, wanted), 3),
        sharing=item.sharing, rate_limit_down=item.rate_limit_down,
        rate_limit_up=item.rate_limit_up, seed_ratio=item.seed_ratio,
        seed_minutes=item.seed_minutes, info_hash_v1=item.info_hashes.v1,
        info_hash_v2=item.info_hashes.v2, added_at=item.added_at,
        completed_at=item.completed_at, retry_at=item.retry_at, media_ids=item.media_ids,
        unsorted=item.unsorted,
    )  # fmt: skip


def _eta(item: Download, live: Progress, wanted: int) -> int | None:
    if item.state is not DownloadState.DOWNLOADING:
        return None
    if live.eta is not None or live.rate_down <= 0 or wanted <= 0:
        return live.eta
    return max(0, wanted - live.done) // live.rate_down
