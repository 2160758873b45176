"""The trash: only Matinee's own files, on the same drive, back again, and safe at every point."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.support.library import House, write

from matinee.errors import NotAllowed, NotFound, VolumeOffline
from matinee.library import trash as trash_module
from matinee.library.files import LibraryFile


async def _film(house: House, name: str = "Film", *, created: bool = True) -> LibraryFile:
    path = f"Movies/{name} (2000)/{name} (2000).mkv"
    write(house.root / path, 100, name.encode())
    if not await house.library.folders.list():
        await house.library.scanner.start()
        await house.folder("Movies")
    await house.scan()
    row = (await house.rows(f"path = '{path}'"))[0]
    await house.library.files.change(str(row["id"]), created=int(created))
    return await house.library.files.get(str(row["id"]))


def _files(root: Path) -> list[str]:
    found = [path for path in root.rglob("*") if path.is_file()]
    return sorted(str(path.relative_to(root)) for path in found if path.name != ".matinee-volume")


async def test_deleted_and_given_back(house: House) -> None:
    user = await house.user()
    file = await _film(house)
    assert file.media_id
    await house.library.watch.set(file.media_id, user, position=5, duration=10)
    done = await house.library.trash.discard_media(file.media_id)
    assert (done.trashed, done.kept) == (1, 0)
    assert await house.rows() == []
    assert not (house.root / "Movies" / "Film (2000)").exists(), "the empty folder goes too"
    (item,) = await house.library.trash.list()
    assert item.original_path == file.path
    assert item.trash_path.startswith(".matinee-trash/20")
    assert (house.root / item.trash_path).read_bytes() == b"Film" * 25
    assert (await house.library.media.get(file.media_id)).title == "Film"

    back = await house.library.trash.restore(item.id)
    assert (back.path, back.media_id, back.id) == (file.path, file.media_id, file.id)
    assert (house.root / file.path).read_bytes() == b"Film" * 25
    assert await house.library.trash.list() == []
    assert not list((house.root / ".matinee-trash").rglob("*.mkv"))
    assert (await house.library.watch.get(file.media_id, user)).position == 5
    events = [row["event"] for row in await house.library.listing.history(file.media_id)]
    assert events[:2] == ["restored", "trashed"]
    assert await house.database.fetch_value("SELECT count(*) FROM library_operations") == 0


async def test_our_nfo_goes_with_the_film_and_comes_back_with_it(house: House) -> None:
    file = await _film(house)
    await house.library.importer.write_nfo(file)
    notes = house.root / "Movies" / "Film (2000)" / "Film (2000).nfo"
    assert notes.exists()
    item = await house.library.trash.discard_file(file.id)
    assert item
    assert not notes.parent.exists()
    await house.library.trash.restore(item.id)
    assert notes.exists()


async def test_the_users_own_files_are_refused(house: House) -> None:
    file = await _film(house, created=False)
    assert file.media_id
    with pytest.raises(NotAllowed, match="your own file") as refused:
        await house.library.trash.discard_media(file.media_id)
    assert refused.value.code == "own_files"
    assert refused.value.hint
    with pytest.raises(NotAllowed):
        await house.library.trash.discard_file(file.id)
    assert (house.root / file.path).exists()
    assert len(await house.rows()) == 1


async def test_of_both_kinds_only_ours_goes(house: House) -> None:
    ours = await _film(house)
    theirs = await _film(house, "Other", created=False)
    await house.library.files.change(theirs.id, media_id=ours.media_id)
    assert ours.media_id
    done = await house.library.trash.discard_media(ours.media_id)
    assert (done.trashed, done.kept) == (1, 1)
    assert await house.paths() == [theirs.path]


async def test_a_taken_place_is_not_overwritten(house: House) -> None:
    file = await _film(house)
    item = await house.library.trash.discard_file(file.id)
    assert item
    write(house.root / file.path, 10, b"new")
    back = await house.library.trash.restore(item.id)
    assert back.path == "Movies/Film (2000)/Film (2000) (2).mkv"
    assert (house.root / file.path).read_bytes() == b"newnewnewn"
    assert (house.root / back.path).read_bytes() == b"Film" * 25


async def test_a_file_that_is_gone_already(house: House) -> None:
    file = await _film(house)
    (house.root / file.path).unlink()
    assert await house.library.trash.discard_file(file.id) is None
    assert await house.rows() == []
    with pytest.raises(NotFound):
        await house.library.trash.discard_file(file.id)


async def test_deleted_for_good_by_hand_and_by_time(house: House) -> None:
    files = [await _film(house, name) for name in ("One", "Two", "Three")]
    trash = house.library.trash
    items = [await trash.discard_file(file.id) for file in files]
    assert all(items)
    await trash.delete(items[0].id)  # type: ignore[union-attr]
    assert len(await trash.list()) == 2
    await house.database.execute(
        "UPDATE trash SET trashed_at = 1000 WHERE id = ?",
        (items[1].id,),  # type: ignore[union-attr]
    )
    assert await trash.empty(before=2000) == 1
    assert [item.id for item in await trash.list()] == [items[2].id]  # type: ignore[union-attr]
    assert await trash.empty() == 1
    assert _files(house.root) == []
    assert not list((house.root / ".matinee-trash").iterdir())


async def test_the_list_is_paged(house: House) -> None:
    for name in ("One", "Two", "Three"):
        await house.library.trash.discard_file((await _film(house, name)).id)
    first = await house.library.trash.list(limit=2)
    rest = await house.library.trash.list(after=first[-1].id, limit=2)
    names = [item.original_path.rpartition("/")[2] for item in first + rest]
    assert names == ["Three (2000).mkv", "Two (2000).mkv", "One (2000).mkv"]


async def test_a_drive_that_is_away(house: House) -> None:
    file = await _film(house)
    item = await house.library.trash.discard_file(file.id)
    other = await _film(house, "Other")
    assert item
    house.root.rename(house.root.parent / "unplugged")
    for attempt in (
        house.library.trash.discard_file(other.id),
        house.library.trash.restore(item.id),
        house.library.trash.delete(item.id),
    ):
        with pytest.raises(VolumeOffline):
            await attempt
    assert await house.library.trash.empty() == 0
    assert not house.root.exists(), "nothing is made where the drive was"
    (house.root.parent / "unplugged").rename(house.root)
    assert (await house.library.trash.restore(item.id)).path == file.path


class PowerCut(BaseException):
    pass


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("restoring", [False, True])
async def test_a_crash_before_and_after_the_renaming(
    house: House, monkeypatch: pytest.MonkeyPatch, moved: bool, restoring: bool
) -> None:
    file = await _film(house)
    trash = house.library.trash
    item = await trash.discard_file(file.id) if restoring else None
    real = trash_module._move

    def cut(root: Path, source: str, target: str) -> None:
        if moved:
            real(root, source, target)
        raise PowerCut

    monkeypatch.setattr(trash_module, "_move", cut)
    attempt = trash.restore(item.id) if item else trash.discard_file(file.id)
    with pytest.raises(PowerCut):
        await attempt
    monkeypatch.undo()
    assert await house.database.fetch_value("SELECT count(*) FROM library_operations") == 1

    for _ in range(2):
        await trash.recover()
    assert await house.database.fetch_value("SELECT count(*) FROM library_operations") == 0
    (only,) = _files(house.root)
    in_trash = only.startswith(".matinee-trash")
    assert in_trash is (moved is not restoring)
    assert len(await trash.list()) == int(in_trash)
    assert await house.paths() == ([] if in_trash else [file.path])
    if in_trash:
        (waiting,) = await trash.list()
        assert waiting.trash_path == only
        assert (await trash.restore(waiting.id)).path == file.path


async def test_a_filesystem_within_the_drive_is_refused_in_words(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = await _film(house)

    def refuse(*_args: object) -> None:
        raise OSError(18, os.strerror(18))

    monkeypatch.setattr(trash_module, "_move", refuse)
    with pytest.raises(Exception, match="refused to move") as refused:
        await house.library.trash.discard_file(file.id)
    assert refused.value.code == "trash_refused"  # type: ignore[attr-defined]
    assert (house.root / file.path).exists()
    assert await house.database.fetch_value("SELECT count(*) FROM library_operations") == 0
    assert len(await house.rows()) == 1
