"""From a magnet to a completed download: states, commands, duplicates, order, sharing."""

from __future__ import annotations

import asyncio

import pytest
from tests.engine.queue.house import House, hashes, until
from tests.engine.queue.scripted import FILM, MB, SAMPLE

from matinee.downloads import NewDownload
from matinee.errors import AskUser, Conflict, InvalidInput, NotFound
from matinee.events import DownloadChanged, DownloadRemoved
from matinee.models.downloads import (
    DownloadFile,
    DownloadState,
    FilePriority,
    InfoHashes,
    QueueReason,
    Sharing,
)

S = DownloadState


@pytest.fixture
async def house(tmp_path):
    house = await House(tmp_path).start()
    yield house
    await house.stop()


# the way --------------------------------------------------------------------------------------
async def test_a_magnet_goes_all_the_way(house):
    key = await house.completed()
    item = house.queue.get(key)
    assert (item.name, item.size, item.wanted) == ("film", 105 * MB, 105 * MB)
    assert item.completed_at == house.now
    assert item.sharing is Sharing.SEEDING
    assert await house.history(key) == [
        "added", "resolving", "metadata", "downloading", "verifying", "importing", "completed",
    ]  # fmt: skip
    view = house.queue.view(key)
    assert (view.progress, view.done, view.state) == (1.0, 105 * MB, S.COMPLETED)


async def test_every_state_is_announced_after_it_is_written(house):
    seen = []

    def look(event):
        if isinstance(event, DownloadChanged):
            seen.append(event.download.state)

    house.bus.subscribe(look)
    await house.completed()
    assert list(dict.fromkeys(seen)) == [
        S.QUEUED, S.RESOLVING, S.DOWNLOADING, S.VERIFYING, S.IMPORTING, S.COMPLETED,
    ]  # fmt: skip


async def test_a_torrent_file_needs_no_resolving(house):
    key = await house.add(metadata=b"d4:infoe", files=(FILM, SAMPLE), info_hashes=hashes(1))
    item = await house.until_state(key, S.DOWNLOADING)
    assert (item.size, item.wanted) == (105 * MB, 105 * MB)
    await house.until_running(key)
    job = house.transport.held[key].job
    assert job.save_path == house.folder / "disk" / "Downloads" / key
    assert (job.metadata, list(job.files)) == (b"d4:infoe", [FILM, SAMPLE])


async def test_files_are_chosen_before_they_are_known(house):
    key = await house.add(chosen=(0,))
    await house.until_running(key)
    house.transport.tell_metadata(key)
    await until(lambda: house.queue.get(key).size)
    assert house.queue.get(key).wanted == 100 * MB
    assert house.transport.held[key].job.files[1].priority is FilePriority.SKIP
    assert [f.priority for f in await house.queue.files(key)] == [
        FilePriority.NORMAL, FilePriority.SKIP,
    ]  # fmt: skip


async def test_a_choice_of_files_that_do_not_exist_takes_all(house):
    key = await house.add(chosen=(7,))
    await house.until_running(key)
    house.transport.tell_metadata(key)
    await until(lambda: house.queue.get(key).size)
    assert house.queue.get(key).wanted == 105 * MB


async def test_a_check_at_the_start_is_shown(house):
    key = await house.downloading()
    house.transport.listener.checking(key)
    await house.until_state(key, S.CHECKING)
    house.transport.listener.started(key)
    await house.until_state(key, S.DOWNLOADING)


async def test_metadata_is_told_to_the_household_with_the_files(tmp_path):
    house, told = House(tmp_path), []

    async def hear(download, files):
        told.append((download.id, [file.path for file in files]))

    house.on_metadata = hear
    await house.start()
    magnet = await house.downloading()
    file = await house.add(metadata=b"d4:infoe", files=(FILM,), info_hashes=hashes(1))
    await until(lambda: len(told) == 2)
    assert told == [(magnet, ["film.mkv", "sample.mkv"]), (file, ["film.mkv"])]
    await house.restart()
    await until(lambda: len(told) == 4)  # a process that died in between tells again
    await house.stop()


