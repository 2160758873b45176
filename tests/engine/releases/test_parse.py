"""Names as they are met in the wild, with invented titles, and what they say."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.models.limits import MAX_NAME_PARSED
from matinee.models.media import MediaKind
from matinee.releases import describe, parse

_TABLE = Path(__file__).with_name("names.tsv").read_text("utf-8").splitlines()
ROWS = [line.split("\t") for line in _TABLE if line and not line.startswith("#")]


def _numbers(text):
    return [int(number) for number in text.split(",") if number]


def test_the_table_is_large_enough():
    assert len({row[0] for row in ROWS}) >= 120


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_name_says(row):
    name, title, year, seasons, episodes, date, resolution, source, group, episode_title = row
    release = parse(name)
    told = describe(release)
    assert {
        "title": told["title"] or "",
        "year": told["year"],
        "seasons": told["seasons"],
        "episodes": told["episodes"],
        "date": told["date"] or "",
        "source": told["source"] or "",
    } == {
        "title": title,
        "year": int(year) if year else None,
        "seasons": _numbers(seasons),
        "episodes": _numbers(episodes),
        "date": date,
        "source": source,
    }
    if resolution:
        assert release.resolution == resolution
    if group:
        assert release.group == group
    assert release.episode_title == episode_title
    numbered = seasons or episodes or date
    assert release.kind is (MediaKind.EPISODE if numbered else MediaKind.MOVIE)


def test_two_names_are_proper_and_one_is_remux():
    assert parse("Ripple.2020.PROPER.720p.WEBRip.x264-CLEAN").proper
    assert parse("Cold.Anchor.S01E02.REPACK.720p.WEB-LINE").proper
    assert parse("Ripple.2020.2160p.UHD.BluRay.REMUX.HEVC-CLEAN").remux
    assert not parse("Ripple.2020.1080p.BluRay.x264-CLEAN").remux


def test_a_disc_of_a_film_in_parts():
    assert parse("Ripple.2020.DVDRip.XviD.CD2-CLEAN.avi").part == 2
    assert parse("Ripple.2020.DVDRip.XviD-CLEAN.avi").part is None


def test_quality_words_are_kept_as_written():
    release = parse("Ripple.2020.2160p.WEB-DL.DDP5.1.Atmos.HDR.HEVC-CLEAN.mkv")
    assert (release.source, release.codec) == ("WEB-DL", "hevc")
    assert "HDR" in release.hdr
    assert release.audio


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".",
        "....mkv",
        "[]",
        "()",
        "-",
        "\0",
        "S01E01" * 150,
        "01-02-" * 150,
        "1080p." * 150,
        "7" * 500,
        "(" * 400,
        "錨" * 400,
        "\ud800 broken \udfff S01E01",
        "www.",
    ],
)
def test_a_hostile_name_is_read_quietly(name):
    assert len(parse(name).name) <= MAX_NAME_PARSED


@given(st.text(max_size=120))
@settings(max_examples=150, deadline=None)
def test_no_name_raises(name):
    release = parse(name)
    assert (
        release.kind is not MediaKind.EPISODE or release.seasons or release.episodes or release.date
    )


@given(st.integers(1, 40), st.integers(1, 99), st.sampled_from([". ", ".", " - ", "_"]))
@settings(max_examples=60, deadline=None)
def test_season_and_episode_are_always_found(season, episode, gap):
    release = parse(f"Cold Anchor{gap}S{season:02}E{episode:02}{gap}720p.mkv")
    assert (release.title, release.seasons, release.episodes) == (
        "Cold Anchor",
        (season,),
        (episode,),
    )
