"""Pages of the library: sorting, search, filters, states, and what changed since."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.library import House, film, until, write

from matinee.errors import InvalidInput, NotFound
from matinee.library.listing import (
    Entry,
    Filter,
    ItemKind,
    ItemState,
    Question,
    Sort,
    resolution,
)
from matinee.library.probes import dump
from matinee.models.media import MediaKind, Title

FILMS = ("Alien (1979)", "The Abyss (1989)", "Brazil (1985)", "Ärger (2001)", "300 (2006)")


@pytest.fixture
async def user(house: House) -> str:
    await house.library.scanner.start()
    for name in FILMS:
        write(house.root / "Movies" / name / f"{name}.mkv")
    for number in (1, 2, 10):
        write(house.root / "Shows" / "Zebra (2010)" / f"Zebra S01E{number:02}.mkv")
    write(house.root / "Shows" / "Ant (2020)" / "Ant S02E01.mkv")
    await house.folder()
    await house.scan()
    return await house.user()


async def _titles(house: House, question: Question) -> list[str]:
    return [_name(entry) for entry in await house.library.listing.ask(question)]


def _name(entry: Entry) -> str:
    if entry.kind is ItemKind.EPISODE:
        return f"{entry.show_title} {entry.season}x{entry.episode}"
    return entry.title


async def test_films_by_title_and_year(house: House, user: str) -> None:
    movies = Question(user, ItemKind.MOVIE)
    assert await _titles(house, movies) == ["300", "The Abyss", "Alien", "Ärger", "Brazil"]
    by_year = replace(movies, sort=Sort.YEAR, descending=True)
    assert await _titles(house, by_year) == ["300", "Ärger", "The Abyss", "Brazil", "Alien"]
    added = await _titles(house, replace(movies, sort=Sort.ADDED))
    assert sorted(added) == sorted(await _titles(house, movies))


async def test_everything_that_plays_in_the_order_of_episodes(house: House, user: str) -> None:
    titles = await _titles(house, Question(user))
    assert titles[-3:] == ["Zebra 1x1", "Zebra 1x2", "Zebra 1x10"]
    assert "Ant 2x1" in titles
    assert len(titles) == 9


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("descending", [False, True])
async def test_pages_join_without_gap_or_repetition(
    house: House, user: str, sort: Sort, descending: bool
) -> None:
    question = Question(user, sort=sort, descending=descending, limit=100)
    whole = [entry.id for entry in await house.library.listing.ask(question)]
    paged: list[str] = []
    after: list[object] | None = None
    while True:
        page = await house.library.listing.ask(replace(question, limit=2, after=after))
        paged += [entry.id for entry in page[:2]]
        if len(page) <= 2:
            break
        after = [page[1].sort_value, page[1].id]
    assert paged == whole
    assert len(set(paged)) == 9


@pytest.mark.parametrize("kind", [None, ItemKind.SHOW])
async def test_entries_may_be_counted_off(house: House, user: str, kind: ItemKind | None) -> None:
    question = Question(user, kind=kind, limit=100)
    whole = [entry.id for entry in await house.library.listing.ask(question)]
    for offset in (0, 1, len(whole) - 1, len(whole), 1000):
        page = await house.library.listing.ask(replace(question, offset=offset))
        assert [entry.id for entry in page] == whole[offset:]


@pytest.mark.parametrize("after", [[], [1], ["x", 2], [None, "x"], [True, "x"], ["a", "b", "c"]])
async def test_a_cursor_that_belongs_to_another_list(
    house: House, user: str, after: list[object]
) -> None:
    with pytest.raises(InvalidInput):
        await house.library.listing.ask(Question(user, after=after))
    with pytest.raises(InvalidInput):
        await house.library.listing.ask(Question(user, sort=Sort.YEAR, after=["x", "y"]))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("alien", ["Alien"]),
        ("ALIÉN", ["Alien"]),
        ("arger", ["Ärger"]),
        ("abyss the", []),
        ("the abyss", ["The Abyss"]),
        ("aby 1989", ["The Abyss"]),
        ("zebra", ["Zebra 1x1", "Zebra 1x2", "Zebra 1x10"]),
        ("%", []),
        ("_", []),
        ("'; DROP TABLE media; --", []),
    ],
)
async def test_search(house: House, user: str, text: str, wanted: list[str]) -> None:
    assert await _titles(house, Question(user, text=text)) == wanted


async def test_watch_filters_belong_to_the_user(house: House, user: str) -> None:
    movies = Question(user, ItemKind.MOVIE)
    ids = {entry.title: entry.id for entry in await house.library.listing.ask(movies)}
    watch = house.library.watch
    await watch.set(ids["Alien"], user, watched=True)
    await watch.set(ids["Brazil"], user, position=5, duration=100)
    assert await _titles(house, replace(movies, filter=Filter.WATCHED)) == ["Alien"]
    assert await _titles(house, replace(movies, filter=Filter.IN_PROGRESS)) == ["Brazil"]
    unwatched = await _titles(house, replace(movies, filter=Filter.UNWATCHED))
    assert unwatched == ["300", "The Abyss", "Ärger", "Brazil"]
    latest = await _titles(house, replace(movies, sort=Sort.WATCHED, descending=True))
    assert latest[:2] == ["Brazil", "Alien"]
    other = await house.user("bob")
    assert await _titles(house, replace(movies, user_id=other, filter=Filter.WATCHED)) == []
    entry = await house.library.listing.entry(ids["Brazil"], user)
    assert (entry.position, entry.duration, entry.watched) == (5, 100, False)


async def test_shows_with_what_is_left_to_watch(house: House, user: str) -> None:
    shows = Question(user, ItemKind.SHOW)
    ant, zebra = await house.library.listing.ask(shows)
    assert (ant.title, zebra.title, zebra.year) == ("Ant", "Zebra", 2010)
    assert (zebra.episodes, zebra.unwatched, zebra.watched, zebra.size) == (3, 3, False, 300)
    assert zebra.state is ItemState.HOME
    episodes = await house.library.listing.ask(Question(user, show_id=zebra.id))
    assert [entry.episode for entry in episodes] == [1, 2, 10]
    assert zebra.cover_id == episodes[0].id
    for entry in episodes:
        await house.library.watch.set(entry.id, user, watched=True)
    assert (await house.library.listing.show(zebra.id, user)).watched
    assert await _titles(house, replace(shows, filter=Filter.WATCHED)) == ["Zebra"]
    assert await _titles(house, replace(shows, filter=Filter.UNWATCHED)) == ["Ant"]
    assert await _titles(house, replace(shows, filter=Filter.IN_PROGRESS)) == []
    assert await _titles(house, replace(shows, filter=Filter.ARRIVING)) == []
    assert await _titles(house, replace(shows, text="zeb")) == ["Zebra"]
    page = await house.library.listing.ask(replace(shows, limit=1))
    after = [page[0].sort_value, page[0].id]
    assert await _titles(house, replace(shows, after=after)) == ["Zebra"]
    with pytest.raises(NotFound):
        await house.library.listing.show("nothing", user)


async def test_facts_of_the_file(house: House, user: str) -> None:
    rows = await house.rows("path LIKE '%Alien%'")
    probe = dump(await film(house.root))
    await house.library.files.change(str(rows[0]["id"]), probe=probe)
    entry = await house.library.listing.entry(str(rows[0]["media_id"]), user)
    assert (entry.resolution, entry.hdr, entry.duration) == ("1080p", "hdr10", 100.0)


async def _download(house: House, state: str = "downloading") -> str:
    await house.database.execute(
        "INSERT INTO downloads (id, name, transport, state, volume_id, save_path, position,"
        " added_at, updated_at) VALUES ('d', 'x', 'torrent', ?, ?, 'Downloads/d', 1, 1.0, 1.0)",
        (state, house.volume.id),
    )
    return "d"


async def test_arrivals(house: House, user: str) -> None:
    media_id = await house.library.media.ensure_media(Title(MediaKind.MOVIE, "Coming", 2024))
    assert "Coming" not in await _titles(house, Question(user))
    download_id = await _download(house)
    await house.database.execute("INSERT INTO arrivals VALUES (?, 3, ?)", (download_id, media_id))
    (entry,) = await house.library.listing.ask(Question(user, filter=Filter.ARRIVING))
    assert (entry.id, entry.state, entry.arrivals) == (media_id, ItemState.ARRIVING, (("d", 3),))
    write(house.root / "Movies" / "Coming (2024).mkv")
    await house.scan()
    entry = await house.library.listing.entry(media_id, user)
    assert entry.state is ItemState.HOME
    assert await house.library.listing.ask(Question(user, filter=Filter.ARRIVING)) == []
    await house.database.execute("DELETE FROM library_files WHERE media_id = ?", (media_id,))
    await house.database.execute("UPDATE downloads SET state = 'completed'")
    assert "Coming" not in await _titles(house, Question(user))


async def test_missing_and_offline(house: House, user: str) -> None:
    (house.root / "Movies" / FILMS[0] / f"{FILMS[0]}.mkv").unlink()
    await house.scan()
    states = {e.title: e.state for e in await house.library.listing.ask(Question(user))}
    assert states["Alien"] is ItemState.MISSING
    assert states["Brazil"] is ItemState.HOME
    house.root.rename(house.root.parent / "unplugged")
    house.volumes.look_again()
    await until(lambda: not house.volumes.get(house.volume.id).root)
    entries = await house.library.listing.ask(Question(user))
    assert {entry.state for entry in entries} == {ItemState.OFFLINE}
    assert len(entries) == 9, "a drive that is away takes nothing out of the list"
    (house.root.parent / "unplugged").rename(house.root)


async def test_what_changed_since(house: House, user: str) -> None:
    before = await house.library.changes.sequence()
    question = Question(user, since=before)
    assert await house.library.listing.ask(question) == []
    rows = await house.rows("path LIKE '%Alien%'")
    media_id = str(rows[0]["media_id"])
    await house.library.watch.set(media_id, user, position=1, duration=10)
    assert [entry.id for entry in await house.library.listing.ask(question)] == [media_id]
    await house.library.files.forget(str(rows[0]["id"]))
    (gone,) = await house.library.listing.ask(question)
    assert gone.state is ItemState.MISSING
    assert await house.library.changes.sequence() > before


async def test_entries_in_the_order_asked_for(house: House, user: str) -> None:
    ids = [entry.id for entry in await house.library.listing.ask(Question(user))]
    wanted = [ids[3], "nothing", ids[0]]
    found = await house.library.listing.entries(wanted, user)
    assert [entry.id for entry in found] == [ids[3], ids[0]]


@pytest.mark.parametrize(
    ("width", "height", "wanted"),
    [
        (3840, 2160, "2160p"), (3840, 1600, "2160p"), (1920, 800, "1080p"), (1440, 1080, "1080p"),
        (1280, 536, "720p"), (720, 576, "576p"), (720, 480, "480p"), (320, 180, "180p"),
        (0, 0, ""),
    ],
)  # fmt: skip
def test_what_people_call_a_size(width: int, height: int, wanted: str) -> None:
    assert resolution(width, height) == wanted
