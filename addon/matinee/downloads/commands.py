"""What people and programs ask of a download."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack

from ..errors import Conflict, InvalidInput, MatineeError, NoSpace, VolumeOffline
from ..models.downloads import (
    Download,
    DownloadFile,
    DownloadState,
    FilePriority,
    QueueReason,
    Sharing,
)
from ..settings import FREE_SPACE
from .places import is_online
from .reading import Reading
from .schedule import RUNNING
from .store import wanted_bytes

S = DownloadState
_PAUSABLE = frozenset({S.QUEUED, S.RESOLVING, S.DOWNLOADING, S.CHECKING})
_RESUMED = frozenset({S.PAUSED, S.MOVING})


class DownloadLimits(TypedDict, total=False):
    """Rates in B/s (0: none). A goal of None is the one of the settings."""

    rate_limit_down: int
    rate_limit_up: int
    seed_ratio: float | None
    seed_minutes: int | None


class Commands(Reading):
    """Every command is written when it returns, and answers with the row as it is then."""

    async def pause(self, download_id: str) -> Download:
        """Stop fetching, or, when it is complete, sharing. A move first comes to its end."""
        item = self.get(download_id)
        if not await self._pause(item) and item.state not in (S.PAUSED, S.COMPLETED):
            raise conflict(item, "paused")
        return await self._settled(download_id)

    async def _pause(self, item: Download) -> bool:
        """Write it, and say whether there was anything to pause."""
        if item.state in _PAUSABLE and not (item.state is S.CHECKING and item.completed_at):
            # A paused one is not in the transport after a restart: the row tells how far it is.
            live, entry = self._book.of(item.id), self._ledger.entry(item.id)
            done = live.done if live else entry.done
            await self._ledger.move(
                item.id, S.PAUSED, only_from=_PAUSABLE, retry_at=0.0, done=done, before=None
            )
        elif item.state is S.MOVING and not item.completed_at:
            await self._ledger.change(item.id, only_from={S.MOVING}, before=S.PAUSED)
        elif item.sharing is Sharing.SEEDING:
            await self._ledger.change(item.id, sharing=Sharing.PAUSED, event="sharing_paused")
        else:
            return False
        return True

    async def resume(self, download_id: str) -> Download:
        """Go on: queue it, or, when it is complete, share again."""
        item = self.get(download_id)
        if item.state is S.FAILED:
            return await self.retry(download_id)
        await self._resume(item)
        return await self._settled(download_id)

    async def _resume(self, item: Download) -> None:
        if self._learns(item):
            await self._ledger.change(
                item.id, only_from={S.QUEUED, S.RESOLVING}, before=None, retry_at=0.0
            )
            item = self.get(item.id)  # its files may have become known: then it is paused
        if item.state is S.PAUSED:
            await self._queue(item.id, {S.PAUSED})
        elif item.state is S.QUEUED and item.retry_at:
            await self._ledger.change(item.id, only_from={S.QUEUED}, retry_at=0.0)
        elif item.state is S.MOVING:
            if self._ledger.entry(item.id).before is S.PAUSED:
                await self._ledger.change(item.id, only_from={S.MOVING}, before=S.QUEUED)
        elif item.sharing is Sharing.PAUSED:
            await self._ledger.change(item.id, sharing=Sharing.SEEDING, event="seeding")
            await self._reactions.check_goal(item.id)

    def _learns(self, item: Download) -> bool:
        """Say whether it is on the way to be paused as soon as its files are known."""
        running = item.state in (S.QUEUED, S.RESOLVING)
        return running and self._ledger.entry(item.id).only_learns

    async def _queue(self, download_id: str, only_from: set[DownloadState]) -> None:
        await self._ledger.move(
            download_id, S.QUEUED, only_from=only_from, reason=QueueReason.SLOT, retry_at=0.0,
            attempts=0, trouble=None,
        )  # fmt: skip

    async def _settled(self, download_id: str) -> Download:
        """Bring plan and transport in line with a change, and return the row."""
        await self._supervisor.settle(download_id)
        return self.get(download_id)

    async def retry(self, download_id: str) -> Download:
        """Try a failed one again from the start of its tries; its import, if that failed."""
        item = self.get(download_id)
        if item.state is S.QUEUED:
            return await self.resume(download_id)
        if item.state is not S.FAILED:
            raise conflict(item, "tried again")
        entry = self._ledger.entry(download_id)
        if item.wanted and item.downloaded >= item.wanted and entry.done >= item.wanted:
            return await self.reimport(download_id)
        await self._queue(download_id, {S.FAILED})
        return await self._settled(download_id)

    async def reimport(self, download_id: str) -> Download:
        """Take a complete download through verification and import again."""
        item = self.get(download_id)
        entry = self._ledger.entry(download_id)
        whole = item.state is S.COMPLETED or entry.done >= item.wanted > 0
        if item.state not in (S.COMPLETED, S.FAILED) or not whole:
            raise conflict(item, "imported")
        states = {S.COMPLETED, S.FAILED}
        await self._ledger.move(download_id, S.VERIFYING, only_from=states, trouble=None)
        return await self._settled(download_id)

    async def recheck(self, download_id: str) -> Download:
        """Check all data on the disk. One that was paused is paused again afterwards."""
        item = self.get(download_id)
        if not item.size or not self._runner.transport(item.transport).capabilities.recheck:
            raise conflict(item, "checked")
        before = S.PAUSED if item.state is S.PAUSED else None
        moved = await self._ledger.move(
            download_id, S.CHECKING, before=before, trouble=None,
            only_from={S.QUEUED, S.DOWNLOADING, S.PAUSED, S.FAILED, S.COMPLETED},
        )  # fmt: skip
        if moved is None:
            raise conflict(item, "checked")
        try:
            await self._runner.recheck(download_id)
        except MatineeError as error:
            self._reactions.failed(download_id, error)
        return await self._settled(download_id)

    async def remove(self, download_id: str, *, delete_data: bool = False) -> None:
        """Remove it, with its data if wanted. It is gone for everybody when this returns.

        Cleaning up follows; a removal from a volume that is away is finished when it is back.
        """
        self.get(download_id)
        await self._driver.cancel(download_id)
        await self._ledger.move(download_id, S.REMOVED, delete_data=delete_data)
        self._kick()

    async def move(self, download_id: str, volume_id: str) -> Download:
        """Take its files to another volume. Raises `VolumeOffline`, `NoSpace`, `NotFound`."""
        item = self.get(download_id)
        target = self._places.get(volume_id)
        if volume_id == item.volume_id:
            return item
        if not is_online(self._places, volume_id):
            raise VolumeOffline(f"The drive {target.name} is not there.",
                                hint="Plug it in, or choose another one.")  # fmt: skip
        missing = item.wanted + self._settings.get(FREE_SPACE) - target.free
        if missing > 0:
            raise NoSpace(f"The drive {target.name} has not enough space.",
                          hint=f"Free {missing / 1e9:.1f} GB or choose another one.")  # fmt: skip
        before = S.PAUSED if self._learns(item) else item.state
        moved = await self._ledger.move(
            download_id, S.MOVING, before=before, move_to=volume_id, trouble=None,
            only_from={S.QUEUED, S.DOWNLOADING, S.PAUSED, S.COMPLETED},
        )  # fmt: skip
        if moved is None:
            raise conflict(item, "moved")
        return await self._settled(download_id)

    async def set_position(self, download_id: str, position: int) -> Download:
        """Put it at this place (0: first) among all downloads."""
        self.get(download_id)
        ids = [item.id for item in self.all() if item.id != download_id]
        ids.insert(max(0, position), download_id)
        await self._ledger.reorder({key: index for index, key in enumerate(ids)})
        return await self._settled(download_id)

    async def set_priority(self, download_id: str, priority: int) -> Download:
        """Higher ones go first, whatever their position."""
        self.get(download_id)
        await self._ledger.change(download_id, priority=priority)
        return await self._settled(download_id)

    async def rename(self, download_id: str, name: str) -> Download:
        """Change the name that is shown; files keep theirs."""
        self.get(download_id)
        if not name.strip():
            raise InvalidInput("A name is needed.", field="name")
        changed = await self._ledger.change(download_id, name=name.strip(), event="renamed")
        return changed or self.get(download_id)

    async def set_limits(self, download_id: str, **limits: Unpack[DownloadLimits]) -> Download:
        """Limit its rates, and set its own goal of sharing; what is not given stays."""
        changes: dict[str, Any] = dict(limits)
        item = self.get(download_id)
        item = await self._ledger.change(download_id, **changes) or item
        if self._runner.is_present(download_id):
            transport = self._runner.transport(item.transport)
            down, up = item.rate_limit_down, item.rate_limit_up
            await transport.set_rate_limits(download_id, down, up)
        await self._reactions.check_goal(download_id)
        return await self._settled(download_id)

    async def set_files(self, download_id: str, priorities: Mapping[int, FilePriority]) -> Download:
        """Choose files. Raises `InvalidInput` for an unknown index or when none would be left."""
        item = self.get(download_id)
        files = await self._store.files(download_id)
        unknown = priorities.keys() - {f.index for f in files if not f.is_padding}
        if unknown:
            raise InvalidInput(f"There is no file {min(unknown)}.", field="priorities")
        after = [
            DownloadFile(f.index, f.path, f.size, priorities.get(f.index, f.priority), f.is_padding)
            for f in files
        ]
        wanted = wanted_bytes(after)
        if not wanted:
            raise InvalidInput("At least one file must stay chosen.", field="priorities",
                               hint="Remove the download instead.")  # fmt: skip
        more = wanted_bytes(
            a for a, b in zip(after, files, strict=True) if b.priority is FilePriority.SKIP
        )
        await self._store.write_priorities(download_id, priorities)
        await self._ledger.change(download_id, wanted=wanted)
        if more and item.state is S.COMPLETED:
            await self._queue(download_id, {S.COMPLETED})
        self._reactions.finished_early.discard(download_id)
        if self._runner.is_present(download_id):
            transport = self._runner.transport(item.transport)
            await transport.set_priorities(download_id, priorities)
        return await self._settled(download_id)

    async def set_media(self, download_id: str, media_ids: Sequence[str]) -> None:
        """Note what will come out of it, as soon as its files tell."""
        await self._ledger.change(download_id, media_ids=tuple(media_ids))

    async def pause_all(self) -> None:
        """Pause everything that runs or waits, and all sharing."""
        paused = [item.id for item in self.all() if await self._pause(item)]
        await self._supervisor.settle_all(paused)

    async def resume_all(self) -> None:
        """Go on with everything that is paused; failed ones stay failed."""
        items = [i for i in self.all() if i.state in _RESUMED or i.sharing is Sharing.PAUSED]
        for item in items:
            await self._resume(item)
        await self._supervisor.settle_all([item.id for item in items])

    # watching --------------------------------------------------------------------------------
    async def wake(self, download_id: str) -> Download:
        """Somebody watches it: run it at once, beside those that hold the slots.

        It stays so until `rest`. One that was paused is paused again then.
        """
        item = self.get(download_id)
        self._supervisor.watch(item)
        waits = item.state is S.QUEUED and item.retry_at
        if item.state in (S.PAUSED, S.FAILED) or waits or self._learns(item):
            return await self.resume(download_id)
        return await self._settled(download_id)

    async def rest(self, download_id: str) -> None:
        """Nobody watches it any more."""
        was_paused = self._supervisor.unwatch(download_id)
        item = self._ledger.find(download_id)
        if item is not None and was_paused and item.state in RUNNING | {S.QUEUED}:
            await self.pause(download_id)
        self._kick()


def conflict(item: Download, what: str) -> Conflict:
    return Conflict(
        f"“{item.name}” is {item.state.value} and cannot be {what} now.",
        code="wrong_state",
    )
