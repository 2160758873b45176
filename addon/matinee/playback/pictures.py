"""A picture that lies beside a film, made small. Hostile like the film: decoded by ffmpeg alone."""

from __future__ import annotations

from pathlib import Path

from ..errors import GiveUp, TooLarge
from ..models.limits import GIB, MIB
from ..programs.run import Limits, ProgramFailed, run
from .local import patiently

MAX_FILE = 20 * MIB
_LIMITS = Limits(seconds=30, cpu_seconds=20, memory=GIB, output=8 * MIB)
_MAX_PIXELS = 64_000_000
_SIGNS = (
    (b"\xff\xd8\xff", "jpeg_pipe"),
    (b"\x89PNG\r\n\x1a\n", "png_pipe"),
    (b"RIFF", "webp_pipe"),
)


async def scaled(path: Path, width: int) -> bytes:
    """Return a JPEG, PNG or WebP picture as a JPEG of at most `width` pixels.

    Raises `GiveUp` (`not_picture`) when it is none of these or damaged, `NotFound`, `TooLarge`.
    """
    data = await patiently(_read, path)
    kind = next((name for sign, name in _SIGNS if data.startswith(sign)), "")
    if not kind:
        raise GiveUp("This is no picture that can be shown.", code="not_picture")
    try:
        done = await run(
            ["ffmpeg", "-hide_banner", "-nostats", "-v", "error", "-max_pixels", str(_MAX_PIXELS),
             "-protocol_whitelist", "pipe", "-f", kind, "-i", "pipe:0", "-frames:v", "1",
             "-vf", f"scale=w='min({width},iw)':h=-2", "-c:v", "mjpeg", "-q:v", "3",
             "-pix_fmt", "yuvj420p", "-f", "mjpeg", "pipe:1"],
            _LIMITS, stdin=data,
        )  # fmt: skip
    except ProgramFailed as error:
        raise GiveUp("This picture is damaged.", code="not_picture") from error
    if not done.output:
        raise GiveUp("This picture is empty.", code="not_picture")
    return done.output


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise TooLarge("This picture is too large to be one.", code="picture_too_large")
    return data
