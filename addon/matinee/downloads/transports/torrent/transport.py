"""Torrents as a `Transport`: what the queue may ask for."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import libtorrent as lt

from .... import settings as keys
from ....errors import Conflict, InvalidInput, NotFound, RetryLater
from ....models.downloads import FilePriority, Progress, Sharing
from ....ports import Capabilities, PeerInfo, TrackerInfo, TransportJob, TransportListener
from ....settings import Settings
from .adding import file_levels, hand_over, make_params, remove_torrent
from .alerts import AlertPump
from .core import Core
from .dispatch import Dispatcher
from .failures import folder_gone, folder_mark
from .job import Job
from .magnet import hash_key, info_hashes, is_magnet
from .peers import tracker_views
from .pulse import Pulse, progress_of
from .reader import TorrentSource
from .saving import Saver
from .session import (
    interface_present,
    make_filter,
    open_session,
    save_session,
    session_settings,
)

_MANY_BYTES = 200_000

_log = logging.getLogger(__name__)


class TorrentTransport:
    """BitTorrent by libtorrent. Torrents run when the queue says so, never by themselves.

    `on_waiting` is called with a download's id when a player waits for bytes of it that are not
    here, also while it is paused; it must return at once.
    """

    name = "torrent"
    capabilities = Capabilities(
        choose_files=True, recheck=True, move=True, share=True, stream=True, peers=True
    )

    def __init__(
        self,
        settings: Settings,
        *,
        state_path: Path,
        clock: Callable[[], float] = time.time,
        on_waiting: Callable[[str], None] | None = None,
    ) -> None:
        self._core = Core(settings, state_path, clock, on_waiting=on_waiting)
        self._saver = Saver(self._core)
        self._dispatcher = Dispatcher(self._core, self._saver)
        self._pulse = Pulse(self._core, self._saver, self._dispatcher)
        self._pump: AlertPump | None = None
        self._filter = ""
        self._held = False

    @property
    def on_waiting(self) -> Callable[[str], None] | None:
        return self._core.on_waiting

    @on_waiting.setter
    def on_waiting(self, call: Callable[[str], None] | None) -> None:
        self._core.on_waiting = call

    # -- life

    async def start(self, listener: TransportListener) -> None:
        core = self._core
        core.listener = listener
        values = session_settings(core.settings, active=False)
        core.applied = dict(values)
        core.session = await asyncio.to_thread(open_session, values, core.state_path)
        self._pump = AlertPump(core.session, self._dispatcher.drained)
        self._pump.on(self._dispatcher.handlers())
        self._pump.start()
        self._pulse.check_interface()
        try:
            await self._apply_filter()
        except InvalidInput as error:
            _log.error("%s Torrents stand still until it can be read.", error.message)
            self._held = True
            core.session.pause()
        self._pulse.start()

    async def stop(self) -> None:
        core = self._core
        if core.session is None or self._pump is None:
            return
        await self._pulse.stop()
        for job in core.jobs.values():
            self._pulse.share_totals(job)
        await self._saver.save_all()
        await core.settle_tasks()
        for job in core.jobs.values():
            job.removed = True
            job.fail_readers(NotFound("Matinee is being stopped."))
        core.session.pause()
        if core.settings.get(keys.DHT):
            await asyncio.to_thread(save_session, core.session, core.state_path)
        self._pump.stop()
        core.jobs.clear()
        core.by_handle.clear()
        session, core.session = core.session, None
        await asyncio.to_thread(self._end, session, self._pump)

    @staticmethod
    def _end(session: Any, pump: AlertPump) -> None:
        """Let go of the session in a thread: its end waits for trackers and drives."""
        pump.release()
        del session
        pump.close()

    async def apply_settings(self) -> None:
        """Bring libtorrent in line with the settings. Raises `InvalidInput`."""
        self._core.apply_settings()
        self._pulse.check_interface()
        await self._apply_filter()
        if self._held and self._core.interface_up:
            self._held = False
            self._core.session.resume()
        for job in self._core.jobs.values():
            self._set_pex(job)

    async def _apply_filter(self) -> None:
        text = self._core.settings.get(keys.IP_FILTER)
        if text != self._filter:
            blocked = await asyncio.to_thread(make_filter, text)
            self._filter = text
            self._core.session.set_ip_filter(blocked)

    def _set_pex(self, job: Job) -> None:
        if self._core.settings.get(keys.PEX):
            job.handle.unset_flags(lt.torrent_flags.disable_pex)
        else:
            job.handle.set_flags(lt.torrent_flags.disable_pex)

    @property
    def bound(self) -> bool:
        """Say whether the interface that everything is bound to is there (True without one)."""
        return interface_present(self._core.settings.get(keys.INTERFACE))

    # -- adding and removing

    def accepts(self, source: str) -> bool:
        return is_magnet(source)

    async def add(self, job: TransportJob) -> None:
        core = self._core
        if job.download_id in core.jobs:
            return
        mark = await asyncio.to_thread(ensure_folder, job.save_path)
        params, layout = (
            await asyncio.to_thread(make_params, job)
            if len(job.metadata) > _MANY_BYTES
            else make_params(job)
        )
        hashes = info_hashes(params.info_hashes)
        info = params.ti
        key = hash_key(params.info_hashes)
        if key in core.adding:
            raise Conflict("This torrent is just being added.", code="duplicate")
        twin = next((j for j in core.jobs.values() if _same(j, hashes)), None)
        if twin is not None:
            raise Conflict("This torrent is in the list already.", code="duplicate")
        ours = await self._hand_over(params, job)
        ours.folder = mark
        if layout is not None:
            self._dispatcher.learned(ours, info, layout)
            if not job.files:
                core.told.metadata_known(
                    ours.id, info.name(), tuple(layout.files), ours.hashes, job.metadata
                )
        core.run_or_rest(ours)
        self._pulse.hurry()

    async def _hand_over(self, params: Any, order: TransportJob) -> Job:
        def arrived(handle: Any) -> Job:
            job = Job(
                id=order.download_id,
                save_path=order.save_path,
                handle=handle,
                order=order,
                hashes=info_hashes(params.info_hashes),
                paused=order.paused or (order.stop_at_metadata and params.ti is not None),
                trackers=trackers,
            )
            self._core.jobs[job.id] = job
            self._core.by_handle[handle] = job
            return job

        trackers = tuple(params.trackers)
        job = await hand_over(self._core, params, arrived)
        self._set_pex(job)
        return job

    async def remove(self, download_id: str, *, delete_data: bool) -> None:
        core = self._core
        job = core.job(download_id)
        job.removed = True
        self._pulse.share_totals(job)
        job.fail_readers(NotFound("The download was removed."))
        del core.jobs[download_id]
        self._saver.drop(job)
        job.running = False
        core.apply_settings()
        await remove_torrent(core, job.handle, delete_data=delete_data)
        if delete_data:
            await asyncio.to_thread(remove_folder, job.save_path)

    # -- what it shall do

    async def pause(self, download_id: str) -> None:
        job = self._core.job(download_id)
        job.paused = True
        self._core.run_or_rest(job)
        self._pulse.share_totals(job)
        if job.ready:
            self._saver.save(job)

    async def resume(self, download_id: str) -> None:
        job = self._core.job(download_id)
        job.folder = await asyncio.to_thread(require_folder, job.save_path)
        job.paused = False
        if job.order.stop_at_metadata:
            job.order = replace(job.order, stop_at_metadata=False)
            job.handle.unset_flags(lt.torrent_flags.upload_mode)
        suspect, job.suspect = job.suspect, False
        if job.error is not None:
            job.error = None
            job.handle.clear_error()
            job.handle.unset_flags(lt.torrent_flags.upload_mode)
        if suspect and job.layout is not None:
            self._check(job)
        self._core.run_or_rest(job)
        self._pulse.hurry()
        self._dispatcher.tell_start(job)

    async def recheck(self, download_id: str) -> None:
        job = self._core.job(download_id)
        if job.layout is None:
            raise Conflict("There is nothing to check yet.", code="nothing_to_check")
        job.folder = await asyncio.to_thread(require_folder, job.save_path)
        if job.error is not None:
            job.error = None
            job.handle.clear_error()
            job.handle.unset_flags(lt.torrent_flags.upload_mode)
        self._check(job)
        self._core.run_or_rest(job)

    def _check(self, job: Job) -> None:
        """Have everything checked. Nothing counts as here until it was."""
        job.checked = job.ready = job.finished = job.finishing = False
        job.checking = job.must_tell = True
        job.fresh.clear()
        job.touched.clear()
        job.handle.force_recheck()

    async def move(self, download_id: str, save_path: Path) -> None:
        job = self._core.job(download_id)
        if job.moving is not None:
            raise Conflict("It is being moved already.", code="moving")
        mark = await asyncio.to_thread(ensure_folder, save_path)
        job.moving, job.folder = save_path, mark
        self._core.run_or_rest(job)
        # The folder belongs to this download alone: what lies there is left of an earlier try.
        job.handle.move_storage(str(save_path), lt.move_flags_t.always_replace_files)

    async def set_priorities(
        self, download_id: str, priorities: Mapping[int, FilePriority]
    ) -> None:
        job = self._core.job(download_id)
        if job.layout is None:
            raise Conflict("The files are not known yet.", code="no_metadata")
        wrong = [index for index in priorities if not 0 <= index < len(job.layout.files)]
        if wrong:
            raise InvalidInput(f"There is no file {wrong[0]}.", field="priorities")
        job.choose_files(priorities.items())
        job.handle.prioritize_files(file_levels(job.layout) or [4] * len(job.layout.files))
        if job.finished and not job.complete():
            job.finished = False
        self._core.stale.add(job)
        self._dispatcher.drained()
        self._core.run_or_rest(job)
        self._dispatcher.tell_start(job)

    async def set_rate_limits(self, download_id: str, down: int, up: int) -> None:
        job = self._core.job(download_id)
        job.order = replace(job.order, rate_limit_down=down, rate_limit_up=up)
        job.limit_down()
        job.handle.set_upload_limit(up)

    async def set_sharing(self, download_id: str, sharing: Sharing) -> None:
        job = self._core.job(download_id)
        job.sharing = sharing
        self._core.run_or_rest(job)
        self._pulse.share_totals(job)

    # -- what it tells

    def progress(self) -> Mapping[str, Progress]:
        stall = self._core.settings.get(keys.STALL_SECONDS)
        return {job.id: progress_of(job, stall) for job in self._core.jobs.values()}

    def files_done(self, download_id: str) -> Sequence[int]:
        return self._core.job(download_id).files_done()

    async def peers(self, download_id: str) -> Sequence[PeerInfo]:
        return await self._dispatcher.ask_peers(self._core.job(download_id))

    async def trackers(self, download_id: str) -> Sequence[TrackerInfo]:
        job = self._core.job(download_id)
        return tracker_views(await asyncio.to_thread(job.handle.trackers))

    def open(self, download_id: str, file_index: int) -> TorrentSource:
        job = self._core.job(download_id)
        if job.layout is None:
            raise RetryLater("The files are not known yet.", code="no_metadata", after=1)
        if not 0 <= file_index < len(job.layout.files):
            raise NotFound(f"There is no file {file_index}.")
        if job.layout.files[file_index].is_padding:
            raise NotFound(f"File {file_index} is only padding.")
        return TorrentSource(job, file_index, self._wait)

    def _wait(self, job: Job) -> None:
        """A player waits for bytes."""
        self._pulse.hurry()
        if self._core.on_waiting is not None:
            self._core.on_waiting(job.id)


def _same(job: Job, hashes: Any) -> bool:
    return bool(
        (hashes.v1 and hashes.v1 == job.hashes.v1) or (hashes.v2 and hashes.v2 == job.hashes.v2)
    )


def ensure_folder(path: Path) -> tuple[int, int] | None:
    """Make a download's folder and the one above it, but nothing where a drive is missing.

    Returns its mark.

    The caller has made sure that the root two levels up is the right volume. Raises
    `VolumeOffline`.
    """
    if not path.parent.parent.is_dir():
        raise folder_gone(path.parent.parent)
    path.parent.mkdir(exist_ok=True)
    path.mkdir(exist_ok=True)
    return folder_mark(path)


def require_folder(path: Path) -> tuple[int, int]:
    """Return a folder's mark.

    Raises `VolumeOffline` when it is gone: it must not come to be elsewhere.
    """
    mark = folder_mark(path)
    if mark is None:
        raise folder_gone(path)
    return mark


def remove_folder(path: Path) -> None:
    """Remove a download's folder once it is empty."""
    try:
        path.rmdir()
    except OSError:
        return
