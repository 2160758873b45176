"""What libtorrent may ask peers for: everything, or only what readers need next.

While somebody waits, nothing else is wanted ("exclusive"), in strict order by priority. Requests
that are under way cannot be taken back for sure, so that few may be when a seek is likely. The
only way to keep them few is a side effect of deadlines: while one is set, libtorrent sends each
peer one request at a time, for pieces of the highest priority only ("thrifty"). On a line without
much delay that costs nothing; with much delay it is used only when nobody waits.
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
_FAR = 3_600_000


class Claim(Protocol):
    """Somebody who needs pieces: a reader, or the opening of a torrent."""

    background: bool
    provisional: bool

    def wants(self) -> Iterable[tuple[int, int]]:
        """Return pieces with priorities, 7 the most urgent."""
        ...

    def satisfied(self) -> bool:
        """Say whether others may have the line too."""
        ...

    def careful(self, *, near: bool) -> bool:
        """Say whether it may soon want something else, so that little should be under way."""
        ...

    def expects(self) -> Iterable[int]:
        """Return the pieces that are likely to be wanted next once it is given up."""
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
    """The priorities of one torrent's pieces, kept in step with libtorrent's.

    `near` says that the peers answer quickly.
    """

    def __init__(self, layout: Layout, have: bytearray) -> None:
        self.layout, self.have = layout, have
        self.background = layout.background()
        self.claims: list[Claim] = []
        self.near = False
        self._exclusive = False
        self._raised: dict[int, int] = {}
        self._deadlines: set[int] = set()
        self._urgent: set[int] = set()
        self._expected: list[int] = []
        self._stale = True
        self._linger_until = 0.0
        self._position = 0
        self._settling = False

    def forget(self) -> None:
        """Libtorrent has set priorities of its own: send all of them at the next update."""
        self._stale = True

    def choose_files(self) -> None:
        """The files' priorities in the layout have changed."""
        self.background = self.layout.background()
        self._stale = True

    def add(self, claim: Claim) -> None:
        """Take on a claim. A provisional one ends with the first that is meant."""
        if not claim.background:
            self.claims = [known for known in self.claims if not known.provisional]
        self.claims.append(claim)

    def remove(self, claim: Claim) -> None:
        """Give up a claim. Its neighbourhood stays exclusive for a moment."""
        if claim in self.claims:
            self.claims.remove(claim)
            if not claim.background:
                self._linger_until = time.monotonic() + LINGER
                self._expected = list(claim.expects())

    def due(self) -> bool:
        """Say whether time alone may change what is wanted."""
        return self._exclusive or bool(self.claims)

    def hungry(self) -> bool:
        """Say whether a reader that somebody watches is less than a window ahead."""
        return any(
            not (claim.background or claim.provisional or claim.satisfied())
            for claim in self.claims
        )

    def update(self, handle: Any) -> None:
        """Tell libtorrent what is wanted now; only what changed."""
        raised: dict[int, int] = {}
        alone = [c for c in self.claims if not c.background and not c.satisfied()]
        exclusive = bool(alone) or time.monotonic() < self._linger_until
        for claim in self.claims:
            for piece, priority in claim.wants():
                if priority > raised.get(piece, 0):
                    raised[piece] = priority
                if priority == _NOW:
                    self._position = piece
        if exclusive and not alone:
            raised |= tiers(piece for piece in self._expected if not self.have[piece])
        if exclusive:
            self._never_nothing(raised)
        thrifty = (
            exclusive
            and not self._settling
            and (not alone or all(claim.careful(near=self.near) for claim in alone))
        )
        touched = self._set_deadlines(handle, raised if thrifty else {})
        if self._stale or exclusive != self._exclusive:
            self._send_all(handle, raised, exclusive=exclusive)
        else:
            self._send_changes(handle, raised, touched)
        self._raised, self._exclusive, self._stale = raised, exclusive, False

    def _never_nothing(self, raised: dict[int, int]) -> None:
        """Keep pieces wanted beyond the window: with none left libtorrent calls itself finished.

        It would lose interest in all peers then, and they their patience.
        """
        missing = sum(not self.have[piece] for piece in raised)
        at, rounds = self._position, 0
        while missing < _ALWAYS_MISSING and rounds < 2:
            at = self.have.find(0, at)
            if at < 0:
                at, rounds = 0, rounds + 1
                continue
            if at not in raised and self.background[at]:
                raised[at] = _REST
                missing += 1
            at += 1

    def _set_deadlines(self, handle: Any, raised: dict[int, int]) -> set[int]:
        """Be thrifty if pieces are given; return those whose priority libtorrent has touched."""
        wanted = {piece for piece in raised if not self.have[piece]}
        urgent = {piece for piece in wanted if raised[piece] == _NOW}
        if raised and not urgent and wanted:
            first = max(wanted, key=lambda piece: raised[piece])
            raised[first] = _NOW
            urgent = {first}
        others = sorted(wanted - urgent, key=lambda piece: -raised[piece])[:1]
        deadlines = urgent | set(others)
        touched = deadlines ^ self._deadlines
        if not deadlines:
            if self._deadlines:
                handle.clear_piece_deadlines()
        else:
            # One that is far off keeps the mode while Python learns that the first has come.
            for piece in others:
                if piece not in self._deadlines or piece in self._urgent:
                    handle.set_piece_deadline(piece, _FAR)
            # Once a second libtorrent asks for all of the first deadline's piece: not of the far.
            for piece in urgent - self._urgent:
                handle.set_piece_deadline(piece, 0)
            for piece in self._deadlines - deadlines:
                handle.reset_piece_deadline(piece)
        touched |= urgent ^ self._urgent
        self._deadlines, self._urgent = deadlines, urgent
        return touched

    def _send_all(self, handle: Any, raised: dict[int, int], *, exclusive: bool) -> None:
        wanted = bytearray(len(self.have)) if exclusive else bytearray(self.background)
        for piece, priority in raised.items():
            wanted[piece] = priority
        handle.prioritize_pieces(list(wanted))

    def _send_changes(self, handle: Any, raised: dict[int, int], touched: set[int]) -> None:
        floor = bytes(len(self.have)) if self._exclusive else self.background
        changes = [
            (piece, priority)
            for piece, priority in raised.items()
            if self._raised.get(piece) != priority or piece in touched
        ]
        changes += [
            (piece, floor[piece]) for piece in (self._raised.keys() | touched) - raised.keys()
        ]
        if changes:
            handle.prioritize_pieces(changes)

    def seek(self, handle: Any, piece: int) -> None:
        """Take back what peers were asked for elsewhere. `settle` follows, soon."""
        if self._deadlines or self._settling or self.near:
            return
        self._settling = True
        handle.set_piece_deadline(piece, _FAR)
        handle.post_status(0)

    def settle(self, handle: Any) -> None:
        """Libtorrent has answered, the requests are taken back: the deadline can go."""
        if self._settling:
            self._settling = False
            handle.clear_piece_deadlines()
            self._deadlines, self._urgent = set(), set()
            self._stale = True
            self.update(handle)
