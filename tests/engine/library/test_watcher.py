"""Changes noticed by the kernel's watching, its limits, and drives that come and go."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Collection, Iterator
from pathlib import Path

import pytest
from tests.support.drives import drives
from tests.support.library import House, until, write

from matinee.events import Notice
from matinee.library.watcher import Watcher
from matinee.settings import WATCH_FOLDERS


def _watcher(house: House, **more: object) -> Watcher:
    values = {"debounce": 80, "settle": 0.1, "fallback": 3600.0} | more
    return Watcher(
        house.library.folders,
        house.library.scanner,
        house.volumes,
        house.bus,
        house.settings,
        **values,  # type: ignore[arg-type]
    )


@pytest.fixture
async def watcher(house: House) -> AsyncIterator[Watcher]:
    await house.library.scanner.start()
    watcher = _watcher(house)
    yield watcher
    await watcher.stop()


async def _armed(house: House, watcher: Watcher) -> None:
    """Wait until the kernel watches and the first scan is over."""
    await watcher.start()
    folders = await house.library.folders.list()
    await until(lambda: len(watcher.told_of()) == len(folders))

    async def scanned() -> bool:
        return all(folder.scanned_at for folder in await house.library.folders.list())

    await until(scanned, what="the first scan is over")


async def test_new_renamed_and_deleted_files_are_noticed(house: House, watcher: Watcher) -> None:
    await house.folder()
    await _armed(house, watcher)
    write(house.root / "Film (2000).mkv")
    await until(house.rows, what="the new file is found")
    media_id = (await house.rows())[0]["media_id"]
    (house.root / "Film (2000).mkv").rename(house.root / "Other name.mkv")

    async def renamed() -> bool:
        return await house.paths() == ["Other name.mkv"]

    await until(renamed)
    assert (await house.rows())[0]["media_id"] == media_id
    (house.root / "Other name.mkv").unlink()
    await until(lambda: house.rows("missing_since > 0"))


async def test_a_new_folder_and_what_comes_into_it_later(house: House, watcher: Watcher) -> None:
    await house.folder()
    await _armed(house, watcher)
    write(house.root / "Show (2001)" / "Season 1" / "S01E01.mkv")
    await until(house.rows)
    write(house.root / "Show (2001)" / "Season 1" / "S01E02.mkv")

    async def both() -> bool:
        return len(await house.rows()) == 2

    await until(both, what="the second episode, in a folder that was not there at first")
    shutil.rmtree(house.root / "Show (2001)")

    async def gone() -> bool:
        return len(await house.rows("missing_since > 0")) == 2

    await until(gone)


async def test_links_out_of_the_folder_are_not_watched(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    (house.root / "link").symlink_to(tmp_path / "elsewhere")
    (house.root / "self").symlink_to(house.root)
    write(house.root / ".hidden" / "Film (2000).mkv")
    await house.folder()
    asked: list[Path] = []

    def remember(
        folders: Collection[Path], stop: threading.Event, _debounce: int
    ) -> Iterator[set[tuple[object, str]]]:
        asked.extend(folders)
        yield set()
        stop.wait()

    await house.library.scanner.start()
    watcher = _watcher(house, watch=remember)
    await _armed(house, watcher)
    await until(lambda: asked)
    await watcher.stop()
    assert [path.relative_to(house.root) for path in asked] == [Path()]


async def test_the_systems_limit_is_told_and_folders_are_scanned_regularly(house: House) -> None:
    def exhausted(*_args: object) -> Iterator[set[tuple[object, str]]]:
        # What watchfiles raises (see the test below for the real one).
        raise OSError('OS file watch limit reached. about ["/x"]')

    await house.folder()
    await house.folder("Two")
    await house.library.scanner.start()
    watcher = _watcher(house, watch=exhausted, fallback=0.3)
    await watcher.start()
    notices = [event for event in house.events if isinstance(event, Notice)]

    def told() -> list[Notice]:
        return [e for e in house.events if isinstance(e, Notice) and e.code == "watch_limit"]

    await until(told)
    assert "max_user_watches" in told()[0].hint
    assert not watcher.told_of()
    write(house.root / "Film (2000).mkv")
    await until(house.rows, what="a regular scan finds the file")
    assert len(told()) == 1
    assert len(notices) <= 1
    await watcher.stop()


_EXHAUST = """
import pathlib, sys, threading
sys.path.insert(0, {addon!r})
from matinee.library.watcher import _watch
limit = pathlib.Path("/proc/sys/user/max_inotify_watches")
limit.write_text("2")
folders = [pathlib.Path(sys.argv[1]) / str(number) for number in range(5)]
try:
    for _ in _watch(folders, threading.Event(), 100):
        break
