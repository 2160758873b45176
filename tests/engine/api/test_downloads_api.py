"""The routes of downloads and history, over real HTTP, with the queue and a scripted transport."""

from __future__ import annotations

import pytest
from aiohttp import web
from tests.engine.queue.house import House, until
from tests.engine.queue.scripted import MB
from tests.support.site import serve_routes
from tests.support.swarm import KIB, make_payload, make_torrent

from matinee.api import downloads as downloads_api
from matinee.api import history as history_api
from matinee.downloads import DownloadView
from matinee.downloads.sources import TORRENT
from matinee.fetch import Fetcher
from matinee.household.adding import Adding
from matinee.models.downloads import DownloadState
from matinee.models.identity import Role

S = DownloadState
HASH = "ab" * 20
MAGNET = f"magnet:?xt=urn:btih:{HASH}&dn=A+Film"


class Located:
    """The volumes of the house as `Adding` asks for them."""

    def __init__(self, house):
        self.house = house

    def locate(self, path):
        for volume in self.house.drives.list():
            if path.is_relative_to(volume.root):
                return volume, path.relative_to(volume.root)
        return None


class Door:
    """A site with the routes, and the house behind it."""

    def __init__(self, house, site, allowed):
        self.house, self.site, self.allowed = house, site, allowed

    async def call(self, method, path, **options):
        return await self.site.call(method, path, **options)

    async def add(self, source=MAGNET, **options):
        return await self.call("POST", "/api/downloads", json={"source": source, **options})


@pytest.fixture
async def door(tmp_path):
    house = House(tmp_path / "house", "disk", "usb")
    await house.start(transport_name=TORRENT)
    allowed = set()
    adding = Adding(house.queue, Fetcher(allow=allowed.__contains__), Located(house))
    routes = [*downloads_api.routes(house.queue, adding), *history_api.routes(house.queue)]
    async with serve_routes(routes, folder=tmp_path / "site") as site:
        yield Door(house, site, allowed)
    await house.stop()


@pytest.fixture
def torrent(tmp_path):
    make_payload(tmp_path / "seed" / "Show" / "one.mkv", 100 * KIB)
    make_payload(tmp_path / "seed" / "Show" / "two.mkv", 50 * KIB)
    return make_torrent(tmp_path / "seed" / "Show")


# adding ---------------------------------------------------------------------------------------
async def test_a_magnet_is_added_once(door):
    answer = await door.add(priority=3, volume_id="usb", paused=True)
    assert answer.status == 201
    view = answer.json
    assert (view["name"], view["state"], view["duplicate"]) == ("A Film", "queued", False)
    assert (view["priority"], view["volume_id"]) == (3, "usb")
    assert (view["info_hash_v1"], view["transport"]) == (HASH, "torrent")
    again = await door.add()
    assert (again.status, again.json["duplicate"], again.json["id"]) == (200, True, view["id"])


@pytest.mark.parametrize(
    "source", [HASH, "VOV2XK5LVOV2XK5LVOV2XK5LVOV2XK5L", f"magnet:?xt=urn:btih:{HASH.upper()}"]
)
async def test_a_hash_in_any_form_is_the_same_torrent(door, source):
    assert (await door.add()).status == 201
    assert (await door.add(source)).status == 200


async def test_a_torrent_file_is_sent(door, torrent):
    answer = await door.call(
        "POST", "/api/downloads/torrent?paused=true", data=torrent.data,
        headers={"Content-Type": "application/x-bittorrent"},
    )  # fmt: skip
    assert answer.status == 201
    assert answer.json["size"] == 150 * KIB
    files = (await door.call("GET", f"/api/downloads/{answer.json['id']}/files")).json["items"]
    assert {file["path"] for file in files} == {"Show/one.mkv", "Show/two.mkv"}
    assert (await door.add(torrent.magnet)).json["duplicate"]


