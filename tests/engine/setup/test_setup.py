"""The first run and the drives, through the API, on a real drive."""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.drives import drives
from tests.support.site import Site, open_identity, serve_routes

from matinee.api import setup as setup_api
from matinee.api import volumes as volumes_api
from matinee.events import EventBus
from matinee.household import checks
from matinee.household.setup import Setup
from matinee.models.identity import Role
from matinee.models.limits import MIB
from matinee.models.volumes import Volume
from matinee.settings import FREE_SPACE, INTERFACE, LISTEN_PORT, Settings
from matinee.storage import Vault
from matinee.storage.settings import SettingsStore
from matinee.volumes import Volumes


@dataclass
class House:
    site: Site
    volumes: Volumes
    settings: Settings
    adopted: list[Volume]


@asynccontextmanager
async def house(folder: Path, media: Path | None = None) -> AsyncIterator[House]:
    """Serve set-up and drives with the database in `folder`, as after a start of the engine."""
    folder.mkdir(exist_ok=True)
    async with open_identity(folder) as (database, identity):
        bus, settings = EventBus(), Settings({FREE_SPACE.key: MIB, LISTEN_PORT.key: 0})
        store = SettingsStore(database, Vault(secrets.token_bytes(32)), settings, bus)
        await store.load()
        volumes = Volumes(database, bus, settings)
        await volumes.start()
        adopted: list[Volume] = []

        async def note(volume: Volume) -> None:
            adopted.append(volume)

        setup = Setup(volumes, settings, store, port=0, media=media, adopted=note)
        routes = [*setup_api.routes(setup), *volumes_api.routes(volumes)]
        try:
            async with serve_routes(
                routes, folder=folder, identity=identity, database=database, bus=bus
            ) as site:
                yield House(site, volumes, settings, adopted)
        finally:
            await volumes.stop()


async def test_the_set_up_is_walked_through_left_and_resumed(tmp_path: Path) -> None:
    with drives(tmp_path) as (stick,):
        usb = stick.mount(tmp_path / "usb")
        async with house(tmp_path / "data") as first:
            site = first.site
            state = (await site.call("GET", "/api/setup")).json
            assert (state["step"], state["done"], state["volumes"]) == ("welcome", False, [])
            (proposed,) = [f for f in state["folders"] if f["mount_point"] == str(usb)]
            assert proposed["path"] == str(usb / "Matinee")
            assert proposed["free"] > 0
            assert {check["name"] for check in state["checks"]} >= {
                "ffmpeg", "ffprobe", "port", "peers", "interface", "clock",
            }  # fmt: skip
            assert all(check["ok"] for check in state["checks"]), state["checks"]
            early = await site.call("POST", "/api/setup", json={"step": "network"})
            assert (early.status, early.json["code"]) == (409, "no_volume")
            assert early.json["hint"]
            state = (await site.call("POST", "/api/setup", json={"step": "drive"})).json
            assert state["step"] == "drive"

        # Another day, another screen.
        async with house(tmp_path / "data") as second:
            site = second.site
            assert (await site.call("GET", "/api/setup")).json["step"] == "drive"
            wrong = {"step": "network", "path": "/etc/films"}
            refused = await site.call("POST", "/api/setup", json=wrong)
            assert (refused.status, refused.json["field"]) == (422, "path")
            right = {"step": "network", "path": proposed["path"], "name": "Stick"}
            state = (await site.call("POST", "/api/setup", json=right)).json
            assert state["step"] == "network"
            (volume,) = state["volumes"]
            assert (volume["name"], volume["root"]) == ("Stick", str(usb / "Matinee"))
            assert volume["is_default"]
            assert "marker" not in volume
            assert [known.id for known in second.adopted] == [volume["id"]]
            assert not [f for f in state["folders"] if f["mount_point"] == str(usb)]
            (drive,) = [c for c in state["checks"] if c["name"] == f"drive:{volume['id']}"]
            assert drive["ok"], drive
            state = (await site.call("POST", "/api/setup", json={"step": "done"})).json
            assert state["done"]
            await asyncio.to_thread(stick.unmount)
            state = (await site.call("GET", "/api/setup")).json
            (drive,) = [c for c in state["checks"] if c["name"] == f"drive:{volume['id']}"]
            assert not drive["ok"]
            assert "Connect it" in drive["hint"]


