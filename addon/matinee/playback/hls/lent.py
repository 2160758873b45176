"""What a run reads: of a Matroska film only its head and the clusters of the segment.

ffmpeg would else read tags, attachments and the index at the end of the file first, and go on
beyond the segment where a track ends early.
"""

from __future__ import annotations

from pathlib import Path

from ...models.limits import MIB
from ...ports import ByteReader, ByteSource
from .commands import LAG
from .index import FilmIndex
from .playlist import Segment

_MORE = 0.7
"""Seconds behind a segment that its run reads, so that sound and pictures are complete."""


class Spliced:
    """A ByteSource of `head` and the bytes `start` to `stop` of another."""

    def __init__(self, source: ByteSource, head: bytes, start: int, stop: int) -> None:
        self._source, self.head, self.start = source, head, start
        self.size = len(head) + stop - start
        self.name, self.etag = source.name, f"{source.etag}-{start:x}-{stop:x}"

    @property
    def finished_path(self) -> Path | None:
        return None

    def available(self, offset: int, length: int) -> bool:
        begin = max(0, offset - len(self.head))
        length -= max(0, min(len(self.head) - offset, length))
        return length <= 0 or self._source.available(self.start + begin, length)

    def reader(self, *, bit_rate: int = 0, background: bool = False) -> ByteReader:
        return _Reader(self, self._source.reader(bit_rate=bit_rate, background=background))


class _Reader:
    def __init__(self, spliced: Spliced, reader: ByteReader) -> None:
        self._spliced, self._reader = spliced, reader

    async def read(self, offset: int, length: int) -> bytes | memoryview:
        """See `ports.ByteReader.read`."""
        head, size = self._spliced.head, self._spliced.size
        if not 0 <= offset < size:
            raise ValueError(f"{offset} is outside of the {size} bytes")
        if offset < len(head):
            return head[offset : offset + length]
        length = min(length, size - offset)
        return await self._reader.read(self._spliced.start + offset - len(head), length)

    async def close(self) -> None:
        await self._reader.close()


def span(index: FilmIndex, segment: Segment, segments: int) -> tuple[int, int]:
    """Return the bytes of the film that a segment's run reads beside the head."""
    start = index.positions[segment.key]
    if segment.number == segments - 1:
        return start, index.end
    for key in range(segment.key + 1, len(index.keys)):
        if index.keys[key] >= segment.stop + LAG + _MORE and index.positions[key] > start:
            return start, index.positions[key]
    return start, index.end


def lent(
    source: ByteSource, index: FilmIndex, segment: Segment, segments: int
) -> tuple[ByteSource, int]:
    """Return what a segment's run is lent, and how many bytes of it at most."""
    start, stop = span(index, segment, segments)
    if index.container == "matroska":
        spliced = Spliced(source, index.head, start, stop)
        return spliced, spliced.size + MIB
    # Reading begins a key picture early at times, and sound may lie elsewhere.
    before = index.positions[max(0, segment.key - 1)]
    return source, index.overhead * 2 + 2 * max(0, stop - min(before, start)) + 16 * MIB
