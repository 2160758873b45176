"""The resources of the server itself: me, users, tokens, pairing, audit, settings, health."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.support.site import Site, open_identity, serve_routes

from matinee.api import audit, identity, server, settings
from matinee.app.checks import CHECKS
from matinee.errors import RetryLater
from matinee.events import EventBus
from matinee.http.metrics import Metric
from matinee.http.routes import Route
from matinee.http.server import ServerInfo
from matinee.models.identity import Role
from matinee.settings import ACTIVE_DOWNLOADS, ALL, PROXY, Settings
from matinee.storage import Database, Vault
from matinee.storage.settings import NOWHERE, SettingsStore


class Health:
    broken = False

    async def check(self) -> None:
        if self.broken:
            raise RetryLater("The database does not answer.", code="database_busy")


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
async def site(tmp_path, health) -> AsyncIterator[Site]:
    bus, values = EventBus(), Settings()
    async with open_identity(tmp_path) as (database, people):
        store = SettingsStore(database, Vault(bytes(32)), values, bus, CHECKS)
        found: list[Route] = [*identity.routes(people), *audit.routes(people)]
        found += settings.routes(values, store, people)
        found += server.routes(
            ServerInfo("id", values, lambda: 1),
            registry=lambda: found,
            metrics=[Metric("downloads", "All.", lambda: 3)],
            check=health.check,
        )
        async with serve_routes(
            found, folder=tmp_path, identity=people, database=database, bus=bus
        ) as running:
            yield running


async def test_me(site: Site):
    me = (await site.call("GET", "/api/me", role=Role.GUEST)).json
    assert me["user"]["name"] == "Household"
    assert me["role"] == "guest"


async def test_users(site: Site):
    made = await site.call("POST", "/api/users", json={"name": "Anna", "role": "guest"})
    assert made.status == 201
    path = f"/api/users/{made.json['id']}"
    changed = await site.call("PATCH", path, json={"name": "Ann", "role": "member"})
    assert (changed.json["name"], changed.json["role"]) == ("Ann", "member")
    listed = (await site.call("GET", "/api/users")).json["items"]
    assert [user["name"] for user in listed] == ["Household", "Ann"]
    assert (await site.call("POST", "/api/users", json={"name": "ANN"})).status == 409
    wrong = await site.call("POST", "/api/users", json={"name": " x"})
    assert (wrong.status, wrong.json["field"]) == (422, "name")
    assert (await site.call("DELETE", path)).status == 204
    assert (await site.call("DELETE", path)).status == 404
    last = await site.call("DELETE", f"/api/users/{site.user.id}")
    assert (last.status, last.json["code"]) == (409, "own_user")


async def test_tokens(site: Site):
    made = await site.call("POST", "/api/tokens", json={"name": "script", "role": "guest"})
    assert made.status == 201
    secret, token_id = made.json["token"], made.json["id"]
    listing = await site.call("GET", "/api/tokens")
    assert token_id in [item["id"] for item in listing.json["items"]]
    assert secret not in listing.body.decode()
    bearer = {"Authorization": f"Bearer {secret}"}
    assert (await site.call("GET", "/api/me", role=None, headers=bearer)).status == 200
    others = site.identity.authenticate(site.tokens[Role.MEMBER]).token_id
    refused = await site.call("DELETE", f"/api/tokens/{others}", role=None, headers=bearer)
    assert refused.status == 403
    body = {"token": secret}
    for _ in range(2):  # what has ended need not be ended
        reply = await site.call("POST", "/api/tokens/revoke", role=Role.GUEST, json=body)
        assert reply.status == 204
    assert (await site.call("GET", "/api/me", role=None, headers=bearer)).status == 401
    assert token_id not in [item.id for item in site.identity.tokens()]
    assert (await site.call("DELETE", f"/api/tokens/{others}")).status == 204
    own = site.identity.authenticate(site.tokens[Role.ADMIN]).token_id
    kept = await site.call("DELETE", f"/api/tokens/{own}")
    assert (kept.status, kept.json["code"]) == (409, "own_token")
    unknown = await site.call("POST", "/api/tokens", json={"name": "x", "user_id": "nobody"})
    assert (unknown.status, unknown.json["code"]) == (404, "user_not_found")


async def test_pairing(site: Site):
    opened = (await site.call("POST", "/api/pairing", json={"role": "guest"})).json
    assert len(opened["code"]) == 8
    body = {"code": opened["code"], "name": "TV"}
    paired = await site.call("POST", "/api/pair", role=None, json=body)
    assert paired.status == 200
    assert (paired.json["role"], paired.json["user"]["name"]) == ("guest", "Household")
    again = await site.call("POST", "/api/pair", role=None, json=body)
    assert (again.status, again.json["code"]) == (403, "pairing_refused")
    link = {"secret": opened["link_secret"], "name": "Browser"}
    by_link = await site.call("POST", "/api/pair/link", role=None, json=link)
    bearer = {"Authorization": f"Bearer {by_link.json['token']}"}
    me = await site.call("GET", "/api/me", role=None, headers=bearer)
    assert me.json["role"] == "guest"
    await site.call("POST", "/api/pairing")
    assert (await site.call("DELETE", "/api/pairing")).status == 204


async def test_audit_in_pages(site: Site):
    for number in range(3):
        await site.call("POST", "/api/users", json={"name": f"User {number}"})
    page = (await site.call("GET", "/api/audit?limit=2&event=user_created")).json
    assert [entry["detail"] for entry in page["items"]] == [
        "User 2 as member",
        "User 1 as member",
    ]
    cursor = page["next_cursor"]
    rest = (await site.call("GET", f"/api/audit?event=user_created&cursor={cursor}")).json
    assert [entry["detail"] for entry in rest["items"]] == ["User 0 as member"]
    assert rest["next_cursor"] is None


async def test_audit_tells_from_where(site: Site):
    user = (await site.call("POST", "/api/users", json={"name": "Anna"})).json
    await site.call("PATCH", f"/api/users/{user['id']}", json={"name": "Ann"})
    token = (await site.call("POST", "/api/tokens", json={"name": "script"})).json
    await site.call("DELETE", f"/api/tokens/{token['id']}")
    await site.call("POST", "/api/pairing")
    await site.call("DELETE", f"/api/users/{user['id']}")
    await site.call("PATCH", "/api/settings", json={"values": {ACTIVE_DOWNLOADS.key: 4}})
    entries = (await site.call("GET", "/api/audit?limit=7")).json["items"]
    assert [entry["event"] for entry in reversed(entries)] == [
        "user_created", "user_changed", "token_created", "token_revoked", "pairing_opened",
        "user_deleted", "settings_changed",
    ]  # fmt: skip
    assert {(entry["address"], entry["user_id"]) for entry in entries} == {
        ("127.0.0.1", site.user.id)
    }


async def test_settings(site: Site):
    listed = (await site.call("GET", "/api/settings", role=Role.MEMBER)).json["items"]
    assert [item["key"] for item in listed] == list(ALL)
    active = next(item for item in listed if item["key"] == ACTIVE_DOWNLOADS.key)
    assert (active["value"], active["type"], active["is_set"]) == (3, "integer", False)
    body = {"values": {ACTIVE_DOWNLOADS.key: 5, PROXY.key: "socks5://me:w0rd@h:1"}}
    changed = await site.call("PATCH", "/api/settings", json=body)
    assert changed.status == 200
    assert "w0rd" not in changed.body.decode()
    items = {item["key"]: item for item in changed.json["items"]}
    assert items[ACTIVE_DOWNLOADS.key]["value"] == 5
    assert (items[PROXY.key]["value"], items[PROXY.key]["is_set"]) == (None, True)
    reset = await site.call("PATCH", "/api/settings", json={"values": {ACTIVE_DOWNLOADS.key: None}})
    items = {item["key"]: item for item in reset.json["items"]}
    assert (items[ACTIVE_DOWNLOADS.key]["value"], items[ACTIVE_DOWNLOADS.key]["is_set"]) == (
        3,
        False,
    )
    for values in ({ACTIVE_DOWNLOADS.key: 0}, {"queue.no": 1}, {ACTIVE_DOWNLOADS.key: True}):
        wrong = await site.call("PATCH", "/api/settings", json={"values": values})
        assert (wrong.status, wrong.json["field"]) == (422, f"values.{next(iter(values))}")


async def test_the_server_about_itself(site: Site, health: Health):
    about = (await site.call("GET", "/api/server", role=Role.GUEST)).json
    assert (about["server_id"], about["api_version"]) == ("id", 1)
    assert (await site.call("GET", "/health", role=None)).json == {"status": "ok"}
    health.broken = True
    ill = await site.call("GET", "/health", role=None)
    assert (ill.status, ill.json["code"]) == (503, "database_busy")
    numbers = await site.call("GET", "/metrics", role=Role.MEMBER)
    assert "matinee_downloads 3\n" in numbers.body.decode()
    assert numbers.headers["Content-Type"].startswith("text/plain")
    described = (await site.call("GET", "/api/openapi.json", role=Role.GUEST)).json
    assert described["openapi"] == "3.1.0"
    assert "/api/pair/link" in described["paths"]


@pytest.mark.parametrize(
    ("key", "wrong", "right"),
    [
        ("library.movie_template", "Films/{nonsense}", "Films/{title} ({year})"),
        ("library.movie_template", "Films/{title", "{title}"),
        ("library.episode_template", "{show}", "{show}/{season}x{episode:02}"),
        ("server.name", "", "Living room"),
        ("server.name", " \t", "Living room"),
        ("server.published_address", "living room", "http://192.168.1.20:8674"),
        ("torrent.proxy", "socks5:/host:1080", "socks5://user:word@host:1080"),
        ("torrent.ip_filter", "1.2.3.4-::1", "1.2.3.0-1.2.3.255"),
        ("torrent.ip_filter", "1.2.3.0/24\nwords # no range", "# mine\n\n1.2.3.0/24\n::/0"),
        ("torrent.ip_filter", "1.2.3.0/24\n/etc/hostname", "0.0.0.0/0"),
        ("torrent.ip_filter", "/nowhere/filter.txt", ""),
    ],
)
async def test_a_setting_is_checked_by_the_room_that_reads_it(site: Site, key, wrong, right):
    body = {"values": {ACTIVE_DOWNLOADS.key: 7, key: wrong}}
    refused = await site.call("PATCH", "/api/settings", json=body)
    assert (refused.status, refused.json["field"]) == (422, key)
    listed = (await site.call("GET", "/api/settings")).json["items"]
    assert {item["value"] for item in listed if item["key"] == ACTIVE_DOWNLOADS.key} == {3}
    accepted = await site.call("PATCH", "/api/settings", json={"values": {key: right}})
    assert accepted.status == 200


async def test_a_proxy_that_cannot_be_opened_is_not_gone_around(tmp_path):
    database = Database(tmp_path / "matinee.db")
    await database.open()
    try:
        before = SettingsStore(database, Vault(bytes(32)), Settings(), EventBus())
        await before.change({PROXY.key: "socks5://me:w0rd@h:1", ACTIVE_DOWNLOADS.key: 7})
        values = Settings()
        await SettingsStore(database, Vault(b"k" * 32), values, EventBus()).load()
        assert (values.get(PROXY), values.get(ACTIVE_DOWNLOADS)) == (NOWHERE, 7)
    finally:
        await database.close()
