"""From ffprobe's JSON to `models.media.Probe`. Pure, and ready for any nonsense in it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from ..models.media import Chapter, Probe, Stream, StreamKind

MAX_STREAMS = 512
MAX_CHAPTERS = 2000
_TEXT = 256
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_DEPTH = re.compile(r"p0?(9|10|12|14|16)(le|be)?$")
_KINDS = {
    "video": StreamKind.VIDEO,
    "audio": StreamKind.AUDIO,
    "subtitle": StreamKind.SUBTITLE,
    "attachment": StreamKind.ATTACHMENT,
}
_DOLBY_VISION = "DOVI configuration record"
# What the base layer is, by dv_bl_signal_compatibility_id (Dolby Vision Streams Within the ISO Base
# Media File Format, 2.1, section 3.2); 6 is Blu-ray's HDR10.
_DOLBY_BASES = {1: "hdr10", 2: "sdr", 4: "hlg", 6: "hdr10"}
_TAG = re.compile(r"[A-Za-z0-9]{4}")
_HDR10_PLUS = "HDR Dynamic Metadata SMPTE2094-40 (HDR10+)"
Json = Mapping[str, Any]


def probe_of(answer: object) -> Probe:
    """Return the facts; streams that are neither picture, sound, text nor attachment are left out.

    Attached pictures (covers) count as attachments, never as video.
    """
    whole = _dict(answer)
    described = _dict(whole.get("format"))
    streams = tuple(
        stream
        for item in _list(whole.get("streams"))[:MAX_STREAMS]
        if (stream := _stream(_dict(item))) is not None
    )
    duration = _number(described.get("duration")) or max(
        (_stream_duration(_dict(item)) for item in _list(whole.get("streams"))[:MAX_STREAMS]),
        default=0.0,
    )
    rate = int(_number(described.get("bit_rate")))
    if not rate and duration > 0:
        rate = int(_number(described.get("size")) * 8 / duration)
    return Probe(
        container=_text(described.get("format_name")),
        duration=duration,
        bit_rate=rate,
        streams=streams,
        chapters=_chapters(_list(whole.get("chapters"))),
    )


def needs_frames(probe: Probe) -> bool:
    """Say whether only a frame can tell HDR10 from HDR10+."""
    return any(stream.hdr == "hdr10" for stream in probe.streams)


def is_hdr10_plus(answer: object) -> bool:
    """Say whether ffprobe's frames carry dynamic metadata."""
    for frame in _list(_dict(answer).get("frames")):
        for side in _list(_dict(frame).get("side_data_list")):
            if _dict(side).get("side_data_type") == _HDR10_PLUS:
                return True
    return False


def _stream(item: Json) -> Stream | None:
    kind = _KINDS.get(_text(item.get("codec_type")))
    if kind is None:
        return None
    tags = {str(key).lower(): value for key, value in _dict(item.get("tags")).items()}
    marks = _dict(item.get("disposition"))
    if kind is StreamKind.VIDEO and (marks.get("attached_pic") or marks.get("timed_thumbnails")):
        kind = StreamKind.ATTACHMENT
    language = _text(tags.get("language"))
    pixels = _text(item.get("pix_fmt"))
    tag = _text(item.get("codec_tag_string"))
    dolby = _dolby(item) if kind is StreamKind.VIDEO else {}
    return Stream(
        index=_whole(item.get("index"), 100_000),
        kind=kind,
        codec=_text(item.get("codec_name")),
        profile=_text(item.get("profile")),
        level=_whole(item.get("level"), 10_000),
        language=language.lower()
        if _LANGUAGE.fullmatch(language) and language.lower() != "und"
        else "",
        title=_text(tags.get("title")),
        default=bool(marks.get("default")),
        forced=bool(marks.get("forced")),
        hearing_impaired=bool(marks.get("hearing_impaired") or marks.get("captions")),
        width=_whole(item.get("width"), 100_000),
        height=_whole(item.get("height"), 100_000),
        frame_rate=_ratio(item.get("avg_frame_rate")) or _ratio(item.get("r_frame_rate")),
        bit_depth=_depth(item, pixels) if kind is StreamKind.VIDEO else 0,
        hdr=_hdr(item) if kind is StreamKind.VIDEO else "",
        channels=_whole(item.get("channels"), 1000),
        sample_rate=_whole(item.get("sample_rate"), 10_000_000),
        bit_rate=_whole(item.get("bit_rate") or tags.get("bps"), 10**12),
        pixel_format=pixels,
        codec_tag=tag if _TAG.fullmatch(tag) else "",
        dolby_profile=_whole(dolby.get("dv_profile"), 100),
        dolby_base=_DOLBY_BASES.get(_whole(dolby.get("dv_bl_signal_compatibility_id"), 100), ""),
    )


def _dolby(item: Json) -> Json:
    """Return the record of Dolby Vision, empty when there is none."""
    for side in map(_dict, _list(item.get("side_data_list"))):
        if side.get("side_data_type") == _DOLBY_VISION:
            return side
    return {}


def _hdr(item: Json) -> str:
    if _dolby(item):
        return "dolby_vision"
    transfer = item.get("color_transfer")
    return {"smpte2084": "hdr10", "arib-std-b67": "hlg"}.get(_text(transfer), "")


def _depth(item: Json, pixels: str) -> int:
    match = _DEPTH.search(pixels)
    return int(match[1]) if match else _whole(item.get("bits_per_raw_sample"), 64) or 8


def _stream_duration(item: Json) -> float:
    tags = _dict(item.get("tags"))
    match = re.fullmatch(r"(\d{1,4}):(\d\d):(\d\d(?:\.\d+)?)", _text(tags.get("DURATION")))
    said = int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3]) if match else 0.0
    return _number(item.get("duration")) or said


def _chapters(items: list[Any]) -> tuple[Chapter, ...]:
    found = []
    for item in map(_dict, items[:MAX_CHAPTERS]):
        start, end = _number(item.get("start_time")), _number(item.get("end_time"))
        if end >= start:
            found.append(Chapter(start, end, _text(_dict(item.get("tags")).get("title"))))
    return tuple(found)


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    """Return one line for people, without signs that command terminals or reading direction."""
    if not isinstance(value, str):
        return ""
    return "".join(sign if sign.isprintable() else " " for sign in value[:_TEXT]).strip()


def _number(value: object) -> float:
    """Return a finite number of at least 0; 0 for all else."""
    if not isinstance(value, str | int | float):
        return 0.0
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return 0.0
    return number if math.isfinite(number) and number > 0 else 0.0


def _whole(value: object, top: int) -> int:
    number = _number(value)
    return int(number) if number <= top else 0


def _ratio(value: object) -> float:
    above, _, below = _text(value).partition("/")
    divisor = _number(below) if below else 1.0
    rate = _number(above) / divisor if divisor else 0.0
    return round(rate, 3) if rate <= 1000 else 0.0
