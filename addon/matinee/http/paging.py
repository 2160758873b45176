"""Cursors of paged lists: opaque to clients, a JSON value inside."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import voluptuous as vol

from ..errors import NotFound
from .routes import Page

MAX_LIMIT = 1000
PAGING: Mapping[Any, Any] = {
    vol.Optional("cursor"): vol.All(str, vol.Length(max=500)),
    vol.Optional("limit", default=100): vol.All(int, vol.Range(min=1, max=MAX_LIMIT)),
}
"""The query parameters of a paged list, to be spread into its schema."""


def encode_cursor(value: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()


def decode_cursor[T](cursor: str | None, kind: type[T]) -> T | None:
    """Return what `encode_cursor` was given; None for no cursor. Raises `NotFound`."""
    if not cursor:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        value = orjson.loads(raw)
    except (binascii.Error, ValueError) as error:
        raise _refusal() from error
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _refusal()
    if isinstance(value, int) and abs(value) >= 1 << 63:
        raise _refusal()
    return value


def page_of[T](items: Sequence[T], limit: int, key: Callable[[T], object]) -> Page[T]:
    """Make a page from up to `limit` + 1 items; `key` of the last one shown is the cursor."""
    if len(items) <= limit:
        return Page(list(items))
    shown = list(items[:limit])
    return Page(shown, encode_cursor(key(shown[-1])))


def _refusal() -> NotFound:
    return NotFound(
        "There is no such page of the list.",
        code="cursor_unknown",
        hint="Start again without a cursor.",
    )
