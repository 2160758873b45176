"""What the parts of the torrent transport share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import libtorrent as lt

from ....errors import MatineeError, NotFound
from ....models.downloads import Sharing
from ....ports import TransportListener
from ....settings import Settings
from .job import Job
from .session import MAX_FAILURES, session_settings


@dataclass(slots=True, eq=False)
class Core:
    """The session and its jobs. Everything here runs on the event loop.

    `tuned` are the settings that follow the moment (ticks, queues, µTP) and go over those that
    follow from Matinee's. `stale` are jobs whose wanted pieces must be thought over.
    """

    settings: Settings
    state_path: Path
    clock: Callable[[], float]
    session: Any = None
    listener: TransportListener | None = None
    on_waiting: Callable[[str], None] | None = None
    jobs: dict[str, Job] = field(default_factory=dict)
    by_handle: dict[Any, Job] = field(default_factory=dict)
    adding: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    arrivals: dict[str, Callable[[Any], None]] = field(default_factory=dict)
    removing: dict[str, tuple[asyncio.Future[bool], bool]] = field(default_factory=dict)
    stale: set[Job] = field(default_factory=set)
    tuned: dict[str, Any] = field(default_factory=dict)
    applied: dict[str, Any] = field(default_factory=dict)
    interface_up: bool = True
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    @property
    def told(self) -> TransportListener:
        assert self.listener is not None
        return self.listener

    def job(self, download_id: str) -> Job:
        try:
            return self.jobs[download_id]
        except KeyError as error:
            raise NotFound("There is no such torrent.") from error

    def of(self, alert: Any) -> Job | None:
        return self.by_handle.get(alert.handle)

    def active(self) -> bool:
        """Say whether anything may be asked of the world outside."""
        return self.interface_up and any(job.running for job in self.jobs.values())

    def tune(self, **values: Any) -> None:
        """Change settings that follow the moment."""
        if any(self.tuned.get(key) != value for key, value in values.items()):
            self.tuned |= values
            self.apply_settings()

    def apply_settings(self) -> None:
        """Bring libtorrent's settings in step; only what changed is sent."""
        if self.session is None:
            return
        values = session_settings(self.settings, active=self.active()) | self.tuned
        changed = {key: value for key, value in values.items() if self.applied.get(key) != value}
        if changed:
            self.session.apply_settings(changed)
            self.applied |= changed

    def run_or_rest(self, job: Job) -> None:
        """Start or stop a torrent as its state demands.

        A finished one runs only to share, an unfinished one unless it is paused; a check needs
        it running, and it stops by itself afterwards.
        """
        wanted = not job.paused
        if job.finished:
            wanted = job.sharing is Sharing.SEEDING
        checks = job.checking or not job.ready
        if job.error is not None or job.moving is not None:
            wanted = checks = False
        if wanted:
            job.handle.unset_flags(lt.torrent_flags.stop_when_ready)
        if wanted or (checks and job.checking):
            if not wanted:
                job.handle.set_flags(lt.torrent_flags.stop_when_ready)
            job.handle.resume()
        else:
            job.handle.pause()
        if job.running != wanted:
            job.running = wanted
            job.lonely_since, job.asked_at = 0.0, time.monotonic()
            if wanted:
                self.forget_attempts(job)
            self.apply_settings()

    def forget_attempts(self, job: Job) -> None:
        """Let libtorrent try known peers again at once.

        On leaving upload mode it forgets when it tried them last. After a torrent was finished it
        also keeps seeds off its list of candidates, and counts them anew only when the number
        of allowed failures changes.
        """
        job.handle.set_flags(lt.torrent_flags.upload_mode)
        if not job.order.stop_at_metadata:  # such a one stays in it, and asks for no piece
            job.handle.unset_flags(lt.torrent_flags.upload_mode)
        now = self.applied.get("max_failcount", MAX_FAILURES)
        self.tune(max_failcount=MAX_FAILURES + (now == MAX_FAILURES))

    def fail(self, job: Job, error: MatineeError) -> None:
        """Stop a torrent that cannot go on, and say why; once."""
        if job.error is not None or job.removed:
            return
        job.error = error
        job.finishing = False
        self.run_or_rest(job)
        self.told.failed(job.id, error)

    def soon(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run something beside; it must handle its own errors."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle_tasks(self) -> None:
        """Wait for what runs beside."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=10)
