"""The queue with the real torrent transport, real volumes and a real swarm."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from tests.engine.queue.house import until
from tests.support.swarm import KIB, MIB, Seeder, Tracker, make_payload, make_torrent

from matinee.downloads import Downloads
from matinee.downloads.sources import from_magnet, from_torrent
from matinee.downloads.transports.torrent import TorrentTransport
from matinee.events import EventBus
from matinee.models.downloads import DownloadState, FilePriority, Sharing
from matinee.settings import Settings
from matinee.storage import Database, Vault
from matinee.volumes import Volumes

S = DownloadState
QUIET = {
    "torrent.port": 0,
    "torrent.dht": False,
    "torrent.lsd": False,
    "torrent.port_mapping": False,
    "queue.free_space": 0,
}


class Engine:
    """Database, volumes and queue on real files; `crash` forgets everything but the files."""

    def __init__(self, folder):
        self.folder = folder

    async def start(self):
        self.database = Database(self.folder / "matinee.db")
        await self.database.open()
        self.bus, self.settings = EventBus(), Settings(QUIET)
        self.volumes = Volumes(self.database, self.bus, self.settings)
        await self.volumes.start()
        if not self.volumes.list():
            await self.volumes.adopt(self.folder / "disk", make_default=True)
            await self.volumes.adopt(self.folder / "usb")
        transport = TorrentTransport(self.settings, state_path=self.folder / "session")
        self.queue = Downloads(
            self.database, Vault.load(self.folder / "key"), self.bus, self.settings,
            self.volumes, {"torrent": transport},
        )  # fmt: skip
        await self.queue.start()
        return self

    async def stop(self):
        await self.queue.stop()
        await self.volumes.stop()
        await self.database.close()

    async def until(self, key, *states):
        try:
            await until(lambda: self.queue.get(key).state in states)
        except TimeoutError:
            raise AssertionError(f"{self.queue.view(key)} is not {states}") from None
        return self.queue.get(key)

    async def restart(self):
        await self.stop()
        await self.start()

    async def file(self, key, path):
        return await self.queue.folder(key) / path


@pytest.fixture
async def engine(tmp_path):
    engine = await Engine(tmp_path).start()
    yield engine
    await engine.stop()


@pytest.fixture
def tracker():
    with Tracker() as tracker:
        yield tracker


@pytest.fixture
def season(tmp_path, tracker):
    folder = tmp_path / "seed" / "Show.S01"
    for number in (1, 2, 3):
        make_payload(folder / f"Show.S01E0{number}.mkv", 2 * MIB + number, seed=number)
    return make_torrent(folder, piece_size=64 * KIB, trackers=[tracker.url], version="v1")


async def test_a_magnet_arrives_is_shared_and_removed(engine, season, tracker, tmp_path):
    seed = tmp_path / "seed"
    with Seeder(seed, [season], tracker=tracker):
        item, created = await engine.queue.add(from_magnet(season.magnet))
        assert created
        again, created = await engine.queue.add(from_torrent(season.data))
        assert (again.id, created) == (item.id, False)
        item = await engine.until(item.id, S.COMPLETED)
    assert (item.name, item.info_hashes.v1) == ("Show.S01", season.info_hash_v1)
    assert item.sharing is Sharing.SEEDING
    files = await engine.queue.files(item.id)
    assert [file.progress for file in files] == [1.0] * 3
    for file in files:
        arrived = await engine.file(item.id, file.path)
        assert arrived.read_bytes() == next(seed.rglob(arrived.name)).read_bytes()
    folder = await engine.queue.folder(item.id)
    await engine.queue.remove(item.id, delete_data=True)
    await until(lambda: not folder.exists())


async def test_only_chosen_files_arrive_and_then_another(engine, season, tracker, tmp_path):
    with Seeder(tmp_path / "seed", [season], tracker=tracker):
        new = from_torrent(season.data)
        index = next(f.index for f in new.files if f.path.endswith("E02.mkv"))
        other = next(f.index for f in new.files if f.path.endswith("E03.mkv"))
        item, _ = await engine.queue.add(
            type(new)(new.name, new.transport, metadata=new.metadata, files=new.files,
                      info_hashes=new.info_hashes, chosen=(index,))
        )  # fmt: skip
        item = await engine.until(item.id, S.COMPLETED)
    done = {file.index: file.done for file in await engine.queue.files(item.id)}
    assert done[index] == 2 * MIB + 2
    assert done[other] < 2 * MIB
    with Seeder(tmp_path / "seed", [season], tracker=tracker):
        await engine.queue.set_files(item.id, {other: FilePriority.NORMAL})
        await engine.restart()
        await engine.until(item.id, S.COMPLETED)
        done = {file.index: file.done for file in await engine.queue.files(item.id)}
        assert done[other] == 2 * MIB + 3


async def test_it_goes_on_after_a_stop_without_fetching_anew(engine, tmp_path, tracker):
    make_payload(tmp_path / "seed" / "film.mkv", 8 * MIB)
    torrent = make_torrent(tmp_path / "seed" / "film.mkv", trackers=[tracker.url])
    with Seeder(tmp_path / "seed", [torrent], tracker=tracker, rate=2 * MIB) as seeder:
        item, _ = await engine.queue.add(from_torrent(torrent.data))
        await until(lambda: engine.queue.view(item.id).done > 2 * MIB)
        await engine.queue.pause(item.id)
        await engine.restart()
        assert engine.queue.view(item.id).done > 2 * MIB
        assert engine.queue.get(item.id).state is S.PAUSED
        seeder.set_rate(0)
        await engine.queue.resume(item.id)
        await engine.until(item.id, S.COMPLETED)
        assert seeder.uploaded < 10 * MIB
    arrived = await engine.file(item.id, "film.mkv")
    assert arrived.read_bytes() == (tmp_path / "seed" / "film.mkv").read_bytes()


async def test_a_finished_one_moves_and_is_shared_from_there(engine, season, tracker, tmp_path):
    with Seeder(tmp_path / "seed", [season], tracker=tracker):
        item, _ = await engine.queue.add(from_torrent(season.data))
        await engine.until(item.id, S.COMPLETED)
        old = await engine.queue.folder(item.id)
        usb = next(v for v in engine.volumes.list() if not v.is_default)
        await engine.queue.move(item.id, usb.id)
        item = await engine.until(item.id, S.COMPLETED)
        assert item.volume_id == usb.id
        assert not list(old.rglob("*.mkv"))
        assert len(list((await engine.queue.folder(item.id)).rglob("*.mkv"))) == 3
        await engine.queue.recheck(item.id)
        item = await engine.until(item.id, S.COMPLETED)
        assert item.sharing is Sharing.SEEDING


async def test_damage_is_found_and_mended(engine, season, tracker, tmp_path):
    with Seeder(tmp_path / "seed", [season], tracker=tracker):
        item, _ = await engine.queue.add(from_torrent(season.data))
        await engine.until(item.id, S.COMPLETED)
    episode = next((await engine.queue.folder(item.id)).rglob("*E02.mkv"))
    good = episode.read_bytes()
    with episode.open("r+b") as file:
        file.seek(MIB)
        file.write(bytes(1000))
    await engine.queue.recheck(item.id)
    await engine.until(item.id, S.DOWNLOADING)  # and stays so: nobody has what is missing yet
    view = engine.queue.view(item.id)
    assert 0 < view.done < view.wanted
    with Seeder(tmp_path / "seed", [season], tracker=tracker):
        await engine.restart()
        await engine.until(item.id, S.COMPLETED)
        assert episode.read_bytes() == good


async def test_a_folder_that_was_deleted_by_hand_is_fetched_again(
    engine, season, tracker, tmp_path
):
    with Seeder(tmp_path / "seed", [season], tracker=tracker, rate=MIB) as seeder:
        item, _ = await engine.queue.add(from_torrent(season.data))
        await until(lambda: engine.queue.view(item.id).done > 0)
        await engine.queue.pause(item.id)
        shutil.rmtree(await engine.queue.folder(item.id))
        seeder.set_rate(0)
        await engine.queue.resume(item.id)
        await until(lambda: engine.queue.get(item.id).state is not S.DOWNLOADING)
        for _ in range(3):
            await engine.queue.resume(item.id)
        await engine.until(item.id, S.COMPLETED)


async def test_a_magnet_that_is_added_paused_waits_until_files_are_chosen(
    engine, season, tracker, tmp_path
):
    with Seeder(tmp_path / "seed", [season], tracker=tracker) as seeder:
        item, _ = await engine.queue.add(replace(from_magnet(season.magnet), paused=True))
        item = await engine.until(item.id, S.PAUSED)
        files = await engine.queue.files(item.id)
        assert sorted(file.size for file in files) == [2 * MIB + 1, 2 * MIB + 2, 2 * MIB + 3]
        assert [file.done for file in files] == [0, 0, 0]
        await engine.restart()
        assert engine.queue.get(item.id).state is S.PAUSED
        assert seeder.uploaded == 0  # payload; what the peers said of the torrent does not count
        chosen = next(file for file in files if file.path.endswith("E02.mkv"))
        others = {file.index: FilePriority.SKIP for file in files if file is not chosen}
        await engine.queue.set_files(item.id, others)
        await engine.queue.resume(item.id)
        await engine.until(item.id, S.COMPLETED)
    arrived = await engine.file(item.id, chosen.path)
    source = next((tmp_path / "seed").rglob("*E02.mkv"))
    assert arrived.read_bytes() == source.read_bytes()


async def test_one_that_was_paused_at_its_files_goes_on_without_a_restart(
    engine, season, tracker, tmp_path
):
    with Seeder(tmp_path / "seed", [season], tracker=tracker) as seeder:
        item, _ = await engine.queue.add(replace(from_magnet(season.magnet), paused=True))
        await engine.until(item.id, S.PAUSED)
        assert seeder.uploaded == 0
        await engine.queue.resume(item.id)
        await engine.until(item.id, S.COMPLETED)
    assert [file.progress for file in await engine.queue.files(item.id)] == [1.0] * 3
