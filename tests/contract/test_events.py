"""The event stream of the real engine: what REST does is heard."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
from tests.support.engine import Engine

MAGNET = "magnet:?xt=urn:btih:" + "c" * 40 + "&dn=Heard"


async def frame(ws: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while True:
            found: dict[str, Any] = json.loads(await ws.receive_str())
            if found["type"] == kind:
                return found


async def call(engine: Engine, *arguments: Any) -> Any:
    status, body = await asyncio.to_thread(engine.call, *arguments)
    assert 200 <= status < 300, (arguments, status, body)
    return body


async def test_downloads_are_heard_from_first_to_last(engine: Engine):
    about = await call(engine, "GET", "/api/server")
    made = await call(engine, "POST", "/api/tokens", {"name": "listener", "role": "guest"})
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(engine.url + "/api/events") as ws,
    ):
        await ws.send_json({"type": "auth", "token": made["token"]})
        assert (await frame(ws, "ready"))["server_id"] == about["server_id"]
        snapshot = await frame(ws, "snapshot")
        assert set(snapshot["totals"]) == {"rate_down", "rate_up", "active"}
        added = await call(engine, "POST", "/api/downloads", {"source": MAGNET, "paused": True})
        heard = await _download(ws, added["id"])
        assert heard["name"] == "Heard"
        assert heard["state"] in ("queued", "resolving")  # it finds out what it consists of
        listed = await call(engine, "GET", f"/api/downloads/{added['id']}")
        assert set(heard) == set(listed)
        await call(engine, "DELETE", f"/api/downloads/{added['id']}")
        async with asyncio.timeout(30):
            while added["id"] not in (await frame(ws, "changes"))["removed"]:
                pass
        await call(engine, "PATCH", "/api/settings", {"values": {"queue.active": 4}})
        assert (await frame(ws, "settings"))["keys"] == ["queue.active"]
        await call(engine, "DELETE", f"/api/tokens/{made['id']}")
        async with asyncio.timeout(30):
            while (await ws.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        assert ws.close_code == 4401


async def _download(ws: aiohttp.ClientWebSocketResponse, key: str) -> dict[str, Any]:
    """Return the download from the next frame that tells of it."""
    async with asyncio.timeout(30):
        while True:
            found = json.loads(await ws.receive_str())
            for view in found.get("downloads", ()):
                if view["id"] == key:
                    return dict(view)
