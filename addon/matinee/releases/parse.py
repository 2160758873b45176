"""A release or file name read into a `Release`.

parsett knows the vocabulary of quality; numbering, titles and groups are read here first, because
there it errs on ranges, dates, countries and networks. Only this module imports it, at first use:
its tables cost a fifth of a second and 6 MB.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import Any, cast

from ..models.limits import MAX_NAME_PARSED
from ..models.media import MediaKind
from ..models.releases import Release
from .numbering import Numbers, find_numbers
from .titles import (
    clean_words,
    episode_title,
    film_title,
    group_of,
    split_ending,
    strip_site,
    title_before,
    without_suffixes,
)

_JUNK = re.compile(r"(?=\w*\d)[0-9a-zA-Z]{16,}")
_GLUED = re.compile(r"(?i)\b(bd|blu-?ray|web|dvd)(?=(?:2160|1080|720|576|480)[pi]\b)")
_GLUED_CODEC = re.compile(r"(?i)(?<=\d)(?=x26[45]\b)")
_PART = re.compile(r"(?i)(?<![a-z0-9])(?:cd|dis[ck])[ ._-]?([1-9])(?!\d)")
_PART_LAST = re.compile(rf"[\W_]*{_PART.pattern.removeprefix('(?i)')}\s*$", re.IGNORECASE)
# "Star Saga Episode 6 The Return 1983" is a film.
_SAGA = re.compile(r"(?i)\bepisode[ ._](?:\d|[ivx]+)[ ._-]+[^\W\d].*[ ._(](?:19|20)\d\d(?!\d)")
_BARE_SOURCES = (
    ("BluRay", re.compile(r"(?<![A-Za-z0-9])(?:BD|BDMV|BD-?\d{2})(?![A-Za-z0-9])")),
    ("DSR", re.compile(r"(?i)(?<![a-z0-9])dsr(?:ip)?(?![a-z0-9])")),
    ("DVD", re.compile(r"(?i)(?<![a-z0-9])dvd-?[r59]?(?![a-z0-9])")),
    ("HDTV", re.compile(r"(?i)(?<![a-z0-9])(?:[ap]hdtv|hdtv|[ph]dtv|dvb)(?![a-z0-9])")),
)
# A daily show that counts as well ("Show E12 140722") is known by its date.
_COUNTED = re.compile(r"(?i)(?<=\w) e(?:p\.?)? ?\d{1,4}$")
_UNUSED = frozenset({"adult", "bitrate", "commentary", "documentary", "network", "size", "trash"})
_NUMBERING = frozenset({"seasons", "episodes", "date", "complete", "volumes", "episode_code"})
_PLACEHOLDER = " S01E01 "
# Endings that name no container would be read as a source (`.ts` as TELESYNC).
_SAFE_ENDING = ".mkv"


_loading = threading.Lock()


def load() -> None:
    """Load the tables that `parse` needs, before they are. Blocking, a fifth of a second."""
    _parsers()


def parse(name: str) -> Release:
    """Return what the name says. Never raises; of a long name only the beginning is read."""
    return _parse(name[:MAX_NAME_PARSED])


@lru_cache(maxsize=4096)
def _parse(name: str) -> Release:
    stem, ending = split_ending(name.strip())
    if _JUNK.fullmatch(stem) or not re.search(r"[^\W_]", stem):
        return Release(name, stem.strip(), MediaKind.MOVIE)
    numbers = find_numbers(stem)
    facts = _facts(
        _prepared(stem, numbers) + (_SAFE_ENDING if ending else ""), numbered=numbers is not None
    )
    seasons, episodes, date = _numbers(stem, numbers, facts)
    kind = MediaKind.EPISODE if seasons or episodes or date else MediaKind.MOVIE
    title, year = _title(stem, numbers, facts, kind)
    quality = str(facts.get("quality") or "")
    return Release(
        name=name,
        title=title,
        kind=kind,
        year=year,
        seasons=seasons,
        episodes=episodes,
        date=date,
        episode_title=episode_title(stem[numbers.end :]) if numbers else "",
        resolution=str(facts.get("resolution") or ""),
        source=_source(stem, quality),
        codec=str(facts.get("codec") or ""),
        audio=tuple(facts.get("audio") or ()),
        hdr=tuple(facts.get("hdr") or ()),
        languages=tuple(facts.get("languages") or ()),
        group=group_of(stem) or str(facts.get("group") or ""),
        edition=str(facts.get("edition") or ""),
        proper=bool(facts.get("proper") or facts.get("repack")),
        remux="REMUX" in quality.upper(),
        part=int(found[1]) if (found := _PART.search(stem)) else None,
    )


def _facts(text: str, *, numbered: bool) -> dict[str, Any]:
    """Ask parsett. A name it breaks on says nothing."""
    parser = _parsers()[numbered]
    try:
        return cast("dict[str, Any]", parser.parse(text))
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError):
        return {"title": clean_words(text)}


def _parsers() -> tuple[Any, Any]:
    with _loading:  # a second thread waits for the first instead of loading them too
        return _load()


@lru_cache(maxsize=1)
def _load() -> tuple[Any, Any]:
    """Return parsett's parser for any name, and a quicker one for names whose numbers are known.

    What a `Release` does not hold is not looked for: that halves the time.
    """
    import regex  # type: ignore[import-untyped]  # noqa: PLC0415 the tables load with the first name
    from PTT import Parser, add_defaults  # noqa: PLC0415

    whole, known = Parser(), Parser()
    add_defaults(whole)
    whole.handlers = [h for h in whole.handlers if _handles(h) not in _UNUSED]
    known.add_handler(
        "seasons", regex.compile(_PLACEHOLDER.strip()), lambda _: [1], {"remove": True}
    )
    known.handlers += [h for h in whole.handlers if _handles(h) not in _NUMBERING]
    return whole, known


def _handles(handler: Any) -> str:
    return str(getattr(handler, "handler_name", ""))


def _prepared(stem: str, numbers: Numbers | None) -> str:
    """Write the name so that parsett understands it."""
    if numbers is not None:
        stem = stem[: numbers.start] + _PLACEHOLDER + stem[numbers.end :]
    stem = _GLUED_CODEC.sub(" ", stem)
    return _GLUED.sub(lambda match: f"{match[1]}Rip ", stem)


def _numbers(
    stem: str, numbers: Numbers | None, facts: dict[str, Any]
) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    if numbers is not None:
        return numbers.seasons, numbers.episodes, numbers.date
    if _SAGA.search(stem) and not facts.get("seasons"):
        return (), (), ""
    return (
        tuple(facts.get("seasons") or ()),
        tuple(facts.get("episodes") or ()),
        str(facts.get("date") or ""),
    )


def _title(
    stem: str, numbers: Numbers | None, facts: dict[str, Any], kind: MediaKind
) -> tuple[str, int | None]:
    theirs = str(facts.get("title") or "").strip()
    year = facts.get("year")
    if numbers is not None:
        found = title_before(stem[: numbers.start])
        if found is not None:
            if numbers.date:
                return _COUNTED.sub("", found[0]), found[1]
            return found[0], found[1] or year
        if not stem[: numbers.start].strip(" ._-[("):
            return "", year
    elif kind is MediaKind.MOVIE:
        at = stem.rfind(str(year)) if year else -1
        ours = film_title(stem[:at]) if at > 0 else None
        title = ours or without_suffixes(theirs) or clean_words(strip_site(stem))
        return _PART_LAST.sub("", title) or title, year
    return theirs or clean_words(strip_site(stem)), year


def _source(stem: str, quality: str) -> str:
    if quality:
        return quality.replace(" REMUX", "")
    for name, pattern in _BARE_SOURCES:
        if pattern.search(stem):
            return name
    return ""
