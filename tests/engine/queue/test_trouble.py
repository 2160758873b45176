"""Space, drives, errors and retries, imports that fail."""

from __future__ import annotations

import asyncio

import pytest
from tests.engine.queue.house import House, hashes, until
from tests.engine.queue.scripted import FILM, MB

from matinee.errors import AskUser, Conflict, GiveUp, NoSpace, RetryLater, VolumeOffline
from matinee.events import Notice
from matinee.models.downloads import DownloadState, QueueReason, Sharing

S, R = DownloadState, QueueReason


@pytest.fixture
async def house(tmp_path):
    house = await House(tmp_path, "disk", "usb").start()
    yield house
    await house.stop()


# space ----------------------------------------------------------------------------------------
async def test_space_runs_out_and_comes_back(house):
    key = await house.downloading()  # needs 105 MB, 100 MB stay free
    house.set_free("disk", 204 * MB)
    item = await house.until_state(key, S.QUEUED)
    assert (item.reason, item.trouble.code) == (R.SPACE, "no_space")
    assert "Free " in item.trouble.hint
    await until(lambda: not house.transport.running())
    house.set_free("disk", 304 * MB)  # more than it needs, less than twice the reserve
    other = await house.add("small", files=(FILM,), metadata=b"x", volume_id="usb")
    await house.until_running(other)
    assert house.queue.get(key).reason is R.SPACE
    house.set_free("disk", 305 * MB)
    item = await house.until_state(key, S.DOWNLOADING)
    assert item.trouble is None


async def test_what_is_here_already_is_not_counted_again(house):
    key = await house.downloading()
    house.transport.advance(key, 100 * MB)
    await until(lambda: house.queue.view(key).done == 100 * MB)
    house.set_free("disk", 105 * MB)
    await house.downloading("other", volume_id="usb")
    assert house.state(key) is S.DOWNLOADING


async def test_a_full_drive_told_by_the_transport(house):
    key = await house.downloading()
    house.transport.fail(key, NoSpace("The drive is full."))
    item = await house.until_state(key, S.QUEUED)
    assert (item.reason, item.attempts) == (R.SPACE, 0)
    house.later(16)
    await house.until_state(key, S.DOWNLOADING)


# drives ---------------------------------------------------------------------------------------
async def test_a_drive_goes_away_and_comes_back_elsewhere(house, tmp_path):
    key = await house.downloading()
    done = await house.completed("done")
    house.unplug("disk")
    item = await house.until_state(key, S.QUEUED)
    assert (item.reason, item.trouble.code) == (R.VOLUME, "volume_offline")
    await until(lambda: not house.transport.held)  # nothing keeps the drive busy
    assert house.state(done) is S.COMPLETED
    (tmp_path / "elsewhere").mkdir()
    house.drives.set("disk", root=str(tmp_path / "elsewhere"))
    house.plug_in("disk")
    await house.until_running(key)
    assert house.transport.held[key].job.save_path == tmp_path / "elsewhere" / "Downloads" / key
    # What the drive had not written when it was pulled is lost: it is checked.
    await until(lambda: ("recheck", key) in house.transport.calls)
    await house.until_state(key, S.CHECKING)
    assert house.transport.held[done].sharing is Sharing.SEEDING


async def test_nothing_starts_on_a_drive_that_is_away(house):
    house.unplug("usb")
    key = await house.add(volume_id="usb")
    await until(lambda: house.queue.get(key).reason is R.VOLUME)
    assert key not in house.transport.held
    with pytest.raises(VolumeOffline):
        await house.queue.open(key, 0)


# errors ---------------------------------------------------------------------------------------
async def test_it_is_tried_again_later_and_later(tmp_path):
    house = await House(tmp_path, queue__retries=2).start()
    key = await house.downloading()
    delays = []
    for attempt in (1, 2):
        house.transport.fail(key, RetryLater("The tracker is busy.", code="busy"))
        item = await house.until_state(key, S.QUEUED)
        assert (item.reason, item.attempts, item.trouble.code) == (R.RETRY, attempt, "busy")
        delays.append(item.retry_at - house.now)
        await until(lambda: not house.transport.running())
        house.later(item.retry_at - house.now + 1)
        await house.until_state(key, S.DOWNLOADING)
    assert 24 <= delays[0] <= 36
    assert 48 <= delays[1] <= 72
    house.transport.fail(key, RetryLater("The tracker is busy.", code="busy"))
    item = await house.until_state(key, S.FAILED)
    assert item.trouble.code == "busy"
    assert (await house.queue.retry(key)).attempts == 0
    await house.until_state(key, S.DOWNLOADING)
    await house.stop()