except (OSError, RuntimeError) as error:
    print("caught", error)
"""


def test_what_the_kernels_limit_looks_like(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / str(number)).mkdir()
    addon = str(Path(__file__).parents[3] / "addon")
    command = ["unshare", "-Ur", sys.executable, "-c", _EXHAUST.format(addon=addon), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, (
        f"This test needs user namespaces (util-linux, sysctl kernel.unprivileged_userns_clone=1,"
        f" or root): {done.stderr}"
    )
    assert done.stdout.startswith("caught")


async def test_the_setting_turns_it_off_and_on(house: House, watcher: Watcher) -> None:
    from matinee.events import SettingsChanged

    await house.folder()
    await _armed(house, watcher)
    house.settings.update({WATCH_FOLDERS.key: False})
    house.bus.publish(SettingsChanged((WATCH_FOLDERS.key,)))
    await until(lambda: not watcher.told_of())
    house.settings.update({WATCH_FOLDERS.key: True})
    house.bus.publish(SettingsChanged((WATCH_FOLDERS.key,)))
    await until(watcher.told_of)
    write(house.root / "Film (2000).mkv")
    await until(house.rows)


async def test_a_folder_added_later_is_watched(house: House, watcher: Watcher) -> None:
    await _armed(house, watcher)
    write(house.root / "Films" / "Film (2000).mkv")
    await house.folder("Films")
    await until(house.rows)
    await until(watcher.told_of)


async def test_a_drive_pulled_and_given_back_loses_nothing(house: House, tmp_path: Path) -> None:
    """The drive is unmounted while it is watched and scanned, then mounted again elsewhere."""
    user = await house.user()
    scanner = house.library.scanner
    await scanner.start()
    watcher = _watcher(house)
    with drives(tmp_path, megabytes=16) as (drive,):
        first = drive.mount(tmp_path / "stick")
        for number in range(40):
            write(first / "Films" / f"Film {number:02} (2000)" / f"Film {number:02} (2000).mkv")
        volume = await house.volumes.adopt(first, "Stick")
        await house.library.folders.add(volume.id, "Films", _mixed())
        await _armed(house, watcher)
        before = await house.rows()
        assert len(before) == 40
        await house.library.watch.set(str(before[0]["media_id"]), user, position=5, duration=10)
        media = await house.database.fetch("SELECT id, title FROM media ORDER BY id")

        drive.unmount(lazily=True)
        house.volumes.look_again()
        await until(lambda: not house.volumes.get(volume.id).root, what="the drive is offline")
        for folder in await house.library.folders.list():
            scanner.request(folder.id)
        await scanner.wait_idle()
        assert await house.rows() == before
        assert not os.listdir(tmp_path / "stick")
        await until(lambda: not watcher.told_of())

        second = drive.mount(tmp_path / "other place")
        house.volumes.look_again()
        await until(lambda: house.volumes.get(volume.id).root == str(second))
        await until(watcher.told_of)
        await until(lambda: not scanner.status.running)
        after = await house.rows()
        assert [row["id"] for row in after] == [row["id"] for row in before]
        assert not [row for row in after if row["missing_since"]]
        assert await house.database.fetch("SELECT id, title FROM media ORDER BY id") == media
        assert (await house.library.watch.get(str(before[0]["media_id"]), user)).position == 5
        write(second / "Films" / "New (2001).mkv")

        async def found() -> bool:
            return len(await house.rows()) == 41

        await until(found, what="the watching goes on where the drive is now")
        await watcher.stop()
        await asyncio.sleep(0)


def _mixed() -> object:
    from matinee.library.folders import FolderKind

    return FolderKind.MIXED
