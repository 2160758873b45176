"""One torrent of ours: what is asked of it, what is here, who reads it."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ....errors import MatineeError, NotFound, RetryLater
from ....models.downloads import FilePriority, InfoHashes, Sharing
from ....models.limits import KIB, MIB
from ....ports import TransportJob
from .layout import Layout
from .window import Window

BUFFER_BYTES = 16 * MIB
GIVING_WAY = 64 * KIB
"""Bytes per second that a torrent takes while it is held back: its peers shall not tire of it."""


@dataclass(slots=True)
class Numbers:
    """What libtorrent said last about a torrent; see `Progress` for the units."""

    total_done: int = 0
    rate_down: int = 0
    rate_up: int = 0
    uploaded: int = 0
    peers: int = 0
    known_peers: int = 0
    seeds: int = 0
    seeding_seconds: int = 0
    checked: float = 0.0


@dataclass(slots=True, eq=False)
class Job:
    """`have` has one byte a piece: 1 once it passed its hash.

    `checked` says that libtorrent knows
    what is here, `ready` that we do.

    `fresh` are pieces that passed but may not be in the file yet; they are read through
    libtorrent. `suspect` means that writing failed, so that what passed may never have been
    written: everything is checked before it goes on.
    """

    id: str
    save_path: Path
    handle: Any
    order: TransportJob
    hashes: InfoHashes
    paused: bool
    sharing: Sharing = Sharing.NONE
    layout: Layout | None = None
    window: Window | None = None
    have: bytearray = field(default_factory=bytearray)
    fresh: set[int] = field(default_factory=set)
    touched: set[int] = field(default_factory=set)
    verified: int = 0
    done: int = 0
    wanted: int = 0
    weights: list[int] = field(default_factory=list)
    trackers: tuple[str, ...] = ()
    checked: bool = False
    ready: bool = False
    asking: bool = False
    must_tell: bool = False
    checking: bool = False
    finishing: bool = False
    finished: bool = False
    suspect: bool = False
    removed: bool = False
    error: MatineeError | None = None
    moving: Path | None = None
    numbers: Numbers = field(default_factory=Numbers)
    saves: deque[bool] = field(default_factory=deque)
    changed: bool = True
    saved_at: float = field(default_factory=time.monotonic)
    progressed_at: float = field(default_factory=time.monotonic)
    lonely_since: float = 0.0
    try_again_at: float = 0.0
    company: int = 0
    folder: tuple[int, int] | None = None
    asked_at: float = 0.0
    shared: tuple[int, int] = (0, 0)
    readers: int = 0
    held_back: bool = False
    running: bool = False
    _waiting: dict[int, set[asyncio.Future[None]]] = field(default_factory=dict)
    _buffers: OrderedDict[int, memoryview] = field(default_factory=OrderedDict)
    _reads: dict[int, asyncio.Future[memoryview]] = field(default_factory=dict)

    def learn(self, layout: Layout) -> None:
        """The list of files is known."""
        self.layout = layout
        self.have = bytearray(layout.pieces)
        self.window = Window(layout, self.have)
        self.choose_files(())

    def choose_files(self, priorities: Iterable[tuple[int, FilePriority]]) -> None:
        """Change what is wanted and count anew."""
        assert self.layout is not None
        assert self.window is not None
        self.layout.set_priorities(priorities)
        self.window.choose_files()
        self.weights = self.layout.weights()
        self.wanted = sum(self.weights)
        self._count()

    def _count(self) -> None:
        assert self.layout is not None
        self.done = sum(w for w, there in zip(self.weights, self.have, strict=True) if there)
        self.verified = sum(
            self.layout.piece_size(piece) for piece, there in enumerate(self.have) if there
        )

    def complete(self) -> bool:
        """Say whether every wanted byte has passed its hash."""
        return self.layout is not None and self.ready and self.done >= self.wanted

    def set_pieces(self, pieces: Sequence[bool], *, written: bool) -> None:
        """Take over which pieces are here; new ones are in their files only if `written`."""
        before = bytes(self.have)
        self.have[:] = bytes(pieces[: len(self.have)]).ljust(len(self.have), b"\0")
        if written:
            self.fresh.clear()
        else:
            self.fresh |= {p for p, there in enumerate(self.have) if there and not before[p]}
        self._buffers.clear()
        self._count()
        for piece in tuple(self._waiting):
            if self.have[piece]:
                self._wake(piece)
        if before != bytes(self.have):
            self.changed = True

    def piece_arrived(self, piece: int) -> None:
        """A piece has passed its hash."""
        if self.layout is None or self.have[piece]:
            return
        self.have[piece] = 1
        self.fresh.add(piece)
        self.touched.add(piece)
        self.done += self.weights[piece]
        self.verified += self.layout.piece_size(piece)
        self.changed = True
        self.progressed_at = time.monotonic()
        self._wake(piece)

    def pieces_written(self, pieces: Sequence[bool]) -> None:
        """Libtorrent says which pieces are in their files."""
        self.fresh = {p for p in self.fresh if p >= len(pieces) or not pieces[p]}

    def _wake(self, piece: int) -> None:
        for future in self._waiting.pop(piece, ()):
            if not future.done():
                future.set_result(None)

    def fail_readers(self, error: MatineeError) -> None:
        """End everybody who waits."""
        for futures in self._waiting.values():
            for future in futures:
                if not future.done():
                    future.set_exception(error)
        self._waiting.clear()
        for read in self._reads.values():
            if not read.done():
                read.set_exception(error)
                read.exception()  # nobody may be listening any more
        self._reads.clear()

    def limit_down(self) -> None:
        """Tell libtorrent the limit that holds: the user's, or less while it is held back."""
        limits = [self.order.rate_limit_down, GIVING_WAY if self.held_back else 0]
        self.handle.set_download_limit(min((limit for limit in limits if limit > 0), default=0))

    def is_waiting(self) -> bool:
        return bool(self._waiting)

    async def wait_for(self, piece: int, patience: float) -> None:
        """Wait until a piece is here. Raises `RetryLater` after `patience` seconds."""
        if self.removed:
            raise NotFound("The download was removed.")
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(piece, set())
        waiting.add(future)
        try:
            await asyncio.wait_for(future, patience)
        except TimeoutError as error:
            raise RetryLater(
                "These bytes have not arrived yet.",
                code="not_arrived",
                after=5,
                hint="Nobody who is connected has this part just now.",
            ) from error
        finally:
            waiting.discard(future)
            if not waiting and self._waiting.get(piece) is waiting:
                del self._waiting[piece]

    async def piece_bytes(self, piece: int) -> memoryview:
        """Return a verified piece that may not be in its file yet."""
        buffer = self._buffers.get(piece)
        if buffer is not None:
            self._buffers.move_to_end(piece)
            return buffer
        read = self._reads.get(piece)
        if read is None:
            read = self._reads[piece] = asyncio.get_running_loop().create_future()
            self.handle.read_piece(piece)
        return await asyncio.shield(read)

    def piece_read(self, piece: int, data: bytes | None, error: MatineeError | None) -> None:
        """Libtorrent has read a piece, or could not."""
        read = self._reads.pop(piece, None)
        if error is not None or data is None:
            if read and not read.done():
                read.set_exception(error or RetryLater("The piece cannot be read."))
                read.exception()
            return
        view = memoryview(data)
        self._buffers[piece] = view
        self._buffers.move_to_end(piece)
        while len(self._buffers) > 1 and sum(map(len, self._buffers.values())) > BUFFER_BYTES:
            self._buffers.popitem(last=False)
        if read and not read.done():
            read.set_result(view)

    def drop_buffers(self) -> None:
        """Nobody reads: give the memory back."""
        self._buffers.clear()

    def files_done(self) -> Sequence[int]:
        return self.layout.files_done(self.have) if self.layout else ()
