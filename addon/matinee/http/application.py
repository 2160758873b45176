"""The aiohttp application, made from the routes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from ..identity import Identity
from ..models.identity import Role
from ..models.limits import MAX_JSON_BODY
from . import page as page_files
from .dispatch import AioHandler, make_handler
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
    by_path: dict[str, list[Route]] = {}
    for route in routes:
        by_path.setdefault(route.path, []).append(route)
    # A fixed path wins over one with a parameter in its place, in whatever order they come.
    for path in sorted(by_path, key=lambda path: path.count("{")):
        _add_resource(app.router.add_resource(path), guard, by_path[path])


def _add_resource(resource: web.Resource, guard: Guard, routes: Sequence[Route]) -> None:
    handlers: dict[str, AioHandler] = {}
    for route in routes:
        if route.method in handlers:
            raise ValueError(f"{route.method} {route.path} is there twice.")
        handlers[route.method] = make_handler(route)
        guard.admit(resource.add_route(route.method, handlers[route.method]), route.role)
    for route in routes:
        if route.method == "GET" and "HEAD" not in handlers:
            handlers["HEAD"] = handlers["GET"]
            guard.admit(resource.add_route("HEAD", handlers["HEAD"]), route.role)

    async def refuse(request: web.Request) -> web.StreamResponse:
        raise web.HTTPMethodNotAllowed(request.method, sorted(handlers))

    # Without it "/things/fixed" would fall through to "/things/{id}" for other methods.
    is_open = all(route.role is None for route in routes)
    guard.admit(resource.add_route("*", refuse), None if is_open else Role.GUEST)
