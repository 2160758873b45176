"""Headers that every answer carries, and the doors that are open to other origins."""

from __future__ import annotations

from aiohttp import web
from multidict import CIMultiDict

# These carry their own token in the path: any page may read streams, and show the pictures.
CROSS_ORIGIN = ("/stream/", "/stremio/")
EMBEDDABLE = (*CROSS_ORIGIN, "/artwork/")

# The page runs inside Home Assistant's own origin under ingress; what it shows comes from
# torrents. Only its own files run, and only its own origin may frame it.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self' blob:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'self'",
}
CONTENT_SECURITY_POLICY = "; ".join(f"{name} {value}" for name, value in _POLICY.items())
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Length, Content-Range, ETag",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Range, If-Range, Content-Type",
    "Access-Control-Max-Age": "86400",
}


def add_headers(path: str, headers: CIMultiDict[str]) -> None:
    """Add the headers of safety to an answer, whatever it is."""
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    embeddable = path.startswith(EMBEDDABLE)
    headers["Cross-Origin-Resource-Policy"] = "cross-origin" if embeddable else "same-origin"
    if path.startswith(CROSS_ORIGIN):
        headers.update(_CORS)
    if path.startswith("/api/"):
        headers.setdefault("Cache-Control", "no-store")


async def on_prepare(request: web.Request, response: web.StreamResponse) -> None:
    """Add them just before an answer is sent; also to files, streams and errors."""
    add_headers(request.path, response.headers)


def preflight(request: web.Request) -> web.Response | None:
    """Answer a browser that asks whether it may read a stream; None when it is no such request."""
    if request.method != "OPTIONS" or not request.path.startswith(CROSS_ORIGIN):
        return None
    return web.Response(status=204, headers=_PREFLIGHT)
