"""What libtorrent reports, turned into the state of our jobs and words to the queue."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import libtorrent as lt

from ....errors import MatineeError, RetryLater
from ....ports import PeerInfo
from .adding import file_levels, hand_over, make_params, remove_torrent
from .alerts import Handler
from .core import Core
from .failures import bad_metadata, disk_failure, folder_mark
from .job import Job, Numbers
from .layout import Layout, clashing, read_layout, renamed
from .magnet import check_files, hash_key, info_hashes, torrent_file, torrent_params
from .peers import are_near, peer_views
from .reader import Opening
from .saving import Saver

_log = logging.getLogger(__name__)
OPENING_SECONDS = 2.0
_MANY_FILES = 2000
_NEAR_SECONDS = 0.1
"""Peers that describe a torrent within so long of its start are next door."""
_STATES = lt.torrent_status.states


class Dispatcher:
    """Handlers of alerts, by their type's name."""

    def __init__(self, core: Core, saver: Saver) -> None:
        self._core, self._saver = core, saver

    def handlers(self) -> dict[str, Handler]:
        return {
            "add_torrent_alert": self._added,
            "metadata_received_alert": self._metadata,
            "metadata_failed_alert": self._metadata_failed,
            "state_changed_alert": self._state,
            "torrent_checked_alert": self._checked,
            "state_update_alert": self._numbers,
            "piece_finished_alert": self._piece,
            "hash_failed_alert": self._hash_failed,
            "read_piece_alert": self._read,
            "save_resume_data_alert": self._saver.saved,
            "save_resume_data_failed_alert": self._saver.refused,
            "file_error_alert": self._file_error,
            "torrent_error_alert": self._torrent_error,
            "storage_moved_alert": self._moved,
            "storage_moved_failed_alert": self._move_failed,
            "file_prio_alert": self._files_chosen,
            "file_rename_failed_alert": self._rename_failed,
            "torrent_removed_alert": self._removed,
            "torrent_deleted_alert": self._deleted,
            "torrent_delete_failed_alert": self._delete_failed,
            "alerts_dropped_alert": self._dropped,
        }

    def _added(self, alert: Any) -> None:
        key = hash_key(alert.params.info_hashes)
        waiting = self._core.adding.pop(key, None)
        if waiting is None or waiting.done():
            return
        if alert.error.value():
            waiting.set_exception(
                RetryLater(f"The torrent could not be added: {alert.error.message()}.")
            )
        else:
            self._core.arrivals[key](alert.handle)

    # -- what the torrent is

    def _metadata(self, alert: Any) -> None:
        job = self._core.of(alert)
        if job is not None and job.layout is None:
            self._core.soon(self._learn(job, alert.handle))

    async def _learn(self, job: Job, handle: Any) -> None:
        """Take over the description that peers sent."""
        try:
            await self._take_over(job, handle)
        except MatineeError as error:
            self._core.fail(job, error)

    async def _take_over(self, job: Job, handle: Any) -> None:
        info = await asyncio.to_thread(handle.torrent_file)
        section = info.info_section()
        check_files(info.num_files())
        theirs = torrent_params(torrent_file(section, ())).renamed_files
        if info.num_files() > _MANY_FILES:
            layout = await asyncio.to_thread(read_layout, info, job.order.files)
        else:
            layout = read_layout(info, job.order.files)
        if job.removed:
            return
        if job.order.stop_at_metadata:
            job.paused = True
            self._core.run_or_rest(job)
        places = renamed(info, layout.files, theirs)
        if theirs or clashing(info, places):
            await self._add_again(job, torrent_file(section, job.trackers))
        else:
            for index, path in places.items():
                handle.rename_file(index, path)
        self.learned(job, info, layout)
        self._core.told.metadata_known(
            job.id,
            info.name(),
            tuple(layout.files),
            job.hashes,
            torrent_file(section, job.trackers),
        )
        self._saver.save(job)

    async def _add_again(self, job: Job, data: bytes) -> None:
        """Start over with names that are right from the first byte written.

        Renaming one by one could put a file where another one's bytes lie already.
        """
        core, old = self._core, job.handle
        await remove_torrent(core, old, delete_data=True)
        if job.removed:
            return
        order = replace(job.order, source="", metadata=data, resume=b"", paused=True)
        params, _ = await asyncio.to_thread(make_params, order)

        def arrived(handle: Any) -> None:
            job.handle, job.checked, job.running = handle, False, False
            core.by_handle[handle] = job

        await hand_over(core, params, arrived)
        core.run_or_rest(job)

    def learned(self, job: Job, info: Any, layout: Layout) -> None:
        """The files are known: begin with the start of the largest."""
        job.hashes = info_hashes(info.info_hashes())
        job.learn(layout)
        assert job.window is not None
        job.window.add(Opening(job, time.monotonic() + OPENING_SECONDS))
        job.window.near = time.monotonic() - job.asked_at < _NEAR_SECONDS
        levels = file_levels(layout)
        if levels:
            job.handle.prioritize_files(levels)
        self._core.stale.add(job)
        if job.checked:
            self._ask_pieces(job)

    def _metadata_failed(self, alert: Any) -> None:
        job = self._core.of(alert)
        if job is not None:
            _log.warning("%s: a peer sent a bad description: %s", job.id, alert.error.message())

    # -- states

    def _state(self, alert: Any) -> None:
        job = self._core.of(alert)
        if job is not None and alert.state == _STATES.checking_files:
            job.checked = job.ready = job.finished = job.finishing = False
            job.checking = job.must_tell = True
            self._core.told.checking(job.id)

    def _checked(self, alert: Any) -> None:
        job = self._core.of(alert)
        if job is not None:
            job.checked = True
            if job.layout is not None:
                self._ask_pieces(job)

    def _ask_pieces(self, job: Job) -> None:
        job.asking = True
        job.handle.post_status(lt.torrent_handle.query_pieces)

    def _pieces(self, job: Job, pieces: list[bool]) -> None:
        """The pieces are known after a check of whatever kind."""
        first, job.asking = not job.ready, False
        job.set_pieces(pieces, written=first)
        if not first:
            self._core.stale.add(job)
            return
        job.ready, job.checking = True, False
        if job.window is not None:
            job.window.forget()
        self._core.stale.add(job)
        self._core.run_or_rest(job)
        self.tell_start(job)

    def tell_start(self, job: Job) -> None:
        """Tell the queue that it runs, or that there is nothing left to fetch."""
        if not job.ready or job.error is not None:
            return
        tell, job.must_tell = job.must_tell or job.running, False
        if job.complete() and not job.finished:
            self._saver.try_finish(job)
        elif tell and not job.finished:
            self._core.told.started(job.id)

    def _numbers(self, alert: Any) -> None:
        for status in alert.status:
            job = self._core.by_handle.get(status.handle)
            if job is None:
                continue
            job.numbers = Numbers(
                total_done=status.total_done,
                rate_down=status.download_payload_rate,
                rate_up=status.upload_payload_rate,
                uploaded=status.all_time_upload,
                peers=status.num_peers,
                known_peers=status.list_peers,
                seeds=status.num_seeds,
                seeding_seconds=int(status.seeding_duration.total_seconds()),
                checked=status.progress if job.checking else 0.0,
            )
            if job.asking:
                pieces = status.pieces
                if pieces:
                    self._pieces(job, pieces)
            if job.window is not None:
                job.window.settle(job.handle)

    # -- pieces

    def _piece(self, alert: Any) -> None:
        job = self._core.of(alert)
        if job is None or not job.ready:
            return
        job.piece_arrived(alert.piece_index)
        self._core.stale.add(job)
        if not job.finished and job.complete():
            self._saver.try_finish(job)

    def _hash_failed(self, alert: Any) -> None:
        job = self._core.of(alert)
        if job is not None:
            _log.info("%s: piece %d was damaged on its way", job.id, alert.piece_index)

    def _read(self, alert: Any) -> None:
        job = self._core.of(alert)
        if job is None:
            return
        error = alert.error
        if error.value():
            job.piece_read(
                alert.piece,
                None,
                disk_failure(
                    error.value(), error.category().name(), error.message(), "the download"
                ),
            )
        else:
            job.piece_read(alert.piece, alert.buffer, None)

    def drained(self) -> None:
        """All alerts of a round are handled: tell libtorrent what is wanted now."""
        stale, self._core.stale = self._core.stale, set()
        for job in stale:
            if job.window is not None and job.ready and not job.removed:
                job.window.update(job.handle)

    # -- trouble

    def _file_error(self, alert: Any) -> None:
        job = self._core.of(alert)
        if job is None:
            return
        job.suspect = True
        error = alert.error
        self._core.fail(
            job,
            disk_failure(
                error.value(), error.category().name(), error.message(), Path(alert.filename()).name
            ),
        )

    def _torrent_error(self, alert: Any) -> None:
        job = self._core.of(alert)
        if job is None:
            return
        error = alert.error
        category = error.category().name()
        if job.layout is None and category == "libtorrent":
            self._core.fail(job, bad_metadata(error.message()))
            return
        job.suspect = True
        self._core.fail(job, disk_failure(error.value(), category, error.message(), "a file"))

    def _rename_failed(self, alert: Any) -> None:
        job = self._core.of(alert)
        if job is None:
            return
        error = alert.error
        self._core.fail(
            job, disk_failure(error.value(), error.category().name(), error.message(), "a file")
        )

    def _dropped(self, alert: Any) -> None:
        """Alerts were lost: ask every torrent anew."""
        del alert
        _log.warning("Alerts of libtorrent were lost; asking anew")
        for job in self._core.jobs.values():
            if job.layout is not None and job.ready:
                self._saver.drop(job)
                self._ask_pieces(job)

    # -- moving, removing

    def _files_chosen(self, alert: Any) -> None:
        """Libtorrent has derived all pieces' priorities from the files': send ours again."""
        job = self._core.of(alert)
        if job is not None and job.window is not None:
            job.window.forget()
            self._core.stale.add(job)

    def _moved(self, alert: Any) -> None:
        job = self._core.of(alert)
        if job is None or job.moving is None:
            return
        job.save_path, job.moving = job.moving, None
        self._core.run_or_rest(job)
        self._core.told.moved(job.id, job.save_path)
        self._saver.save(job)

    def _move_failed(self, alert: Any) -> None:
        job = self._core.of(alert)
        if job is None or job.moving is None:
            return
        job.moving, job.folder = None, folder_mark(job.save_path)
        error = alert.error
        self._core.run_or_rest(job)
        self._core.told.failed(
            job.id,
            disk_failure(
                error.value(),
                error.category().name(),
                error.message(),
                Path(alert.file_path()).name,
            ),
        )

    def _removed(self, alert: Any) -> None:
        self._gone(alert, done=True, final=False)

    def _deleted(self, alert: Any) -> None:
        self._gone(alert, done=True, final=True)

    def _delete_failed(self, alert: Any) -> None:
        self._gone(alert, done=not alert.error.value(), final=True)

    def _gone(self, alert: Any, *, done: bool, final: bool) -> None:
        key = hash_key(alert.info_hashes)
        waiting = self._core.removing.get(key)
        if waiting is None or waiting[1] is not final:
            return
        del self._core.removing[key]
        if not waiting[0].done():
            waiting[0].set_result(done)

    # -- peers and trackers

    async def ask_peers(self, job: Job) -> Sequence[PeerInfo]:
        """Return who is connected, and note whether they are near."""
        peers = await asyncio.to_thread(job.handle.get_peer_info)
        self._note_near(job, peers)
        return peer_views(peers)

    async def look_near(self, job: Job) -> None:
        """Note whether the peers answer quickly."""
        if not job.removed and job.handle.is_valid():
            self._note_near(job, await asyncio.to_thread(job.handle.get_peer_info))

    @staticmethod
    def _note_near(job: Job, peers: Sequence[Any]) -> None:
        near = are_near(peers)
        if job.window is not None and near is not None:
            job.window.near = near
