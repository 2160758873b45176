"""Builds the rooms in order and hands each what it needs; they close in reverse."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from .. import settings as keys
from ..downloads import Downloads
from ..downloads.places import FOLDER
from ..downloads.transports.torrent import TorrentTransport
from ..errors import MatineeError
from ..events import Event, EventBus, Notice, SettingsChanged
from ..fetch import Fetcher
from ..fetch.addresses import origin_of
from ..household.adding import Adding
from ..household.addresses import Addresses
from ..household.arrivals import Arrivals
from ..household.choosing import Chooser
from ..household.converting import Converting
from ..household.facts import Facts
from ..household.importing import Importing
from ..household.opening import Opening
from ..household.preparing import Preparing
from ..household.screens import Screens
from ..household.setup import Setup
from ..household.watching import Watching
from ..identity import Identity
from ..library import Library
from ..playback.artwork import Artwork
from ..playback.screens.profiles import ScreenProfiles
from ..playback.subtitles import Subtitles
from ..settings import Settings
from ..storage import Database, Vault
from ..storage.settings import SettingsStore
from ..volumes import Volumes
from .checks import CHECKS
from .options import Options

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Ground:
    """What every room stands on."""

    vault: Vault
    database: Database
    bus: EventBus
    settings: Settings
    store: SettingsStore

    @classmethod
    async def open(cls, options: Options) -> Self:
        vault = await asyncio.to_thread(Vault.load, options.data / "key")
        database = Database(options.data / "matinee.db")
        await database.open()
        bus, settings = EventBus(), Settings()
        store = SettingsStore(database, vault, settings, bus, CHECKS)
        await store.load()
        return cls(vault, database, bus, settings, store)


def transport_settings(options: Options, settings: Settings) -> Settings:
    """Return the settings as the transport shall see them: options of the start come first."""
    forced: dict[str, object] = {}
    if options.torrent_port is not None:
        forced[keys.LISTEN_PORT.key] = options.torrent_port
    if not options.discovery:
        forced |= dict.fromkeys((keys.DHT.key, keys.LSD.key, keys.PORT_MAPPING.key), False)
    return settings.overlaid(forced) if forced else settings


class Rooms:
    """The whole house. `open` builds and starts it, `close` ends it."""

    def __init__(self, options: Options, ground: Ground) -> None:
        self.options, self.ground = options, ground
        database, bus, settings = ground.database, ground.bus, ground.settings
        self.volumes = Volumes(database, bus, private=(options.data,))
        self.identity = Identity(database, ground.vault, settings=settings)
        self.fetcher = Fetcher(allow=lambda origin: origin in allowed)
        allowed = {origin_of(origin) for origin in options.allow_origins}
        self.torrent = TorrentTransport(
            transport_settings(options, settings), state_path=options.data / "torrent.state"
        )
        self.downloads = Downloads(
            database, ground.vault, bus, settings, self.volumes, {"torrent": self.torrent}
        )
        self.library = Library(
            database, bus, settings, self.volumes, left_out=lambda _volume_id: (FOLDER,)
        )
        self._household()
        self._stack = AsyncExitStack()
        self._applying: set[asyncio.Task[None]] = set()

    def _household(self) -> None:
        ground, options = self.ground, self.options
        cache = options.data / "cache"
        self.arrivals = Arrivals(ground.database, self.library, self.downloads)
        self.importing = Importing(
            downloads=self.downloads, library=self.library, volumes=self.volumes,
            arrivals=self.arrivals,
        )  # fmt: skip
        self.adding = Adding(self.downloads, self.fetcher, self.volumes)
        self.opening = Opening(self.library, self.downloads, self.volumes, ground.bus)
        self.addresses = Addresses(self.identity.signer)
        self.facts = Facts()
        self.subtitles = Subtitles(cache / "subtitles")
        self.screen_profiles = ScreenProfiles(ground.database)
        self.converting = Converting(cache / "hls", self.facts, self.subtitles, ground.bus)
        self.watching = Watching(
            library=self.library, downloads=self.downloads, opening=self.opening,
            chooser=Chooser(self.library), facts=self.facts,
            preparing=Preparing(
                self.library, self.downloads, self.facts, self.subtitles, self.addresses,
                self.converting,
            ),
            screens=Screens(self.screen_profiles), bus=ground.bus,
        )  # fmt: skip
        self.artwork = Artwork(cache / "artwork", self.watching.quiet)
        self.setup = Setup(
            self.volumes, transport_settings(options, ground.settings), ground.store,
            port=options.port, media=options.media,
            adopted=self.importing.prepare_volume,
        )  # fmt: skip

    async def open(self) -> None:
        """Start the rooms from the ground up. Whatever was started is ended on an error."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.ground.database.close)
            for room in (self.volumes, self.identity):
                await room.start()
                stack.push_async_callback(room.stop)
            await self._first_volume(self.options.media)
            await self.library.start()
            stack.push_async_callback(self.library.stop)
            self.downloads.on_metadata = self.arrivals.on_metadata
            self.downloads.on_finished = self.importing.on_finished
            await self.arrivals.start()
            await self.downloads.start()
            stack.push_async_callback(self.downloads.stop)
            stack.callback(self.ground.bus.subscribe(self.importing.hear))
            await self.importing.start()
            stack.push_async_callback(self.importing.stop)
            stack.push_async_callback(self.facts.stop)
            stack.push_async_callback(self.artwork.stop)
            stack.push_async_callback(self.converting.stop)
            stack.push_async_callback(self.watching.stop)
            stack.callback(self.ground.bus.subscribe(self._hear))
            self._stack = stack.pop_all()

    async def close(self) -> None:
        await self._stack.aclose()

    async def _first_volume(self, media: Path) -> None:
        """Make the folder that the engine was started with the first volume of a new house."""
        if self.volumes.list():
            return
        try:
            volume = await self.volumes.adopt(media, "Media", make_default=True)
            await self.importing.prepare_volume(volume)
        except MatineeError as error:
            # The set-up on the page asks for another one, and says why this one does not do.
            _log.warning("%s %s", error.message, error.hint)

    def _hear(self, event: Event) -> None:
        if isinstance(event, SettingsChanged):
            task = asyncio.create_task(self._apply())
            self._applying.add(task)
            task.add_done_callback(self._applying.discard)

    async def _apply(self) -> None:
        try:
            await self.torrent.apply_settings()
        except MatineeError as error:
            self.ground.bus.publish(Notice("error", error.code, error.message, error.hint))