async def test_a_torrent_file_lies_on_a_drive(door, torrent, tmp_path):
    path = tmp_path / "house" / "disk" / "show.torrent"
    path.write_bytes(torrent.data)
    assert (await door.add(str(path), files=[0], paused=True)).json["wanted"] in (
        100 * KIB, 50 * KIB,
    )  # fmt: skip
    outside = tmp_path / "show.torrent"
    outside.write_bytes(torrent.data)
    (tmp_path / "house" / "disk" / "link.torrent").symlink_to(outside)
    for wrong, status in [
        (outside, 403),
        ("/etc/passwd", 403),
        (tmp_path / "house" / "disk" / "link.torrent", 422),
        (tmp_path / "house" / "disk" / ".." / ".." / "show.torrent", 403),
        (tmp_path / "house" / "disk" / "missing.torrent", 404),
        (tmp_path / "house" / "disk", 422),
    ]:
        answer = await door.add(str(wrong))
        assert answer.status == status, (wrong, answer.body)


async def test_a_torrent_file_is_fetched(door, torrent):
    async def serve(request):
        if request.path == "/magnet":
            raise web.HTTPFound(MAGNET)
        body = {"/text": MAGNET.encode(), "/torrent": torrent.data}.get(request.path, b"<html>")
        return web.Response(body=body)

    app = web.Application()
    app.router.add_get("/{path}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        answer = await door.add(f"{origin}/torrent", paused=True)
        assert answer.status == 403  # an address inside the house that nobody allowed
        door.allowed.add(origin)
        assert (await door.add(f"{origin}/torrent", paused=True)).status == 201
        assert (await door.add(f"{origin}/magnet", paused=True)).json["info_hash_v1"] == HASH
        assert (await door.add(f"{origin}/text")).json["duplicate"]
        answer = await door.add(f"{origin}/page")
        assert (answer.status, answer.json["code"]) == (422, "bad_torrent")
        assert answer.json["hint"]
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "source"),
        ({"source": ""}, "source"),
        ({"source": "a film, please"}, "source"),
        ({"source": "magnet:?dn=nothing"}, "source"),
        ({"source": "ftp://x/y"}, "source"),
        ({"source": MAGNET, "files": []}, "files"),
        ({"source": MAGNET, "priority": 1000}, "priority"),
        ({"source": MAGNET, "speed": 1}, "speed"),
    ],
)
async def test_what_cannot_be_added_is_said(door, body, field):
    answer = await door.call("POST", "/api/downloads", json=body)
    assert (answer.status, answer.json["field"]) == (422, field)


async def test_a_broken_torrent_file_is_refused(door):
    answer = await door.call(
        "POST", "/api/downloads/torrent", data=b"not a torrent",
        headers={"Content-Type": "application/x-bittorrent"},
    )  # fmt: skip
    assert (answer.status, answer.json["code"]) == (422, "bad_torrent")


# the list -------------------------------------------------------------------------------------
async def test_the_list_is_in_order_and_can_be_narrowed(door):
    one = (await door.add()).json["id"]
    two = (await door.add(f"magnet:?xt=urn:btih:{'cd' * 20}&dn=Other", paused=True)).json["id"]
    assert (await door.call("POST", f"/api/downloads/{two}/pause")).json["state"] == "paused"

    async def ids(query=""):
        return [v["id"] for v in (await door.call("GET", f"/api/downloads{query}")).json["items"]]

    assert await ids() == [one, two]
    assert await ids("?state=paused") == [two]
    assert await ids("?q=FILM") == [one]
    assert await ids("?state=failed") == []
    assert (await door.call("GET", "/api/downloads?state=lost")).status == 422
    answer = await door.call("POST", f"/api/downloads/{two}/position", json={"position": 0})
    assert answer.json["position"] == 0
    assert await ids() == [two, one]


async def test_a_view_has_every_field(door):
    key = (await door.add()).json["id"]
    view = (await door.call("GET", f"/api/downloads/{key}")).json
    assert set(view) == set(DownloadView.__dataclass_fields__)
    assert (await door.call("GET", "/api/downloads")).json["items"][0] == view


