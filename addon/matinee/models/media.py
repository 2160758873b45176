"""What can be watched: a film or an episode, the files that hold it, who watched how far."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MediaKind(StrEnum):
    MOVIE = "movie"
    EPISODE = "episode"


@dataclass(frozen=True, slots=True)
class Title:
    """What a film or an episode is called. `season` and `episode` are None for films.

    `episode_last` names the last episode of a file that holds several (S01E01-E02).
    """

    kind: MediaKind
    title: str
    year: int | None = None
    season: int | None = None
    episode: int | None = None
    episode_last: int | None = None
    episode_title: str = ""


class StreamKind(StrEnum):
    VIDEO = "video"
    AUDIO = "audio"
    SUBTITLE = "subtitle"
    ATTACHMENT = "attachment"


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of a file as ffprobe tells it.

    `hdr` is one of "", "hdr10", "hlg", "dolby_vision", "hdr10plus"; `bit_rate` in
    bits per second, 0 when unknown. Of Dolby Vision, `dolby_profile` is its profile (0: not known)
    and `dolby_base` what a screen without it sees: "hdr10", "hlg", "sdr", or "" for nothing usable.
    `codec_tag` is the container's name of the codec ("hvc1", "encv"), "" when it has none.
    """

    index: int
    kind: StreamKind
    codec: str
    profile: str = ""
    level: int = 0
    language: str = ""
    title: str = ""
    default: bool = False
    forced: bool = False
    hearing_impaired: bool = False
    width: int = 0
    height: int = 0
    frame_rate: float = 0.0
    bit_depth: int = 0
    hdr: str = ""
    channels: int = 0
    sample_rate: int = 0
    bit_rate: int = 0
    pixel_format: str = ""
    codec_tag: str = ""
    dolby_profile: int = 0
    dolby_base: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    start: float
    end: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """Facts about a media file. `container` is ffprobe's format_name; seconds, bits per second."""

    container: str
    duration: float
    bit_rate: int
    streams: tuple[Stream, ...] = ()
    chapters: tuple[Chapter, ...] = ()


@dataclass(frozen=True, slots=True)
class WatchState:
    """How far a user is. `position` and `duration` in seconds."""

    media_id: str
    user_id: str
    position: float = 0.0
    duration: float = 0.0
    watched: bool = False
    updated_at: float = 0.0
