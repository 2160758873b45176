"""The .nfo files beside films and episodes."""

from xml.etree import ElementTree as ET

from matinee.library import nfo
from matinee.models.media import MediaKind, Title

EPISODE = Title(MediaKind.EPISODE, "Cold Anchor", 2016, 1, 2, None, "The Lighthouse")


def fields(content):
    return {element.tag: element.text for element in ET.fromstring(content)}


def test_a_film():
    content = nfo.document(Title(MediaKind.MOVIE, "Salt & <Iron>\x01\ud800", 2019))
    assert ET.fromstring(content).tag == "movie"
    assert fields(content) == {"title": "Salt & <Iron>", "year": "2019"}


def test_a_film_without_a_year():
    assert fields(nfo.document(Title(MediaKind.MOVIE, "Salt"))) == {"title": "Salt"}


def test_an_episode_and_its_show():
    content = nfo.document(EPISODE)
    assert ET.fromstring(content).tag == "episodedetails"
    assert fields(content) == {
        "title": "The Lighthouse",
        "showtitle": "Cold Anchor",
        "season": "1",
        "episode": "2",
    }
    assert fields(nfo.show_document(EPISODE)) == {"title": "Cold Anchor", "year": "2016"}


def test_several_episodes_in_one_file():
    content = nfo.document(Title(MediaKind.EPISODE, "Cold Anchor", 2016, 1, 2, 4)).decode()
    assert content.count("<episodedetails>") == 3
    assert [f"<episode>{n}</episode>" in content for n in (2, 3, 4)] == [True] * 3


def test_an_episode_of_the_day():
    title = Title(MediaKind.EPISODE, "News", None, 2014, 722, None, "2014-07-22 Ann Smith")
    found = fields(nfo.document(title))
    assert found["aired"] == "2014-07-22"
    assert "season" not in found


def test_places():
    assert nfo.path_of("Movies/A/A - 1080p.mkv") == "Movies/A/A - 1080p.nfo"
    assert nfo.show_path("TV/A/Season 01/A - S01E01.mkv") == "TV/A/tvshow.nfo"
    assert nfo.show_path("TV/A.mkv") is None


def test_only_our_own_is_replaced_or_removed(tmp_path):
    assert nfo.write(tmp_path, "a/film.nfo", nfo.document(EPISODE))
    assert nfo.write(tmp_path, "a/film.nfo", nfo.show_document(EPISODE))
    assert b"tvshow" in (tmp_path / "a/film.nfo").read_bytes()
    nfo.remove(tmp_path, "a/film.nfo")
    assert not (tmp_path / "a/film.nfo").exists()
    own = tmp_path / "a/own.nfo"
    own.write_text("<movie/>")
    assert not nfo.write(tmp_path, "a/own.nfo", nfo.document(EPISODE))
    nfo.remove(tmp_path, "a/own.nfo")
    assert own.read_text() == "<movie/>"
    assert list((tmp_path / "a").iterdir()) == [own]


def test_a_link_is_not_ours(tmp_path):
    (tmp_path / "real").write_bytes(nfo.document(EPISODE))
    (tmp_path / "film.nfo").symlink_to(tmp_path / "real")
    assert not nfo.write(tmp_path, "film.nfo", nfo.document(EPISODE))
