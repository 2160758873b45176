"""Names from elsewhere never leave the root, never collide, and stay readable."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.errors import InvalidInput, NotFound
from matinee.volumes.paths import (
    NAME_BYTES,
    inside,
    join,
    make_folders,
    name_key,
    open_inside,
    safe_name,
    safe_relative,
    shorten,
    unique_name,
    unique_paths,
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Big Buck Bunny (2008).mkv", "Big Buck Bunny (2008).mkv"),
        ("Alien: Covenant?", "Alien - Covenant"),
        ("Face/Off", "Face_Off"),
        ("..", "unnamed"),
        (".", "unnamed"),
        ("", "unnamed"),
        ("   ", "unnamed"),
        ("a\0b", "a b"),
        ("a\nb\r\tc", "a b c"),
        ("CON", "_CON"),
        ("nul.mkv", "_nul.mkv"),
        ("com1", "_com1"),
        ("LPT³.txt", "_LPT³.txt"),
        ("Contact.mkv", "Contact.mkv"),
        ("trailing. . .", "trailing"),
        ("exe\u202egpj.mkv", "exegpj.mkv"),
        ("\ufeffhidden\u200bspace", "hiddenspace"),
        (".matinee-volume", "_.matinee-volume"),
        (".MATINEE-volume", "_.MATINEE-volume"),
        ("Cafe\u0301", "Café"),
        ("\ud800broken", "broken"),
        (b"caf\xe9.mkv", "caf\ufffd.mkv"),
        ("日本語の映画.mkv", "日本語の映画.mkv"),
        ("👨\u200d👩\u200d👧.mkv", "👨\u200d👩\u200d👧.mkv"),
    ],
)
def test_safe_name(text: str | bytes, wanted: str) -> None:
    assert safe_name(text) == wanted


def test_a_long_name_is_cut_between_characters_and_keeps_its_ending() -> None:
    name = safe_name("映" * 100 + ".mkv")
    assert name.endswith("映.mkv")
    assert len(name.encode()) <= NAME_BYTES
    assert len(safe_name("x" * 300).encode()) == NAME_BYTES
    assert shorten("ab" * 200 + "." + "c" * 100, 50) == "ab" * 25


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a/b.mkv", "a/b.mkv"),
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\Windows\\system32", "Windows/system32"),
        ("..\\..\\x", "x"),
        ("a/../../b", "a/b"),
        ("a//./b", "a/b"),
        ("", "unnamed"),
        ("/", "unnamed"),
        ("a/\0/b", "a/b"),
        ("a/.. /b", "a/b"),
        ("\\\\server\\share\\film.mkv", "server/share/film.mkv"),
    ],
)
def test_safe_relative(text: str, wanted: str) -> None:
    assert safe_relative(text) == PurePosixPath(wanted)


def test_deep_and_long_paths_are_cut_and_keep_the_name() -> None:
    path = safe_relative("/".join(["f" * 300] * 1000) + "/film.mkv")
    assert path.name == "film.mkv"
    assert len(os.fsencode(path)) < 2400


@given(st.one_of(st.text(), st.binary()))
@settings(max_examples=200, deadline=None)
def test_any_name_is_one_safe_component(text: str | bytes) -> None:
    name = safe_name(text)
    assert name not in ("", ".", "..")
    assert not set(name) & set('/\\\0<>:"|?*')
    assert name == name.strip(" ").rstrip(".")
    assert len(name.encode()) <= NAME_BYTES
    assert safe_name(name) == name


@given(st.lists(st.text(alphabet="aAé./\\ :?\u0301ß\0"), max_size=30))
@settings(max_examples=200, deadline=None)
def test_any_set_of_paths_becomes_distinct_places(texts: list[str]) -> None:
    places = unique_paths(texts)
    keys = [name_key(str(place)) for place in places]
    assert len(set(keys)) == len(keys)
    files, folders = set(keys), {name_key(str(p)) for place in places for p in place.parents}
    assert not files & folders
    assert all(not place.is_absolute() and ".." not in place.parts for place in places)


def test_twins_by_case_and_normalisation_are_numbered() -> None:
    texts = [
        "Show/A.mkv",
        "show/a.MKV",
        "Caf\u00e9.mkv",
        "Cafe\u0301.mkv",
        "a",
        "a/b",
        "what?",
        "what",
    ]
    assert [str(place) for place in unique_paths(texts)] == [
        "Show/A.mkv", "Show/a (2).MKV", "Café.mkv", "Café (2).mkv", "a", "a (2)/b", "what",
        "what (2)",
    ]  # fmt: skip


def test_many_twins_are_placed_in_linear_time() -> None:
    places = unique_paths(["same/film.mkv"] * 30_000)
    assert len(set(places)) == 30_000


def test_unique_name_counts_on() -> None:
    taken = {name_key("Film.mkv"), name_key("film (2).MKV")}
    assert unique_name("FILM.mkv", taken) == "FILM (3).mkv"
    assert unique_name("other.mkv", taken) == "other.mkv"


@pytest.mark.parametrize("text", ["../x", "/etc/passwd", "a/../../b", "a\0b"])
def test_join_refuses_what_climbs(text: str) -> None:
    with pytest.raises(InvalidInput):
        join(Path("/media"), text)


def test_opening_follows_links_inside_and_none_outside(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "films").mkdir(parents=True)
    outside.mkdir()
    (outside / "secret").write_text("secret")
    (root / "films" / "a.mkv").write_text("film")
    (root / "alias").symlink_to("films")
    (root / "escape").symlink_to(outside)
    (root / "films" / "b.mkv").symlink_to(outside / "secret")
    handle = open_inside(root, "alias/a.mkv")
    try:
        assert os.read(handle, 10) == b"film"
    finally:
        os.close(handle)
    for bad in ("escape/secret", "films/b.mkv"):
        assert not inside(root, root / bad)
        with pytest.raises(InvalidInput):
            open_inside(root, bad)
    with pytest.raises(InvalidInput):
        open_inside(root, "escape/new", os.O_CREAT | os.O_WRONLY)
    assert not (outside / "new").exists()
    with pytest.raises(NotFound):
        open_inside(root, "films/none.mkv")


def test_folders_are_made_beneath_the_root_only(tmp_path: Path) -> None:
    root = tmp_path / "root"
    with pytest.raises(NotFound):
        make_folders(root, "a/b")
    assert not root.exists()
    root.mkdir()
    assert make_folders(root, "a/b") == root / "a" / "b"
    (root / "escape").symlink_to(tmp_path)
    with pytest.raises(InvalidInput):
        make_folders(root, "escape/c")
    assert not (tmp_path / "c").exists()
