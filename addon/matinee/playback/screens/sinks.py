"""From what a DLNA renderer says that it takes to a profile. Pure, and ready for any nonsense.

`SinkProtocolInfo` is a list of `protocol:network:type:more`, separated by commas; a comma inside
is escaped (UPnP ConnectionManager:1, 2.5.2). `more` may hold a media profile of IEC 62481-2
(`DLNA.ORG_PN=AVC_TS_HD_24_AC3_ISO`), whose name spells codec, container, size and sound. Many
televisions leave out MKV though they play it (home-assistant/core#68691): what is not on the list
is `uncertain` as far as televisions commonly play it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ...models.screens import AudioRule, HlsFlavour, ScreenProfile, VideoRule
from .builtin.common import H264_8BIT, HDR, HEVC_10BIT, SURROUND
from .builtin.televisions import DLNA

MAX_LENGTH = 64 * 1024
_ENTRIES = re.compile(r"(?<!\\),")
_PROFILE = re.compile(r"DLNA\.ORG_PN=([A-Z0-9_]{1,64})", re.IGNORECASE)
_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("video/mp4", "video/x-m4v", "video/quicktime", "video/3gpp"), "mp4"),
    **dict.fromkeys(("audio/mp4", "audio/x-m4a", "audio/m4a", "audio/3gpp"), "mp4"),
    **dict.fromkeys(("video/x-matroska", "video/x-mkv", "video/matroska", "video/mkv"), "matroska"),
    **dict.fromkeys(("video/mpeg", "video/mp2p", "video/mpeg2"), "mpeg"),
    **dict.fromkeys(("video/vnd.dlna.mpeg-tts", "video/mp2t", "video/x-mpegts"), "mpegts"),
    **dict.fromkeys(("video/x-msvideo", "video/avi", "video/divx", "video/x-divx"), "avi"),
    **dict.fromkeys(("video/x-ms-wmv", "video/x-ms-asf", "audio/x-ms-wma"), "asf"),
    **dict.fromkeys(("audio/mpeg", "audio/mp3", "audio/x-mp3", "audio/x-mpeg"), "mp3"),
    **dict.fromkeys(("audio/flac", "audio/x-flac"), "flac"),
    **dict.fromkeys(("audio/wav", "audio/x-wav", "audio/wave"), "wav"),
    **dict.fromkeys(("application/ogg", "audio/ogg", "video/ogg", "audio/x-ogg"), "ogg"),
    **dict.fromkeys(("video/webm", "audio/webm"), "webm"),
    **dict.fromkeys(("video/x-flv", "video/flv"), "flv"),
}
_PLAYLISTS = frozenset({"application/vnd.apple.mpegurl", "application/x-mpegurl"})
_SOUNDS = (
    ("EAC3", "eac3"), ("AC3", "ac3"), ("HEAAC", "aac"), ("AAC", "aac"), ("MPEG1_L3", "mp3"),
    ("MP3", "mp3"), ("DTS", "dts"), ("WMA", "wmav2"), ("LPCM", "pcm_s16be"), ("FLAC", "flac"),
)  # fmt: skip
_SOUND_OF_CONTAINERS = {"mp3": "mp3", "flac": "flac", "wav": "pcm_s16le"}
_UHD = 2160


def from_sink_protocol_info(text: str, name: str = "DLNA television") -> ScreenProfile:
    """Return what a renderer takes that says this of itself; DLNA's minimum where it says nothing.

    A renderer that names sound only is a loudspeaker: it gets no pictures.
    """
    types, profiles = set(), set()
    for kind, more in _entries(text[:MAX_LENGTH]):
        types.add(kind)
        if match := _PROFILE.search(more):
            profiles.add(match[1].upper())
    if not types:
        return replace(DLNA, name=name, built_in=False)
    containers = {_TYPES[kind] for kind in types if kind in _TYPES}
    shows = "*" in types or any(kind.startswith("video/") for kind in types)
    video = tuple(_video(profiles)) if shows else ()
    audio = tuple(_audio(profiles, containers))
    certain = containers | {rule.codec for rule in video} | {rule.codec for rule in audio}
    return ScreenProfile(
        "sink",
        name,
        tuple(sorted(containers)),
        video,
        audio,
        DLNA.subtitles,
        HlsFlavour.TS if types & _PLAYLISTS and shows else HlsFlavour.NONE,
        uncertain=("*",) if "*" in types else tuple(w for w in _doubtful() if w not in certain),
        references=("SinkProtocolInfo",),
    )


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Yield type and additional information of what comes over HTTP."""
    for entry in _ENTRIES.split(text):
        parts = entry.strip().split(":", 3)
        if len(parts) == 4 and parts[0].strip().lower() in {"http-get", "*"}:
            kind = parts[2].strip().lower()
            yield kind.split(";")[0].strip(), parts[3]


def _doubtful() -> tuple[str, ...]:
    return (*DLNA.uncertain, "mp4", "mpegts", "mpeg", "mpeg2video", "ac3", "mp2")


def _video(profiles: set[str]) -> Iterator[VideoRule]:
    """Yield H.264 up to 1080 lines, which every television shows, and what profiles name."""
    yield DLNA.video[0]
    uhd = any("UHD" in profile or "2160" in profile for profile in profiles)
    if uhd:
        yield VideoRule("h264", H264_8BIT, 5.1, 8, ("sdr",), 4096, _UHD, 60)
    if any(profile.startswith(("HEVC", "DASH_HEVC")) for profile in profiles):
        height = _UHD if uhd else 1080
        yield VideoRule("hevc", HEVC_10BIT, 5.1, 10, HDR, 4096, height, 60)
    for start, codec in (
        ("MPEG_PS", "mpeg2video"), ("MPEG_TS", "mpeg2video"), ("MPEG1", "mpeg1video"),
        ("MPEG4_P2", "mpeg4"), ("WMV", "wmv3"), ("VC1", "vc1"),
    ):  # fmt: skip
        if any(profile.startswith(start) for profile in profiles):
            yield VideoRule(codec, max_width=1920, max_height=1080, max_frame_rate=60)


def _audio(profiles: set[str], containers: set[str]) -> Iterator[AudioRule]:
    codecs = {codec for profile in profiles for word, codec in _SOUNDS if word in profile}
    codecs |= {_SOUND_OF_CONTAINERS[c] for c in containers if c in _SOUND_OF_CONTAINERS}
    if containers & {"mp4", "mpegts", "matroska"}:
        codecs |= {"aac"}
    if any(profile.startswith(("MPEG_PS", "MPEG_TS", "MPEG1")) for profile in profiles):
        codecs |= {"mp2"}
    for codec in sorted(codecs):
        yield AudioRule(codec, 2 if codec in {"mp2", "mp3", "wmav2"} else SURROUND)
