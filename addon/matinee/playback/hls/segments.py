"""Makes segments when somebody asks: one short ffmpeg run each, kept in a bounded cache."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import heapq
import itertools
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import GiveUp, NotFound
from ...models.limits import GIB, KIB, MIB
from ...models.media import Probe, Stream
from ...ports import ByteSource
from ...programs.run import Limits, ProgramFailed, run
from ..cache import DiskCache
from ..loopback import lend
from . import commands, lent, playlist
from .index import FilmIndex, read_index
from .way import Flavour, Way

_log = logging.getLogger(__name__)
CACHE_SIZE = 256 * MIB
RUNS = 2
"""How many runs there are at once at most."""
AHEAD = 2
"""How many segments are made ahead of the one that was asked for."""
PATIENCE = 300.0
"""Seconds that a run may take, with waiting for bytes of a film on its way."""
_WANTED, _AHEAD = 0, 1
_LARGEST = 128 * MIB
_INDEXES = 32
_WHOLE_PART, _ARRIVING_PART = 256 * KIB, 64 * KIB


@dataclass(frozen=True, slots=True)
class Film:
    """A film as its segments are made: bytes, facts, index."""

    source: ByteSource
    probe: Probe
    index: FilmIndex
    segments: tuple[playlist.Segment, ...]

    def stream(self, number: int | None) -> Stream | None:
        """Return a stream by its index. Raises `NotFound` when the film has no such stream."""
        if number is None:
            return None
        for stream in self.probe.streams:
            if stream.index == number:
                return stream
        raise NotFound("The film has no such track.", code="track_not_found")


@dataclass(slots=True)
class _Making:
    task: asyncio.Task[bytes]
    turn: _Turn
    owners: set[str] = field(default_factory=set)
    waiting: int = 0


class Segments:
    """The workshop. `close` ends every run."""

    def __init__(self, folder: Path, *, cache_size: int = CACHE_SIZE) -> None:
        self._cache = DiskCache(folder, cache_size, ".part")
        self._turns = Turns(RUNS)
        self._making: dict[str, _Making] = {}
        self._indexes: OrderedDict[str, asyncio.Task[FilmIndex]] = OrderedDict()

    async def film(self, source: ByteSource, probe: Probe) -> Film:
        """Return a film with its index, which is read once. Raises `GiveUp` in words."""
        task = self._indexes.get(source.etag)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            task = asyncio.create_task(read_index(source), name="index of a film")
            self._indexes[source.etag] = task
        self._indexes.move_to_end(source.etag)
        while len(self._indexes) > _INDEXES:
            self._indexes.popitem(last=False)[1].cancel()
        index = await asyncio.shield(task)
        end = max(index.duration, index.keys[-1] + 0.001)
        return Film(source, probe, index, playlist.cut(index.keys, end))

    async def init(self, film: Film, way: Way, owner: str = "") -> bytes:
        """Return the head that all fragments of a way share."""
        kept = await asyncio.to_thread(self._cache.get, _key(film, way, "init"))
        if kept is not None:
            return kept
        head, _ = split(await self._made(film, way, 0, owner, _WANTED))
        await self._keep(_key(film, way, "init"), head)
        return head

    async def segment(self, film: Film, way: Way, number: int, owner: str = "") -> bytes:
        """Return a segment; the next ones are begun. Raises `NotFound`, or why it cannot be."""
        if not 0 <= number < len(film.segments):
            raise NotFound("The film has no such segment.", code="segment_not_found")
        made = await self._made(film, way, number, owner, _WANTED)
        for following in range(number + 1, min(number + 1 + AHEAD, len(film.segments))):
            self._begin(film, way, following, owner, _AHEAD)
        return made if way.flavour is Flavour.TS else split(made)[1]

    def end(self, owner: str) -> None:
        """End the runs that nobody but this session wants."""
        for making in list(self._making.values()):
            if owner in making.owners:
                making.owners.discard(owner)
                if not making.owners:
                    making.task.cancel()

    async def close(self) -> None:
        tasks = [making.task for making in self._making.values()]
        tasks_of_indexes = list(self._indexes.values())
        for task in (*tasks, *tasks_of_indexes):
            task.cancel()
        await asyncio.gather(*tasks, *tasks_of_indexes, return_exceptions=True)

    # making ----------------------------------------------------------------------------------
    async def _made(self, film: Film, way: Way, number: int, owner: str, rank: int) -> bytes:
        kept = await asyncio.to_thread(self._cache.get, _key(film, way, str(number)))
        if kept is not None:
            return kept
        making = self._begin(film, way, number, owner, rank)
        making.waiting += 1
        try:
            return await asyncio.shield(making.task)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if making.task.cancelled() and not (task and task.cancelling()):
                raise NotFound("The play session has ended.", code="session_ended") from None
            raise
        finally:
            making.waiting -= 1
            if not making.waiting:  # whoever waited has gone: others may come first
                making.turn.rank = _AHEAD

    def _begin(self, film: Film, way: Way, number: int, owner: str, rank: int) -> _Making:
        """Begin a segment, or join whoever makes it; it is hurried when it is wanted now."""
        key = _key(film, way, str(number))
        making = self._making.get(key)
        if making is None or making.task.cancelling():
            turn = self._turns.ask(rank)
            work = self._make(film, way, number, turn)
            making = _Making(asyncio.create_task(work, name="segment"), turn)
            self._making[key] = making
            making.task.add_done_callback(functools.partial(self._done, key, making))
        making.owners.add(owner)
        self._turns.hurry(making.turn, rank)
        if rank == _WANTED and not making.turn.given.is_set():
            self._make_room()
        return making

    def _make_room(self) -> None:
        """End a run that nobody waits for: it may itself wait for bytes for minutes."""
        for other in self._making.values():
            if other.turn.rank == _AHEAD and other.turn.given.is_set():
                other.task.cancel()
                return

    def _done(self, key: str, making: _Making, task: asyncio.Task[bytes]) -> None:
        self._turns.end(making.turn)
        if self._making.get(key) is making:
            del self._making[key]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.info("A segment cannot be made: %s", error)

    async def _make(self, film: Film, way: Way, number: int, turn: _Turn) -> bytes:
        key = _key(film, way, str(number))
        async with self._turns.taken(turn):
            kept = await asyncio.to_thread(self._cache.get, key)
            if kept is not None:
                return kept
            made = await self._run(film, way, number, turn.rank)
            await self._keep(key, made)
            return made

    async def _run(self, film: Film, way: Way, number: int, rank: int) -> bytes:
        video, audio = film.stream(way.video), film.stream(way.audio)
        segment, count = film.segments[number], len(film.segments)
        job = commands.Job(
            film.index, segment, way, video, audio, number == count - 1,
            tone_map=bool(video and video.hdr),
        )  # fmt: skip
        limits = Limits(
            seconds=PATIENCE, cpu_seconds=240, memory=2 * GIB, output=_LARGEST,
            niceness=0 if rank == _WANTED else 10,
        )  # fmt: skip
        source, budget = lent.lent(film.source, film.index, segment, count)
        try:
            part = _WHOLE_PART if film.source.finished_path is not None else _ARRIVING_PART
            async with lend(source, budget=budget, part=part) as address:
                made = (await run(commands.fragment(job, address), limits)).output
            split(made)
            if way.flavour is Flavour.TS:
                made = (await run(commands.transport_stream(), limits, stdin=made)).output
        except ProgramFailed as error:
            raise GiveUp(
                "This part of the film cannot be converted: it is damaged or of a rare kind.",
                code="cannot_convert",
                hint="Go on a little further, or fetch the film again.",
            ) from error
        return made

    async def _keep(self, key: str, data: bytes) -> None:
        await asyncio.to_thread(self._cache.put, key, data)


def _key(film: Film, way: Way, what: str) -> str:
    return f"{film.source.etag} {way} {what}"


def split(made: bytes) -> tuple[bytes, bytes]:
    """Return head (ftyp, moov) and fragment. Raises `GiveUp` when there is none."""
    offset = 0
    while offset + 8 <= len(made):
        size, kind = int.from_bytes(made[offset : offset + 4]), made[offset + 4 : offset + 8]
        if kind == b"moof":
            return made[:offset], made[offset:]
        if size < 8:
            break
        offset += size
    raise GiveUp(
        "There is neither picture nor sound in this part of the film.",
        code="segment_empty",
        hint="The file may be damaged here.",
    )


# whose turn it is ----------------------------------------------------------------------------
@dataclass(slots=True, eq=False)
class _Turn:
    rank: int
    number: int
    given: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False


class Turns:
    """Lets a few work at once: those that somebody waits for first, then in order."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: list[tuple[int, int, _Turn]] = []
        self._numbers = itertools.count()

    def ask(self, rank: int) -> _Turn:
        turn = _Turn(rank, next(self._numbers))
        heapq.heappush(self._waiting, (rank, turn.number, turn))
        self._give()
        return turn

    def hurry(self, turn: _Turn, rank: int) -> None:
        """Take a turn that waits earlier than planned."""
        if rank < turn.rank:
            turn.rank = rank
            if not turn.given.is_set():
                heapq.heappush(self._waiting, (rank, next(self._numbers), turn))

    def _give(self) -> None:
        while self._free and self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.given.is_set() and not turn.over:
                self._free -= 1
                turn.given.set()

    @contextlib.asynccontextmanager
    async def taken(self, turn: _Turn) -> AsyncIterator[None]:
        try:
            await turn.given.wait()
            yield
        finally:
            self.end(turn)

    def end(self, turn: _Turn) -> None:
        """Give a place back, or a turn up that never came. Any number of times."""
        if turn.over:
            return
        turn.over = True
        if turn.given.is_set():
            self._free += 1
            self._give()
