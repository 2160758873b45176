"""The aiohttp application, made from the routes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from ..identity import Identity
from ..models.limits import MAX_JSON_BODY
from . import page as page_files
from .dispatch import make_handler
from .hub import Hub
from .middleware import Guard, refusals
from .routes import Route
from .security import on_prepare


def build_application(
    routes: Sequence[Route], *, identity: Identity, hub: Hub | None = None, page: Path | None = None
) -> web.Application:
    """Return the application: the routes, the event stream, the page.

    A path outside of them answers 404, under /api/ only to whoever is signed in. Raises
    ValueError when two routes are the same operation.
    """
    guard = Guard(identity)
    app = web.Application(
        middlewares=[refusals, guard.middleware()],
        client_max_size=MAX_JSON_BODY,
    )
    app.on_response_prepare.append(on_prepare)
    _add_routes(app, guard, routes)
    if hub is not None:
        guard.admit(app.router.add_get("/api/events", hub.handler(guard.sign_in)), None)
        app.on_shutdown.append(hub.close_all)
    if page is not None:
        for route in page_files.add(app, page):
            guard.admit(route, None)
    return app


def _add_routes(app: web.Application, guard: Guard, routes: Sequence[Route]) -> None:
    resources: dict[str, web.Resource] = {}
    seen: set[tuple[str, str]] = set()
    own_heads = {route.path for route in routes if route.method == "HEAD"}
    # A fixed path wins over one with a parameter in its place, in whatever order they come.
    for route in sorted(routes, key=lambda route: route.path.count("{")):
        if (route.method, route.path) in seen:
            raise ValueError(f"{route.method} {route.path} is there twice.")
        seen.add((route.method, route.path))
        resource = resources.get(route.path)
        if resource is None:
            resource = resources[route.path] = app.router.add_resource(route.path)
        handler = make_handler(route)
        guard.admit(resource.add_route(route.method, handler), route.role)
        if route.method == "GET" and route.path not in own_heads:
            guard.admit(resource.add_route("HEAD", handler), route.role)
