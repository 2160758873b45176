"""`.nfo` files beside films and episodes, for Kodi, Jellyfin and Plex."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET

from ..models.media import MediaKind, Title
from ..volumes.paths import join, make_folders
from .naming import beside, day_of

# By this line Matinee knows its own files again; others are never touched.
MARK = "Written by Matinee; it is replaced when the title is corrected."
_HEAD = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<!-- {MARK} -->\n'.encode()


def document(title: Title) -> bytes:
    """Return the file for a film or an episode."""
    if title.kind is MediaKind.MOVIE:
        return _xml("movie", {"title": title.title, "year": title.year})
    day = day_of(title)
    name = title.episode_title or f"Episode {title.episode}"
    fields: dict[str, object] = {"title": name, "showtitle": title.title, "aired": day}
    if not day:
        fields |= {"season": title.season, "episode": title.episode}
    first = _xml("episodedetails", fields)
    if title.episode_last is None or title.episode is None:
        return first
    # Several episodes in one file: one document after the other, as Kodi reads them.
    more = [
        _xml("episodedetails", fields | {"title": f"Episode {number}", "episode": number})
        for number in range(title.episode + 1, title.episode_last + 1)
    ]
    return first + b"".join(part.removeprefix(_HEAD) for part in more)


def show_document(title: Title) -> bytes:
    """Return the `tvshow.nfo` of an episode's show."""
    return _xml("tvshow", {"title": title.title, "year": title.year})


def _xml(root: str, fields: dict[str, object]) -> bytes:
    element = ET.Element(root)
    for name, value in fields.items():
        if value not in (None, ""):
            ET.SubElement(element, name).text = _printable(str(value))
    ET.indent(element)
    content: bytes = ET.tostring(element, encoding="utf-8")
    return _HEAD + content + b"\n"


def _printable(text: str) -> str:
    """Leave out what XML 1.0 cannot hold."""
    return "".join(
        sign
        for sign in text
        if sign in "\t\n"
        or " " <= sign < "\ud800"
        or "\ue000" <= sign <= "\ufffd"
        or sign > "\uffff"
    )


def path_of(film: str) -> str:
    return beside(film, ".nfo")


def show_path(film: str) -> str | None:
    """Return where the show's own file lies: above the folder of the season, if there is one."""
    folders = PurePosixPath(film).parts[:-1]
    return str(PurePosixPath(*folders[:-1], "tvshow.nfo")) if len(folders) >= 3 else None


def write(root: Path, path: str, content: bytes) -> bool:
    """Write a file of our own; False when somebody else's lies there. Blocks."""
    place = join(root, path)
    if os.path.lexists(place):
        if not is_ours(place):
            return False
        if place.read_bytes() == content:
            return True
    folder = make_folders(root, PurePosixPath(path).parent)
    draft = folder / f".{place.name[:200]}.partial"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)
    return True


def remove(root: Path, path: str) -> None:
    """Delete a file of our own, and no other. Blocks."""
    place = join(root, path)
    if is_ours(place):
        with contextlib.suppress(FileNotFoundError):
            place.unlink()


def is_ours(place: Path) -> bool:
    try:
        handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    with os.fdopen(handle, "rb") as file:
        return MARK.encode() in file.read(512)
