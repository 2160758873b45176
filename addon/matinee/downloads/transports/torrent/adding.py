"""From the queue's job to what libtorrent takes on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import libtorrent as lt

from ....errors import InvalidInput, RetryLater
from ....ports import TransportJob
from .core import Core
from .layout import Layout, read_layout, renamed
from .magnet import MAX_PIECES, hash_key, magnet_params, torrent_params

ADD_SECONDS = 30
REMOVE_SECONDS = 60
_log = logging.getLogger(__name__)
# The first pieces of a torrent that is not known yet, the most urgent first.
_HEAD = (7, 6, 5, 5)
_RESUME_LIMITS: Any = {"max_pieces": MAX_PIECES}


def make_params(job: TransportJob) -> tuple[Any, Layout | None]:
    """Return `add_torrent_params`: resume data, else the torrent file, else the magnet link.

    With the layout, when the torrent is described already. Seconds for 100,000 files. Raises
    `InvalidInput` or `TooLarge`.
    """
    described = torrent_params(job.metadata) if job.metadata else None
    params = _resumed(job.resume, described) if job.resume else None
    if params is None:
        params = described if described is not None else magnet_params(job.source)
    params.save_path = str(job.save_path)
    params.storage_mode = lt.storage_mode_t.storage_mode_sparse
    flags = lt.torrent_flags
    params.flags &= ~(
        flags.auto_managed
        | flags.upload_mode
        | flags.stop_when_ready
        | flags.share_mode
        | flags.sequential_download
        | flags.super_seeding
        | flags.seed_mode
    )
    params.flags |= flags.paused | flags.duplicate_is_error | flags.update_subscribe
    if not job.paused and params.ti is None:
        params.flags &= ~flags.paused
        if job.stop_at_metadata:
            params.flags |= flags.upload_mode
    params.download_limit = job.rate_limit_down
    params.upload_limit = job.rate_limit_up
    layout = None
    if params.ti is None:
        # Never nothing wanted, never everything: libtorrent would fill its queue at random.
        params.piece_priorities = [*_HEAD, *bytes(_HEAD_PIECES)]
    else:
        layout = read_layout(params.ti, job.files)
        theirs = set(params.renamed_files)
        if described is not None:
            theirs |= set(described.renamed_files)
        params.renamed_files = renamed(params.ti, layout.files, theirs)
        params.file_priorities = file_levels(layout)
        params.piece_priorities = []
    return params, layout


_HEAD_PIECES = 65_536


def file_levels(layout: Layout) -> list[int]:
    """Return libtorrent's priorities of files: only whether a file exists. Empty for all."""
    levels = [4 if file.priority and not file.is_padding else 0 for file in layout.files]
    plain = all(level or file.is_padding for level, file in zip(levels, layout.files, strict=True))
    return [] if plain else levels


def _resumed(blob: bytes, described: Any) -> Any:
    """Return the resume data with the torrent's description, or None when it cannot be used."""
    try:
        params = lt.read_resume_data(blob, _RESUME_LIMITS)
    except (RuntimeError, UnicodeError, InvalidInput) as error:
        _log.warning("Resume data cannot be read, the files will be checked: %s", error)
        return None
    if described is None:
        return params
    same = described.ti.info_hashes()
    if not (
        (same.has_v1() and same.v1 == params.info_hashes.v1)
        or (same.has_v2() and same.v2 == params.info_hashes.v2)
    ):
        _log.warning("Resume data of another torrent, the files will be checked")
        return None
    params.ti = described.ti
    return params


async def hand_over[T](core: Core, params: Any, arrived: Callable[[Any], T]) -> T:
    """Give a torrent to libtorrent and return what `arrived` makes of its handle.

    `arrived` is called before the torrent's next alert is handled. Raises `RetryLater`.
    """
    key = hash_key(params.info_hashes)
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    core.adding[key] = future
    core.arrivals[key] = lambda handle: future.set_result(arrived(handle))
    try:
        core.session.async_add_torrent(params)
        made: T = await asyncio.wait_for(future, ADD_SECONDS)
    except TimeoutError as error:
        raise RetryLater("The torrent engine does not answer.") from error
    finally:
        core.adding.pop(key, None)
        core.arrivals.pop(key, None)
    return made


async def remove_torrent(core: Core, handle: Any, *, delete_data: bool) -> None:
    """Take a torrent from libtorrent and wait until it has let go. Raises `RetryLater`."""
    key = hash_key(handle.info_hashes())
    future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    core.removing[key] = (future, delete_data)
    core.session.remove_torrent(handle, lt.session.delete_files if delete_data else 0)
    core.by_handle.pop(handle, None)
    try:
        await asyncio.wait_for(future, REMOVE_SECONDS)
    except TimeoutError as error:
        raise RetryLater("The torrent could not be removed in time.") from error
    finally:
        core.removing.pop(key, None)
