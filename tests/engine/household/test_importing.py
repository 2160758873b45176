"""The way of a download into the library: arriving at once, at home when it is finished.

Database, drive, library and queue are real; the transport is scripted.
"""

import asyncio
import os
import shutil
from contextlib import asynccontextmanager
from types import SimpleNamespace

from tests.engine.queue.scripted import ScriptedTransport
from tests.support.films import film
from tests.support.imports import tree
from tests.support.library import until

from matinee.downloads import Downloads, NewDownload
from matinee.errors import NoSpace, NotFound
from matinee.events import EventBus
from matinee.household.arrivals import Arrivals
from matinee.household.importing import Importing
from matinee.library import Library, placing, probes
from matinee.library.placement import Placement
from matinee.models.downloads import DownloadFile, DownloadState, FilePriority, InfoHashes, Sharing
from matinee.models.media import MediaKind, Title
from matinee.settings import FREE_SPACE, SEED_RATIO, Settings
from matinee.storage import Database, Vault
from matinee.volumes import Volumes

S = DownloadState
NAME = "Quiet.Harbour.2019.1080p.WEB-NORTH"
PLACE = "Movies/Quiet Harbour (2019)/Quiet Harbour (2019) - 1080p.mkv"
FILES = (
    DownloadFile(0, f"{NAME}/quiet.harbour.2019.mkv", 9000),
    DownloadFile(1, f"{NAME}/sample.mkv", 100),
    DownloadFile(2, f"{NAME}/quiet.harbour.2019.en.srt", 50),
    DownloadFile(3, f"{NAME}/Bonus 2019.mkv", 5000, FilePriority.SKIP),
)


@asynccontextmanager
async def household(folder, **settings_):
    """Start everything on what lies in the folder; the queue ends without a word at the end."""
    database = Database(folder / "matinee.db")
    await database.open()
    bus = EventBus()
    settings = Settings({FREE_SPACE.key: 0, **settings_})
    volumes = Volumes(database, bus, settings)
    await volumes.start()
    media = folder / "media"
    media.mkdir(exist_ok=True)
    volume = volumes.list()[0] if volumes.list() else await volumes.adopt(media, "Films")
    library = Library(database, bus, settings, volumes)
    await library.importer.recover()
    transport = ScriptedTransport()
    vault = Vault.load(folder / "key")
    queue = Downloads(database, vault, bus, settings, volumes, {"scripted": transport})
    arrivals = Arrivals(database, library, queue)
    importing = Importing(downloads=queue, library=library, volumes=volumes, arrivals=arrivals)
    queue.on_metadata, queue.on_finished = arrivals.on_metadata, importing.on_finished
    await queue.start()
    bus.subscribe(importing.hear)
    await importing.start()
    try:
        yield SimpleNamespace(
            root=media, database=database, library=library, queue=queue, transport=transport,
            arrivals=arrivals, importing=importing, volume=volume, settings=settings,
        )  # fmt: skip
    finally:
        await importing.stop()
        await queue.stop()
        await volumes.stop()
        await database.close()


async def begin(house, files=FILES, name=NAME):
    """Add a download and let its files be known."""
    new = NewDownload(name, "scripted", source="magnet:?xt=x", info_hashes=InfoHashes("a" * 40))
    download, _ = await house.queue.add(new)
    await until(lambda: download.id in house.transport.running())
    house.transport.tell_metadata(download.id, files, InfoHashes("a" * 40), name)
    await until(lambda: house.queue.get(download.id).state is S.DOWNLOADING)
    return download.id


async def reached(house, key, state):
    await until(lambda: house.queue.get(key).state is state, what=f"{house.queue.get(key)}")


