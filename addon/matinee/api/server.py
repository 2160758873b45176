"""The server about itself: identity, health, numbers, its own description."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from aiohttp import web

from .. import __version__
from ..errors import RetryLater
from ..http import metrics as numbers
from ..http.metrics import Metric
from ..http.openapi import document
from ..http.routes import Call, Route
from ..http.server import ServerInfo, ServerView
from ..models.identity import Role

TAG = "Server"
CHECK_SECONDS = 5.0
Check = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Health:
    """`status` is "ok"; a server that is not well answers 503 with a problem."""

    status: str


def routes(
    info: ServerInfo,
    *,
    registry: Callable[[], Sequence[Route]],
    metrics: Sequence[Metric] = (),
    check: Check | None = None,
) -> list[Route]:
    """`registry` returns all routes of the server once they are known.

    `check` raises `RetryLater` while the server is not well.
    """

    async def server(_call: Call) -> ServerView:
        return info.view()

    async def health(_call: Call) -> Health:
        if check is not None:
            try:
                async with asyncio.timeout(CHECK_SECONDS):
                    await check()
            except TimeoutError as error:
                raise RetryLater("The database does not answer.", code="not_well") from error
        return Health("ok")

    async def read_metrics(_call: Call) -> web.StreamResponse:
        text = numbers.render([*numbers.process_metrics(), *metrics])
        return web.Response(text=text, content_type=numbers.CONTENT_TYPE)

    @cache
    def described() -> bytes:
        return orjson.dumps(document(registry(), name="Matinee", version=__version__))

    async def openapi(_call: Call) -> web.StreamResponse:
        return web.Response(body=described(), content_type="application/json")

    return [
        Route(
            "GET", "/api/server", Role.GUEST, server, "Who this server is", TAG, returns=ServerView
        ),
        Route("GET", "/api/openapi.json", Role.GUEST, openapi, "This document", TAG, returns=dict),
        Route(
            "GET", "/health", None, health, "Whether the server works", TAG,
            returns=Health, errors=(RetryLater,),
        ),
        Route(
            "GET", "/metrics", Role.MEMBER, read_metrics, "Numbers for Prometheus", TAG,
            returns=web.StreamResponse, content_types=("text/plain",),
        ),
    ]  # fmt: skip
