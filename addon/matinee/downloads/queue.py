"""The queue: what other rooms and the API ask of downloads."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import InvalidInput, MatineeError
from ..models.downloads import Download, DownloadFile, DownloadState, QueueReason, Trouble
from ..models.ids import new_id
from .commands import Commands, conflict
from .driver import AFTERWARDS, FinishedHook
from .entries import Blobs, Entry, NewDownload
from .places import FOLDER
from .reactions import MetadataHook
from .store import chosen_files, wanted_bytes

S = DownloadState


class Downloads(Commands):
    """All downloads of the house. Reading is from memory; changes are written when they return.

    Methods that name a download raise `NotFound`, and `Conflict` in a state that forbids them.
    `household` sets `on_finished` and `on_metadata` before `start`.
    """

    # life ------------------------------------------------------------------------------------
    @property
    def on_finished(self) -> FinishedHook | None:
        return self._driver.on_finished

    @on_finished.setter
    def on_finished(self, hook: FinishedHook | None) -> None:
        """Set what is done with a finished download; see `Driver`."""
        self._driver.on_finished = hook

    @property
    def on_metadata(self) -> MetadataHook | None:
        return self._reactions.on_metadata

    @on_metadata.setter
    def on_metadata(self, hook: MetadataHook | None) -> None:
        """Set what hears of a download's files as soon as they are known; may hear it twice."""
        self._reactions.on_metadata = hook

    async def start(self) -> None:
        """Load the rows, start the transports and go on where the last process was."""
        await self._ledger.load()
        for transport in self._transports.values():
            await transport.start(self._reactions)
        await self._hauler.recover()
        self._supervisor.start()

    async def stop(self) -> None:
        """End everything; what the transports save at their end is written."""
        await self._supervisor.stop()
        await self._driver.stop()
        await self._hauler.stop()
        for transport in self._transports.values():
            await transport.stop()
        await self._reactions.drain()
        await self._supervisor.write_totals()

    # adding ----------------------------------------------------------------------------------
    async def add(self, new: NewDownload) -> tuple[Download, bool]:
        """Add a download; return it and whether it is new.

        One with the same v1 or v2 info-hash is returned instead. One that is to be paused and
        whose files are not known yet is paused as soon as they are. Raises `AskUser` without a
        volume or transport, `InvalidInput` when nothing would be downloaded.
        """
        if not new.source and not new.metadata:
            raise InvalidInput("There is nothing to download from.", field="source")
        self._runner.transport(new.transport)
        twin = self._ledger.twin(new.info_hashes)
        if twin is not None:
            return twin, False
        files = chosen_files(new.files, new.chosen)
        if files and not wanted_bytes(files) and any(file.size for file in files):
            raise InvalidInput("At least one file must be chosen.", field="files")
        entry = self._new_entry(new, files)
        if new.paused and not files and not new.metadata:
            entry = entry.changed(
                {"state": S.QUEUED, "reason": QueueReason.SLOT, "before": S.PAUSED}
            )
        blobs = Blobs(new.source, new.metadata, b"", None if files else new.chosen)
        if not await self._ledger.insert(entry, blobs, files):
            twin = self._ledger.twin(new.info_hashes)
            return (twin or entry.download), twin is None
        if files:
            self._reactions.announce(entry.download.id)
        self._kick()
        return entry.download, True

    def _new_entry(self, new: NewDownload, files: Sequence[DownloadFile]) -> Entry:
        volume = self._places.get(new.volume_id) if new.volume_id else self._places.default()
        key = new_id()
        return Entry(
            Download(
                id=key,
                name=new.name,
                transport=new.transport,
                state=S.PAUSED if new.paused else S.QUEUED,
                reason=None if new.paused else QueueReason.SLOT,
                volume_id=volume.id,
                save_path=f"{FOLDER}/{key}",
                position=self._ledger.last_position() + 1,
                priority=new.priority,
                info_hashes=new.info_hashes,
                size=sum(file.size for file in files if not file.is_padding),
                wanted=wanted_bytes(files),
                added_at=self._clock(),
            )
        )

    # the household's report ------------------------------------------------------------------
    async def verifying(self, download_id: str) -> None:
        """Verification has begun (again): nothing to write, the state says so already."""
        item = self.get(download_id)
        if item.state not in AFTERWARDS:
            raise conflict(item, "verified")

    async def importing(self, download_id: str) -> None:
        """Verification is over. No error when it imports already, after a restart."""
        await self._driver.importing(download_id)

    async def completed(
        self,
        download_id: str,
        media_ids: Sequence[str] = (),
        unsorted: int = 0,
        trouble: Trouble | None = None,
    ) -> None:
        """It is imported: what came out of it, and how many files nobody could tell.

        `trouble` tells people why nothing came out of it.
        """
        await self._driver.completed(download_id, tuple(media_ids), unsorted, trouble)

    async def import_failed(self, download_id: str, error: MatineeError) -> None:
        """It cannot be imported; `retry` and `reimport` try again."""
        await self._driver.failed(download_id, error)
