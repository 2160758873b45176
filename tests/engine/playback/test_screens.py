"""What browsers and Cast devices make of files, as a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matinee.models.media import Probe, Stream, StreamKind
from matinee.playback.screens import family, judge

VIDEO = Stream(0, StreamKind.VIDEO, "h264", pixel_format="yuv420p", bit_depth=8)
AUDIO = Stream(1, StreamKind.AUDIO, "aac", default=True)
MP4, MKV = "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"
TEN_BIT = replace(VIDEO, pixel_format="yuv420p10le", bit_depth=10, profile="High 10")


def video(codec: str, **more: object) -> Stream:
    return replace(VIDEO, codec=codec, **more)  # type: ignore[arg-type]


def audio(codec: str, **more: object) -> Stream:
    return replace(AUDIO, codec=codec, **more)  # type: ignore[arg-type]


# kind of screen, name, container, streams, words of the refusal, words of each warning
TABLE = [
    ("browser", "a.mp4", MP4, [VIDEO, AUDIO], "", []),
    ("browser", "a.m4v", MP4, [VIDEO], "", []),
    ("browser", "a.webm", MKV, [video("vp9"), audio("opus")], "", []),
    ("browser", "a.webm", MKV, [video("av1"), audio("vorbis")], "", []),
    ("browser", "a.mkv", MKV, [VIDEO, AUDIO], "", ["MKV"]),
    ("browser", "a.mp4", MKV, [VIDEO, AUDIO], "", ["MKV"]),
    ("browser", "a.mp4", MP4, [VIDEO, audio("ac3")], "", ["Dolby Digital (AC-3)"]),
    ("browser", "a.mp4", MP4, [VIDEO, audio("eac3")], "", ["E-AC-3"]),
    ("browser", "a.mp4", MP4, [VIDEO, audio("dts")], "", ["DTS"]),
    ("browser", "a.mp4", MP4, [VIDEO, audio("truehd")], "", ["TrueHD"]),
    ("browser", "a.mp4", MP4, [VIDEO, audio("mystery")], "", ["MYSTERY"]),
    ("browser", "a.mp4", MP4, [VIDEO, audio("alac")], "", ["Safari"]),
    (
        "browser", "a.mp4", MP4, [VIDEO, audio("ac3"), audio("aac", default=False)],
        "", ["silent", "Another sound track"],
    ),
    ("browser", "a.mp4", MP4, [VIDEO, audio("aac"), audio("dts", default=False)], "", []),
    ("browser", "a.mp4", MP4, [VIDEO, audio("dts", default=False), audio("aac")], "", []),
    ("browser", "a.mp4", MP4, [video("hevc"), AUDIO], "", ["black"]),
    ("browser", "a.mkv", MKV, [video("hevc"), audio("dts")], "", ["MKV", "black", "silent"]),
    ("browser", "a.mp4", MP4, [TEN_BIT, AUDIO], "", ["High 10"]),
    ("browser", "a.mp4", MP4, [replace(VIDEO, pixel_format="yuv444p")], "", ["yuv444p"]),
    ("browser", "a.mp4", MP4, [video("hevc", hdr="dolby_vision")], "", ["black", "Vision"]),
    ("browser", "a.mp4", MP4, [video("hevc", hdr="hdr10")], "", ["black"]),
    ("browser", "a.ogv", "ogg", [video("theora"), audio("vorbis")], "", ["Theora"]),
    ("browser", "a.avi", "avi", [video("mpeg4"), audio("mp3")], "AVI", []),
    ("browser", "a.mp4", "avi", [VIDEO, AUDIO], "AVI", []),
    ("browser", "a.wmv", "asf", [video("wmv3")], "Windows Media", []),
    ("browser", "a.ts", "mpegts", [VIDEO, AUDIO], "transport stream", []),
    ("browser", "a.mpg", "mpeg", [video("mpeg2video")], "programme stream", []),
    ("browser", "a.flv", "flv", [VIDEO], "Flash", []),
    ("browser", "a.mp4", MP4, [video("mpeg4"), AUDIO], "Xvid", []),
    ("browser", "a.mkv", MKV, [video("mpeg2video"), AUDIO], "MPEG-2", []),
    ("browser", "a.mkv", MKV, [video("vc1"), AUDIO], "VC-1", []),
    ("browser", "a.m4a", MP4, [AUDIO], "", []),
    ("cast", "a.mp4", MP4, [VIDEO, AUDIO], "", []),
    ("cast", "a.mkv", MKV, [VIDEO, AUDIO], "", ["MKV"]),
    ("cast", "a.ts", "mpegts", [VIDEO, AUDIO], "", []),
    ("cast", "a.mp4", MP4, [video("hevc"), audio("ac3")], "", ["4K", "Dolby"]),
    ("cast", "a.avi", "avi", [VIDEO], "AVI", []),
    ("vlc", "a.avi", "avi", [video("mpeg4"), audio("dts")], "", []),
    ("", "a.mkv", MKV, [video("vc1")], "", []),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "container", "streams", "refusal", "warnings"), TABLE)
def test_screens(
    kind: str, name: str, container: str, streams: list[Stream], refusal: str, warnings: list[str]
) -> None:
    verdict = judge(Probe(container, 100, 0, tuple(streams)), name, kind)
    if refusal:
        assert refusal in verdict.refusal
        assert "VLC" in verdict.hint
    else:
        assert verdict.refusal == ""
        assert len(verdict.warnings) == len(warnings), verdict
        for sentence, words in zip(verdict.warnings, warnings, strict=True):
            assert words in sentence
            assert sentence.endswith(".")
        assert bool(verdict.hint) == bool(warnings)


@pytest.mark.parametrize(
    ("name", "refused"),
    [("a.mp4", False), ("a.mkv", False), ("a.avi", True), ("a", False), ("a.xyz", False)],
)
def test_without_a_probe_the_name_counts(name: str, refused: bool) -> None:
    assert bool(judge(None, name, "browser").refusal) == refused


def test_family_trusts_the_content_before_the_name() -> None:
    assert family(Probe("avi", 0, 0), "a.mp4") == "avi"
    assert family(Probe("unheard,of", 0, 0), "a.mp4") == "mp4"
    assert family(Probe(MKV, 0, 0), "A.WEBM") == "webm"
    assert family(None, "A.MKV") == "matroska"
