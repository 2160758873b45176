"""Moving downloads to another volume and removing them: what takes long and must be finished."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from ..errors import MatineeError, VolumeOffline
from ..models.downloads import DownloadState
from .entries import Entry
from .moves import Ledger
from .places import Places, is_online
from .reactions import Reactions
from .remains import delete_files, settle_move
from .runner import Runner
from .store import Store

_log = logging.getLogger(__name__)
S = DownloadState
_Work = Callable[[], Coroutine[Any, Any, None]]


class Hauler:
    """One task for each move and each removal; both are begun again after a restart."""

    def __init__(
        self, ledger: Ledger, store: Store, places: Places, runner: Runner, reactions: Reactions
    ) -> None:
        self._ledger, self._store, self._places = ledger, store, places
        self._runner, self._reactions = runner, reactions
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._moving: set[str] = set()

    def tick(self) -> None:
        """Start what is due: removals first, since they free names and space."""
        for entry in self._ledger.removals():
            if not entry.delete_data or is_online(self._places, entry.download.volume_id):
                self._start(f"remove {entry.download.id}", partial(self._remove, entry))
        moving = {e.download.id: e for e in self._ledger if e.download.state is S.MOVING}
        for key, entry in moving.items():
            if key not in self._moving:
                self._moving.add(key)
                self._start(f"move {key}", partial(self._move, entry))
        self._moving &= moving.keys()

    def _start(self, name: str, work: _Work) -> None:
        if name not in self._tasks:
            task = asyncio.create_task(work(), name=name)
            self._tasks[name] = task
            task.add_done_callback(lambda _: self._tasks.pop(name, None))

    # removal ---------------------------------------------------------------------------------
    async def _remove(self, entry: Entry) -> None:
        item = entry.download
        try:
            async with self._runner.lock(item.id):
                await self._runner.release(item, delete_data=entry.delete_data)
                if entry.delete_data:
                    await self._delete(entry)
        except VolumeOffline as error:
            _log.info("The removal of “%s” waits: %s", item.name, error)
            return
        except MatineeError as error:
            _log.warning("“%s” is not removed yet: %s", item.name, error)
            return
        await self._ledger.drop(item.id)
        self._runner.forget(item.id)
        self._reactions.forget(item.id)

    async def _delete(self, entry: Entry) -> None:
        item = entry.download
        files = await self._store.files(item.id)
        roots = [await self._places.writable(item.volume_id)]
        if entry.move_to and is_online(self._places, entry.move_to):
            roots.append(await self._places.writable(entry.move_to))
        for root in roots:
            await asyncio.to_thread(delete_files, root, item.save_path, files)

    # moves -----------------------------------------------------------------------------------
    async def recover(self) -> None:
        """After a start: see how far the moves under way had come."""
        for entry in list(self._ledger):
            if entry.download.state is S.MOVING:
                try:
                    await self._recover(entry)
                except MatineeError as error:
                    await self._reactions.trouble(entry.download.id, error)

    async def _recover(self, entry: Entry) -> None:
        item = entry.download
        old = await self._places.writable(item.volume_id) / item.save_path
        new = await self._places.writable(entry.move_to) / item.save_path
        files = await self._store.files(item.id)
        if await asyncio.to_thread(settle_move, old, new, files):
            self._runner.distrust(item.id)
            await self._reactions.arrived(entry)

    async def _move(self, entry: Entry) -> None:
        """Ask the transport; it says `moved` when it is done."""
        item = entry.download
        try:
            root = await self._places.writable(entry.move_to)
            transport = await self._runner.present(item.id)
            await transport.move(item.id, root / item.save_path)
        except MatineeError as error:
            await self._reactions.trouble(item.id, error)

    async def stop(self) -> None:
        """End the tasks; what they did not finish is finished after the next start."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
