"""A file inside its folders: what the name leaves out, the folders may say."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePosixPath

from ..models.media import MediaKind
from ..models.releases import Release
from .normalise import title_key
from .parse import parse
from .titles import split_ending

_SEASON = re.compile(
    r"(?i)^(?:(?P<before>.*?)[ ._-]*(?:season|series|staffel|saison|temporada|stagione|seizoen"
    r"|s[äa]song|sezon)[ ._-]*(?P<number>\d{1,4})|s(?P<short>\d{1,4})|(?P<special>specials?))\b.*$"
)
_PLAIN = re.compile(
    r"(?i)^(?:cd|dis[ck]|dvd|part)[ ._-]?\d+$|^(?:video|videos|video_ts|bdmv|stream|movies?|films?"
    r"|filme|tv|tv[ ._-]?shows?|shows?|series|serien|media|downloads?|extras?|featurettes?|bonus"
    r"|subs?|subtitles?|complete|incoming|\.+)$"
)
_POOR = re.compile(
    r"(?i)^(?:video|movie|film|title|track|vts|episode|folge|part|sample|clip|mvi|new)?[ ._-]?\d*$"
)
_BARE_EPISODE = re.compile(
    r"(?i)^(?:episode|ep\.?|e|folge|#)?[ ._]?(?P<number>\d{1,3})(?:[ ._]*(?:[-.][ ._]*|[ ._])"
    r"(?P<title>[^\W\d].*))?$"
)
_DISC_TITLE = re.compile(r"(?i)(?:title|vts|track|video|movie|film|mvi|t)[ ._-]?\d*(?:[ ._]\d+)?")
_COMPACT = re.compile(r"(?<!\d)(?P<season>\d{1,2})(?P<number>\d{2})(?!\d)")
_DEPTH = 4


@lru_cache(maxsize=4096)
def parse_path(relative: str) -> Release:
    """Read a file's name together with its folders (`Show (2019)/Season 1/S01E02.mkv`).

    The file's own words count first; folders add the title, year and season it lacks. A path
    without folders is read like `parse`. Never raises.
    """
    path = PurePosixPath(relative.replace("\\", "/"))
    release = parse(path.name)
    if _DISC_TITLE.fullmatch(split_ending(path.name)[0]):
        release = replace(release, kind=MediaKind.MOVIE, title="", seasons=(), episodes=())
    folders = [part for part in path.parts[:-1] if part not in {"/", ".."}][-_DEPTH:]
    season, show = _context(folders)
    release = _with_season(release, season)
    return release if show is None else _with_title(release, show)


def _context(folders: list[str]) -> tuple[int | None, Release | None]:
    """Return the season that the folders name and the nearest folder that names a title."""
    season: int | None = None
    for folder in reversed(folders):
        match = _SEASON.match(folder)
        if match and not match["before"]:
            if season is None:
                season = 0 if match["special"] else int(match["number"] or match["short"])
            continue
        if _PLAIN.match(folder):
            continue
        release = parse(folder)
        if season is None and len(release.seasons) == 1 and not release.episodes:
            season = release.seasons[0]
        return season, release if release.title else None
    return season, None


def _with_season(release: Release, season: int | None) -> Release:
    """Add the folder's season to a name that has only an episode, or only a number."""
    if season is None or release.seasons or release.date:
        return release
    stem = split_ending(release.name)[0]
    bare = _BARE_EPISODE.match(stem)
    if bare and int(bare["number"]) != season * 100:
        number = int(bare["number"])
        # 102 in the folder of season 1 is its second episode.
        number = number - season * 100 if season and number // 100 == season else number
        return _episode(release, season, number, title="", episode_title=bare["title"] or "")
    if release.episodes:
        return replace(release, seasons=(season,))
    compact = _COMPACT.search(stem)
    if compact and int(compact["season"]) == season and not release.year:
        title = parse(stem[: compact.start()]).title if compact.start() else ""
        return _episode(release, season, int(compact["number"]), title=title)
    return release


def _episode(
    release: Release, season: int, number: int, *, title: str, episode_title: str = ""
) -> Release:
    return replace(
        release,
        kind=MediaKind.EPISODE,
        title=title,
        seasons=(season,),
        episodes=(number,),
        episode_title=parse(episode_title).title if episode_title else release.episode_title,
    )


def _with_title(release: Release, folder: Release) -> Release:
    """Take title and year from the folder where the file says less."""
    same = title_key(release.title) == title_key(folder.title)
    if not release.title or _POOR.match(release.title):
        return replace(_lent(release, folder), title=folder.title, year=folder.year)
    if same:
        return replace(_lent(release, folder), title=folder.title, year=release.year or folder.year)
    if release.kind is MediaKind.EPISODE:
        shortened = folder.seasons and " " not in release.title
        return replace(release, title=folder.title, year=folder.year) if shortened else release
    if release.year is None and folder.year is not None and _abbreviates(release, folder):
        return replace(_lent(release, folder), title=folder.title, year=folder.year)
    return release


def _abbreviates(release: Release, folder: Release) -> bool:
    """Scene files shorten the title of their folder: `grp-qh-1080p.mkv`."""
    key = title_key(release.title)
    return " " not in release.title.strip() or key in title_key(folder.title)


def _lent(release: Release, folder: Release) -> Release:
    """Add what the folder's name says of the quality."""
    return replace(
        release,
        resolution=release.resolution or folder.resolution,
        source=release.source or folder.source,
        group=folder.group or release.group,
        edition=release.edition or folder.edition,
        remux=release.remux or folder.remux,
        proper=release.proper or folder.proper,
    )
