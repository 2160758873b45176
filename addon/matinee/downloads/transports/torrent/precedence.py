"""A film that somebody watches comes first: other torrents give way while its reader is hungry."""

from __future__ import annotations

import time

from .core import Core
from .job import Job

HOLD_SECONDS = 2.0
"""For so long after a reader was hungry the others wait: a player that seeks comes back."""
HOPE_SECONDS = 10.0
"""For so long others give way to one that receives nothing: they may not be what it lacks."""


class Precedence:
    """Holds other torrents back while a reader waits, or is less than a window ahead.

    What users set as limits stays as it is in `Job.order` and holds again afterwards.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._first: frozenset[str] = frozenset()
        self._hungry_at = 0.0
        self._hopes: dict[str, float] = {}

    def settle(self) -> None:
        """Hold back whoever has to give way now, and let go of all others."""
        now = time.monotonic()
        hungry = frozenset(job.id for job in self._core.jobs.values() if self._is_hungry(job, now))
        if hungry:
            self._first, self._hungry_at = hungry, now
        elif now - self._hungry_at > HOLD_SECONDS:
            self._first = frozenset()
        self._hopes = {key: at for key, at in self._hopes.items() if key in self._core.jobs}
        for job in self._core.jobs.values():
            gives_way = bool(self._first) and job.id not in self._first
            # Learning what a torrent consists of takes little and is waited for.
            self._hold(job, back=gives_way and job.layout is not None and not job.finished)

    def _is_hungry(self, job: Job, now: float) -> bool:
        running = job.running and job.ready and job.error is None and not job.finished
        if not running or job.window is None or not job.window.hungry():
            self._hopes.pop(job.id, None)
            return False
        hoped = self._hopes.setdefault(job.id, now)
        if job.numbers.rate_down:
            self._hopes[job.id] = now
        return now - hoped < HOPE_SECONDS

    @staticmethod
    def _hold(job: Job, *, back: bool) -> None:
        if job.held_back != back:
            job.held_back = back
            job.limit_down()
