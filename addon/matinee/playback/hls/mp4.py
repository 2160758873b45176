"""The index of an MP4 or MOV file: the sample tables in moov (ISO/IEC 14496-12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise

from .index import MAX_KEYS, FilmIndex, Part, checked, damaged, no_index

_MAX_BOXES = 4096
_MAX_SAMPLES = 20_000_000


async def read(part: Part) -> FilmIndex:
    """Return the index. Raises `GiveUp`."""
    moov = await _moov(part)
    inside = list(boxes(moov))
    if any(kind == b"mvex" for kind, _ in inside):
        raise no_index("The film is in fragments, without an index of the whole.")
    scale, duration = _time(_first(inside, b"mvhd"))
    for kind, body in inside:
        if kind == b"trak" and (found := _Track(dict(boxes(body)), scale)).is_video:
            keys, positions = found.keys()
            return checked(
                FilmIndex(
                    container="mov",
                    duration=max(duration / scale if scale else 0.0, found.duration),
                    keys=tuple(keys),
                    positions=tuple(positions),
                    end=part.size,
                    overhead=len(moov),
                    ticks=found.scale,
                )
            )
    raise no_index("The film has no picture.")


async def _moov(part: Part) -> bytes:
    offset = 0
    for _ in range(_MAX_BOXES):
        if offset + 8 > part.size:
            break
        head = await part.most(offset, 16)
        size, kind, start = struct.unpack(">I", head[:4])[0], head[4:8], 8
        if size == 1 and len(head) == 16:
            size, start = struct.unpack(">Q", head[8:16])[0], 16
        elif size == 0:
            size = part.size - offset
        if size < start:
            raise damaged("A length in it makes no sense.")
        if kind == b"moov":
            return await part.read(offset + start, size - start)
        offset += size
    raise no_index("The film's index is not here: the file is incomplete.")


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of the boxes in `data`."""
    offset = 0
    while offset + 8 <= len(data):
        size, kind, start = (
            struct.unpack_from(">I", data, offset)[0],
            data[offset + 4 : offset + 8],
            8,
        )
        if size == 1 and offset + 16 <= len(data):
            size, start = struct.unpack_from(">Q", data, offset + 8)[0], 16
        elif size == 0:
            size = len(data) - offset
        if size < start or offset + size > len(data):
            raise damaged("A part of it is longer than what holds it.")
        yield kind, data[offset + start : offset + size]
        offset += size


def _first(inside: list[tuple[bytes, bytes]], kind: bytes) -> bytes:
    return next((body for found, body in inside if found == kind), b"")


def _time(body: bytes) -> tuple[int, int]:
    """Return timescale and duration of an mvhd or mdhd."""
    try:
        if body[:1] == b"\x01":
            scale, duration = struct.unpack_from(">IQ", body, 20)
        else:
            scale, duration = struct.unpack_from(">II", body, 12)
    except struct.error as error:
        raise damaged("Its times are missing.") from error
    return scale, duration


