"""How often one address may ask: a small window per address, in memory."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable

from ..errors import TooManyRequests

_ADDRESSES = 2048


class RateLimit:
    """At most `count` events in `seconds` from one address; the oldest addresses are forgotten."""

    def __init__(
        self, count: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._count, self._seconds, self._clock = count, seconds, clock
        self._events: OrderedDict[str, deque[float]] = OrderedDict()

    def note(self, address: str) -> None:
        """Count one event. Raises `TooManyRequests` when it is one too many."""
        now = self._clock()
        events = self._events.setdefault(address, deque())
        self._events.move_to_end(address)
        while len(self._events) > _ADDRESSES:
            self._events.popitem(last=False)
        while events and events[0] <= now - self._seconds:
            events.popleft()
        if len(events) >= self._count:
            raise TooManyRequests(
                "Too many tries from this device.",
                hint="Wait a moment.",
                after=events[0] + self._seconds - now,
            )
        events.append(now)
