"""One listener of the event stream: what waits for it, and when it is too slow."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from enum import IntEnum
from typing import Any

import orjson
from aiohttp import web

from ..models.identity import Caller

_log = logging.getLogger(__name__)
TOPICS = frozenset({"downloads", "library", "play", "volumes", "notices", "settings"})
MAX_WAITING = 256
STUCK_SECONDS = 30.0
_CLOSE_SECONDS = 2.0


class CloseCode(IntEnum):
    """Why the server closed an event stream (4000 to 4999 are for applications)."""

    BAD_MESSAGE = 4400
    NOT_SIGNED_IN = 4401
    TOO_SLOW = 4408
    TOO_MANY_REQUESTS = 4429


class Subscriber:
    """Frames wait in a bounded queue for a writer of their own, so that nobody waits for anybody.

    `mark` and `totals` say what it knows of the downloads.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport | None,
        caller: Caller,
        topics: frozenset[str],
    ) -> None:
        self._transport = transport
        self.socket, self.caller, self.topics = socket, caller, topics
        self.mark = -1
        self.totals: object = None
        self._waiting: deque[str] = deque()
        self._more = asyncio.Event()
        self._sending_since = 0.0
        self._reason: tuple[int, str] | None = None
        self.dropped = asyncio.Event()
        self.ended = asyncio.Event()
        self._writing = asyncio.create_task(self._write(), name="event-subscriber")

    @property
    def is_behind(self) -> bool:
        return bool(self._waiting) or bool(self._sending_since)

    @property
    def is_stuck(self) -> bool:
        return bool(self._sending_since) and (
            time.monotonic() - self._sending_since > STUCK_SECONDS
        )

    def send(self, frame: dict[str, Any]) -> None:
        self.send_text(orjson.dumps(frame).decode())

    def send_text(self, text: str) -> None:
        """Queue a frame; a listener with too many waiting is dropped."""
        if self._reason is not None:
            return
        if len(self._waiting) >= MAX_WAITING:
            self.drop(CloseCode.TOO_SLOW, "Read faster")
            return
        self._waiting.append(text)
        self._more.set()

    def drop(self, code: int, why: str) -> None:
        """End it without waiting; whoever serves it closes with this reason."""
        if self._reason is None:
            self._reason = (code, why)
            self._waiting.clear()
            self.dropped.set()

    async def end(self) -> None:
        """Close if it was dropped; cut the connection when the other side does not take even that.

        Nobody may be reading from the socket: a close from beside a reader is not a clean one.
        """
        self._writing.cancel()
        await asyncio.gather(self._writing, return_exceptions=True)
        if self._reason is not None:
            code, why = self._reason
            try:
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self.socket.close(code=code, message=why.encode())
            except (TimeoutError, ConnectionError):
                _log.debug("An event stream was cut")
                if self._transport is not None:
                    self._transport.abort()
        self.ended.set()

    async def _write(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            while self._waiting:
                self._sending_since = time.monotonic()
                try:
                    await self.socket.send_str(self._waiting.popleft())
                except ConnectionError:
                    return
                finally:
                    self._sending_since = 0.0
