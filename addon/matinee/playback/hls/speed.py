"""How fast this machine makes H.264: measured once, so that nothing is promised that stutters."""

from __future__ import annotations

import asyncio
import time

from ...errors import MatineeError
from ...models.limits import GIB, MIB
from ...programs.run import Limits, run

_WIDTH, _HEIGHT, _FRAMES = 1280, 720, 60
_START = 0.08
"""Seconds that ffmpeg takes to begin, which are no measure of its speed."""
_MARGIN = 0.7
"""A film must also be decoded, and a home does other things meanwhile."""
_LIMITS = Limits(seconds=40, cpu_seconds=60, memory=2 * GIB, output=MIB, niceness=0)


class Speed:
    """Measures when it is first asked."""

    def __init__(self) -> None:
        self._known: float | None = None
        self._lock = asyncio.Lock()

    @property
    def known(self) -> float | None:
        """Pixels a second, or None before the first measure."""
        return self._known

    async def pixel_rate(self) -> float:
        """Return how many pixels a second are encoded; 0 when this machine cannot."""
        async with self._lock:
            if self._known is None:
                self._known = await _measure()
            return self._known


async def _measure() -> float:
    pattern = f"testsrc2=size={_WIDTH}x{_HEIGHT}:rate=30,noise=alls=12:allf=t,format=yuv420p"
    begun = time.monotonic()
    try:
        await run(
            ["ffmpeg", "-hide_banner", "-nostdin", "-v", "error", "-f", "lavfi", "-i", pattern,
             "-frames:v", str(_FRAMES), "-c:v", "libx264", "-preset", "veryfast", "-bf", "0",
             "-b:v", "3M", "-threads", "2", "-f", "null", "-"], _LIMITS,
        )  # fmt: skip
    except MatineeError:
        return 0.0
    return _MARGIN * _WIDTH * _HEIGHT * _FRAMES / max(0.01, time.monotonic() - begun - _START)
