"""Volumes on real filesystems: pulled, replaced, given back, moved, read-only, full, hanging."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from tests.support.drives import Drive, drives

from matinee.errors import AskUser, Conflict, InvalidInput, NoSpace, NotFound, VolumeOffline
from matinee.events import Event, EventBus, Notice, VolumeChanged
from matinee.models.limits import MIB
from matinee.models.volumes import Volume, VolumeState
from matinee.settings import FREE_SPACE, Settings
from matinee.storage import Database
from matinee.volumes import Volumes, inspect, mounts, presence
from matinee.volumes import volumes as volumes_module

Make = Callable[[], Awaitable[Volumes]]


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    return tmp_path / "usb"


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Drive]:
    with drives(tmp_path) as (drive,):
        yield drive


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(tmp_path / "data" / "matinee.db")
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
async def make(database: Database, events: list[Event]) -> AsyncIterator[Make]:
    """Start the room as often as a test needs; the one before is stopped first."""
    running: list[Volumes] = []
    bus = EventBus()
    bus.subscribe(events.append)

    async def start() -> Volumes:
        while running:
            await running.pop().stop()
        volumes = Volumes(database, bus, Settings({FREE_SPACE.key: MIB}))
        running.append(volumes)
        await volumes.start()
        return volumes

    yield start
    while running:
        await running.pop().stop()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)


def states(events: list[Event]) -> list[VolumeState]:
    return [event.volume.state for event in events if isinstance(event, VolumeChanged)]


async def in_thread[T](function: Callable[..., T], *arguments: object, **named: object) -> T:
    return await asyncio.to_thread(function, *arguments, **named)


async def test_a_drive_is_adopted_with_uuid_marker_and_facts(
    make: Make, stick: Drive, usb: Path, database: Database
) -> None:
    stick.mount(usb)
    volumes = await make()
    with pytest.raises(AskUser) as none:
        volumes.default()
    assert none.value.code == "no_volume"
    volume = await volumes.adopt(usb / "Matinee", "Stick")
    assert volume.state is VolumeState.ONLINE
    assert len(volume.filesystem) == 36
    assert (usb / "Matinee" / ".matinee-volume").read_text().startswith(volume.marker)
    assert volume.kind == "ext4"
    assert 0 < volume.free <= volume.size < 16 * MIB
    assert volume.can_hardlink
    assert volume.is_default
    assert volumes.default() == volumes.get(volume.id) == volumes.list()[0] == volume
    assert await database.fetch_value("SELECT filesystem FROM volumes") == volume.filesystem
    assert sorted(path.name for path in (usb / "Matinee").iterdir()) == [".matinee-volume"]
    assert await volumes.writable(volume.id) == usb / "Matinee"
    again = await volumes.adopt(usb / "Matinee")
    assert again.id == volume.id
    with pytest.raises(NotFound):
        volumes.get("nothing")


async def test_a_pulled_drive_is_offline_and_nothing_is_written_beneath(
    make: Make, stick: Drive, usb: Path, events: list[Event]
) -> None:
    stick.mount(usb)
    volumes = await make()
    volume = await volumes.adopt(usb / "Matinee")
    with (usb / "Matinee" / "open.part").open("wb") as file:
        file.write(b"x")
        await in_thread(stick.unmount, lazily=True)
        # At once, before any watch had a chance.
        with pytest.raises(VolumeOffline) as offline:
            await volumes.writable(volume.id)
        assert "Connect it" in offline.value.hint
    await until(lambda: volumes.get(volume.id).state is VolumeState.OFFLINE)
    assert volumes.get(volume.id).root == ""
    with pytest.raises(VolumeOffline):
        volumes.resolve(volume.id, "film.mkv")
    with pytest.raises(VolumeOffline):
        await volumes.free_space(volume.id)
    # Neither again nor anew does anything appear where the drive should be.
    with pytest.raises(VolumeOffline):
        await volumes.adopt(usb / "Matinee")
    assert list(usb.iterdir()) == []
    await in_thread(stick.mount, usb)
    await until(lambda: volumes.get(volume.id).state is VolumeState.ONLINE)
    assert volumes.resolve(volume.id, "a/film.mkv") == usb / "Matinee" / "a" / "film.mkv"
    assert states(events)[-2:] == [VolumeState.OFFLINE, VolumeState.ONLINE]


async def test_a_drive_that_comes_back_elsewhere_is_found(
    make: Make, stick: Drive, usb: Path, tmp_path: Path, database: Database
) -> None:
    stick.mount(usb)
    volumes = await make()
    volume = await volumes.adopt(usb / "Media" / "Films", "Stick")
    await in_thread(stick.unmount)
    await until(lambda: volumes.get(volume.id).state is VolumeState.OFFLINE)
    elsewhere = tmp_path / "else where"
    await in_thread(stick.mount, elsewhere)
    await until(lambda: volumes.get(volume.id).state is VolumeState.ONLINE)
    assert volumes.get(volume.id).root == str(elsewhere / "Media" / "Films")
    assert volumes.get(volume.id).name == "Stick"
    row = await database.fetch_one("SELECT root FROM volumes")
    assert row is not None
    assert row["root"] == str(elsewhere / "Media" / "Films")
    assert volumes.locate(elsewhere / "Media" / "Films" / "a.mkv") is not None
    assert volumes.locate(usb / "Media" / "Films" / "a.mkv") is None


async def test_another_drive_in_its_place_is_not_it(make: Make, usb: Path, tmp_path: Path) -> None:
    with drives(tmp_path, 2) as (mine, other):
        mine.mount(usb)
        volumes = await make()
        volume = await volumes.adopt(usb / "Matinee")
        await in_thread(mine.unmount)
        await in_thread(other.mount, usb)
        (usb / "Matinee").mkdir()
        with pytest.raises(VolumeOffline):
            await volumes.writable(volume.id)
        # A copy of the files, marker and all, on another filesystem is not it either.
        (usb / "Matinee" / ".matinee-volume").write_text(volume.marker + "\n")
        with pytest.raises(VolumeOffline):
            await volumes.writable(volume.id)
        with pytest.raises(Conflict):
            await volumes.adopt(usb / "Matinee")
        # A new one may be made of it by choice, with a mark of its own.
        (usb / "Matinee" / ".matinee-volume").unlink()
        fresh = await volumes.adopt(usb / "Matinee", "New")
        assert fresh.id != volume.id
        assert volumes.get(volume.id).state is VolumeState.OFFLINE
        # Both at once, each at a place it never had.
        await in_thread(other.unmount)
        await in_thread(mine.mount, tmp_path / "a")
        await in_thread(other.mount, tmp_path / "b")
        await until(lambda: all(v.state is VolumeState.ONLINE for v in volumes.list()))
        assert volumes.get(volume.id).root == str(tmp_path / "a" / "Matinee")
        assert volumes.get(fresh.id).root == str(tmp_path / "b" / "Matinee")


async def test_a_start_without_the_drive_costs_nothing_and_finds_it_later(
    make: Make, stick: Drive, usb: Path
) -> None:
    stick.mount(usb)
    volume = await (await make()).adopt(usb)
    await in_thread(stick.unmount)
    volumes = await make()
    assert volumes.get(volume.id).state is VolumeState.OFFLINE
    assert volumes.default().id == volume.id
    await in_thread(stick.mount, usb)
    await until(lambda: volumes.get(volume.id).state is VolumeState.ONLINE)
    # And a start with the drive knows it from the first moment.
    assert (await make()).get(volume.id).state is VolumeState.ONLINE


async def test_a_drive_remounted_read_only_is_not_writable(
    make: Make, stick: Drive, usb: Path
) -> None:
    stick.mount(usb)
    volumes = await make()
    volume = await volumes.adopt(usb)
    await in_thread(stick.remount, "ro")
    with pytest.raises(VolumeOffline) as refused:
        await volumes.writable(volume.id)
    assert refused.value.code == "volume_read_only"
    assert volumes.get(volume.id).state is VolumeState.READ_ONLY
    assert volumes.resolve(volume.id, "a.mkv") == usb / "a.mkv"
    await in_thread(stick.remount, "rw")
    assert await volumes.writable(volume.id) == usb
    await in_thread(stick.remount, "ro")
    with pytest.raises(AskUser) as wrong:
        await volumes.adopt(usb / "new")
    assert wrong.value.code == "folder_not_writable"


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(MIB // 4))


async def test_a_full_drive_says_so(
    make: Make, stick: Drive, usb: Path, events: list[Event]
) -> None:
    stick.mount(usb)
    volumes = await make()
    volume = await volumes.adopt(usb)
    await volumes.require_space(volume.id, MIB)
    with pytest.raises(OSError):
        fill(usb / "fill")
    assert await volumes.free_space(volume.id) < MIB
    with pytest.raises(NoSpace) as full:
        await volumes.require_space(volume.id, 10 * MIB)
    assert full.value.hint.startswith("Free ")
    notices = [event for event in events if isinstance(event, Notice)]
    assert [notice.code for notice in notices] == ["volume_low"]
    assert await volumes.writable(volume.id) == usb


async def test_a_drive_that_hangs_holds_up_nothing(
    make: Make, stick: Drive, usb: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick.mount(usb)
    volume = await (await make()).adopt(usb)
    answer, asked = threading.Event(), threading.Event()
    real_look, real_verify = inspect.look, inspect.verify

    def hanging_look(root: Path) -> inspect.Seen:
        asked.set()
        answer.wait(60)
        return real_look(root)

    monkeypatch.setattr(presence, "look", hanging_look)
    monkeypatch.setattr(presence, "BRIEF", 0.2)
    volumes = Volumes(database, EventBus(), patience=0.3)
    try:
        await volumes.start()
        assert asked.is_set()
        assert volumes.get(volume.id).state is VolumeState.OFFLINE
        with pytest.raises(VolumeOffline, match="does not answer"):
            await volumes.writable(volume.id)
        hanging = [t for t in threading.enumerate() if t.name == "matinee-drive" and t.is_alive()]
        assert len(hanging) == 1  # asked again and again, one thread waits
        answer.set()
        await until(lambda: volumes.get(volume.id).state is VolumeState.ONLINE)

        stuck = threading.Event()

        def hanging_verify(root: Path, marker: str, device: int) -> bool:
            stuck.wait(60)
            return real_verify(root, marker, device)

        monkeypatch.setattr(volumes_module, "verify", hanging_verify)
        with pytest.raises(VolumeOffline):
            await volumes.writable(volume.id)
        stuck.set()
        await until(lambda: volumes.get(volume.id).state is VolumeState.ONLINE)
    finally:
        answer.set()
        await volumes.stop()


async def test_folders_that_cannot_be_volumes_are_refused(make: Make, tmp_path: Path) -> None:
    volumes = await make()
    for path in ("relative", "/", "/etc/matinee", "/proc/x", "/a/../etc", "/no-such-folder/films"):
        with pytest.raises(InvalidInput) as refused:
            await volumes.adopt(Path(path))
        assert refused.value.field == "path"
    assert not Path("/no-such-folder").exists()
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidInput):
        await volumes.adopt(tmp_path / "file")
    with pytest.raises(InvalidInput):
        await volumes.adopt(tmp_path / "file" / "beneath")
    with pytest.raises(InvalidInput):
        await volumes.adopt(tmp_path / ("x" * 300))
    first = await volumes.adopt(tmp_path / "media")
    for path in (tmp_path / "media" / "inner", tmp_path):
        with pytest.raises(Conflict) as nested:
            await volumes.adopt(path)
        assert nested.value.code == "volume_nested"
    assert not (tmp_path / ".matinee-volume").exists()
    assert volumes.list() == [first]


async def test_the_engines_own_folder_is_no_volume(database: Database, tmp_path: Path) -> None:
    own = tmp_path / "house" / "data"
    own.mkdir(parents=True)
    (tmp_path / "link").symlink_to(own)
    volumes = Volumes(database, EventBus(), private=[own])
    await volumes.start()
    try:
        for path in (own, own / "films", own.parent, tmp_path / "link" / "films"):
            with pytest.raises(InvalidInput, match="its own data") as refused:
                await volumes.adopt(path)
            assert (refused.value.field, str(own) in refused.value.hint) == ("path", True)
        assert list(own.iterdir()) == []
        beside = await volumes.adopt(own.parent / "media")
        assert volumes.list() == [beside]
    finally:
        await volumes.stop()


async def test_rename_default_and_forget(make: Make, tmp_path: Path, database: Database) -> None:
    volumes = await make()
    first = await volumes.adopt(tmp_path / "one", "One")
    second = await volumes.adopt(tmp_path / "two", "Two", make_default=True)
    assert volumes.default().id == second.id
    assert not volumes.get(first.id).is_default
    assert (await volumes.rename(first.id, "A/B")).name == "A_B"
    with pytest.raises(InvalidInput):
        await volumes.rename(first.id, " . ")
    await database.execute(
        "INSERT INTO downloads (id, name, transport, state, volume_id, save_path, position,"
        " added_at, updated_at) VALUES ('d', 'd', 'torrent', 'queued', ?, 'x', 1, 0, 0)",
        (second.id,),
    )
    with pytest.raises(Conflict) as used:
        await volumes.forget(second.id)
    assert used.value.code == "volume_in_use"
    await database.execute("DELETE FROM downloads")
    (tmp_path / "two" / "film.mkv").write_text("film")
    await volumes.forget(second.id)
    assert [path.name for path in (tmp_path / "two").iterdir()] == ["film.mkv"]
    assert volumes.default().id == first.id
    again: Volume = (await make()).list()[0]
    assert (again.id, again.name, again.is_default) == (first.id, "A_B", True)


async def test_a_marker_is_kept_when_matinee_is_set_up_anew(
    make: Make, tmp_path: Path, database: Database
) -> None:
    volumes = await make()
    before = await volumes.adopt(tmp_path / "media")
    await database.execute("DELETE FROM volumes")
    after = await (await make()).adopt(tmp_path / "media")
    assert after.marker == before.marker
    assert after.id != before.id


async def test_mounted_drives_are_proposed(make: Make, stick: Drive, usb: Path) -> None:
    stick.mount(usb)
    volumes = await make()
    mine = [c for c in await volumes.candidates() if c.mount_point == str(usb)]
    assert len(mine) == 1
    assert mine[0].path == str(usb / "Matinee")
    assert mine[0].volume_id == ""
    assert 0 < mine[0].free <= mine[0].size
    assert not (usb / "Matinee").exists()
    volume = await volumes.adopt(Path(mine[0].path))
    (known,) = [c for c in await volumes.candidates() if c.mount_point == str(usb)]
    assert known.volume_id == volume.id


def test_a_marker_that_is_no_plain_file_is_no_marker(tmp_path: Path) -> None:
    marker = tmp_path / ".matinee-volume"
    os.mkfifo(marker)
    assert inspect.look(tmp_path).marker == ""
    marker.unlink()
    (tmp_path / "real").write_text("0" * 32)
    marker.symlink_to(tmp_path / "real")
    assert inspect.look(tmp_path).marker == ""
    marker.unlink()
    marker.write_text("0" * 32)
    assert inspect.look(tmp_path).marker == "0" * 32


def test_a_device_that_was_pulled_is_seen_though_still_mounted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = tmp_path / "block"
    entries.mkdir()
    monkeypatch.setattr(inspect, "_SYS_BLOCK", entries)
    monkeypatch.setattr(inspect, "_had_entry", set())
    device = tmp_path.stat().st_dev
    entry = entries / f"{os.major(device)}:{os.minor(device)}"
    assert not inspect.look(tmp_path).gone  # a container that shows no devices
    entry.touch()
    assert not inspect.look(tmp_path).gone
    (tmp_path / ".matinee-volume").write_text("0" * 32)
    assert inspect.verify(tmp_path, "0" * 32, device)
    entry.unlink()
    assert inspect.look(tmp_path).gone
    assert not inspect.verify(tmp_path, "0" * 32, device)


def test_the_uuid_is_found_where_the_kernel_does_not_tell_it(
    stick: Drive, usb: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick.mount(usb)
    mount = mounts.mount_of(usb, mounts.read())
    assert mount is not None
    links = tmp_path / "by-uuid"
    links.mkdir()
    (links / "0000-0000").symlink_to("/dev/null")
    (links / "broken").symlink_to(tmp_path / "absent")
    (links / "1A2B-3C4D").symlink_to(mount.source)
    monkeypatch.setattr(inspect, "_BY_UUID", links)
    told_by_kernel = inspect.look(usb).filesystem
    assert len(told_by_kernel) == 36
    monkeypatch.setattr(inspect, "_by_kernel", lambda handle: "")
    assert inspect.look(usb).filesystem == "1a2b-3c4d"
    monkeypatch.setattr(inspect, "_BY_UUID", tmp_path / "absent")
    # As udev knows it, or not at all: no error either way.
    assert inspect.look(usb).filesystem in ("", told_by_kernel)


def test_hard_links_are_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert inspect.can_hardlink(tmp_path, "ext4")

    def refuse(path: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    assert not inspect.can_hardlink(tmp_path, "fuse.sshfs")
    assert list(tmp_path.iterdir()) == []
    # Where nothing can be tried, the kind decides.
    assert not inspect.can_hardlink(tmp_path / "absent", "exfat")
    assert inspect.can_hardlink(tmp_path / "absent", "ext4")