class _Track:
    def __init__(self, trak: dict[bytes, bytes], movie_scale: int) -> None:
        media = dict(boxes(trak.get(b"mdia", b"")))
        self.is_video = media.get(b"hdlr", b"")[8:12] == b"vide"
        self._edits, self._movie_scale = dict(boxes(trak.get(b"edts", b""))), movie_scale
        self.scale, self.duration = 1, 0.0
        self._table: dict[bytes, bytes] = {}
        if self.is_video:
            self.scale, ticks = _time(media.get(b"mdhd", b""))
            if not self.scale:
                raise damaged("Its times are missing.")
            self.duration = ticks / self.scale
            self._table = dict(boxes(dict(boxes(media.get(b"minf", b""))).get(b"stbl", b"")))

    def keys(self) -> tuple[list[float], list[int]]:
        """Return the times and byte positions of the pictures that can be begun with."""
        count = sum(length for length, _ in self._runs(b"stts", "II"))
        if not 0 < count < _MAX_SAMPLES:
            raise no_index("The film's index names no picture.")
        if b"stss" in self._table:
            samples = [number - 1 for (number,) in self._rows(b"stss", "I")]
        else:
            samples = list(range(min(count, MAX_KEYS)))
        if len(samples) > MAX_KEYS or any(a >= b for a, b in pairwise(samples)):
            raise damaged("Its index makes no sense.")
        samples = [sample for sample in samples if 0 <= sample < count]
        times, shift = self._times(samples), self._shift()
        places = self._places(samples)
        found = sorted(
            ((time + shift) / self.scale, place) for time, place in zip(times, places, strict=False)
        )
        kept = [(time, place) for time, place in found if time >= 0]
        return [time for time, _ in kept], [place for _, place in kept]

    def _times(self, samples: list[int]) -> list[int]:
        """Return decoding time plus offset of each sample, in ticks."""
        decoded = _spread(samples, self._runs(b"stts", "II"), summed=True)
        signed = list(self._runs(b"ctts", "Ii")) or [(_MAX_SAMPLES, 0)]
        shown = _spread(samples, signed, summed=False)
        return [a + b for a, b in zip(decoded, shown, strict=False)]

    def _shift(self) -> int:
        """Return what the edit list adds to every time: a pause first, then a start within."""
        body, wait = self._edits.get(b"elst", b""), 0
        if len(body) < 8:
            return 0
        wide = body[0] == 1
        form = ">Qqi" if wide else ">Iii"
        count = min(struct.unpack_from(">I", body, 4)[0], (len(body) - 8) // struct.calcsize(form))
        for number in range(count):
            length, start, _ = struct.unpack_from(form, body, 8 + number * struct.calcsize(form))
            if start >= 0:
                return wait - int(start)
            wait += length * self.scale // max(1, self._movie_scale)
        return 0

    def _places(self, samples: list[int]) -> list[int]:
        """Return the offset of the chunk that holds each sample."""
        chunks = [at for (at,) in self._rows(b"stco", "I")] or [
            at for (at,) in self._rows(b"co64", "Q")
        ]
        rows = list(self._rows(b"stsc", "III"))
        if not chunks or not rows or rows[0][0] != 1:
            raise damaged("Its index makes no sense.")
        runs: list[tuple[int, int]] = []
        for (first, each, _), following in zip(
            rows, [*rows[1:], (len(chunks) + 1, 0, 0)], strict=True
        ):
            if each == 0 or following[0] < first:
                raise damaged("Its index makes no sense.")
            runs.append((following[0] - first, each))
        places, run, begun, chunk = [], 0, 0, 0
        for sample in samples:
            while run < len(runs) and sample >= begun + runs[run][0] * runs[run][1]:
                begun += runs[run][0] * runs[run][1]
                chunk += runs[run][0]
                run += 1
            if run == len(runs):
                break
            number = chunk + (sample - begun) // runs[run][1]
            if number >= len(chunks):
                break
            places.append(chunks[number])
        return places

    def _runs(self, kind: bytes, form: str) -> Iterator[tuple[int, int]]:
        return ((row[0], row[1]) for row in self._rows(kind, form))

    def _rows(self, kind: bytes, form: str) -> Iterator[tuple[int, ...]]:
        body = self._table.get(kind, b"")
        if len(body) < 8:
            return iter(())
        row = struct.Struct(">" + form)
        count = min(struct.unpack_from(">I", body, 4)[0], (len(body) - 8) // row.size)
        return row.iter_unpack(body[8 : 8 + count * row.size])


def _spread(
    samples: list[int], runs: Iterator[tuple[int, int]] | list[tuple[int, int]], *, summed: bool
) -> list[int]:
    """Return the value at each sample of a table of runs, or with `summed` the sum before it."""
    found, begun, total = [], 0, 0
    rest = iter(runs)
    length, value = next(rest, (_MAX_SAMPLES, 0))
    for sample in samples:
        while sample >= begun + length:
            begun, total = begun + length, total + length * value
            following = next(rest, None)
            if following is None:
                length, value = _MAX_SAMPLES, 0
                break
            length, value = following
        found.append(total + (sample - begun) * value if summed else value)
    return found
