"""What the playlists say, by tables."""

from __future__ import annotations

from itertools import pairwise

import pytest

from matinee.errors import NotFound
from matinee.models.media import Stream, StreamKind
from matinee.models.screens import Decision, DecisionKind, Handling, HlsFlavour
from matinee.playback.hls.playlist import SoundTrack, TextTrack, cut, master, media, text
from matinee.playback.hls.way import Way, of_decision, parse

VIDEO = Stream(0, StreamKind.VIDEO, "h264", "High", 41, width=1920, height=1080, frame_rate=23.976)
HEVC = Stream(0, StreamKind.VIDEO, "hevc", "Main 10", 153, width=3840, height=2160)
SOUND = Stream(1, StreamKind.AUDIO, "eac3", channels=6)


@pytest.mark.parametrize(
    ("keys", "end", "starts"),
    [
        ([0], 5, [0]),
        ([0, 2, 4, 6, 8, 10, 12], 14, [0, 6, 12]),
        ([0, 10, 20], 25, [0, 10, 20]),
        ([0, 1, 11, 12], 20, [0, 11]),
        ([0, 5, 10, 15], 20, [0, 5, 10, 15]),
        ([0, 0.5, 1, 30], 31, [0, 30]),
        ([3], 3, [3]),
        ([], 3, []),
    ],
)
def test_segments_begin_with_key_pictures(
    keys: list[float], end: float, starts: list[float]
) -> None:
    segments = cut(keys, end)
    assert [segment.start for segment in segments] == starts
    assert [segment.number for segment in segments] == list(range(len(starts)))
    assert all(keys[segment.key] == segment.start for segment in segments)
    for before, after in pairwise(segments):
        assert before.stop == after.start
    assert all(segment.duration > 0 for segment in segments)


def test_a_media_playlist_says_exact_lengths() -> None:
    found = media(cut([0, 5.005, 10.2], 12.345), Way(video=0, audio=1)).splitlines()
    assert found[0] == "#EXTM3U"
    assert "#EXT-X-VERSION:7" in found
    assert '#EXT-X-MAP:URI="init.mp4"' in found
    assert [line for line in found if "INF" in line] == [
        "#EXTINF:5.005000,", "#EXTINF:5.195000,", "#EXTINF:2.145000,"
    ]  # fmt: skip
    assert "#EXT-X-TARGETDURATION:5" in found
    assert found[-1] == "#EXT-X-ENDLIST"
    stream = media(cut([0, 6], 9), parse("ts-v0"))
    assert "EXT-X-MAP" not in stream
    assert "1.ts" in stream


@pytest.mark.parametrize(
    ("way", "video", "codecs"),
    [
        ("fmp4-v0-a1aac2", VIDEO, "avc1.640029,mp4a.40.2"),
        ("fmp4-v0-a1", HEVC, "hvc1.2.4.L153.90,ec-3"),
        ("fmp4-v0h720b2000000-a1aac2", HEVC, "avc1.640029,mp4a.40.2"),
        ("fmp4-v0", VIDEO, "avc1.640029"),
        ("fmp4-v0", Stream(0, StreamKind.VIDEO, "vp9"), ""),
    ],
)
def test_codecs_where_they_are_sure(way: str, video: Stream, codecs: str) -> None:
    found = master(parse(way), video, SOUND, 5_000_000)
    assert (f'CODECS="{codecs}"' in found) == bool(codecs)
    assert found.splitlines()[-1] == "index.m3u8"


def test_a_master_playlist_offers_tracks_and_trusts_no_name() -> None:
    found = master(
        parse("fmp4-v0-a1aac2"), VIDEO, SOUND, 5_000_000,
        [SoundTrack("English", "eng", default=True, channels=2),
         SoundTrack('D"\nURI="http://evil', "deu", "../fmp4-a2aac2/index.m3u8")],
        [TextTrack("Deutsch", "deu", "text-s3.m3u8", forced=True)],
    )  # fmt: skip
    lines = found.splitlines()
    assert sum(line.startswith("#EXT-X-MEDIA:TYPE=AUDIO") for line in lines) == 2
    assert 'NAME="DURI=http://evil"' in found
    assert "FORCED=YES" in found
    assert 'AUDIO="sound",SUBTITLES="text"' in found
    assert "RESOLUTION=1920x1080" in found
    assert "text-s3.vtt" in text("text-s3.vtt", 100)


@pytest.mark.parametrize(
    "word",
    ["fmp4-v0-a1", "fmp4-v0-a1aac2", "ts-v0h720b3000000r30-a1aac2", "fmp4-a2", "fmp4-v0"],
)
def test_a_way_is_a_word(word: str) -> None:
    assert str(parse(word)) == word


@pytest.mark.parametrize("word", ["", "fmp4", "mkv-v0", "fmp4-v0-a1aac9", "fmp4-v0h1b1", "../x"])
def test_other_words_are_none(word: str) -> None:
    with pytest.raises(NotFound):
        parse(word)


def test_the_way_of_a_decision() -> None:
    remux = Decision(
        DecisionKind.REMUX, video=Handling.COPY, audio=Handling.ENCODE, video_stream=0,
        audio_stream=2, audio_channels=6, hls=HlsFlavour.FMP4,
    )  # fmt: skip
    assert str(of_decision(remux)) == "fmp4-v0-a2aac6"
    encode = Decision(
        DecisionKind.TRANSCODE, video=Handling.ENCODE, audio=Handling.COPY, video_stream=0,
        audio_stream=1, height=720, bit_rate=3_000_000, frame_rate=30, hls=HlsFlavour.TS,
    )  # fmt: skip
    assert str(of_decision(encode)) == "ts-v0h720b3000000r30-a1aac2"
