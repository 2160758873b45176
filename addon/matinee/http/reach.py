"""Under which address a client reaches this server."""

from __future__ import annotations

import re

from aiohttp import web

_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")


def address_for(request: web.Request, published: str, fallback: str = "") -> str:
    """Return scheme and host, without a slash at the end, for links in the answer to a request.

    `published` is what the household set as its address and wins, unless the client came by
    HTTPS and it is plain HTTP: a player on a secure page refuses such links. Otherwise it is
    where the client came. `fallback` is for a request that does not say where it came.

    What a client says about itself only ever decides what that client is told.
    """
    scheme = "https" if _is_secure(request) else "http"
    published = published.rstrip("/")
    if published and not (scheme == "https" and published.startswith("http://")):
        return published
    host = request.headers.get("Host", "")
    return f"{scheme}://{host}" if _HOST.fullmatch(host) else published or fallback


def _is_secure(request: web.Request) -> bool:
    forwarded = request.headers.get("X-Forwarded-Proto", "").partition(",")[0]
    return request.secure or forwarded.strip().lower() == "https"
