"""How fast the machine encodes is measured by encoding."""

from __future__ import annotations

from matinee.playback.hls.speed import Speed


async def test_it_is_measured_once() -> None:
    speed = Speed()
    assert speed.known is None
    first = await speed.pixel_rate()
    assert first > 100_000
    assert await speed.pixel_rate() == first == speed.known
