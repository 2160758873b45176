"""The kinds of media file: what a name's ending says about the type to announce."""

from __future__ import annotations

from pathlib import PurePath

MIME_TYPES = {
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "mkv": "video/x-matroska",
    "mk3d": "video/x-matroska",
    "webm": "video/webm",
    "avi": "video/x-msvideo",
    "divx": "video/x-msvideo",
    "wmv": "video/x-ms-wmv",
    "asf": "video/x-ms-asf",
    "flv": "video/x-flv",
    "ts": "video/mp2t",
    "m2ts": "video/mp2t",
    "mts": "video/mp2t",
    "mpg": "video/mpeg",
    "mpeg": "video/mpeg",
    "vob": "video/mpeg",
    "ogv": "video/ogg",
    "ogm": "video/ogg",
    "3gp": "video/3gpp",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
}
UNKNOWN = "application/octet-stream"


def ending(name: str) -> str:
    """Return the ending of a file name in lower case without its dot, "" when it has none."""
    return PurePath(name).suffix[1:].lower()


def mime_type(name: str) -> str:
    """Return the type to announce. Never one that a browser would run: unknown is bytes."""
    return MIME_TYPES.get(ending(name), UNKNOWN)
