"""What browsers answer, and what is made of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.playback.screens.films import FILMS

from matinee.models.screens import DecisionKind, HlsFlavour
from matinee.playback.screens import decide_playback, from_report
from matinee.playback.screens.reported import QUESTIONS, Answer


def says(words: str, maybe: str = "") -> dict[str, str]:
    return {
        **dict.fromkeys(words.split(), Answer.PROBABLY),
        **dict.fromkeys(maybe.split(), Answer.MAYBE),
    }


COMMON = "h264 aac mp3 opus opus_mp4 vorbis flac flac_mp4 vp8 vp9 vp9_10bit av1 av1_10bit wav mse"
CHROMIUM = says(f"{COMMON} ogg")
CHROME_WITH_HEVC = says(f"{COMMON} ogg hevc hevc_main10 hevc_hev1")
FIREFOX = says(f"{COMMON} ogg")
SAFARI = says("h264 hevc hevc_main10 dolby_vision aac ac3 eac3 alac mp3 flac flac_mp4 hls mse")
OLD_IPHONE = says("h264 aac mp3 hls")


@pytest.mark.parametrize(
    ("answers", "family", "film", "kind"),
    [
        (CHROMIUM, "chromium", "mp4", DecisionKind.DIRECT),
        (CHROMIUM, "chromium", "mkv-aac", DecisionKind.DIRECT),
        (CHROMIUM, "", "mkv-aac", DecisionKind.REMUX),
        (CHROMIUM, "chromium", "mkv-ac3", DecisionKind.REMUX),
        (CHROMIUM, "chromium", "hevc-hvc1", DecisionKind.TRANSCODE),
        (CHROMIUM, "chromium", "av1-mp4", DecisionKind.DIRECT),
        (CHROMIUM, "chromium", "vp9-webm", DecisionKind.DIRECT),
        (CHROME_WITH_HEVC, "chromium", "hevc-mkv", DecisionKind.DIRECT),
        (CHROME_WITH_HEVC, "chromium", "hevc-hev1", DecisionKind.DIRECT),
        (CHROME_WITH_HEVC, "chromium", "hdr10plus-4k", DecisionKind.DIRECT),
        (CHROME_WITH_HEVC, "chromium", "dv5", DecisionKind.TRANSCODE),
        (FIREFOX, "firefox", "mkv-aac", DecisionKind.REMUX),
        (FIREFOX, "firefox", "mp4", DecisionKind.DIRECT),
        (SAFARI, "safari", "hevc-hvc1", DecisionKind.DIRECT),
        (SAFARI, "safari", "hevc-hev1", DecisionKind.REMUX),
        (SAFARI, "safari", "hevc-mkv", DecisionKind.REMUX),
        (SAFARI, "safari", "dv5", DecisionKind.DIRECT),
        (SAFARI, "safari", "vp9-webm", DecisionKind.TRANSCODE),
        (OLD_IPHONE, "safari", "hevc-hvc1", DecisionKind.TRANSCODE),
        (OLD_IPHONE, "safari", "mkv-ac3", DecisionKind.REMUX),
        (says("h264 aac"), "", "mkv-ac3", DecisionKind.REFUSE),
    ],
)
def test_what_a_browser_gets(
    answers: dict[str, str], family: str, film: str, kind: DecisionKind
) -> None:
    assert decide_playback(FILMS[film], from_report(answers, family)).kind is kind


def test_maybe_is_no_promise() -> None:
    profile = from_report(says("h264 aac mse", maybe="hevc matroska"))
    assert set(profile.uncertain) == {"hevc", "matroska"}
    decision = decide_playback(FILMS["hevc-mkv"], profile)
    assert decision.kind is DecisionKind.TRANSCODE
    assert not any(reason.certain for reason in decision.reasons)


def test_hls_only_where_it_is_read() -> None:
    assert from_report(says("h264 hls")).hls is HlsFlavour.FMP4
    assert from_report(says("h264 mse")).hls is HlsFlavour.FMP4
    assert from_report(says("h264")).hls is HlsFlavour.NONE


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from(tuple(QUESTIONS)) | st.text(), st.sampled_from(Answer)),
    st.sampled_from(("", "chromium", "firefox", "safari", "x")),
    st.sampled_from(tuple(FILMS)),
)
def test_any_answers_make_a_profile(answers: dict[str, str], family: str, film: str) -> None:
    profile = from_report(answers, family)
    assert not set(profile.containers) & set(profile.uncertain)
    decide_playback(FILMS[film], profile)


def test_every_question_counts() -> None:
    """A question that changes nothing should not be asked."""
    everything = dict.fromkeys(QUESTIONS, Answer.PROBABLY)
    for key in QUESTIONS:
        without = {**everything, key: Answer.NO}
        family = "firefox" if key == "hdr" else ""
        if key in {"mse", "hls"}:
            without = {**without, "mse": Answer.NO, "hls": Answer.NO}
        if key == "ogg":  # Theora lies in Ogg only, so it answers this one too
            without = {**without, "theora": Answer.NO}
        same = from_report(everything, family) == from_report(without, family)
        assert not same, key
