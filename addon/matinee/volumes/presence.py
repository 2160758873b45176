"""Where each volume is now: looks after every sign of change, and tells what changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Hashable
from dataclasses import replace

from ..errors import MatineeError
from ..events import EventBus, Notice, VolumeChanged
from ..models.limits import MIB
from ..models.volumes import Volume, VolumeState
from ..settings import FREE_SPACE, Settings
from ..storage import Database
from . import mounts, search
from .devices import DeviceWatch
from .inspect import Seen, can_hardlink, look
from .known import Known, amount
from .mounts import MountWatch
from .patience import Patience

_log = logging.getLogger(__name__)
_LOOK_EVERY = 30.0
# Drives that are only searched, or only proposed, get less time than a known one.
BRIEF = 2.0


class Presence:
    """Keeps `known` true. At most one look at a volume runs at a time; signs meanwhile repeat it.

    Nothing here waits longer than `seconds` for a drive; one that hangs is offline until it
    answers.
    """

    def __init__(
        self, database: Database, bus: EventBus, settings: Settings, seconds: float
    ) -> None:
        self.known: dict[str, Known] = {}
        self._database, self._bus, self._settings = database, bus, settings
        self._seconds = seconds
        self._patience = Patience(self._came_back)
        self._checks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._watches = (MountWatch(self.look_again), DeviceWatch(self.look_again))
        self._timer: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Watch, and look for each volume; one that does not answer at once holds up nothing."""
        for watch in self._watches:
            watch.start()
        self.look_again()
        if self._checks:
            await asyncio.wait(tuple(self._checks.values()), timeout=BRIEF)
        self._timer = asyncio.create_task(self._look_regularly(), name="volumes")

    async def stop(self) -> None:
        for watch in self._watches:
            watch.stop()
        self._again.clear()
        tasks = [*self._checks.values(), *([self._timer] if self._timer else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def patient[T](
        self, key: Hashable, function: Callable[[], T], seconds: float | None = None
    ) -> T:
        """Run a blocking call on a drive in a thread. Raises `RetryLater` when it hangs."""
        return await self._patience.call(key, seconds or self._seconds, function)

    def look_again(self) -> None:
        """Look for all volumes wherever they may be, in the background."""
        for volume_id in self.known:
            self._schedule(volume_id, everywhere=True)

    def _came_back(self, key: Hashable) -> None:
        if isinstance(key, str):
            self._schedule(key, everywhere=True)

    async def _look_regularly(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            # Only where they were: other drives are left asleep.
            for volume_id in self.known:
                self._schedule(volume_id, everywhere=False)

    def _schedule(self, volume_id: str, *, everywhere: bool) -> None:
        if volume_id in self._checks:
            if everywhere:
                self._again.add(volume_id)
            return
        self._checks[volume_id] = task = asyncio.create_task(
            self.check(volume_id, everywhere=everywhere), name=f"volume {volume_id}"
        )
        task.add_done_callback(lambda task: self._checked(volume_id, task))

    def _checked(self, volume_id: str, task: asyncio.Task[None]) -> None:
        self._checks.pop(volume_id, None)
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            _log.error("A drive could not be checked", exc_info=error)
        if volume_id in self._again:
            self._again.discard(volume_id)
            self._schedule(volume_id, everywhere=True)

    async def check(self, volume_id: str, *, everywhere: bool) -> None:
        """Look for one volume now, at its last place and (if wanted) on all mounted drives."""
        known = self.known.get(volume_id)
        if known is None:
            return
        # One after the other: an old look must not undo what a newer one saw.
        async with known.lock:
            seen = await self._look_there(known)
            if seen is None and everywhere and not known.hangs:
                seen = await self._look_elsewhere(known)
            if volume_id in self.known:
                await self.take_over(known, seen)

    async def _look_there(self, known: Known) -> Seen | None:
        volume, root = known.volume, known.last_root
        known.hangs = False
        try:
            seen = await self.patient(volume.id, lambda: look(root))
        except OSError as error:
            known.why = f"{root}: {error.strerror or error}"
            return None
        except MatineeError:
            known.why, known.hangs = "it does not answer", True
            return None
        if search.fits(seen, volume.marker, volume.filesystem):
            return seen
        if seen.gone:
            known.why = "it was pulled"
        elif seen.marker:
            known.why = f"another drive is at {root}"
        else:
            known.why = f"what is at {root} does not bear its mark"
        return None

    async def _look_elsewhere(self, known: Known) -> Seen | None:
        volume, last = known.volume, known.last_root

        async def ask(mount: mounts.Mount) -> Seen | None:
            try:
                return await self.patient(
                    ("mount", mount.point),
                    lambda: search.find(mount, volume.marker, volume.filesystem, last),
                    BRIEF,
                )
            except (MatineeError, OSError):
                return None

        found = await asyncio.gather(*map(ask, search.visible(mounts.read())))
        return next((seen for seen in found if seen is not None), None)

    async def take_over(self, known: Known, seen: Seen | None) -> None:
        """Make what was seen (None: it is offline) the state: first the row, then the event."""
        if seen is None:
            if not known.is_offline:
                _log.warning("The drive %s is offline: %s", known.volume.name, known.why)
            self.now(known, replace(known.volume, state=VolumeState.OFFLINE, root="", free=0))
            return
        filesystem = known.volume.filesystem or seen.filesystem
        if seen.root != known.last_root or filesystem != known.volume.filesystem:
            await self._database.execute(
                "UPDATE volumes SET root = ?, filesystem = ?, kind = ? WHERE id = ?",
                (str(seen.root), filesystem, seen.kind, known.volume.id),
            )
        links = await self._links(known, seen)
        known.last_root, known.device = seen.root, seen.device
        if known.is_offline:
            _log.info("The drive %s is at %s", known.volume.name, seen.root)
        self.now(
            known,
            replace(
                known.volume,
                root=str(seen.root),
                filesystem=filesystem,
                kind=seen.kind,
                state=VolumeState.READ_ONLY if seen.read_only else VolumeState.ONLINE,
                size=seen.size,
                free=seen.free,
                can_hardlink=links,
            ),
        )
        self._tell_low(known)

    async def _links(self, known: Known, seen: Seen) -> bool:
        before = known.volume.can_hardlink
        if seen.read_only or known.links_tried_on == seen.device:
            return before
        try:
            answer = await self.patient(known.volume.id, lambda: can_hardlink(seen.root, seen.kind))
        except (MatineeError, OSError):
            return before
        known.links_tried_on = seen.device
        return answer

    def now(self, known: Known, volume: Volume) -> Volume:
        """Make this the volume, and tell when anything but a little free space changed."""
        before, known.volume = known.volume, volume
        moved = abs(volume.free - known.told_free) > max(64 * MIB, volume.size // 200)
        if moved or replace(volume, free=0) != replace(before, free=0):
            known.told_free = volume.free
            self._bus.publish(VolumeChanged(volume))
        return volume

    def _tell_low(self, known: Known) -> None:
        keep, volume = self._settings.get(FREE_SPACE), known.volume
        if volume.free > 2 * keep:
            known.is_low = False
        elif volume.free < keep and not known.is_low:
            known.is_low = True
            hint = f"Free {amount(2 * keep - volume.free)} or choose another drive."
            message = f"The drive {volume.name} is almost full."
            self._bus.publish(Notice("warning", "volume_low", message, hint))