async def test_the_folder_that_the_engine_was_started_with_is_proposed_first(
    tmp_path: Path,
) -> None:
    media = tmp_path / "media"
    async with house(tmp_path / "data", media) as home:
        folders = (await home.site.call("GET", "/api/setup")).json["folders"]
        assert folders[0]["path"] == str(media)
        assert not media.exists()
        await home.site.call("POST", "/api/setup", json={"step": "network", "path": str(media)})
        folders = (await home.site.call("GET", "/api/setup")).json["folders"]
        assert str(media) not in [folder["path"] for folder in folders]


async def test_drives_through_the_api(tmp_path: Path) -> None:
    async with house(tmp_path / "data") as home:
        site = home.site

        async def add(name: str) -> str:
            body = {"path": str(tmp_path / name), "name": name}
            answer = await site.call("POST", "/api/volumes", json=body)
            assert answer.status == 201
            return str(answer.json["id"])

        one, two = await add("one"), await add("two")
        listed = (await site.call("GET", "/api/volumes", role=Role.MEMBER)).json
        assert [(v["name"], v["is_default"]) for v in listed["items"]] == [
            ("one", True), ("two", False),
        ]  # fmt: skip
        assert listed["next_cursor"] is None
        change = {"name": "Second", "default": True}
        changed = await site.call("PATCH", f"/api/volumes/{two}", json=change)
        assert (changed.json["name"], changed.json["is_default"]) == ("Second", True)
        answer = await site.call("PATCH", f"/api/volumes/{two}", json={"default": False})
        assert (answer.status, answer.json["code"]) == (409, "default_needed")
        assert (await site.call("DELETE", f"/api/volumes/{one}")).status == 204
        assert (await site.call("DELETE", f"/api/volumes/{one}")).status == 404
        assert (await site.call("PATCH", f"/api/volumes/{one}", json={})).status == 404
        candidates = (await site.call("GET", "/api/volumes/candidates")).json["items"]
        assert all(item["path"].startswith("/") for item in candidates)
        for method, path in (
            ("POST", "/api/volumes"), ("GET", "/api/volumes/candidates"), ("GET", "/api/setup"),
            ("PATCH", f"/api/volumes/{two}"), ("DELETE", f"/api/volumes/{two}"),
            ("POST", "/api/setup"),
        ):  # fmt: skip
            assert (await site.call(method, path, role=Role.MEMBER)).status == 403


@asynccontextmanager
async def other_program_listening() -> AsyncIterator[int]:
    script = (
        "import socket, sys; s = socket.create_server(('0.0.0.0', 0));"
        "print(s.getsockname()[1], flush=True); sys.stdin.read()"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield int(await asyncio.wait_for(process.stdout.readline(), 60))
    finally:
        process.kill()
        await process.communicate()


async def results(home: House, port: int = 0) -> dict[str, checks.CheckResult]:
    found = await checks.run_all(home.volumes, home.settings, port)
    return {result.name: result for result in found}


async def test_what_is_wrong_is_said_with_the_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path / "data") as home, other_program_listening() as taken:
        own = int(home.site.url.rpartition(":")[2])
        home.settings.update({INTERFACE.key: "wg-none", LISTEN_PORT.key: taken})
        found = await results(home, taken)
        for name in ("port", "peers", "interface"):
            assert not found[name].ok
            assert found[name].hint
        home.settings.update({INTERFACE.key: "lo", LISTEN_PORT.key: own})
        found = await results(home, own)
        assert all(found[name].ok for name in ("port", "peers", "interface"))
        assert "served" in found["port"].message
        monkeypatch.setenv("PATH", "/nonexistent")
        found = await results(home)
        assert not found["ffmpeg"].ok
        assert "apt-get install ffmpeg" in found["ffprobe"].hint
        monkeypatch.setattr(time, "time", lambda: 0.0)
        assert not checks._clock().ok
