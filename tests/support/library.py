"""A library on a real volume in a temporary folder."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from matinee.errors import GiveUp
from matinee.events import Event, EventBus
from matinee.library import Library
from matinee.library.folders import FolderKind, LibraryFolder
from matinee.models.media import Chapter, Probe, Stream, StreamKind
from matinee.models.volumes import Volume
from matinee.programs.ffmpeg import Check
from matinee.settings import Settings
from matinee.storage import Database
from matinee.volumes import Volumes


async def until(condition: Callable[[], object], seconds: float = 45, what: str = "") -> None:
    """Wait until the condition holds (it may be awaitable)."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if isinstance(answer, Awaitable):
            answer = await answer
        if answer:
            return
        assert time.monotonic() < deadline, f"It did not come to pass: {what or condition}"
        await asyncio.sleep(0.02)


def write(path: Path, size: int = 100, fill: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((fill * size)[:size])
    return path


async def no_film(_path: Path) -> Probe:
    """Tiny files are no films; real ones are probed in the tests that are about it."""
    raise GiveUp("It is no film.", code="not_media")


async def film(_path: Path) -> Probe:
    video = Stream(0, StreamKind.VIDEO, "h264", width=1920, height=1080, hdr="hdr10")
    return Probe("matroska,webm", 100.0, 1000, (video,), (Chapter(85, 100, "Credits"),))


async def whole(_path: Path) -> Check:
    return Check(ok=True)


@dataclass
class House:
    """Everything around a library. `start` and `stop` are the fixture's."""

    root: Path
    database: Database
    bus: EventBus
    settings: Settings
    volumes: Volumes
    library: Library
    volume: Volume
    events: list[Event]

    async def folder(self, path: str = "", kind: str = "mixed") -> LibraryFolder:
        (self.root / path).mkdir(parents=True, exist_ok=True)
        return await self.library.folders.add(self.volume.id, path, FolderKind(kind))

    async def scan(self, folder: LibraryFolder | None = None) -> None:
        """Scan and wait; the scanner must have been started."""
        for one in [folder] if folder else await self.library.folders.list():
            self.library.scanner.request(one.id)
        await asyncio.wait_for(self.library.scanner.wait_idle(), 60)

    async def rows(self, where: str = "1") -> list[dict[str, object]]:
        found = await self.database.fetch(
            f"SELECT f.*, media.title, media.kind FROM library_files AS f"
            f" LEFT JOIN media ON media.id = media_id WHERE {where} ORDER BY path"
        )
        return [dict(row) for row in found]

    async def paths(self, where: str = "1") -> list[object]:
        return [row["path"] for row in await self.rows(where)]

    async def user(self, user_id: str = "ann") -> str:
        await self.database.execute(
            "INSERT INTO users VALUES (?, ?, 'admin', 1.0)", (user_id, user_id)
        )
        return user_id


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A library that is not started: a test starts the parts it is about."""
    database = Database(tmp_path / "data" / "matinee.db")
    await database.open()
    bus, settings = EventBus(), Settings()
    events: list[Event] = []
    bus.subscribe(events.append)
    volumes = Volumes(database, bus, settings)
    await volumes.start()
    root = tmp_path / "media"
    root.mkdir()
    volume = await volumes.adopt(root, "Films", make_default=True)
    library = Library(database, bus, settings, volumes, probe=no_film, decode=whole)
    yield House(root, database, bus, settings, volumes, library, volume, events)
    await library.stop()
    await volumes.stop()
    await database.close()
