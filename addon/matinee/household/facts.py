"""What is known of a film's streams, at home or on its way."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict

from ..errors import MatineeError, RetryLater
from ..models.limits import MIB
from ..models.media import Probe
from ..playback.loopback import lend
from ..programs import ffmpeg
from ..programs.run import Limits
from .opening import Arrival, Place

_log = logging.getLogger(__name__)

BUDGET = 96 * MIB
"""Bytes that ffprobe may read of a film on its way: its head, and an index at the end."""
_LIMITS = Limits(seconds=300, cpu_seconds=30, output=4 * MIB)
"""Slow swarms take their time; the program sleeps meanwhile."""
_REMEMBERED = 256


class Facts:
    """Probes films. What was found of a file on its way is kept in memory until its import."""

    def __init__(self) -> None:
        self._arriving: OrderedDict[Arrival, Probe] = OrderedDict()
        self._probed: OrderedDict[str, Probe | None] = OrderedDict()
        self._running: dict[Arrival, asyncio.Task[Probe | None]] = {}

    async def stop(self) -> None:
        for task in tuple(self._running.values()):
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def known(self, download_id: str, file_index: int) -> Probe | None:
        """Return what is known of a download's file. From memory."""
        return self._arriving.get(Arrival(download_id, file_index))

    async def of(self, place: Place) -> Probe | None:
        """Return what is known already; None while nothing is."""
        if place.arrival is not None:
            return self._arriving.get(place.arrival)
        return place.probe or self._probed.get(place.source.etag)

    def begin(self, place: Place) -> asyncio.Task[Probe | None]:
        """Begin to read a film on its way; a second caller gets the task of the first.

        It waits for the beginning and the index, and ends with None when they tell nothing.
        """
        assert place.arrival is not None
        task = self._running.get(place.arrival)
        if task is None:
            task = asyncio.create_task(self._read(place.arrival, place), name="probe")
            self._running[place.arrival] = task
        return task

    async def learn(self, place: Place) -> Probe | None:
        """Return what is known, and read the film to know it. None when it cannot be read."""
        found = await self.of(place)
        if found is not None:
            return found
        if place.arrival is not None:
            return await asyncio.shield(self.begin(place))
        return await self._at_home(place)

    async def _at_home(self, place: Place) -> Probe | None:
        """Probe a film that came home just now; the library will do so too, when it has time."""
        path, key = place.source.finished_path, place.source.etag
        if path is None or key in self._probed:
            return None
        try:
            probe: Probe | None = await ffmpeg.probe(path)
        except RetryLater:
            return None
        except MatineeError as error:
            _log.info("%s cannot be probed: %s", path.name, error)
            probe = None
        _remember(self._probed, key, probe)
        return probe

    async def _read(self, arrival: Arrival, place: Place) -> Probe | None:
        try:
            async with lend(place.source, budget=BUDGET) as address:
                probe = await ffmpeg.probe(address, limits=_LIMITS)
        except MatineeError as error:
            _log.info("The film on its way cannot be probed yet: %s", error)
            return None
        finally:
            self._running.pop(arrival, None)
        _remember(self._arriving, arrival, probe)
        return probe


def _remember[K, V](known: OrderedDict[K, V], key: K, value: V) -> None:
    known[key] = value
    while len(known) > _REMEMBERED:
        known.popitem(last=False)
