"""From an aiohttp request to a handler's `Call`, and from its answer to a response."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import PurePath
from typing import Any

import orjson
import voluptuous as vol
from aiohttp import web

from ..errors import GiveUp, InvalidInput, TooLarge, WrongMediaType
from ..models.identity import Caller
from ..models.limits import MAX_JSON_BODY
from .routes import Answer, Call, Route
from .schemas import QuerySchema, check, strict

CALLER: web.RequestKey[Caller] = web.RequestKey("caller", Caller)
JSON = "application/json"
ANY_BYTES = "application/octet-stream"
AioHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_handler(route: Route) -> AioHandler:
    """Return the aiohttp handler of a route. Who may call it was checked before."""
    path_schema = strict(route.path_schema) if route.path_schema is not None else None
    body_schema = strict(route.body) if route.body is not None else None
    # Players add parameters of their own to stream addresses; the API refuses what it ignores.
    query = QuerySchema(route.query) if route.query or route.path.startswith("/api/") else None

    async def handle(request: web.Request) -> web.StreamResponse:
        path: dict[str, Any] = dict(request.match_info)
        call = Call(
            request=request,
            caller=request.get(CALLER),
            path=check(path_schema, path) if path_schema is not None else path,
            query=query.check(request.query) if query is not None else dict(request.query),
            body=await _json_body(request, body_schema) if body_schema is not None else {},
            raw=await _raw_body(request, route) if route.raw_body else b"",
        )
        return respond(await route.handler(call), route.status)

    return handle


def respond(value: Any, status: int = 200) -> web.StreamResponse:
    """Return a handler's answer as a response: JSON, nothing (204), or the response it made."""
    if isinstance(value, web.StreamResponse):
        return value
    if isinstance(value, Answer):
        value, status = value.value, value.status
    if value is None:
        return web.Response(status=204)
    body = orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS)
    return web.Response(status=status, body=body, content_type=JSON)


def _plain(value: Any) -> Any:
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, PurePath):
        return str(value)
    raise TypeError


async def _json_body(request: web.Request, schema: vol.Schema) -> dict[str, Any]:
    data = await read_body(request, MAX_JSON_BODY)
    value: Any = {}
    if data:
        if request.content_type != JSON:
            raise WrongMediaType(f"The body is {request.content_type}.", hint=f"Send it as {JSON}.")
        try:
            value = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise GiveUp(f"The body is no JSON: {error}.", code="malformed_json") from error
    if not isinstance(value, dict):
        raise InvalidInput("The body has to be a JSON object.")
    checked: dict[str, Any] = check(schema, value)
    return checked


async def _raw_body(request: web.Request, route: Route) -> bytes:
    if request.content_type not in {route.raw_body, ANY_BYTES}:
        raise WrongMediaType(
            f"The body is {request.content_type}.", hint=f"Send it as {route.raw_body}."
        )
    return await read_body(request, route.raw_limit or MAX_JSON_BODY)


async def read_body(request: web.Request, limit: int) -> bytes:
    """Read a body of up to `limit` bytes. Raises `TooLarge` without reading the rest."""
    if (request.content_length or 0) > limit:
        raise _too_large(limit)
    chunks, size = [], 0
    async for chunk in request.content.iter_chunked(64 * 1024):
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body is larger than {limit:,} bytes.", hint="Send less at once.")
