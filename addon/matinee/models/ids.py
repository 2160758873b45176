"""Identifiers: 26 characters, sortable by time of making (ULID, Crockford base 32)."""

from __future__ import annotations

import secrets
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> str:
    """Return a new ULID: 48 bits of milliseconds since 1970 and 80 random bits.

    Format: https://github.com/ulid/spec.
    """
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def is_id(text: str) -> bool:
    """Say whether `text` has the form of an id made here."""
    return len(text) == 26 and all(letter in _ALPHABET for letter in text)
