"""Files whose folders say what their names leave out."""

from pathlib import Path

import pytest

from matinee.releases import parse_path

_TABLE = Path(__file__).with_name("paths.tsv").read_text("utf-8").splitlines()
ROWS = [(line + "\t" * 5).split("\t")[:6] for line in _TABLE if not line.startswith("#")]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_path_says(row):
    path, title, year, seasons, episodes, name = row
    release = parse_path(path)
    told = (release.title, release.year, release.seasons, release.episodes, release.episode_title)
    assert told == (
        title,
        int(year) if year else None,
        tuple(map(int, filter(None, seasons.split(",")))),
        tuple(map(int, filter(None, episodes.split(",")))),
        name,
    )


def test_a_folder_lends_its_quality():
    release = parse_path("Quiet.Harbour.2019.1080p.BluRay.x264-NORTH/north-qh.mkv")
    assert (release.resolution, release.source, release.group) == ("1080p", "BluRay", "NORTH")