async def test_nothing_to_add_is_refused(house):
    with pytest.raises(InvalidInput):
        await house.queue.add(NewDownload("x", "scripted"))
    with pytest.raises(InvalidInput):
        await house.add(metadata=b"x", files=(FILM,), chosen=(5,))
    with pytest.raises(AskUser):
        await house.queue.add(NewDownload("x", "carrier pigeon", "coo"))
    with pytest.raises(NotFound):
        await house.add(volume_id="nowhere")
    assert house.queue.all() == []


# duplicates -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (InfoHashes("a" * 40), InfoHashes("a" * 40)),
        (InfoHashes("", "b" * 64), InfoHashes("", "b" * 64)),
        (InfoHashes("a" * 40, "b" * 64), InfoHashes("a" * 40)),
        (InfoHashes("", "b" * 64), InfoHashes("a" * 40, "b" * 64)),
    ],
)
async def test_a_duplicate_is_the_one_there_is(house, first, second):
    key = await house.add(info_hashes=first)
    again, created = await house.queue.add(
        NewDownload("other", "scripted", "magnet:?x", info_hashes=second)
    )
    assert (again.id, created) == (key, False)
    assert len(house.queue.all()) == 1


async def test_a_magnet_that_turns_out_to_be_a_duplicate_fails(house):
    await house.add("one", info_hashes=InfoHashes("a" * 40, "b" * 64), paused=True)
    key = await house.add("two", info_hashes=InfoHashes("", "c" * 64))
    await house.until_running(key)
    house.transport.tell_metadata(key, hashes=InfoHashes("a" * 40, "c" * 64))
    item = await house.until_state(key, S.FAILED)
    assert (item.trouble.code, "one" in item.trouble.message) == ("duplicate", True)


async def test_after_removal_it_may_be_added_again(house):
    key = await house.add(info_hashes=hashes(1))
    await house.queue.remove(key)
    assert await house.add(info_hashes=hashes(1)) != key


async def test_two_adds_at_once_make_one(house):
    new = NewDownload("x", "scripted", "magnet:?x", info_hashes=hashes(1))
    answers = await asyncio.gather(*(house.queue.add(new) for _ in range(5)))
    assert [created for _, created in answers].count(True) == 1
    assert len({item.id for item, _ in answers}) == 1


# pausing --------------------------------------------------------------------------------------
async def test_pause_and_resume(house):
    key = await house.downloading()
    item = await house.queue.pause(key)
    assert item.state is S.PAUSED
    assert house.transport.running() == set()
    assert (await house.queue.pause(key)).state is S.PAUSED
    item = await house.queue.resume(key)
    assert item.state is S.DOWNLOADING
    assert house.transport.running() == {key}


async def test_paused_ones_are_not_given_to_the_transport_at_all(house):
    key = await house.add(metadata=b"x", files=(FILM,), paused=True)
    await house.downloading("other")
    assert key not in house.transport.held
    assert await house.queue.peers(key) == ()


async def test_one_that_finishes_while_paused_finishes_when_resumed(house):
    key = await house.downloading()
    await house.queue.pause(key)
    house.transport.finish(key)
    await house.downloading("other")
    assert house.state(key) is S.PAUSED
    await house.queue.resume(key)
    await house.until_state(key, S.COMPLETED)


async def test_pausing_a_complete_one_pauses_its_sharing(house):
    key = await house.completed()
    item = await house.queue.pause(key)
    assert (item.state, item.sharing) == (S.COMPLETED, Sharing.PAUSED)
    assert house.transport.held[key].sharing is Sharing.PAUSED
    item = await house.queue.resume(key)
    assert item.sharing is Sharing.SEEDING
    assert house.transport.held[key].sharing is Sharing.SEEDING


