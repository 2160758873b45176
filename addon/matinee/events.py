"""The event bus inside the process. Rows are the truth, events are hints.

An event is published after commit, to those who want to know sooner. A subscriber that must
act reconciles from its table at start; none may rely on having seen every event.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from .models.downloads import Download
from .models.play import PlaySession
from .models.volumes import Volume
from .supervision import supervised

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DownloadChanged:
    """The row changed (state, name, files, position …); progress is not an event."""

    download: Download


@dataclass(frozen=True, slots=True)
class DownloadRemoved:
    download_id: str


@dataclass(frozen=True, slots=True)
class LibraryChanged:
    """`sequence` grows by one with each change; readers ask REST for what is newer."""

    media_ids: tuple[str, ...]
    sequence: int


@dataclass(frozen=True, slots=True)
class VolumeChanged:
    volume: Volume


@dataclass(frozen=True, slots=True)
class PlayChanged:
    session: PlaySession


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should read: `level` is "info", "warning" or "error"."""

    level: str
    code: str
    message: str
    hint: str = ""


Event = (
    DownloadChanged
    | DownloadRemoved
    | LibraryChanged
    | VolumeChanged
    | PlayChanged
    | SettingsChanged
    | Notice
)
Listener = Callable[[Event], None]


class EventBus:
    """Synchronous fan-out on the event loop. Listeners must be quick and must not block."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` for every event until the returned function is called."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def publish(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            # One bad listener must not keep the event from the others.
            with supervised(_log, "A listener failed on %s", type(event).__name__):
                listener(event)
