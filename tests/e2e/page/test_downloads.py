"""Adding in every way, and what can be done with a download."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .house import FILM, SEASON, TIMEOUT, House, Visit, opened, until

expect.set_options(timeout=TIMEOUT)
NOWHERE = "magnet:?xt=urn:btih:" + "ab" * 20

PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  window.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, cancelable: true }));
}"""
DROP = """([name, content]) => {
  const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name));
  for (const type of ["dragenter", "dragover", "drop"]) {
    window.dispatchEvent(new DragEvent(type, { dataTransfer: data, cancelable: true }));
  }
}"""


def row(page: Page, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=name))


@pytest.fixture(autouse=True)
def tidy(house: House) -> Iterator[None]:
    yield
    for item in house.call("GET", "/api/downloads")["items"]:
        house.call("DELETE", f"/api/downloads/{item['id']}?data=true")
    until(lambda: not house.call("GET", "/api/downloads")["items"], "the queue is empty")


def test_a_pasted_magnet_arrives_and_a_second_paste_is_kindly_refused(
    house: House, visit: Visit
) -> None:
    page = visit.page
    visit.open("/downloads")
    expect(page.get_by_text("Nothing is on its way")).to_be_visible()
    page.evaluate(PASTE, house.swarm.film.magnet)
    expect(page.get_by_text(re.compile("^Added: "))).to_be_visible()
    film = row(page, re.compile(re.escape(FILM))).first
    expect(film).to_contain_text("Downloading")
    expect(film).to_contain_text(re.compile(r"[1-9]\d* %"))
    expect(film).to_contain_text("/s")
    page.evaluate(PASTE, house.swarm.film.magnet)
    expect(page.get_by_text(re.compile("^Already here: "))).to_be_visible()


def test_a_dropped_torrent_arrives_and_files_can_be_chosen(house: House, visit: Visit) -> None:
    page = visit.page
    visit.open("/")
    content = base64.b64encode(house.swarm.season.data).decode()
    page.evaluate(DROP, ["season.torrent", content])
    page.get_by_role("button", name="Show").first.click()
    expect(visit.heading(SEASON)).to_be_visible()
    third = page.get_by_label(re.compile("Priority of .*S01E03"))
    third.select_option("Skip")
    item = house.download(SEASON)

    def skipped() -> bool:
        files = house.call("GET", f"/api/downloads/{item['id']}/files")["items"]
        return [file["priority"] for file in files if "E03" in file["path"]] == ["skip"]

    until(skipped, "the third episode is skipped")
    for tab in ("Peers", "Trackers", "Limits", "Facts", "History"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()
        expect(
            page.get_by_role("tabpanel").get_by_role("alert").get_by_role("button")
        ).to_have_count(0)


def test_other_things_are_refused_with_a_next_step(house: House, visit: Visit) -> None:
    page = visit.page
    visit.open("/downloads")
    page.evaluate(DROP, ["holiday.jpg", base64.b64encode(b"no torrent").decode()])
    expect(page.get_by_text("holiday.jpg is not a torrent file.")).to_be_visible()
    page.evaluate(DROP, ["broken.torrent", base64.b64encode(b"no torrent").decode()])
    expect(page.get_by_text(re.compile("^Not added: broken.torrent"))).to_be_visible()
    page.get_by_role("button", name="Add", exact=True).first.click()
    dialog = opened(page, "Add")
    dialog.get_by_label("Magnet links or addresses").fill("no link at all")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("No link was recognised.")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert house.call("GET", "/api/downloads")["items"] == []


def test_the_dialog_adds_several_at_once_paused(house: House, visit: Visit) -> None:
    page = visit.page
    visit.open("/")
    page.keyboard.press("a")
    dialog = opened(page, "Add")
    field = dialog.get_by_label("Magnet links or addresses")
    expect(field).to_be_focused()
    field.fill(f"{house.swarm.quick.magnet}\n{NOWHERE}")
    dialog.get_by_role("checkbox", name=re.compile("Choose files first")).check()
    dialog.get_by_role("button", name="Add 2 downloads").click()
    expect(visit.heading("Downloads")).to_be_visible()
    # Its files are known and nothing of them is fetched; the other one still asks who has it.
    expect(page.get_by_text("Paused", exact=True)).to_have_count(1)
    expect(page.get_by_text("Finding peers", exact=True)).to_have_count(1)
    assert [item["done"] for item in house.call("GET", "/api/downloads")["items"]] == [0, 0]


def test_pausing_reordering_and_removing(house: House, visit: Visit) -> None:
    page = visit.page
    for number in (1, 2, 3):
        source = f"magnet:?xt=urn:btih:{f'{number}a' * 20}&dn=Film {number}"
        house.call("POST", "/api/downloads", {"source": source})
    visit.open("/downloads")
    page.get_by_role("button", name="Pause: Film 1").click()
    expect(row(page, "Film 1")).to_contain_text("Paused")
    page.get_by_role("button", name="Resume: Film 1").click()
    expect(page.get_by_role("button", name="Pause: Film 1")).to_be_visible()

    page.get_by_role("button", name="More for Film 3").click()
    page.get_by_role("menuitem", name="To the top").click()
    expect(page.locator("mtn-download-row").first).to_contain_text("Film 3")

    def first() -> bool:
        items = house.call("GET", "/api/downloads")["items"]
        return min(items, key=lambda item: item["position"])["name"] == "Film 3"

    until(first, "the engine has it on top as well")
    page.get_by_role("button", name="Pause all").click()
    expect(page.get_by_text("Paused", exact=True)).to_have_count(3)

    page.get_by_role("button", name="More for Film 3").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    dialog = opened(page, "Remove this download?")
    dialog.get_by_role("checkbox", name=re.compile("Delete the downloaded data")).check()
    dialog.get_by_role("button", name="Remove and delete").click()
    expect(row(page, "Film 3")).to_have_count(0)
    until(lambda: not house.download("Film 3"), "it is gone from the engine")


def test_slow_down_and_settings_say_what_is_wrong(house: House, visit: Visit) -> None:
    page = visit.page
    house.call("POST", "/api/downloads", {"source": NOWHERE, "paused": True})
    visit.open("/downloads")
    slow = page.get_by_role("button", name="Slow down")
    slow.click()
    expect(slow).to_have_attribute("aria-pressed", "true")

    def setting(key: str) -> Any:
        items = house.call("GET", "/api/settings")["items"]
        return next(item["value"] for item in items if item["key"] == key)

    until(lambda: setting("queue.alternative") is True, "the engine is slow")
    slow.click()
    expect(slow).to_have_attribute("aria-pressed", "false")

    visit.open("/settings")
    page.get_by_label("Search settings").fill("at once")
    field = page.get_by_role("spinbutton", name="Downloads at once")
    field.fill("5")
    field.press("Tab")
    expect(page.get_by_text("Default: 3")).to_be_visible()
    until(lambda: setting("queue.active") == 5, "the engine takes five")
    field.fill("0")
    field.press("Tab")
    expect(field).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Reset: Downloads at once").click()
    expect(field).to_have_value("3")
