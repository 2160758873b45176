"""What an API route is: data from which the server, the role table and OpenAPI are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import voluptuous as vol
from aiohttp import web

from ..errors import MatineeError
from ..models.identity import Caller, Role


@dataclass(frozen=True, slots=True)
class Call:
    """One request, checked: `path`, `query` and `body` have passed their schemas.

    `caller` is None on open routes only. `raw` is the body of a route with `raw_body`.
    """

    request: web.Request
    caller: Caller | None
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    raw: bytes = b""

    @property
    def user(self) -> Caller:
        """Return the caller of a route that is not open."""
        if self.caller is None:
            raise RuntimeError("An open route has no caller.")
        return self.caller


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with another status than the route's own; one of its `other_statuses`."""

    value: Any
    status: int


@dataclass(frozen=True, slots=True)
class Page[T]:
    """One page of a list. `next_cursor` asks for the next one; None on the last."""

    items: list[T]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. Role None means open to everybody who reaches the port.

    `path` is like "/api/downloads/{id}". `body`, `query`, `path_schema` are voluptuous schemas;
    path parameters without a schema are plain strings. `returns` is the type of the answer (a
    frozen dataclass, or `list[…]` of one); None answers 204. A handler may return a
    `web.StreamResponse` itself when `returns` is `web.StreamResponse`; then `content_types` says
    what it sends. One that adds headers returns a response too, with the JSON of `returns`.
    `errors` are the types it raises beside those that every route may answer. `other_statuses`
    are further successful ones that a handler gives by returning `Answer`. `body_example` is a
    body that works, for readers of the OpenAPI document and for tests made from it.
    """

    method: str
    path: str
    role: Role | None
    handler: Handler
    summary: str
    tag: str
    body: vol.Schema | None = None
    query: vol.Schema | None = None
    path_schema: vol.Schema | None = None
    returns: Any = None
    status: int = 200
    errors: tuple[type[MatineeError], ...] = ()
    raw_body: str = ""
    raw_limit: int = 0
    content_types: tuple[str, ...] = ()
    other_statuses: tuple[int, ...] = ()
    body_example: Mapping[str, Any] | None = None
