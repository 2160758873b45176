"""A house to visit: the engine, films in a real swarm, and a browser that is signed in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.support.engine import Engine, run_engine
from tests.support.films import make_film
from tests.support.swarm import Seeder, Torrent, Tracker, make_torrent

KIB = 1 << 10
TIMEOUT = 45_000
"""Milliseconds: generous, because the machine may be busy."""
SIZES = {"phone": (390, 844), "desktop": (1280, 800), "television": (1920, 1080)}
FILM = "Slow.Arrival.2024.1080p.WEB-DL.x264-HOUSE"
QUICK = "Night.Clock.2026.720p.WEB-DL.x264-HOUSE"
SEASON = "Small.Cells.S01.720p.WEB-DL.x264-HOUSE"
FILM_SECONDS, FILM_RATE = 100, 500_000


@dataclass
class Swarm:
    """Torrents on loopback. `slow` seeds the long film alone, at a rate that can be changed."""

    film: Torrent
    quick: Torrent
    season: Torrent
    slow: Seeder


@dataclass
class House:
    engine: Engine
    swarm: Swarm

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Return the engine's answer. Anything but a success fails the test."""
        status, answer = self.engine.call(method, path, body)
        assert status < 300, f"{method} {path}: {status} {answer}"
        return answer

    def download(self, name: str) -> dict[str, Any]:
        """Return the one download whose name begins with `name`, or nothing."""
        items = self.call("GET", "/api/downloads")["items"]
        return next((item for item in items if item["name"].startswith(name)), {})

    def completed(self, torrent: Torrent) -> dict[str, Any]:
        """Add a torrent unless it is there, and wait until it is in the library."""
        self.call("POST", "/api/downloads", {"source": torrent.magnet})

        def done() -> dict[str, Any]:
            items = self.call("GET", "/api/downloads")["items"]
            hashes = {torrent.info_hash_v1, torrent.info_hash_v2} - {""}
            found = next(
                item for item in items if hashes & {item["info_hash_v1"], item["info_hash_v2"]}
            )
            return found if found["state"] == "completed" else {}

        return until(done, f"{torrent.name} is completed")

    def setup(self, step: str) -> None:
        self.call("POST", "/api/setup", {"step": step})

    def link(self) -> str:
        """Return the path of a new single-use link for an administrator."""
        secret = self.call("POST", "/api/pairing", {"role": "admin"})["link_secret"]
        return f"{self.engine.url}/#/link/{secret}"


def until(check: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    """Poll until `check` returns something true; return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = check()
        if found:
            return found
        time.sleep(0.15)
    raise AssertionError(f"It did not happen in {seconds:.0f} s: {what}")


def _films(folder: Path) -> dict[str, Path]:
    film = folder / FILM / f"{FILM}.mp4"
    quick = folder / QUICK / f"{QUICK}.mkv"
    film.parent.mkdir(parents=True)
    quick.parent.mkdir()
    make_film(film, "mp4", seconds=FILM_SECONDS, bit_rate=FILM_RATE)
    make_film(quick, "mkv", seconds=8)
    season = folder / SEASON
    season.mkdir()
    for number in (1, 2, 3):
        name = SEASON.replace("S01", f"S01E0{number}")
        make_film(season / f"{name}.mp4", "mp4", seconds=2)
    return {"film": film.parent, "quick": quick.parent, "season": season}


@contextmanager
def open_swarm(folder: Path) -> Iterator[Swarm]:
    """Share the films: the long one from a slow seeder, the others as fast as it goes."""
    paths = _films(folder)
    with ExitStack() as stack:
        slow_tracker, tracker = stack.enter_context(Tracker()), stack.enter_context(Tracker())
        film = make_torrent(paths["film"], trackers=[slow_tracker.url])
        quick = make_torrent(paths["quick"], piece_size=16 * KIB, trackers=[tracker.url])
        season = make_torrent(paths["season"], piece_size=16 * KIB, trackers=[tracker.url])
        slow = stack.enter_context(Seeder(folder, [film], tracker=slow_tracker, rate=400_000))
        stack.enter_context(Seeder(folder, [quick, season], tracker=tracker))
        yield Swarm(film, quick, season, slow)


@contextmanager
def open_house(folder: Path, swarm: Swarm) -> Iterator[House]:
    with run_engine(folder) as engine:
        yield House(engine, swarm)


@dataclass
class Visit:
    """A browser window that is signed in, and what it complained of."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to a place of the page and wait until it stands."""
        target = f"{self.url}/#{path}"
        if self.page.url == target:
            self.page.reload()
        else:
            self.page.goto(target)
        expect(self.page.locator("mtn-app h1").first).to_be_attached()

    def heading(self, text: str) -> Locator:
        return self.page.get_by_role("heading", name=text, level=1)


def opened(page: Page, name: str) -> Locator:
    """Return the open dialog of this name, with what is slotted into it."""
    expect(page.get_by_role("dialog", name=name)).to_be_visible()
    return page.locator("mtn-dialog")


def watch_console(page: Page) -> list[str]:
    """Collect what the page complains of: errors, and refusals by the security policy."""
    complaints: list[str] = []

    def noted(message: ConsoleMessage) -> None:
        # An answer of 4xx or 5xx is no mistake of the page; its words are tested elsewhere.
        expected = ("Failed to load resource", "WebSocket connection to")
        if message.type == "error" and not message.text.startswith(expected):
            complaints.append(message.text)

    page.on("console", noted)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def sign_in(context: BrowserContext, token: str, more: str = "") -> None:
    """Let the windows of this context find a token in their storage."""
    context.add_init_script(f"localStorage.setItem('matinee.token', {token!r}); {more}")
