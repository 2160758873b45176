"""The index of a Matroska or WebM file: Info, Tracks and Cues (RFC 9559, RFC 8794)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ...models.limits import KIB, MIB
from .index import MAX_KEYS, MAX_PART, FilmIndex, Part, checked, damaged, no_index

EBML, SEGMENT, SEEK_HEAD, SEEK = 0x1A45DFA3, 0x18538067, 0x114D9B74, 0x4DBB
SEEK_ID, SEEK_POSITION = 0x53AB, 0x53AC
INFO, TIMESTAMP_SCALE, DURATION = 0x1549A966, 0x2AD7B1, 0x4489
TRACKS, TRACK, NUMBER, KIND = 0x1654AE6B, 0xAE, 0xD7, 0x83
CUES, CUE_POINT, CUE_TIME, CUE_TRACK_POSITIONS = 0x1C53BB6B, 0xBB, 0xB3, 0xB7
CUE_TRACK, CUE_CLUSTER = 0xF7, 0xF1
CLUSTER, TIMESTAMP, SIMPLE_BLOCK, BLOCK_GROUP, BLOCK = 0x1F43B675, 0xE7, 0xA3, 0xA0, 0xA1
_UNKNOWN_SEGMENT = b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"
_VIDEO = 1
_MAX_ELEMENTS = 4096
_HEAD_PART = 8 * MIB
_FIRST_BLOCKS = 256 * KIB


@dataclass(slots=True)
class _Found:
    """Where the top elements are: offset of the content and its length."""

    base: int
    end: int
    parts: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    cluster: int = 0


async def read(part: Part, head: bytes) -> FilmIndex:
    """Return the index. Raises `GiveUp`."""
    found, ebml = await _layout(part, head)
    info = dict(_children(await _content(part, found, INFO, _HEAD_PART)))
    tracks = await _content(part, found, TRACKS, _HEAD_PART)
    numbers = list(_track_numbers(tracks))
    video = next((number for number, kind in numbers if kind == _VIDEO), None)
    if video is None:
        raise no_index("The film has no picture.")
    if CUES not in found.parts:
        raise no_index("The film has no index: it can only be played from its beginning.")
    scale = _number(info.get(TIMESTAMP_SCALE, b"\x0f\x42\x40"))
    if not scale or 1_000_000_000 % scale:
        raise no_index("The film counts its time in a rare way.")
    tick = scale / 1e9
    cues = await _content(part, found, CUES, MAX_PART)
    points = sorted(set(_cue_points(cues, video)))
    keys, positions = list[float](), list[int]()
    for time, position in points:
        if position + found.base >= found.end:
            continue  # a file that was cut off: what is here still plays
        if keys and time * tick <= keys[-1]:
            continue
        keys.append(time * tick)
        positions.append(position + found.base)
    parts = [
        ebml,
        _UNKNOWN_SEGMENT,
        await _whole(part, found, INFO),
        await _whole(part, found, TRACKS),
    ]
    return checked(
        FilmIndex(
            container="matroska",
            duration=_float(info.get(DURATION, b"")) * tick or (keys[-1] + 1 if keys else 0),
            keys=tuple(keys),
            positions=tuple(positions),
            end=found.end,
            head=b"".join(parts),
            first_times=await _first_times(part, found, [number for number, _ in numbers], tick),
            exact=False,
            ticks=1_000_000_000 // scale,
        )
    )


async def _layout(part: Part, head: bytes) -> tuple[_Found, bytes]:
    """Walk the top elements up to the first cluster, then follow the seek head."""
    ident, size, start = _header(head, 0)
    if ident != EBML or size is None or size > 4096:
        raise damaged("Its beginning makes no sense.")
    ebml = head[: start + size]
    ident, size, base = _header(head, start + size)
    if ident != SEGMENT:
        raise damaged("Its beginning makes no sense.")
    end = part.size if size is None else min(part.size, base + size)
    found, offset = _Found(base, end), base
    for _ in range(_MAX_ELEMENTS):
        if offset + 2 > end:
            break
        ident, size, content = _header(await part.most(offset, 16), 0)
        if ident == CLUSTER:
            found.cluster = offset
            break
        if size is None:
            raise damaged("A part of it has no length.")
        found.parts.setdefault(ident, (offset, offset + content, size))
        offset += content + size
    if SEEK_HEAD in found.parts:
        await _follow(part, found)
    return found, ebml


async def _follow(part: Part, found: _Found) -> None:
    for wanted, position in _seeks(await _content(part, found, SEEK_HEAD, 64 * KIB)):
        offset = found.base + position
        if wanted in found.parts or offset + 2 > found.end:
            continue
        if wanted == CLUSTER:
            found.cluster = found.cluster or offset
        elif wanted in (INFO, TRACKS, CUES):
            ident, size, content = _header(await part.most(offset, 16), 0)
            if ident == wanted and size is not None:
                found.parts[wanted] = (offset, offset + content, size)


def _seeks(data: bytes) -> Iterator[tuple[int, int]]:
    for ident, body in _children(data):
        if ident == SEEK:
            inner = dict(_children(body))
            yield _number(inner.get(SEEK_ID, b"")), _number(inner.get(SEEK_POSITION, b""))


async def _content(part: Part, found: _Found, ident: int, most: int) -> bytes:
    if ident not in found.parts:
        raise damaged("A part of its description is missing.")
    _, start, size = found.parts[ident]
    if size > most:
        raise damaged("Its description is far too large.")
    return await part.read(start, size)


async def _whole(part: Part, found: _Found, ident: int) -> bytes:
    offset, start, size = found.parts[ident]
    return await part.read(offset, start - offset + size)


def _track_numbers(data: bytes) -> Iterator[tuple[int, int]]:
    for ident, body in _children(data):
        if ident == TRACK:
            inner = dict(_children(body))
            yield _number(inner.get(NUMBER, b"")), _number(inner.get(KIND, b""))


def _cue_points(data: bytes, track: int) -> Iterator[tuple[int, int]]:
    """Yield time in ticks and position of the cluster for each cue of a track."""
    count = 0
    for ident, body in _children(data):
        if ident != CUE_POINT:
            continue
        count += 1
        if count > MAX_KEYS:
            raise damaged("Its index is far too large.")
        time, places = 0, []
        for inner, value in _children(body):
            if inner == CUE_TIME:
                time = _number(value)
            elif inner == CUE_TRACK_POSITIONS:
                places.append(dict(_children(value)))
        for place in places:
            if _number(place.get(CUE_TRACK, b"")) == track and CUE_CLUSTER in place:
                yield time, _number(place[CUE_CLUSTER])


async def _first_times(
    part: Part, found: _Found, numbers: list[int], tick: float
) -> dict[int, float]:
    """Return the time of the first packet of each track in the first cluster's beginning."""
    if not found.cluster:
        return {}
    data = await part.most(found.cluster, _FIRST_BLOCKS)
    _, _, start = _header(data, 0)
    base, times = 0, dict[int, float]()
    for ident, body in _children(data[start:], cut=True):
        if ident == TIMESTAMP:
            base = _number(body)
        if ident == BLOCK_GROUP:
            body = dict(_children(body, cut=True)).get(BLOCK, b"")  # noqa: PLW2901
        if ident in (SIMPLE_BLOCK, BLOCK_GROUP) and len(body) > 11:
            number, used = _vint(body, 0, keep_marker=False)
            if number in numbers:
                relative = struct.unpack_from(">h", body, used)[0]
                times.setdefault(numbers.index(number), (base + relative) * tick)
    return times


