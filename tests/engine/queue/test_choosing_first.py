"""A magnet that is added paused: its files become known, and nothing of it is fetched."""

from __future__ import annotations

import pytest
from tests.engine.queue.house import House, until
from tests.engine.queue.scripted import FILM, MB, SAMPLE

from matinee.errors import RetryLater
from matinee.events import DownloadChanged
from matinee.models.downloads import DownloadState, FilePriority

S = DownloadState


@pytest.fixture
async def house(tmp_path):
    house = await House(tmp_path).start()
    yield house
    await house.stop()


async def learning(house, name="film", **more):
    key = await house.add(name, paused=True, **more)
    await house.until_state(key, S.RESOLVING)
    await until(lambda: key in house.transport.held)
    return key


async def test_its_files_become_known_and_it_is_paused(house):
    heard = []

    async def hear(item, files):
        heard.append((item.state, [file.path for file in files]))

    house.queue.on_metadata = hear
    key = await learning(house)
    assert house.transport.held[key].job.stop_at_metadata
    house.transport.tell_metadata(key)
    item = await house.until_state(key, S.PAUSED)
    assert (item.name, item.size) == ("A.Film.2020.1080p", 105 * MB)
    assert [file.path for file in await house.queue.files(key)] == [FILM.path, SAMPLE.path]
    await until(lambda: heard)
    assert heard == [(S.PAUSED, [FILM.path, SAMPLE.path])]
    await until(lambda: key not in house.transport.running())
    assert await house.history(key) == ["added", "resolving", "paused"]


async def test_it_is_written_before_it_is_announced(house):
    key = await learning(house)
    seen = [e.download for e in house.events if isinstance(e, DownloadChanged)]
    assert S.PAUSED not in [item.state for item in seen]
    house.transport.tell_metadata(key)
    await house.until_state(key, S.PAUSED)
    await until(lambda: any(
        e.download.state is S.PAUSED for e in house.events if isinstance(e, DownloadChanged)
    ))  # fmt: skip
    first = next(
        e.download for e in house.events
        if isinstance(e, DownloadChanged) and e.download.state is S.PAUSED
    )  # fmt: skip
    assert first.size == 105 * MB  # the state and what was learned are one change
    await house.restart()
    assert (house.state(key), house.queue.get(key).size) == (S.PAUSED, 105 * MB)


async def test_files_are_chosen_and_only_they_arrive(house):
    key = await learning(house)
    house.transport.tell_metadata(key)
    await house.until_state(key, S.PAUSED)
    await house.queue.set_files(key, {SAMPLE.index: FilePriority.SKIP})
    await house.queue.resume(key)
    item = await house.until_state(key, S.DOWNLOADING)
    assert item.wanted == 100 * MB
    await house.until_running(key)
    house.transport.finish(key)
    await house.until_state(key, S.COMPLETED)


@pytest.mark.parametrize("times", [1, 3])
async def test_it_still_only_learns_after_a_crash(house, times):
    key = await learning(house)
    for _ in range(times):
        await house.restart()
        await house.until_state(key, S.RESOLVING)
        await until(lambda: key in house.transport.held)
        assert house.transport.held[key].job.stop_at_metadata
    house.transport.tell_metadata(key)
    await house.until_state(key, S.PAUSED)
    await house.restart()
    await house.downloading("other")
    assert house.state(key) is S.PAUSED
    assert key not in house.transport.held


async def test_a_crash_between_the_files_and_the_row(house):
    key = await learning(house)
    await house.queue._store.write_files(key, [FILM, SAMPLE])
    await house.restart()
    await until(lambda: key in house.transport.held)
    assert not house.transport.held[key].job.files  # so that the transport tells them again
    house.transport.tell_metadata(key)
    await house.until_state(key, S.PAUSED)


async def test_going_on_before_the_files_are_known_fetches_everything(house):
    key = await learning(house)
    await house.queue.resume(key)
    assert house.transport.calls[-1] == ("resume", key)
    house.transport.tell_metadata(key)
    await house.until_state(key, S.DOWNLOADING)


async def test_going_on_at_the_very_moment_they_become_known(house):
    key = await learning(house)
    house.transport.tell_metadata(key)
    await house.queue.resume(key)
    await until(lambda: house.queue.get(key).size)
    await house.until_state(key, S.DOWNLOADING)


async def test_pausing_it_meanwhile_stops_the_search(house):
    key = await learning(house)
    await house.queue.pause(key)
    assert house.state(key) is S.PAUSED
    assert key not in house.transport.running()
    await house.queue.resume(key)
    await house.until_state(key, S.RESOLVING)
    house.transport.tell_metadata(key)
    await house.until_state(key, S.DOWNLOADING)


async def test_it_waits_for_no_slot_and_takes_none(tmp_path):
    house = await House(tmp_path, queue__active=1).start()
    one = await house.downloading("one")
    found = [await learning(house, f"magnet {number}") for number in range(5)]
    another = await house.add("beyond", paused=True)
    await house.queue.resume(one)  # several plans
    assert house.state(one) is S.DOWNLOADING
    assert house.state(another) is S.QUEUED  # a handful at once only
    house.transport.tell_metadata(found[0])
    await house.until_state(found[0], S.PAUSED)
    await house.until_state(another, S.RESOLVING)
    assert house.state(one) is S.DOWNLOADING
    await house.stop()


async def test_trouble_on_the_way_is_tried_again_and_still_only_learns(house):
    key = await learning(house)
    house.transport.fail(key, RetryLater("Nobody answers."))
    await house.until_state(key, S.QUEUED)
    await until(lambda: key not in house.transport.running())
    house.later(3600)
    await house.until_state(key, S.RESOLVING)
    await until(lambda: key in house.transport.running())
    assert house.transport.held[key].job.stop_at_metadata
    house.transport.tell_metadata(key)
    await house.until_state(key, S.PAUSED)


async def test_one_that_waits_is_moved_and_fetches_nothing_there(tmp_path):
    house = await House(tmp_path, "disk", "usb").start()
    house.unplug("disk")
    house.plug_in("disk")
    key = await learning(house)
    house.transport.fail(key, RetryLater("Nobody answers."))
    await house.until_state(key, S.QUEUED)
    await house.queue.move(key, "usb")
    await until(lambda: house.queue.get(key).volume_id == "usb")
    assert house.state(key) is S.PAUSED
    await house.stop()


async def test_a_torrent_file_that_is_added_paused_is_paused_at_once(house):
    key = await house.add(metadata=b"x", files=(FILM,), paused=True)
    assert house.state(key) is S.PAUSED
