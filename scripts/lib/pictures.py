"""Photographs the page for the documentation. Run by `scripts/pictures`.

The films come from the demonstration, so that every picture can be shown and made again.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "docs" / "pictures"
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
QUALITY = 82
FILM_SECONDS = 60
PATIENCE = 240.0
RATE = 1_200_000
"""Bytes per second that each of the two seeders gives."""
STREAM, TRICKLE = 250_000, 40_000
"""Bytes per second at which each of the rest arrives while pictures of downloads are taken, and
afterwards."""
ENOUGH = 0.35
OPTIONS = ("--no-sandbox", "--disable-gpu", "--mute-audio", "--hide-scrollbars",
           "--autoplay-policy=no-user-gesture-required")  # fmt: skip


def say(text: str) -> None:
    sys.stderr.write(f"\033[2m·\033[0m {text}\n")


def until[T](what: str, ask: Callable[[], T]) -> T:
    """Return the first answer that is true. Raises TimeoutError, naming `what`."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.3)
    raise TimeoutError(f"waited too long for {what}")


@dataclass(frozen=True, slots=True)
class Engine:
    """The demonstration's engine, asked as its administrator."""

    url: str
    token: str

    def call(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(  # our own engine on loopback
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # as above
            content = answer.read()
        return json.loads(content) if content else None

    def items(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", path)["items"]
        return found

    def set(self, **values: object) -> None:
        """Change settings; `queue__rate_down` is `queue.rate_down`."""
        dotted = {key.replace("__", "."): value for key, value in values.items()}
        self.call("PATCH", "/api/settings", {"values": dotted})


@contextmanager
def demonstration(folder: Path, port: int) -> Iterator[Engine]:
    """Run the demonstration in a folder while inside; only its films are kept from last time."""
    for part in ("data", "media"):
        shutil.rmtree(folder / part, ignore_errors=True)
    running = folder / "data" / "running.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.demo", "--folder", str(folder),
         "--seconds", str(FILM_SECONDS), "--rate", str(RATE), "--", "--port", str(port),
         "--host", "127.0.0.1", "--log-level", "warning"],
        cwd=ROOT, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until("the engine", lambda: running.exists() or process.poll() is not None)
        if process.poll() is not None:
            raise RuntimeError("The demonstration ended before it was ready.")
        told = json.loads(running.read_text("utf-8"))
        yield Engine(told["url"], told["token"])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# what is to be seen ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Scene:
    """Ids of a film at home and of one that is arriving."""

    film: str
    arriving: str


def arrange(engine: Engine) -> Scene:
    """Let a film and a series come home, and two more be on their way."""
    gradient, station, clock, cells = (item["source"] for item in engine.items("/api/suggestions"))
    say("Waiting for a film and a series")
    for source in (station, cells):
        engine.call("POST", "/api/downloads", {"source": source})
    until(
        "two downloads",
        lambda: all(item["state"] == "completed" for item in engine.items("/api/downloads")),
    )
    until("their pictures", lambda: all(has_picture(engine, item) for item in at_home(engine)))
    for source in (gradient, clock):
        engine.call("POST", "/api/downloads", {"source": source})
    until("the others to begin", lambda: on_their_way(engine))
    films = {item["title"]: item["id"] for item in engine.items("/api/library?kind=movie")}
    engine.call("PUT", f"/api/library/{films['Mandelbrot Station']}/watch",
                {"position": FILM_SECONDS * 0.6, "duration": FILM_SECONDS})  # fmt: skip
    first = engine.items("/api/library?kind=episode&sort=title")[0]
    engine.call("PUT", f"/api/library/{first['id']}/watch", {"watched": True})
    return Scene(films["Mandelbrot Station"], films["The Long Gradient"])


def on_their_way(engine: Engine) -> bool:
    """Hold back what is far enough, and say whether all is."""
    items = [item for item in engine.items("/api/downloads") if item["state"] != "completed"]
    for item in items:
        if item["progress"] > ENOUGH and not item["rate_limit_down"]:
            limit(engine, item["id"], STREAM)
    return all(item["progress"] > ENOUGH for item in items)


def limit(engine: Engine, download_id: str, rate: int) -> None:
    engine.call("PATCH", f"/api/downloads/{download_id}", {"rate_limit_down": rate})


def limit_all(engine: Engine, rate: int) -> None:
    for item in engine.items("/api/downloads"):
        limit(engine, item["id"], rate)


def at_home(engine: Engine) -> list[dict[str, Any]]:
    items = engine.items("/api/library?kind=movie") + engine.items("/api/library?kind=episode")
    return [item for item in items if item["state"] == "home"]


def has_picture(engine: Engine, item: dict[str, Any]) -> bool:
    """Ask for the picture of a film, and say whether it is made by now."""
    try:
        with urllib.request.urlopen(engine.url + item["artwork"], timeout=60):  # ours
            return True
    except urllib.error.HTTPError:
        return False


# the camera --------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Camera:
    """Photographs addresses of the page; `only` are words of which a name must contain one."""

    browser: Browser
    engine: Engine
    only: tuple[str, ...]

    def take(
        self, name: str, path: str, prepare: Callable[[Page], None] = lambda page: None
    ) -> None:
        """Take the picture `what-device-light`; the name says device and light."""
        if self.only and not any(word in name for word in self.only):
            return
        _, device, light = name.rsplit("-", 2)
        width, height = SIZES[device]
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", locale="en-GB",
            color_scheme="dark" if light == "dark" else "light", has_touch=device == "phone",
            is_mobile=device == "phone",
        )  # fmt: skip
        context.add_init_script(f"localStorage.setItem('matinee.token', {self.engine.token!r})")
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{self.engine.url}/#{path}")
        page.wait_for_load_state("networkidle") if "watch" not in path else None
        prepare(page)
        page.screenshot(path=TARGET / f"{name}.jpg", type="jpeg", quality=QUALITY)
        context.close()
        say(f"{name}.jpg, {(TARGET / f'{name}.jpg').stat().st_size >> 10} KiB")


def settle(page: Page) -> None:
    """Wait until pictures are loaded and what moves has come to rest."""
    page.wait_for_function(
        """() => {
          const roots = [document];
          for (const root of roots)
            for (const node of root.querySelectorAll('*')) if (node.shadowRoot) roots.push(node.shadowRoot);
          const seen = roots.flatMap((root) => [...root.querySelectorAll('img')]);
          return seen.every((image) => image.complete && image.naturalWidth > 0);
        }"""  # noqa: E501  # JavaScript
    )
    page.wait_for_timeout(1200)


def play_until(seconds: float) -> Callable[[Page], None]:
    """Return what lets the player show its buttons over the film at this place."""

    def prepare(page: Page) -> None:
        video = page.locator("video")
        video.wait_for(state="attached")
        resume = page.get_by_role("button", name="From the start")
        if resume.is_visible():
            resume.click()
        video.evaluate("(it) => it.play()")
        page.wait_for_function(
            "(it) => it.readyState > 2 && it.currentTime > 0.5", arg=video.element_handle()
        )
        video.evaluate("(it, to) => { it.currentTime = to; }", seconds)
        page.wait_for_function(
            "([it, to]) => !it.seeking && it.readyState > 2 && it.currentTime >= to + 1",
            arg=[video.element_handle(), seconds],
        )
        page.mouse.move(400, 300)
        page.mouse.move(420, 330)
        page.wait_for_timeout(500)

    return prepare


def photograph(camera: Camera, scene: Scene) -> None:
    """Take the pictures of a house that lives."""
    take = camera.take
    take("downloads-desktop-dark", "/downloads", settle)
    take("downloads-phone-light", "/downloads", settle)
    limit_all(camera.engine, TRICKLE)
    take("library-desktop-dark", "/", settle)
    take("library-desktop-light", "/", settle)
    take("library-phone-dark", "/", settle)
    take("title-desktop-dark", f"/title/{scene.film}", settle)
    take("title-phone-light", f"/title/{scene.film}", settle)
    take("storage-desktop-light", "/storage", settle)
    take("settings-desktop-light", "/settings", settle)
    take("settings-phone-dark", "/settings", settle)
    take("people-desktop-dark", "/people", settle)
    take("player-desktop-dark", f"/watch/{scene.film}", play_until(20))
    take("player-phone-dark", f"/watch/{scene.film}", play_until(20))
    limit_all(camera.engine, RATE // 2)
    take("arriving-desktop-dark", f"/watch/{scene.arriving}", play_until(3))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--only", nargs="+", default=[])
    options = parser.parse_args()
    folder = (options.folder or Path(tempfile.mkdtemp(prefix="matinee-"))).absolute()
    TARGET.mkdir(parents=True, exist_ok=True)
    try:
        with (
            demonstration(folder, options.port or free_port()) as engine,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=list(OPTIONS)
            )
            engine.set(torrent__port=0)
            volume = engine.items("/api/volumes")[0]["id"]
            engine.call("PATCH", f"/api/volumes/{volume}", {"name": "Films"})
            camera = Camera(browser, engine, tuple(options.only))
            camera.take("setup-desktop-dark", "/setup", settle)
            engine.call("POST", "/api/setup", {"step": "network"})
            camera.take("setup-phone-light", "/setup", settle)
            engine.call("POST", "/api/setup", {"step": "done"})
            photograph(camera, arrange(engine))
            browser.close()
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
