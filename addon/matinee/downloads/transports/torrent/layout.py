"""Which bytes of which file lie in which piece, and which pieces are wanted. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

import libtorrent as lt

from ....models.downloads import DownloadFile, FilePriority
from ....volumes.paths import unique_paths

# Room is left above for readers, whose pieces go first whatever a person chose.
BACKGROUND = {
    FilePriority.SKIP: 0,
    FilePriority.LOW: 1,
    FilePriority.NORMAL: 2,
    FilePriority.HIGH: 3,
}


@dataclass(frozen=True, slots=True)
class Span:
    """A file's place: its first byte counted from the torrent's, and its size."""

    start: int
    size: int

    @property
    def end(self) -> int:
        return self.start + self.size


class Layout:
    """Files over pieces. Immutable but for the priorities of its files."""

    def __init__(
        self, piece_length: int, total: int, files: Sequence[DownloadFile], spans: Sequence[Span]
    ) -> None:
        self.piece_length = piece_length
        self.total = total
        self.pieces = -(-total // piece_length)
        self.files = list(files)
        self.spans = list(spans)

    def piece_size(self, piece: int) -> int:
        return min(self.piece_length, self.total - piece * self.piece_length)

    def pieces_of(self, start: int, length: int) -> range:
        """Return the pieces that hold `length` bytes from the torrent's byte `start`."""
        if length <= 0:
            return range(0)
        return range(start // self.piece_length, (start + length - 1) // self.piece_length + 1)

    def file_pieces(self, index: int) -> range:
        return self.pieces_of(self.spans[index].start, self.spans[index].size)

    def set_priorities(self, priorities: Iterable[tuple[int, FilePriority]]) -> None:
        for index, priority in priorities:
            if not self.files[index].is_padding:
                self.files[index] = replace(self.files[index], priority=priority)

    def background(self) -> bytearray:
        """Return each piece's priority while nobody reads: the highest of its files."""
        wanted = bytearray(self.pieces)
        for file, span in zip(self.files, self.spans, strict=True):
            level = 0 if file.is_padding else BACKGROUND[file.priority]
            if not level or not span.size:
                continue
            pieces = self.pieces_of(span.start, span.size)
            for piece in (pieces[0], pieces[-1]):
                wanted[piece] = max(wanted[piece], level)
            if len(pieces) > 2:
                wanted[pieces[1] : pieces[-1]] = bytes([level]) * (len(pieces) - 2)
        return wanted

    def weights(self) -> list[int]:
        """Return how many bytes of chosen files lie in each piece."""
        weights = [0] * self.pieces
        for file, span in zip(self.files, self.spans, strict=True):
            if file.is_padding or file.priority is FilePriority.SKIP or not span.size:
                continue
            for piece in self.pieces_of(span.start, span.size):
                first = piece * self.piece_length
                weights[piece] += min(first + self.piece_length, span.end) - max(first, span.start)
        return weights

    def files_done(self, have: Sequence[int]) -> list[int]:
        """Return the verified bytes of every file."""
        length = self.piece_length
        verified = list(
            accumulate(
                (self.piece_size(piece) if there else 0 for piece, there in enumerate(have)),
                initial=0,
            )
        )

        def before(byte: int) -> int:
            piece, inside = divmod(byte, length)
            if piece >= self.pieces:
                return verified[-1]
            return verified[piece] + (inside if have[piece] else 0)

        return [before(span.end) - before(span.start) for span in self.spans]

    def file_at(self, byte: int) -> int:
        """Return the index of the file that holds the torrent's byte `byte`."""
        starts = [span.start for span in self.spans]
        return max(0, bisect_right(starts, byte) - 1)


def read_layout(info: Any, known: Sequence[DownloadFile] = ()) -> Layout:
    """Return the layout of a `torrent_info`, every file at a safe place of its own.

    `known` are the files as they were stored before: their paths and priorities hold.
    """
    storage = info.layout()
    count = storage.num_files()
    spans = [Span(storage.file_offset(i), storage.file_size(i)) for i in range(count)]
    unreal = lt.file_storage.flag_pad_file | lt.file_storage.flag_symlink
    padding = [bool(int(storage.file_flags(i)) & int(unreal)) for i in range(count)]
    if len(known) == count:
        files = [replace(file, size=span.size) for file, span in zip(known, spans, strict=True)]
    else:
        places = iter(unique_paths(storage.file_path(i) for i in range(count) if not padding[i]))
        chosen = {file.index: file.priority for file in known}
        files = [
            DownloadFile(
                index=i,
                path=storage.file_path(i) if padding[i] else str(next(places)),
                size=spans[i].size,
                priority=FilePriority.SKIP if padding[i] else chosen.get(i, FilePriority.NORMAL),
                is_padding=padding[i],
            )
            for i in range(count)
        ]
    return Layout(info.piece_length(), storage.total_size(), files, spans)


def renamed(
    info: Any, files: Sequence[DownloadFile], theirs: Container[int] = ()
) -> dict[int, str]:
    """Return the files that must not lie where libtorrent would put them, with their places.

    `theirs` are those that libtorrent gave another name itself.
    """
    storage = info.layout()
    return {
        file.index: file.path
        for file in files
        if not file.is_padding
        and (file.index in theirs or storage.file_path(file.index) != file.path)
    }


def clashing(info: Any, places: Mapping[int, str]) -> bool:
    """Say whether a new place is where libtorrent keeps another file, or a folder of one."""
    if not places:
        return False
    storage = info.layout()
    taken: set[str] = set()
    for index in range(storage.num_files()):
        path = storage.file_path(index)
        while path and path not in taken:
            taken.add(path)
            path = path.rpartition("/")[0]
    root = storage.file_path(0).partition("/")[0]
    return any(part != root and part in taken for place in places.values() for part in _way(place))


def _way(path: str) -> Iterable[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]