async def test_all_at_once(house):
    one, two = await house.downloading("one"), await house.add("two", paused=True)
    done = await house.completed("done")
    await house.queue.pause_all()
    assert [house.state(key) for key in (one, two, done)] == [S.PAUSED, S.PAUSED, S.COMPLETED]
    assert house.queue.get(done).sharing is Sharing.PAUSED
    await house.queue.resume_all()
    assert [house.state(key) for key in (one, two)] == [S.DOWNLOADING, S.RESOLVING]
    assert house.queue.get(done).sharing is Sharing.SEEDING


async def test_unknown_ones_are_said_to_be_unknown(house):
    queue = house.queue
    for call in (queue.pause, queue.resume, queue.remove, queue.recheck, queue.files, queue.peers):
        with pytest.raises(NotFound):
            await call("nothing")
    with pytest.raises(NotFound):
        queue.view("nothing")


async def test_what_a_state_forbids_is_said(house):
    paused = (await house.queue.pause(await house.add())).id
    for call in (house.queue.retry, house.queue.reimport, house.queue.recheck):
        with pytest.raises(Conflict):
            await call(paused)
    with pytest.raises(Conflict):
        await house.queue.verifying(paused)


# order ----------------------------------------------------------------------------------------
async def running_names(house):
    return {house.queue.get(key).name for key in house.transport.running()}


async def test_three_run_at_once_and_the_next_follows(house):
    keys = [await house.add(f"{n}") for n in range(5)]
    for key in keys[:3]:
        await house.until_running(key)
    assert [house.queue.get(key).reason for key in keys[3:]] == [QueueReason.SLOT] * 2
    house.transport.tell_metadata(keys[0])
    house.transport.finish(keys[0])
    await house.until_running(keys[3])
    assert house.queue.get(keys[4]).state is S.QUEUED


async def test_reordering_takes_effect_at_once(tmp_path):
    house = await House(tmp_path, queue__active=1).start()
    keys = [await house.add(f"{n}") for n in range(3)]
    await house.until_running(keys[0])
    item = await house.queue.set_position(keys[2], 0)
    assert (item.state, item.position) == (S.RESOLVING, 0)
    assert [d.name for d in house.queue.all()] == ["2", "0", "1"]
    await until(lambda: house.transport.running() == {keys[2]})
    await house.restart()
    assert [d.name for d in house.queue.all()] == ["2", "0", "1"]
    await house.stop()


async def test_priority_goes_before_position(tmp_path):
    house = await House(tmp_path, queue__active=1).start()
    one, two = await house.add("one"), await house.add("two")
    await house.until_running(one)
    await house.queue.set_priority(two, 1)
    await until(lambda: house.transport.running() == {two})
    await house.stop()


async def test_a_stalled_one_gives_its_slot_away(tmp_path):
    house = await House(tmp_path, queue__active=1, queue__stall_seconds=10).start()
    one, two = await house.downloading("one"), await house.add("two")
    house.transport.advance(one, MB)
    await until(lambda: house.queue.view(one).done == MB)
    assert not house.queue.view(one).stalled
    house.later(11)
    await house.until_running(two)
    assert house.queue.view(one).stalled
    assert house.transport.running() == {one, two}
    house.transport.advance(one, 2 * MB)
    await until(lambda: house.transport.running() == {one})  # it goes on, and goes first
    await house.stop()


# watching -------------------------------------------------------------------------------------
async def test_a_paused_one_wakes_for_a_watcher_and_rests_afterwards(tmp_path):
    house = await House(tmp_path, queue__active=1).start()
    one, two = await house.downloading("one"), await house.add("two", paused=True)
    item = await house.queue.wake(two)
    assert item.state is S.RESOLVING
    assert house.transport.running() == {one, two}  # beside the one that has the slot
    await house.queue.rest(two)
    assert house.state(two) is S.PAUSED
    assert house.transport.running() == {one}
    await house.stop()


