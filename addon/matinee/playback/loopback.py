"""Lends a ByteSource to a program as an address on loopback that only it is told.

ffprobe and ffmpeg read addresses or paths; a film on its way has no path. The listener lives as
long as the program runs, answers one secret address, and stops at a budget of bytes.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from ..errors import MatineeError, NotFound
from ..models.limits import KIB
from ..ports import ByteReader, ByteSource
from .serving import serve

_SEND_BUFFER = 64 * KIB
"""Small, so that little is fetched from the swarm that the program never reads."""


class Lent:
    """A ByteSource of which at most `budget` bytes are read.

    With `only_here` what is not here yet is refused at once instead of being waited for.
    """

    def __init__(
        self, source: ByteSource, budget: int, *, only_here: bool, part: int = _SEND_BUFFER
    ) -> None:
        self._source, self._only_here, self._part = source, only_here, part
        self._left = budget

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def size(self) -> int:
        return self._source.size

    @property
    def etag(self) -> str:
        return self._source.etag

    @property
    def finished_path(self) -> Path | None:
        return None

    def available(self, offset: int, length: int) -> bool:
        return self._source.available(offset, length)

    def reader(self, *, bit_rate: int = 0, background: bool = True) -> ByteReader:  # noqa: ARG002
        return _LentReader(self, self._source.reader(background=True))

    def take(self, offset: int, length: int) -> int:
        """Return how many bytes may be read. Raises `NotFound` for none."""
        length = min(length, self._left, self._part)
        if length <= 0:
            raise NotFound("The program has read enough.", code="budget_spent")
        if self._only_here and not self._source.available(offset, length):
            raise NotFound("This part is not here yet.", code="not_here_yet")
        self._left -= length
        return length


class _LentReader:
    def __init__(self, lent: Lent, reader: ByteReader) -> None:
        self._lent, self._reader = lent, reader

    async def read(self, offset: int, length: int) -> bytes | memoryview:
        return await self._reader.read(offset, self._lent.take(offset, length))

    async def close(self) -> None:
        await self._reader.close()


@asynccontextmanager
async def lend(
    source: ByteSource, *, budget: int, only_here: bool = False, part: int = _SEND_BUFFER
) -> AsyncIterator[str]:
    """Yield an http address of the source. Whatever still reads it is cut at the end.

    `part` is how much is read ahead of the program at most; more is quicker, where the bytes are
    here anyway.
    """
    lent = Lent(source, budget, only_here=only_here, part=part)
    path = f"/{secrets.token_urlsafe(16)}/{quote(source.name, safe='')}"

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.raw_path != path:
            return web.Response(status=404)
        try:
            return await serve(request, lent, background=True)
        except MatineeError as error:
            return web.Response(status=error.status)

    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, part)
    server = web.Server(answer, access_log=None)
    runner = web.ServerRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{path}"
    finally:
        await runner.cleanup()
        listener.close()
