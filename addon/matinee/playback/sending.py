"""Sends a part of a whole file to a client, without copying it through Python where possible.

`sendfile` on a page that is not in memory blocks the event loop until the drive has answered,
with every other client behind it. So each step is looked at first (`RWF_NOWAIT`), and what is
not in memory is read in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import IO, cast

from aiohttp import web

from ..errors import NotFound
from ..models.limits import KIB, MIB
from .opened import OpenFile

SMALL = 256 * KIB
"""Up to here headers and body go out in one write when the bytes are in memory."""
_STEP = 4 * MIB
_READ = MIB

OnProgress = Callable[[int], None]


async def send(
    request: web.BaseRequest,
    response: web.StreamResponse,
    opened: OpenFile,
    span: range,
    on_progress: OnProgress,
) -> None:
    """Send the bytes of `span` after the headers of the prepared `response`.

    Raises ConnectionResetError when the client has gone, `NotFound` when the file has become
    shorter or cannot be read: then the answer is not complete and the connection must be cut.
    """
    position = span.start
    while position < span.stop:
        step = min(_STEP, span.stop - position)
        if opened.cached(position, step):
            sent = await _sendfile(request, opened, position, step)
        else:
            sent = 0
        if not sent:
            data = await opened.read(position, min(step, _READ))
            await response.write(data)
            sent = len(data)
        if not sent:
            raise NotFound("The file has become shorter.", code="file_changed")
        position += sent
        on_progress(position)


async def _sendfile(request: web.BaseRequest, opened: OpenFile, offset: int, length: int) -> int:
    """Return how many bytes went out; 0 when the system refused the first call.

    Then the filesystem has no `sendfile`, or the client hung up at this moment: a write tells.
    """
    transport = request.transport
    if transport is None or transport.is_closing():
        raise ConnectionResetError("The client has gone.")
    loop = asyncio.get_running_loop()
    file = cast("IO[bytes]", opened)
    try:
        return await loop.sendfile(transport, file, offset, length, fallback=False)
    except asyncio.SendfileNotAvailableError:
        return 0
