"""Pictures of films: the poster beside the file, or else a still from the film.

A picture is made once, one at a time, at low priority, and not while somebody watches. It is
kept on the drive in two sizes; what has not been asked for the longest goes first.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..errors import MatineeError, NotFound, NotYet
from ..models.limits import KIB, MIB
from ..ports import ByteSource
from ..programs import ffmpeg
from . import pictures
from .cache import DiskCache
from .containers import MIME_TYPES, ending
from .local import patiently
from .loopback import lend

CACHE_SIZE = 256 * MIB
PATIENCE = 2.0
"""How long a request waits for its picture before it is told to come back."""
MAX_WAITING = 1000
_FAILED_FOR = 600.0
_HEAD = 4 * MIB
_BUDGET = 48 * MIB
_POSITION = 0.2
"""Where in a film the still is taken: after the titles, before what should not be told."""
_ENDINGS = ("jpg", "jpeg", "png", "webp")
_FOLDER_PICTURES = ("poster", "folder", "cover", "movie")


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"

    @property
    def width(self) -> int:
        return 320 if self is Size.SMALL else 780


@dataclass(frozen=True, slots=True)
class Subject:
    """Of what a picture is wanted: the bytes of a film, at home (`path`) or on its way."""

    source: ByteSource
    path: Path | None
    duration: float = 0.0

    @property
    def key(self) -> str:
        return self.source.etag


class Artwork:
    """Keeps and makes pictures. `quiet` returns when nobody watches."""

    def __init__(self, folder: Path, quiet: Callable[[], Awaitable[None]]) -> None:
        self._cache = DiskCache(folder, CACHE_SIZE, ".jpg")
        self._quiet = quiet
        self._turn = asyncio.Semaphore(1)
        self._jobs: dict[str, asyncio.Task[None]] = {}
        self._failed: OrderedDict[str, float] = OrderedDict()

    async def stop(self) -> None:
        for job in tuple(self._jobs.values()):
            job.cancel()
        await asyncio.gather(*self._jobs.values(), return_exceptions=True)

    async def picture(self, subject: Subject, size: Size) -> bytes:
        """Return a JPEG.

        Raises `NotFound` when there is none to be had, `RetryLater` while it is being made.
        """
        kept = await asyncio.to_thread(self._cache.get, f"{subject.key} {size}")
        if kept is not None:
            return kept
        if self._failed.get(subject.key, 0) > time.monotonic():
            raise NotFound("There is no picture of this film.", code="no_picture")
        job = self._jobs.get(subject.key) or self._begin(subject)
        done, _ = await asyncio.wait({job}, timeout=PATIENCE)
        if not done:
            raise _later()
        kept = await asyncio.to_thread(self._cache.get, f"{subject.key} {size}")
        if kept is None:
            raise NotFound("There is no picture of this film.", code="no_picture")
        return kept

    def _begin(self, subject: Subject) -> asyncio.Task[None]:
        if len(self._jobs) >= MAX_WAITING:
            raise _later()
        job = asyncio.create_task(self._make(subject), name="picture")
        self._jobs[subject.key] = job
        job.add_done_callback(lambda _: self._jobs.pop(subject.key, None))
        return job

    async def _make(self, subject: Subject) -> None:
        async with self._turn:
            await self._quiet()
            try:
                pictures = await self._pictures(subject)
            except MatineeError:
                self._failed[subject.key] = time.monotonic() + _FAILED_FOR
                while len(self._failed) > 10 * MAX_WAITING:
                    self._failed.popitem(last=False)
                return
            for size, data in pictures.items():
                await asyncio.to_thread(self._cache.put, f"{subject.key} {size}", data)

    async def _pictures(self, subject: Subject) -> dict[Size, bytes]:
        if subject.path is None:
            return await self._arriving(subject)
        poster = await patiently(poster_beside, subject.path)
        if poster is not None:
            # A broken poster is no reason to have none.
            with suppress(MatineeError):
                return {size: await pictures.scaled(poster, size.width) for size in Size}
        return await self._both(subject.path, subject.duration * _POSITION)

    async def _both(self, film: Path | str, at: float) -> dict[Size, bytes]:
        return {size: await ffmpeg.still(film, at, size.width) for size in Size}

    async def _arriving(self, subject: Subject) -> dict[Size, bytes]:
        """Take a still from the beginning of a film on its way, and only from what is here."""
        head = _here(subject.source)
        if head < min(_HEAD, subject.source.size):
            raise NotFound("Too little of the film is here.", code="not_here_yet")
        known = subject.duration / subject.source.size
        at = min(head * 0.7 * known, subject.duration * _POSITION)
        async with lend(subject.source, budget=_BUDGET, only_here=True) as address:
            return await self._both(address, at)


def _later() -> NotYet:
    return NotYet(
        "The picture is being made.", code="picture_later", hint="Ask again soon.", after=5
    )


def _here(source: ByteSource) -> int:
    """Return about how many bytes from the beginning are here without a gap."""
    length = 256 * KIB
    while length < min(source.size, _BUDGET) and source.available(0, length):
        length *= 2
    if length >= source.size and source.available(0, source.size):
        return source.size
    return length // 2 if length > 256 * KIB else 0


def poster_beside(film: Path) -> Path | None:
    """Return the user's own picture of a film. Blocks on the drive.

    `Film-poster.jpg` or `Film.jpg` beside it; `poster.jpg`, `folder.jpg` and their like count
    only in a folder with a single film.
    """
    try:
        # Links are left alone: one could lead out of the folder.
        names = {
            entry.name.casefold(): entry.name
            for entry in os.scandir(film.parent)
            if entry.is_file(follow_symlinks=False)
        }
    except OSError:
        return None
    stem = film.stem.casefold()
    films = [n for n in names if MIME_TYPES.get(ending(n), "").startswith("video/")]
    candidates = [f"{stem}-poster", stem, f"{stem}-thumb"]
    if len(films) == 1:
        candidates += _FOLDER_PICTURES
    for candidate in candidates:
        for kind in _ENDINGS:
            name = names.get(f"{candidate}.{kind}")
            if name is not None:
                return film.parent / name
    return None
