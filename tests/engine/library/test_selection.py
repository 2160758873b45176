"""What comes into the library, what stays out, and why."""

import pytest

from matinee.library.files import FileRole
from matinee.library.languages import SubtitleKind, subtitle_kind
from matinee.library.selection import SourceFile, select
from matinee.models.limits import GIB, MIB
from matinee.models.media import MediaKind

FILM, SUBTITLE, EXTRA = FileRole.FILM, FileRole.SUBTITLE, FileRole.EXTRA


def judge(name, *files):
    listed = [SourceFile(n, path, size) for n, (path, size) in enumerate(files)]
    return {choice.file.path: choice for choice in select(name, listed)}


def test_a_film_and_what_surrounds_it():
    name = "Quiet.Harbour.2019.1080p.BluRay.x264-NORTH"
    found = judge(
        name,
        (f"{name}/quiet.harbour.2019.1080p.mkv", 8 * GIB),
        (f"{name}/Sample/quiet.harbour.sample.mkv", 40 * MIB),
        (f"{name}/Subs/2_English.srt", 90_000),
        (f"{name}/Subs/3_German.forced.srt", 9_000),
        (f"{name}/Featurettes/Making of.mkv", 300 * MIB),
        (f"{name}/RARBG.com.mp4", 2 * MIB),
        (f"{name}/Visit us.url", 100),
        (f"{name}/setup.exe", 5 * MIB),
        (f"{name}/quiet.harbour.2019.mkv.exe", 5 * MIB),
        (f"{name}/quiet.harbour.r00", 50 * MIB),
        (f"{name}/quiet.harbour.nfo", 3_000),
        (f"{name}/poster.jpg", 300_000),
    )
    roles = [choice.role for choice in found.values()]
    assert roles == [FILM, None, SUBTITLE, SUBTITLE, EXTRA, *[None] * 7]
    film = found[f"{name}/quiet.harbour.2019.1080p.mkv"]
    assert (film.title.title.casefold(), film.title.year) == ("quiet harbour", 2019)
    reasons = [choice.reason for choice in found.values() if choice.role is None]
    assert reasons == [
        "A sample.",
        "An advertisement.",
        "An advertisement.",
        "A program.",
        "A program.",
        "An archive.",
        "Not part of a film.",
        "Not part of a film.",
    ]
    assert found[f"{name}/Subs/2_English.srt"].subtitle == SubtitleKind("en")
    assert found[f"{name}/Subs/3_German.forced.srt"].subtitle == SubtitleKind("de", forced=True)
    assert {found[path].belongs_to for path in list(found)[2:5]} == {0}


def test_a_single_file_takes_what_the_download_is_called():
    found = judge("Quiet Harbour (2019) 1080p", ("movie.mkv", GIB))
    assert found["movie.mkv"].title.title == "Quiet Harbour"
    assert found["movie.mkv"].release.resolution == "1080p"


@pytest.mark.parametrize(
    ("name", "files", "titles"),
    [
        ("stuff", ["a1b2.mkv", "c3d4.mkv"], [None, None]),
        ("Quiet Harbour (2019)", ["a1b2.mkv", "c3d4.mkv"], [None, None]),
        ("Quiet Harbour (2019)", ["a1b2.mkv"], ["Quiet Harbour"]),
        ("Quiet Harbour (2019)", ["qh-1080p.mkv", "qh-2160p.mkv"], ["Quiet Harbour"] * 2),
        ("Quiet Harbour (2019)", ["qh.cd1.mkv", "qh.cd2.mkv"], ["Quiet Harbour"] * 2),
        ("Quiet Harbour (2019)", ["VTS_01.vob", "VTS_02.vob"], ["Quiet Harbour"] * 2),
        ("Films", ["Loud Harbour.mkv", "Quiet Sea.mkv"], ["Loud Harbour", "Quiet Sea"]),
    ],
)
def test_several_files_that_nobody_can_tell_apart_wait(name, files, titles):
    found = judge(name, *((f"{name}/{file}", GIB) for file in files)).values()
    assert [choice.title and choice.title.title for choice in found] == titles
    assert [choice.role for choice in found] == [FILM] * len(files)
    assert all(choice.reason for choice in found if choice.title is None)


def test_a_film_beside_a_small_one_is_told_apart():
    name = "Quiet Harbour (2019)"
    found = judge(name, (f"{name}/grp-qh.mkv", 4 * GIB), (f"{name}/aboard.mkv", 200 * MIB))
    assert [choice.role for choice in found.values()] == [FILM, EXTRA]


