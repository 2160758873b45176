"""Answers a request for a film with its bytes, wherever they are: RFC 9110 and DLNA.

A finished file goes out by `sendfile`. An unfinished one is read through its reader, which waits
for pieces; the moment the file is whole, the rest goes out as finished. A client that leaves
closes its reader within `WATCH` seconds even while nothing arrives.
"""

from __future__ import annotations

import asyncio
import logging
import time
from urllib.parse import quote

from aiohttp import web

from ..errors import MatineeError, NotFound, RetryLater
from ..models.limits import KIB
from ..ports import ByteReader, ByteSource
from . import ranges, sending
from .containers import mime_type
from .local import identity_of
from .opened import Lease, lease
from .sending import OnProgress

_log = logging.getLogger(__name__)

CHUNK = 256 * KIB
WATCH = 0.1
FIRST_BYTES = 3.0
"""How long an error may take to become a status; after it the headers go out at once."""
PATIENCE = 600.0
"""How long a client is kept without a single byte."""
_STRONG_AFTER = 60.0  # RFC 9110 8.8.2.2: a younger date is too coarse to tell versions apart

_DLNA = (
    "DLNA.ORG_OP=01;DLNA.ORG_CI=0;DLNA.ORG_FLAGS=01700000000000000000000000000000"  # seek by bytes
)


def _ignore(position: int) -> None:
    del position


async def serve(
    request: web.BaseRequest,
    source: ByteSource,
    *,
    on_progress: OnProgress = _ignore,
    bit_rate: int = 0,
    background: bool = False,
) -> web.StreamResponse:
    """Answer GET or HEAD. `on_progress` is told the offset after each part that was sent.

    `bit_rate` and `background`: see `ports.ByteSource.reader`. HEAD, 304, 412 and 416 open
    nothing. Raises `NotFound` or `RetryLater` only while nothing has been sent.
    """
    identity = identity_of(source)
    # A file that goes on under the tag of its download has no date that its readers ever saw.
    own = identity is not None and identity.etag == source.etag
    modified = identity.mtime_ns / 1e9 if identity is not None and own else None
    answer = ranges.decide(
        request.method,
        request.headers,
        source.size,
        source.etag,
        modified if modified and time.time() - modified > _STRONG_AFTER else None,
    )
    headers = _headers(request, source, answer, modified)
    if request.method == "HEAD" or answer.status not in (200, 206) or not answer.length:
        return _without_body(answer, headers)
    sent = _Answer(request, source, answer, headers, on_progress)
    opened = await _open_finished(source)
    if opened is not None:
        return await sent.finished(opened)
    return await sent.unfinished(source.reader(bit_rate=bit_rate, background=background))


def _headers(
    request: web.BaseRequest, source: ByteSource, answer: ranges.Answer, modified: float | None
) -> dict[str, str]:
    headers = {"Accept-Ranges": "bytes", "ETag": f'"{source.etag}"'}
    if modified:
        headers["Last-Modified"] = ranges.format_date(modified)
    content_range = answer.content_range(source.size)
    if content_range:
        headers["Content-Range"] = content_range
    if answer.status in (200, 206):
        headers |= {
            "Content-Type": mime_type(source.name),
            "Content-Disposition": disposition(source.name),
            "X-Content-Type-Options": "nosniff",
            # Nobody between here and the screen shall keep a film.
            "Cache-Control": "private, no-transform, max-age=0",
            "transferMode.dlna.org": "Streaming",
        }
        if request.headers.get("getcontentFeatures.dlna.org") == "1":
            headers["contentFeatures.dlna.org"] = _DLNA
    return headers


def disposition(name: str) -> str:
    """Return a Content-Disposition that shows the file; RFC 6266 with an ASCII form for old TVs."""
    name = name.encode("utf-8", "replace").decode("utf-8")
    plain = "".join(c if " " <= c <= "~" and c not in '"\\%' else "_" for c in name)
    value = f'inline; filename="{plain}"'
    return value if plain == name else f"{value}; filename*=UTF-8''{quote(name, safe='')}"


def _without_body(answer: ranges.Answer, headers: dict[str, str]) -> web.StreamResponse:
    if answer.status in (200, 206):
        # aiohttp sends no body in answer to HEAD, and keeps a length that it is given.
        headers["Content-Length"] = str(answer.length)
    return web.Response(status=answer.status, headers=headers)


