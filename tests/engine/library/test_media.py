"""Media ids: found again, filled in, corrected, merged."""

import pytest

from matinee.errors import InvalidInput, NotFound
from matinee.events import LibraryChanged
from matinee.models.media import MediaKind, Title

MOVIE, EPISODE = MediaKind.MOVIE, MediaKind.EPISODE
HARBOUR = Title(MOVIE, "Quiet Harbour", 2019)


def episode(number=1, season=1, title="Cold Anchor", year=None, last=None, name=""):
    return Title(EPISODE, title, year, season, number, last, name)


@pytest.fixture
def media(house):
    return house.library.media


async def test_one_title_has_one_id(media):
    first = await media.ensure_media(HARBOUR)
    assert await media.ensure_media(Title(MOVIE, "The quiet harbour!", 2019)) == first
    assert await media.ensure_media(Title(MOVIE, "Quiet Harbour", 1954)) != first
    found = await media.get(first)
    assert (found.title, found.year, found.provisional) == ("Quiet Harbour", 2019, True)
    assert found.as_title() == HARBOUR


async def test_a_missing_year_fits_the_only_one(media):
    first = await media.ensure_media(Title(MOVIE, "Quiet Harbour"))
    assert await media.ensure_media(HARBOUR) == first
    assert (await media.get(first)).year == 2019
    assert await media.ensure_media(Title(MOVIE, "Quiet Harbour")) == first
    await media.ensure_media(Title(MOVIE, "Quiet Harbour", 1954))
    third = await media.ensure_media(Title(MOVIE, "Quiet Harbour"))
    assert (await media.get(third)).year is None


async def test_episodes_belong_to_one_show(media, house):
    one = await media.get(await media.ensure_media(episode(1)))
    two = await media.get(await media.ensure_media(episode(2, year=2016)))
    again = await media.ensure_media(episode(1, name="The Lighthouse"))
    assert again == one.id
    assert one.show_id == two.show_id
    found = await media.get(again)
    assert (found.title, found.year, found.show_title) == ("The Lighthouse", 2016, "Cold Anchor")
    assert found.as_title() == episode(1, year=2016, name="The Lighthouse")
    assert len(await house.database.fetch("SELECT * FROM shows")) == 1


async def test_a_file_of_several_episodes(media):
    first = await media.ensure_media(episode(1))
    assert await media.ensure_media(episode(1, last=2)) == first
    assert (await media.get(first)).episode_last == 2


@pytest.mark.parametrize(
    "title",
    [
        Title(MOVIE, " "),
        Title(EPISODE, "Cold Anchor", None, None, 1),
        Title(EPISODE, "Cold Anchor", None, 1),
    ],
)
async def test_half_a_title_is_refused(media, title):
    with pytest.raises(InvalidInput):
        await media.ensure_media(title)
    with pytest.raises(NotFound):
        await media.get("nobody")


async def test_changes_are_numbered_and_announced(media, house):
    await media.ensure_media(HARBOUR)
    await media.ensure_media(HARBOUR)
    second = await media.ensure_media(episode())
    told = [event for event in house.events if isinstance(event, LibraryChanged)]
    assert [event.sequence for event in told] == [1, 2]
    assert told[1].media_ids == (second,)
    assert await house.library.changes.sequence() == 2


async def test_a_correction_keeps_the_id(media, house):
    media_id = await media.ensure_media(Title(MOVIE, "Quiet Harbor"))
    assert await media.correct(media_id, HARBOUR) == media_id
    found = await media.get(media_id)
    assert (found.as_title(), found.provisional) == (HARBOUR, False)
    history = await house.database.fetch("SELECT * FROM library_history")
    assert [(row["event"], row["media_id"]) for row in history] == [("corrected", media_id)]
    assert "Quiet Harbor" in history[0]["detail"]


async def test_a_film_turns_out_to_be_an_episode(media):
    media_id = await media.ensure_media(Title(MOVIE, "Cold Anchor 101"))
    assert await media.correct(media_id, episode(1, year=2016)) == media_id
    found = await media.get(media_id)
    assert (found.kind, found.show_title, found.season) == (EPISODE, "Cold Anchor", 1)
    assert await media.correct(media_id, HARBOUR) == media_id
    assert (await media.get(media_id)).show_id is None


async def test_a_show_without_episodes_goes(media, house):
    media_id = await media.ensure_media(episode(1, title="Cold Ankor"))
    await media.correct(media_id, episode(1))
    shows = await house.database.fetch("SELECT title FROM shows")
    assert [row["title"] for row in shows] == ["Cold Anchor"]


async def test_a_correction_onto_another_title_leaves_an_alias(media, house):
    wrong = await media.ensure_media(Title(MOVIE, "Qiet Harbour"))
    right = await media.ensure_media(HARBOUR)
    user = await house.user()
    await house.database.execute(
        "INSERT INTO watch_states VALUES (?, ?, 30.0, 100.0, 0, 1.0)", (wrong, user)
    )
    moved = []

    async def hook(old, new):
        moved.append((old, new))

    media.on_merge(hook)
    assert await media.correct(wrong, HARBOUR) == right
    assert await media.resolve(wrong) == right
    assert (await media.get(wrong)).id == right
    assert moved == [(wrong, right)]
    state = await house.database.fetch_one("SELECT * FROM watch_states")
    assert (state["media_id"], state["position"]) == (right, 30.0)


async def test_aliases_of_aliases(media):
    first = await media.ensure_media(Title(MOVIE, "A Harbour"))
    second = await media.ensure_media(Title(MOVIE, "B Harbour"))
    third = await media.ensure_media(Title(MOVIE, "C Harbour"))
    await media.correct(first, Title(MOVIE, "B Harbour"))
    await media.correct(second, Title(MOVIE, "C Harbour"))
    assert {await media.resolve(old) for old in (first, second, third)} == {third}


async def test_a_whole_show_is_renamed_or_merged(media, house):
    ids = [await media.ensure_media(episode(n, title="Cold Ankor")) for n in (1, 2)]
    show_id = (await media.get(ids[0])).show_id
    assert await media.correct_show(show_id, "Cold Anchors", 2016) == ids
    assert (await media.show(show_id)).title == "Cold Anchors"
    other = await media.ensure_media(episode(2))
    moved = await media.correct_show(show_id, "Cold Anchor", None)
    assert moved == [ids[0], other]
    assert await media.resolve(ids[1]) == other
    assert len(await house.database.fetch("SELECT * FROM shows")) == 1


async def test_a_failed_change_announces_nothing(media, house):
    async def broken():
        async with house.library.changes.change():
            await media.ensure_media(HARBOUR)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await broken()
    assert not [event for event in house.events if isinstance(event, LibraryChanged)]
    assert not await house.database.fetch("SELECT * FROM media")
