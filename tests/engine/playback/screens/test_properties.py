"""What holds for every film and every screen, whatever they are."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.models.media import Probe, Stream, StreamKind
from matinee.models.screens import (
    AudioRule,
    DecisionKind,
    Effect,
    Handling,
    HlsFlavour,
    Means,
    MediaFacts,
    PlaybackWish,
    ScreenProfile,
    SubtitleHandling,
    VideoRule,
)
from matinee.playback.screens import BUILT_IN, decide_playback, family

VIDEO = ("h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mpeg2video", "vc1", "theora", "x", "")
AUDIO = ("aac", "ac3", "eac3", "dts", "truehd", "opus", "vorbis", "flac", "mp3", "pcm_s16le", "x")
TEXT = ("subrip", "ass", "mov_text", "hdmv_pgs_subtitle", "dvd_subtitle", "dvb_teletext", "")
CONTAINERS = ("mov,mp4,m4a", "matroska,webm", "mpegts", "avi", "asf", "flv", "ogg", "mp3", "", "x")
RANGES = ("", "hdr10", "hdr10plus", "hlg", "dolby_vision")
NAMES = ("a.mp4", "a.mkv", "a.webm", "a.avi", "a.ts", "a", "a.xyz")
numbers = st.integers(0, 5000)


def streams(kind: StreamKind, codecs: tuple[str, ...]) -> st.SearchStrategy[Stream]:
    return st.builds(
        Stream,
        index=st.just(0),
        kind=st.just(kind),
        codec=st.sampled_from(codecs),
        profile=st.sampled_from(("", "High", "High 10", "Main", "Main 10", "Profile 2")),
        level=st.sampled_from((-99, 0, 9, 31, 40, 51, 123, 153, 186)),
        language=st.sampled_from(("", "eng", "ger")),
        title=st.sampled_from(("", "Commentary")),
        default=st.booleans(),
        width=numbers, height=numbers,
        frame_rate=st.floats(0, 240, allow_nan=False),
        bit_depth=st.sampled_from((0, 8, 10, 12)),
        hdr=st.sampled_from(RANGES),
        channels=st.integers(0, 16),
        sample_rate=st.sampled_from((0, 44_100, 48_000, 96_000, 192_000)),
        pixel_format=st.sampled_from(("", "yuv420p", "yuv420p10le", "yuv444p")),
        codec_tag=st.sampled_from(("", "avc1", "hvc1", "hev1", "encv")),
        dolby_profile=st.sampled_from((0, 5, 7, 8)),
        dolby_base=st.sampled_from(("", "hdr10", "sdr", "hlg")),
    )  # fmt: skip


probes = st.builds(
    Probe,
    container=st.sampled_from(CONTAINERS),
    duration=st.floats(0, 1e5, allow_nan=False),
    bit_rate=st.integers(0, 10**9),
    streams=st.lists(
        streams(StreamKind.VIDEO, VIDEO)
        | streams(StreamKind.AUDIO, AUDIO)
        | streams(StreamKind.SUBTITLE, TEXT),
        max_size=5,
    ).map(lambda found: tuple(replace(stream, index=i) for i, stream in enumerate(found))),
)
films = st.builds(MediaFacts, st.sampled_from(NAMES), st.none() | probes)
words = st.sampled_from((*VIDEO, *AUDIO, "mp4", "matroska", "mpegts", "*"))
own = st.builds(
    ScreenProfile,
    id=st.just("own"),
    name=st.just("Own"),
    containers=st.lists(words, max_size=4).map(tuple),
    video=st.lists(
        st.builds(
            VideoRule,
            st.sampled_from((*VIDEO, "*")),
            max_level=st.sampled_from((0.0, 4.1)),
            bit_depth=st.sampled_from((0, 8, 10)),
            max_height=st.sampled_from((0, 480, 720, 1080)),
            max_frame_rate=st.sampled_from((0.0, 30.0)),
        ),
        max_size=3,
    ).map(tuple),
    audio=st.lists(st.builds(AudioRule, st.sampled_from((*AUDIO, "*"))), max_size=3).map(tuple),
    subtitles=st.lists(st.sampled_from(("webvtt", "srt", "pgs")), max_size=2).map(tuple),
    hls=st.sampled_from(HlsFlavour),
    max_bit_rate=st.sampled_from((0, 1, 10**7)),
    uncertain=st.lists(words, max_size=3).map(tuple),
)
screens = st.sampled_from(tuple(BUILT_IN.values())) | own
wishes = st.builds(
    PlaybackWish,
    audio=st.none() | st.integers(0, 7),
    subtitle=st.none() | st.integers(0, 7),
    max_height=st.sampled_from((0, 480, 720, 1080)),
    max_bit_rate=st.sampled_from((0, 1, 10**6)),
)
means = st.builds(
    Means, remux=st.booleans(), pixel_rate=st.none() | st.floats(0, 1e9, allow_nan=False)
)
MISSING = {Effect.REFUSED, Effect.BLACK, Effect.SILENT, Effect.WRONG_TRACK}
many = settings(max_examples=200, deadline=None)


@many
@given(films, screens, wishes, means)
def test_the_shape_of_every_decision(
    film: MediaFacts, screen: ScreenProfile, wish: PlaybackWish, can: Means
) -> None:
    found = decide_playback(film, screen, wish, can)
    assert found == decide_playback(film, screen, wish, can)
    for sentence in (*found.warnings, *(reason.text for reason in found.reasons)):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    converted = found.kind in (DecisionKind.REMUX, DecisionKind.TRANSCODE)
    assert (found.hls is not HlsFlavour.NONE) == converted
    assert (found.video is Handling.ENCODE) == (found.kind is DecisionKind.TRANSCODE)
    assert (found.video is Handling.ENCODE) == (found.height > 0) == (found.bit_rate > 0)
    assert (found.audio is Handling.ENCODE) == (found.audio_channels > 0)
    if converted:
        assert screen.hls is found.hls
        assert can.remux
        assert found.reasons


@many
@given(films, screens, wishes, means)
def test_refusing_has_a_reason(
    film: MediaFacts, screen: ScreenProfile, wish: PlaybackWish, can: Means
) -> None:
    found = decide_playback(film, screen, wish, can)
    if found.kind is DecisionKind.REFUSE:
        assert any(reason.certain for reason in found.reasons)
        assert found.reasons[-1].hint
        assert (found.video, found.audio) == (Handling.NONE, Handling.NONE)


@many
@given(films, screens, wishes, means)
def test_nothing_goes_as_it_is_that_surely_fails(
    film: MediaFacts, screen: ScreenProfile, wish: PlaybackWish, can: Means
) -> None:
    found = decide_playback(film, screen, wish, can)
    if found.kind is not DecisionKind.DIRECT:
        return
    assert not [r for r in found.reasons if r.certain and r.effect in MISSING]
    assert len(found.warnings) >= len({reason.text for reason in found.reasons})
    container = family(film.probe, film.name)
    known = {*screen.containers, *screen.uncertain, ""}
    assert container in known or "*" in known
    for stream in film.probe.streams if film.probe else ():
        if stream.index == found.video_stream:
            assert {stream.codec, "*"} & {*screen.uncertain, *(r.codec for r in screen.video)}
        if stream.index == found.audio_stream:
            assert {stream.codec, "*"} & {*screen.uncertain, *(r.codec for r in screen.audio)}


@many
@given(films, screens, wishes, means)
def test_what_is_copied_is_what_the_screen_takes(
    film: MediaFacts, screen: ScreenProfile, wish: PlaybackWish, can: Means
) -> None:
    found = decide_playback(film, screen, wish, can)
    if film.probe is None or found.kind is not DecisionKind.REMUX:
        return
    codecs = {stream.index: stream.codec for stream in film.probe.streams}
    if found.video is Handling.COPY:
        carried = ("h264",) if found.hls is HlsFlavour.TS else screen.hls_video
        assert found.video_stream is not None
        assert codecs[found.video_stream] in carried
    if found.audio is Handling.COPY:
        assert found.audio_stream is not None
        assert codecs[found.audio_stream] in screen.hls_audio


@many
@given(films, screens, wishes)
def test_more_means_never_refuse_more(
    film: MediaFacts, screen: ScreenProfile, wish: PlaybackWish
) -> None:
    order = [Means(remux=False), Means(pixel_rate=0), Means(pixel_rate=3e7), Means()]
    refused = [
        decide_playback(film, screen, wish, can).kind is DecisionKind.REFUSE for can in order
    ]
    assert refused == sorted(refused, reverse=True)


@many
@given(films, screens, wishes, means)
def test_nothing_is_converted_for_a_screen_without_hls(
    film: MediaFacts, screen: ScreenProfile, wish: PlaybackWish, can: Means
) -> None:
    if screen.hls is HlsFlavour.NONE:
        found = decide_playback(film, screen, wish, can)
        assert found.kind in (DecisionKind.DIRECT, DecisionKind.REFUSE)


@many
@given(films, wishes)
def test_what_vlc_gets_is_never_silent_or_black(film: MediaFacts, wish: PlaybackWish) -> None:
    found = decide_playback(film, BUILT_IN["vlc"], wish)
    codes = {reason.code for reason in found.reasons}
    assert codes <= {"video_range", "quality", "encrypted", "no_tracks", "container"}


@many
@given(films, screens, means)
def test_no_subtitle_unless_one_is_wished(
    film: MediaFacts, screen: ScreenProfile, can: Means
) -> None:
    found = decide_playback(film, screen, PlaybackWish(), can)
    assert found.subtitle is SubtitleHandling.NONE
