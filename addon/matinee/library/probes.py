"""Facts about files: as JSON in the rows, and found out in the background, one at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from ..errors import GiveUp, MatineeError, NotFound
from ..models.media import Chapter, Probe, Stream, StreamKind
from ..volumes import Volumes
from .changes import Changes
from .files import Files, LibraryFile
from .tasks import guarded

_log = logging.getLogger(__name__)
_AFTER_TROUBLE = 60.0
Probing = Callable[[Path], Awaitable[Probe]]


def dump(probe: Probe) -> str:
    return orjson.dumps(asdict(probe)).decode()


def load(text: str | None) -> Probe | None:
    """Return the facts of a row; None when there are none yet."""
    if not text:
        return None
    data: dict[str, Any] = orjson.loads(text)
    streams = tuple(Stream(**{**s, "kind": StreamKind(s["kind"])}) for s in data.pop("streams"))
    chapters = tuple(Chapter(**chapter) for chapter in data.pop("chapters"))
    return Probe(**data, streams=streams, chapters=chapters)


class Prober:
    """Finds out about films of which nothing is known yet, the newest first.

    `probe` raises `GiveUp` for a file that is no film, which is kept as a sentence in its row;
    what may work later is tried again later.
    """

    def __init__(self, files: Files, changes: Changes, volumes: Volumes, probe: Probing) -> None:
        self._files, self._changes, self._volumes, self._probe = files, changes, volumes, probe
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._later: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self.wake()
        self._task = asyncio.create_task(self._work(), name="library-probe")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def wake(self) -> None:
        """Look again for films without facts: some came in, or a drive returned."""
        self._idle.clear()
        self._wake.set()

    async def wait_idle(self) -> None:
        """Return when nothing is left that can be found out now."""
        await self._idle.wait()

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            self._later.clear()
            while waiting := await self._next():
                for file in waiting:
                    await guarded(f"Looking into {file.path}", self._one(file))
            if not self._wake.is_set():
                self._idle.set()
            if self._later:
                asyncio.get_running_loop().call_later(_AFTER_TROUBLE, self.wake)

    async def _next(self) -> list[LibraryFile]:
        online = [volume.id for volume in self._volumes.list() if volume.root]
        return await self._files.unprobed(online, tuple(self._later))

    async def _one(self, file: LibraryFile) -> None:
        # Whatever happens below, this round does not take the file up again.
        self._later.add(file.id)
        values: dict[str, object]
        try:
            path = self._volumes.resolve(file.volume_id, file.path)
            values = {"probe": dump(await self._probe(path))}
        except NotFound:
            return  # the next scan finds it missing
        except MatineeError as error:
            # A drive that fails says nothing about the film; neither does a missing ffprobe.
            if not isinstance(error, GiveUp) or error.code == "unreadable":
                _log.info("%s is looked into later: %s", file.path, error)
                return
            values = {"probe_trouble": error.message}
        async with self._changes.change() as touched:
            await self._files.change(file.id, **values)
            if file.media_id:
                touched.add(file.media_id)
        self._later.discard(file.id)