def test_a_season_pack_becomes_episodes():
    name = "Cold.Anchor.S01.1080p.WEB-LINE"
    found = judge(
        name,
        *((f"{name}/cold.anchor.s01e0{n}.mkv", GIB) for n in (1, 2, 3)),
        (f"{name}/cold.anchor.s01e02.eng.srt", 50_000),
        (f"{name}/Subs/Cold.Anchor.S01E03/4_ger.srt", 50_000),
        (f"{name}/Subs/cold.anchor.s01e01/2_English.srt", 50_000),
        (f"{name}/Bloopers.mkv", 50 * MIB),
        (f"{name}/The Unknown.mkv", GIB),
    )
    choices = list(found.values())
    assert [(c.title.season, c.title.episode) for c in choices[:3]] == [(1, 1), (1, 2), (1, 3)]
    assert all(c.title.kind is MediaKind.EPISODE for c in choices[:3])
    assert [c.belongs_to for c in choices[3:6]] == [1, 2, 0]
    assert [c.subtitle.language for c in choices[3:6]] == ["en", "de", "en"]
    assert choices[6].role is EXTRA
    assert choices[7].role is FILM
    assert choices[7].title is None
    assert choices[7].reason


def test_several_seasons_in_folders():
    found = judge(
        "Cold Anchor Complete",
        ("Cold Anchor Complete/Season 1/01 - Fog.mkv", GIB),
        ("Cold Anchor Complete/Season 2/01 - Ice.mkv", GIB),
    )
    assert [(c.title.title, c.title.season, c.title.episode) for c in found.values()] == [
        ("Cold Anchor", 1, 1),
        ("Cold Anchor", 2, 1),
    ]


def test_several_films_in_one_download():
    found = judge(
        "Harbour Trilogy",
        ("Harbour Trilogy/Quiet Harbour 2019.mkv", 4 * GIB),
        ("Harbour Trilogy/Loud Harbour 2021.mkv", 5 * GIB),
        ("Harbour Trilogy/Last Harbour 2023.mkv", GIB),
    )
    assert [(c.title.title, c.title.year) for c in found.values()] == [
        ("Quiet Harbour", 2019),
        ("Loud Harbour", 2021),
        ("Last Harbour", 2023),
    ]


def test_a_film_on_two_discs():
    found = judge(
        "Quiet Harbour 2019 DVDRip",
        ("Quiet Harbour 2019 DVDRip/Quiet Harbour 2019 CD1.avi", 700 * MIB),
        ("Quiet Harbour 2019 DVDRip/Quiet Harbour 2019 CD2.avi", 600 * MIB),
    )
    assert [c.release.part for c in found.values()] == [1, 2]
    assert {c.title.title for c in found.values()} == {"Quiet Harbour"}


def test_a_bonus_clip_without_a_folder_of_its_own():
    found = judge(
        "Quiet Harbour (2019)",
        ("Quiet Harbour (2019)/Quiet Harbour (2019).mkv", 4 * GIB),
        ("Quiet Harbour (2019)/Interview with the director.mkv", 200 * MIB),
        ("Quiet Harbour (2019)/Quiet Harbour-trailer.mkv", 60 * MIB),
    )
    assert [c.role for c in found.values()] == [FILM, EXTRA, EXTRA]


def test_names_that_say_nothing_wait():
    found = judge("01", ("01/01.mkv", GIB))
    choice = found["01/01.mkv"]
    assert choice.role is FILM
    assert choice.title is None
    assert choice.reason


def test_only_a_sample_is_still_a_film():
    found = judge("Sample", ("Sample.mkv", 10 * MIB))
    assert found["Sample.mkv"].role is FILM


def test_nothing_of_a_film():
    found = judge("Album", ("Album/01.flac", 30 * MIB), ("Album/cover.jpg", MIB))
    assert {c.role for c in found.values()} == {None}


def test_a_daily_show_is_known_by_its_day():
    found = judge(
        "Harbour.Tonight.2014.07.22.Ann.Smith.720p.HDTV.x264-LINE",
        ("Harbour.Tonight.2014.07.22.Ann.Smith.720p.HDTV.x264-LINE.mkv", GIB),
    )
    title = next(iter(found.values())).title
    assert (title.title, title.season, title.episode) == ("Harbour Tonight", 2014, 722)
    assert title.episode_title == "2014-07-22 Ann Smith"


@pytest.mark.parametrize(
    ("rest", "kind"),
    [
        (".en", SubtitleKind("en")),
        (".eng.forced", SubtitleKind("en", forced=True)),
        (".English.SDH", SubtitleKind("en", hearing_impaired=True)),
        (".en.hi", SubtitleKind("en", hearing_impaired=True)),
        (".hi", SubtitleKind("hi")),
        (".pt-BR", SubtitleKind("pt-br")),
        ("_ger", SubtitleKind("de")),
        (".cc.fr", SubtitleKind("fr", hearing_impaired=True)),
        (" [Deutsch]", SubtitleKind("de")),
        ("", SubtitleKind()),
        (".1", SubtitleKind()),
    ],
)
def test_subtitles_say_their_language(rest, kind):
    assert subtitle_kind(rest) == kind
