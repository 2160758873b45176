"""Where a film can be cut: its key pictures, from the container's own index.

Only the beginning of a file and its index are read, so that it works while a film arrives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...errors import GiveUp
from ...models.limits import KIB, MIB
from ...ports import ByteReader, ByteSource

HEAD = 64 * KIB
MAX_PART = 64 * MIB
"""The most of an index that is read into memory."""
MAX_KEYS = 500_000


@dataclass(frozen=True, slots=True)
class FilmIndex:
    """The key pictures of a film's first picture track.

    `keys` are their times in seconds as ffmpeg counts them, rising; `positions` the byte from
    which reading each begins. `container` is ffmpeg's demuxer. `head` are the bytes that a
    Matroska reader needs before the first cluster (empty for MP4). `first_times` are the times of
    the first packets by stream index, as far as they are known. `exact` says that times are those
    of the samples and not rounded to milliseconds; `ticks` is how many the picture track has in a
    second. `overhead` is how many bytes a reader needs
    beside the film's own.
    """

    container: str
    duration: float
    keys: tuple[float, ...]
    positions: tuple[int, ...]
    end: int
    head: bytes = b""
    first_times: Mapping[int, float] = field(default_factory=dict)
    exact: bool = True
    ticks: int = 1000
    overhead: int = 0


class Part:
    """Reads parts of a source, each bounded. Everything beyond the end is damage."""

    def __init__(self, reader: ByteReader, size: int) -> None:
        self._reader, self.size = reader, size

    async def read(self, offset: int, length: int) -> bytes:
        """Return exactly `length` bytes. Raises `GiveUp` (`media_damaged`) beyond the end."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise damaged("Its index points beyond its end.")
        if length > MAX_PART:
            raise damaged("Its index is far too large.")
        found = bytearray()
        while len(found) < length:
            found += await self._reader.read(offset + len(found), length - len(found))
        return bytes(found)

    async def most(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes, fewer at the end."""
        return await self.read(offset, max(0, min(length, self.size - offset)))


def damaged(why: str) -> GiveUp:
    return GiveUp(
        f"The film is damaged: {why}",
        code="media_damaged",
        hint="Fetch it again, or choose another release.",
    )


def no_index(why: str) -> GiveUp:
    return GiveUp(
        why,
        code="no_index",
        hint="A player such as VLC or Kodi shows it as it is.",
    )


async def read_index(source: ByteSource) -> FilmIndex:
    """Read the index of a film. Waits for the bytes that it lies in.

    Raises `GiveUp` in words: `not_media`, `media_damaged`, `no_index`.
    """
    from . import matroska, mp4  # noqa: PLC0415 (they use what stands above)

    reader = source.reader(background=True)
    try:
        part = Part(reader, source.size)
        head = await part.most(0, HEAD)
        if head.startswith(b"\x1a\x45\xdf\xa3"):
            return await matroska.read(part, head)
        if head[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"):
            return await mp4.read(part)
        raise no_index("Films of this kind have no index by which they could be cut for HLS.")
    finally:
        await reader.close()


def checked(index: FilmIndex) -> FilmIndex:
    """Return the index when it makes sense. Raises `GiveUp`."""
    if not index.keys:
        raise no_index("The film's index names no picture to begin with.")
    if not 0 < index.duration < 1_000_000:
        raise damaged("It says nothing of its length.")
    return index
