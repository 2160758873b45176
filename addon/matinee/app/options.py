"""What whoever starts the engine decides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """`media` is the first folder for films; `allow_origins` may be fetched from though private.

    Without `discovery` peers come from links and trackers only. `torrent_port` takes the place
    of the setting.
    """

    data: Path
    media: Path
    host: str = ""
    port: int = 8674
    torrent_port: int | None = None
    suggestions: Path | None = None
    allow_origins: tuple[str, ...] = ()
    log_level: str = "info"
    discovery: bool = True