# one ------------------------------------------------------------------------------------------
async def test_a_download_by_its_routes(door):
    house = door.house
    key = (await door.add()).json["id"]
    at = f"/api/downloads/{key}"
    assert (await door.call("POST", f"{at}/pause")).json["state"] == "paused"
    assert (await door.call("POST", f"{at}/resume")).json["state"] == "resolving"
    await house.until_running(key)
    house.transport.tell_metadata(key)
    await house.until_state(key, S.DOWNLOADING)
    chosen = [{"index": 1, "priority": "skip"}, {"index": 0, "priority": "high"}]
    files = (await door.call("PATCH", f"{at}/files", json={"priorities": chosen})).json["items"]
    assert [file["priority"] for file in files] == ["high", "skip"]
    peers = (await door.call("GET", f"{at}/peers")).json["items"]
    assert peers[0]["client"] == "Scripted"
    assert (await door.call("GET", f"{at}/trackers")).json["items"][0]["working"]
    answer = await door.call("PATCH", at, json={
        "name": "Better", "priority": 1, "rate_limit_down": 1000, "rate_limit_up": 10,
        "seed_ratio": 3, "seed_minutes": None})  # fmt: skip
    view = answer.json
    assert (view["name"], view["priority"], view["seed_ratio"]) == ("Better", 1, 3.0)
    assert (view["rate_limit_down"], view["wanted"]) == (1000, 100 * MB)
    house.transport.finish(key)
    await house.until_state(key, S.COMPLETED)
    assert (await door.call("POST", f"{at}/recheck")).json["state"] == "checking"
    house.transport.listener.finished(key)
    await house.until_state(key, S.COMPLETED)
    answer = await door.call("POST", f"{at}/move", json={"volume_id": "usb"})
    assert answer.json["state"] in ("moving", "completed")
    await house.until_state(key, S.COMPLETED)
    assert (await door.call("POST", f"{at}/reimport")).status == 200
    await house.until_state(key, S.COMPLETED)
    assert (await door.call("POST", f"{at}/retry")).status == 409
    assert (await door.call("DELETE", f"{at}?data=true")).status == 204
    assert (await door.call("GET", at)).status == 404
    await until(lambda: not (house.folder / "usb" / "Downloads" / key).exists())


async def test_everything_at_once(door):
    await door.add()
    items = (await door.call("POST", "/api/downloads/pause")).json["items"]
    assert [view["state"] for view in items] == ["paused"]
    items = (await door.call("POST", "/api/downloads/resume")).json["items"]
    assert [view["state"] for view in items] == ["resolving"]


@pytest.mark.parametrize("role", [Role.GUEST, None])
async def test_who_may_not(door, role):
    refused = 401 if role is None else 403
    assert (await door.call("POST", "/api/downloads", role=role, json={"source": MAGNET})).status \
        == refused  # fmt: skip
    assert (await door.call("DELETE", "/api/downloads/x", role=role)).status == refused
    assert (await door.call("GET", "/api/downloads", role=role)).status == (
        401 if role is None else 200
    )


async def test_history(door):
    key = (await door.add()).json["id"]
    await until(lambda: door.house.state(key) is S.RESOLVING)
    for verb in ("pause", "resume"):
        await door.call("POST", f"/api/downloads/{key}/{verb}")
    await until(lambda: door.house.state(key) is S.RESOLVING)
    page = (await door.call("GET", "/api/history?limit=1")).json
    assert (page["items"][0]["event"], bool(page["next_cursor"])) == ("resolving", True)
    rest = (await door.call("GET", f"/api/history?cursor={page['next_cursor']}")).json
    assert [line["event"] for line in rest["items"]] == [
        "queued", "paused", "resolving", "added",
    ]  # fmt: skip
    assert rest["next_cursor"] is None
    line = rest["items"][0]["id"]
    assert (await door.call("DELETE", f"/api/history/{line}")).status == 204
    assert (await door.call("DELETE", f"/api/history/{line}")).status == 404
    assert (await door.call("DELETE", "/api/history/x")).status == 422
    only = (await door.call("GET", "/api/history?download_id=other")).json
    assert only["items"] == []