async def _open_finished(source: ByteSource) -> Lease | None:
    """Open the whole file, or return None when it is not whole or was moved this moment."""
    try:
        return await lease(source)
    except NotFound as error:
        _log.debug("Reading through the source: %s", error.message)
        return None


class _Answer:
    """One answer under way."""

    def __init__(
        self,
        request: web.BaseRequest,
        source: ByteSource,
        answer: ranges.Answer,
        headers: dict[str, str],
        on_progress: OnProgress,
    ) -> None:
        self._request, self._source, self._on_progress = request, source, on_progress
        self._status, self._headers = answer.status, headers
        self._position, self._stop = answer.start, answer.stop
        self._response: web.StreamResponse | None = None

    async def finished(self, opened: Lease) -> web.StreamResponse:
        try:
            length = self._stop - self._position
            if length <= sending.SMALL and opened.file.cached(self._position, length):
                return self._small(opened.file.read_now(self._position, length))
            return await self._send(opened)
        finally:
            opened.end()

    def _small(self, data: bytes) -> web.StreamResponse:
        if len(data) != self._stop - self._position:
            raise NotFound("The file has become shorter.", code="file_changed")
        self._on_progress(self._stop)
        return web.Response(status=self._status, headers=self._headers, body=data)

    async def _send(self, opened: Lease) -> web.StreamResponse:
        span = range(self._position, self._stop)
        try:
            response = await self._start()
            await sending.send(self._request, response, opened.file, span, self._on_progress)
            await response.write_eof()
        except (MatineeError, OSError) as error:
            self._cut(error)
        return self._response or web.Response(status=499)

    async def unfinished(self, reader: ByteReader) -> web.StreamResponse:
        try:
            data = await self._first(reader)
            response = await self._start()
            while True:
                await response.write(data)
                self._position += len(data)
                self._on_progress(self._position)
                if self._position >= self._stop:
                    break
                opened = await _open_finished(self._source)
                if opened is not None:
                    return await self._rest(opened)
                data = await self._next(reader)
            await response.write_eof()
        except (MatineeError, ConnectionError) as error:
            if self._response is None and isinstance(error, MatineeError):
                raise
            self._cut(error)
        finally:
            await reader.close()
        return self._response or web.Response(status=499)

    async def _rest(self, opened: Lease) -> web.StreamResponse:
        try:
            return await self._send(opened)
        finally:
            opened.end()

    async def _start(self) -> web.StreamResponse:
        """Send the headers, once."""
        if self._response is None:
            response = web.StreamResponse(status=self._status, headers=self._headers)
            response.content_length = self._stop - self._position
            await response.prepare(self._request)
            self._response = response
        return self._response

    def _cut(self, error: Exception) -> None:
        """End a connection whose answer cannot be completed; the client sees that it is short."""
        _log.debug("The answer ends early: %s", error)
        if self._request.transport is not None:
            self._request.transport.abort()

    async def _first(self, reader: ByteReader) -> bytes | memoryview:
        """Read the first part, so that errors that show at once still become a status."""
        reading = asyncio.ensure_future(self._read(reader))
        try:
            await asyncio.wait({reading}, timeout=FIRST_BYTES)
            if not reading.done():
                await self._start()
            return await reading
        finally:
            await _cancelled(reading)

    async def _next(self, reader: ByteReader) -> bytes | memoryview:
        length = min(CHUNK, self._stop - self._position)
        if self._source.available(self._position, length):
            return await reader.read(self._position, length)
        return await self._read(reader)

    async def _read(self, reader: ByteReader) -> bytes | memoryview:
        """Read, watching the client; while it stays, a source that is late is asked again."""
        deadline = time.monotonic() + PATIENCE
        length = min(CHUNK, self._stop - self._position)
        while True:
            reading = asyncio.ensure_future(reader.read(self._position, length))
            try:
                while not reading.done():
                    await asyncio.wait({reading}, timeout=WATCH)
                    self._check_client()
                return reading.result()
            except RetryLater as error:
                if self._response is None or time.monotonic() > deadline:
                    raise
                await self._pause(error.after or 1.0)
            finally:
                await _cancelled(reading)

    async def _pause(self, seconds: float) -> None:
        until = time.monotonic() + min(seconds, 10.0)
        while time.monotonic() < until:
            await asyncio.sleep(WATCH)
            self._check_client()

    def _check_client(self) -> None:
        transport = self._request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("The client has gone.")


async def _cancelled(task: asyncio.Future[bytes | memoryview]) -> None:
    if not task.done():
        task.cancel()
        await asyncio.wait({task})
