"""The mount table is read right, and its watch is quiet until something changes."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from tests.support.drives import drives

from matinee.volumes import search
from matinee.volumes.mounts import MountWatch, mount_of, parse

TABLE = r"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 8:1 / /mnt/My\040disk rw,relatime shared:1 - exfat /dev/sda1 rw
41 27 8:17 /films /media ro,relatime master:2 shared:3 - ext4 /dev/sdb1 rw
42 27 0:50 / /mnt/nas rw - nfs4 10.0.0.2:/films rw,vers=4.2
43 27 8:33 / /mnt/nas rw - xfs /dev/sdc1 rw
44 27 254:0 /etc/hosts /etc/hosts rw - ext4 /dev/vda rw
47 27 254:0 /supervisor/data /data rw - ext4 /dev/vda rw
48 27 254:0 /run/netns /run/netns rw - ext4 /dev/vda rw
49 27 8:49 / /run/media/ann/Stick rw - vfat /dev/sdd1 rw
45 27 0:60 / /run rw - tmpfs tmpfs rw
this is no line
46 27 x:y / /odd rw - ext4 /dev/odd rw
"""


def test_the_table_is_read() -> None:
    table = parse(TABLE)
    assert len(table) == 11
    disk = table[2]
    assert disk.point == Path("/mnt/My disk")
    assert disk.device == os.makedev(8, 1)
    assert (disk.kind, disk.source, disk.root) == ("exfat", "/dev/sda1", "/")
    assert table[3].read_only
    assert not disk.read_only


def test_the_innermost_and_latest_mount_counts() -> None:
    table = parse(TABLE)

    def kind(path: str) -> str:
        mount = mount_of(Path(path), table)
        return mount.kind if mount else ""

    assert kind("/home/x") == "ext4"
    assert kind("/mnt/My disk/films") == "exfat"
    assert kind("/mnt/nas/films") == "xfs"
    assert kind("/mnt/nastier") == "ext4"
    assert kind("/run/x") == "tmpfs"


def test_only_drives_for_films_are_chosen() -> None:
    chosen = [str(mount.point) for mount in search.choose(parse(TABLE))]
    assert chosen == ["/mnt/My disk", "/mnt/nas", "/run/media/ann/Stick", "/"]


async def test_the_watch_wakes_for_a_mount_and_never_spins(tmp_path: Path) -> None:
    calls: list[float] = []
    changed = asyncio.Event()

    def note() -> None:
        calls.append(time.monotonic())
        changed.set()

    watch = MountWatch(note)
    watch.start()
    try:
        with drives(tmp_path) as (drive,):
            changed.clear()
            await asyncio.to_thread(drive.mount, tmp_path / "usb")
            await asyncio.wait_for(changed.wait(), 30)
            changed.clear()
            await asyncio.to_thread(drive.unmount)
            await asyncio.wait_for(changed.wait(), 30)
        # Other tests may mount as well; a spinning watch would have called thousands of times.
        assert len(calls) < 200
    finally:
        watch.stop()
