"""A process that dies in any state: nothing is lost, nothing is done twice."""

from __future__ import annotations

import asyncio

import pytest
from tests.engine.queue.house import House, hashes, until
from tests.engine.queue.scripted import FILM, MB

from matinee.downloads.remains import settle_move
from matinee.errors import RetryLater
from matinee.models.downloads import DownloadFile, DownloadState, QueueReason, Sharing

S = DownloadState


@pytest.fixture
async def house(tmp_path):
    house = await House(tmp_path, "disk", "usb").start()
    yield house
    await house.stop()


async def queued(house):
    house.settings.update({"queue.active": 1})
    await house.downloading("other")
    key = await house.add()
    await until(lambda: house.queue.get(key).reason is QueueReason.SLOT)
    return key


async def resolving(house):
    key = await house.add()
    await house.until_running(key)
    return key


async def downloading(house):
    key = await house.downloading()
    house.transport.listener.resume_saved(key, b"resume of " + key.encode())
    await until_saved(house, key)
    return key


async def until_saved(house, key):
    async def saved():
        return (await house.queue._store.blobs(key)).resume

    async with asyncio.timeout(30):
        while not await saved():
            await asyncio.sleep(0.005)


async def checking(house):
    key = await house.downloading()
    house.transport.listener.checking(key)
    await house.until_state(key, S.CHECKING)
    return key


async def paused(house):
    key = await house.downloading()
    await house.queue.pause(key)
    return key


async def failed(house):
    key = await house.downloading()
    house.settings.update({"queue.retries": 0})
    house.transport.fail(key, RetryLater("The line is cut."))
    await house.until_state(key, S.FAILED)
    return key


async def completed(house):
    return await house.completed()


@pytest.mark.parametrize(
    ("bring", "state"),
    [
        (queued, S.QUEUED),
        (resolving, S.RESOLVING),
        (downloading, S.DOWNLOADING),
        (checking, S.CHECKING),
        (paused, S.PAUSED),
        (failed, S.FAILED),
        (completed, S.COMPLETED),
    ],
)
async def test_it_is_where_it_was_after_a_crash(house, bring, state):
    key = await bring(house)
    before, history = house.queue.get(key), await house.history(key)
    assert before.state is state
    for _ in range(2):
        await house.restart()
        assert house.queue.get(key) == before
    await asyncio.sleep(0)
    assert await house.history(key) == history
    added = house.transport.calls.count(("add", key))
    assert added <= 1


@pytest.mark.parametrize("bring", [resolving, downloading, checking])
async def test_what_ran_runs_again_and_ends(house, bring):
    key = await bring(house)
    await house.restart()
    await house.until_running(key)
    job = house.transport.held[key].job
    assert job.source == "magnet:?dn=film"
    if bring is not resolving:
        assert (job.metadata, len(job.files)) == (b"d4:infoe", 2)
    if bring is downloading:
        assert job.resume == b"resume of " + key.encode()
    if bring is resolving:
        house.transport.tell_metadata(key)
    house.transport.listener.started(key)
    house.transport.finish(key)
    await house.until_state(key, S.COMPLETED)
    history = await house.history(key)
    assert history.count("completed") == history.count("verifying") == 1


async def test_what_was_paused_or_failed_is_left_alone(house):
    keys = [await paused(house), await failed(house)]
    await house.restart()
    await house.downloading("other")
    assert not set(keys) & house.transport.held.keys()


async def test_what_ran_beside_the_slots_still_obeys_them_after_a_crash(house):
    keys = [await house.downloading(f"{n}") for n in range(3)]
    house.settings.update({"queue.active": 1})
    await house.restart()
    await until(lambda: house.transport.running() == {keys[0]})
    assert [house.state(key) for key in keys] == [S.DOWNLOADING, S.QUEUED, S.QUEUED]


# the import -----------------------------------------------------------------------------------
@pytest.mark.parametrize("state", [S.VERIFYING, S.IMPORTING])
async def test_an_import_that_was_cut_is_driven_again(tmp_path, state):
    house, runs = House(tmp_path), []

    async def hangs(download):
        runs.append(download.state)
        if state is S.IMPORTING:
            await house.queue.importing(download.id)
        await asyncio.Event().wait()

    async def works(download):
        runs.append(download.state)
        await house.queue.verifying(download.id)
        await house.queue.importing(download.id)
        await house.queue.completed(download.id, ["m"])

    house.on_finished = hangs
    await house.start()
    key = await house.downloading()
    house.transport.finish(key)
    await until(lambda: runs and house.state(key) is state)
    house.on_finished = works
    await house.restart()
    await house.until_state(key, S.COMPLETED)
    assert runs == [S.VERIFYING, state]
    history = await house.history(key)
    assert history.count("importing") == history.count("completed") == 1
    await house.restart()
    await house.downloading("other")
    assert len(runs) == 2
    await house.stop()


async def test_a_removal_waits_until_the_import_has_ended(tmp_path):
    house, ended = House(tmp_path), []

    async def slow(download):
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(house.find(download.id) is not None)

    house.on_finished = slow
    await house.start()
    key = await house.downloading()
    house.transport.finish(key)
    await house.until_state(key, S.VERIFYING)
    await until(lambda: house.queue._driver._tasks)
    await asyncio.sleep(0)
    await house.queue.remove(key, delete_data=True)
    assert ended == [True]  # it was still there when the import was told to end
    await house.stop()


# removal --------------------------------------------------------------------------------------
async def gone(house, key):
    async with asyncio.timeout(30):
        while await house.database.fetch_value("SELECT 1 FROM downloads WHERE id = ?", (key,)):
            await asyncio.sleep(0.005)


