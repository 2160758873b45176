"""How long the event loop is held up. Measured only while somebody asks for it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Mapping

from .metrics import Metric

INTERVAL = 0.01
_PATIENCE = 120.0
_KEPT = 12_000
QUANTILES = (0.5, 0.99, 1.0)


class LoopLag:
    """Samples every 10 ms from one reading to the next; two minutes without one end it.

    An idle engine is not woken a hundred times a second for a number that nobody reads.
    """

    def __init__(self) -> None:
        self._samples: deque[float] = deque(maxlen=_KEPT)
        self._asked = 0.0
        self._task: asyncio.Task[None] | None = None

    def metric(self) -> Metric:
        return Metric(
            "loop_lag_seconds",
            "How late the event loop ran what was due, since the last reading.",
            self.read,
            label="quantile",
        )

    def read(self) -> Mapping[str, float]:
        """Return the quantiles since the last reading, and go on sampling."""
        self._asked = time.monotonic()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._sample(), name="loop lag")
        ordered = sorted(self._samples)
        self._samples.clear()
        if not ordered:
            return {f"{quantile:g}": 0.0 for quantile in QUANTILES}
        last = len(ordered) - 1
        return {f"{quantile:g}": ordered[round(quantile * last)] for quantile in QUANTILES}

    async def _sample(self) -> None:
        while time.monotonic() - self._asked < _PATIENCE:
            before = time.perf_counter()
            await asyncio.sleep(INTERVAL)
            self._samples.append(max(0.0, time.perf_counter() - before - INTERVAL))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