# EBML ------------------------------------------------------------------------------------------
def _vint(data: bytes, offset: int, *, keep_marker: bool) -> tuple[int, int]:
    """Return a number of variable length and the offset behind it."""
    if offset >= len(data) or not data[offset]:
        raise damaged("A length in it makes no sense.")
    width = 9 - data[offset].bit_length()
    raw = data[offset : offset + width]
    if len(raw) < width:
        raise damaged("It ends in the middle of a part.")
    value = int.from_bytes(raw)
    return (value if keep_marker else value & ((1 << 7 * width) - 1)), offset + width


def _header(data: bytes, offset: int) -> tuple[int, int | None, int]:
    """Return id, size (None when unknown) and the offset of the content."""
    ident, offset = _vint(data, offset, keep_marker=True)
    start = offset
    size, offset = _vint(data, offset, keep_marker=False)
    return ident, None if size == (1 << 7 * (offset - start)) - 1 else size, offset


def _children(data: bytes, *, cut: bool = False) -> Iterator[tuple[int, bytes]]:
    """Yield the elements in a content. With `cut` it may end within one."""
    offset = 0
    while offset < len(data):
        if cut and offset + 12 > len(data):
            return
        ident, size, offset = _header(data, offset)
        if size is None or offset + size > len(data):
            if cut:
                yield ident, data[offset:]
                return
            raise damaged("A part of it is longer than what holds it.")
        yield ident, data[offset : offset + size]
        offset += size


def _number(data: bytes) -> int:
    return int.from_bytes(data[:8])


def _float(data: bytes) -> float:
    if len(data) not in (4, 8):
        return 0.0
    value: float = struct.unpack(">f" if len(data) == 4 else ">d", data)[0]
    return value if 0 < value < 1e15 else 0.0
