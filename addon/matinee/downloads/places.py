"""What the queue wants from the volumes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ..models.volumes import Volume, VolumeState

FOLDER = "Downloads"


class Places(Protocol):
    """The part of `Volumes` that the queue uses."""

    def list(self) -> Sequence[Volume]:
        """Return all volumes with their state and free space, from memory."""
        ...

    def get(self, volume_id: str) -> Volume:
        """Raises `NotFound`."""
        ...

    def default(self) -> Volume:
        """Return where downloads go that name no volume. Raises `AskUser` without any."""
        ...

    async def writable(self, volume_id: str) -> Path:
        """Return the root, known to be the right volume now. Raises `VolumeOffline`."""
        ...

    async def free_space(self, volume_id: str) -> int:
        """Look at the drive and return its free bytes. Raises `NotFound`, `VolumeOffline`."""
        ...


def is_online(places: Places, volume_id: str) -> bool:
    """Say whether the volume is there and takes data."""
    return any(v.id == volume_id and v.state is VolumeState.ONLINE for v in places.list())
