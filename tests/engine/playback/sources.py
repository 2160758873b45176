"""A film on its way whose bytes come when the test says so, and a server that serves it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from matinee.errors import MatineeError, NotFound, RetryLater
from matinee.playback.serving import serve
from matinee.ports import ByteSource

DEADLINE = 40.0


def content(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


async def until(condition: Callable[[], object], seconds: float = DEADLINE) -> None:
    """Wait until the condition holds; fail after a generous time."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


class Arriving:
    """A ByteSource of `data` of which the test releases bytes. Counts its readers."""

    def __init__(self, data: bytes, name: str = "Film.mkv", patience: float = DEADLINE) -> None:
        self.data, self.name, self.etag = data, name, "arriving-1"
        self.size = len(data)
        self.here = bytearray(len(data))
        self.finished_path: Path | None = None
        self.failure: MatineeError | None = None
        self.patience = patience
        self.open_readers = 0
        self.opened = 0
        self.wanted: list[tuple[int, int]] = []
        self.background: list[bool] = []
        self.bit_rates: list[int] = []
        self._news = asyncio.Event()

    def release(self, start: int, stop: int) -> None:
        self.here[start:stop] = b"\1" * (min(stop, self.size) - start)
        self.tell()

    def tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def fail(self, error: MatineeError | None) -> None:
        self.failure = error
        self.tell()

    def available(self, offset: int, length: int) -> bool:
        return offset + length <= self.size and all(self.here[offset : offset + length])

    def reader(self, *, bit_rate: int = 0, background: bool = False) -> ArrivingReader:
        self.background.append(background)
        self.bit_rates.append(bit_rate)
        return ArrivingReader(self)


class ArrivingReader:
    def __init__(self, source: Arriving) -> None:
        self.source = source
        self.closed = False
        source.open_readers += 1
        source.opened += 1

    async def read(self, offset: int, length: int) -> bytes:
        if not 0 <= offset < self.source.size:
            raise ValueError(offset)
        self.source.wanted.append((offset, length))
        try:
            async with asyncio.timeout(self.source.patience):
                while not self.source.here[offset]:
                    if self.source.failure is not None:
                        raise self.source.failure
                    if self.closed:
                        raise NotFound("closed")
                    news = self.source._news
                    await news.wait()
        except TimeoutError as error:
            raise RetryLater("Nothing comes.", after=0.01) from error
        stop = self.source.here.find(0, offset, offset + length)
        return self.source.data[offset : offset + length if stop < 0 else stop]

    async def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.source.open_readers -= 1


@asynccontextmanager
async def served(
    find: ByteSource | Callable[[], Awaitable[ByteSource]],
    told: list[int] | None = None,
    bit_rate: int = 0,
) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """Serve a source at /film by a real server; errors become their status."""

    async def film(request: web.Request) -> web.StreamResponse:
        source = await find() if callable(find) else find
        try:
            return await serve(
                request,
                source,
                on_progress=(told if told is not None else []).append,
                bit_rate=bit_rate,
            )
        except MatineeError as error:
            return web.json_response({"code": error.code}, status=error.status)

    app = web.Application()
    app.router.add_route("*", "/film", film)
    async with TestClient(TestServer(app)) as client:
        yield client
