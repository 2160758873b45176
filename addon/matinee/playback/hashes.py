"""The hash by which subtitle services know a film: of its size, its head and its tail.

Source: OpenSubtitles, "Hash source codes" (trac.opensubtitles.org). The sum, modulo 2^64, of the
size in bytes and of the first and the last 64 KiB read as little-endian numbers of 64 bits.
"""

from __future__ import annotations

import struct
from collections import OrderedDict

from ..errors import MatineeError
from ..models.limits import KIB
from ..ports import ByteReader, ByteSource

BLOCK = 64 * KIB
_WORDS = struct.Struct(f"<{BLOCK // 8}Q")
_REMEMBERED = 4096


def film_hash(size: int, head: bytes, tail: bytes) -> str:
    """Return 16 hexadecimal digits. `head` and `tail` are `BLOCK` bytes each."""
    total = size + sum(_WORDS.unpack(head)) + sum(_WORDS.unpack(tail))
    return f"{total & 0xFFFF_FFFF_FFFF_FFFF:016x}"


class FilmHashes:
    """Makes the hash of a film once, as soon as its head and tail are here."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, str] = OrderedDict()

    async def of(self, source: ByteSource) -> str:
        """Return the hash; "" while it cannot be told without waiting, or for a tiny file."""
        known = self._known.get(source.etag)
        if known is not None:
            return known
        last = source.size - BLOCK
        if last < BLOCK or not (source.available(0, BLOCK) and source.available(last, BLOCK)):
            return ""
        reader = source.reader(background=True)
        try:
            made = film_hash(source.size, await _block(reader, 0), await _block(reader, last))
        except MatineeError:
            return ""  # it moves just now, or its drive is away: the next time will tell
        finally:
            await reader.close()
        self._known[source.etag] = made
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return made


async def _block(reader: ByteReader, offset: int) -> bytes:
    found = b""
    while len(found) < BLOCK:
        found += await reader.read(offset + len(found), BLOCK - len(found))
    return found
