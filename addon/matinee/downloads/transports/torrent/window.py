"""What libtorrent may ask peers for: everything, or only what readers need next.

Deadlines are not used to stream: while one is set, libtorrent keeps a single request under way
per peer and refills once a second. Priorities alone, with nothing else wanted while somebody
waits, keep the line full and in order. One deadline is set for a moment on a seek, because that
is the only way to make libtorrent take back what it has asked for.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Protocol

from ....models.limits import MIB
from .layout import Layout

LINGER = 1.5
"""Seconds after a reader has left in which its place stays the only one: it mostly comes back."""
FIRST_WINDOW = MIB
CRUISE_SMALLEST, CRUISE_LARGEST = 16 * MIB, 64 * MIB
CRUISE_SECONDS = 20
_NOW, _NEXT, _SOON, _LATER, _REST = 7, 6, 5, 4, 1
_ALWAYS_MISSING = 2


class Claim(Protocol):
    """Somebody who needs pieces: a reader, or the opening of a torrent."""

    background: bool

    def wants(self) -> Iterable[tuple[int, int]]:
        """Return pieces with priorities, 7 the most urgent."""
        ...

    def satisfied(self) -> bool:
        """Say whether others may have the line too."""
        ...


def cruise_window(bit_rate: int) -> int:
    """Return how many bytes a reader should be ahead, by its bit rate (0: unknown)."""
    return min(max(bit_rate // 8 * CRUISE_SECONDS, CRUISE_SMALLEST), CRUISE_LARGEST)


def tiers(missing: Iterable[int]) -> Iterable[tuple[int, int]]:
    """Give missing pieces in order of need their priorities."""
    for number, piece in enumerate(missing):
        yield (
            piece,
            _NOW if not number else _NEXT if number == 1 else (_SOON if number < 4 else _LATER),
        )


class Window:
    """The priorities of one torrent's pieces, kept in step with libtorrent's."""

    def __init__(self, layout: Layout, have: bytearray) -> None:
        self.layout, self.have = layout, have
        self.background = layout.background()
        self.claims: list[Claim] = []
        self._exclusive = False
        self._raised: dict[int, int] = {}
        self._stale = True
        self._linger_until = 0.0
        self._position = 0
        self._cancelling: int | None = None

    @property
    def exclusive(self) -> bool:
        return self._exclusive

    def forget(self) -> None:
        """Libtorrent has set priorities of its own: send all of them at the next update."""
        self._stale = True

    def choose_files(self) -> None:
        """The files' priorities in the layout have changed."""
        self.background = self.layout.background()
        self._stale = True

    def add(self, claim: Claim) -> None:
        self.claims.append(claim)

    def remove(self, claim: Claim) -> None:
        """Give up a claim. Its neighbourhood stays exclusive for a moment."""
        if claim in self.claims:
            self.claims.remove(claim)
            if not claim.background:
                self._linger_until = time.monotonic() + LINGER

    def due(self) -> bool:
        """Say whether time alone has changed what is wanted."""
        return self._exclusive and not self.claims and time.monotonic() > self._linger_until

    def update(self, handle: Any) -> None:
        """Tell libtorrent what is wanted now; only what changed."""
        raised: dict[int, int] = {}
        exclusive = time.monotonic() < self._linger_until
        for claim in self.claims:
            if not claim.background and not claim.satisfied():
                exclusive = True
            for piece, priority in claim.wants():
                if priority > raised.get(piece, 0):
                    raised[piece] = priority
                if priority == _NOW:
                    self._position = piece
        if exclusive:
            self._never_nothing(raised)
        if self._stale or exclusive != self._exclusive:
            self._send_all(handle, raised, exclusive=exclusive)
        elif raised != self._raised:
            self._send_changes(handle, raised)
        self._raised, self._exclusive, self._stale = raised, exclusive, False

    def _never_nothing(self, raised: dict[int, int]) -> None:
        """Keep pieces wanted beyond the window: with none left libtorrent calls itself finished.

        It would say so to the seeds, and they hang up.
        """
        missing = sum(not self.have[piece] for piece in raised)
        at = self._position
        rounds = 0
        while missing < _ALWAYS_MISSING and rounds < 2:
            at = self.have.find(0, at)
            if at < 0:
                at, rounds = 0, rounds + 1
                continue
            if at not in raised and self.background[at]:
                raised[at] = _REST
                missing += 1
            at += 1
            if at >= len(self.have):
                at, rounds = 0, rounds + 1

    def _send_all(self, handle: Any, raised: dict[int, int], *, exclusive: bool) -> None:
        wanted = bytearray(len(self.have)) if exclusive else bytearray(self.background)
        for piece, priority in raised.items():
            wanted[piece] = priority
        handle.prioritize_pieces(list(wanted))

    def _send_changes(self, handle: Any, raised: dict[int, int]) -> None:
        changes = [
            (piece, priority)
            for piece, priority in raised.items()
            if self._raised.get(piece) != priority
        ]
        changes += [
            (piece, 0 if self._exclusive else self.background[piece])
            for piece in self._raised.keys() - raised.keys()
        ]
        if changes:
            handle.prioritize_pieces(changes)

    def seek(self, handle: Any, piece: int) -> None:
        """Take back what peers were asked for, but for `piece`. `settle` must follow."""
        if self._cancelling is None:
            self._cancelling = piece
            handle.set_piece_deadline(piece, 0)
            handle.post_status(0)

    def settle(self, handle: Any) -> None:
        """Libtorrent has answered: the requests are taken back, the deadline can go."""
        if self._cancelling is None:
            return
        handle.clear_piece_deadlines()
        if not self.have[self._cancelling]:
            handle.piece_priority(
                self._cancelling,
                self._raised.get(self._cancelling)
                or (0 if self._exclusive else self.background[self._cancelling]),
            )
        self._cancelling = None
