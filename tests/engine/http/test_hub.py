"""The event stream, with a real socket at each end."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp
import pytest
from tests.support.site import Site, serve_routes

from matinee.events import (
    EventBus,
    LibraryChanged,
    Notice,
    PlayChanged,
    SettingsChanged,
    VolumeChanged,
)
from matinee.http import hub as hub_module
from matinee.http import subscriber as subscriber_module
from matinee.models.identity import Role
from matinee.models.play import PlaySession, PlayState
from matinee.models.volumes import Volume, VolumeState


@dataclass(frozen=True, slots=True)
class View:
    id: str
    done: int
    pad: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    rate_down: int = 0
    rate_up: int = 0
    active: int = 0


@dataclass(frozen=True, slots=True)
class Changes:
    mark: int
    downloads: tuple[View, ...]
    removed: tuple[str, ...]
    totals: Totals
    complete: bool = False


@dataclass
class Feed:
    """Downloads by id with the number of their last change, as the queue keeps them."""

    views: dict[str, tuple[int, View]] = field(default_factory=dict)
    gone: list[tuple[int, str]] = field(default_factory=list)
    now: Totals = Totals()
    version: int = 0
    asked: int = 0

    def set(self, view: View) -> None:
        self.version += 1
        self.views[view.id] = (self.version, view)

    def remove(self, key: str) -> None:
        self.version += 1
        del self.views[key]
        self.gone.append((self.version, key))

    def changed_since(self, mark: int) -> Changes:
        self.asked += 1
        if mark <= 0:
            views = tuple(view for _, view in self.views.values())
            return Changes(self.version, views, (), self.now, complete=True)
        return Changes(
            self.version,
            tuple(view for version, view in self.views.values() if version > mark),
            tuple(key for version, key in self.gone if version > mark),
            self.now,
        )


class Client:
    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws

    async def next(self, kind: str = "") -> dict:
        """Return the next frame, or the next of a kind."""
        async with asyncio.timeout(20):
            while True:
                frame = json.loads(await self.ws.receive_str())
                if kind in {"", frame["type"]}:
                    return frame

    async def closed(self) -> int:
        async with asyncio.timeout(20):
            while (await self.ws.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        return self.ws.close_code


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
def bus() -> EventBus:
    return EventBus()


@pytest.fixture
async def site(tmp_path, feed, bus) -> AsyncIterator[Site]:
    async with serve_routes([], folder=tmp_path, feed=feed, bus=bus, tick=0.02) as running:
        yield running


async def connect(site: Site, role: Role = Role.ADMIN, **message) -> Client:
    ws = await site.session.ws_connect(site.url + "/api/events")
    await ws.send_json({"type": "auth", "token": site.tokens[role], **message})
    return Client(ws)


async def until(condition) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def test_ready_then_a_snapshot_then_only_changes(site: Site, feed: Feed):
    feed.set(View("a", 1))
    feed.set(View("b", 1))
    client = await connect(site)
    assert await client.next() == {"type": "ready", "server_id": "test", "version": "0"}
    snapshot = await client.next()
    assert snapshot["type"] == "snapshot"
    assert [view["id"] for view in snapshot["downloads"]] == ["a", "b"]
    assert snapshot["totals"] == {"rate_down": 0, "rate_up": 0, "active": 0}
    feed.set(View("b", 2))
    changes = await client.next()
    assert changes["type"] == "changes"
    assert changes["downloads"] == [{"id": "b", "done": 2, "pad": ""}]
    assert changes["removed"] == []
    feed.remove("a")
    assert (await client.next())["removed"] == ["a"]
    feed.now = Totals(active=1)
    quiet = await client.next()
    assert (quiet["downloads"], quiet["totals"]["active"]) == ([], 1)


async def test_nothing_is_sent_while_nothing_changes(site: Site, feed: Feed):
    client = await connect(site)
    await client.next("snapshot")
    asked = feed.asked
    await until(lambda: feed.asked > asked + 5)
    await client.ws.send_json({"type": "ping"})
    assert (await client.next())["type"] == "pong"


async def test_it_costs_nothing_while_nobody_listens(site: Site, feed: Feed, bus: EventBus):
    assert (bus._listeners, site.hub._pumping, feed.asked) == ([], None, 0)
    client = await connect(site)
    await client.next("snapshot")
    assert len(bus._listeners) == 1
    await client.ws.close()
    await until(lambda: site.hub.count == 0)
    assert (bus._listeners, site.hub._pumping) == ([], None)


async def test_wrong_tokens_and_wrong_beginnings(site: Site):
    for first in (
        {"type": "auth", "token": "mat_wrong"}, {"type": "auth"}, {"type": "hello"}, [], None,
    ):  # fmt: skip
        ws = await site.session.ws_connect(site.url + "/api/events")
        await ws.send_json(first)
        client = Client(ws)
        assert (await client.next())["type"] == "error"
        assert await client.closed() in {4400, 4401}
    ws = await site.session.ws_connect(site.url + "/api/events")
    await ws.send_bytes(b"\x00")
    client = Client(ws)
    assert (await client.next("error"))["code"] == "not_signed_in"
    assert await client.closed() == 4401


async def test_the_sign_in_has_to_come_soon(site: Site, monkeypatch):
    monkeypatch.setattr(hub_module, "AUTH_SECONDS", 0.05)
    client = Client(await site.session.ws_connect(site.url + "/api/events"))
    assert (await client.next("error"))["code"] == "sign_in_late"
    assert await client.closed() == 4401


async def test_plain_http_gets_a_problem(site: Site):
    reply = await site.call("GET", "/api/events")
    assert (reply.status, reply.json["status"]) == (400, 400)


async def test_topics_choose(site: Site, bus: EventBus):
    client = await connect(site, topics=["notices", "of_a_later_version"])
    await client.next("ready")
    bus.publish(SettingsChanged(("queue.active",)))
    bus.publish(Notice("warning", "full", "The drive is full.", "Free some."))
    notice = {"level": "warning", "code": "full", "message": "The drive is full."}
    assert await client.next() == {"type": "notice", "hint": "Free some.", **notice}
    await client.ws.send_json({"type": "topics", "topics": ["settings", "downloads"]})
    assert (await client.next())["type"] == "snapshot"
    bus.publish(SettingsChanged(("queue.active",)))
    assert await client.next() == {"type": "settings", "keys": ["queue.active"]}


async def test_library_changes_come_together(site: Site, bus: EventBus):
    client = await connect(site, topics=["library"])
    await client.next("ready")
    for sequence in range(1, 6):
        bus.publish(LibraryChanged(("a", f"b{sequence % 2}"), sequence))
    frame = await client.next()
    assert frame == {"type": "library", "sequence": 5, "media_ids": ["a", "b1", "b0"]}


async def test_play_sessions_are_told_to_their_user(site: Site, bus: EventBus):
    child = await site.identity.create_user("Child", Role.MEMBER)
    token, _ = await site.identity.create_token(child.id, "tablet", Role.MEMBER)
    ws = await site.session.ws_connect(site.url + "/api/events")
    await ws.send_json({"type": "auth", "token": token, "topics": ["play", "volumes"]})
    other, mine = Client(ws), await connect(site, topics=["play"])
    await other.next("ready")
    await mine.next("ready")
    bus.publish(PlayChanged(PlaySession("1", site.user.id, "m", PlayState.READY, url="/stream/x")))
    volume = Volume("v", "Films", "/media", "k", "", "", VolumeState.ONLINE)
    bus.publish(VolumeChanged(volume))
    assert (await mine.next())["session"]["url"] == "/stream/x"
    assert (await other.next())["volume"]["name"] == "Films"


async def test_a_revoked_token_ends_the_stream(site: Site):
    token, info = await site.identity.create_token(site.user.id, "lost", Role.MEMBER)
    ws = await site.session.ws_connect(site.url + "/api/events")
    await ws.send_json({"type": "auth", "token": token})
    client = Client(ws)
    await client.next("snapshot")
    await site.identity.revoke(info.id)
    assert await client.closed() == 4401
    await until(lambda: site.hub.count == 0)


async def test_malformed_messages_are_answered(site: Site):
    client = await connect(site)
    await client.next("snapshot")
    for text in ("{", "[]", '{"type":"dance"}', '{"type":"topics","topics":[1]}'):
        await client.ws.send_str(text)
        assert (await client.next("error"))["code"]
    await client.ws.send_json({"type": "ping"})
    await client.next("pong")


async def test_too_large_a_message_ends_the_stream(site: Site):
    client = await connect(site)
    await client.next("snapshot")
    with suppress(ConnectionError):  # it does not even read to the end
        await client.ws.send_str("x" * (hub_module.MAX_MESSAGE + 1))
    assert await client.closed() in {1006, 1009}
    await until(lambda: site.hub.count == 0)


async def test_a_slow_reader_is_dropped_and_the_others_are_not(site: Site, feed: Feed, monkeypatch):
    monkeypatch.setattr(subscriber_module, "STUCK_SECONDS", 0.2)
    feed.set(View("a", 0))
    quick = await connect(site)
    await quick.next("snapshot")
    host, port = site.url.removeprefix("http://").split(":")
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(raw, (host, int(port)))
    reader_less = await _handshake(loop, raw, site)
    await until(lambda: site.hub.count == 2)
    number = 0
    async with asyncio.timeout(60):
        while site.hub.count == 2:
            number += 1
            feed.set(View("a", number, "x" * 1_000_000))
            await quick.next("changes")
    assert site.hub.count == 1
    reader_less.close()


async def _handshake(loop, raw: socket.socket, site: Site) -> socket.socket:
    """Open a WebSocket by hand and sign in, then never read again."""
    await loop.sock_sendall(
        raw,
        b"GET /api/events HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    )
    assert b"101" in await loop.sock_recv(raw, 12)
    text = json.dumps({"type": "auth", "token": site.tokens[Role.ADMIN]}).encode()
    frame = bytes([0x81, 0x80 | len(text)]) + bytes(4) + text  # masked with zeros
    await loop.sock_sendall(raw, frame)
    return raw


async def test_a_stopping_server_says_so(tmp_path, feed, bus):
    async with aiohttp.ClientSession() as session:
        async with serve_routes([], folder=tmp_path, feed=feed, bus=bus) as site:
            ws = await session.ws_connect(site.url + "/api/events")
            await ws.send_json({"type": "auth", "token": site.tokens[Role.ADMIN]})
            client = Client(ws)
            await client.next("snapshot")
            ending = asyncio.create_task(client.closed())
        assert await ending == 1001
