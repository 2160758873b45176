"""Rows of files and of library folders."""

from __future__ import annotations

import pytest
from tests.support.library import House, film

from matinee.errors import Conflict, InvalidInput, NotFound
from matinee.library.files import FileRole, LibraryFile, from_row, to_row
from matinee.library.folders import FolderKind, clean_path
from matinee.library.probes import dump, load
from matinee.library.sorting import companion_of, home_of, read
from matinee.models.ids import new_id


def _file(house: House, path: str, **more: object) -> LibraryFile:
    values = {"role": FileRole.FILM, "size": 1, "mtime_ns": 2, "created": False, "added_at": 3.0}
    return LibraryFile(
        id=new_id(), media_id=None, volume_id=house.volume.id, path=path, **(values | more)
    )  # type: ignore[arg-type]


async def test_a_row_comes_back_as_it_was(house: House) -> None:
    file = _file(house, "a/b.mkv", inode=7, created=True, guess='{"x": 1}', language="de")
    await house.library.files.put(file)
    assert await house.library.files.get(file.id) == file
    assert await house.library.files.at(house.volume.id, "a/b.mkv") == file
    assert from_row(to_row(file)) == file
    await house.library.files.forget(file.id)
    with pytest.raises(NotFound):
        await house.library.files.get(file.id)


async def test_only_real_columns_can_be_changed(house: House) -> None:
    file = _file(house, "a.mkv")
    await house.library.files.put(file)
    await house.library.files.change(file.id, size=9)
    assert (await house.library.files.get(file.id)).size == 9
    with pytest.raises(ValueError, match="no"):
        await house.library.files.change(file.id, **{"size = 0 --": 1})


async def test_what_lies_beneath_a_folder(house: House) -> None:
    for path in ("a", "a/x", "a/b/y", "a.mkv", "a b/z", "b/x", "ä/x"):
        await house.library.files.put(_file(house, path))
    known = house.library.files.known_in
    assert set(await known(house.volume.id, "a")) == {"a", "a/x", "a/b/y"}
    assert set(await known(house.volume.id, "ä")) == {"ä/x"}
    assert len(await known(house.volume.id, "")) == 7
    assert await known("other", "") == {}


async def test_the_facts_of_a_film_come_back_as_they_were(house: House) -> None:
    probe = await film(house.root)
    assert load(dump(probe)) == probe
    assert load(None) is None


async def test_folders_are_added_once_and_nest(house: House) -> None:
    folders = house.library.folders
    outer = await folders.add(house.volume.id, "", FolderKind.MIXED)
    inner = await folders.add(house.volume.id, "TV/Shows/", FolderKind.SHOWS)
    assert inner.path == "TV/Shows"
    with pytest.raises(Conflict):
        await folders.add(house.volume.id, "./TV/Shows", FolderKind.MOVIES)
    assert await folders.nested(outer) == {"TV/Shows"}
    assert await folders.nested(inner) == frozenset()
    assert (await folders.ensure(house.volume.id, "TV/Shows", FolderKind.MIXED)).managed
    assert (await folders.ensure(house.volume.id, "Movies", FolderKind.MOVIES)).managed
    assert outer.holds("anything")
    assert inner.holds("TV/Shows/x")
    assert not inner.holds("TV/Shows2")
    await folders.remove(outer.id)
    with pytest.raises(NotFound):
        await folders.get(outer.id)


@pytest.mark.parametrize("path", ["/etc", "../x", "a/../../b", "a\0b"])
def test_paths_that_leave_the_drive(path: str) -> None:
    with pytest.raises(InvalidInput):
        clean_path(path)


@pytest.mark.parametrize(
    ("path", "kind", "wanted"),
    [
        ("Film (2000).mkv", "movies", ("Film", 2000, None, None)),
        ("Film (2000)/Film.mkv", "mixed", ("Film", 2000, None, None)),
        ("Zebra/Season 2/03 - Name.mkv", "shows", ("Zebra", None, 2, 3)),
        ("Show (2001)/S01E01-E02.mkv", "mixed", ("Show", 2001, 1, 1)),
        ("1917 (2019).mkv", "movies", ("1917", 2019, None, None)),
        ("01.mkv", "movies", None),
        ("VTS_01_1.vob", "mixed", None),
        ("Show.S01E01.mkv", "movies", None),
        ("Documentary.mkv", "shows", None),
        ("Show.S01.mkv", "mixed", None),
    ],
)
def test_what_a_path_says(path: str, kind: str, wanted: tuple[object, ...] | None) -> None:
    reading = read(path, 10**9, FolderKind(kind))
    assert reading is not None
    title = reading.title
    if wanted is None:
        assert title is None
        assert reading.reason.endswith(".")
    else:
        assert title is not None, reading.reason
        assert (title.title, title.year, title.season, title.episode) == wanted


@pytest.mark.parametrize(
    ("path", "role", "home", "wanted"),
    [
        ("A/Film.en.srt", FileRole.SUBTITLE, "A", "1"),
        ("A/Film 2.srt", FileRole.SUBTITLE, "A", "2"),
        ("A/Subs/English.srt", FileRole.SUBTITLE, "A", None),
        ("A/Extras/Making.mkv", FileRole.EXTRA, "A", None),
        ("Film.srt", FileRole.SUBTITLE, "", "1"),
    ],
)
def test_what_comes_along(path: str, role: FileRole, home: str, wanted: str | None) -> None:
    films = [("A/Film.mkv", "1"), ("A/Film 2.mkv", "2")]
    assert home_of(path, role) == home
    assert companion_of(path, films) == wanted
    assert companion_of(path, films[:1]) == "1"
    assert companion_of(path, []) is None
