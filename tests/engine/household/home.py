"""A household around play sessions: real database, volumes, library, queue and server.

Only the transport is scripted: it opens sources whose bytes the test releases.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from tests.engine.queue.scripted import ScriptedTransport

from matinee.api import hls, play, screens, streams
from matinee.downloads import Downloads, NewDownload
from matinee.events import Event, EventBus, PlayChanged
from matinee.household.addresses import Addresses
from matinee.household.choosing import Chooser
from matinee.household.converting import Converting
from matinee.household.facts import Facts
from matinee.household.opening import Opening
from matinee.household.preparing import Preparing
from matinee.household.screens import Screens
from matinee.household.watching import Patience, Watching
from matinee.http.application import build_application
from matinee.identity import Identity, Signer
from matinee.library import FileRole, Library, LibraryFile
from matinee.models.downloads import DownloadFile
from matinee.models.identity import Role, User
from matinee.models.ids import new_id
from matinee.models.media import MediaKind, Title
from matinee.models.play import PlaySession
from matinee.models.volumes import Volume
from matinee.playback.artwork import Artwork
from matinee.playback.screens.profiles import ScreenProfiles
from matinee.playback.subtitles import Subtitles
from matinee.ports import ByteSource
from matinee.settings import Settings
from matinee.storage import Database, Vault
from matinee.volumes import Volumes

DEADLINE = 40.0


async def until(condition: Callable[[], object], seconds: float = DEADLINE) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


class SourceTransport(ScriptedTransport):
    """Opens what the test put in `sources` under the id of a download."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: dict[str, ByteSource] = {}

    def open(self, download_id: str, file_index: int) -> ByteSource:
        self._called("open", download_id)
        return self.sources[download_id]


@dataclass
class Home:
    """Everything, started. `client` speaks to the real application as `user`."""

    media: Path
    database: Database
    bus: EventBus
    volumes: Volumes
    volume: Volume
    library: Library
    downloads: Downloads
    transport: SourceTransport
    identity: Identity
    addresses: Addresses
    opening: Opening
    facts: Facts
    watching: Watching
    artwork: Artwork
    user: User
    token: str
    client: TestClient[web.Request, web.Application]
    told: list[PlaySession] = field(default_factory=list)

    # putting things in -----------------------------------------------------------------------
    async def title(self, title: str, year: int | None = None, **more: Any) -> str:
        kind = MediaKind.EPISODE if "season" in more else MediaKind.MOVIE
        return await self.library.media.ensure_media(Title(kind, title, year, **more))

    async def at_home(
        self, media_id: str, path: str, data: bytes | None = None, **more: Any
    ) -> LibraryFile:
        """Put a file of the volume into the library; write it when `data` is given."""
        place = self.media / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if data is not None:
            place.write_bytes(data)
        status = place.stat()
        file = LibraryFile(
            id=new_id(), media_id=media_id, volume_id=self.volume.id, path=path,
            role=FileRole.FILM, size=status.st_size, mtime_ns=status.st_mtime_ns, created=True,
            added_at=1.0, inode=status.st_ino, **more,
        )  # fmt: skip
        async with self.library.changes.change() as touched:
            await self.library.files.put(file)
            touched.add(media_id)
        return file

    async def arriving(self, media_id: str, source: ByteSource, **more: Any) -> str:
        """Add a running download whose first file brings the film."""
        new = NewDownload(source.name, "scripted", f"magnet:?dn={new_id()}", **more)
        download, _ = await self.downloads.add(new)
        key = download.id
        self.transport.sources[key] = source
        if not more.get("paused"):
            await until(lambda: key in self.transport.held)
            files = [DownloadFile(0, source.name, source.size)]
            self.transport.tell_metadata(key, files)
            self.transport.listener.started(key)
        await self.database.execute(
            "INSERT INTO arrivals (media_id, download_id, file_index) VALUES (?, ?, 0)",
            (media_id, key),
        )
        return key

    # asking ----------------------------------------------------------------------------------
    async def api(self, method: str, path: str, status: int = 200, **json: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        body = {"json": {k.rstrip("_"): v for k, v in json.items()}} if json else {}
        async with self.client.request(method, path, headers=headers, **body) as answer:
            found = await answer.json() if answer.content_type.endswith("json") else None
            assert answer.status == status, found
            return found

    async def play(self, status: int = 201, **wish: Any) -> Any:
        return await self.api("POST", "/api/play", status, **wish)

    async def session(self, session_id: str) -> Any:
        return await self.api("GET", f"/api/play/{session_id}")

    async def until_state(self, session_id: str, state: str) -> Any:
        await until(lambda: any(s.id == session_id and s.state == state for s in self.told))
        return await self.session(session_id)


@asynccontextmanager
async def home(folder: Path, **patience: float) -> AsyncIterator[Home]:
    media = folder / "media"
    media.mkdir()
    database, bus, settings = Database(folder / "matinee.db"), EventBus(), Settings()
    await database.open()
    vault = Vault.load(folder / "key")
    volumes = Volumes(database, bus, settings)
    await volumes.start()
    volume = await volumes.adopt(media, "Disk", make_default=True)
    library = Library(database, bus, settings, volumes)
    transport = SourceTransport()
    downloads = Downloads(database, vault, bus, settings, volumes, {"scripted": transport})
    await downloads.start()
    identity = Identity(database, vault)
    await identity.start()
    user = identity.household()
    token, _ = await identity.create_token(user.id, "test", Role.ADMIN, 3600)

    addresses = Addresses(Signer(vault))
    opening, facts = Opening(library, downloads, volumes, bus), Facts()
    subtitles = Subtitles(folder / "cache" / "subtitles")
    converting = Converting(folder / "cache" / "hls", facts, subtitles, bus)
    preparing = Preparing(library, downloads, facts, subtitles, addresses, converting)
    profiles = ScreenProfiles(database)
    times = {"fetch": 0.2, "next_range": 0.01, "quiet": 0.2, **patience}
    watching = Watching(
        library=library, downloads=downloads, opening=opening, chooser=Chooser(library),
        facts=facts, preparing=preparing, screens=Screens(profiles), bus=bus,
        patience=Patience(**times),
    )  # fmt: skip
    artwork = Artwork(folder / "cache" / "artwork", watching.quiet)
    told: list[PlaySession] = []

    def hear(event: Event) -> None:
        if isinstance(event, PlayChanged):
            told.append(event.session)

    bus.subscribe(hear)
    routes = play.routes(watching) + screens.routes(profiles) + streams.routes(
        addresses=addresses, opening=opening, watching=watching, facts=facts,
        subtitles=subtitles, artwork=artwork,
    ) + hls.routes(
        addresses=addresses, opening=opening, watching=watching, converting=converting
    )  # fmt: skip
    app = build_application(routes, identity=identity)
    async with TestClient(TestServer(app)) as client:
        yield Home(
            media, database, bus, volumes, volume, library, downloads, transport, identity,
            addresses, opening, facts, watching, artwork, user, token, client, told,
        )  # fmt: skip
    await artwork.stop()
    await watching.stop()
    await converting.stop()
    await facts.stop()
    await downloads.stop()
    await identity.stop()
    await volumes.stop()
    await database.close()
