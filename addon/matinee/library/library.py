"""The library as one object: its parts, opened and closed together."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..events import EventBus
from ..settings import Settings
from ..storage import Database
from .changes import Changes
from .files import Files
from .media import MediaCatalogue

if TYPE_CHECKING:
    from ..volumes import Volumes

Clock = Callable[[], float]


class Library:
    """What is at home. Each part has one job; they share the database and `changes`."""

    def __init__(
        self,
        database: Database,
        bus: EventBus,
        settings: Settings,
        volumes: Volumes,
        clock: Clock = time.time,
    ) -> None:
        self.changes = Changes(database, bus)
        self.files = Files(database)
        self.media = MediaCatalogue(database, self.changes, clock)

    async def start(self) -> None:
        """Finish or undo what a crash interrupted, then begin to watch the folders."""

    async def stop(self) -> None:
        """End the watching and scanning; imports under way finish their present file."""
