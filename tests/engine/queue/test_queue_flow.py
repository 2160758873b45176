"""From a magnet to a completed download, and what is seen on the way."""

from __future__ import annotations

import pytest
from matinee.downloads import NewDownload
from matinee.errors import Conflict, GiveUp, InvalidInput, NotFound, RetryLater, VolumeOffline
from matinee.events import DownloadChanged, DownloadRemoved
from matinee.models.downloads import DownloadFile, DownloadState, FilePriority, Sharing

from tests.engine.queue.house import House, hashes, until
from tests.engine.queue.scripted import FILM, MB, SAMPLE

S = DownloadState


@pytest.fixture
async def house(tmp_path):
    house = await House(tmp_path).start()
    yield house
    await house.stop()


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