async def test_data_in_between_starts_the_tries_afresh(tmp_path):
    house = await House(tmp_path, queue__retries=1).start()
    key = await house.downloading()
    for done in (MB, 2 * MB, 3 * MB):
        house.transport.advance(key, done)
        await until(lambda done=done: house.queue.view(key).done == done)
        house.transport.fail(key, RetryLater("The line was cut."))
        item = await house.until_state(key, S.QUEUED)
        assert item.attempts == 1
        house.later(item.retry_at - house.now + 1)
        await house.until_state(key, S.DOWNLOADING)
    await house.stop()


async def test_a_retry_does_not_wait_when_somebody_asks(house):
    key = await house.downloading()
    house.transport.fail(key, RetryLater("Busy."))
    await house.until_state(key, S.QUEUED)
    assert (await house.queue.retry(key)).state is S.DOWNLOADING


@pytest.mark.parametrize("error", [AskUser("Log in first."), GiveUp("It is gone.")])
async def test_what_nobody_can_wait_for_fails(house, error):
    key = await house.downloading()
    house.transport.fail(key, error)
    item = await house.until_state(key, S.FAILED)
    assert item.trouble.message == error.message
    await until(lambda: not house.transport.running())
    with pytest.raises(Conflict):
        await house.queue.pause(key)
    await house.queue.resume(key)
    await house.until_state(key, S.DOWNLOADING)


async def test_a_transport_that_refuses_the_job(house):
    house.transport.refuse["add"] = GiveUp("This torrent is broken.")
    key = await house.add()
    item = await house.until_state(key, S.FAILED)
    assert item.trouble.message == "This torrent is broken."


async def test_a_defect_of_a_transport_is_trouble_of_that_download(house, caplog):
    house.transport.refuse["add"] = TypeError("a slip in the code")
    key = await house.add()
    await until(lambda: house.queue.get(key).trouble)
    item = house.queue.get(key)
    assert (item.state, item.reason) == (S.QUEUED, QueueReason.RETRY)
    assert (item.trouble.code, "log" in item.trouble.hint) == ("transport_broken", True)
    house.transport.refuse.clear()
    await house.downloading("other")  # several turns pass
    assert caplog.text.count("a slip in the code") == 1
    assert house.transport.calls.count(("add", key)) == 1
    await house.queue.retry(key)
    await house.until_running(key)
    assert house.queue.get(key).trouble is None


async def test_a_halt_that_breaks_is_not_tried_every_second(house, caplog):
    key = await house.downloading()
    house.transport.refuse["pause"] = TypeError("a slip in the code")
    await house.queue.pause(key)
    await house.downloading("other")  # several turns pass
    assert house.state(key) is S.PAUSED
    assert house.transport.calls.count(("pause", key)) == 1
    assert caplog.text.count("a slip in the code") == 1


async def test_a_missing_transport_is_said(house):
    key = await house.downloading()
    await house.kill()
    await house.start_without_transport()
    item = await house.until_state(key, S.FAILED)
    assert item.trouble.code == "transport_missing"


# the import -----------------------------------------------------------------------------------
class Import:
    """A household's import that does what it is told."""

    def __init__(self, house):
        self.house, self.runs, self.error = house, [], None
        house.on_finished = self

    async def __call__(self, download):
        self.runs.append(download.state)
        queue = self.house.queue
        await queue.verifying(download.id)
        if self.error:
            raise self.error
        await queue.importing(download.id)
        await queue.completed(download.id, ["media"], 2)


async def test_the_household_takes_a_finished_one_over(tmp_path):
    house = House(tmp_path)
    imported = Import(house)
    await house.start()
    key = await house.completed()
    item = house.queue.get(key)
    assert (item.media_ids, item.unsorted) == (("media",), 2)
    assert imported.runs == [S.VERIFYING]
    await house.queue.reimport(key)
    await house.until_state(key, S.COMPLETED)
    assert len(imported.runs) == 2
    await house.stop()


