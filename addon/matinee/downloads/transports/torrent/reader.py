"""A file of a torrent as a `ByteSource`: verified bytes only, whatever is here already."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from ....errors import NotFound, RetryLater
from ....models.downloads import FilePriority
from ....models.limits import MIB
from .job import Job
from .layout import Layout, Span
from .window import FIRST_WINDOW, Window, cruise_window, tiers

PATIENCE = 60.0
"""Seconds that a read waits for bytes."""
TAIL = MIB
_DOUBT_SECONDS = 0.12
_GROW_SECONDS = 0.25
CAREFUL = 4 * MIB
"""Bytes after which a reader is believed to go on."""


class TorrentSource:
    """One file of a torrent. `wake` is called when somebody waits for bytes that are not here."""

    def __init__(self, job: Job, index: int, wake: Callable[[Job], None]) -> None:
        assert job.layout is not None
        self.job, self.index, self._wake = job, index, wake
        self.layout: Layout = job.layout
        self.span: Span = job.layout.spans[index]

    @property
    def name(self) -> str:
        return self.layout.files[self.index].path.rpartition("/")[2]

    @property
    def size(self) -> int:
        return self.span.size

    @property
    def etag(self) -> str:
        hashes = self.job.hashes
        mark = f"{hashes.v2 or hashes.v1}:{self.index}:{self.size}"
        return hashlib.sha256(mark.encode()).hexdigest()[:32]

    @property
    def path(self) -> Path:
        return self.job.save_path / self.layout.files[self.index].path

    @property
    def finished_path(self) -> Path | None:
        pieces = self.layout.file_pieces(self.index)
        have, fresh = self.job.have, self.job.fresh
        if self.job.removed or not self.in_file():
            return None
        if not all(have[pieces.start : pieces.stop]) or any(p in fresh for p in pieces):
            return None
        return self.path

    def in_file(self) -> bool:
        """Say whether its bytes lie in a file; those of a skipped one lie in the part file."""
        return self.layout.files[self.index].priority is not FilePriority.SKIP

    def available(self, offset: int, length: int) -> bool:
        length = min(length, self.size - offset)
        pieces = self.layout.pieces_of(self.span.start + offset, length)
        return all(self.job.have[pieces.start : pieces.stop])

    def reader(self, *, bit_rate: int = 0, background: bool = False) -> TorrentReader:
        return TorrentReader(self, bit_rate=bit_rate, background=background)

    def wake(self) -> None:
        self._wake(self.job)


class TorrentReader:
    """One position in a file.

    SEEK: only the piece that is asked for and the next. RAMP: the window grows with what has
    been read. CRUISE: once it is a window ahead, the rest of the torrent may come too.
    """

    def __init__(self, source: TorrentSource, *, bit_rate: int, background: bool) -> None:
        self.source, self.background, self.provisional = source, background, False
        self._job = source.job
        assert self._job.window is not None
        self._window: Window = self._job.window
        self._layout = source.layout
        self._span = source.span
        self._cruise = cruise_window(bit_rate)
        self._at = self._span.start
        self._asked = 0
        self._run = 0
        self._size = FIRST_WINDOW
        self._grown = 0.0
        self._missed = 0.0
        self._patient = False
        self._from_start = False
        self._waiting = False
        self._ahead = False
        self._closed = False
        self._opened = False
        self._descriptor: int | None = None
        self._job.readers += 1

    async def read(self, offset: int, length: int) -> bytes | memoryview:
        if not 0 <= offset < self._span.size or length <= 0:
            raise ValueError(f"{offset} is outside of {self._span.size} bytes")
        if self._closed or self._job.removed:
            raise NotFound("The download was removed.")
        at = self._span.start + offset
        length = min(length, self._span.size - offset)
        self._go(at, length)
        piece = at // self._layout.piece_length
        if not self._job.have[piece]:
            await self._wait(piece)
        data = await self._fetch(at, length)
        self._run += len(data)
        self._go_on(at + len(data))
        return data

    def _go(self, at: int, length: int) -> None:
        """Ask for what is needed from here on."""
        first = not self._opened
        if first:
            self._opened = True
            self._window.add(self)
        jumped = first or at != self._at
        self._at, self._asked = at, length
        piece = at // self._layout.piece_length
        if jumped:
            self._run, self._ahead, self._size = 0, False, FIRST_WINDOW
            self._patient = False
            self._from_start = at == self._span.start
            self._grown = time.monotonic()
        if jumped:
            if not self._job.have[piece] and not self.background:
                self._window.seek(self._job.handle, piece)
            self._window.update(self._job.handle)

    def _go_on(self, at: int) -> None:
        before, self._at = self._at // self._layout.piece_length, at
        if self._at // self._layout.piece_length != before and not self._closed:
            self._window.update(self._job.handle)

    async def _wait(self, piece: int) -> None:
        self._waiting, self._ahead = True, False
        if self._run and not self._patient:
            self._missed = time.monotonic()
            asyncio.get_running_loop().call_later(_DOUBT_SECONDS, self._go_full)
        self._window.update(self._job.handle)
        if not self.background:
            self.source.wake()
        try:
            await self._job.wait_for(piece, PATIENCE)
            self._patient = True
        finally:
            self._waiting = False

    def _go_full(self) -> None:
        if not self._closed and not self._job.removed:
            self._window.update(self._job.handle)

    def wants(self) -> Iterable[tuple[int, int]]:
        """Return the missing pieces of the window with their priorities."""
        have = self._job.have
        if self.background:
            if self._waiting:
                for piece in self._layout.pieces_of(self._at, self._asked):
                    if not have[piece]:
                        yield piece, 6
            return
        pieces = self._ahead_pieces()
        if 0 not in have[pieces.start : pieces.stop]:
            self._grow()
            pieces = self._ahead_pieces()
        yield from tiers(piece for piece in pieces if not have[piece])

    def expects(self) -> Iterable[int]:
        """Return the end of the file, where many containers have their index, else what follows."""
        if self._from_start and self._run <= FIRST_WINDOW:
            length = min(TAIL, self._span.size)
            yield from reversed(self._layout.pieces_of(self._span.end - length, length))
        yield from self._ahead_pieces()

    def _ahead_pieces(self) -> range:
        length = min(max(self._size, self._run), self._cruise, max(self._span.end - self._at, 1))
        pieces = self._layout.pieces_of(self._at, length)
        # Two at least: with one, the line would stand still for a round trip after each.
        last = self._layout.file_pieces(self.source.index).stop
        return range(pieces.start, min(max(pieces.stop, pieces.start + 2), last))

    def _grow(self) -> None:
        """The whole window is here: double it, but give the reader time to turn away."""
        now = time.monotonic()
        if now - self._grown >= _GROW_SECONDS:
            self._grown = now
            self._size = min(2 * self._size, self._cruise)

    def careful(self, *, near: bool) -> bool:
        """With much delay only while it does not wait, or has only begun to: it may turn away."""
        if max(self._size, self._run) >= CAREFUL:
            return False
        doubted = time.monotonic() - self._missed < _DOUBT_SECONDS
        return near or not self._waiting or doubted

    def satisfied(self) -> bool:
        """Say whether it is a window ahead, so that the rest may come too."""
        if self._waiting:
            return False
        goal = self._cruise // 2 if self._ahead else self._cruise
        stop = min(self._at + goal, self._span.end)
        pieces = self._layout.pieces_of(self._at, stop - self._at)
        self._ahead = 0 not in self._job.have[pieces.start : pieces.stop]
        return self._ahead

    async def _fetch(self, at: int, length: int) -> bytes | memoryview:
        piece, inside = divmod(at, self._layout.piece_length)
        if piece in self._job.fresh or not self.source.in_file():
            data = await self._job.piece_bytes(piece)
            return data[inside : inside + length]
        length = min(length, self._written(piece) - at)
        if self._descriptor is None:
            self._descriptor = await asyncio.to_thread(self._open)
        written: bytes = await asyncio.to_thread(
            os.pread, self._descriptor, length, at - self._span.start
        )
        if not written:
            raise RetryLater(
                "The file is shorter than it should be.",
                code="file_changed",
                hint="Have the download checked.",
            )
        return written

    def _open(self) -> int:
        try:
            return os.open(self.source.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise NotFound("The file is not there any more.", code="file_gone") from error

    def _written(self, piece: int) -> int:
        """Return the torrent's byte up to which all lies in the file, from `piece` on."""
        have, fresh = self._job.have, self._job.fresh
        stop = have.find(0, piece)
        stop = len(have) if stop < 0 else stop
        if fresh:
            stop = min(stop, piece + 64)
            stop = next((p for p in range(piece, stop) if p in fresh), stop)
        return stop * self._layout.piece_length

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._job.readers -= 1
        self._window.remove(self)
        if not self._job.readers:
            self._job.drop_buffers()
        if not self._job.removed:
            self._window.update(self._job.handle)
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            await asyncio.to_thread(os.close, descriptor)


class Opening:
    """The first moments of a torrent: the start of its largest file, before anybody asks.

    A player mostly asks within a second; until then nothing else is worth having. It ends when
    that start is here, or after `deadline` (monotonic seconds).
    """

    background = False
    provisional = True

    def __init__(self, job: Job, deadline: float) -> None:
        assert job.layout is not None
        self._job, self.deadline = job, deadline
        layout = job.layout
        chosen = [
            index
            for index, file in enumerate(layout.files)
            if not file.is_padding and file.priority is not FilePriority.SKIP
        ]
        index = max(chosen, key=lambda i: layout.spans[i].size, default=0)
        self._pieces = layout.file_pieces(index)[:4]

    def wants(self) -> Iterable[tuple[int, int]]:
        return tiers(piece for piece in self._pieces if not self._job.have[piece])

    def satisfied(self) -> bool:
        return self.over(0.0)

    def careful(self, *, near: bool) -> bool:
        return near

    def expects(self) -> Iterable[int]:
        return ()

    def over(self, now: float) -> bool:
        return now > self.deadline or all(self._job.have[piece] for piece in self._pieces[:2])
