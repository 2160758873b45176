"""How a film is sent by HLS, in one word that stands in the address.

So an address says all that is needed: it goes on after a restart and without its session.
`fmp4-v0-a1` copies both tracks, `fmp4-v0-a1aac2` makes stereo AAC of the sound,
`ts-v0h720b3000000r30-a1aac2` also encodes the picture, `fmp4-a2` is sound alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ...errors import NotFound
from ...models.screens import Decision, Handling, HlsFlavour

_PATTERN = re.compile(
    r"(fmp4|ts)(?:-v(\d{1,3})(?:h(\d{2,4})b(\d{5,9})(?:r(\d{1,3}))?)?)?(?:-a(\d{1,3})(?:aac([1-8]))?)?"
)


class Flavour(StrEnum):
    FMP4 = "fmp4"
    TS = "ts"


@dataclass(frozen=True, slots=True)
class Way:
    """`video` and `audio` are stream indexes.

    `height` and `bit_rate` are 0 when the picture is copied, `channels` when the sound is;
    `frame_rate` is the most that an encoded picture may have, 0 for that of the film.
    """

    flavour: Flavour = Flavour.FMP4
    video: int | None = None
    audio: int | None = None
    height: int = 0
    bit_rate: int = 0
    frame_rate: int = 0
    channels: int = 0

    def __str__(self) -> str:
        word = str(self.flavour)
        if self.video is not None:
            word += f"-v{self.video}"
        if self.height:
            word += f"h{self.height}b{self.bit_rate}"
            word += f"r{self.frame_rate}" if self.frame_rate else ""
        if self.audio is not None:
            word += f"-a{self.audio}" + (f"aac{self.channels}" if self.channels else "")
        return word


def parse(word: str) -> Way:
    """Return the way that a word means. Raises `NotFound`."""
    match = _PATTERN.fullmatch(word)
    if match is None or (match[2] is None and match[6] is None):
        raise NotFound("There is no such rendition of the film.", code="rendition_not_found")
    video, height, rate, frames, audio, channels = match.groups()[1:]
    return Way(
        Flavour(match[1]),
        int(video) if video else None,
        int(audio) if audio else None,
        int(height or 0),
        int(rate or 0),
        int(frames or 0),
        int(channels or 0),
    )


def of_decision(decision: Decision) -> Way:
    """Return the way that a decision to remux or to transcode means."""
    encoded = decision.video is Handling.ENCODE
    # Beside an encoded picture ffmpeg cannot cut copied sound exactly.
    sound = decision.audio is Handling.ENCODE or (encoded and decision.audio is Handling.COPY)
    return Way(
        Flavour.TS if decision.hls is HlsFlavour.TS else Flavour.FMP4,
        decision.video_stream if decision.video is not Handling.NONE else None,
        decision.audio_stream if decision.audio is not Handling.NONE else None,
        decision.height if encoded else 0,
        max(decision.bit_rate, 100_000) if encoded else 0,
        int(decision.frame_rate + 0.5) if encoded else 0,
        min(8, max(1, decision.audio_channels or 2)) if sound else 0,
    )
