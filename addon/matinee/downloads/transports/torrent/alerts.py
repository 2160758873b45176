"""Alerts by notification: libtorrent writes a byte, the event loop takes what there is.

`set_alert_notify` would need the interpreter's lock inside libtorrent's thread and can deadlock;
the file descriptor cannot. Alerts live until the next `pop_alerts`: handlers copy what they keep.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any

from ....supervision import supervised

_log = logging.getLogger(__name__)
Handler = Callable[[Any], None]


class AlertPump:
    """Hands every alert to the handler of its type on the event loop, and calls `drained`."""

    def __init__(self, session: Any, drained: Callable[[], None]) -> None:
        self._session: Any = session
        self._drained = drained
        self._handlers: dict[str, Handler] = {}
        self._reading, self._writing = socket.socketpair()
        self._reading.setblocking(False)
        self._writing.setblocking(False)

    def on(self, handlers: dict[str, Handler]) -> None:
        """Register handlers by the name of the alert's type."""
        self._handlers.update(handlers)

    def start(self) -> None:
        asyncio.get_running_loop().add_reader(self._reading, self._wake)
        self._session.set_alert_fd(self._writing.fileno())
        self.drain()

    def stop(self) -> None:
        """Take no more alerts. The session must not write any longer: pause it before."""
        asyncio.get_running_loop().remove_reader(self._reading)

    def release(self) -> None:
        """Let go of the session."""
        self._session = None

    def close(self) -> None:
        """Close the descriptors; only once the session is gone."""
        self._reading.close()
        self._writing.close()

    def _wake(self) -> None:
        try:
            self._reading.recv(4096)
        except BlockingIOError:
            return
        self.drain()

    def drain(self) -> None:
        for alert in self._session.pop_alerts():
            handler = self._handlers.get(type(alert).__name__)
            if handler is not None:
                with supervised(_log, "Handling %s failed", type(alert).__name__):
                    handler(alert)
        self._drained()
