"""Corrected titles and the names on the disk."""

from tests.support.imports import FILM, FOLDER, PLACE, download, tree
from tests.support.library import write

from matinee.models.media import MediaKind, Title

LOUD = Title(MediaKind.MOVIE, "Loud Harbour", 2021)
NEW = "Movies/Loud Harbour (2021)/Loud Harbour (2021) - 1080p"


def library_of(house):
    return [path for path in tree(house.root) if not path.startswith(FOLDER)]


async def imported(house, *files, **more):
    done = await house.library.importer.run(download(house, FILM[0], [FILM, *files], **more))
    return done.media_ids[0]


async def test_the_files_that_matinee_made_get_the_new_name(house):
    media_id = await imported(house, ("Quiet.Harbour.2019.1080p.en.forced.srt", 10),
                              ("Featurettes/Making of.mkv", 50))  # fmt: skip
    assert await house.library.correct(media_id, LOUD) == media_id
    assert library_of(house) == [
        "Movies/Loud Harbour (2021)/Featurettes/Making of.mkv",
        f"{NEW}.en.forced.srt",
        f"{NEW}.mkv",
        f"{NEW}.nfo",
    ]
    assert not (house.root / "Movies/Quiet Harbour (2019)").exists()
    assert b"Loud Harbour" in (house.root / f"{NEW}.nfo").read_bytes()
    events = await house.database.fetch("SELECT event, detail FROM library_history")
    assert [row["detail"] for row in events if row["event"] == "renamed"][-1] == (
        f"{PLACE}.mkv → {NEW}.mkv"
    )


async def test_again_renames_nothing(house):
    media_id = await imported(house)
    await house.library.correct(media_id, LOUD)
    before = await house.database.fetch_value("SELECT count(*) FROM library_history")
    await house.library.renamer.rename_media(media_id)
    assert await house.database.fetch_value("SELECT count(*) FROM library_history") == before


async def test_a_persons_own_files_keep_their_names(house):
    write(house.root / "Mine/quiet harbour 2019.mkv", 300)
    await house.library.scanner.start()
    await house.scan(await house.folder("Mine"))
    (row,) = await house.rows()
    await house.library.correct(str(row["media_id"]), LOUD)
    assert await house.paths() == ["Mine/quiet harbour 2019.mkv"]
    assert library_of(house) == ["Mine/quiet harbour 2019.mkv"]


async def test_what_a_person_put_beside_the_film_stays_there(house):
    media_id = await imported(house)
    own = write(house.root / "Movies/Quiet Harbour (2019)/poster.jpg", 12)
    await house.library.correct(media_id, LOUD)
    assert own.exists()
    assert (house.root / f"{NEW}.mkv").exists()


async def test_two_files_of_one_title_do_not_meet(house):
    first = await imported(house)
    await house.library.importer.run(
        download(house, "d2", [("d2/Qiet.Harbour.2019.1080p.mkv", 6000)], origin="d2")
    )
    wrong = next(row for row in await house.rows() if row["origin"] == "d2")
    target = await house.library.correct(
        str(wrong["media_id"]), Title(MediaKind.MOVIE, "Quiet Harbour", 2019)
    )
    assert target == first
    assert await house.paths() == [f"{PLACE} (2).mkv", f"{PLACE}.mkv"]
    assert await house.library.media.resolve(str(wrong["media_id"])) == first


async def test_a_film_that_is_an_episode_goes_to_the_series(house):
    media_id = await imported(house)
    title = Title(MediaKind.EPISODE, "Cold Anchor", 2016, 1, 2, None, "The Lighthouse")
    await house.library.correct(media_id, title)
    place = "TV Shows/Cold Anchor (2016)/Season 01/Cold Anchor - S01E02 - The Lighthouse"
    assert library_of(house) == [
        f"{place}.mkv",
        f"{place}.nfo",
        "TV Shows/Cold Anchor (2016)/tvshow.nfo",
    ]


async def test_a_whole_show_is_renamed(house):
    files = [(f"Cold.Ankor.S01E0{n}.mkv", 100 * n) for n in (1, 2)]
    done = await house.library.importer.run(download(house, "Cold.Ankor.S01", files))
    show_id = (await house.library.media.get(done.media_ids[0])).show_id
    await house.library.correct_show(show_id, "Cold Anchor", 2016)
    assert await house.paths() == [
        f"TV Shows/Cold Anchor (2016)/Season 01/Cold Anchor - S01E0{n}.mkv" for n in (1, 2)
    ]
    assert not (house.root / "TV Shows/Cold Ankor").exists()


async def test_the_download_keeps_its_own_file(house):
    await house.library.correct(await imported(house), LOUD)
    assert (house.root / FOLDER / FILM[0]).stat().st_size == FILM[1]
