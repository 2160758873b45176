"""What happens once a second: numbers, resume data, the moment's settings, the interface."""

from __future__ import annotations

import asyncio
import logging
import time

import libtorrent as lt

from .... import settings as keys
from ....models.downloads import Progress, Sharing
from ....supervision import supervised
from .core import Core
from .dispatch import Dispatcher
from .failures import folder_gone, folder_mark
from .job import Job
from .precedence import Precedence
from .reader import Opening
from .saving import SAVE_SECONDS, Saver
from .session import (
    RECONNECT_IDLE,
    RECONNECT_WAITING,
    TICK_IDLE,
    TICK_WAITING,
    interface_present,
)

_log = logging.getLogger(__name__)

PULSE = 1.0
LONELY_SECONDS = 3.0
"""After so long without any connection, though peers are known, µTP is tried as well."""
UTP_SECONDS = 30.0
UTP_PAUSE = 10.0
_STATS = 0


class Pulse:
    """The once-a-second task."""

    def __init__(self, core: Core, saver: Saver, dispatcher: Dispatcher) -> None:
        self._core, self._saver, self._dispatcher = core, saver, dispatcher
        self._precedence = Precedence(core)
        self._utp_since = 0.0
        self._utp_rested = 0.0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(PULSE)
            with supervised(_log, "A round of the torrent transport failed"):
                await self.beat()

    async def beat(self) -> None:
        """Do what a second brings."""
        core = self._core
        if core.jobs:
            core.session.post_torrent_updates(_STATS)
        self.check_interface()
        now = time.monotonic()
        for job in tuple(core.jobs.values()):
            self._windows(job, now)
            self._save(job, now)
        self.hurry()
        self._try_utp(now)
        await self._check_folders()

    def _windows(self, job: Job, now: float) -> None:
        window = job.window
        if window is None or not job.ready:
            return
        openings = [c for c in window.claims if isinstance(c, Opening) and c.over(now)]
        for opening in openings:
            window.remove(opening)
        if openings or window.due():
            window.update(job.handle)
        if window.claims and job.running:
            self._core.soon(self._dispatcher.look_near(job))
        if job.fresh and job.readers:
            self._saver.look(job)

    def _save(self, job: Job, now: float) -> None:
        if now - job.saved_at < SAVE_SECONDS:
            return
        if job.changed and job.ready:
            self._saver.save(job)
        else:
            job.saved_at = now
        self.share_totals(job)

    def share_totals(self, job: Job) -> None:
        """Tell what was given back, if it has grown."""
        totals = (job.numbers.uploaded, job.numbers.seeding_seconds)
        if totals not in (job.shared, (0, 0)):
            job.shared = totals
            self._core.told.shared(job.id, *totals)

    def hurry(self) -> None:
        """Shorten libtorrent's rounds and queues while somebody waits; let that one go first."""
        self._precedence.settle()
        jobs = [job for job in self._core.jobs.values() if job.running and job.error is None]
        waiting = any(job.layout is None or job.is_waiting() for job in jobs)
        reading = waiting or any(job.readers for job in jobs)
        self._core.tune(
            tick_interval=TICK_WAITING if waiting else TICK_IDLE,
            min_reconnect_time=RECONNECT_WAITING if waiting else RECONNECT_IDLE,
            # Seconds of requests under way: few are quickly over when somebody seeks.
            request_queue_time=1 if reading else 3,
        )

    # -- the interface

    def check_interface(self) -> None:
        """Stand still while the interface that everything is bound to is absent."""
        name = self._core.settings.get(keys.INTERFACE)
        present = interface_present(name)
        if present == self._core.interface_up:
            return
        if not present:
            self._core.interface_up = False
            self._core.apply_settings()
            _log.warning("There is no interface %s; torrents stand still", name)
            self._core.session.pause()
            return
        self._core.interface_up = True
        try:
            self._core.apply_settings()
            self._core.session.reopen_network_sockets(lt.session.reopen_map_ports)
            self._core.session.resume()
        except RuntimeError:
            self._core.interface_up = False  # the next round tries again
            raise
        _log.info("The interface %s is there; torrents go on", name or "(any)")

    # -- µTP

    def _try_utp(self, now: float) -> None:
        """Try µTP where TCP reaches nobody. It is not first: it is many times slower at home."""
        core = self._core
        lonely = [job for job in core.jobs.values() if self._is_lonely(job, now)]
        if core.settings.get(keys.UTP) != "fallback":
            core.tuned.pop("enable_outgoing_utp", None)
            return
        trying = core.tuned.get("enable_outgoing_utp", False)
        tried = now - self._utp_since
        if trying and tried > LONELY_SECONDS and (not lonely or tried > UTP_SECONDS):
            self._utp_rested = now
            core.tune(enable_outgoing_utp=False)
        elif lonely and not trying and now - self._utp_rested > UTP_PAUSE:
            self._utp_since = now
            core.tune(enable_outgoing_utp=True)
            for job in lonely:
                core.forget_attempts(job)

    def _is_lonely(self, job: Job, now: float) -> bool:
        numbers = job.numbers
        if not job.running or job.finished or job.error is not None:
            job.lonely_since = 0.0
            return False
        # A peer that hangs up at once is no company.
        job.company = job.company + 1 if numbers.peers else 0
        if job.company > 2:
            job.lonely_since = 0.0
            return False
        job.handle.post_status(0)  # libtorrent's updates leave out newly known peers
        if not numbers.known_peers:
            return False
        if not job.lonely_since:
            job.lonely_since, job.try_again_at = now, now
        waited = now - job.lonely_since
        if now >= job.try_again_at:
            # A peer may have hung up on a plain greeting; the next one is encrypted. Libtorrent
            # would wait for a minute and longer, though there is nobody else.
            job.try_again_at = now + max(waited, LONELY_SECONDS)
            self._core.forget_attempts(job)
        return waited >= LONELY_SECONDS

    # -- the drive

    async def _check_folders(self) -> None:
        """Stop torrents whose folder has gone, or is another: libtorrent makes missing ones."""
        running = [job for job in self._core.jobs.values() if job.running and job.moving is None]
        if not running:
            return
        known = [(job.save_path, job.folder) for job in running]
        now = await asyncio.to_thread(lambda: [folder_mark(path) for path, _ in known])
        for job, (path, mark), found in zip(running, known, now, strict=True):
            if found != mark and job.folder == mark and job.moving is None:
                job.suspect = True
                self._core.fail(job, folder_gone(path))


def progress_of(job: Job, stall_seconds: int) -> Progress:
    """Return how far a torrent is. From memory."""
    numbers = job.numbers
    done = job.done
    if not job.complete():
        partial = max(0, numbers.total_done - job.verified)
        done = min(done + partial, max(0, job.wanted - 1))
    left = job.wanted - done
    active = job.running and not job.finished and job.error is None
    rate = numbers.rate_down if active else 0
    stalled = (
        active
        and job.layout is not None
        and left > 0
        and not rate
        and time.monotonic() - job.progressed_at > stall_seconds
    )
    return Progress(
        done=done,
        wanted=job.wanted,
        rate_down=rate,
        rate_up=numbers.rate_up if job.running or job.sharing is Sharing.SEEDING else 0,
        uploaded=numbers.uploaded,
        peers=numbers.peers if job.running else 0,
        seeds=numbers.seeds if job.running else 0,
        eta=left // rate if rate and left > 0 else None,
        stalled=stalled,
        checked=numbers.checked,
    )