async def test_a_queued_one_wakes_and_queues_again(tmp_path):
    house = await House(tmp_path, queue__active=1).start()
    one, two = await house.downloading("one"), await house.add("two")
    assert (await house.queue.wake(two)).state is S.RESOLVING
    await house.queue.rest(two)
    await house.until_state(two, S.QUEUED)
    await until(lambda: house.transport.running() == {one})
    await house.stop()


async def test_waking_a_complete_one_does_nothing(house):
    key = await house.completed()
    assert (await house.queue.wake(key)).state is S.COMPLETED
    await house.queue.rest(key)
    await house.queue.rest("nothing")


async def test_any_download_opens(house):
    key = await house.add(metadata=b"x", files=(FILM,), paused=True)
    source = await house.queue.open(key, 0)
    assert source.name == "film.mkv"
    assert house.transport.running() == set()
    with pytest.raises(NotFound):
        await house.queue.open(key, 9)


# details --------------------------------------------------------------------------------------
async def test_files_with_what_is_here(house):
    key = await house.downloading()
    house.transport.advance(key, 50 * MB)
    film, sample = await house.queue.files(key)
    assert (film.path, film.done, film.progress) == ("film.mkv", 50 * MB, 0.5)
    assert (sample.done, sample.progress) == (0, 0.0)


async def test_choosing_files(house):
    key = await house.downloading()
    item = await house.queue.set_files(key, {1: FilePriority.SKIP, 0: FilePriority.HIGH})
    assert item.wanted == 100 * MB
    assert house.transport.held[key].job.files[0].priority is FilePriority.HIGH
    with pytest.raises(InvalidInput):
        await house.queue.set_files(key, {0: FilePriority.SKIP})
    with pytest.raises(InvalidInput):
        await house.queue.set_files(key, {5: FilePriority.HIGH})


async def test_choosing_more_of_a_complete_one_fetches_it(house):
    key = await house.add(metadata=b"x", files=(FILM, SAMPLE), chosen=(0,))
    await house.until_running(key)
    house.transport.finish(key)
    await house.until_state(key, S.COMPLETED)
    item = await house.queue.set_files(key, {1: FilePriority.NORMAL})
    assert (item.state, item.wanted) == (S.DOWNLOADING, 105 * MB)
    house.transport.finish(key)
    await house.until_state(key, S.COMPLETED)


async def test_padding_is_neither_shown_nor_counted(house):
    pad = DownloadFile(1, ".pad/1", 7, is_padding=True)
    key = await house.add(metadata=b"x", files=(FILM, pad), paused=True)
    assert (house.queue.get(key).size, house.queue.get(key).wanted) == (100 * MB, 100 * MB)
    assert [file.index for file in await house.queue.files(key)] == [0]
    assert len(await house.queue.plain_files(key)) == 2


async def test_limits_and_names(house):
    key = await house.downloading()
    await house.queue.set_limits(key, rate_limit_down=1000, rate_limit_up=500)
    job = house.transport.held[key].job
    assert (job.rate_limit_down, job.rate_limit_up) == (1000, 500)
    assert (await house.queue.rename(key, " Better ")).name == "Better"
    with pytest.raises(InvalidInput):
        await house.queue.rename(key, "  ")


# checking -------------------------------------------------------------------------------------
async def test_a_complete_one_is_checked_and_is_complete_again(house):
    key = await house.completed()
    item = await house.queue.recheck(key)
    assert item.state is S.CHECKING
    house.transport.listener.finished(key)
    await house.until_state(key, S.COMPLETED)
    assert "importing" not in (await house.history(key))[7:]


async def test_a_check_that_finds_damage_fetches_again(house):
    key = await house.completed()
    first = house.queue.get(key).completed_at
    house.later(60.0)
    await house.queue.recheck(key)
    house.transport.advance(key, 50 * MB)
    house.transport.listener.started(key)
    await house.until_state(key, S.DOWNLOADING)
    house.transport.finish(key)
    assert (await house.until_state(key, S.COMPLETED)).completed_at == first


