"""Imports on drives that cannot link, are full, or go away. Needs root for loop mounts."""

import errno
import os

import pytest
from tests.support.drives import drives
from tests.support.imports import FILM, FOLDER, PLACE, download, tree

from matinee.errors import NoSpace, VolumeOffline
from matinee.library import placing
from matinee.library.placement import Placement
from matinee.models.limits import MIB
from matinee.models.media import MediaKind, Title
from matinee.settings import FREE_SPACE

LOUD = Title(MediaKind.MOVIE, "Loud Harbour", 2021)


@pytest.fixture
async def stick(house, tmp_path, monkeypatch):
    """A drive of 32 MB as a volume of the house that, like FAT, answers EPERM to a hard link.

    Yields the volume, its root, and the drive to pull out and put in again.
    """

    def refused(_source, target, **_more):
        raise PermissionError(errno.EPERM, "Operation not permitted", str(target))

    house.settings.update({FREE_SPACE.key: 0})
    with drives(tmp_path, 1, 32) as (drive,):
        root = drive.mount(tmp_path / "stick") / "films"
        root.mkdir()
        volume = await house.volumes.adopt(root, "Stick")
        monkeypatch.setattr(os, "link", refused)
        yield volume, root, drive


async def last_note(house):
    rows = await house.database.fetch(
        "SELECT detail FROM library_history WHERE event = 'imported' ORDER BY id DESC"
    )
    return rows[0]["detail"]


async def test_a_drive_without_links_gets_a_verified_copy(house, stick):
    volume, root, drive = stick
    files = [FILM, ("Quiet.Harbour.2019.1080p.en.srt", 100)]
    job = download(house, FILM[0], files, volume=volume, root=root)
    await house.library.importer.run(job)
    place, source = root / f"{PLACE}.mkv", root / FOLDER / FILM[0]
    assert place.read_bytes() == source.read_bytes()
    assert not place.samefile(source)
    assert "(copy)" in await last_note(house)
    before = tree(root)
    drive.unmount()
    drive.mount(root.parent)
    await house.library.importer.run(job)
    assert tree(root) == before
    assert await house.paths("role = 'film'") == [f"{PLACE}.mkv"]
    media_id = (await house.rows("role = 'film'"))[0]["media_id"]
    await house.library.correct(media_id, LOUD)
    assert [path for path in tree(root) if not path.startswith(FOLDER)] == [
        f"Movies/Loud Harbour (2021)/Loud Harbour (2021) - 1080p{ending}"
        for ending in (".en.srt", ".mkv", ".nfo")
    ]


async def test_a_crash_is_finished_where_inodes_do_not_last(house, stick, monkeypatch):
    """FAT gives other inodes at every mount: the bytes tell whose file it is."""

    class PowerCut(BaseException):
        pass

    async def cut(*_arguments):
        raise PowerCut

    volume, root, drive = stick
    job = download(house, FILM[0], [FILM], volume=volume, root=root)
    with monkeypatch.context() as patch:
        patch.setattr(Placement, "_finish", cut)
        with pytest.raises(PowerCut):
            await house.library.importer.run(job)
    assert (root / f"{PLACE}.mkv").exists()
    assert not await house.rows()
    drive.unmount()
    drive.mount(root.parent)
    await house.database.execute(
        "UPDATE library_operations SET detail = json_set(detail, '$.identity.inode', 1)"
    )
    await house.library.importer.recover()
    assert await house.paths() == [f"{PLACE}.mkv"]
    assert not await house.database.fetch("SELECT * FROM library_operations")
    await house.library.importer.run(job)
    assert await house.paths() == [f"{PLACE}.mkv"]


async def test_where_a_copy_finds_no_space_the_file_is_moved_once_it_may(house, stick):
    volume, root, _drive = stick
    film = (FILM[0], 16 * MIB)
    job = download(house, FILM[0], [film], volume=volume, root=root)
    with pytest.raises(NoSpace) as caught:
        await house.library.importer.run(job)
    assert caught.value.code == "no_space_to_copy"
    assert caught.value.hint
    assert tree(root) == {f"{FOLDER}/{FILM[0]}": 16 * MIB}
    job = download(house, FILM[0], [film], volume=volume, root=root, may_move=True)
    done = await house.library.importer.run(job)
    assert done.moved
    assert "(move)" in await last_note(house)
    assert tree(root)[f"{PLACE}.mkv"] == 16 * MIB
    assert f"{FOLDER}/{FILM[0]}" not in tree(root)


async def test_a_stick_pulled_out_writes_nothing_beneath_its_place(house, stick):
    volume, root, drive = stick
    job = download(house, FILM[0], [FILM], volume=volume, root=root)
    drive.unmount()
    with pytest.raises(VolumeOffline):
        await house.library.importer.run(job)
    assert not list(root.parent.iterdir())
    drive.mount(root.parent)
    await house.library.importer.run(job)
    assert await house.paths() == [f"{PLACE}.mkv"]


async def test_a_full_drive_is_told_in_words(house, monkeypatch):
    monkeypatch.setattr(placing, "link", lambda _way: False)
    house.settings.update({FREE_SPACE.key: 100_000 * 1024 * MIB})
    with pytest.raises(NoSpace):
        await house.library.importer.run(download(house, FILM[0], [FILM]))
    assert not await house.database.fetch("SELECT * FROM library_operations")


async def test_a_correction_waits_for_its_drive(house, stick):
    volume, root, drive = stick
    job = download(house, FILM[0], [FILM], volume=volume, root=root)
    done = await house.library.importer.run(job)
    drive.unmount()
    await house.library.correct(done.media_ids[0], LOUD)
    assert await house.paths() == [f"{PLACE}.mkv"]
    drive.mount(root.parent)
    await house.volumes.writable(volume.id)
    await house.library.renamer.catch_up(volume.id)
    assert await house.paths() == ["Movies/Loud Harbour (2021)/Loud Harbour (2021) - 1080p.mkv"]
