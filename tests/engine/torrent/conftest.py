"""A torrent transport of its own for each test, beside a real swarm on loopback."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from matinee import settings as keys
from matinee.downloads.transports.torrent import TorrentTransport
from matinee.ports import TransportJob
from matinee.settings import Settings
from tests.support.swarm import Torrent, Tracker

PATIENCE = 60.0
QUIET = {
    keys.LISTEN_PORT.key: 0,
    keys.DHT.key: False,
    keys.LSD.key: False,
    keys.PORT_MAPPING.key: False,
}


async def until(condition: Callable[[], Any], what: str = "", patience: float = PATIENCE) -> Any:
    """Wait until `condition` holds and return what it returned."""
    deadline = time.monotonic() + patience
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {what or condition}")
        await asyncio.sleep(0.02)
    return found


@dataclass
class Told:
    """A `TransportListener` that remembers."""

    metadata: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    events: list[tuple[str, str]] = field(default_factory=list)
    errors: dict[str, Exception] = field(default_factory=dict)
    resume: dict[str, bytes] = field(default_factory=dict)
    totals: dict[str, tuple[int, int]] = field(default_factory=dict)
    moved_to: dict[str, Path] = field(default_factory=dict)

    def metadata_known(self, download_id, name, files, hashes, metadata) -> None:
        self.metadata[download_id] = (name, files, hashes, metadata)
        self.events.append(("metadata_known", download_id))

    def started(self, download_id) -> None:
        self.events.append(("started", download_id))

    def checking(self, download_id) -> None:
        self.events.append(("checking", download_id))

    def finished(self, download_id) -> None:
        self.events.append(("finished", download_id))

    def moved(self, download_id, save_path) -> None:
        self.events.append(("moved", download_id))
        self.moved_to[download_id] = save_path

    def failed(self, download_id, error) -> None:
        self.events.append(("failed", download_id))
        self.errors[download_id] = error

    def resume_saved(self, download_id, resume) -> None:
        self.resume[download_id] = resume

    def shared(self, download_id, uploaded, seconds) -> None:
        self.totals[download_id] = (uploaded, seconds)

    def count(self, event: str, download_id: str = "d") -> int:
        return self.events.count((event, download_id))


@dataclass
class Bench:
    """A started transport, its listener, and the volume it writes to."""

    transport: TorrentTransport
    told: Told
    settings: Settings
    volume: Path

    def job(self, source: Torrent | str, download_id: str = "d", **more: Any) -> TransportJob:
        """Return the job of a torrent file or a magnet link."""
        told = {"source": source} if isinstance(source, str) else {"metadata": source.data}
        return TransportJob(download_id, self.volume / "Downloads" / download_id, **told, **more)

    async def add(self, source: Torrent | str, download_id: str = "d", **more: Any) -> None:
        await self.transport.add(self.job(source, download_id, **more))

    async def finished(self, download_id: str = "d") -> None:
        def over() -> bool:
            if download_id in self.told.errors:
                raise self.told.errors[download_id]
            return self.told.count("finished", download_id) > 0

        await until(over, f"{download_id} to finish")

    def file(self, path: str, download_id: str = "d") -> Path:
        return self.volume / "Downloads" / download_id / path


@pytest.fixture
def tracker() -> Iterator[Tracker]:
    with Tracker() as tracker:
        yield tracker


@pytest.fixture
async def make_bench(tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    """Start transports: `await make_bench(volume=…, **settings by key)`."""
    benches: list[Bench] = []

    async def make(volume: Path | None = None, told: Told | None = None, **values: object) -> Bench:
        settings = Settings(QUIET | {key.replace("__", "."): v for key, v in values.items()})
        volume = volume or tmp_path / "volume"
        volume.mkdir(exist_ok=True)
        transport = TorrentTransport(settings, state_path=tmp_path / "session")
        bench = Bench(transport, told or Told(), settings, volume)
        await transport.start(bench.told)
        benches.append(bench)
        return bench

    yield make
    for bench in benches:
        await bench.transport.stop()


@pytest.fixture
async def bench(make_bench: Callable[..., Any]) -> Bench:
    return await make_bench()
