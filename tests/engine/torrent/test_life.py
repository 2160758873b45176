"""Pausing, choosing, checking, moving, removing, and a restart that checks nothing again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from matinee.errors import Conflict, NotFound
from matinee.models.downloads import FilePriority, Sharing
from tests.support.swarm import KIB, MIB, Seeder, Torrent, Tracker, make_payload, make_torrent

from .conftest import Bench, Told, until

NAMES = ("a.mkv", "b.mkv", "c.mkv")


@pytest.fixture
def pack(tmp_path: Path, tracker: Tracker) -> Torrent:
    folder = tmp_path / "seed" / "Pack"
    for number, name in enumerate(NAMES):
        make_payload(folder / name, MIB + 1000 * number, seed=number)
    return make_torrent(folder, piece_size=32 * KIB, trackers=[tracker.url])


def same(bench: Bench, torrent: Torrent, name: str, download_id: str = "d") -> bool:
    got = bench.file(f"Pack/{name}", download_id)
    return got.exists() and got.read_bytes() == (torrent.folder / "Pack" / name).read_bytes()


def indexes(bench: Bench) -> dict[str, int]:
    return {file.path: file.index for file in bench.told.metadata["d"][1]}


async def test_choosing_files_before_and_during(
    bench: Bench, tracker: Tracker, pack: Torrent
) -> None:
    with Seeder(pack.folder, [pack], tracker=tracker):
        await bench.add(pack, paused=True)
        index = indexes(bench)
        skipped = {index["Pack/a.mkv"]: FilePriority.SKIP, index["Pack/c.mkv"]: FilePriority.SKIP}
        await bench.transport.set_priorities("d", skipped)
        await bench.transport.resume("d")
        await bench.finished()
        assert same(bench, pack, "b.mkv")
        assert not bench.file("Pack/a.mkv").exists()
        assert bench.transport.progress()["d"].wanted == MIB + 1000
        await bench.transport.set_priorities("d", {index["Pack/c.mkv"]: FilePriority.HIGH})
        await until(lambda: bench.told.count("finished") == 2)
        assert same(bench, pack, "c.mkv")
        assert not bench.file("Pack/a.mkv").exists()


async def test_a_skipped_file_can_be_read(bench: Bench, tracker: Tracker, pack: Torrent) -> None:
    with Seeder(pack.folder, [pack], tracker=tracker):
        await bench.add(pack, paused=True)
        index = indexes(bench)["Pack/a.mkv"]
        await bench.transport.set_priorities("d", {index: FilePriority.SKIP})
        await bench.transport.resume("d")
        source = bench.transport.open("d", index)
        reader = source.reader()
        whole = (pack.folder / "Pack" / "a.mkv").read_bytes()
        assert bytes(await reader.read(500_000, 1000)) == whole[500_000:501_000]
        await reader.close()
        await bench.finished()
        assert source.finished_path is None


async def test_pause_and_resume(bench: Bench, tracker: Tracker, pack: Torrent) -> None:
    with Seeder(pack.folder, [pack], tracker=tracker, rate=500_000) as seeder:
        await bench.add(pack)
        await until(lambda: bench.transport.progress()["d"].done > 100_000)
        await bench.transport.pause("d")
        await until(lambda: "d" in bench.told.resume)
        await until(lambda: bench.transport.progress()["d"].rate_down == 0)
        await until(lambda: seeder.handles[0].status().num_peers == 0)
        seeder.set_rate(0)
        assert bench.told.count("finished") == 0
        await bench.transport.resume("d")
        await bench.finished()
        assert all(same(bench, pack, name) for name in NAMES)


async def test_only_sharing_uploads(
    bench: Bench, make_bench: Callable[..., Any], tracker: Tracker, pack: Torrent, tmp_path: Path
) -> None:
    with Seeder(pack.folder, [pack], tracker=tracker):
        await bench.add(pack)
        await bench.finished()
    await until(lambda: bench.transport.progress()["d"].peers == 0)
    await bench.transport.set_sharing("d", Sharing.SEEDING)
    other = await make_bench(tmp_path / "other")
    tracker.peers.append(("127.0.0.1", bench.transport._core.session.listen_port()))
    await other.add(pack)
    await other.finished()
    assert all(same(other, pack, name) for name in NAMES)
    await until(lambda: bench.transport.progress()["d"].uploaded > 3 * MIB)
    await bench.transport.set_sharing("d", Sharing.GOAL_MET)
    await until(lambda: bench.told.totals.get("d", (0, 0))[0] > 3 * MIB)


async def test_a_check_finds_damage_and_mends_it(
    bench: Bench, tracker: Tracker, pack: Torrent
) -> None:
    with Seeder(pack.folder, [pack], tracker=tracker):
        await bench.add(pack)
        await bench.finished()
        with bench.file("Pack/b.mkv").open("r+b") as file:
            file.seek(400_000)
            file.write(b"damage")
        await bench.transport.recheck("d")
        await until(lambda: bench.told.count("finished") == 2)
        assert bench.told.count("checking") == 1
        assert same(bench, pack, "b.mkv")


async def test_a_check_of_a_paused_one_leaves_it_paused(
    bench: Bench, tracker: Tracker, pack: Torrent
) -> None:
    with Seeder(pack.folder, [pack], tracker=tracker, rate=500_000):
        await bench.add(pack)
        await until(lambda: bench.transport.progress()["d"].done > 200_000)
        await bench.transport.pause("d")
        started = bench.told.count("started")
        await bench.transport.recheck("d")
        await until(lambda: bench.told.count("started") > started)
        assert bench.told.count("checking") >= 1
        assert not bench.transport._core.jobs["d"].running
        assert bench.transport._core.jobs["d"].handle.status().paused


async def test_moving_while_it_downloads(bench: Bench, tracker: Tracker, pack: Torrent) -> None:
    target = bench.volume / "Elsewhere" / "d"
    with Seeder(pack.folder, [pack], tracker=tracker, rate=1_000_000) as seeder:
        await bench.add(pack)
        await until(lambda: bench.transport.progress()["d"].done > 200_000)
        await bench.transport.move("d", target)
        await until(lambda: bench.told.count("moved"))
        assert bench.told.moved_to["d"] == target
        seeder.set_rate(0)
        await bench.finished()
    for name in NAMES:
        assert (target / "Pack" / name).read_bytes() == (pack.folder / "Pack" / name).read_bytes()
    assert not bench.file("Pack/a.mkv").exists()


@pytest.mark.parametrize("delete", [True, False])
async def test_removing(bench: Bench, tracker: Tracker, pack: Torrent, delete: bool) -> None:
    with Seeder(pack.folder, [pack], tracker=tracker):
        await bench.add(pack)
        await bench.finished()
        source = bench.transport.open("d", 0)
        reader = source.reader()
        await bench.transport.remove("d", delete_data=delete)
        with pytest.raises(NotFound):
            await reader.read(0, 10)
        await reader.close()
    assert bench.file("").exists() is not delete
    assert "d" not in bench.transport.progress()
    with pytest.raises(NotFound):
        bench.transport.open("d", 0)
    if not delete:
        assert same(bench, pack, "a.mkv")


async def test_a_restart_checks_nothing_again(
    make_bench: Callable[..., Any], tracker: Tracker, pack: Torrent
) -> None:
    first = await make_bench()
    with Seeder(pack.folder, [pack], tracker=tracker, rate=1_000_000) as seeder:
        await first.add(pack)
        await until(lambda: first.transport.progress()["d"].done > MIB)
        await first.transport.stop()
        done = first.told.resume["d"]
        sent = seeder.uploaded
        seeder.set_rate(0)
        told = Told()
        second = await make_bench(first.volume, told)
        await second.add(pack, resume=done)
        await second.finished()
        assert told.count("checking") == 0
        assert seeder.uploaded - sent < 3 * MIB + 3000 - MIB + 500_000
        assert all(same(second, pack, name) for name in NAMES)
        await second.transport.stop()
        third = await make_bench(first.volume)
        await third.add(pack, resume=told.resume["d"], paused=True)
        await third.finished()
        assert third.told.count("checking") == 0
        assert third.transport.progress()["d"].done == 3 * MIB + 3000


async def test_resume_data_that_is_no_good_costs_a_check_only(
    bench: Bench, tracker: Tracker, pack: Torrent
) -> None:
    for name in NAMES:
        make_payload(bench.file(f"Pack/{name}"), MIB + 1000 * NAMES.index(name),
                     seed=NAMES.index(name))  # fmt: skip
    await bench.add(pack, resume=b"d3:fooe")
    await bench.finished()
    assert bench.told.count("checking") == 1


async def test_moving_twice_is_refused(bench: Bench, tracker: Tracker, pack: Torrent) -> None:
    await bench.add(pack, paused=True)
    await bench.transport.move("d", bench.volume / "New" / "d")
    with pytest.raises(Conflict):
        await bench.transport.move("d", bench.volume / "New2" / "d")
    await until(lambda: bench.told.count("moved"))
