"""Who watched what: resume positions, the watched mark, what comes next."""

from __future__ import annotations

import pytest
from tests.support.library import House, film, write

from matinee.errors import InvalidInput, NotFound
from matinee.events import LibraryChanged
from matinee.library.probes import dump
from matinee.library.watch import credits_start, is_watched
from matinee.models.media import Chapter, MediaKind, Title


@pytest.mark.parametrize(
    ("position", "duration", "credits_at", "wanted"),
    [
        (0, 100, None, False),
        (91.9, 100, None, False),
        (92, 100, None, True),
        (86, 100, 85.0, True),
        (84, 100, 85.0, False),
        (50, 0, None, False),
        (50, 0, 40.0, True),
    ],
)
def test_when_somebody_has_seen_it(
    position: float, duration: float, credits_at: float | None, wanted: bool
) -> None:
    assert is_watched(position, duration, credits_at) is wanted


@pytest.mark.parametrize(
    ("title", "start", "wanted"),
    [
        ("Credits", 90.0, True),
        ("End Credits", 90.0, True),
        ("ED", 90.0, True),
        ("Ending", 90.0, True),
        ("Outro", 90.0, True),
        ("Abspann", 90.0, True),
        ("Opening Credits", 90.0, False),
        ("Post-Credits Scene", 96.0, False),
        ("Ending", 10.0, False),
        ("Edward", 90.0, False),
        ("Chapter 12", 90.0, False),
    ],
)
def test_chapters_that_are_closing_credits(title: str, start: float, wanted: bool) -> None:
    chapters = (Chapter(0, start, "Film"), Chapter(start, 100, title))
    assert (credits_start(chapters, 100) == start) is wanted


async def _movie(house: House, name: str = "Film") -> str:
    return await house.library.media.ensure_media(Title(MediaKind.MOVIE, name, 2000))


async def test_resume_watched_and_unwatched(house: House) -> None:
    user, media_id = await house.user(), await _movie(house)
    watch = house.library.watch
    state = await watch.set(media_id, user, position=40, duration=100)
    assert (state.position, state.watched) == (40, False)
    state = await watch.set(media_id, user, position=93)
    assert (state.position, state.duration, state.watched) == (0, 100, True)
    state = await watch.set(media_id, user, position=20)
    assert (state.position, state.watched) == (20, True), "watching again keeps the mark"
    state = await watch.set(media_id, user, watched=False)
    assert (state.position, state.watched) == (0, False)
    state = await watch.set(media_id, user, position=30, watched=False)
    assert (state.position, state.watched) == (30, False)
    assert await watch.get(media_id, user) == state
    assert [event for event in house.events if isinstance(event, LibraryChanged)][-1].media_ids == (
        media_id,
    )


async def test_the_credits_of_the_probed_file_count(house: House) -> None:
    user = await house.user()
    await house.library.scanner.start()
    write(house.root / "Film (2000).mkv")
    await house.folder()
    await house.scan()
    row = (await house.rows())[0]
    await house.library.files.change(str(row["id"]), probe=dump(await film(house.root)))
    state = await house.library.watch.set(str(row["media_id"]), user, position=86)
    assert (state.watched, state.duration) == (True, 100.0)


async def test_each_user_has_a_state_of_their_own(house: House) -> None:
    ann, bob, media_id = await house.user("ann"), await house.user("bob"), await _movie(house)
    await house.library.watch.set(media_id, ann, position=5, duration=10)
    assert (await house.library.watch.get(media_id, bob)).position == 0


async def test_a_state_follows_a_correction(house: House) -> None:
    user, media_id = await house.user(), await _movie(house, "Flim")
    right = await _movie(house, "Film")
    await house.library.watch.set(media_id, user, position=5, duration=10)
    await house.library.media.correct(media_id, Title(MediaKind.MOVIE, "Film", 2000))
    assert (await house.library.watch.get(right, user)).position == 5
    assert (await house.library.watch.get(media_id, user)).media_id == right


async def test_refusals(house: House) -> None:
    user, media_id = await house.user(), await _movie(house)
    with pytest.raises(InvalidInput):
        await house.library.watch.set(media_id, user, position=-1)
    with pytest.raises(NotFound):
        await house.library.watch.set("nothing", user, position=1)


async def _season(house: House, count: int = 3) -> list[str]:
    await house.library.scanner.start()
    for number in range(1, count + 1):
        write(house.root / "Show (2001)" / "Season 1" / f"Show - S01E{number:02}.mkv")
    write(house.root / "Show (2001)" / "Season 2" / "Show - S02E01.mkv")
    await house.folder()
    await house.scan()
    return [str(row["media_id"]) for row in await house.rows()]


async def test_the_next_episode(house: House) -> None:
    episodes = await _season(house)
    follows = house.library.watch.next_episode
    assert await follows(episodes[0]) == episodes[1]
    assert await follows(episodes[2]) == episodes[3], "over the end of the season"
    assert await follows(episodes[3]) is None
    assert await follows(await _movie(house)) is None


async def test_what_to_watch_of_a_show(house: House) -> None:
    user = await house.user()
    episodes = await _season(house)
    show_id = str((await house.library.media.get(episodes[0])).show_id)
    watch = house.library.watch
    assert await watch.next_of_show(show_id, user) == episodes[0]
    await watch.set(episodes[0], user, watched=True)
    assert await watch.next_of_show(show_id, user) == episodes[1]
    await watch.set(episodes[2], user, position=3, duration=100)
    assert await watch.next_of_show(show_id, user) == episodes[2]
    for episode in episodes:
        await watch.set(episode, user, watched=True)
    assert await watch.next_of_show(show_id, user) == episodes[0]


async def test_what_to_go_on_with(house: House) -> None:
    user = await house.user()
    episodes = await _season(house)
    watch = house.library.watch
    write(house.root / "Film (2000).mkv")
    await house.scan()
    movie = str((await house.rows("path LIKE 'Film%'"))[0]["media_id"])
    gone = await _movie(house, "No file holds it")
    await watch.set(gone, user, position=10, duration=100)
    await watch.set(movie, user, position=10, duration=100)
    await watch.set(episodes[0], user, position=96, duration=100)
    found = await watch.to_continue(user)
    assert [(item.media_id, item.position) for item in found] == [(episodes[1], 0), (movie, 10)]
    await watch.set(episodes[1], user, position=7, duration=100)
    assert [item.position for item in await watch.to_continue(user)] == [7, 10]
    await watch.set(episodes[3], user, watched=True)
    assert [item.media_id for item in await watch.to_continue(user)] == [movie], "the end"
    assert await watch.to_continue(user, limit=0) == []
