"""What a file found in a library folder is: a film, an episode, or what comes with one. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import orjson

from ..models.limits import MIB
from ..models.media import MediaKind, Title
from ..models.releases import Release
from ..releases import parse_path
from .files import FileRole
from .folders import FolderKind
from .languages import language_of

VIDEO_ENDINGS = frozenset({
    ".mkv", ".mp4", ".m4v", ".avi", ".mov", ".wmv", ".mpg", ".mpeg", ".ts", ".m2ts", ".mts", ".vob",
    ".webm", ".flv", ".ogm", ".ogv", ".divx", ".asf", ".rmvb", ".3gp",
})  # fmt: skip
SUBTITLE_ENDINGS = frozenset({".srt", ".ass", ".ssa", ".vtt", ".sub", ".sup"})
_EXTRA_FOLDERS = frozenset({
    "extras", "extra", "featurettes", "behind the scenes", "deleted scenes", "interviews",
    "scenes", "shorts", "trailers", "trailer", "bonus", "other",
})  # fmt: skip
_SUBTITLE_FOLDERS = frozenset({"subs", "subtitles", "sub", "subtitle"})
_EXTRA_NAME = re.compile(
    r"[-. _](?:trailer|featurette|behindthescenes|deleted|interview|scene|short|extra)\d*$",
    re.IGNORECASE,
)
_SAMPLE = re.compile(r"(?:^|[-. _(\[])sample(?:[-. _)\]]|$)", re.IGNORECASE)
_SAMPLE_BYTES = 300 * MIB
_SAYS_NOTHING = re.compile(
    r"(?i)(?:movie|film|video|untitled|title|vts|clip|dvd)[\d_. -]*t?\d*|\d{1,2}|[\W_]*"
)
_MARKS = frozenset({"forced", "foreign", "signs", "sdh", "cc", "hi", "default"})


def is_wanted(name: str) -> bool:
    """Say whether the library keeps account of files of this name."""
    ending = PurePosixPath(name).suffix.lower()
    return ending in VIDEO_ENDINGS or ending in SUBTITLE_ENDINGS


@dataclass(frozen=True, slots=True)
class Reading:
    """What path and size say. `title` None: `reason` tells why, for the unsorted list.

    `guess` is JSON {kind, title, year, season, episode} to begin a correction with.
    """

    role: FileRole
    title: Title | None = None
    reason: str = ""
    guess: str = "{}"
    language: str = ""


def read(path: str, size: int, kind: FolderKind) -> Reading | None:
    """Read a path relative to its library folder. None: a sample, which nobody wants to see."""
    pure = PurePosixPath(path)
    if pure.suffix.lower() in SUBTITLE_ENDINGS:
        return Reading(FileRole.SUBTITLE, language=_language(pure.stem))
    if _SAMPLE.search(pure.stem) and size < _SAMPLE_BYTES:
        return None
    if is_extra(pure):
        return Reading(FileRole.EXTRA)
    release = parse_path(path)
    title, reason = title_of(release, kind)
    return Reading(FileRole.FILM, title, reason, guess_of(release))


def is_extra(path: PurePosixPath) -> bool:
    """Say whether a path relative to its library folder is a trailer, a featurette or the like."""
    # A folder at the top is a film's or a show's: there is a film called "Trailers".
    above = {part.casefold() for part in path.parts[1:-1]}
    return bool(above & _EXTRA_FOLDERS) or _EXTRA_NAME.search(path.stem) is not None


def _language(stem: str) -> str:
    """Return the language at the end of a name such as `Film (2000).de.forced`."""
    for part in reversed(stem.split(".")[1:]):
        if part.lower() in _MARKS:
            continue
        return language_of(part)
    return ""


def title_of(release: Release, kind: FolderKind) -> tuple[Title | None, str]:
    """Return what the release is, or None and why it cannot be told."""
    if _SAYS_NOTHING.fullmatch(release.title) and release.year is None:
        return None, "The name does not say what it is."
    if release.kind is MediaKind.MOVIE:
        if kind is FolderKind.SHOWS:
            return None, "The name does not say which season and episode it is."
        return Title(MediaKind.MOVIE, release.title, release.year), ""
    if kind is FolderKind.MOVIES:
        return None, "It looks like an episode but lies in a folder of films."
    if release.date:
        return _of_the_day(release), ""
    if not release.episodes:
        return None, "The name does not say which episode it is."
    return _episode(release), ""


def _of_the_day(release: Release) -> Title:
    """Number a daily show: the year is the season, month and day the episode (`naming.day_of`)."""
    year, month, day = map(int, release.date.split("-"))
    name = f"{release.date} {release.episode_title}".strip()
    return Title(
        MediaKind.EPISODE, release.title, release.year, year, month * 100 + day, None, name
    )


def _episode(release: Release) -> Title:
    first, last = release.episodes[0], release.episodes[-1]
    return Title(
        MediaKind.EPISODE,
        release.title,
        release.year,
        # Absolute numbers, as anime has them, count within one long season.
        release.seasons[0] if release.seasons else 1,
        first,
        last if last > first else None,
        release.episode_title,
    )


def guess_of(release: Release) -> str:
    """Return as JSON what a correction begins with."""
    return orjson.dumps(
        {
            "kind": release.kind,
            "title": release.title,
            "year": release.year,
            "season": release.seasons[0] if release.seasons else None,
            "episode": release.episodes[0] if release.episodes else None,
        }
    ).decode()


# what comes along ------------------------------------------------------------------------------
def home_of(path: str, role: FileRole) -> str:
    """Return the folder in which the film of a subtitle or an extra lies."""
    folder = PurePosixPath(path).parent
    names = _SUBTITLE_FOLDERS if role is FileRole.SUBTITLE else _EXTRA_FOLDERS
    if folder.name.casefold() in names:
        folder = folder.parent
    return "" if str(folder) == "." else str(folder)


def companion_of(path: str, films: Sequence[tuple[str, str]]) -> str | None:
    """Return the media id that a subtitle or an extra belongs to.

    `films` are paths and media ids of the films in the folder `home_of` it: the one with the
    longest name that this name begins with, or the only one.
    """
    stem = PurePosixPath(path).stem.casefold()
    fitting = [
        (len(own), media_id)
        for film, media_id in films
        if stem.startswith(own := PurePosixPath(film).stem.casefold())
    ]
    if fitting:
        return max(fitting)[1]
    only = {media_id for _path, media_id in films}
    return only.pop() if len(only) == 1 else None
