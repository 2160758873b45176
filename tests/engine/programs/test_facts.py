"""ffprobe's answer becomes facts, and nonsense in it becomes nothing."""

from __future__ import annotations

import math
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.errors import GiveUp
from matinee.models.media import Probe, StreamKind
from matinee.programs import sniff
from matinee.programs.facts import MAX_CHAPTERS, MAX_STREAMS, is_hdr10_plus, probe_of


def video(**more: Any) -> dict[str, Any]:
    return {"index": 0, "codec_type": "video", "codec_name": "hevc", **more}


@pytest.mark.parametrize(
    ("stream", "wanted"),
    [
        (video(), ""),
        (video(color_transfer="bt709"), ""),
        (video(color_transfer="smpte2084"), "hdr10"),
        (video(color_transfer="arib-std-b67"), "hlg"),
        (
            video(
                color_transfer="smpte2084",
                side_data_list=[
                    {"side_data_type": "DOVI configuration record", "dv_profile": 8},
                ],
            ),
            "dolby_vision",
        ),
        (
            video(side_data_list=[{"side_data_type": "DOVI configuration record"}]),
            "dolby_vision",
        ),
    ],
)
def test_kinds_of_high_dynamic_range(stream: dict[str, Any], wanted: str) -> None:
    assert probe_of({"streams": [stream]}).streams[0].hdr == wanted


@pytest.mark.parametrize(
    ("profile", "compatible", "base"),
    [(5, 0, ""), (7, 6, "hdr10"), (8, 1, "hdr10"), (8, 2, "sdr"), (8, 4, "hlg"), (9, "x", "")],
)
def test_what_is_beneath_dolby_vision(profile: int, compatible: object, base: str) -> None:
    side = {
        "side_data_type": "DOVI configuration record",
        "dv_profile": profile,
        "dv_bl_signal_compatibility_id": compatible,
    }
    stream = probe_of({"streams": [video(side_data_list=[side])]}).streams[0]
    assert (stream.dolby_profile, stream.dolby_base) == (profile, base)


@pytest.mark.parametrize(
    ("tag", "kept"), [("hvc1", "hvc1"), ("encv", "encv"), ("[0][0][0][0]", ""), (7, "")]
)
def test_the_name_that_the_container_gives_a_codec(tag: object, kept: str) -> None:
    assert probe_of({"streams": [video(codec_tag_string=tag)]}).streams[0].codec_tag == kept


def test_dynamic_metadata_of_a_frame() -> None:
    side = {"side_data_type": "HDR Dynamic Metadata SMPTE2094-40 (HDR10+)"}
    assert is_hdr10_plus({"frames": [{"side_data_list": [side]}]})
    assert not is_hdr10_plus({"frames": [{"side_data_list": [{"side_data_type": "x"}]}, 3]})
    assert not is_hdr10_plus([])


def test_details_of_streams() -> None:
    answer = {
        "format": {"format_name": "matroska,webm", "duration": "12.5", "bit_rate": "N/A",
                   "size": "1000"},
        "streams": [
            video(width=3840, height=2160, avg_frame_rate="24000/1001", pix_fmt="yuv420p10le",
                  tags={"LANGUAGE": "ENG", "title": "a\u202eb\x1b[31m"}, level=153),
            {"index": 1, "codec_type": "audio", "codec_name": "dts", "channels": 6,
             "sample_rate": "48000", "tags": {"language": "und", "BPS": "1509000"}},
            {"index": 2, "codec_type": "data"},
            video(index=3, codec_name="mjpeg", disposition={"attached_pic": 1}),
            {"index": 4, "codec_type": "subtitle", "codec_name": "subrip",
             "disposition": {"forced": 1, "hearing_impaired": 1}, "tags": {"language": "pt-BR"}},
        ],
    }  # fmt: skip
    probe = probe_of(answer)
    assert (probe.duration, probe.bit_rate) == (12.5, 640)
    picture, sound, cover, text = probe.streams
    assert (picture.frame_rate, picture.bit_depth, picture.language) == (23.976, 10, "eng")
    assert picture.title == "a b [31m"
    assert (sound.language, sound.bit_rate, sound.channels) == ("", 1509000, 6)
    assert cover.kind is StreamKind.ATTACHMENT
    assert text.forced
    assert text.hearing_impaired
    assert text.language == "pt-br"


@pytest.mark.parametrize(
    "value", ["1e999", "nan", "-5", "inf", None, [], {}, "x", 10**400, True, "9" * 5000]
)
def test_numbers_that_are_none(value: object) -> None:
    answer = {
        "format": {"duration": value, "bit_rate": value, "size": value},
        "streams": [video(index=value, width=value, level=value, avg_frame_rate=value,
                          bit_rate=value, tags=value, disposition=value, side_data_list=value)],
        "chapters": [{"start_time": value, "end_time": value, "tags": value}, value],
    }  # fmt: skip
    probe = probe_of(answer)
    assert math.isfinite(probe.duration)
    orjson.dumps(probe)


def test_counts_are_capped() -> None:
    answer = {
        "streams": [video()] * 100_000,
        "chapters": [{"start_time": "0", "end_time": "1", "tags": {"title": "x" * 10_000}}] * 9999,
    }
    probe = probe_of(answer)
    assert len(probe.streams) == MAX_STREAMS
    assert len(probe.chapters) == MAX_CHAPTERS
    assert len(probe.chapters[0].title) <= 256


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.sampled_from(
                [
                    "format",
                    "streams",
                    "chapters",
                    "tags",
                    "disposition",
                    "codec_type",
                    "index",
                    "side_data_list",
                    "duration",
                    "pix_fmt",
                    "avg_frame_rate",
                    "language",
                ]
            ),
            inner | st.just("video"),
            max_size=6,
        )
    ),
    max_leaves=30,
)


@given(JSON)
@settings(max_examples=150, deadline=None)
def test_any_json_becomes_facts(answer: object) -> None:
    assert isinstance(probe_of(answer), Probe)


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (b"\x1a\x45\xdf\xa3\x93\x42\x82", "matroska"),
        (b"\0\0\0\x20ftypisom", "mov"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "mov"),
        (b"RIFF\0\0\0\0AVI LIST", "avi"),
        ((b"G" + bytes(187)) * 5, "mpegts"),
        ((b"\0\0\0\0G" + bytes(187)) * 5, "mpegts"),
        (bytes(100) + (b"G" + bytes(187)) * 6, "mpegts"),
        (b"\0\0\x01\xba\x44", "mpeg"),
        (b"OggS\0", "ogg"),
    ],
)
def test_containers_are_known_by_their_first_bytes(head: bytes, wanted: str) -> None:
    assert sniff.demuxer(head) == wanted


@pytest.mark.parametrize(
    "head",
    [
        b"", b"#EXTM3U\n", b"ffconcat version 1.0\n", b"v=0\no=- 0 0 IN IP4 127.0.0.1",
        b'<?xml version="1.0"?><MPD', b"[playlist]", b"RIFF\0\0\0\0XXXX", b"MZ\x90", b"PK\x03\x04",
        b"Rar!\x1a\x07", b"GGGG",
    ],
)  # fmt: skip
def test_everything_else_is_no_film(head: bytes) -> None:
    with pytest.raises(GiveUp) as refused:
        sniff.demuxer(head)
    assert refused.value.code == "not_media"
