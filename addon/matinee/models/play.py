"""A play session: from "play this there" to a stream address, or a reason why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class PlayState(StrEnum):
    PREPARING = "preparing"
    READY = "ready"
    CHOOSE = "choose"
    REFUSED = "refused"
    PLAYING = "playing"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Target:
    """Where it shall play. `kind` such as "browser", "vlc", "cast"; empty when unknown.

    `screen_profile` is the id of one that was chosen; of a session, of the one that counts. Then
    "reported" and "sink" stand for what a browser or a television said of itself.
    """

    name: str = ""
    kind: str = "browser"
    screen_profile: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    media_id: str
    label: str


@dataclass(frozen=True, slots=True)
class SubtitleTrack:
    """A text track that the page can show as WebVTT, or why not (`refusal` not empty)."""

    id: str
    language: str
    title: str
    url: str = ""
    forced: bool = False
    hearing_impaired: bool = False
    default: bool = False
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class PlaySession:
    """`url` is a path under /stream/; `text` says in words what is going on or why not.

    `resume_from` in seconds. `eta` seconds until ready, None when unknown. `warnings` are
    sentences about tracks that this screen will not show or sound.
    """

    id: str
    user_id: str
    media_id: str
    state: PlayState
    title: str = ""
    url: str = ""
    mime_type: str = ""
    text: str = ""
    hint: str = ""
    eta: int | None = None
    resume_from: float = 0.0
    duration: float = 0.0
    target: Target = field(default_factory=Target)
    choices: tuple[Choice, ...] = ()
    subtitles: tuple[SubtitleTrack, ...] = ()
    warnings: tuple[str, ...] = ()
    fetched: bool = False
    created_at: float = 0.0
