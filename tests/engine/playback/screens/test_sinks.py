"""What DLNA renderers say of themselves, and what is made of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.playback.screens.films import FILMS

from matinee.models.screens import DecisionKind, HlsFlavour
from matinee.playback.screens import decide_playback, from_sink_protocol_info

# A television with media profiles, no MKV; shortened from lists that makers publish.
PROFILED = (
    "http-get:*:video/mp4:DLNA.ORG_PN=AVC_MP4_HP_HD_AAC;DLNA.ORG_OP=01,"
    "http-get:*:video/vnd.dlna.mpeg-tts:DLNA.ORG_PN=AVC_TS_HD_50_AC3_T,"
    "http-get:*:video/mpeg:DLNA.ORG_PN=MPEG_PS_PAL,"
    "http-get:*:audio/mpeg:DLNA.ORG_PN=MP3,"
    "http-get:*:image/jpeg:DLNA.ORG_PN=JPEG_LRG"
)
BARE = "http-get:*:video/mp4:*, http-get:*:video/x-matroska:*,http-get:*:audio/flac:*"
UHD = "http-get:*:video/mp4:DLNA.ORG_PN=HEVC_MP4_UHD_AAC,http-get:*:video/x-matroska:*"
SPEAKER = "http-get:*:audio/mpeg:*,http-get:*:audio/flac:*"
PLAYLISTS = f"{BARE},http-get:*:application/vnd.apple.mpegurl:*"
EVERYTHING = "http-get:*:*:*"


@pytest.mark.parametrize(
    ("info", "film", "kind", "warned"),
    [
        (PROFILED, "mp4", DecisionKind.DIRECT, False),
        (PROFILED, "mpeg2-ts", DecisionKind.DIRECT, False),
        (PROFILED, "dvd", DecisionKind.DIRECT, False),
        (PROFILED, "mkv-ac3", DecisionKind.DIRECT, True),
        (PROFILED, "mkv-dts", DecisionKind.DIRECT, True),
        (PROFILED, "hevc-mkv", DecisionKind.DIRECT, True),
        (PROFILED, "hi10", DecisionKind.REFUSE, True),
        (PROFILED, "mp3", DecisionKind.DIRECT, False),
        (BARE, "mkv-aac", DecisionKind.DIRECT, False),
        (BARE, "mkv-ac3", DecisionKind.DIRECT, True),
        (BARE, "mp4-4k", DecisionKind.DIRECT, True),
        (BARE, "flac-96", DecisionKind.DIRECT, False),
        (BARE, "mkv-truehd-ac3", DecisionKind.REFUSE, True),
        (UHD, "mp4-4k", DecisionKind.DIRECT, False),
        (UHD, "hdr10plus-4k", DecisionKind.DIRECT, False),
        (SPEAKER, "mp3", DecisionKind.DIRECT, False),
        (SPEAKER, "mp4", DecisionKind.REFUSE, False),
        (PLAYLISTS, "mkv-dts", DecisionKind.REMUX, False),
        (PLAYLISTS, "xvid-avi", DecisionKind.TRANSCODE, False),
        (EVERYTHING, "vc1-dts", DecisionKind.DIRECT, True),
        ("", "mp4", DecisionKind.DIRECT, False),
        ("", "hevc-mkv", DecisionKind.DIRECT, True),
    ],
)
def test_what_a_renderer_gets(info: str, film: str, kind: DecisionKind, warned: bool) -> None:
    decision = decide_playback(FILMS[film], from_sink_protocol_info(info))
    assert (decision.kind, bool(decision.warnings)) == (kind, warned)


def test_only_what_comes_over_http_counts() -> None:
    profile = from_sink_protocol_info(
        "rtsp-rtp-udp:*:video/x-matroska:*,http-get:*:video/mp4:*,internal:*:video/webm:*"
    )
    assert profile.containers == ("mp4",)


def test_escaped_commas_and_parameters_of_types() -> None:
    profile = from_sink_protocol_info(
        r"http-get:*:video/mp4:X=a\,http-get:*:video/webm:*,http-get:*:audio/L16;rate=44100:*,"
        "HTTP-GET:*:Video/X-Matroska;x=y:*"
    )
    assert profile.containers == ("matroska", "mp4")


def test_a_renderer_with_playlists_gets_them_in_transport_streams() -> None:
    assert from_sink_protocol_info(PLAYLISTS).hls is HlsFlavour.TS
    assert from_sink_protocol_info(BARE).hls is HlsFlavour.NONE


@settings(max_examples=300, deadline=None)
@given(st.text() | st.text(alphabet=":,;*\\=htpge-/vidomx4_PN").map(lambda t: f"http-get:{t}"))
def test_any_nonsense_makes_a_profile(text: str) -> None:
    profile = from_sink_protocol_info(text)
    decide_playback(FILMS["mkv-ac3"], profile)


def test_an_endless_list_is_cut() -> None:
    assert from_sink_protocol_info("http-get:*:video/mp4:*," * 500_000).containers == ("mp4",)
