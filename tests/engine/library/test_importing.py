"""Finished downloads come into the library, with real files in real folders."""

import asyncio
import os

import pytest
from tests.support.imports import FILM, FOLDER, PLACE, download, tree
from tests.support.library import write

from matinee.errors import GiveUp, VolumeOffline
from matinee.library import placing
from matinee.library.folders import FolderKind
from matinee.library.placing import Method
from matinee.models.media import MediaKind, Title
from matinee.settings import MOVIE_TEMPLATE, WRITE_NFO

MOVIE, EPISODE = MediaKind.MOVIE, MediaKind.EPISODE


@pytest.fixture
def importer(house):
    return house.library.importer


async def history(house):
    rows = await house.database.fetch("SELECT event, detail FROM library_history ORDER BY id")
    return [(row["event"], row["detail"]) for row in rows]


async def test_a_film_is_linked_with_all_that_belongs_to_it(house, importer):
    name = "Quiet.Harbour.2019.1080p.BluRay.x264-NORTH"
    job = download(
        house,
        name,
        [
            (f"{name}/quiet.harbour.2019.1080p.mkv", 9000),
            (f"{name}/Subs/2_English.srt", 300),
            (f"{name}/Subs/3_English.srt", 301),
            (f"{name}/Subs/4_German.forced.srt", 302),
            (f"{name}/Featurettes/Making of.mkv", 500),
            (f"{name}/Sample/sample.mkv", 100),
            (f"{name}/setup.exe", 50),
        ],
        probes={0: '{"container": "matroska"}'},
    )
    done = await importer.run(job)
    assert len(done.media_ids) == 1
    assert done.unsorted == 0
    assert {path for path in tree(house.root) if not path.startswith(FOLDER)} == {
        f"{PLACE}.mkv",
        f"{PLACE}.nfo",
        f"{PLACE}.en.srt",
        f"{PLACE}.en.2.srt",
        f"{PLACE}.de.forced.srt",
        "Movies/Quiet Harbour (2019)/Featurettes/Making of.mkv",
    }
    source = house.root / FOLDER / name / "quiet.harbour.2019.1080p.mkv"
    assert (house.root / f"{PLACE}.mkv").samefile(source)
    rows = await house.rows("role = 'film'")
    assert [(row["path"], row["title"], row["created"]) for row in rows] == [
        (f"{PLACE}.mkv", "Quiet Harbour", 1)
    ]
    assert (rows[0]["origin"], rows[0]["origin_index"]) == ("dl1", 0)
    assert rows[0]["probe"] == '{"container": "matroska"}'
    assert rows[0]["inode"] == source.stat().st_ino
    subtitles = await house.rows("role = 'subtitle'")
    assert {row["media_id"] for row in subtitles} == {done.media_ids[0]}
    assert sorted(row["language"] for row in subtitles) == ["de", "en", "en"]
    assert (await history(house))[0] == ("imported", f"{PLACE}.mkv (link)")
    folder = await house.library.folders.find(house.volume.id, "Movies")
    assert (folder.kind, folder.managed) == (FolderKind.MOVIES, True)
    assert not await house.database.fetch("SELECT * FROM library_operations")


async def test_again_is_nothing_new(house, importer):
    job = download(house, FILM[0], [FILM, ("Quiet.Harbour.2019.1080p.en.srt", 100)])
    first = await importer.run(job)
    before, rows, told = tree(house.root), await house.rows(), await history(house)
    assert await importer.run(job) == first
    assert (tree(house.root), await house.rows(), await history(house)) == (before, rows, told)


async def test_what_vanished_from_the_library_comes_again_on_demand(house, importer):
    job = download(house, FILM[0], [FILM])
    first = await importer.run(job)
    (house.root / f"{PLACE}.mkv").unlink()
    assert await importer.run(job) == first
    assert tree(house.root)[f"{PLACE}.mkv"] == FILM[1]
    assert len(await house.rows()) == 1


def refetched(house, files, fill):
    """The download is added once more as another one, and its files hold `fill`."""
    job = download(house, FILM[0], files, origin="dl2")
    for file in job.files:
        write(house.root / FOLDER / file.path, file.size, fill=fill(file.path))
    return job


async def test_what_is_fetched_once_more_is_not_there_twice(house, importer):
    files = [FILM, ("Quiet.Harbour.2019.1080p.en.srt", 100)]
    first = await importer.run(download(house, FILM[0], files))
    for path, _size in files:
        (house.root / FOLDER / path).unlink()
    before, rows = tree(house.root), await house.rows()
    job = refetched(house, files, lambda path: f"dl1 {path} ".encode())
    for _ in range(2):
        assert await importer.run(job) == first
        assert {p for p in tree(house.root) if not p.startswith(FOLDER)} == set(before)
        assert await house.rows() == rows


