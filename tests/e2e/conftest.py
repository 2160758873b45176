"""One real Chromium for all tests: playwright can run once at a time in a process."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--mute-audio",
]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
"""The system's browser; without one playwright looks for its own."""
PAGE = Path(__file__).resolve().parents[2] / "addon/matinee/page/index.html"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert PAGE.exists(), "The page is not built: run scripts/build"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()
