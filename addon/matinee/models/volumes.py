"""Drives, known by filesystem UUID and a marker file, never by path."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class VolumeState(StrEnum):
    ONLINE = "online"
    OFFLINE = "offline"
    READ_ONLY = "read_only"


@dataclass(frozen=True, slots=True)
class Volume:
    """A folder on a filesystem where Matinee may write.

    `root` is where its folders are now (empty while offline); `marker` the id inside the marker
    file; `filesystem` the UUID of the filesystem, empty where there is none (overlay, tmpfs).
    Sizes in bytes; `free` is what an ordinary user may still write.
    """

    id: str
    name: str
    root: str
    marker: str
    filesystem: str
    kind: str
    state: VolumeState
    size: int = 0
    free: int = 0
    can_hardlink: bool = True
    is_default: bool = False
