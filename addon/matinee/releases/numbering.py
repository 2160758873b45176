"""Which episode a name says: season and episode numbers, absolute numbers, dates.

The patterns stand in order of certainty; the first that fits decides. What none of them knows is
left to the parser library (`parse`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_MAX_RANGE = 300
_NO_EPISODES = frozenset({264, 265, 360, 480, 540, 576, 720})

_TV = r"(?:hdtv|pdtv|dsr|dsrip|tvrip|satrip|dvbrip|ahdtv)"


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was found and where: `start` and `end` are positions in the name."""

    start: int
    end: int
    seasons: tuple[int, ...] = ()
    episodes: tuple[int, ...] = ()
    date: str = ""


type _Reader = Callable[[re.Match[str]], Numbers | None]


def _span(first: int, last: int) -> tuple[int, ...]:
    return tuple(range(first, last + 1)) if 0 < last - first <= _MAX_RANGE else (first,)


def _chain(first: int, tail: str) -> tuple[int, ...]:
    """Read what follows a first episode: `E02`, `-E04`, `-04`, `+E03`, `-2x10`.

    `&`, `+` and `,` name single episodes, everything else a range.
    """
    tail = re.sub(r"(?i)s\d{1,4}(?=[ ._]*(?:e|x|$))|\d{1,4}(?=x)", "", tail)
    numbers = [int(number) for number in re.findall(r"\d+", tail)]
    if not numbers:
        return (first,)
    if re.search(r"[&+,]", tail):
        return tuple(dict.fromkeys([first, *numbers]))
    return _span(first, numbers[-1])


def _standard(match: re.Match[str]) -> Numbers | None:
    season, first = int(match["season"]), int(match["first"])
    if len(match["season"]) > 2 and not 1950 <= season <= 2039:
        return None
    return Numbers(*match.span(), (season,), _chain(first, match["tail"]))


def _crossed(match: re.Match[str]) -> Numbers | None:
    first = int(match["first"])
    if first in {264, 265}:
        return None
    return Numbers(*match.span(), (int(match["season"]),), _chain(first, match["tail"]))


def _capitulo(match: re.Match[str]) -> Numbers | None:
    season, first = int(match["season"]), int(match["first"])
    last = int(match["last"]) if match["last"] else first
    return Numbers(*match.span(), (season,), _span(first, last))


def _season_only(match: re.Match[str]) -> Numbers | None:
    return Numbers(*match.span(), (int(match["season"]),))


def _dated(match: re.Match[str], year: int, month: int, day: int) -> Numbers | None:
    try:
        date = dt.date(year, month, day)
    except ValueError:
        return None
    return Numbers(*match.span(), date=date.isoformat())


def _iso(match: re.Match[str]) -> Numbers | None:
    return _dated(match, int(match["y"]), int(match["m"]), int(match["d"]))


def _day_first(match: re.Match[str]) -> Numbers | None:
    """12-31-2014 can only be read month first; where both fit, the day comes first."""
    one, two = int(match["m"]), int(match["d"])
    month, day = (one, two) if two > 12 else (two, one)
    return _dated(match, int(match["y"]), month, day)


def _short_date(match: re.Match[str]) -> Numbers | None:
    return _dated(match, 2000 + int(match["y"]), int(match["m"]), int(match["d"]))


def _compact(match: re.Match[str]) -> Numbers | None:
    """Read 101, 1013 or 10708 (1x07 and 1x08) where the name speaks of television."""
    whole, season, first = int(match["whole"]), int(match["season"]), int(match["first"])
    if whole in _NO_EPISODES or 1900 <= whole < 2040 or not first:
        return None
    last = int(match["last"]) if match["last"] else first
    if match["last"] and last != first + 1:
        return None
    return Numbers(*match.span("whole"), (season,), _span(first, last))


def _anime(match: re.Match[str]) -> Numbers | None:
    """Absolute numbers, or numbers of a season that the title names (`Show S2 - 05`)."""
    first = int(match["first"])
    if len(match["first"]) == 4 and 1900 <= first < 2040:
        return None
    last = int(match["last"]) if match["last"] else first
    start = match.start("sep")
    season = re.search(
        r"(?i)[ ._]+(?:S(?:eason[ ._])?(?P<a>\d{1,2})|(?P<b>\d)(?:st|nd|rd|th)[ ._]+Season)$",
        match["title"],
    )
    if season:
        number = int(season["a"] or season["b"])
        return Numbers(
            match.start("title") + season.start(), match.end("end"), (number,), _span(first, last)
        )
    return Numbers(start, match.end("end"), (), _span(first, last))


