"""Scans of real folders: what is found, skipped, known again, missing, and never held up."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest
from tests.support.films import make_film
from tests.support.library import House, until, write

from matinee.library.probes import load
from matinee.library.walk import Walker
from matinee.programs import ffmpeg


@pytest.fixture(autouse=True)
async def scanner(house: House) -> None:
    await house.library.scanner.start()


async def test_films_and_episodes_are_sorted(house: House) -> None:
    write(house.root / "Big Buck Bunny (2008)" / "Big Buck Bunny (2008) - 1080p.mkv")
    write(house.root / "The Show (2019)" / "Season 01" / "The Show - S01E02 - Second.mkv")
    await house.folder()
    await house.scan()
    rows = await house.rows()
    assert [(row["kind"], row["title"]) for row in rows] == [
        ("movie", "Big Buck Bunny"),
        ("episode", "Second"),
    ]
    assert all(row["created"] == 0 and row["inode"] and row["size"] == 100 for row in rows)
    status = house.library.scanner.status
    assert (status.running, status.found, status.done, status.new) == (False, 2, 2, 2)
    assert (await house.library.folders.list())[0].scanned_at > 0


async def test_what_was_asked_for_twice_is_told_once(house: House) -> None:
    write(house.root / "Film (2000).mkv")
    folder = await house.folder()
    house.library.scanner.request(folder.id)
    await until(lambda: house.library.scanner.status.running)
    house.library.scanner.request(folder.id, "")
    house.library.scanner.request(folder.id)
    await house.library.scanner.wait_idle()
    await asyncio.sleep(0.05)
    status = house.library.scanner.status
    assert (status.running, status.found > 0, status.new) == (False, True, 1)


async def test_the_kind_of_folder_decides(house: House) -> None:
    write(house.root / "Films" / "The.Show.S01E01.mkv")
    write(house.root / "Shows" / "Some Film (2001).mkv")
    await house.folder("Films", "movies")
    await house.folder("Shows", "shows")
    await house.scan()
    unsorted = await house.library.files.unsorted()
    assert {file.path for file in unsorted} == {
        "Films/The.Show.S01E01.mkv", "Shows/Some Film (2001).mkv",
    }  # fmt: skip
    assert all(file.reason.endswith(".") and '"title"' in file.guess for file in unsorted)


async def test_what_is_none_of_the_librarys_business(house: House) -> None:
    for path in (
        ".hidden/Film (2000).mkv",
        "@eaDir/Film (2000).mkv",
        ".Trash-1000/files/Film (2000).mkv",
        ".matinee-trash/2026-01-01/x/Film (2000).mkv",
        "lost+found/Film (2000).mkv",
        "Quiet/Deep/Film (2000).mkv",
        "Film (2000)/Sample/film.mkv",
        "Film (2000)/film-sample.mkv",
        "Film (2000)/.Film (2000).mkv",
        "Film (2000)/cover.jpg",
        "Film (2000)/film.mkv.partial",
    ):
        write(house.root / path)
    write(house.root / "Quiet" / ".nomedia", 0)
    write(house.root / "Film (2000)" / "empty.mkv", 0)
    write(house.root / "Film (2000)" / "Film (2000).mkv")
    await house.folder()
    await house.scan()
    assert await house.paths() == ["Film (2000)/Film (2000).mkv"]


async def test_subtitles_and_extras_come_along(house: House) -> None:
    film = house.root / "Film (2000)"
    write(film / "Film (2000).mkv")
    write(film / "Film (2000).de.forced.srt")
    write(film / "Subs" / "English.srt")
    write(film / "Extras" / "Making of.mkv")
    write(film / "Film (2000)-trailer.mkv")
    await house.folder()
    await house.scan()
    rows = {str(row["path"]).removeprefix("Film (2000)/"): row for row in await house.rows()}
    assert {name: row["role"] for name, row in rows.items()} == {
        "Film (2000).mkv": "film",
        "Film (2000).de.forced.srt": "subtitle",
        "Subs/English.srt": "subtitle",
        "Extras/Making of.mkv": "extra",
        "Film (2000)-trailer.mkv": "extra",
    }
    assert len({row["media_id"] for row in rows.values()}) == 1
    assert rows["Film (2000).de.forced.srt"]["language"] == "de"


async def test_an_unchanged_file_is_neither_read_nor_probed_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(house.root / "Film (2000).mkv")
    await house.folder()
    await house.scan()
    before = await house.rows()
    await house.database.execute("UPDATE library_files SET probe_trouble = 'seen'")

    def fail(*_args: object) -> None:
        raise AssertionError("An unchanged file was read again")

    monkeypatch.setattr("matinee.library.scan.read", fail)
    await house.scan()
    after = await house.rows()
    assert house.library.scanner.status.trouble == ""
    assert after == [before[0] | {"probe_trouble": "seen"}]


async def test_a_changed_file_is_probed_again_and_keeps_its_title(house: House) -> None:
    path = write(house.root / "Film (2000).mkv")
    await house.folder()
    await house.scan()
    before = (await house.rows())[0]
    await house.database.execute(
        "UPDATE library_files SET probe_trouble = 'bad', checksum = 'blake2b:00'"
    )
    write(path, 200)
    await house.scan()
    after = (await house.rows())[0]
    assert (after["id"], after["media_id"]) == (before["id"], before["media_id"])
    assert (after["size"], after["probe_trouble"], after["checksum"]) == (200, "", "")


async def test_a_moved_file_keeps_its_title_and_who_watched_it(house: House) -> None:
    user = await house.user()
    write(house.root / "Old" / "Some Film (2001).mkv")
    await house.folder()
    await house.scan()
    before = (await house.rows())[0]
    await house.library.watch.set(str(before["media_id"]), user, position=50, duration=100)
    (house.root / "New").mkdir()
    (house.root / "Old" / "Some Film (2001).mkv").rename(house.root / "New" / "sf2001.mkv")
    await house.scan()
    rows = await house.rows()
    assert len(rows) == 1
    assert rows[0]["path"] == "New/sf2001.mkv"
    assert (rows[0]["id"], rows[0]["media_id"]) == (before["id"], before["media_id"])
    assert rows[0]["missing_since"] == 0
    assert (await house.library.watch.get(str(before["media_id"]), user)).position == 50


async def test_an_unsorted_file_is_read_again_under_its_new_name(house: House) -> None:
    write(house.root / "01.mkv")
    await house.folder()
    await house.scan()
    assert len(await house.library.files.unsorted()) == 1
    (house.root / "01.mkv").rename(house.root / "Some Film (2001).mkv")
    await house.scan()
    assert [row["title"] for row in await house.rows()] == ["Some Film"]


async def test_another_file_on_the_same_inode_is_not_the_old_one(house: House) -> None:
    path = write(house.root / "First (2001).mkv")
    await house.folder()
    await house.scan()
    # The filesystem may give the inode to the next file: its time of change differs.
    path.unlink()
    write(house.root / "Second (2002).mkv")
    await house.scan()
    rows = await house.rows()
    assert [(row["title"], bool(row["missing_since"])) for row in rows] == [
        ("First", True),
        ("Second", False),
    ]


async def test_a_second_name_of_one_file_is_no_move(house: House) -> None:
    path = write(house.root / "One (2001).mkv")
    await house.folder()
    await house.scan()
    os.link(path, house.root / "Two (2002).mkv")
    await house.scan()
    assert [row["title"] for row in await house.rows()] == ["One", "Two"]


async def test_a_vanished_file_is_missing_and_comes_back(house: House) -> None:
    path = write(house.root / "Film (2000).mkv")
    await house.folder()
    await house.scan()
    media_id = (await house.rows())[0]["media_id"]
    aside = house.root.parent / "aside.mkv"
    path.rename(aside)
    await house.scan()
    row = (await house.rows())[0]
    assert row["missing_since"]
    assert row["media_id"] == media_id
    assert house.library.scanner.status.missing == 1
    aside.rename(path)
    await house.scan()
    assert (await house.rows())[0]["missing_since"] == 0


async def test_long_missing_files_are_forgotten(house: House) -> None:
    path = write(house.root / "Film (2000).mkv")
    await house.folder()
    await house.scan()
    path.unlink()
    await house.scan()
    await house.database.execute(
        "UPDATE library_files SET missing_since = ?", (time.time() - 31 * 86400,)
    )
    await house.scan()
    assert await house.rows() == []


async def test_a_folder_that_hides_itself_is_forgotten(house: House) -> None:
    write(house.root / "Private" / "Film (2000).mkv")
    await house.folder()
    await house.scan()
    write(house.root / "Private" / ".nomedia", 0)
    await house.scan()
    assert await house.rows() == []


async def test_a_folder_that_cannot_be_read_takes_nothing_with_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(house.root / "A" / "Film (2000).mkv")
    write(house.root / "B" / "Other (2001).mkv")
    await house.folder()
    await house.scan()
    real = os.scandir

    def refuse(path: object = ".") -> object:
        if str(path).endswith("/A"):
            raise PermissionError(13, "Permission denied")
        return real(path)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "scandir", refuse)
    await house.scan()
    assert [bool(row["missing_since"]) for row in await house.rows()] == [False, False]
    assert house.library.scanner.status.unreadable == 1


async def test_links_are_followed_only_where_they_stay(house: House, tmp_path: Path) -> None:
    write(tmp_path / "outside" / "Secret (2000).mkv")
    write(house.root / "store" / "Kept (2001).mkv")
    write(house.root / "lib" / "Film (2002).mkv")
    lib = house.root / "lib"
    (lib / "out").symlink_to(tmp_path / "outside")
    (lib / "out.mkv").symlink_to(tmp_path / "outside" / "Secret (2000).mkv")
    (lib / "loop").symlink_to(lib)
    (lib / "up").symlink_to(house.root)
    (lib / "broken.mkv").symlink_to(lib / "nothing.mkv")
    (lib / "Linked (2003).mkv").symlink_to(house.root / "store" / "Kept (2001).mkv")
    await house.folder("lib")
    await house.scan()
    paths = await house.paths()
    assert "lib/Film (2002).mkv" in paths
    assert "lib/Linked (2003).mkv" in paths
    assert not [path for path in paths if "out" in str(path) or "broken" in str(path)]
    assert len(paths) < 6


async def test_folders_within_folders_and_what_belongs_to_others(house: House) -> None:
    write(house.root / "Film (2000).mkv")
    write(house.root / "Shows" / "The.Show.S01E01.mkv")
    write(house.root / "Downloads" / "Half (2001).mkv")
    house.library.scanner._left_out = lambda _volume_id: {"Downloads"}
    outer = await house.folder("", "movies")
    await house.folder("Shows", "shows")
    await house.scan()
    assert await house.paths() == ["Film (2000).mkv", "Shows/The.Show.S01E01.mkv"]
    assert not await house.library.files.unsorted()
    await house.library.folders.remove(outer.id)
    await house.library.scanner.forget_folder(outer)
    assert await house.paths() == ["Shows/The.Show.S01E01.mkv"]
    assert (house.root / "Film (2000).mkv").exists()


async def test_files_that_matinee_made_keep_their_rows(house: House) -> None:
    write(house.root / "Film (2000).mkv")
    folder = await house.folder()
    await house.scan()
    await house.database.execute("UPDATE library_files SET created = 1")
    await house.library.scanner.forget_folder(folder)
    assert len(await house.rows()) == 1


async def test_a_file_that_an_import_is_putting_there_is_left_to_it(house: House) -> None:
    write(house.root / "Film (2000).mkv")
    await house.folder()
    await house.database.execute(
        "INSERT INTO library_operations VALUES ('x', 'import', ?, 'a', 'Film (2000).mkv', '{}', 1)",
        (house.volume.id,),
    )
    await house.scan()
    assert await house.rows() == []


async def test_names_that_are_no_text_do_no_harm(house: House) -> None:
    write(house.root / "Film (2000).mkv")
    with open(os.fsencode(house.root) + b"/b\xff\xfe.mkv", "wb") as file:
        file.write(b"x")
    await house.folder()
    await house.scan()
    assert await house.paths() == ["Film (2000).mkv"]
    assert house.library.scanner.status.unreadable == 1


async def test_very_deep_trees_end_somewhere(house: House) -> None:
    folder = house.root
    for _ in range(90):
        folder /= "d"
    write(folder / "Film (2000).mkv")
    write(house.root / "Other (2001).mkv")
    await house.folder()
    await house.scan()
    assert await house.paths() == ["Other (2001).mkv"]


async def test_a_hundred_thousand_names_are_walked_without_holding_them(tmp_path: Path) -> None:
    def make() -> None:
        for number in range(100):
            folder = tmp_path / "many" / f"f{number}"
            folder.mkdir(parents=True)
            for inner in range(1000):
                os.close(os.open(folder / f"{inner}.txt", os.O_CREAT | os.O_WRONLY))

    await asyncio.to_thread(make)
    walker = Walker(tmp_path / "many", lambda name: True, ())
    assert await asyncio.to_thread(lambda: sum(1 for _ in walker.files(""))) == 0
    assert len(walker._entered) == 101


async def test_ten_thousand_files_while_others_are_answered(house: House) -> None:
    def make() -> None:
        for number in range(100):
            for inner in range(100):
                write(house.root / f"Show {number:02} (2001)" / f"S01E{inner + 1:02}.mkv", 10)

    await asyncio.to_thread(make)
    folder = await house.folder()
    house.library.scanner.request(folder.id)
    lags: list[float] = []
    answers = 0
    seen_running = False
    scan = asyncio.ensure_future(house.library.scanner.wait_idle())
    while not scan.done():
        begin = time.monotonic()
        await asyncio.sleep(0.01)
        lags.append(time.monotonic() - begin - 0.01)
        assert await house.database.fetch_value("SELECT count(*) FROM users") == 0
        answers += 1
        seen_running = seen_running or house.library.scanner.status.running
    await scan
    status = house.library.scanner.status
    assert (status.found, status.done, status.new, status.trouble) == (10000, 10000, 10000, "")
    assert seen_running
    assert answers > 20
    lags.sort()
    assert lags[len(lags) // 2] < 0.5, "the loop stood still while files were scanned"
    assert await house.database.fetch_value("SELECT count(DISTINCT media_id) FROM library_files")


async def test_a_scan_can_be_cancelled(house: House) -> None:
    for number in range(900):
        write(house.root / f"F{number:04} (2000).mkv", 10)
    folder = await house.folder()
    house.library.scanner.request(folder.id)
    await until(lambda: house.library.scanner.status.done > 0)
    house.library.scanner.cancel()
    await asyncio.wait_for(house.library.scanner.wait_idle(), 30)
    status = house.library.scanner.status
    assert status.cancelled
    assert 0 < status.done < 900
    assert (await house.library.folders.get(folder.id)).scanned_at == 0
    await house.scan()
    assert len(await house.rows()) == 900


async def test_a_drive_that_is_away_leaves_everything_as_it_is(house: House) -> None:
    write(house.root / "Film (2000).mkv")
    await house.folder()
    await house.scan()
    before = await house.rows()
    house.root.rename(house.root.parent / "unplugged")
    house.root.mkdir()
    await house.scan()
    assert await house.rows() == before
    assert house.library.scanner.status.trouble
    house.root.rmdir()
    (house.root.parent / "unplugged").rename(house.root)
    await house.scan()
    assert await house.rows() == before


async def test_real_films_are_probed_in_the_background(house: House) -> None:
    make_film(house.root / "Film (2000).mkv", "mkv")
    make_film(house.root / "Noise (2001).mkv", "noise")
    house.library.prober._probe = ffmpeg.probe
    await house.folder()
    await house.scan()
    await house.library.prober.start()
    await asyncio.wait_for(house.library.prober.wait_idle(), 60)
    film, noise = await house.rows()
    probe = load(str(film["probe"]))
    assert probe is not None
    assert len(probe.streams) == 5
    assert probe.chapters[1].title == "Film"
    assert noise["probe"] is None
    assert noise["probe_trouble"]


async def test_a_file_that_is_still_being_written_waits(house: House) -> None:
    folder = await house.folder()
    write(house.root / "Film (2000).mkv")
    house.library.scanner.request(folder.id, settle=1.0)
    await house.library.scanner.wait_idle()
    assert await house.rows() == []
    await until(house.rows, what="the file is taken in once it has settled")
