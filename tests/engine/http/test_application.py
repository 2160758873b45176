"""The application as a client meets it: roles, problems, checks of what comes in, headers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import voluptuous as vol
from aiohttp import web
from tests.support.site import Site, serve_routes

from matinee.errors import Conflict, NotFound, RetryLater
from matinee.http.routes import Answer, Call, Page, Route
from matinee.models.identity import Role


@dataclass(frozen=True, slots=True)
class Thing:
    id: str
    size: int
    tags: tuple[str, ...] = ()


async def echo(call: Call) -> Any:
    return {
        "path": dict(call.path),
        "query": dict(call.query),
        "body": dict(call.body),
        "raw": len(call.raw),
        "user": call.caller.user.name if call.caller else "",
    }


async def one(call: Call) -> Thing:
    if call.path["id"] == "gone":
        raise NotFound("There is no such thing.", code="thing_not_found", hint="Look elsewhere.")
    return Thing(call.path["id"], 3, ("a",))


async def stream(call: Call) -> web.StreamResponse:
    if call.path["token"] == "bad":
        raise NotFound("No such stream.")
    return web.Response(body=b"film", content_type="video/mp4")


async def later(call: Call) -> None:
    raise RetryLater("Busy.", after=2.2)


async def broken(call: Call) -> None:
    raise RuntimeError("secret inside")


async def nothing(call: Call) -> None:
    return None


async def made(call: Call) -> Any:
    return Answer(Thing("x", 1), 200) if call.body.get("again") else Thing("x", 1)


async def listed(call: Call) -> Page[Thing]:
    return Page([Thing("x", 1)], "next")


BODY = vol.Schema(
    {
        vol.Required("size"): vol.All(int, vol.Range(min=0, max=9)),
        vol.Optional("ratio"): float,
        vol.Optional("files"): [{vol.Required("index"): int}],
        vol.Optional("name"): vol.Any(None, str),
    }
)
QUERY = vol.Schema(
    {
        vol.Optional("limit", default=100): vol.All(vol.Coerce(int), vol.Range(min=1, max=1000)),
        vol.Optional("deep"): bool,
        vol.Optional("state"): [str],
        vol.Optional("q"): str,
    }
)
ROUTES = [
    Route("GET", "/api/things/{id}", Role.GUEST, one, "One", "t", returns=Thing),
    Route("GET", "/api/things", Role.GUEST, listed, "All", "t", query=QUERY, returns=Page[Thing]),
    Route("POST", "/api/things", Role.MEMBER, made, "Make", "t", returns=Thing, status=201,
          body=vol.Schema({vol.Optional("again"): bool})),
    Route("POST", "/api/things/fixed", Role.ADMIN, echo, "Fixed", "t", body=BODY, returns=dict),
    Route("POST", "/api/things/{id}", Role.ADMIN, nothing, "Nothing", "t"),
    Route("GET", "/api/echo", Role.GUEST, echo, "Echo", "t", query=QUERY, returns=dict),
    Route("POST", "/api/raw", Role.GUEST, echo, "Raw", "t", returns=dict,
          raw_body="application/x-bittorrent", raw_limit=1000),
    Route("GET", "/api/later", Role.GUEST, later, "Later", "t"),
    Route("GET", "/api/broken", Role.GUEST, broken, "Broken", "t"),
    Route("POST", "/api/open", None, echo, "Open", "t", body=vol.Schema({}), returns=dict),
    Route("GET", "/stream/{token}/{name}", None, stream, "Stream", "t",
          returns=web.StreamResponse, content_types=("video/mp4",)),
]  # fmt: skip


@pytest.fixture
async def site(tmp_path) -> AsyncIterator[Site]:
    async with serve_routes(ROUTES, folder=tmp_path) as running:
        yield running


def assert_problem(reply, status: int, code: str = "") -> dict[str, Any]:
    assert reply.status == status
    assert reply.headers["Content-Type"].startswith("application/problem+json")
    body = reply.json
    assert set(body) == {"type", "title", "status", "detail", "code", "hint", "field"}
    assert body["status"] == status
    if code:
        assert body["code"] == code
    return body


async def test_answers_dataclasses_as_json(site: Site):
    reply = await site.call("GET", "/api/things/a")
    assert (reply.status, reply.json) == (200, {"id": "a", "size": 3, "tags": ["a"]})
    page = await site.call("GET", "/api/things")
    assert page.json == {"items": [{"id": "x", "size": 1, "tags": []}], "next_cursor": "next"}


async def test_whatever_can_be_got_has_a_head(site: Site):
    got = await site.call("GET", "/api/things/a")
    head = await site.call("HEAD", "/api/things/a")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]
    assert (await site.call("HEAD", "/api/things/a", role=None)).status == 401


async def test_status_of_the_route_and_of_an_answer(site: Site):
    assert (await site.call("POST", "/api/things")).status == 201
    assert (await site.call("POST", "/api/things", json={"again": True})).status == 200
    empty = await site.call("POST", "/api/things/a")
    assert (empty.status, empty.body) == (204, b"")


async def test_deny_by_default(site: Site):
    for method, path in (("GET", "/api/things/a"), ("GET", "/api/unknown"), ("PUT", "/api/things")):
        refused = await site.call(method, path, role=None)
        assert_problem(refused, 401, "not_signed_in")
        assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert_problem(await site.call("GET", "/nowhere", role=None), 404)


async def test_roles_are_ordered(site: Site):
    assert (await site.call("GET", "/api/things/a", role=Role.GUEST)).status == 200
    assert_problem(await site.call("POST", "/api/things", role=Role.GUEST), 403, "not_allowed")
    assert (await site.call("POST", "/api/things", role=Role.MEMBER)).status == 201
    assert_problem(await site.call("POST", "/api/things/x", role=Role.MEMBER), 403)
    assert (await site.call("POST", "/api/things/x", role=Role.ADMIN)).status == 204


async def test_wrong_tokens_are_refused_and_then_limited(site: Site):
    codes = set()
    for number in range(40):
        headers = {"Authorization": f"Bearer mat_wrong{number}"}
        reply = await site.call("GET", "/api/things/a", role=None, headers=headers)
        codes.add(reply.status)
    assert codes == {401}
    assert reply.json["code"] == "too_many_sign_ins"
    assert int(reply.headers["Retry-After"]) >= 1
    noted = await site.identity.audit.page(None, 50, "sign_in_refused")
    assert [entry.address for entry in noted] == ["127.0.0.1"]  # once, however often
    assert (await site.call("GET", "/api/things/a")).status == 200  # a good token still passes


async def test_open_posts_are_limited(site: Site):
    statuses = {(await site.call("POST", "/api/open", role=None)).status for _ in range(40)}
    assert statuses == {200, 429}


async def test_a_fixed_path_wins_over_a_parameter(site: Site):
    reply = await site.call("POST", "/api/things/fixed", json={"size": 1})
    assert reply.json["body"] == {"size": 1}
    wrong = await site.call("GET", "/api/things/fixed")
    assert (wrong.status, wrong.headers["Allow"]) == (405, "POST")


async def test_errors_are_problems(site: Site):
    body = assert_problem(await site.call("GET", "/api/things/gone"), 404, "thing_not_found")
    assert body["hint"] == "Look elsewhere."
    busy = await site.call("GET", "/api/later")
    assert_problem(busy, 503)
    assert busy.headers["Retry-After"] == "3"
    wrong = await site.call("PUT", "/api/things")
    assert_problem(wrong, 405)
    assert set(wrong.headers["Allow"].split(",")) == {"GET", "HEAD", "POST"}
    assert_problem(await site.call("GET", "/api/nothing/here"), 404)


async def test_unexpected_errors_say_nothing_outside(site: Site, caplog):
    reply = await site.call("GET", "/api/broken")
    assert_problem(reply, 500, "internal_error")
    assert b"secret inside" not in reply.body
    assert "secret inside" in caplog.text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "size"),
        ({"size": 10}, "size"),
        ({"size": True}, "size"),
        ({"size": "1"}, "size"),
        ({"size": 1.5}, "size"),
        ({"size": 1, "files": [{"index": 0}, {"index": None}]}, "files.1.index"),
        ({"size": 1, "other": 1}, "other"),
        ({"size": 1, "ratio": "2"}, "ratio"),
    ],
)
async def test_bodies_are_checked_and_the_field_is_named(site: Site, body, field):
    problem = assert_problem(
        await site.call("POST", "/api/things/fixed", json=body), 422, "invalid_input"
    )
    assert problem["field"] == field


async def test_whole_floats_and_integers_are_numbers(site: Site):
    body = {"size": 3.0, "ratio": 2, "name": None}
    reply = await site.call("POST", "/api/things/fixed", json=body)
    assert reply.json["body"] == {"size": 3, "ratio": 2.0, "name": None}


async def test_malformed_and_wrong_bodies(site: Site):
    path, json_type = "/api/things/fixed", {"Content-Type": "application/json"}
    reply = await site.call("POST", path, data=b"{", headers=json_type)
    assert_problem(reply, 400, "malformed_json")
    assert_problem(await site.call("POST", path, data=b"[]", headers=json_type), 422)
    assert_problem(await site.call("POST", path, data={"size": "1"}), 415, "wrong_media_type")
    large = json.dumps({"name": "x" * (1 << 20)}).encode()
    assert_problem(await site.call("POST", path, data=large, headers=json_type), 413, "too_large")


async def test_raw_bodies(site: Site):
    torrent = {"Content-Type": "application/x-bittorrent"}
    reply = await site.call("POST", "/api/raw", data=b"x" * 1000, headers=torrent)
    assert reply.json["raw"] == 1000

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 500

    too_large = await site.call("POST", "/api/raw", data=endless(), headers=torrent)
    assert_problem(too_large, 413)
    assert_problem(await site.call("POST", "/api/raw", json={}), 415)


async def test_queries_are_coerced_and_checked(site: Site):
    reply = await site.call("GET", "/api/echo?limit=5&deep=true&state=a&state=b&q=7")
    assert reply.json["query"] == {"limit": 5, "deep": True, "state": ["a", "b"], "q": "7"}
    for query, field in (
        ("limit=x", "limit"), ("limit=0", "limit"), ("limit=1&limit=2", "limit"),
        ("deep=yes", "deep"), ("more=1", "more"), ("limit=1_0", "limit"),
    ):  # fmt: skip
        problem = assert_problem(await site.call("GET", f"/api/echo?{query}"), 422)
        assert problem["field"] == field
    assert_problem(await site.call("GET", "/api/things/a?x=1"), 422)
    assert (await site.call("GET", "/stream/t/film.mp4?x=1", role=None)).status == 200


async def test_headers_of_safety_on_every_answer(site: Site):
    for path in ("/api/things/a", "/api/things/gone", "/api/unknown", "/stream/t/f", "/none"):
        headers = (await site.call("GET", path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
        assert "camera=()" in headers["Permissions-Policy"]


async def test_cors_is_open_for_streams_and_nowhere_else(site: Site):
    for path, status in (("/stream/t/f", 200), ("/stream/bad/f", 404)):
        reply = await site.call("GET", path, role=None, headers={"Origin": "http://tv"})
        assert (reply.status, reply.headers["Access-Control-Allow-Origin"]) == (status, "*")
    asked = {"Origin": "http://tv", "Access-Control-Request-Method": "GET"}
    preflight = await site.call("OPTIONS", "/stream/t/f", role=None, headers=asked)
    assert preflight.status == 204
    assert "Range" in preflight.headers["Access-Control-Allow-Headers"]
    for path in ("/api/things/a", "/", "/artwork/t/small.jpg"):
        reply = await site.call("GET", path, headers={"Origin": "http://tv"})
        assert "Access-Control-Allow-Origin" not in reply.headers
    refused = await site.call("OPTIONS", "/api/things/a", role=None, headers=asked)
    assert refused.status == 401


async def test_what_is_not_http_gets_a_problem(site: Site):
    host, port = site.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /\x00 nonsense\r\n\r\n")
    answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"400 Bad Request" in head
    assert b"application/problem+json" in head
    assert json.loads(body)["code"] == "malformed_request"


async def test_the_same_operation_twice_is_a_defect(tmp_path):
    with pytest.raises(ValueError, match="twice"):
        async with serve_routes([*ROUTES, ROUTES[0]], folder=tmp_path):
            pass


async def test_conflicts_keep_their_code(tmp_path):
    async def refuse(call: Call) -> None:
        raise Conflict("It is busy.", code="busy", hint="Wait.")

    route = Route("POST", "/api/busy", Role.GUEST, refuse, "Busy", "t")
    async with serve_routes([route], folder=tmp_path) as site:
        assert_problem(await site.call("POST", "/api/busy"), 409, "busy")
