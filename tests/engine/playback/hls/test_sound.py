"""Sound that is encoded in pieces is the sound of one encode: no gap, no click, no shift.

A tone that rises through the film is compared sample by sample, around every join and over all.
"""

from __future__ import annotations

import array
import math
from pathlib import Path

import pytest
from tests.engine.playback.hls.made import cut, made, samples
from tests.support.films import ffmpeg

KINDS = {
    "ac3.mkv": {"audio": "-c:a ac3 -b:a 256k"},
    "aac.mkv": {"audio": "-c:a aac -b:a 192k"},
    "cd.mkv": {"audio": "-c:a libmp3lame -b:a 256k", "rate": 44100},
    "flac.mkv": {"audio": "-c:a flac"},
    "dts.mkv": {"audio": "-c:a dca -strict -2 -b:a 768k"},
    "ac3.mp4": {"audio": "-c:a ac3 -b:a 256k"},
    "odd.mp4": {"audio": "-c:a aac -b:a 192k", "more": "-output_ts_offset 0.7"},
}


def pcm(data: bytes) -> array.array[int]:
    return array.array("h", data)


@pytest.mark.parametrize("name", KINDS)
async def test_joined_segments_sound_like_one_encode(name: str, tmp_path: Path) -> None:
    rate = int(str(KINDS[name].get("rate", 48000)))
    path = made(name, **KINDS[name])
    pieces = await cut(path, "fmp4-v0-a1aac2", tmp_path)
    assert len(pieces.segments) >= 3
    whole = tmp_path / "whole.m4a"
    ffmpeg("-i", path, "-map", "0:1", "-ac", "2", "-c:a", "aac", "-b:a", "160k", "-ar", rate, whole)
    joined = pcm(samples(pieces.joined, rate))
    source = pcm(samples(path, rate))
    reference = pcm(samples(whole, rate))
    # Before a film that begins late there is silence.
    shift = best_shift(source, joined, rate, rate * 7 // 10 if name == "odd.mp4" else 0)
    plain = best_shift(source, reference, rate)
    ours = differences(source, joined, shift, rate)
    theirs = differences(source, reference, plain, rate)
    limit = max(theirs) * 1.5 + 0.02
    assert max(ours) < limit, (shift, max(ours), ours.index(max(ours)), max(theirs))


def best_shift(source: array.array[int], other: array.array[int], rate: int, about: int = 0) -> int:
    """Return by how many samples `other` is late, near `about`."""
    start, length = rate * 2, rate * 3

    def distance(shift: int) -> int:
        return sum(abs(source[i] - other[i + shift]) for i in range(start, start + length, 997))

    return min(range(about - rate // 8, about + rate // 8), key=distance)


def differences(
    source: array.array[int], other: array.array[int], shift: int, rate: int
) -> list[float]:
    """Return the root mean square of the difference by blocks of ten milliseconds."""
    size = rate // 100
    found = []
    for start in range(rate // 4, min(len(source), len(other) - shift) - rate // 2, size):
        square = sum((source[i] - other[i + shift]) ** 2 for i in range(start, start + size))
        found.append(math.sqrt(square / size) / 13000)
    return found
