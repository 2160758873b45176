"""What the table does not say: sizes, tracks, subtitles, words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.engine.playback.screens.films import (
    ENGLISH,
    FILMS,
    GERMAN,
    MKV,
    MP4,
    UHD,
    audio,
    film,
    text,
    video,
)

from matinee.models.screens import (
    Decision,
    DecisionKind,
    Handling,
    Means,
    MediaFacts,
    PlaybackWish,
    SubtitleHandling,
)
from matinee.playback.screens import BUILT_IN, decide_playback


def decide(
    media: str | MediaFacts, screen: str, means: Means | None = None, **wish: int
) -> Decision:
    facts = FILMS[media] if isinstance(media, str) else media
    return decide_playback(facts, BUILT_IN[screen], PlaybackWish(**wish), means)


@pytest.mark.parametrize(
    ("media", "screen", "wish", "height", "frame_rate"),
    [
        ("mp4", "nest-hub", {}, 720, 0),
        ("mp4-60", "chromecast-1", {}, 720, 0),
        ("mp4-60", "nest-hub-max", {}, 720, 30),
        ("mp4-60", "nest-hub-max", {"max_height": 480}, 480, 30),
        ("hdr10-4k", "chromecast-3", {}, 1080, 0),
        ("hdr10-4k", "google-tv-hd", {"max_height": 720}, 720, 0),
        ("mp4-4k", "google-tv-4k", {"max_height": 1080}, 1080, 0),
        ("dvd", "chromium", {}, 576, 0),
        ("dvd", "chromium", {"max_height": 480}, 480, 0),
        ("xvid-avi", "chromium", {}, 360, 0),
        ("scope", "chromium", {"max_height": 720}, 720, 0),
    ],
)
def test_the_largest_picture_that_fits(
    media: str, screen: str, wish: dict[str, int], height: int, frame_rate: float
) -> None:
    decision = decide(media, screen, **wish)
    assert decision.video is Handling.ENCODE
    assert (decision.height, decision.frame_rate) == (height, frame_rate)


@pytest.mark.parametrize(("pixel_rate", "height"), [(60e6, 1080), (25e6, 720), (10e6, 480)])
def test_a_slow_machine_makes_it_smaller_and_says_so(pixel_rate: float, height: int) -> None:
    decision = decide("hevc-mkv", "chromecast-3", Means(pixel_rate=pixel_rate))
    assert decision.height == height
    assert bool(decision.warnings) == (height < 1080)


def test_bits_are_those_of_the_size_and_never_more_than_anybody_takes() -> None:
    full = decide("hevc-mkv", "chromecast-3").bit_rate
    half = decide("hevc-mkv", "chromecast-3", max_height=720).bit_rate
    assert 6_000_000 <= full <= 8_000_000
    assert half < full
    assert decide("hevc-mkv", "chromecast-3", max_bit_rate=2_000_000).bit_rate <= 2_000_000
    narrow = replace(BUILT_IN["chromecast-3"], max_bit_rate=3_000_000)
    assert decide_playback(FILMS["hevc-mkv"], narrow).bit_rate <= 3_000_000
    poor = film("a.avi", "avi", video("mpeg4"), audio("mp3"), bit_rate=900_000)
    assert decide(poor, "chromium").bit_rate <= 1_800_000


def test_a_film_beyond_the_bits_of_a_screen_is_converted() -> None:
    narrow = replace(BUILT_IN["chromium"], max_bit_rate=10_000_000)
    decision = decide_playback(FILMS["rich"], narrow)
    assert decision.kind is DecisionKind.TRANSCODE
    assert [reason.code for reason in decision.reasons] == ["bit_rate"]


@pytest.mark.parametrize(
    ("media", "screen", "stream", "channels"),
    [
        ("mkv-ac3", "chromium", 1, 6),
        ("mkv-dts", "android-tv", 1, 6),
        ("mkv-truehd-ac3", "apple-tv-4k", 2, 0),
        ("mkv-truehd-ac3", "chromium", 1, 6),
        ("mkv-opus", "safari", 1, 2),
        ("mp4-8ch", "cast", 1, 6),
    ],
)
def test_which_sound_goes_out(media: str, screen: str, stream: int, channels: int) -> None:
    decision = decide(media, screen)
    assert (decision.audio_stream, decision.audio_channels) == (stream, channels)


def test_another_track_stands_in_only_in_the_same_language_and_for_no_commentary() -> None:
    dts = audio("dts", 6, **ENGLISH)
    for other in (
        audio("aac", 2, 2, **GERMAN),
        audio("aac", 2, 2, title="Director's commentary", **ENGLISH),
    ):
        decision = decide(film("a.mkv", MKV, video(), dts, other), "chromium")
        assert (decision.audio_stream, decision.audio) == (1, Handling.ENCODE)
    wished = decide(film("a.mkv", MKV, video(), dts, other), "chromium", audio=2)
    assert (wished.audio_stream, wished.audio) == (2, Handling.COPY)


def test_a_sound_track_that_is_not_there() -> None:
    decision = decide("two-sounds", "chromium", audio=9)
    assert (decision.kind, decision.audio_stream) == (DecisionKind.DIRECT, 1)
    assert "no such sound track" in decision.warnings[0]


@pytest.mark.parametrize(
    ("container", "sound", "codec", "screen", "handling"),
    [
        (MKV, "aac", "subrip", "vlc", SubtitleHandling.INSIDE),
        (MKV, "aac", "subrip", "chromium", SubtitleHandling.WEBVTT),
        (MKV, "aac", "ass", "kodi", SubtitleHandling.INSIDE),
        (MKV, "aac", "ass", "chromium", SubtitleHandling.WEBVTT),
        (MKV, "aac", "ass", "apple-tv-4k", SubtitleHandling.WEBVTT),
        (MKV, "aac", "ass", "dlna", SubtitleHandling.REFUSED),
        (MKV, "aac", "subrip", "dlna", SubtitleHandling.INSIDE),
        (MKV, "aac", "hdmv_pgs_subtitle", "chromium", SubtitleHandling.REFUSED),
        (MKV, "aac", "hdmv_pgs_subtitle", "android-tv", SubtitleHandling.INSIDE),
        (MKV, "dts", "hdmv_pgs_subtitle", "android-tv", SubtitleHandling.REFUSED),
        (MKV, "dts", "subrip", "android-tv", SubtitleHandling.WEBVTT),
        (MKV, "aac", "dvd_subtitle", "vlc", SubtitleHandling.INSIDE),
        (MKV, "aac", "dvd_subtitle", "cast", SubtitleHandling.REFUSED),
        (MKV, "aac", "dvb_teletext", "vlc", SubtitleHandling.REFUSED),
        (MP4, "aac", "mov_text", "apple-tv-4k", SubtitleHandling.INSIDE),
        (MP4, "aac", "mov_text", "chromium", SubtitleHandling.WEBVTT),
        (MKV, "aac", "webvtt", "vlc", SubtitleHandling.WEBVTT),
    ],
)
def test_subtitles(
    container: str, sound: str, codec: str, screen: str, handling: SubtitleHandling
) -> None:
    name = "a.mp4" if container == MP4 else "a.mkv"
    media = film(name, container, video(), audio(sound), text(codec))
    decision = decide(media, screen, subtitle=3)
    assert decision.subtitle is handling
    refused = [warning for warning in decision.warnings if "ubtitles" in warning]
    assert bool(refused) == (handling is SubtitleHandling.REFUSED)
    assert decide(media, screen).subtitle is SubtitleHandling.NONE
    assert decide(media, screen, subtitle=7).subtitle is SubtitleHandling.REFUSED


@pytest.mark.parametrize(
    ("name", "screen", "kind", "attempt"),
    [
        ("a.mp4", "chromium", DecisionKind.DIRECT, True),
        ("a", "chromium", DecisionKind.DIRECT, True),
        ("a.xyz", "chromium", DecisionKind.DIRECT, True),
        ("a.avi", "chromium", DecisionKind.REMUX, False),
        ("a.mkv", "browser", DecisionKind.REMUX, True),
        ("a.mkv", "dlna", DecisionKind.DIRECT, True),
        ("a.webm", "dlna", DecisionKind.REFUSE, False),
        ("a.avi", "vlc", DecisionKind.DIRECT, True),
    ],
)
def test_for_the_time_being_only_the_name_is_known(
    name: str, screen: str, kind: DecisionKind, attempt: bool
) -> None:
    decision = decide_playback(MediaFacts(name), BUILT_IN[screen])
    assert (decision.kind, decision.attempt) == (kind, attempt)
    assert (decision.video_stream, decision.audio_stream) == (None, None)


@pytest.mark.parametrize(
    ("media", "screen", "attempt"),
    [
        ("mkv-ac3", "chromium", True),  # one sees it, silent
        ("mkv-truehd-ac3", "dlna", True),
        ("hevc-mkv", "chromecast-1", False),
        ("xvid-avi", "chromium", False),
        ("hi10", "dlna", False),
        ("encrypted", "vlc", False),
        ("mp4", "sonos", False),
    ],
)
def test_what_may_be_tried_all_the_same(media: str, screen: str, attempt: bool) -> None:
    assert decide(media, screen, Means(remux=False)).attempt == attempt


def test_unknown_facts_are_no_reason() -> None:
    bare = video("hevc", profile="", level=0, bit_depth=0, width=0, height=0, frame_rate=0.0)
    media = film("a.mp4", MP4, bare, audio(channels=0), bit_rate=0)
    assert decide(media, "chromecast-ultra").kind is DecisionKind.DIRECT
    assert decide(media, "chromecast-3").height == 1080


def test_dolby_vision_of_an_unknown_profile_is_sent_with_a_warning() -> None:
    media = film("a.mkv", MKV, video("hevc", hdr="dolby_vision", **UHD), audio())
    decision = decide(media, "vlc", Means(pixel_rate=0))
    assert decision.kind is DecisionKind.DIRECT
    assert "colours" in decision.warnings[0]
