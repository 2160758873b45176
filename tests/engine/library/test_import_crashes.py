"""The power fails before every single change that an import makes to disk or database.

Each time: no half file under a final name, nothing lost, nothing twice.
"""

import os
from contextlib import asynccontextmanager

import pytest
from tests.support.imports import FOLDER, download, tree
from tests.support.library import House, no_film, whole

from matinee.events import EventBus
from matinee.library import Library, placing
from matinee.models.media import MediaKind, Title
from matinee.settings import Settings
from matinee.storage import Database
from matinee.volumes import Volumes

NAME = "Quiet.Harbour.2019.1080p.WEB-NORTH"
FILES = [(f"{NAME}/quiet.harbour.mkv", 9000), (f"{NAME}/quiet.harbour.en.srt", 200)]
LOUD = Title(MediaKind.MOVIE, "Loud Harbour", 2021)
_CHANGES = ("link", "write", "fsync", "utime", "mkdir", "unlink", "replace", "rename")


class PowerCut(BaseException):
    """Nothing that catches Exception may survive it."""


class Mains:
    """Lets `limit` changes happen; then nothing changes any more."""

    def __init__(self, limit):
        self.left = limit

    def spend(self):
        if self.left <= 0:
            raise PowerCut
        self.left -= 1

    def guard(self, function):
        def changed(*arguments, **more):
            self.spend()
            return function(*arguments, **more)

        return changed

    def guard_open(self, function):
        def opened(path, flags, *arguments, **more):
            if flags & os.O_CREAT:
                self.spend()
            return function(path, flags, *arguments, **more)

        return opened

    def plug_in(self, patch):
        for name in _CHANGES:
            patch.setattr(os, name, self.guard(getattr(os, name)))
        patch.setattr(os, "open", self.guard_open(os.open))
        for name in ("_rename_exclusively", "_pour"):
            patch.setattr(placing, name, self.guard(getattr(placing, name)))
        for name in ("execute", "execute_many"):
            patch.setattr(Database, name, self.guard(getattr(Database, name)))


@asynccontextmanager
async def living(folder):
    """Start everything around a library, on what lies in the folder."""
    database = Database(folder / "data" / "matinee.db")
    await database.open()
    bus, settings = EventBus(), Settings()
    volumes = Volumes(database, bus, settings)
    await volumes.start()
    root = folder / "media"
    root.mkdir(exist_ok=True)
    volume = volumes.list()[0] if volumes.list() else await volumes.adopt(root, "Films")
    library = Library(database, bus, settings, volumes, probe=no_film, decode=whole)
    yield House(root, database, bus, settings, volumes, library, volume, [])
    await volumes.stop()
    await database.close()


def whole_files(root, job):
    """Say whether all that bears a final name holds all the bytes of its source."""
    sources = {(root / FOLDER / path).read_bytes() for path, _size in FILES}
    for path in tree(root):
        if not path.startswith(FOLDER) and path.endswith((".mkv", ".srt")):
            assert (root / path).read_bytes() in sources, path
        if path.endswith(".nfo"):
            assert (root / path).read_text().rstrip().endswith(">"), path
    return True


async def state(house):
    rows = [(row["path"], row["title"], row["role"], row["created"]) for row in await house.rows()]
    operations = await house.database.fetch("SELECT * FROM library_operations")
    media = await house.database.fetch("SELECT id FROM media")
    return {
        "rows": rows,
        "operations": len(operations),
        "media": len(media),
        "files": sorted(tree(house.root)),
    }


async def do(house):
    return await house.library.importer.run(download(house, NAME, FILES))


async def cut(folder, limit, work):
    """Do the work until the power fails; return whether it was finished before."""
    async with living(folder) as house:
        with pytest.MonkeyPatch.context() as patch:
            Mains(limit).plug_in(patch)
            try:
                await work(house)
            except PowerCut:
                return False
        return True


@pytest.mark.parametrize("way", ["link", "copy"])
async def test_an_import_survives_a_power_cut_anywhere(tmp_path, monkeypatch, way):
    if way == "copy":
        monkeypatch.setattr(placing, "link", lambda _way: False)
    async with living(tmp_path / "undisturbed") as house:
        await do(house)
        expected = await state(house)
    limit, finished = 0, False
    while not finished:
        folder = tmp_path / str(limit)

        # The download itself was written before: only the import is cut.
        async with living(folder) as house:
            job = download(house, NAME, FILES)
        finished = await cut(folder, limit, lambda house, job=job: house.library.importer.run(job))
        assert whole_files(folder / "media", job)
        async with living(folder) as house:
            await house.library.importer.recover()
            await house.library.renamer.recover()
            assert whole_files(house.root, job)
            found = await state(house)
            files = found["files"]
            assert not found["operations"]
            assert {row[0] for row in found["rows"]} == {
                path
                for path in files
                if path.startswith("Movies")
                and not path.endswith(".nfo")
                and not path.endswith(".partial")
            }, f"after {limit} changes"
            await house.library.importer.run(job)
            assert await state(house) == expected, f"after {limit} changes"
        limit += 1
    assert limit > 15


async def test_a_renaming_survives_a_power_cut_anywhere(tmp_path):
    async def prepare(house):
        done = await do(house)
        return done.media_ids[0]

    async with living(tmp_path / "undisturbed") as house:
        await house.library.correct(await prepare(house), LOUD)
        expected = await state(house)
    limit, finished = 0, False
    while not finished:
        folder = tmp_path / str(limit)
        async with living(folder) as house:
            media_id = await prepare(house)
            job = download(house, NAME, FILES)
        finished = await cut(
            folder, limit, lambda house, one=media_id: house.library.correct(one, LOUD)
        )
        assert whole_files(folder / "media", job)
        async with living(folder) as house:
            await house.library.renamer.recover()
            found = await state(house)
            assert not found["operations"]
            assert {row[0] for row in found["rows"]} <= set(found["files"]), (
                f"after {limit} changes"
            )
            await house.library.correct(media_id, LOUD)
            assert await state(house) == expected, f"after {limit} changes"
        limit += 1
    assert limit > 8
