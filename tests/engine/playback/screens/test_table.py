"""Films, screens and wishes: what is decided, as it follows from the published facts."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engine.playback.screens.films import FILMS

from matinee.models.screens import (
    Decision,
    DecisionKind,
    Handling,
    HlsFlavour,
    Means,
    PlaybackWish,
)
from matinee.playback.screens import BUILT_IN, decide_playback

TABLE = Path(__file__).with_name("table.txt")
LEAST_ROWS = 150
WISHES = {
    "1080p": PlaybackWish(max_height=1080),
    "720p": PlaybackWish(max_height=720),
    "480p": PlaybackWish(max_height=480),
    "2mbit": PlaybackWish(max_bit_rate=2_000_000),
    "sound_2": PlaybackWish(audio=2),
    "sound_9": PlaybackWish(audio=9),
}
MEANS = {
    "no_hls": Means(remux=False),
    "slow": Means(pixel_rate=0),
    "quick_720": Means(pixel_rate=25e6),
}
LETTERS = {Handling.COPY: "c", Handling.ENCODE: "e", Handling.NONE: "-"}


def rows() -> list[list[str]]:
    lines = TABLE.read_text("utf-8").splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


def words(decision: Decision) -> list[str]:
    """Return a decision as the table writes it."""
    found = [decision.kind.value]
    if decision.kind is not DecisionKind.REFUSE:
        found.append(LETTERS[decision.video] + LETTERS[decision.audio])
    return found + [f"{r.code}{'' if r.certain else '?'}" for r in decision.reasons]


def test_the_table_is_long_enough() -> None:
    assert len({tuple(row) for row in rows()}) >= LEAST_ROWS
    assert {row[1] for row in rows()} == set(BUILT_IN)
    assert {row[0] for row in rows()} == set(FILMS)


@pytest.mark.parametrize("row", rows(), ids=" ".join)
def test_row(row: list[str]) -> None:
    film, screen, more, *expected = row
    parts = more.split("+")
    wish = next((WISHES[part] for part in parts if part in WISHES), None)
    means = next((MEANS[part] for part in parts if part in MEANS), None)
    decision = decide_playback(FILMS[film], BUILT_IN[screen], wish, means)
    assert words(decision) == expected
    converts = decision.kind in (DecisionKind.REMUX, DecisionKind.TRANSCODE)
    assert decision.hls is (BUILT_IN[screen].hls if converts else HlsFlavour.NONE)
