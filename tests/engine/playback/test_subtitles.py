"""Subtitles inside real films and beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.films import SRT, make_film

from matinee.errors import GiveUp, NotFound
from matinee.models.media import Probe, Stream, StreamKind
from matinee.playback.subtitles import LATER, PICTURES, Subtitles, Track, beside, embedded
from matinee.programs import ffmpeg


def stream(codec: str, index: int = 2) -> Stream:
    return Stream(index, StreamKind.SUBTITLE, codec, language="eng")


@pytest.mark.parametrize(
    ("codec", "finished", "refusal"),
    [
        ("subrip", True, ""),
        ("ass", True, ""),
        ("mov_text", True, ""),
        ("webvtt", True, ""),
        ("subrip", False, LATER),
        ("hdmv_pgs_subtitle", True, PICTURES),
        ("hdmv_pgs_subtitle", False, PICTURES),
        ("dvd_subtitle", True, PICTURES),
    ],
)
def test_embedded(codec: str, finished: bool, refusal: str) -> None:
    probe = Probe("matroska", 1, 0, (Stream(0, StreamKind.VIDEO, "h264"), stream(codec)))
    assert embedded(probe, finished=finished) == [
        Track("s2", "eng", refusal=refusal, index=2),
    ]
    assert embedded(None, finished=finished) == []


def test_codecs_that_are_no_text() -> None:
    probe = Probe("mpegts", 1, 0, (stream("dvb_teletext"), stream("")))
    assert all(track.refusal for track in embedded(probe, finished=True))


# name, language, title, forced, hearing impaired
BESIDE = [
    ("Film.srt", "", "", False, False),
    ("Film.en.srt", "en", "", False, False),
    ("Film.pt-BR.srt", "pt-BR", "", False, False),
    ("Film.ger.forced.ass", "ger", "", True, False),
    ("Film.en.sdh.srt", "en", "", False, True),
    ("Film.en.hi.vtt", "en", "", False, True),
    ("Film.en.Commentary.srt", "en", "Commentary", False, False),
    ("FILM.fr.SRT", "fr", "", False, False),
]


@pytest.mark.parametrize(("name", "language", "title", "forced", "hearing"), BESIDE)
def test_names_beside(
    tmp_path: Path, name: str, language: str, title: str, forced: bool, hearing: bool
) -> None:
    (tmp_path / "Film.mkv").touch()
    (tmp_path / name).touch()
    (track,) = beside(tmp_path / "Film.mkv")
    found = (track.language, track.title, track.forced, track.hearing_impaired)
    assert found == (language, title, forced, hearing)
    assert track.refusal == ""


def test_what_belongs_to_another_film_stays_with_it(tmp_path: Path) -> None:
    for name in ("Film.mkv", "Film 2.mkv", "Film 2.en.srt", "Other.srt", "Film.txt", "Film.jpg"):
        (tmp_path / name).touch()
    (tmp_path / "Subs").mkdir()
    (tmp_path / "Subs" / "2_English.srt").touch()
    assert beside(tmp_path / "Film.mkv") == []


def test_a_folder_of_subtitles_belongs_to_its_only_film(tmp_path: Path) -> None:
    (tmp_path / "Film.mkv").touch()
    (tmp_path / "Subs").mkdir()
    (tmp_path / "Subs" / "2_English.srt").touch()
    (tmp_path / "Subs" / "de.srt").touch()
    english, german = beside(tmp_path / "Film.mkv")
    assert english.title == "2 English"
    assert german.language == "de"


def test_pictures_beside_are_named_and_links_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SRT)
    folder = tmp_path / "films"
    folder.mkdir()
    for name in ("Film.mkv", "Film.idx", "Film.sup"):
        (folder / name).touch()
    (folder / "Film.en.srt").symlink_to(secret)
    assert [track.refusal for track in beside(folder / "Film.mkv")] == [PICTURES, PICTURES]


def test_no_folder_no_tracks(tmp_path: Path) -> None:
    assert beside(tmp_path / "away" / "Film.mkv") == []


async def test_webvtt_of_a_real_film(tmp_path: Path) -> None:
    film = make_film(tmp_path / "Film.mkv", "mkv")
    russian = SRT.replace("Bye", "Пока").replace("Grüße, ", "")
    (tmp_path / "Film.ru.srt").write_bytes(russian.encode("cp1251"))
    subtitles = Subtitles(tmp_path / "cache")
    tracks = await subtitles.tracks(film, await ffmpeg.probe(film))
    texts = [(await subtitles.webvtt(film, "v1", track)).decode() for track in tracks]
    assert len(texts) == 3
    assert all(text.startswith("WEBVTT") for text in texts)
    assert "Grüße, <i>world</i>" in texts[0]
    assert "Signs" in texts[1]
    assert "Пока" in texts[2]


async def test_what_was_made_once_is_kept(tmp_path: Path) -> None:
    film = make_film(tmp_path / "Film.mkv", "mkv")
    subtitles = Subtitles(tmp_path / "cache")
    track = embedded(await ffmpeg.probe(film), finished=True)[0]
    made = await subtitles.webvtt(film, "v1", track)
    film.unlink()
    assert await subtitles.webvtt(film, "v1", track) == made
    with pytest.raises(NotFound):
        await subtitles.webvtt(film, "v2", track)


async def test_a_changed_file_beside_is_made_anew(tmp_path: Path) -> None:
    film, lines = tmp_path / "Film.mkv", tmp_path / "Film.srt"
    film.touch()
    lines.write_text(SRT)
    subtitles = Subtitles(tmp_path / "cache")
    (track,) = beside(film)
    assert b"Bye" in await subtitles.webvtt(film, "v1", track)
    lines.write_text(SRT.replace("Bye", "So long, farewell"))
    assert b"So long" in await subtitles.webvtt(film, "v1", track)


async def test_what_is_no_text_is_refused_in_words(tmp_path: Path) -> None:
    subtitles = Subtitles(tmp_path / "cache")
    with pytest.raises(NotFound, match="pictures"):
        await subtitles.webvtt(tmp_path, "v1", Track("s1", refusal=PICTURES))
    (tmp_path / "Film.mkv").touch()
    (tmp_path / "Film.srt").write_bytes(b"\0\1\2 nothing of the kind")
    (track,) = beside(tmp_path / "Film.mkv")
    with pytest.raises(GiveUp):
        await subtitles.webvtt(tmp_path / "Film.mkv", "v1", track)