async def test_a_removal_that_was_cut_is_finished(house):
    key = await house.completed()
    folder = house.folder / "disk" / "Downloads" / key
    await house.queue._ledger.move(key, S.REMOVED, delete_data=True)
    assert (folder / "film.mkv").exists()
    await house.restart()
    assert house.find(key) is None
    await gone(house, key)
    assert not folder.exists()


async def test_a_removal_waits_for_its_drive(house):
    key = await house.completed()
    folder = house.folder / "disk" / "Downloads" / key
    house.unplug("disk")
    await house.queue.remove(key, delete_data=True)
    await house.restart()
    await house.downloading("other", volume_id="usb")
    assert (folder / "film.mkv").exists()
    house.plug_in("disk")
    await gone(house, key)
    assert not folder.exists()


async def test_a_removal_without_data_waits_for_nothing(house):
    key = await house.completed()
    house.unplug("disk")
    await house.queue.remove(key)
    await gone(house, key)


async def test_a_transport_that_cannot_remove_yet_is_asked_again(house):
    key = await house.downloading()
    house.transport.refuse["remove"] = RetryLater("Not now.")
    await house.queue.remove(key, delete_data=True)
    await until(lambda: ("remove", key) in house.transport.calls)
    assert house.find(key) is None
    house.transport.refuse.clear()
    house.later(1)
    await gone(house, key)


# moves ----------------------------------------------------------------------------------------
async def test_a_move_that_was_cut_before_it_deleted_begins_again(house):
    key = await house.completed()
    house.transport.slow_moves = True
    await house.queue.move(key, "usb")
    await until(lambda: ("move", key) in house.transport.calls)
    target = house.folder / "usb" / "Downloads" / key
    target.mkdir(parents=True)
    (target / "film.mkv").write_bytes(b"half")
    await house.restart()
    item = await house.until_state(key, S.COMPLETED)
    assert item.volume_id == "usb"
    assert (target / "film.mkv").stat().st_size == 100 * MB
    assert not (house.folder / "disk" / "Downloads" / key / "film.mkv").exists()


async def test_a_move_that_was_cut_while_it_deleted_goes_on_with_the_new_place(house):
    key = await house.completed()
    source, target = (house.folder / v / "Downloads" / key for v in ("disk", "usb"))
    house.transport.slow_moves = True
    await house.queue.move(key, "usb")
    await until(lambda: ("move", key) in house.transport.calls)
    target.mkdir(parents=True)
    (source / "film.mkv").replace(target / "film.mkv")
    await house.restart()
    item = await house.until_state(key, S.COMPLETED)
    assert (item.volume_id, item.sharing) == ("usb", Sharing.SEEDING)
    assert {path.name for path in target.iterdir()} == {"film.mkv", "sample.mkv"}
    assert not source.exists()
    await until(lambda: ("recheck", key) in house.transport.calls)
    assert ("move", key) not in house.transport.calls


def test_what_a_cut_move_leaves(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    files = [DownloadFile(n, f"{n}/{n}", 1) for n in range(3)]

    def put(folder, *names):
        for name in names:
            (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / name / name).write_text(folder.name)

    put(old, "0", "1", "2")
    assert not settle_move(old, new, files)
    put(new, "0")
    assert not settle_move(old, new, files)  # copied, nothing deleted: begin again
    (old / "0" / "0").unlink()
    (old / ".abc.parts").write_text("x")
    assert settle_move(old, new, files)
    assert [(new / f.path).read_text() for f in files] == ["new", "old", "old"]
    assert (new / ".abc.parts").exists()
    assert not old.exists()


# what is written ------------------------------------------------------------------------------
async def test_progress_is_written_about_once_a_minute(house):
    key = await house.downloading()
    house.transport.advance(key, 7 * MB)
    await until(lambda: house.queue.view(key).done == 7 * MB)
    house.queue._supervisor._due.pop("totals")
    house.later(60)

    async with asyncio.timeout(30):
        while await house.database.fetch_value("SELECT done FROM downloads") != 7 * MB:
            await asyncio.sleep(0.005)
    await house.queue.pause(key)
    await house.restart()
    view = house.queue.view(key)
    assert (view.done, view.progress) == (7 * MB, round(7 / 105, 4))


async def test_an_orderly_stop_writes_what_the_transports_save_last(house):
    key = await house.downloading()
    house.transport.save_at_stop[key] = b"the last word"
    await house.stop()
    await house.start()
    await house.until_running(key)
    assert house.transport.held[key].job.resume == b"the last word"


async def test_a_torrent_file_added_before_a_crash_is_still_there(house):
    key = await house.add(metadata=b"d4:infoe", files=(FILM,), info_hashes=hashes(1), paused=True)
    await house.restart()
    assert [file.path for file in await house.queue.files(key)] == ["film.mkv"]
    await house.queue.resume(key)
    await house.until_running(key)
    assert house.transport.held[key].job.metadata == b"d4:infoe"


async def test_a_defect_in_one_turn_does_not_end_the_queue(house):
    key = await house.downloading()
    await house.database.execute(
        "CREATE TRIGGER broken BEFORE UPDATE ON downloads BEGIN SELECT RAISE(ABORT, 'disk'); END"
    )
    house.unplug("disk")
    await until(lambda: not house.transport.held or house.state(key) is S.DOWNLOADING)
    await house.database.execute("DROP TRIGGER broken")
    item = await house.until_state(key, S.QUEUED)
    assert item.reason is QueueReason.VOLUME
