"""The library as one object: its parts, opened and closed together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection

from ..events import Event, EventBus, VolumeChanged
from ..models.volumes import VolumeState
from ..programs import ffmpeg
from ..settings import Settings
from ..storage import Database
from ..volumes import Volumes
from .absorb import Absorber
from .changes import Changes
from .files import Files
from .folders import LibraryFolders
from .integrity import Decoding, Integrity
from .listing import Listing
from .media import MediaCatalogue
from .probes import Prober, Probing
from .scan import Scanner
from .tasks import guarded
from .trash import Trash
from .watch import WatchStates
from .watcher import Watcher

Clock = Callable[[], float]


class Library:
    """What is at home. Each part has one job; they share the database and `changes`.

    `left_out(volume_id)` names relative folders that scans leave alone, such as the one where
    downloads arrive.
    """

    def __init__(
        self,
        database: Database,
        bus: EventBus,
        settings: Settings,
        volumes: Volumes,
        clock: Clock = time.time,
        *,
        left_out: Callable[[str], Collection[str]] = lambda _volume_id: (),
        probe: Probing = ffmpeg.probe,
        decode: Decoding = ffmpeg.check,
    ) -> None:
        self._bus = bus
        self.changes = Changes(database, bus)
        self.files = Files(database)
        self.media = MediaCatalogue(database, self.changes, clock)
        self.folders = LibraryFolders(database)
        self.listing = Listing(database, volumes)
        self.watch = WatchStates(database, self.files, self.media, self.changes, clock)
        self.trash = Trash(database, self.files, self.media, self.changes, volumes, settings, clock)
        self.prober = Prober(self.files, self.changes, volumes, probe)
        self.integrity = Integrity(self.files, self.media, self.changes, volumes, decode, clock)
        self.scanner = Scanner(
            self.files,
            self.folders,
            Absorber(database, self.files, self.media, self.changes, clock),
            volumes,
            left_out=left_out,
            on_new=self.prober.wake,
            clock=clock,
        )
        self.watcher = Watcher(self.folders, self.scanner, volumes, bus, settings)
        self._parts = (self.trash, self.scanner, self.prober, self.integrity, self.watcher)
        self._unsubscribe: Callable[[], None] = lambda: None
        self._returning: set[asyncio.Task[str]] = set()

    async def start(self) -> None:
        """Finish or undo what a crash interrupted, then begin to watch the folders."""
        self._unsubscribe = self._bus.subscribe(self._hear)
        for part in self._parts:
            await part.start()

    async def stop(self) -> None:
        """End the watching and scanning; imports under way finish their present file."""
        self._unsubscribe()
        for part in reversed(self._parts):
            await part.stop()
        await asyncio.gather(*self._returning, return_exceptions=True)

    def _hear(self, event: Event) -> None:
        if isinstance(event, VolumeChanged) and event.volume.state is VolumeState.ONLINE:
            task = asyncio.create_task(
                guarded("Welcoming a drive back", self._welcome(event.volume.id))
            )
            self._returning.add(task)
            task.add_done_callback(self._returning.discard)

    async def _welcome(self, volume_id: str) -> None:
        """Do what waited for the drive."""
        await self.trash.recover(volume_id)
        self.prober.wake()
