"""A queue with everything around it, that can be killed and started again on the same files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.engine.queue.scripted import MB, Drives, ScriptedTransport

from matinee.downloads import Downloads, NewDownload
from matinee.errors import MatineeError
from matinee.events import Event, EventBus, SettingsChanged, VolumeChanged
from matinee.models.downloads import Download, DownloadState, InfoHashes
from matinee.models.volumes import VolumeState
from matinee.settings import FREE_SPACE, Settings
from matinee.storage import Database, Vault

S = DownloadState
DEADLINE = 30.0


async def until(condition: Callable[[], object], what: str = "") -> None:
    """Wait for a condition, generously."""
    async with asyncio.timeout(DEADLINE):
        while not condition():
            await asyncio.sleep(0.005)


class House:
    """`queue` and its `transport`; `kill` ends them as a power cut would, `start` begins anew."""

    def __init__(self, folder: Path, *volumes: str, **settings: object) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.drives = Drives(folder, *volumes)
        values = {FREE_SPACE.key: 100 * MB}
        values |= {key.replace("__", "."): value for key, value in settings.items()}
        self.settings = Settings(values)
        self.now = 1_000_000.0
        self.on_finished: Callable[[Download], Awaitable[None]] | None = None
        self.on_metadata: Callable[..., Awaitable[None]] | None = None
        self.events: list[Event] = []
        self.database: Database
        self.transport: ScriptedTransport
        self.queue: Downloads

    async def start(
        self, *, transport_name: str = "scripted", refuse: dict[str, MatineeError] | None = None
    ) -> House:
        self.database = Database(self.folder / "matinee.db")
        await self.database.open()
        for volume in self.drives.list():
            await self.database.execute(
                "INSERT OR IGNORE INTO volumes (id, name, root, marker, added_at)"
                " VALUES (?, ?, ?, ?, 0)",
                (volume.id, volume.name, volume.root, volume.marker),
            )
        self.bus = EventBus()
        self.bus.subscribe(self.events.append)
        self.transport = ScriptedTransport()
        self.transport.refuse = dict(refuse or {})
        self.queue = Downloads(
            self.database, Vault.load(self.folder / "key"), self.bus, self.settings, self.drives,
            {transport_name: self.transport}, lambda: self.now,
        )  # fmt: skip
        self.queue.on_finished = self.on_finished
        self.queue.on_metadata = self.on_metadata
        await self.queue.start()
        return self

    async def start_without_transport(self) -> None:
        await self.start(transport_name="another")

    async def kill(self) -> None:
        """End without a word: no transport is stopped, nothing more is written."""
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.database.close()

    async def stop(self) -> None:
        await self.queue.stop()
        await self.database.close()

    async def restart(self) -> None:
        await self.kill()
        await self.start()

    async def add(self, name: str = "film", **changes: object) -> str:
        new = NewDownload(name, "scripted", f"magnet:?dn={name}", **changes)
        download, created = await self.queue.add(new)
        assert created
        return download.id

    def find(self, key: str) -> Download | None:
        return next((item for item in self.queue.all() if item.id == key), None)

    def state(self, key: str) -> DownloadState:
        return self.queue.get(key).state

    async def until_state(self, key: str, *states: DownloadState) -> Download:
        try:
            await until(lambda: self.state(key) in states)
        except TimeoutError:
            raise AssertionError(f"{self.queue.get(key)} is not {states}") from None
        return self.queue.get(key)

    async def until_running(self, key: str) -> None:
        await until(lambda: key in self.transport.running())

    async def downloading(self, name: str = "film", **changes: object) -> str:
        """Add a magnet and bring it to `downloading`."""
        key = await self.add(name, **changes)
        await self.until_running(key)
        self.transport.tell_metadata(key, name=name)
        self.transport.listener.started(key)
        await self.until_state(key, S.DOWNLOADING)
        return key

    async def completed(self, name: str = "film", **changes: object) -> str:
        key = await self.downloading(name, **changes)
        self.transport.finish(key)
        await self.until_state(key, S.COMPLETED)
        return key

    def later(self, seconds: float) -> None:
        """Let time pass, and let the queue look at the clock at once."""
        self.now += seconds
        self.bus.publish(SettingsChanged(()))

    def unplug(self, volume_id: str) -> None:
        volume = self.drives.set(volume_id, state=VolumeState.OFFLINE)
        self.bus.publish(VolumeChanged(volume))

    def plug_in(self, volume_id: str) -> None:
        volume = self.drives.set(volume_id, state=VolumeState.ONLINE)
        self.bus.publish(VolumeChanged(volume))

    def set_free(self, volume_id: str, free: int) -> None:
        self.bus.publish(VolumeChanged(self.drives.set(volume_id, free=free)))

    async def history(self, key: str = "") -> list[str]:
        lines = await self.queue.history(download_id=key)
        return [line.event for line in reversed(lines)]


def hashes(number: int, *, v2: bool = False) -> InfoHashes:
    return InfoHashes(f"{number:040x}", f"{number:064x}" if v2 else "")