async def test_a_paused_one_is_paused_after_its_check(house):
    key = await house.downloading()
    await house.queue.pause(key)
    assert (await house.queue.recheck(key)).state is S.CHECKING
    house.transport.listener.started(key)
    await house.until_state(key, S.PAUSED)
    await until(lambda: not house.transport.running())


# sharing --------------------------------------------------------------------------------------
async def test_sharing_ends_with_its_goal_and_begins_again_with_a_higher_one(house):
    key = await house.completed()
    house.transport.listener.shared(key, 104 * MB, 60)
    house.transport.listener.shared(key, 105 * MB, 90)
    await until(lambda: house.queue.get(key).sharing is Sharing.GOAL_MET)
    await until(lambda: house.transport.held[key].sharing is Sharing.GOAL_MET)
    assert house.queue.view(key).ratio == 1.0
    await house.queue.set_limits(key, seed_ratio=2.0)
    assert house.transport.held[key].sharing is Sharing.SEEDING
    await house.queue.set_limits(key, seed_ratio=None)
    await until(lambda: house.transport.held[key].sharing is Sharing.GOAL_MET)


async def test_without_a_goal_nothing_is_shared(tmp_path):
    house = await House(tmp_path, torrent__seed_ratio=0.0).start()
    key = await house.completed()
    assert house.queue.get(key).sharing is Sharing.NONE
    await until(lambda: ("set_sharing", key) in house.transport.calls)
    assert house.transport.held[key].sharing is Sharing.NONE
    await house.stop()


async def test_after_a_restart_it_goes_on_sharing(house):
    key = await house.completed()
    await house.restart()
    await until(lambda: key in house.transport.held)
    assert house.transport.held[key].sharing is Sharing.SEEDING
    assert house.transport.running() == {key}


# removal --------------------------------------------------------------------------------------
async def test_removal_keeps_the_data_unless_told(house):
    key = await house.completed()
    film = house.folder / "disk" / "Downloads" / key / "film.mkv"
    await house.queue.remove(key)
    assert house.find(key) is None
    assert house.events[-1] == DownloadRemoved(key)
    await until(lambda: key not in house.transport.held)
    assert film.exists()


async def test_removal_with_data_leaves_what_is_not_ours(house):
    key = await house.completed()
    folder = house.folder / "disk" / "Downloads" / key
    (folder / "mine.txt").write_text("keep me")
    await house.queue.remove(key, delete_data=True)
    await until(lambda: not (folder / "film.mkv").exists() and not house.transport.held)
    await until(lambda: not (folder / "sample.mkv").exists())
    assert (folder / "mine.txt").read_text() == "keep me"


async def test_removal_with_data_leaves_no_empty_folder(house):
    key = await house.completed()
    await house.queue.remove(key, delete_data=True)
    await until(lambda: not (house.folder / "disk" / "Downloads" / key).exists())
    await until_empty(house)
    for table in ("download_files", "download_blobs"):
        assert not await house.database.fetch_value(f"SELECT count(*) FROM {table}")
    assert "removed" in await house.history(key)


async def until_empty(house):
    async def count():
        return await house.database.fetch_value("SELECT count(*) FROM downloads")

    async with asyncio.timeout(30):
        while await count():
            await asyncio.sleep(0.01)


async def test_a_link_out_of_the_folder_is_not_followed(house, tmp_path):
    nested = DownloadFile(0, "season/film.mkv", MB)
    key = await house.add(metadata=b"x", files=(nested,), paused=True)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "film.mkv").write_text("not ours")
    folder = house.folder / "disk" / "Downloads" / key
    folder.mkdir(parents=True)
    (folder / "season").symlink_to(outside)
    await house.queue.remove(key, delete_data=True)
    await until_empty(house)
    assert (outside / "film.mkv").exists()
