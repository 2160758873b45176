"""What the playlists say (RFC 8216). Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...models.media import Stream
from .way import Flavour, Way

TARGET = 6.0
"""Seconds that a segment shall have, as far as the key pictures allow."""
_SHORTEST = 2.0
_ENDINGS = {Flavour.FMP4: "m4s", Flavour.TS: "ts"}
_H264 = {"Constrained Baseline": "42E0", "Baseline": "4200", "Main": "4D40", "High": "6400"}
_HEVC = {"Main": "1.6", "Main 10": "2.4"}
_AUDIO = {"aac": "mp4a.40.2", "ac3": "ac-3", "eac3": "ec-3", "mp3": "mp4a.40.34", "flac": "fLaC",
          "opus": "Opus"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: seconds of the film, and which of the index's key pictures it begins with."""

    number: int
    start: float
    stop: float
    key: int

    @property
    def duration(self) -> float:
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class TextTrack:
    """A subtitle rendition. `uri` is relative to the master playlist."""

    name: str
    language: str
    uri: str
    default: bool = False
    forced: bool = False


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """A sound rendition; without `uri` it is the one within the picture's segments."""

    name: str
    language: str
    uri: str = ""
    default: bool = False
    channels: int = 0


def cut(keys: Sequence[float], end: float) -> tuple[Segment, ...]:
    """Return the segments of a film: each begins with a key picture, about `TARGET` apart."""
    if not keys:
        return ()
    starts = [0]
    for number, (key, following) in enumerate(pairwise([*keys, end])):
        begun = keys[starts[-1]]
        if key - begun >= _SHORTEST and following - begun > TARGET:
            starts.append(number)
    stops = [*(keys[number] for number in starts[1:]), max(end, keys[starts[-1]] + 0.001)]
    return tuple(
        Segment(number, keys[key], stop, key)
        for number, (key, stop) in enumerate(zip(starts, stops, strict=True))
    )


def media(segments: Sequence[Segment], way: Way) -> str:
    """Return the media playlist; addresses are relative to it."""
    target = max((math.ceil(segment.duration - 0.5) for segment in segments), default=1)
    fragmented = way.flavour is Flavour.FMP4
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{7 if fragmented else 3}",
             f"#EXT-X-TARGETDURATION:{max(1, target)}", "#EXT-X-MEDIA-SEQUENCE:0",
             "#EXT-X-PLAYLIST-TYPE:VOD"]  # fmt: skip
    if fragmented:
        lines += ["#EXT-X-INDEPENDENT-SEGMENTS", '#EXT-X-MAP:URI="init.mp4"']
    for segment in segments:
        lines += [f"#EXTINF:{segment.duration:.6f},",
                  f"{segment.number}.{_ENDINGS[way.flavour]}"]  # fmt: skip
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def text(uri: str, duration: float) -> str:
    """Return the media playlist of a subtitle rendition: one segment of the whole length."""
    return (
        "#EXTM3U\n#EXT-X-VERSION:3\n"
        f"#EXT-X-TARGETDURATION:{max(1, math.ceil(duration))}\n#EXT-X-MEDIA-SEQUENCE:0\n"
        f"#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:{max(duration, 0.001):.6f},\n{uri}\n#EXT-X-ENDLIST\n"
    )


def master(
    way: Way,
    video: Stream | None,
    audio: Stream | None,
    bit_rate: int,
    sounds: Iterable[SoundTrack] = (),
    texts: Iterable[TextTrack] = (),
) -> str:
    """Return the master playlist of a film."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{7 if way.flavour is Flavour.FMP4 else 4}"]
    sounds, texts = list(sounds), list(texts)
    values = [f"BANDWIDTH={max(bit_rate, 64_000)}"]
    lines += [*map(_sound, sounds), *map(_text, texts)]
    codecs = codecs_of(way, video, audio)
    if codecs:
        values.append(f'CODECS="{codecs}"')
    if video is not None and video.width and video.height and way.height == 0:
        values.append(f"RESOLUTION={video.width}x{video.height}")
    if video is not None and video.frame_rate:
        values.append(f"FRAME-RATE={video.frame_rate:.3f}")
    values += ['AUDIO="sound"'] if sounds else []
    values += ['SUBTITLES="text"'] if texts else []
    lines += ["#EXT-X-STREAM-INF:" + ",".join(values), "index.m3u8"]
    return "\n".join([*lines, ""])


def _sound(track: SoundTrack) -> str:
    channels = [f'CHANNELS="{track.channels}"'] if track.channels else []
    return _medium(
        "AUDIO", "sound", track.name, track.language, track.uri,
        f"DEFAULT={_yes(track.default)}", "AUTOSELECT=YES", *channels,
    )  # fmt: skip


def _text(track: TextTrack) -> str:
    return _medium(
        "SUBTITLES", "text", track.name, track.language, track.uri,
        f"DEFAULT={_yes(track.default)}", "AUTOSELECT=YES", f"FORCED={_yes(track.forced)}",
    )  # fmt: skip


def _medium(kind: str, group: str, name: str, language: str, uri: str, *values: str) -> str:
    parts = [f"TYPE={kind}", f'GROUP-ID="{group}"', f'NAME="{_quoted(name)}"']
    parts += [f'LANGUAGE="{_quoted(language)}"'] if language else []
    parts += values
    parts += [f'URI="{uri}"'] if uri else []
    return "#EXT-X-MEDIA:" + ",".join(parts)


def _quoted(words: str) -> str:
    """Return words as they may stand in a quoted string: no quotes, no line breaks."""
    return "".join(sign for sign in words if sign.isprintable() and sign != '"')[:100]


def _yes(value: bool) -> str:
    return "YES" if value else "NO"


def codecs_of(way: Way, video: Stream | None, audio: Stream | None) -> str:
    """Return CODECS (RFC 6381), or nothing when one of them cannot be told for sure."""
    found = []
    if way.video is not None:
        name = _video(video) if way.height == 0 else "avc1.640029"
        if video is None or not name:
            return ""
        found.append(name)
    if way.audio is not None:
        name = "mp4a.40.2" if way.channels else _AUDIO.get(audio.codec if audio else "", "")
        if not name:
            return ""
        found.append(name)
    return ",".join(found)


def _video(video: Stream | None) -> str:
    if video is None or video.level <= 0:
        return ""
    if video.codec == "h264" and video.profile in _H264:
        return f"avc1.{_H264[video.profile]}{video.level:02X}"
    if video.codec == "hevc" and video.profile in _HEVC:
        return f"hvc1.{_HEVC[video.profile]}.L{video.level}.90"
    return ""
