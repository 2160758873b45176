"""Play sessions over the real API: at home, on the way, unclear, impossible, left alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.engine.household.home import Home, home, until
from tests.engine.playback.sources import Arriving, content
from tests.support.films import make_film

from matinee.errors import NotFound
from matinee.household import preparing
from matinee.household.choosing import Wish
from matinee.models.downloads import DownloadState
from matinee.models.media import MediaKind, Title
from matinee.models.play import PlayState

MIB = 1 << 20
VLC = {"name": "VLC", "kind": "vlc"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Home]:
    async with home(tmp_path) as made:
        yield made


async def film(house: Home, kind: str = "mp4", title: str = "A Film", year: int = 1999) -> str:
    media_id = await house.title(title, year)
    ending = {"mkv": "mkv", "mp4": "mp4"}.get(kind, "mp4")
    path = f"Movies/{title}/{title}.{ending}"
    (house.media / path).parent.mkdir(parents=True)
    make_film(house.media / path, kind)
    await house.at_home(media_id, path)
    return media_id


# at home -----------------------------------------------------------------------------------------
async def test_a_film_at_home_is_ready_at_once(house: Home) -> None:
    media_id = await film(house)
    session = await house.play(media=media_id)
    assert session["state"] == "ready"
    assert session["title"] == "A Film (1999)"
    assert session["mime_type"] == "video/mp4"
    assert session["duration"] == pytest.approx(2, abs=0.3)
    assert session["resume_from"] == 0
    assert session["warnings"] == []
    assert session["url"].endswith("/A%20Film.mp4")
    async with house.client.get(session["url"]) as answer:
        data = (house.media / "Movies/A Film/A Film.mp4").read_bytes()
        assert await answer.read() == data
    playing = await house.until_state(session["id"], "playing")
    assert playing["fetched"]
    assert [item["id"] for item in (await house.api("GET", "/api/play"))["items"]] == [
        session["id"]
    ]


async def test_positions_are_kept_and_gone_on_from(house: Home) -> None:
    media_id = await film(house)
    session = await house.play(media=media_id)
    where = f"/api/play/{session['id']}/position"
    await house.api("PUT", where, position=1000, duration=6000)
    state = await house.library.watch.get(media_id, house.user.id)
    assert state.position == 1000
    # The next ones wait: homes run on SD cards. A pause is written at once.
    await house.api("PUT", where, position=1010, duration=6000)
    assert (await house.library.watch.get(media_id, house.user.id)).position == 1000
    await house.api("PUT", where, position=1020, duration=6000, paused=True)
    assert (await house.library.watch.get(media_id, house.user.id)).position == 1020
    await house.api("PUT", where, position=1030, duration=6000)
    await house.api("DELETE", f"/api/play/{session['id']}", 204)
    again = await house.play(media=media_id)
    assert again["resume_from"] == 1030
    assert (await house.play(media=media_id, from_=5))["resume_from"] == 5
    await house.api("PUT", f"/api/play/{again['id']}/position", position=5900, duration=6000)
    assert (await house.library.watch.get(media_id, house.user.id)).watched
    assert (await house.play(media=media_id))["resume_from"] == 0


async def test_the_last_position_is_written_at_the_end(tmp_path: Path) -> None:
    async with home(tmp_path) as house:
        media_id = await film(house)
        session = await house.play(media=media_id)
        for position in (100, 200):
            await house.watching.report(house.user.id, session["id"], position, 6000, paused=False)
        await house.watching.stop()
        assert (await house.library.watch.get(media_id, house.user.id)).position == 200


async def test_a_position_of_what_is_gone_stops_nobody(tmp_path: Path) -> None:
    async with home(tmp_path) as house:
        other = await house.identity.create_user("Other", house.user.role)
        media_id = await film(house)
        view = await house.watching.play(other.id, Wish(media=media_id))
        for position in (100, 200):
            await house.watching.report(other.id, view.id, position, 6000, paused=False)
        await house.identity.delete_user(other.id)
        await house.watching.stop()


async def test_subtitles_and_warnings_come_from_the_file(house: Home) -> None:
    media_id = await film(house, "mkv")
    (house.media / "Movies/A Film/A Film.fr.srt").write_text(
        "1\n00:00:00,100 --> 00:00:01,000\nÇa va\n", "latin-1"
    )
    session = await house.play(media=media_id)
    assert session["state"] == "ready"
    assert session["mime_type"] == "application/vnd.apple.mpegurl"
    english, german, french = session["subtitles"]
    assert (english["language"], english["default"]) == ("eng", True)
    assert german["forced"]
    assert german["hearing_impaired"]
    assert french["language"] == "fr"
    for track, words in ((english, "Grüße"), (german, "Signs"), (french, "Ça va")):
        async with house.client.get(track["url"]) as answer:
            assert answer.status == 200
            assert answer.content_type == "text/vtt"
            text = await answer.text("utf-8")
        assert text.startswith("WEBVTT")
        assert words in text
    token = english["url"].split("/")[2]
    async with house.client.get(f"/stream/{token}/subtitles/s99.vtt") as answer:
        assert answer.status == 404


async def test_what_a_browser_cannot_show_is_refused_in_words_and_plays_elsewhere(
    house: Home,
) -> None:
    media_id = await house.title("Old")
    (house.media / "Old").mkdir()
    await house.at_home(media_id, "Old/Old.avi", content(1000))
    session = await house.play(media=media_id)
    assert session["state"] == "refused"
    assert "AVI" in session["text"]
    assert "VLC" in session["hint"]
    assert session["url"] == ""
    elsewhere = await house.play(media=media_id, target=VLC)
    assert elsewhere["state"] == "ready"
    assert elsewhere["url"]


async def test_nobody_fetches_the_address(house: Home) -> None:
    media_id = await film(house)
    session = await house.play(media=media_id, target={"name": "TV", "kind": "dlna"})
    await until(lambda: any("TV has not fetched" in told.text for told in house.told))
    waiting = await house.session(session["id"])
    assert (waiting["state"], "switched on" in waiting["hint"]) == ("ready", True)
    async with house.client.get(session["url"], headers={"Range": "bytes=0-9"}) as answer:
        assert answer.status == 206
    playing = await house.until_state(session["id"], "playing")
    assert (playing["text"], playing["hint"]) == ("", session["hint"])


async def test_an_ended_session_is_gone_and_its_address_still_plays(house: Home) -> None:
    media_id = await film(house)
    session = await house.play(media=media_id)
    await house.api("DELETE", f"/api/play/{session['id']}", 204)
    assert house.told[-1].state is PlayState.ENDED
    await house.api("GET", f"/api/play/{session['id']}", 404)
    await house.api("DELETE", f"/api/play/{session['id']}", 404)
    async with house.client.get(session["url"], headers={"Range": "bytes=0-9"}) as answer:
        assert answer.status == 206


async def test_idle_sessions_end(tmp_path: Path) -> None:
    async with home(tmp_path, hold=0.05, idle=0.1) as house:
        session = await house.play(media=await film(house))
        await until(lambda: house.told[-1].state is PlayState.ENDED)
        await house.api("GET", f"/api/play/{session['id']}", 404)


async def test_sessions_belong_to_their_user(house: Home) -> None:
    session = await house.play(media=await film(house))
    other = await house.identity.create_user("Other", house.user.role)
    house.token, _ = await house.identity.create_token(other.id, "x", other.role, 100)
    await house.api("GET", f"/api/play/{session['id']}", 404)
    assert (await house.api("GET", "/api/play"))["items"] == []


async def test_too_many_sessions_end_the_oldest(house: Home) -> None:
    media_id = await film(house)
    first = await house.play(media=media_id)
    for _ in range(20):
        await house.play(media=media_id)
    await house.api("GET", f"/api/play/{first['id']}", 404)
    assert len((await house.api("GET", "/api/play"))["items"]) == 20


# what is meant -----------------------------------------------------------------------------------
async def season(house: Home) -> dict[int, str]:
    found = {}
    for episode in (1, 2, 3):
        found[episode] = await house.title(
            "The Show", 2001, season=1, episode=episode, episode_title=f"Part {episode}"
        )
        path = f"TV/The Show - S01E0{episode}.mp4"
        await house.at_home(found[episode], path, content(1000, episode))
    return found


async def media_of(house: Home, **wish: Any) -> Any:
    session = await house.play(target=VLC, **wish)
    return session["media_id"] or session["state"]


async def test_titles_and_words(house: Home) -> None:
    episodes = await season(house)
    films = {}
    for title, year in (("Alien", 1979), ("Aliens", 1986), ("Dune", 1984), ("Dune", 2021)):
        films[title, year] = await house.title(title, year)
        await house.at_home(films[title, year], f"{title} {year}.mp4", content(1000, year))
    assert await media_of(house, title="alien") == films["Alien", 1979]
    assert await media_of(house, query="ALIENS") == films["Aliens", 1986]
    assert await media_of(house, title="Dune 2021") == films["Dune", 2021]
    assert await media_of(house, title="the show", episode="S01E02") == episodes[2]
    assert await media_of(house, query="the show 1x03") == episodes[3]
    assert await media_of(house, query="The Show S01E01") == episodes[1]
    assert await media_of(house, title="The Show") == episodes[1]
    assert await media_of(house, query="part 2") == episodes[2]
    await house.library.watch.set(episodes[1], house.user.id, watched=True)
    assert await media_of(house, title="The Show", episode="next") == episodes[2]
    show = (await house.library.media.get(episodes[1])).show_id
    assert await media_of(house, media=show) == episodes[2]
    assert await media_of(house, media=show, episode="S01E03") == episodes[3]


async def test_several_are_named(house: Home) -> None:
    for year in (1984, 2021):
        await house.at_home(await house.title("Dune", year), f"{year}.mp4", content(10, year))
    session = await house.play(title="Dune")
    assert session["state"] == "choose"
    assert {choice["label"] for choice in session["choices"]} == {"Dune (1984)", "Dune (2021)"}
    chosen = await house.play(media=session["choices"][0]["media_id"], target=VLC)
    assert chosen["state"] == "ready"


async def test_nothing_is_found(house: Home) -> None:
    session = await house.play(query="Nowhere to be found")
    assert session["state"] == "refused"
    assert "neither at home nor on its way" in session["text"]
    assert session["hint"]
    assert (await house.play(title="X", episode="the third"))["state"] == "refused"
    assert (await house.play(title="…"))["state"] == "refused"
    await house.play(404, media="01ARZ3NDEKTSV4RRFFQ69G5FAV")
    await house.play(422, media="x", title="y")
    await house.play(422, target={"name": "x"})


async def test_a_former_id_still_plays(house: Home) -> None:
    wrong = await house.title("Wrong")
    await house.at_home(wrong, "a.mp4", content(1000))
    right = await house.title("Right", 2000)
    session = await house.play(media=wrong, target=VLC)
    await house.library.media.correct(wrong, Title(MediaKind.MOVIE, "Right", 2000))
    assert await media_of(house, media=wrong) == right
    async with house.client.get(session["url"]) as answer:
        assert await answer.read() == content(1000)


async def test_away_and_gone(house: Home) -> None:
    media_id = await house.title("Gone")
    file = await house.at_home(media_id, "Gone.mp4", content(10))
    (house.media / "Gone.mp4").unlink()
    session = await house.play(media=media_id)
    assert session["state"] == "refused"
    assert session["text"]
    await house.library.files.forget(file.id)
    session = await house.play(media=media_id)
    assert "neither at home nor on its way" in session["text"]


# on the way --------------------------------------------------------------------------------------
async def test_a_film_on_its_way_gets_ready(house: Home, tmp_path: Path) -> None:
    make_film(tmp_path / "film.mp4", "mp4")
    source = Arriving((tmp_path / "film.mp4").read_bytes(), "Film.mp4")
    media_id = await house.title("Film")
    key = await house.arriving(media_id, source)
    session = await house.play(media=media_id)
    assert session["state"] == "preparing"
    assert session["url"]
    assert session["text"]
    await until(lambda: source.open_readers)
    await until(lambda: any("somebody" in told.text for told in house.told))
    house.transport.advance(key, 1000, rate=1_000_000)
    await until(lambda: any("MB/s" in told.text and told.eta for told in house.told))
    source.release(0, source.size)
    ready = await house.until_state(session["id"], "ready")
    assert ready["text"] == ""
    assert ready["duration"] == pytest.approx(2, abs=0.3)
    assert house.facts.known(key, 0) is not None
    async with house.client.get(session["url"]) as answer:
        assert await answer.read() == source.data
    await house.until_state(session["id"], "playing")
    await until(lambda: source.open_readers == 0)


async def test_a_film_that_cannot_be_probed_gets_ready_all_the_same(house: Home) -> None:
    source = Arriving(content(MIB), "Film.mkv")
    source.release(0, source.size)
    media_id = await house.title("Film")
    await house.arriving(media_id, source)
    session = await house.play(media=media_id)
    await house.until_state(session["id"], "ready")


async def test_a_screen_that_fetches_before_the_film_is_ready_plays(house: Home) -> None:
    """A player opens the address at once; what it reports afterwards is kept."""
    source = Arriving(content(MIB), "Film.mkv")
    media_id = await house.title("Film")
    await house.arriving(media_id, source)
    session = await house.play(media=media_id, target=VLC)
    source.release(0, 1000)
    async with house.client.get(session["url"], headers={"Range": "bytes=0-999"}) as answer:
        assert await answer.read() == source.data[:1000]
    await until(lambda: house.told[-1].fetched)
    assert (await house.session(session["id"]))["state"] == "preparing"
    source.release(0, source.size)
    playing = await house.until_state(session["id"], "playing")
    assert playing["fetched"]
    assert playing["text"] == ""
    await house.api("PUT", f"/api/play/{session['id']}/position", position=70, duration=600)
    assert (await house.library.watch.get(media_id, house.user.id)).position == 70


async def test_a_film_that_comes_home_while_it_is_prepared(house: Home, tmp_path: Path) -> None:
    path = make_film(tmp_path / "film.mkv", "mkv")
    source = Arriving(path.read_bytes(), "Film.mkv")
    media_id = await house.title("Film")
    key = await house.arriving(media_id, source)
    session = await house.play(media=media_id)
    await until(lambda: source.open_readers)
    await house.at_home(media_id, "Film.mkv", source.data, origin=key, origin_index=0)
    source.release(0, source.size)
    await house.until_state(session["id"], "ready")
    await until(lambda: house.told[-1].subtitles and house.told[-1].subtitles[0].url)
    assert house.told[-1].state is PlayState.READY


async def test_facts_that_come_late_are_added(
    house: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index lies at the end: the session is ready without waiting for it."""
    monkeypatch.setattr(preparing, "_FACTS_PATIENCE", 0.1)
    path = make_film(tmp_path / "film.mp4", "mp4_end", bit_rate=4_000_000)
    source = Arriving(path.read_bytes(), "Film.mp4")
    media_id = await house.title("Film")
    await house.arriving(media_id, source)
    source.release(0, preparing.HEAD)
    session = await house.play(media=media_id)
    assert (await house.until_state(session["id"], "ready"))["duration"] == 0
    # The end is asked for in the background, before anybody has read up to there.
    await until(lambda: any(offset > source.size // 2 for offset, _ in source.wanted))
    assert source.background.count(True) >= 1
    source.release(0, source.size)
    await until(lambda: house.told[-1].duration > 1)


async def test_a_paused_download_wakes_and_rests_again(house: Home) -> None:
    source = Arriving(content(MIB), "Film.mkv")
    media_id = await house.title("Film")
    key = await house.arriving(media_id, source)
    await house.downloads.pause(key)
    session = await house.play(media=media_id, target=VLC)
    await until(lambda: house.downloads.get(key).state is not DownloadState.PAUSED)
    await house.api("DELETE", f"/api/play/{session['id']}", 204)
    await until(lambda: house.downloads.get(key).state is DownloadState.PAUSED)
    # An address alone wakes it too: a player that was left open overnight.
    asking = asyncio.ensure_future(house.client.get(session["url"]))
    await until(lambda: house.downloads.get(key).state is not DownloadState.PAUSED)
    source.release(0, source.size)
    async with await asking as answer:
        assert await answer.read() == source.data
    await until(lambda: house.downloads.get(key).state is DownloadState.PAUSED)


async def test_a_removed_download_is_said(house: Home) -> None:
    source = Arriving(content(MIB), "Film.mkv")
    media_id = await house.title("Film")
    key = await house.arriving(media_id, source)
    session = await house.play(media=media_id, target=VLC)
    await until(lambda: source.open_readers)
    await house.downloads.remove(key)
    refused = await house.until_state(session["id"], "refused")
    assert refused["text"]
    source.fail(NotFound("The download was removed."))
    await until(lambda: source.open_readers == 0)


async def test_subtitles_come_with_the_whole_film(house: Home, tmp_path: Path) -> None:
    path = make_film(tmp_path / "film.mkv", "mkv")
    source = Arriving(path.read_bytes(), "Film.mkv")
    media_id = await house.title("Film")
    key = await house.arriving(media_id, source)
    source.release(0, source.size)
    session = await house.play(media=media_id)
    ready = await house.until_state(session["id"], "ready")
    assert [bool(track["refusal"]) for track in ready["subtitles"]] == [True, True]
    await house.at_home(media_id, "Film.mkv", source.data, origin=key, origin_index=0)
    await until(lambda: all(track.url for track in house.told[-1].subtitles))
    shown = (await house.session(session["id"]))["subtitles"]
    async with house.client.get(shown[0]["url"]) as answer:
        assert "Grüße" in await answer.text("utf-8")


# nothing is cut ----------------------------------------------------------------------------------
async def test_import_cuts_no_reader(house: Home) -> None:
    data = content(6 * MIB)
    source = Arriving(data, "Film.mp4")
    media_id = await house.title("Film")
    key = await house.arriving(media_id, source)
    source.release(0, 2 * MIB)
    session = await house.play(media=media_id, target=VLC)
    async with house.client.get(session["url"]) as answer:
        tag = answer.headers["ETag"]
        start = await answer.content.readexactly(2 * MIB)
        # It is imported, and the download is removed with its data.
        await house.at_home(media_id, "Movies/Film.mp4", data, origin=key, origin_index=0)
        await house.downloads.remove(key, delete_data=True)
        source.fail(NotFound("The download was removed."))
        assert start + await answer.read() == data
    async with house.client.get(
        session["url"], headers={"If-Range": tag, "Range": "bytes=5-9"}
    ) as answer:
        assert answer.status == 206
        assert answer.headers["ETag"] == tag
        assert await answer.read() == data[5:10]
    # Another version of the file is another representation.
    (house.media / "Movies/Film.mp4").write_bytes(content(6 * MIB, 2))
    house.opening._places.clear()
    async with house.client.get(
        session["url"], headers={"If-Range": tag, "Range": "bytes=5-9"}
    ) as answer:
        assert answer.status == 200
        assert answer.headers["ETag"] != tag


async def test_a_file_that_is_not_from_this_download_is_no_continuation(house: Home) -> None:
    data = content(MIB)
    source = Arriving(data, "Film.mp4")
    media_id = await house.title("Film")
    await house.arriving(media_id, source)
    source.release(0, 1000)
    session = await house.play(media=media_id, target=VLC)
    async with house.client.get(session["url"]) as answer:
        await answer.content.readexactly(1000)
        await house.at_home(media_id, "Movies/Other.mp4", content(MIB, 2))
        source.fail(NotFound("The download was removed."))
        with pytest.raises(aiohttp.ClientError):
            await answer.read()
