"""What a file really is, by its first bytes; the name proves nothing.

Only containers that hold their media themselves are known here. Playlists, scripts and session
descriptions, which make a reader open other addresses, are not, whatever their name.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..errors import GiveUp

HEAD = 4096
"""How many of the first bytes are needed."""

_MOV_ATOMS = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")


def _transport_stream(head: bytes) -> bool:
    # Recordings begin anywhere within a packet; 192 bytes are those of discs, 204 of broadcast.
    return any(
        len(head) >= 5 * size and head[start : 5 * size : size] == b"GGGGG"
        for size in (188, 192, 204)
        for start in range(size)
    )


_SIGNS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("matroska", lambda head: head.startswith(b"\x1a\x45\xdf\xa3")),
    ("mov", lambda head: head[4:8] in _MOV_ATOMS),
    ("avi", lambda head: head[:4] == b"RIFF" and head[8:12] in (b"AVI ", b"AVIX")),
    ("mpegts", _transport_stream),
    ("mpeg", lambda head: head.startswith(b"\x00\x00\x01\xba")),
    ("mpegvideo", lambda head: head.startswith(b"\x00\x00\x01\xb3")),
    ("flv", lambda head: head.startswith(b"FLV\x01")),
    ("ogg", lambda head: head.startswith(b"OggS")),
    ("asf", lambda head: head.startswith(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11")),
    ("rm", lambda head: head.startswith(b".RMF")),
    ("mxf", lambda head: head.startswith(b"\x06\x0e\x2b\x34\x02\x05\x01\x01")),
    ("wav", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE"),
    ("flac", lambda head: head.startswith(b"fLaC")),
    ("mp3", lambda head: head.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"))),
)


def demuxer(head: bytes) -> str:
    """Return ffmpeg's name of the container that begins so.

    Raises `GiveUp` (`not_media`) when it is none that holds a film or sound itself.
    """
    for name, matches in _SIGNS:
        if matches(head):
            return name
    raise GiveUp(
        "This is no film: its content is of another kind than its name says.",
        code="not_media",
        hint="Delete it, or choose another release.",
    )


def subtitle_demuxer(text: str) -> str:
    """Return ffmpeg's name of a subtitle file's kind. Raises `GiveUp` (`not_subtitle`)."""
    start = text[:HEAD].lstrip()
    if start.startswith("WEBVTT"):
        return "webvtt"
    if re.search(r"^\[(script info|v4\+? styles|events)\]", start, re.IGNORECASE | re.MULTILINE):
        return "ass"
    if start[:1024].lower().find("<sami") >= 0:
        return "sami"
    if re.match(r"\{\d+\}\{\d*\}", start):
        return "microdvd"
    if re.search(r"^\s*\d+:\d+:\d+[,.]\d+\s*-->", start, re.MULTILINE):
        return "srt"
    raise GiveUp("This is no subtitle file of a known kind.", code="not_subtitle")