async def test_another_release_of_the_same_size_has_its_own_name(house, importer):
    first = await importer.run(download(house, FILM[0], [FILM]))
    (house.root / FOLDER / FILM[0]).unlink()
    assert await importer.run(refetched(house, [FILM], lambda _path: b"other ")) == first
    assert await house.paths() == [f"{PLACE} (2).mkv", f"{PLACE}.mkv"]
    assert (house.root / f"{PLACE} (2).mkv").read_bytes().startswith(b"other ")


async def test_a_season_pack_becomes_episodes(house, importer):
    name = "Cold.Anchor.S01.1080p.WEB-LINE"
    files = [(f"{name}/cold.anchor.s01e0{n}.the.{n}th.1080p.web-line.mkv", 1000) for n in (1, 2)]
    done = await importer.run(download(house, name, [*files, (f"{name}/Bloopers.mkv", 100)]))
    assert len(done.media_ids) == 2
    found = [path for path in tree(house.root) if path.startswith("TV Shows")]
    folder = "TV Shows/Cold Anchor"
    assert [path.casefold() for path in found if "Season" in path and path.endswith(".mkv")] == [
        f"{folder}/season 01/cold anchor - s01e0{n} - the {n}th.mkv".casefold() for n in (1, 2)
    ]
    assert any(path.casefold() == f"{folder}/tvshow.nfo".casefold() for path in found)
    assert any(path.casefold() == f"{folder}/featurettes/bloopers.mkv".casefold() for path in found)


async def test_what_was_corrected_on_the_way_counts(house, importer):
    job = download(house, FILM[0], [FILM], titles={0: Title(MOVIE, "Loud Harbour", 2021)})
    await importer.run(job)
    assert await house.paths() == ["Movies/Loud Harbour (2021)/Loud Harbour (2021) - 1080p.mkv"]


async def test_what_cannot_be_told_waits_and_is_sorted_by_one_tap(house, importer):
    job = download(house, "01", [("01.mkv", 5000)])
    done = await importer.run(job)
    assert done == type(done)((), 1)
    await importer.run(job)
    (row,) = await house.library.files.unsorted()
    assert (row.path, row.created) == (f"{FOLDER}/01.mkv", False)
    assert row.reason
    assert '"kind"' in row.guess
    media_id = await house.library.sort_file(row.id, Title(MOVIE, "Quiet Harbour", 2019))
    (film,) = await house.library.files.of_media(media_id)
    assert (film.id, film.path) == (row.id, "Movies/Quiet Harbour (2019)/Quiet Harbour (2019).mkv")
    assert (house.root / film.path).samefile(house.root / FOLDER / "01.mkv")
    assert not await house.library.files.unsorted()
    assert await importer.run(job) == type(done)((), 0)


async def test_a_persons_own_unsorted_file_stays_where_it_is(house):
    write(house.root / "Mine" / "01.mkv", 300)
    await house.library.scanner.start()
    await house.scan(await house.folder("Mine"))
    (row,) = await house.library.files.unsorted()
    media_id = await house.library.sort_file(row.id, Title(MOVIE, "Quiet Harbour", 2019))
    (film,) = await house.library.files.of_media(media_id)
    assert (film.path, film.created) == ("Mine/01.mkv", False)
    assert tree(house.root) == {"Mine/01.mkv": 300}


@pytest.mark.parametrize("taken", [f"{PLACE}.mkv", f"{PLACE}.MKV", f"{PLACE.upper()}.mkv"])
async def test_a_persons_file_is_never_replaced(house, importer, taken):
    folder = house.root / "Movies/Quiet Harbour (2019)"
    folder.mkdir(parents=True)
    own = write(folder / taken.rsplit("/", 1)[1], 77)
    await importer.run(download(house, FILM[0], [FILM]))
    assert own.stat().st_size == 77
    assert await house.paths() == [f"{PLACE} (2).mkv"]


async def test_two_downloads_of_one_film_live_side_by_side(house, importer):
    first = await importer.run(download(house, FILM[0], [FILM]))
    other = ("other/Quiet.Harbour.2019.1080p.mkv", 6000)
    second = await importer.run(download(house, "other", [other], origin="dl2"))
    assert first.media_ids == second.media_ids
    assert await house.paths() == [f"{PLACE} (2).mkv", f"{PLACE}.mkv"]


async def test_an_nfo_of_somebody_else_stays(house, importer):
    own = house.root / f"{PLACE}.nfo"
    write(own, 20)
    await importer.run(download(house, FILM[0], [FILM]))
    assert own.read_bytes() == b"x" * 20


async def test_without_nfo_and_with_a_template_of_ones_own(house, importer):
    house.settings.update({WRITE_NFO.key: False, MOVIE_TEMPLATE.key: "Filme/{year}/{title}"})
    await importer.run(download(house, FILM[0], [FILM]))
    assert [path for path in tree(house.root) if not path.startswith(FOLDER)] == [
        "Filme/2019/Quiet Harbour.mkv"
    ]


