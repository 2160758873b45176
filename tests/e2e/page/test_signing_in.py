"""Getting in, getting set up, and getting out again."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Page, expect

from .house import TIMEOUT, House, Visit, watch_console

expect.set_options(timeout=TIMEOUT)


def test_a_link_signs_in_once_and_leaves_no_trace(house: House, context: BrowserContext) -> None:
    link = house.link()
    page = context.new_page()
    complaints = watch_console(page)
    page.goto(link)
    expect(page.get_by_role("heading", name="Library")).to_be_visible()
    assert "link" not in page.url
    page.reload()
    expect(page.get_by_role("heading", name="Library")).to_be_visible()

    second = context.browser.new_context().new_page()
    second.goto(link)
    expect(second.get_by_role("alert").filter(has_text="This link cannot be used")).to_be_visible()
    expect(second.get_by_label("Pairing code")).to_be_visible()
    second.context.close()
    assert complaints == []


def test_a_code_signs_in_and_a_wrong_one_is_refused_in_words(
    house: House, context: BrowserContext
) -> None:
    code = house.call("POST", "/api/pairing", {"role": "member"})["code"]
    page = context.new_page()
    page.goto(house.engine.url)
    field = page.get_by_label("Pairing code")
    field.fill("ABC")
    page.get_by_role("button", name="Sign in").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("00000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").filter(has_text=re.compile(r"\w+"))).to_be_visible()
    field.fill(f"{code[:4].lower()} {code[4:].lower()}")
    page.get_by_label("Name of this device").fill("The laptop")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Library")).to_be_visible()
    names = {token["name"] for token in house.call("GET", "/api/tokens")["items"]}
    assert "The laptop" in names
    # A member finds no settings; signing out ends the token for good.
    rail = page.get_by_role("navigation", name="Main").first
    expect(rail.get_by_role("link", name="Settings")).to_have_count(0)
    rail.get_by_role("link", name="About").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Pairing code")).to_be_visible()
    names = {token["name"] for token in house.call("GET", "/api/tokens")["items"]}
    assert "The laptop" not in names


def test_another_device_is_paired_from_the_page(
    house: House, visit: Visit, context: BrowserContext
) -> None:
    visit.open("/people")
    page = visit.page
    page.get_by_role("radio", name="Guest").check()
    page.get_by_role("button", name="Show a code").click()
    link = page.get_by_label("Or open this link there; it works once:").input_value()
    other = context.browser.new_context().new_page()
    other.goto(link)
    expect(other.get_by_role("heading", name="Library")).to_be_visible()
    expect(other.get_by_role("button", name="Add", exact=True)).to_have_count(0)
    other.context.close()


def test_the_set_up_can_be_left_and_resumed(house: House, visit: Visit) -> None:
    page = visit.page
    house.setup("welcome")
    visit.open("/")
    expect(visit.heading("Welcome to Matinee")).to_be_visible()
    page.get_by_role("button", name="Begin").click()
    expect(visit.heading("Where shall films live?")).to_be_visible()
    page.get_by_role("link", name="Later").click()
    page.get_by_role("link", name="Go on with it").click()
    expect(visit.heading("Where shall films live?")).to_be_visible()
    page.get_by_role("radio", name=str(house.engine.media)).check()
    page.get_by_role("button", name="Use this folder").click()
    expect(visit.heading("Checks")).to_be_visible()
    expect(page.get_by_text(re.compile("ffmpeg"))).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="To the library").click()
    expect(visit.heading("Library")).to_be_visible()
    expect(page.get_by_text("The set-up is not finished.")).to_have_count(0)


def test_a_token_that_ends_brings_back_to_the_sign_in(
    house: House, context: BrowserContext
) -> None:
    page: Page = context.new_page()
    page.goto(house.link())
    expect(page.get_by_role("heading", name="Library")).to_be_visible()
    tokens = house.call("GET", "/api/tokens")["items"]
    newest = max(tokens, key=lambda token: token["created_at"])
    house.call("DELETE", f"/api/tokens/{newest['id']}")
    expect(page.get_by_text("Your access has ended")).to_be_visible()
