"""What films and episodes are called on the disk, from the templates of the settings. Pure.

Jellyfin, Plex and Kodi read the result of the built-in templates without help.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from ..errors import InvalidInput
from ..models.media import MediaKind, Title
from ..models.releases import Release
from ..settings import EPISODE_TEMPLATE, MOVIE_TEMPLATE, Setting
from ..volumes.paths import safe_name, shorten

MOVIE_FIELDS = frozenset({"title", "year", "resolution", "source", "edition", "group"})
EPISODE_FIELDS = frozenset({"show", "year", "season", "episode", "title", "resolution", "source"})
_NUMBERS = frozenset({"season", "episode"})
# Longer words would leave no room for the year and the quality behind them.
_WORD_BYTES = 150
_GAP = "\0"
_SPEC = re.compile(r"0?\d?")
_NUMBERED = re.compile(r"S?\{season[^}]*\}\s*[Exx]\s*\{episode[^}]*\}")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?!\d)")
_SLASHES = re.compile(r"\s*[/\\]\s*")


def movie_path(title: Title, release: Release, template: str, ending: str) -> str:
    """Return the path of a film, relative to the volume, with `/`; `ending` is like ".mkv".

    A template that is broken counts as the built-in one. Fields without a value leave no trace.
    """
    values = {
        "title": safe_name(_SLASHES.sub("-", title.title)),
        "year": str(title.year or ""),
        "resolution": release.resolution,
        "source": release.source,
        "edition": release.edition,
        "group": release.group,
    }
    template = _usable(template, MOVIE_TEMPLATE, MOVIE_FIELDS)
    tail = f" - cd{release.part}" if release.part else ""
    return _render(template, values, tail + ending)


def episode_path(title: Title, release: Release, template: str, ending: str) -> str:
    """Return the path of an episode; see `movie_path`.

    Several episodes in one file become S01E01-E02. An episode known by its day is named by it
    where the template has `S{season}E{episode}` or the like.
    """
    template = _usable(template, EPISODE_TEMPLATE, EPISODE_FIELDS)
    name, day = title.episode_title, day_of(title)
    if day:
        name = name.removeprefix(day).strip(" -")
        template = _NUMBERED.sub(day, template)
    elif title.episode_last is not None and title.episode is not None:
        template = _several(template, title.episode_last)
    values: dict[str, str | int] = {
        "show": safe_name(_SLASHES.sub("-", title.title)),
        "year": str(title.year or ""),
        "season": title.season or 0,
        "episode": title.episode or 0,
        "title": name,
        "resolution": release.resolution,
        "source": release.source,
    }
    return _render(template, values, ending)


def media_path(
    title: Title, release: Release, templates: Mapping[MediaKind, str], ending: str
) -> str:
    """Return the path of a film or an episode."""
    name = movie_path if title.kind is MediaKind.MOVIE else episode_path
    return name(title, release, templates[title.kind], ending)


def day_of(title: Title) -> str:
    """Return the ISO date that an episode is known by, "" when it is known by its number.

    Such an episode has the year as season, month and day as number, and a title that begins
    with the date.
    """
    match = _DAY.match(title.episode_title)
    if match is None:
        return ""
    number = int(match[2]) * 100 + int(match[3])
    return match[0] if (title.season, title.episode) == (int(match[1]), number) else ""


def beside(film: str, tail: str) -> str:
    """Return the path beside a film that has its name and another tail: ".en.srt", ".nfo"."""
    path = PurePosixPath(film)
    return str(path.with_name(shorten(path.stem, 240 - len(tail.encode())) + tail))


def top_folder(path: str) -> str:
    """Return the folder of films or series that a path from a template begins with, or ""."""
    parts = PurePosixPath(path).parts
    return parts[0] if len(parts) > 2 else ""


def check_template(template: str, kind: MediaKind) -> None:
    """Raises `InvalidInput` in words when a template cannot name a film or an episode."""
    fields = MOVIE_FIELDS if kind is MediaKind.MOVIE else EPISODE_FIELDS
    used = {name for _, name, _ in _parts(template, fields) if name}
    needed = {"title"} if kind is MediaKind.MOVIE else {"show", "episode"}
    if not needed <= used:
        names = ", ".join(sorted(f"{{{name}}}" for name in needed - used))
        raise InvalidInput(f"The template needs {names}.", code="template_incomplete")


def _usable(template: str, setting: Setting[str], fields: frozenset[str]) -> str:
    kind = MediaKind.MOVIE if fields is MOVIE_FIELDS else MediaKind.EPISODE
    try:
        check_template(template, kind)
    except InvalidInput:
        return setting.default
    return template


def _parts(template: str, fields: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """Yield text, field and format of a template. Raises `InvalidInput`."""
    try:
        for text, name, spec, conversion in string.Formatter().parse(template):
            if name is not None and (name not in fields or conversion):
                raise InvalidInput(
                    f"The template has no field {{{name}}}.",
                    code="template_unknown_field",
                    hint=f"Fields: {', '.join(sorted(fields))}.",
                )
            if spec and not (name in _NUMBERS and _SPEC.fullmatch(spec)):
                raise InvalidInput(f"{{{name}:{spec}}} is no format.", code="template_format")
            yield text, name or "", spec or ""
    except ValueError as error:
        raise InvalidInput(f"The template is broken: {error}.", code="template_broken") from error


def _several(template: str, last: int) -> str:
    """Write the last number behind the first one: E{episode:02} gives E01-E02, else 01-02."""

    def both(match: re.Match[str]) -> str:
        letter, spec = match[1] or "", (match[2] or ":02")[1:]
        return f"{match[0]}-{letter}{last:{spec}}"

    return re.sub(r"(E)?\{episode(:0?\d?)?\}", both, template)


def _render(template: str, values: Mapping[str, str | int], ending: str) -> str:
    fields = frozenset(values)
    whole = "".join(
        text + (_value(values[name], spec) if name else "")
        for text, name, spec in _parts(template, fields)
    )
    names = [_closed(part) for part in whole.split("/")]
    folders = [safe_name(name) for name in names[:-1] if name]
    room = 240 - len(ending.encode())
    return str(PurePosixPath(*folders, safe_name(names[-1], limit=room) + ending))


def _value(value: str | int, spec: str) -> str:
    if isinstance(value, int):
        return format(value, spec)
    # A title may hold a slash, which must not open a folder.
    text = _SLASHES.sub("-", value).replace(_GAP, "").strip()
    return shorten(text, _WORD_BYTES) if text else _GAP


def _closed(name: str) -> str:
    """Take missing fields out, and the brackets and dashes that stood for them."""
    if _GAP not in name:
        return name.strip()
    name = re.sub(rf"\s*[(\[{{]\s*(?:{_GAP}\s*)+[)\]}}]", "", name)
    name = re.sub(rf"(?:\s*[-–,.]\s*|\s+){_GAP}", "", name)
    name = re.sub(rf"^{_GAP}(?:\s*[-–,.]\s*|\s+)", "", name)
    return re.sub(r"\s{2,}", " ", name.replace(_GAP, "")).strip()
