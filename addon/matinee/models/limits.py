"""Limits that several rooms obey. Bytes unless said otherwise."""

from __future__ import annotations

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30

MAX_JSON_BODY = MIB
MAX_TORRENT_FILE = 10 * MIB
MAX_TORRENT_FILES = 200_000
MAX_NAME_BYTES = 255
MAX_NAME_PARSED = 280
"""Characters of a release name that are read; longer ones make parsers slow (seconds)."""
