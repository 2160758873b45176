"""Templates and what they make of titles."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.errors import InvalidInput
from matinee.library.naming import beside, check_template, day_of, episode_path, movie_path
from matinee.models.media import MediaKind, Title
from matinee.models.releases import Release
from matinee.settings import EPISODE_TEMPLATE, MOVIE_TEMPLATE

MOVIE, EPISODE = MediaKind.MOVIE, MediaKind.EPISODE


def film(title="Quiet Harbour", year=2019, template=MOVIE_TEMPLATE.default, **facts):
    return movie_path(
        Title(MOVIE, title, year), Release("", title, MOVIE, **facts), template, ".mkv"
    )


def episode(
    title="Cold Anchor",
    year=2016,
    season=1,
    number=2,
    last=None,
    name="The Lighthouse",
    template=EPISODE_TEMPLATE.default,
):
    told = Title(EPISODE, title, year, season, number, last, name)
    return episode_path(told, Release("", title, EPISODE), template, ".mkv")


def test_a_film_has_a_folder_of_its_own():
    assert film(resolution="1080p") == (
        "Movies/Quiet Harbour (2019)/Quiet Harbour (2019) - 1080p.mkv"
    )


@pytest.mark.parametrize(
    ("year", "facts", "path"),
    [
        (2019, {}, "Movies/Quiet Harbour (2019)/Quiet Harbour (2019).mkv"),
        (None, {}, "Movies/Quiet Harbour/Quiet Harbour.mkv"),
        (None, {"resolution": "720p"}, "Movies/Quiet Harbour/Quiet Harbour - 720p.mkv"),
    ],
)
def test_missing_fields_leave_no_trace(year, facts, path):
    assert film(year=year, **facts) == path


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("{title} [{resolution} {source}]", "Quiet Harbour.mkv"),
        ("{title} - {edition} - {group}", "Quiet Harbour.mkv"),
        ("{group} - {title}", "Quiet Harbour.mkv"),
        ("{resolution}/{title}", "Quiet Harbour.mkv"),
        ("{title}.{source}.{year}", "Quiet Harbour.2019.mkv"),
        ("{title} {{{edition}}}", "Quiet Harbour.mkv"),
    ],
)
def test_templates_of_ones_own(template, path):
    assert film(template=template) == path


def test_parts_of_a_film_are_told_apart():
    assert film(part=2).endswith("Quiet Harbour (2019) - cd2.mkv")


def test_an_episode_lies_in_its_season():
    assert episode() == (
        "TV Shows/Cold Anchor (2016)/Season 01/Cold Anchor - S01E02 - The Lighthouse.mkv"
    )


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"name": ""}, "TV Shows/Cold Anchor (2016)/Season 01/Cold Anchor - S01E02.mkv"),
        ({"year": None, "name": ""}, "TV Shows/Cold Anchor/Season 01/Cold Anchor - S01E02.mkv"),
        (
            {"last": 4, "name": ""},
            "TV Shows/Cold Anchor (2016)/Season 01/Cold Anchor - S01E02-E04.mkv",
        ),
        (
            {"season": 0, "number": 1},
            "TV Shows/Cold Anchor (2016)/Season 00/Cold Anchor - S00E01 - The Lighthouse.mkv",
        ),
        (
            {"season": 1, "number": 1071, "name": ""},
            "TV Shows/Cold Anchor (2016)/Season 01/Cold Anchor - S01E1071.mkv",
        ),
        (
            {"season": 2014, "number": 722, "name": "2014-07-22 Ann Smith"},
            "TV Shows/Cold Anchor (2016)/Season 2014/Cold Anchor - 2014-07-22 - Ann Smith.mkv",
        ),
        (
            {"season": 2014, "number": 722, "name": "2014-07-22"},
            "TV Shows/Cold Anchor (2016)/Season 2014/Cold Anchor - 2014-07-22.mkv",
        ),
        (
            {"template": "{show}/{season}x{episode:02}", "last": 3},
            "Cold Anchor/1x02-03.mkv",
        ),
    ],
)
def test_episodes(changes, path):
    assert episode(**changes) == path


def test_only_a_matching_date_is_a_day():
    assert day_of(Title(EPISODE, "News", None, 2014, 722, None, "2014-07-22")) == "2014-07-22"
    assert not day_of(Title(EPISODE, "News", None, 1, 2, None, "2014-07-22"))
    assert not day_of(Title(EPISODE, "News", None, 2016, 201, None, "The Start"))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Face/Off", "Face-Off"),
        ("What? Never: A Story*", "What Never - A Story"),
        ("../../etc/passwd", "..-..-etc-passwd"),
        ("..", "unnamed"),
        ("C:\\Windows", "C--Windows"),
        ("con", "_con"),
        ("\0", "unnamed"),
    ],
)
def test_titles_cannot_leave_their_folder(title, name):
    path = film(title=title, year=None)
    assert path.count("/") == 2
    assert ".." not in path.split("/")
    assert "\0" not in path
    assert path.startswith(f"Movies/{name}/") or title in {"..", "\0", "con"}


@given(st.text(max_size=300), st.text(max_size=300), st.integers(0, 9999))
@settings(max_examples=200, deadline=None)
def test_any_words_make_a_safe_path(title, name, number):
    for path in (film(title=title), episode(title=title, name=name, number=number)):
        parts = path.split("/")
        assert path.endswith(".mkv")
        assert all(part not in {"", ".", ".."} and len(part.encode()) <= 255 for part in parts)
        assert "\0" not in path
        assert not path.startswith("/")


def test_long_titles_keep_what_stands_behind_them():
    path = film(title="錨" * 300, resolution="1080p")
    assert path.endswith("(2019) - 1080p.mkv")


@pytest.mark.parametrize(
    "template", ["{title} {nonsense}", "{title", "{0}", "{title!r}", "{title.upper}", "Films"]
)
def test_a_broken_template_is_refused_and_does_no_harm(template):
    with pytest.raises(InvalidInput):
        check_template(template, MOVIE)
    assert film(template=template) == film()


def test_an_episode_template_needs_show_and_number():
    check_template(EPISODE_TEMPLATE.default, EPISODE)
    with pytest.raises(InvalidInput):
        check_template("{show} {title}", EPISODE)


def test_beside_a_film():
    assert beside("Movies/A (2019)/A (2019) - 1080p.mkv", ".en.srt") == (
        "Movies/A (2019)/A (2019) - 1080p.en.srt"
    )
