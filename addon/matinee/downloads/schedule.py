"""Which downloads run and why the others wait. Pure: values in, plan out.

The order is priority (higher first), then position. A plan is stable: applied and made again
from the same world, it changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..models.downloads import DownloadState, QueueReason

S = DownloadState
RUNNING = frozenset({S.RESOLVING, S.DOWNLOADING})
"""States that the plan may end."""
HOLDING = frozenset({S.CHECKING, S.MOVING})
"""States that hold a slot and are left to finish."""
PLANNED = RUNNING | HOLDING | {S.QUEUED}
REST_SECONDS = 900.0
_FULL_DISK_RESERVE = 64 << 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """A download as the plan sees it. `need` are the bytes that it will still write."""

    id: str
    state: DownloadState
    volume_id: str
    priority: int
    position: int
    need: int = 0
    reason: QueueReason | None = None
    retry_at: float = 0.0
    stalled: bool = False
    watched: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """A volume as the plan sees it. `free` in bytes, None when it is not known."""

    online: bool
    free: int | None


@dataclass(frozen=True, slots=True)
class Limits:
    """`slots` downloads at once, of which stalled ones do not count, up to `stalled` of them.

    `reserve` bytes stay free on every volume.
    """

    slots: int
    reserve: int
    stalled: int = 10


@dataclass(frozen=True, slots=True)
class Step:
    """Start the download (no reason), or let it wait for `reason` (RETRY: until `until`)."""

    id: str
    reason: QueueReason | None = None
    until: float = 0.0


class _Supply:
    """What is still to give away while the plan is made."""

    def __init__(self, rooms: Mapping[str, Room], limits: Limits, holding: int) -> None:
        self._rooms, self._reserve = rooms, limits.reserve
        self._promised: dict[str, int] = {}
        self.slots = limits.slots - holding
        self.stalled = limits.stalled

    def obstacle(self, item: Candidate, now: float) -> QueueReason | None:
        """Say why it cannot run even if there were a slot."""
        room = self._rooms.get(item.volume_id)
        if room is None or not room.online:
            return QueueReason.VOLUME
        if item.state is S.QUEUED and item.retry_at > now:
            # A drive that refuses although it looks well is not asked again at once.
            waits = item.reason in (QueueReason.SPACE, QueueReason.VOLUME)
            return item.reason if waits else QueueReason.RETRY
        if not self._fits(item, room):
            return QueueReason.SPACE
        return None

    def _fits(self, item: Candidate, room: Room) -> bool:
        if room.free is None:
            return True
        keep = self._reserve
        if item.reason is QueueReason.SPACE:
            # The gap between leaving and coming back keeps it from swinging to and fro.
            keep = max(2 * keep, _FULL_DISK_RESERVE)
        left = room.free - self._promised.get(item.volume_id, 0) - item.need
        return left >= keep

    def promise(self, item: Candidate) -> None:
        promised = self._promised.get(item.volume_id, 0)
        self._promised[item.volume_id] = promised + item.need

    def slot(self, item: Candidate) -> QueueReason | None:
        """Take a slot; return why there is none."""
        if item.watched:
            return None
        if item.stalled and item.state in RUNNING:
            self.stalled -= 1
            return None if self.stalled >= 0 else QueueReason.RETRY
        self.slots -= 1
        return None if self.slots >= 0 else QueueReason.SLOT


def order(items: Sequence[Candidate]) -> list[Candidate]:
    return sorted(items, key=lambda item: (-item.priority, item.position, item.id))


def plan(
    items: Sequence[Candidate], rooms: Mapping[str, Room], limits: Limits, now: float
) -> list[Step]:
    """Return the steps that differ from what is: starts, stops, and new reasons to wait."""
    cut_off = [item for item in items if item.state is S.CHECKING and not _online(item, rooms)]
    holding = [item for item in items if item.state in HOLDING and item not in cut_off]
    left = _Supply(rooms, limits, len([item for item in holding if not item.watched]))
    for item in holding:
        left.promise(item)
    steps = [Step(item.id, QueueReason.VOLUME) for item in cut_off]
    for item in order([i for i in items if i.state in RUNNING or i.state is S.QUEUED]):
        reason = left.obstacle(item, now) or left.slot(item)
        if reason is None:
            left.promise(item)
        step = _step(item, reason, now)
        if step is not None:
            steps.append(step)
    return steps


def _online(item: Candidate, rooms: Mapping[str, Room]) -> bool:
    room = rooms.get(item.volume_id)
    return room is not None and room.online


def _step(item: Candidate, reason: QueueReason | None, now: float) -> Step | None:
    running = item.state in RUNNING
    if reason is None:
        return None if running else Step(item.id)
    if not running and item.reason is reason:
        return None
    if not running:
        return Step(item.id, reason, item.retry_at)
    # Only one that stalled beyond the limit is sent to rest by the plan itself.
    return Step(item.id, reason, now + REST_SECONDS if reason is QueueReason.RETRY else 0.0)
