"""What is remembered of one volume while the engine runs, and the words about it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import VolumeOffline
from ..models.limits import MIB
from ..models.volumes import Volume, VolumeState
from ..storage import Row


@dataclass(slots=True)
class Known:
    """A volume's last state, where it was last seen and on which device (`st_dev`).

    `told_free` is the free space that listeners know of; `why` says why it is offline.
    """

    volume: Volume
    last_root: Path
    device: int = 0
    links_tried_on: int = 0
    told_free: int = 0
    is_low: bool = False
    why: str = "it is not connected"
    hangs: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def from_row(cls, row: Row) -> Known:
        volume = Volume(
            id=row["id"],
            name=row["name"],
            root="",
            marker=row["marker"],
            filesystem=row["filesystem"],
            kind=row["kind"],
            state=VolumeState.OFFLINE,
            is_default=bool(row["is_default"]),
        )
        return cls(volume, Path(row["root"]))

    @property
    def is_offline(self) -> bool:
        return self.volume.state is VolumeState.OFFLINE

    def offline_error(self) -> VolumeOffline:
        return VolumeOffline(
            f"The drive {self.volume.name} is offline: {self.why}.",
            hint=f"Connect it; Matinee goes on by itself. It was last seen at {self.last_root}.",
        )

    def read_only_error(self) -> VolumeOffline:
        return VolumeOffline(
            f"The drive {self.volume.name} can only be read.",
            code="volume_read_only",
            hint="Mount it for writing, or check it for errors.",
        )


def amount(size: int) -> str:
    """Return a size for people, such as "2.1 GB"."""
    gib = size / 1024**3
    return f"{gib:.1f} GB" if gib >= 1 else f"{max(1, round(size / MIB))} MB"
