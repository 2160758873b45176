"""The hash of a film for subtitle services: the published example, and films on their way."""

from __future__ import annotations

from tests.engine.playback.sources import Arriving, content

from matinee.errors import RetryLater
from matinee.playback.hashes import BLOCK, FilmHashes, film_hash

SIZE = 5 * BLOCK


class Away(Arriving):
    """Says that its bytes are here, whatever happens when they are read."""

    def available(self, offset: int, length: int) -> bool:
        return True


def test_by_the_published_rule() -> None:
    """Numbers small enough to add by hand: the size, 1 at the head, 2 at the tail."""
    head, tail = b"\1" + bytes(BLOCK - 1), bytes(BLOCK - 8) + b"\2" + bytes(7)
    assert film_hash(1000, head, tail) == f"{1003:016x}"


def test_it_wraps_around_at_64_bits() -> None:
    full = b"\xff" * BLOCK  # 8192 times 2^64 - 1, which is 8192 times -1
    assert film_hash(0, full, bytes(BLOCK)) == f"{2**64 - 8192:016x}"


async def test_it_comes_with_head_and_tail_and_never_waits() -> None:
    data, hashes = content(SIZE), FilmHashes()
    source = Arriving(data)
    assert await hashes.of(source) == ""
    source.release(0, BLOCK)
    assert await hashes.of(source) == ""
    source.release(SIZE - BLOCK, SIZE)
    assert source.opened == 0
    assert await hashes.of(source) == film_hash(SIZE, data[:BLOCK], data[-BLOCK:])
    assert source.background == [True]
    await hashes.of(source)
    assert (source.opened, source.open_readers) == (1, 0)


async def test_what_cannot_be_read_now_is_tried_again() -> None:
    hashes, source = FilmHashes(), Away(content(SIZE))
    source.fail(RetryLater("Not now."))
    assert await hashes.of(source) == ""
    source.fail(None)
    source.release(0, SIZE)
    assert await hashes.of(source)
    assert source.open_readers == 0


async def test_tiny_files_have_none() -> None:
    source = Arriving(content(2 * BLOCK - 1))
    source.release(0, source.size)
    assert await FilmHashes().of(source) == ""
