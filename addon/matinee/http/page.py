"""The page's own files, as the build left them. Nothing else is ever served from here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from aiohttp import web

_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain",
}
_HASHED = re.compile(r"assets/.+-[A-Za-z0-9_-]{8}\.\w+")
_FOREVER = "public, max-age=31536000, immutable"
_MISSING = """The page of Matinee is not built.

Build it with

    scripts/build

and load this address again. The API answers meanwhile.
"""


def add(app: web.Application, folder: Path) -> Iterator[web.AbstractRoute]:
    """Serve the files of `folder` under `/`; yield the routes.

    The files are listed anew when the index changes, so that a build takes effect at once. A
    path is compared with that list, never joined to the folder: there is no way out of it.
    """
    files = _Files(folder)
    yield app.router.add_get("/", files.index, allow_head=False)
    yield app.router.add_head("/", files.index)
    yield app.router.add_get("/{path:(?!api/|stream/|artwork/).+}", files.file, allow_head=False)
    yield app.router.add_head("/{path:(?!api/|stream/|artwork/).+}", files.file)


class _Files:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp = 0
        self._known: dict[str, Path] = {}

    def _list(self) -> dict[str, Path]:
        try:
            stamp = (self._folder / "index.html").stat().st_mtime_ns
        except OSError:
            self._stamp, self._known = 0, {}
            return self._known
        if stamp != self._stamp:
            self._stamp = stamp
            self._known = {
                path.relative_to(self._folder).as_posix(): path
                for path in self._folder.rglob("*")
                if path.is_file() and not path.is_symlink() and path.suffix in _TYPES
            }
        return self._known

    async def index(self, _request: web.Request) -> web.StreamResponse:
        found = self._list().get("index.html")
        if found is None:
            return web.Response(status=503, text=_MISSING, headers={"Retry-After": "60"})
        return _answer(found, "no-store")

    async def file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["path"]
        found = self._list().get(name)
        if found is None:
            raise web.HTTPNotFound
        return _answer(found, _FOREVER if _HASHED.fullmatch(name) else "no-cache")


def _answer(path: Path, caching: str) -> web.FileResponse:
    response = web.FileResponse(path, headers={"Cache-Control": caching})
    response.content_type = _TYPES[path.suffix]
    return response
