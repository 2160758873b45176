"""Serves given routes on a free port, with a token for each role: for tests of API modules.

async with serve_routes(routes(...), folder=tmp_path) as site:
    answer = await site.call("GET", "/api/things")              # as administrator
    answer = await site.call("POST", "/api/things", role=Role.GUEST, json={"name": "x"})
    assert answer.status == 403 and answer.json["code"] == "not_allowed"
"""

from __future__ import annotations

import json as json_module
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from matinee.events import EventBus
from matinee.http.application import build_application
from matinee.http.hub import Feed, Hub
from matinee.http.routes import Route
from matinee.http.server import Listener
from matinee.identity import Identity
from matinee.models.identity import Role, User
from matinee.storage import Database, Vault


@dataclass
class Reply:
    """An answer that was read to its end."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json_module.loads(self.body)


@dataclass
class Site:
    """A running server. `tokens` by role; all belong to `user`."""

    url: str
    session: aiohttp.ClientSession
    identity: Identity
    database: Database
    bus: EventBus
    user: User
    hub: Hub
    tokens: dict[Role, str] = field(default_factory=dict)

    async def call(
        self, method: str, path: str, *, role: Role | None = Role.ADMIN, **options: Any
    ) -> Reply:
        """Send a request and read the answer. `role` None sends no token."""
        headers = dict(options.pop("headers", {}))
        if role is not None:
            headers.setdefault("Authorization", f"Bearer {self.tokens[role]}")
        async with self.session.request(
            method, self.url + path, headers=headers, allow_redirects=False, **options
        ) as answer:
            return Reply(answer.status, answer.headers, await answer.read())


@asynccontextmanager
async def open_identity(folder: Path, **options: Any) -> AsyncIterator[tuple[Database, Identity]]:
    """Open a fresh database with the household's first user."""
    database = Database(folder / "matinee.db")
    await database.open()
    identity = Identity(database, Vault(secrets.token_bytes(32)), **options)
    await identity.start()
    try:
        yield database, identity
    finally:
        await identity.stop()
        await database.close()


@asynccontextmanager
async def serve_routes(
    routes: Sequence[Route],
    *,
    folder: Path,
    identity: Identity | None = None,
    database: Database | None = None,
    bus: EventBus | None = None,
    feed: Feed | None = None,
    page: Path | None = None,
    tick: float = 0.05,
) -> AsyncIterator[Site]:
    """Serve `routes`. `folder` is for the database, unless `identity` and `database` are given."""
    if identity is None or database is None:
        async with (
            open_identity(folder) as (own_database, own_identity),
            serve_routes(
                routes, folder=folder, identity=own_identity, database=own_database, bus=bus,
                feed=feed, page=page, tick=tick,
            ) as site,
        ):  # fmt: skip
            yield site
        return
    bus = bus or EventBus()
    hub = Hub(bus, identity, feed=feed, server_id="test", version="0", tick=tick)
    app = build_application(routes, identity=identity, hub=hub, page=page)
    listener = Listener(app, "127.0.0.1", 0, grace=1)
    await listener.start()
    user = identity.household()
    try:
        async with aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{listener.port}"
            site = Site(url, session, identity, database, bus, user, hub)
            for role in Role:
                site.tokens[role], _ = await identity.create_token(user.id, f"test {role}", role)
            yield site
    finally:
        await listener.stop()