@pytest.mark.parametrize(
    "name",
    ["../../outside", "/etc/passwd", "..", "C:\\Windows\\x", "a\nb", "x" * 300, "CON", "film\0"],
)
async def test_hostile_names_stay_inside(house, importer, name):
    job = download(
        house, name, [("video.mkv", 1000)], titles={0: Title(MOVIE, name.strip() or "x", 2019)}
    )
    await importer.run(job)
    (row,) = await house.rows()
    assert (house.root / row["path"]).resolve().is_relative_to(house.root / "Movies")
    assert [path.name for path in house.root.parent.iterdir()] != ["outside"]
    assert sorted(path.name for path in house.root.iterdir()) == [
        ".matinee-volume",
        FOLDER,
        "Movies",
    ]


async def test_a_link_in_a_download_is_not_followed_outside(house, importer, tmp_path):
    secret = write(tmp_path / "secret.mkv", 5000)
    job = download(house, FILM[0], [FILM])
    source = house.root / FOLDER / FILM[0]
    source.unlink()
    source.symlink_to(secret)
    with pytest.raises(GiveUp):
        await importer.run(job)
    assert not await house.rows()
    assert not (house.root / f"{PLACE}.mkv").exists()


async def test_a_library_folder_that_is_a_link_to_outside_is_refused(house, importer, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (house.root / "Movies").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(GiveUp):
        await importer.run(download(house, FILM[0], [FILM]))
    assert not list((tmp_path / "elsewhere").iterdir())
    assert not await house.database.fetch("SELECT * FROM library_operations")


@pytest.mark.parametrize("change", ["gone", "shorter"])
async def test_a_file_that_is_not_as_it_came_is_refused(house, importer, change):
    job = download(house, FILM[0], [FILM])
    source = house.root / FOLDER / FILM[0]
    source.unlink() if change == "gone" else os.truncate(source, 10)
    with pytest.raises(GiveUp) as caught:
        await importer.run(job)
    assert caught.value.hint
    assert not await house.rows()
    assert not await house.database.fetch("SELECT * FROM library_operations")


async def test_a_drive_that_is_away_is_no_reason_to_write_elsewhere(house, importer):
    job = download(house, FILM[0], [FILM])
    (house.root / ".matinee-volume").unlink()
    with pytest.raises(VolumeOffline):
        await importer.run(job)
    assert not (house.root / "Movies").exists()


async def test_a_reflink_where_links_are_refused(house, importer, monkeypatch):
    def shares_bytes(draft, request, source):
        assert request == 0x40049409
        os.pwrite(draft, os.pread(source, 1 << 20, 0), 0)

    monkeypatch.setattr(placing, "link", lambda _way: False)
    monkeypatch.setattr(placing.fcntl, "ioctl", shares_bytes)
    await importer.run(download(house, FILM[0], [FILM]))
    film = house.root / f"{PLACE}.mkv"
    assert film.read_bytes() == (house.root / FOLDER / FILM[0]).read_bytes()
    assert (await history(house))[0] == ("imported", f"{PLACE}.mkv ({Method.CLONE})")


async def test_a_drive_that_gives_back_other_bytes_is_noticed(house, importer, monkeypatch):
    monkeypatch.setattr(placing, "link", lambda _way: False)
    monkeypatch.setattr(placing, "_digest", lambda _path, _stop: b"other")
    with pytest.raises(GiveUp) as caught:
        await importer.run(download(house, FILM[0], [FILM]))
    assert caught.value.code == "copy_differs"
    assert not [path for path in tree(house.root) if not path.startswith(FOLDER)]


async def test_an_import_that_is_broken_off_leaves_nothing_and_is_done_later(
    house, importer, monkeypatch
):
    copying = asyncio.Event()
    loop, pour = asyncio.get_running_loop(), placing._pour

    def slowly(source, draft, stop):
        loop.call_soon_threadsafe(copying.set)
        stop.wait(30)
        return pour(source, draft, stop)

    monkeypatch.setattr(placing, "link", lambda _way: False)
    monkeypatch.setattr(placing, "_pour", slowly)
    job = download(house, FILM[0], [FILM])
    running = asyncio.create_task(importer.run(job))
    await copying.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not (house.root / f"{PLACE}.mkv").exists()
    monkeypatch.setattr(placing, "_pour", pour)
    await importer.run(job)
    assert [path for path in tree(house.root) if "partial" in path] == []
    assert await house.paths() == [f"{PLACE}.mkv"]
    assert not await house.database.fetch("SELECT * FROM library_operations")


async def test_a_scan_finds_nothing_new_in_what_was_imported(house, importer):
    await importer.run(download(house, FILM[0], [FILM, ("Quiet.Harbour.2019.1080p.en.srt", 10)]))
    before = await house.rows()
    await house.library.scanner.start()
    await house.scan()
    assert [row["id"] for row in await house.rows()] == [row["id"] for row in before]


async def test_files_of_size_zero_and_none_at_all(house, importer):
    done = await importer.run(download(house, "Nothing", []))
    assert done.media_ids == ()
    done = await importer.run(download(house, "Empty 2019", [("Empty.2019.mkv", 0)], origin="d2"))
    assert len(done.media_ids) == 1
