"""The library as one object: its parts, opened and closed together."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection

from ..errors import MatineeError
from ..events import Event, EventBus, VolumeChanged
from ..models.media import Title
from ..models.volumes import VolumeState
from ..programs import ffmpeg
from ..settings import Settings
from ..storage import Database
from ..volumes import Volumes
from .absorb import Absorber
from .changes import Changes
from .files import Files
from .folders import LibraryFolders
from .importing import Importer
from .integrity import Decoding, Integrity
from .listing import Listing
from .media import MediaCatalogue
from .probes import Prober, Probing
from .renaming import Renamer
from .scan import Scanner
from .tasks import guarded
from .trash import Trash
from .watch import WatchStates
from .watcher import Watcher

_log = logging.getLogger(__name__)
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
        self.importer = Importer(
            database,
            self.files,
            self.media,
            self.folders,
            self.changes,
            volumes,
            settings,
            clock,
        )
        self.renamer = Renamer(
            database, self.files, self.media, self.changes, volumes, self.importer, clock
        )
        self.listing = Listing(database, volumes)
        self.watch = WatchStates(database, self.files, self.media, self.changes, clock)
        self.trash = Trash(
            database,
            self.files,
            self.media,
            self.changes,
            volumes,
            settings,
            clock,
            restored=self.importer.write_nfo,
        )
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
        await self.importer.recover()
        await self.renamer.recover()
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
        await self.importer.recover(volume_id)
        await self.renamer.recover(volume_id)
        await self.trash.recover(volume_id)
        await self.renamer.catch_up(volume_id)
        self.prober.wake()

    # corrections -----------------------------------------------------------------------------
    async def correct(self, media_id: str, title: Title) -> str:
        """Say what a film or an episode really is; return the id that stands for it afterwards.

        Files that Matinee made get the new name (once their drive is there), a person's own stay
        as they are. Raises `NotFound`, `InvalidInput`.
        """
        corrected = await self.media.correct(media_id, title)
        await self._rename(corrected)
        return corrected

    async def correct_show(self, show_id: str, title: str, year: int | None) -> list[str]:
        """Say what a whole show is called; return the ids of its episodes afterwards."""
        episodes = await self.media.correct_show(show_id, title, year)
        for media_id in episodes:
            await self._rename(media_id)
        return episodes

    async def sort_file(self, file_id: str, title: Title) -> str:
        """Say what an unsorted file is; return the media id.

        One that came with a download is brought into the library, a person's own stays where it
        is. For a file that is sorted already this is `correct`. Raises `NotFound`,
        `InvalidInput`, and what an import raises.
        """
        file = await self.files.get(file_id)
        if file.media_id is not None:
            return await self.correct(file.media_id, title)
        placed = await self.importer.adopt(file, title)
        self.prober.wake()
        return str(placed.media_id)

    async def _rename(self, media_id: str) -> None:
        try:
            await self.renamer.rename_media(media_id)
        except MatineeError as error:
            # The title is right either way; the names follow when the drive takes them.
            _log.warning("Files keep their names for now: %s", error)
