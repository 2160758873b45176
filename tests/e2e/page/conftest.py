from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from .house import (
    SIZES,
    TIMEOUT,
    House,
    Swarm,
    Visit,
    open_house,
    open_swarm,
    sign_in,
    watch_console,
)


@pytest.fixture(scope="session")
def swarm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swarm]:
    with open_swarm(tmp_path_factory.mktemp("films")) as swarm:
        yield swarm


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, swarm: Swarm) -> Iterator[House]:
    """An engine whose set-up is done, for the tests of one module."""
    with open_house(tmp_path_factory.mktemp("house"), swarm) as house:
        house.setup("done")
        yield house


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    width, height = SIZES["desktop"]
    context = browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce"
    )
    context.set_default_timeout(TIMEOUT)
    yield context
    context.close()


@pytest.fixture
def visit(house: House, context: BrowserContext) -> Iterator[Visit]:
    """A signed-in window. The test fails when the page complained of anything."""
    sign_in(context, house.engine.token)
    page = context.new_page()
    complaints = watch_console(page)
    yield Visit(page, house.engine.url, complaints)
    assert complaints == []
