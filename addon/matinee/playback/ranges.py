"""Which bytes a request asks for: preconditions and ranges of RFC 9110 (13, 14). No I/O.

Several ranges: those that cannot be satisfied are dropped and those that touch are joined. When
one is left it is answered; when more are left the header is ignored and the whole is sent, which
RFC 9110 (14.2) allows: no player needs a multipart answer, and each part would open a window of
its own in an unfinished download.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

MAX_RANGES = 16
_MAX_DIGITS = 18  # 10^18 bytes is more than any file; longer numbers are not worth reading
_RANGE = re.compile(r"(?:([0-9]+)-([0-9]*)|-([0-9]+))", re.ASCII)
_TAG = re.compile(r'\s*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)')


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer: 200, 206, 304, 412 or 416, and the bytes from `start` to before `stop`."""

    status: int
    start: int = 0
    stop: int = 0

    @property
    def length(self) -> int:
        return self.stop - self.start

    def content_range(self, size: int) -> str:
        """Return the Content-Range of a 206 or 416, "" for the others."""
        if self.status == 206:
            return f"bytes {self.start}-{self.stop - 1}/{size}"
        return f"bytes */{size}" if self.status == 416 else ""


def decide(
    method: str,
    headers: Mapping[str, str],
    size: int,
    etag: str,
    modified: float | None = None,
) -> Answer:
    """Return the answer to a request for a file of `size` bytes.

    `headers` are looked up by their usual names. `etag` is strong and without quotes. `modified`
    is the time of the last change in seconds since 1970, None when there is none to compare.
    """
    failed = _precondition(method, headers, etag, modified)
    if failed:
        return Answer(failed)
    whole = Answer(200, 0, size)
    value = headers.get("Range", "")
    # RFC 9110 14.2: Range is defined for GET alone and must be ignored elsewhere.
    if method != "GET" or not value or not _same_version(headers.get("If-Range"), etag, modified):
        return whole
    found = parse(value, size)
    if found is None or len(found) > 1:
        return whole
    if not found:
        return Answer(416)
    return Answer(206, *found[0])


def parse(value: str, size: int) -> list[tuple[int, int]] | None:
    """Return the ranges (start, stop) of a Range header that exist in `size` bytes, joined.

    None: the header is to be ignored, because it is malformed, of another unit, or has more
    than `MAX_RANGES` parts. Empty: well formed, but nothing of it exists.
    """
    unit, equals, specs = value.partition("=")
    if not equals or unit.strip().lower() != "bytes" or unit != unit.rstrip():
        return None
    # RFC 9110 5.6.1.2: empty elements of a list are to be ignored.
    parts = [part.strip(" \t") for part in specs.split(",", MAX_RANGES * 4)]
    parts = [part for part in parts if part]
    if not parts or len(parts) > MAX_RANGES:
        return None
    ranges = []
    for part in parts:
        match = _RANGE.fullmatch(part)
        if match is None:
            return None
        first, last, suffix = (_number(group) for group in match.groups())
        if first is not None and last is not None and last < first:
            return None
        found = _resolve(first, last, suffix, size)
        if found is not None:
            ranges.append(found)
    if size == 0 and any(part.startswith("-") and _number(part[1:]) for part in parts):
        # "The last n bytes" of nothing is all of it (14.1.2), which no Content-Range can say.
        return None
    return _joined(ranges)


def _number(digits: str | None) -> int | None:
    if not digits:
        return None
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= _MAX_DIGITS else 10**_MAX_DIGITS


def _resolve(
    first: int | None, last: int | None, suffix: int | None, size: int
) -> tuple[int, int] | None:
    if first is None:
        start, stop = max(0, size - (suffix or 0)), size
    else:
        start, stop = first, size if last is None else min(last + 1, size)
    return (start, stop) if start < stop else None


def _joined(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], stop))
        else:
            joined.append((start, stop))
    return joined


def _precondition(
    method: str, headers: Mapping[str, str], etag: str, modified: float | None
) -> int:
    """Return 304 or 412 where a precondition says so, else 0, in the order of RFC 9110 13.2.2."""
    match = headers.get("If-Match")
    if match is not None:
        if not _listed(match, etag, weak=False):
            return 412
    elif _changed_since(headers.get("If-Unmodified-Since"), modified) is True:
        return 412
    none_match = headers.get("If-None-Match")
    if none_match is not None:
        if _listed(none_match, etag, weak=True):
            return 304 if method in ("GET", "HEAD") else 412
    elif (
        method in ("GET", "HEAD")
        and _changed_since(headers.get("If-Modified-Since"), modified) is False
    ):
        return 304
    return 0


def _listed(value: str, etag: str, *, weak: bool) -> bool:
    """Say whether `etag` is in a list of entity tags; a strong comparison unless `weak`."""
    if value.strip() == "*":
        return True
    position = 0
    while match := _TAG.match(value, position):
        if match[2] == etag and (weak or not match[1]):
            return True
        if match.end() == position:
            break
        position = match.end()
    return False


def _changed_since(value: str | None, modified: float | None) -> bool | None:
    """Say whether the file changed after the date; None when that cannot be said."""
    date = http_date(value)
    if date is None or modified is None:
        return None
    return int(modified) > date


def _same_version(value: str | None, etag: str, modified: float | None) -> bool:
    """Say whether If-Range lets the Range stand: the same strong tag, or exactly the same date."""
    if value is None:
        return True
    value = value.strip()
    if value.startswith(('"', "W/")):
        return value == f'"{etag}"'
    date = http_date(value)
    return date is not None and modified is not None and int(modified) == date


def http_date(value: str | None) -> int | None:
    """Return seconds since 1970 of an HTTP date in any of its three forms, None if malformed."""
    if not value or len(value) > 64:
        return None
    try:
        date = parsedate_to_datetime(value)
        if date.tzinfo is None:
            date = date.replace(tzinfo=UTC)
        return int(date.timestamp())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def format_date(seconds: float) -> str:
    """Return the IMF-fixdate of RFC 9110 5.6.7, whatever the language of the system."""
    return _format(int(seconds))


@lru_cache(64)
def _format(seconds: int) -> str:
    date = datetime.fromtimestamp(seconds, UTC)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[date.weekday()]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[date.month - 1]  # fmt: skip
    return f"{day}, {date.day:02} {month} {date.year:04} {date:%H:%M:%S} GMT"
