"""Films that a browser cannot play as they are: they are seen and heard, or the page says why."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.films import make_film

from .house import TIMEOUT, House, Visit, until

expect.set_options(timeout=TIMEOUT)
SECONDS = 14


@pytest.fixture(scope="module")
def films(house: House) -> dict[str, str]:
    """Put films into the library; return their ids by kind."""
    names = {"ac3": "Loud House (2021)", "mkv": "Two Tongues (2022)"}
    for kind, name in names.items():
        folder = house.engine.media / "Movies" / name
        folder.mkdir(parents=True)
        make_film(folder / f"{name}.mkv", kind, seconds=SECONDS)
    house.call("POST", "/api/library/scan", {})

    def found() -> dict[str, str]:
        items = house.call("GET", "/api/library?kind=movie")["items"]
        ids = {item["title"]: item["id"] for item in items if item["state"] == "home"}
        return {kind: ids[name[:-7]] for kind, name in names.items() if name[:-7] in ids}

    until(lambda: len(found()) == len(names), "the films are in the library")
    return found()


def state(page: Page) -> dict[str, Any]:
    return dict(
        page.locator("video").evaluate(
            """v => ({ time: v.currentTime, width: v.videoWidth, error: v.error && v.error.message,
                       heard: v.webkitAudioDecodedByteCount })"""
        )
    )


def plays_on(page: Page, beyond: float) -> dict[str, Any]:
    until(lambda: state(page)["time"] > beyond, f"it plays beyond {beyond} s")
    now = state(page)
    assert now["width"] > 0
    assert now["error"] is None
    return now


def test_sound_that_no_browser_decodes_is_heard(
    house: House, visit: Visit, films: dict[str, str]
) -> None:
    page = visit.page
    visit.open(f"/watch/{films['ac3']}")
    expect(page.locator("video")).to_be_attached()
    assert plays_on(page, 3.5)["heard"] > 0
    expect(page.get_by_text("Sound converted for this browser")).to_be_attached()
    expect(page.get_by_text("There is no sound")).to_have_count(0)
    before = state(page)["heard"]
    page.keyboard.press("7")
    assert plays_on(page, SECONDS * 0.7 + 0.5)["heard"] > before
    page.keyboard.press("Escape")
    until(lambda: house.call("GET", "/api/play")["items"] == [], "its session ends with the player")


def test_another_sound_track_is_chosen_where_the_film_is(
    visit: Visit, films: dict[str, str]
) -> None:
    page = visit.page
    visit.open(f"/watch/{films['mkv']}")
    expect(page.locator("video")).to_be_attached()
    plays_on(page, 1)
    page.keyboard.press("5")
    plays_on(page, SECONDS / 2 + 0.3)
    page.keyboard.press("k")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sound track").click()
    menu = page.get_by_role("menu", name="Sound track")
    expect(menu.get_by_role("menuitemradio", checked=True)).to_contain_text("English")
    menu.get_by_role("menuitemradio", name=re.compile("German")).click()
    expect(page.get_by_text("Repackaged for this browser")).to_be_attached()
    assert plays_on(page, SECONDS / 2 + 0.6)["heard"] > 0
    page.get_by_role("button", name="Sound track").click()
    chosen = page.get_by_role("menuitemradio", checked=True)
    expect(chosen).to_contain_text("German")


def test_a_broken_playlist_is_told_in_words(visit: Visit, films: dict[str, str]) -> None:
    page = visit.page
    page.route("**/master.m3u8", lambda route: route.fulfill(
        status=503, content_type="application/problem+json",
        body='{"detail": "The drive Attic is not there.", "hint": "Plug it in again."}',
    ))  # fmt: skip
    visit.open(f"/watch/{films['ac3']}")
    expect(page.get_by_role("alert")).to_contain_text("The drive Attic is not there.")
    expect(page.get_by_role("alert")).to_contain_text("Plug it in again.")
    page.unroute("**/master.m3u8")
    page.get_by_role("button", name="Try again").click()
    plays_on(page, 1)