async def test_a_film_is_in_the_library_before_its_first_byte_and_at_home_afterwards(tmp_path):
    async with household(tmp_path) as house:
        key = await begin(house)
        await until(lambda: house.queue.get(key).media_ids)
        (media_id,) = house.queue.get(key).media_ids
        assert await house.arrivals.of_media(media_id) == [(key, 0)]
        assert (await house.library.media.get(media_id)).title.casefold() == "quiet harbour"
        house.transport.finish(key)
        await reached(house, key, S.COMPLETED)
        done = house.queue.get(key)
        assert (done.media_ids, done.unsorted) == ((media_id,), 0)
        files = await house.library.files.of_media(media_id)
        assert [file.role for file in files] == ["film", "subtitle"]
        assert (house.root / files[0].path).stat().st_size == 9000
        await until(lambda: _none(house.arrivals, media_id))


async def _none(arrivals, media_id):
    return not await arrivals.of_media(media_id)


async def test_a_film_that_was_removed_with_its_data_and_is_added_again_is_there_once(tmp_path):
    async with household(tmp_path) as house:
        seen = []
        for _ in range(2):
            key = await begin(house)
            house.transport.finish(key)
            await reached(house, key, S.COMPLETED)
            done = house.queue.get(key)
            assert (done.unsorted, done.trouble) == (0, None)
            (media_id,) = done.media_ids
            seen.append((media_id, await house.library.files.of_media(media_id)))
            source = await house.queue.folder(key)
            await house.queue.remove(key, delete_data=True)
            await until(lambda source=source: not source.exists())
        assert seen[0] == seen[1]
        paths = [file.path for file in seen[0][1]]
        assert [path for path in paths if (house.root / path).is_file()] == paths
        assert len(list((house.root / paths[0]).parent.glob("*.mkv"))) == 1


async def test_a_title_that_was_corrected_on_the_way_counts(tmp_path):
    async with household(tmp_path) as house:
        key = await begin(house)
        await until(lambda: house.queue.get(key).media_ids)
        (media_id,) = house.queue.get(key).media_ids
        other = await house.library.media.ensure_media(Title(MediaKind.MOVIE, "Loud Harbour", 2021))
        loud = Title(MediaKind.MOVIE, "Loud Harbour", 2021)
        assert await house.library.correct(media_id, loud) == other
        assert await house.arrivals.of_media(other) == [(key, 0)]
        house.transport.finish(key)
        await reached(house, key, S.COMPLETED)
        (film_file, _) = await house.library.files.of_media(other)
        assert film_file.path == "Movies/Loud Harbour (2021)/Loud Harbour (2021) - 1080p.mkv"
        assert (await house.library.media.get(media_id)).id == other


async def test_what_ffprobe_says_is_kept(tmp_path):
    real = film("mkv")
    async with household(tmp_path) as house:
        key = await begin(
            house, [DownloadFile(0, "Ripple.2020.mkv", real.stat().st_size)], "Ripple"
        )
        house.transport.finish(key)
        # The bytes are the transport's business; these are a real film's.
        await until(lambda: house.queue.get(key).state is S.COMPLETED)
        (row,) = await house.library.files.of_origin(key)
        source = await house.queue.folder(key) / "Ripple.2020.mkv"
        shutil.copyfile(real, source)
        (house.root / row.path).unlink()
        await house.queue.reimport(key)
        await until((house.root / row.path).exists)
        await reached(house, key, S.COMPLETED)
        (row,) = await house.library.files.of_origin(key)
        found = probes.load(row.probe)
        assert found is not None
        assert {stream.language for stream in found.streams} >= {"eng", "deu"}


async def test_files_that_are_missing_or_short_fail_with_the_next_step(tmp_path):
    async with household(tmp_path) as house:
        key = await begin(house)
        house.importing._probe = _never
        house.transport.held[key].job.save_path.mkdir(parents=True, exist_ok=True)
        house.transport.listener.finished(key)
        await reached(house, key, S.FAILED)
        trouble = house.queue.get(key).trouble
        assert trouble.code == "file_incomplete"
        assert trouble.hint
        assert not await house.library.files.of_origin(key)


async def _never(*_arguments):
    raise AssertionError("nothing may be probed before it was verified")


