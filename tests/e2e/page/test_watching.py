"""The main job: watch a film while it arrives, then find it in the library."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from .house import FILM, FILM_SECONDS, TIMEOUT, House, Visit, opened, until

expect.set_options(timeout=TIMEOUT)


def position(page: Page) -> float:
    return float(page.locator("video").evaluate("video => video.currentTime"))


def plays_on(page: Page, beyond: float) -> None:
    until(lambda: position(page) > beyond, f"the film plays beyond {beyond:.0f} s")
    state = page.locator("video").evaluate("v => [v.videoWidth, v.error && v.error.message]")
    assert state[0] > 0, "there is a picture"
    assert state[1] is None


def test_a_film_is_watched_while_it_arrives(house: House, visit: Visit) -> None:
    page, slow = visit.page, house.swarm.slow
    slow.set_rate(250_000)
    house.call("POST", "/api/downloads", {"source": house.swarm.film.magnet})
    visit.open("/")
    card = page.get_by_role("link", name=re.compile("Slow Arrival"))
    expect(card.first).to_contain_text("Arriving")
    card.first.click()
    page.get_by_role("link", name="Watch while it arrives").click()
    plays_on(page, 1)
    assert house.download(FILM)["progress"] < 0.9

    page.get_by_label("Position").evaluate(
        """(field, at) => {
          field.value = at;
          field.dispatchEvent(new Event("input"));
          field.dispatchEvent(new Event("change"));
        }""",
        FILM_SECONDS * 0.7,
    )
    incomplete = house.download(FILM)["progress"]
    plays_on(page, FILM_SECONDS * 0.7 + 0.5)
    assert incomplete < 0.9, "it was still arriving"
    page.keyboard.press("k")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()

    # It becomes whole and is imported under the eyes of the player.
    slow.set_rate(0)
    until(lambda: house.download(FILM)["state"] == "completed", "the film is imported")
    before = position(page)
    page.keyboard.press("k")
    plays_on(page, before + 1)
    page.keyboard.press("Escape")
    expect(visit.heading("Slow Arrival")).to_be_visible()
    files = list(house.engine.media.rglob("Slow Arrival (2024)*.mp4"))
    assert len(files) == 1

    visit.open("/")
    expect(page.get_by_role("heading", name="Continue watching")).to_be_visible()


def test_it_offers_to_go_on_where_it_was_left(house: House, visit: Visit) -> None:
    page = visit.page
    house.swarm.slow.set_rate(0)
    media = house.completed(house.swarm.film)["media_ids"][0]
    state = {"position": 32.0, "duration": 100.0, "watched": False}
    house.call("PUT", f"/api/library/{media}/watch", state)
    visit.open(f"/watch/{media}")
    expect(page.get_by_text("Go on where you left off?")).to_be_visible()
    page.get_by_role("button", name="From the start").click()
    plays_on(page, 0.5)
    assert position(page) < 20
    # Keys, and the help that tells of them.
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("?")
    page.keyboard.press("5")
    until(lambda: position(page) > FILM_SECONDS * 0.45, "the key 5 leads to the middle")
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Sound on")).to_be_attached()
    page.keyboard.press("Escape")

    def reported() -> bool:
        return bool(house.call("GET", f"/api/library/{media}")["position"] > FILM_SECONDS * 0.4)

    until(reported, "the position is reported when the player is left")


def test_subtitles_can_be_chosen(house: House, visit: Visit) -> None:
    page = visit.page
    media = house.completed(house.swarm.quick)["media_ids"][0]

    def probed() -> bool:
        files = house.call("GET", f"/api/library/{media}")["files"]
        return any(file["streams"] for file in files)

    until(probed, "the facts about the film are known")
    visit.open(f"/title/{media}")
    expect(page.get_by_text(re.compile("German")).first).to_be_visible()
    visit.open(f"/watch/{media}")
    expect(page.locator("video")).to_be_attached()
    page.get_by_role("button", name="Subtitles").click()
    page.get_by_role("menuitemradio", name=re.compile("English")).click()
    shown = "video => [...video.textTracks].filter(track => track.mode === 'showing').length"
    until(lambda: page.locator("video").evaluate(shown) == 1, "one track is shown")
    cues = """video => [...video.textTracks].find(track => track.mode === 'showing')
                 ?.cues?.[0]?.text ?? ''"""
    until(lambda: "world" in page.locator("video").evaluate(cues), "its lines are read")


def test_episodes_follow_each_other(house: House, visit: Visit) -> None:
    page = visit.page
    house.completed(house.swarm.season)
    visit.open("/")
    page.get_by_role("link", name=re.compile("Small Cells")).first.click()
    expect(visit.heading("Small Cells")).to_be_visible()
    expect(page.get_by_role("region", name="Season 1").get_by_role("listitem")).to_have_count(3)
    page.get_by_role("link", name="Play S01E01").click()
    expect(page.get_by_role("heading", name=re.compile("S01E01"))).to_be_attached()
    page.get_by_role("button", name=re.compile("^Next")).first.click()
    expect(page.get_by_role("heading", name=re.compile("S01E02"))).to_be_attached()


def test_titles_are_corrected_trashed_and_restored(house: House, visit: Visit) -> None:
    page = visit.page
    media = house.completed(house.swarm.quick)["media_ids"][0]
    visit.open(f"/title/{media}")
    page.get_by_role("button", name=re.compile("^More for")).click()
    page.get_by_role("menuitem", name="Correct").click()
    dialog = opened(page, "What is it really?")
    dialog.get_by_label("Title").fill("The Night Clock")
    dialog.get_by_label("Year").fill("2025")
    dialog.get_by_role("button", name="Save").click()
    expect(visit.heading("The Night Clock")).to_be_visible()

    page.get_by_role("button", name=re.compile("^More for")).click()
    page.get_by_role("menuitem", name="To the trash").click()
    opened(page, "Put The Night Clock into the trash?").get_by_role(
        "button", name="To the trash"
    ).click()
    expect(visit.heading("Library")).to_be_visible()
    visit.open("/trash")
    page.get_by_role("button", name=re.compile("^Restore: ")).first.click()
    expect(page.get_by_text(re.compile("is back in the library"))).to_be_visible()
    visit.open("/")
    page.get_by_label("Search the library").fill("night clock")
    expect(page.get_by_role("link", name=re.compile("The Night Clock")).first).to_be_visible()
    page.get_by_label("Search the library").fill("no such film")
    expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()
