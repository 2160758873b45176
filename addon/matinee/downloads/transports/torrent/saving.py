"""Resume data, so that nothing known good is checked again after a restart.

A blob is handed out only after the files it speaks of were synced: after a power cut the drive
holds at least what the blob says.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import libtorrent as lt

from .core import Core
from .failures import disk_failure
from .job import Job

_log = logging.getLogger(__name__)

SAVE_SECONDS = 60
SAVE_PATIENCE = 10
_RETRY = 0.05


class Saver:
    """Asks for resume data and hands it to the listener."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._idle = asyncio.Event()
        self._idle.set()
        self._open = 0

    def save(self, job: Job) -> None:
        """Ask for a blob; `resume_saved` follows."""
        self._request(job, blob=True)

    def look(self, job: Job) -> None:
        """Ask which pieces are in their files."""
        if not job.saves:
            self._request(job, blob=False)

    def _request(self, job: Job, *, blob: bool) -> None:
        if job.removed or not job.handle.is_valid():
            return
        job.saves.append(blob)
        if blob:
            self._open += 1
            self._idle.clear()
            job.changed = False
            job.saved_at = time.monotonic()
        job.handle.save_resume_data(lt.torrent_handle.flush_disk_cache if blob else 0)

    def saved(self, alert: Any) -> None:
        """Handle `save_resume_data_alert`."""
        job = self._core.of(alert)
        if job is None or not job.saves:
            return
        blob = job.saves.popleft()
        params = alert.params
        if job.layout is not None and job.ready and not job.checking:
            job.pieces_written(params.have_pieces)
        if blob:
            touched, job.touched = job.touched - job.fresh, job.touched & job.fresh
            self._core.soon(self._hand_out(job, lt.write_resume_data_buf(params), touched))
        if job.finishing:
            self.try_finish(job)

    def refused(self, alert: Any) -> None:
        """Handle `save_resume_data_failed_alert`."""
        job = self._core.of(alert)
        if job is not None and job.saves and job.saves.popleft():
            self._closed()

    def drop(self, job: Job) -> None:
        """The torrent is being removed: no answer will come."""
        for blob in job.saves:
            if blob:
                self._closed()
        job.saves.clear()

    def _closed(self) -> None:
        self._open -= 1
        if self._open <= 0:
            self._open = 0
            self._idle.set()

    async def _hand_out(self, job: Job, blob: bytes, touched: set[int]) -> None:
        try:
            await asyncio.to_thread(sync_files, touched_files(job, touched))
        except OSError as error:
            _log.warning("%s could not be synced: %s", job.id, error)
            job.touched |= touched
            if error.errno in (errno.EIO, errno.ENOSPC, errno.EDQUOT):
                job.suspect = True
                self._core.fail(
                    job,
                    disk_failure(
                        error.errno or 0, "system", os.strerror(error.errno or 0), "the download"
                    ),
                )
        else:
            if not job.removed:
                self._core.told.resume_saved(job.id, blob)
        finally:
            self._closed()

    def try_finish(self, job: Job) -> None:
        """Finish as soon as every wanted piece is written and synced."""
        if not job.complete() or job.error is not None or job.removed:
            job.finishing = False
            return
        if not job.finishing:
            job.finishing = True
            job.handle.flush_cache()
            self.look(job)
        elif any(job.weights[piece] for piece in job.fresh):
            asyncio.get_running_loop().call_later(_RETRY, self.look, job)
        else:
            job.finishing = False
            self._core.soon(self._finish(job))

    async def _finish(self, job: Job) -> None:
        try:
            await asyncio.to_thread(sync_files, touched_files(job, job.touched))
        except OSError as error:
            job.suspect = True
            self._core.fail(
                job,
                disk_failure(
                    error.errno or 0, "system", os.strerror(error.errno or 0), "the download"
                ),
            )
            return
        if job.removed or job.finished or job.error is not None or not job.complete():
            return
        job.finished = True
        self._core.run_or_rest(job)
        self.save(job)
        self._core.told.finished(job.id)

    async def save_all(self) -> None:
        """Save what changed and wait for it, for a while."""
        for job in self._core.jobs.values():
            if job.changed or job.fresh:
                self.save(job)
        try:
            await asyncio.wait_for(self._idle.wait(), SAVE_PATIENCE)
        except TimeoutError:
            _log.warning("Resume data was not saved in time; some files will be checked again")


def touched_files(job: Job, pieces: Iterable[int]) -> list[Path]:
    """Return the files in which these pieces lie."""
    if job.layout is None:
        return []
    touched = bytearray(job.layout.pieces)
    for piece in pieces:
        touched[piece] = 1
    return (
        [
            job.save_path / file.path
            for file in job.layout.files
            if not file.is_padding
            and file.priority
            and 1 in touched[slice(*_bounds(job.layout.file_pieces(file.index)))]
        ]
        if 1 in touched
        else []
    )


def _bounds(pieces: range) -> tuple[int, int]:
    return pieces.start, pieces.stop


def sync_files(paths: Iterable[Path]) -> None:
    """Have files written to their drive. Blocks. One that is gone is none of our business."""
    for path in paths:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