async def test_what_cannot_be_told_is_counted_and_forgotten_with_its_data(tmp_path, monkeypatch):
    monkeypatch.setattr("matinee.household.importing._LOOK_AFTER", (0.05,) * 200)
    async with household(tmp_path) as house:
        key = await begin(house, [DownloadFile(0, "01.mkv", 5000)], "01")
        house.transport.finish(key)
        await reached(house, key, S.COMPLETED)
        assert house.queue.get(key).unsorted == 1
        assert len(await house.library.files.unsorted()) == 1
        await house.queue.remove(key, delete_data=True)
        await until(lambda: _no_unsorted(house))


async def _no_unsorted(house):
    return not await house.library.files.unsorted()


async def test_an_import_that_was_broken_off_is_made_good_at_the_next_start(tmp_path, monkeypatch):
    async def hang(*_arguments, **_more):
        await asyncio.Event().wait()

    async with household(tmp_path) as house:
        with monkeypatch.context() as patch:
            patch.setattr(Placement, "_finish", hang)
            key = await begin(house)
            house.transport.finish(key)
            await until((house.root / PLACE).exists)
            assert house.queue.get(key).state is S.IMPORTING
            before = (house.root / PLACE).stat().st_ino
            assert not await house.library.files.of_origin(key)
            await house.queue.stop()
    async with household(tmp_path) as house:
        await reached(house, key, S.COMPLETED)
        (row, _) = await house.library.files.of_origin(key)
        assert row.path == PLACE
        assert (house.root / PLACE).stat().st_ino == before
        assert {path for path in tree(house.root) if path.startswith("Movies")} == {
            PLACE,
            PLACE.replace(".mkv", ".en.srt"),
            PLACE.replace(".mkv", ".nfo"),
        }


async def test_without_space_for_a_copy_it_is_moved_when_it_has_been_shared(tmp_path, monkeypatch):
    monkeypatch.setattr(placing, "link", lambda _way: False)

    async def full(*_arguments):
        raise NoSpace("The drive is full.", hint="Free 2 GB.")

    monkeypatch.setattr(Volumes, "require_space", full)
    async with household(tmp_path, **{SEED_RATIO.key: 2.0}) as house:
        key = await begin(house, FILES[:1])
        house.transport.finish(key)
        await reached(house, key, S.FAILED)
        download = house.queue.get(key)
        assert download.trouble.code == "no_space_to_copy"
        assert download.sharing is Sharing.SEEDING
        (media_id,) = download.media_ids
        assert await house.arrivals.of_media(media_id) == [(key, 0)]
        source = await house.queue.folder(key) / FILES[0].path
        assert source.exists()
        await house.queue._ledger.change(key, sharing=Sharing.GOAL_MET)
        await until((house.root / PLACE).exists)
        await until(lambda: _gone(house, key))
        assert not source.exists()
        (row,) = await house.library.files.of_media(media_id)
        assert row.path == PLACE
        assert os.stat(house.root / PLACE).st_size == 9000


async def _gone(house, key):
    try:
        house.queue.get(key)
    except NotFound:
        return True
    return False


async def test_a_download_without_a_film_says_so(tmp_path):
    files = (
        DownloadFile(0, f"{NAME}/quiet.harbour.rar", 9000),
        DownloadFile(1, f"{NAME}/quiet.harbour.r00", 9000),
    )
    async with household(tmp_path) as house:
        key = await begin(house, files)
        house.transport.finish(key)
        await reached(house, key, S.COMPLETED)
        download = house.queue.get(key)
        assert (download.trouble.code, download.media_ids) == ("nothing_to_import", ())
        assert "archives" in download.trouble.hint
        assert str(house.root / download.save_path) in download.trouble.hint


async def test_files_that_were_not_chosen_do_not_matter(tmp_path):
    async with household(tmp_path) as house:
        key = await begin(house)
        house.transport.finish(key)
        folder = await house.queue.folder(key)
        (folder / FILES[3].path).unlink()
        await reached(house, key, S.COMPLETED)
