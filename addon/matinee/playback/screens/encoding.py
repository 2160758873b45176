"""How large and how rich a picture is made when it has to be encoded. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...models.media import Stream
from ...models.screens import Means, PlaybackWish, ScreenProfile
from . import names

LARGEST = 1080
_STEPS = (1080, 720, 480)
_ORDINARY_RATE = 30.0
"""Frames a second of a film that does not tell."""
_FULL = 8_000_000
"""Bits a second of H.264 in 1080 lines at up to 30 frames, which nobody tells from the source."""
_SOUND = 256_000
_LEAST = 500_000
_TOLERANCE = 0.5


@dataclass(frozen=True, slots=True)
class Size:
    """`height` of the 16:9 frame, 0 where no size will do; `why` then says why.

    `frame_rate` is the most that the screen takes, 0 when it takes that of the film. `smaller`:
    the machine could not do what screen and wish allow.
    """

    height: int = 0
    bit_rate: int = 0
    frame_rate: float = 0.0
    why: str = ""
    smaller: bool = False


def fit(
    stream: Stream, bit_rate: int, screen: ScreenProfile, wish: PlaybackWish, means: Means
) -> Size:
    """Return the largest picture that screen, wish and machine allow."""
    rate, limit = stream.frame_rate or _ORDINARY_RATE, 0.0
    heights = _heights(stream, wish)
    wanted = [height for height in heights if _rate(screen, height) >= rate - _TOLERANCE]
    if not wanted:
        wanted = [height for height in heights if _rate(screen, height)]
        rate = limit = _rate(screen, wanted[0]) if wanted else 0.0
    if not wanted:
        return Size(why="no_encoding")
    possible = [height for height in wanted if _is_quick(stream, height, rate, means)]
    if not possible:
        return Size(why="too_slow")
    height = possible[0]
    return Size(
        height,
        _bit_rate(height, rate, bit_rate, screen, wish),
        limit,
        smaller=height < wanted[0],
    )


def _heights(stream: Stream, wish: PlaybackWish) -> list[int]:
    """Return the heights to try, the largest first; never above the source."""
    source = names.picture_class(stream) or LARGEST
    most = min(source, LARGEST, wish.max_height or LARGEST)
    return sorted({most, *(step for step in _STEPS if step <= most)}, reverse=True)


def _rate(screen: ScreenProfile, height: int) -> float:
    """Return how many frames a second of H.264 a screen takes in this height, 0 for none."""
    rates = (
        rule.max_frame_rate or math.inf
        for rule in screen.video
        if rule.codec in {"h264", "*"} and (not rule.max_height or height <= rule.max_height)
    )
    return max(rates, default=0.0)


def _is_quick(stream: Stream, height: int, rate: float, means: Means) -> bool:
    if means.pixel_rate is None:
        return True
    source = names.picture_class(stream)
    area = stream.width * stream.height or height * height * 16 / 9
    scaled = area * (height / source) ** 2 if source else area
    return scaled * rate <= means.pixel_rate


def _bit_rate(
    height: int, rate: float, source: int, screen: ScreenProfile, wish: PlaybackWish
) -> int:
    """Return bits a second for the picture: what is needed, and no more than anybody takes."""
    needed = _FULL * math.pow(height / LARGEST, 1.5) * (1.5 if rate > _ORDINARY_RATE + 5 else 1)
    limits = [limit - _SOUND for limit in (screen.max_bit_rate, wish.max_bit_rate) if limit]
    if source:
        limits.append(2 * source)
    return max(_LEAST, round(min(needed, *limits))) if limits else round(needed)