_EP = r"(?:episode|ep\.?|e|x)"
_TAIL = (
    r"(?P<tail>(?:(?:[ ._]*[-+&,~][ ._]*|[ ._]?)(?:s\d{1,4})?[ ._]?(?:ep?)[ ._]?\d{1,4}(?!\d)"
    r"|[-~+&]\d{1,3}(?=[ ._\])\[(-]|$)"
    r"|[ ._]?-[ ._]?\d{1,2}(?=[ ._]*(?:[\])\[(-]|$)))*)"
)
_WORDS = r"(?:season|saison|temporada|staffel|stagione|series|seizoen|s[äa]song|sezon)"
_PATTERNS: tuple[tuple[str, _Reader], ...] = (
    # S01E02, S01E02-E04, S01E01 - S01E02, s2014e12, S 01 E 02, S01.E02, S1Ep3
    (
        r"(?<![a-z0-9])s[ .]?(?P<season>\d{1,4})[ ._]?[-x]?[ ._]?[\[(]?(?:ep\.?|e)[ ._]?"
        r"(?P<first>\d{1,4})(?!\d)(?:v\d)?" + _TAIL,
        _standard,
    ),
    # the 24th of season 4 in brackets: (S4-24)
    (r"[\[(]s(?P<season>\d)-(?P<first>\d{2,3})(?P<tail>)[\])]", _standard),
    # 2x09, 2x09-2x10, 2x09x10, 2x09-10
    (
        (
            r"(?<![a-z0-9.])(?P<season>\d{1,2})x(?P<first>\d{2,3})(?!\d)"
            r"(?P<tail>(?:[ ._]*[-+&~][ ._]*(?:\d{1,2}x)?\d{2,3}(?![\dpi])"
            r"|[ ._](?:\d{1,2}x)\d{2,3}|x\d{2,3}(?!\d))*)"
        ),
        _crossed,
    ),
    # 2016x231
    (
        r"(?<![a-z0-9])(?P<season>19[5-9]\d|20[0-3]\d)x(?P<first>\d{1,3})(?!\d)(?P<tail>)",
        _crossed,
    ),
    # Season 2 Episode 5, Temporada 2 Capitulo 5, Staffel 2 Folge 5
    (
        rf"\b{_WORDS}[ ._]*(?P<season>\d{{1,4}})[ ._,\-\[(]*"
        r"(?:episodes?|episodio|ep|e|folge|cap[ií]tulo|cap)[ ._#]*(?P<first>\d{1,3})(?!\d)" + _TAIL,
        _standard,
    ),
    # Cap.408, Cap.111_120 (season 1, 11 to 20)
    (
        (
            r"\bcap(?:[ií]tulo)?[ ._]?(?P<season>\d{1,2})(?P<first>\d{2})"
            r"(?:[_ -](?:(?P=season))?(?P<last>\d{2}))?(?!\d)"
        ),
        _capitulo,
    ),
    # Show S2 - 05
    (
        (
            r"(?<=[ ._])s(?P<season>\d{1,2})[ ._]+-[ ._]+(?P<first>\d{1,4})(?:v\d)?(?P<tail>)"
            r"(?=[ ._]*(?:[\[(]|$|-[ ._]|[ ._]\d{3,4}p))"
        ),
        _standard,
    ),
    # 2014-07-22, 22.07.2014, 20140722
    (
        (
            r"(?<!\d)(?P<y>19[5-9]\d|20[0-3]\d)(?P<s>[ ._-])(?P<m>0?[1-9]|1[0-2])(?P=s)"
            r"(?P<d>0?[1-9]|[12]\d|3[01])(?![\dp])"
        ),
        _iso,
    ),
    (
        r"(?<!\d)(?P<m>\d{1,2})(?P<s>[ ._/-])(?P<d>\d{1,2})(?P=s)(?P<y>19[5-9]\d|20[0-3]\d)(?!\d)",
        _day_first,
    ),
    (
        (
            r"(?<![a-z0-9])(?P<y>19[5-9]\d|20[0-3]\d)(?P<m>0[1-9]|1[0-2])"
            r"(?P<d>0[1-9]|[12]\d|3[01])(?![a-z0-9])"
        ),
        _iso,
    ),
    # 140722 (year, month, day), never the first thing
    (
        (
            r"(?<=[^\W_][ ._-])(?P<y>[012]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])"
            r"(?=[ ._-]|$)"
        ),
        _short_date,
    ),
    # [Group] Show - 05v2 [1080p], [Group] Show - 01-12 (BD), [Group] Show 05 [1080p]
    (
        (
            r"^(?:\[[^\]]+\][ ._]*)+(?P<title>[^\[\]]+?)(?P<sep>[ ._]+-[ ._]+(?:ep?\.?[ ]?)?)"
            r"(?P<first>\d{1,4})(?:v\d)?(?:[ ._]*[-~][ ._]*(?P<last>\d{1,4}))?(?P<end>(?:v\d)?)"
            r"(?=[ ._]*(?:$|[\[(-]|end\b|\d{3,4}p))"
        ),
        _anime,
    ),
    (
        (
            r"^(?:\[[^\]]+\][ ._]*)+(?P<title>[^\[\]]*?[a-z][^\[\]]*?)"
            r"(?P<sep>[ ._]+(?:ep?\.?[ ]?)?)(?P<first>\d{2,4})(?:v\d)?"
            r"(?:[ ._]*[-~][ ._]*(?P<last>\d{2,4}))?(?P<end>(?:v\d)?)"
            r"(?=[ ._]*(?:\[|\((?!19|20)))"
        ),
        _anime,
    ),
    # S2014, S 01
    (r"(?<![a-z0-9'])s(?P<season>19[5-9]\d|20[0-3]\d)(?!\d)", _season_only),
    (r"(?<![a-z0-9'’])s[ .](?P<season>\d{2})(?=[ ._\[(]|$)", _season_only),
    # show.101.hdtv, show.1013.title.hdtv, show.10708.hdtv
    (
        (
            r"(?<=[^\W_][ ._-])(?P<whole>(?P<season>[1-9]|1\d)(?P<first>\d{2})(?P<last>\d{2})?)"
            rf"(?=[ ._-]+(?:{_TV}|web[ ._-]?(?:dl|rip)?\b|[^/\\]*?[ ._-]{_TV}(?![a-z])))"
            rf"(?![ ._-]+[1-9]\d{{2,3}}[ ._-]+{_TV})(?!.*\bppv\b)"
        ),
        _compact,
    ),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), reader) for pattern, reader in _PATTERNS)


def _found(name: str) -> Iterator[Numbers]:
    for pattern, reader in _COMPILED:
        for match in pattern.finditer(name):
            numbers = reader(match)
            if numbers is not None:
                yield numbers


def find_numbers(name: str) -> Numbers | None:
    """Return the first sure numbering of a name (without its ending), or None."""
    return next(_found(name.replace("_", " ")), None)
