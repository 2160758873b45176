"""Block devices that come and go, by udev's netlink socket where there is one.

The mount table does not change when a stick is pulled without unmounting; the kernel's message
about the device is the first sign. Without udev (most containers) the regular look takes over.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import pyudev

_log = logging.getLogger(__name__)


class DeviceWatch:
    """Calls `changed` on the event loop whenever a block device appears, changes or vanishes."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._monitor: pyudev.Monitor | None = None

    def start(self) -> bool:
        """Begin; False (and no error) where devices cannot be watched."""
        try:
            source = "udev" if Path("/run/udev/control").exists() else "kernel"
            monitor = pyudev.Monitor.from_netlink(pyudev.Context(), source=source)
            monitor.filter_by("block")
            monitor.start()
            handle = monitor.fileno()
        except (ImportError, OSError) as error:
            _log.info("Block devices are not watched: %s", error)
            return False
        self._monitor = monitor
        asyncio.get_running_loop().add_reader(handle, self._ready)
        return True

    def _ready(self) -> None:
        if self._monitor is None:
            return
        try:
            while self._monitor.poll(0) is not None:
                pass
        except OSError as error:  # the buffer overflowed: something changed all the same
            _log.debug("Messages about devices were lost: %s", error)
        self._changed()

    def stop(self) -> None:
        if self._monitor is not None:
            asyncio.get_running_loop().remove_reader(self._monitor.fileno())
            self._monitor = None
