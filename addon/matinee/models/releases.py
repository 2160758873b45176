"""What a release name says."""

from __future__ import annotations

from dataclasses import dataclass

from .media import MediaKind


@dataclass(frozen=True, slots=True)
class Release:
    """The reading of a release or file name. Empty values mean "not said".

    `episodes` are numbers within `seasons[0]`, or absolute numbers when `seasons` is empty.
    `resolution` is e.g. "1080p"; `source` e.g. "WEB-DL", "BluRay"; `date` ISO 8601 for daily
    shows.
    """

    name: str
    title: str
    kind: MediaKind
    year: int | None = None
    seasons: tuple[int, ...] = ()
    episodes: tuple[int, ...] = ()
    date: str = ""
    episode_title: str = ""
    resolution: str = ""
    source: str = ""
    codec: str = ""
    audio: tuple[str, ...] = ()
    hdr: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    group: str = ""
    edition: str = ""
    proper: bool = False
    remux: bool = False
    part: int | None = None
