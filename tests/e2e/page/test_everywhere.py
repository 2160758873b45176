"""Every view at every size and in both lights; remote control; bad connections; base paths."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.engine import run_engine

from .house import SIZES, TIMEOUT, House, Visit, sign_in, until, watch_console
from .proxy import BasePathProxy

expect.set_options(timeout=TIMEOUT)
AXE = Path(__file__).resolve().parents[3] / "addon/frontend/node_modules/axe-core/axe.min.js"
VIEWS = {
    "/": "Library",
    "/downloads": "Downloads",
    "/downloads/history": "History",
    "/downloads/{download}": "Night.Clock",
    "/title/{media}": "Night Clock",
    "/show/{show}": "Small Cells",
    "/watch/{media}": "Night Clock",
    "/unsorted": "Unsorted",
    "/trash": "Trash",
    "/storage": "Storage",
    "/settings": "Settings",
    "/people": "People and devices",
    "/stremio": "Stremio",
    "/about": "About",
    "/more": "More",
    "/setup": "The house lights go down",
}
RUN = """rules => axe.run(document, {
  resultTypes: ["violations"], ...(rules ? { runOnly: { type: "rule", values: rules } } : {}),
}).then(result => result.violations.flatMap(found => found.nodes.map(
  node => `${found.id} at ${node.target}: ${node.failureSummary}`)))"""


PAINTED = """() => new Promise(done =>
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100))))"""


def violations(page: Page, rules: list[str] | None = None) -> list[str]:
    page.evaluate(PAINTED)
    page.evaluate(f"{AXE.read_text('utf-8')};undefined")
    found: list[str] = page.evaluate(RUN, rules)
    return found


@pytest.fixture(scope="module")
def furnished(house: House) -> dict[str, str]:
    """Something in every view; return the ids that their addresses need."""
    film = house.completed(house.swarm.quick)
    house.completed(house.swarm.season)
    shows = house.call("GET", "/api/shows")["items"]
    name = "&dn=<img src=x onerror=document.title='broken'>"
    house.call("POST", "/api/downloads", {"source": f"magnet:?xt=urn:btih:{'cd' * 20}{name}"})
    return {"download": film["id"], "media": film["media_ids"][0], "show": shows[0]["id"]}


@pytest.mark.parametrize("size", SIZES)
def test_no_view_has_an_accessibility_violation(
    house: House, visit: Visit, furnished: dict[str, str], size: str
) -> None:
    page = visit.page
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    if size == "television":
        page.add_init_script("localStorage.setItem('matinee.screen', 'tv')")
    found: list[str] = []
    for path, heading in VIEWS.items():
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        visit.open(path.format(**furnished))
        expect(page.locator("h1").filter(has_text=heading).first).to_be_attached()
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        found += [f"{path} dark: {text}" for text in violations(page)]
        wide = page.evaluate("document.documentElement.scrollWidth") - width
        if wide > 0:
            found.append(f"{path}: {wide} pixels too wide")
        if "/watch/" not in path:
            page.emulate_media(color_scheme="light", reduced_motion="reduce")
            found += [f"{path} light: {text}" for text in violations(page, ["color-contrast"])]
    assert found == []
    assert page.title() != "broken"


def test_dialogs_have_no_violations(house: House, visit: Visit, furnished: dict[str, str]) -> None:
    page = visit.page
    visit.open("/downloads")
    page.keyboard.press("a")
    expect(page.get_by_role("dialog", name="Add")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More for").first.click()
    expect(page.get_by_role("menu")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("menuitem", name="Remove").click()
    expect(page.get_by_role("dialog", name="Remove this download?")).to_be_visible()
    assert violations(page) == []


def test_the_sign_in_has_no_violations(house: House, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(house.engine.url)
    expect(page.get_by_label("Pairing code")).to_be_visible()
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert violations(page) == []


def test_a_remote_control_reaches_the_film(
    house: House, visit: Visit, furnished: dict[str, str]
) -> None:
    page = visit.page
    width, height = SIZES["television"]
    page.set_viewport_size({"width": width, "height": height})
    visit.open("/")
    expect(page.get_by_role("link", name="Night Clock").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("html")).to_have_attribute("data-screen", "tv")
    focused = """() => {
      let active = document.activeElement;
      while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
      return (active?.getAttribute("aria-label") ?? active?.textContent ?? "").trim();
    }"""
    seen: list[str] = []
    for key in ("ArrowRight", *["ArrowDown"] * 6, *["ArrowRight"] * 3):
        page.keyboard.press(key)
        seen.append(page.evaluate(focused))
        if "Night Clock" in seen[-1]:
            break
    assert "Night Clock" in seen[-1], seen
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Night Clock", level=1)).to_be_visible()


def test_headings_get_the_focus_and_the_title_tells_the_place(
    house: House, visit: Visit, furnished: dict[str, str]
) -> None:
    page = visit.page
    visit.open("/")
    rail = page.get_by_role("navigation", name="Main").first
    rail.get_by_role("link", name="Storage").click()
    expect(visit.heading("Storage")).to_be_focused()
    expect(page).to_have_title("Storage · Matinee")
    expect(page.get_by_text(str(house.engine.media)).first).to_be_visible()
    page.go_back()
    expect(visit.heading("Library")).to_be_focused()


def test_a_lost_connection_is_said_and_taken_up_again(
    tmp_path: Path, context: BrowserContext
) -> None:
    with run_engine(tmp_path) as engine:
        engine.call("POST", "/api/setup", {"step": "done"})
        sign_in(context, engine.token)
        page = context.new_page()
        with BasePathProxy(engine.url, "/") as proxy:
            page.goto(f"{proxy.url}#/downloads")
            expect(page.get_by_text("Nothing is on its way")).to_be_visible()
            proxy.cut()
            expect(page.get_by_text("The connection to Matinee is lost.")).to_be_visible()
            source = f"magnet:?xt=urn:btih:{'ef' * 20}&dn=Meanwhile"
            engine.call("POST", "/api/downloads", {"source": source})
            proxy.mend()
            page.get_by_role("button", name="Try now").click()
            expect(page.get_by_role("link", name="Meanwhile")).to_be_visible()
            expect(page.get_by_text("The connection to Matinee is lost.")).to_have_count(0)


@contextmanager
def _below(house: House, base: str) -> Iterator[str]:
    with BasePathProxy(house.engine.url, base) as proxy:
        yield proxy.url


def test_the_page_works_below_any_base_path(
    house: House, context: BrowserContext, furnished: dict[str, str]
) -> None:
    sign_in(context, house.engine.token)
    page = context.new_page()
    complaints = watch_console(page)
    with _below(house, "/api/ingress/Abc_123/") as url:
        page.goto(f"{url}#/downloads")
        expect(page.get_by_role("link", name="Night.Clock").first).to_be_visible()
        page.goto(f"{url}#/watch/{furnished['media']}")
        video = page.locator("video")
        until(lambda: video.evaluate("video => video.currentTime") > 0.3, "it plays")
        assert "/api/ingress/Abc_123/stream/" in str(video.get_attribute("src"))
    assert complaints == []