async def test_a_failed_import_is_retried_without_fetching(tmp_path):
    house = House(tmp_path)
    imported = Import(house)
    imported.error = NoSpace("The drive is full.", hint="Free 1 GB.")
    await house.start()
    key = await house.downloading()
    house.transport.finish(key)
    item = await house.until_state(key, S.FAILED)
    assert item.trouble.hint == "Free 1 GB."
    imported.error = None
    assert (await house.queue.retry(key)).state in (S.VERIFYING, S.IMPORTING, S.COMPLETED)
    await house.until_state(key, S.COMPLETED)
    await house.stop()


async def test_an_import_waits_for_its_drive_and_for_what_may_pass(tmp_path):
    house = House(tmp_path)
    imported = Import(house)
    imported.error = VolumeOffline("Away.")
    await house.start()
    key = await house.downloading()
    house.transport.finish(key)
    await until(lambda: imported.runs)
    imported.error = RetryLater("Busy.")
    house.later(16)
    await until(lambda: len(imported.runs) == 2)
    assert house.state(key) is S.VERIFYING
    imported.error = None
    house.later(31)
    await house.until_state(key, S.COMPLETED)
    await house.stop()


@pytest.mark.parametrize("result", [ValueError("a defect"), None])
async def test_an_import_that_breaks_is_not_run_for_ever(tmp_path, result):
    house, runs = House(tmp_path), []

    async def broken(download):
        runs.append(download.id)
        if result:
            raise result

    house.on_finished = broken
    await house.start()
    key = await house.downloading()
    house.transport.finish(key)
    item = await house.until_state(key, S.FAILED)
    assert item.trouble.code in ("import_broken", "import_incomplete")
    assert len(runs) == 1
    await house.stop()


# moving ---------------------------------------------------------------------------------------
async def test_moving_to_another_drive(house):
    key = await house.completed()
    item = await house.queue.move(key, "usb")
    assert item.state is S.MOVING
    item = await house.until_state(key, S.COMPLETED)
    assert item.volume_id == "usb"
    assert (house.folder / "usb" / "Downloads" / key / "film.mkv").exists()
    assert await house.queue.folder(key) == house.folder / "usb" / "Downloads" / key


async def test_a_running_one_goes_on_after_its_move(house):
    key = await house.downloading()
    await house.queue.move(key, "usb")
    await until(lambda: house.queue.get(key).volume_id == "usb")
    await house.until_state(key, S.DOWNLOADING)


async def test_pausing_during_a_move_pauses_afterwards(house):
    key = await house.downloading()
    house.transport.slow_moves = True
    await house.queue.move(key, "usb")
    await until(lambda: ("move", key) in house.transport.calls)
    assert (await house.queue.pause(key)).state is S.MOVING
    house.transport.finish_move(key, house.folder / "usb" / "Downloads" / key)
    assert (await house.until_state(key, S.PAUSED)).volume_id == "usb"


async def test_a_move_that_fails_leaves_everything_where_it_was(house):
    key = await house.completed()
    house.transport.refuse["move"] = NoSpace("The drive is full.")
    await house.queue.move(key, "usb")
    item = await house.until_state(key, S.COMPLETED)
    assert (item.volume_id, item.trouble.code) == ("disk", "no_space")
    assert any(isinstance(event, Notice) for event in house.events)


async def test_where_it_cannot_go(house):
    key = await house.completed()
    assert (await house.queue.move(key, "disk")).state is S.COMPLETED
    house.set_free("usb", 204 * MB)
    with pytest.raises(NoSpace):
        await house.queue.move(key, "usb")
    house.unplug("usb")
    with pytest.raises(VolumeOffline):
        await house.queue.move(key, "usb")


async def test_history_is_kept_for_its_time(tmp_path):
    house = await House(tmp_path, queue__history_days=1).start()
    known = {"metadata": b"x", "files": (FILM,), "paused": True}
    old = await house.add(info_hashes=hashes(1), **known)
    await house.kill()
    house.now += 2 * 86400
    await house.start()
    key = await house.add("new", **known)

    async def lines():
        return [line.download_id for line in await house.queue.history()]

    async with asyncio.timeout(30):
        while old in await lines():
            await asyncio.sleep(0.01)
    assert await lines() == [key]
    await house.stop()


async def test_a_complete_one_that_cannot_be_shared_stays_complete(house):
    key = await house.completed()
    await house.kill()
    await house.start(refuse={"add": AskUser("The files are gone.")})
    await until(lambda: ("add", key) in house.transport.calls)
    house.transport.refuse.clear()
    await house.downloading("other")  # several turns pass
    assert house.state(key) is S.COMPLETED
    assert house.transport.calls.count(("add", key)) == 1
