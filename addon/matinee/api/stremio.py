"""The link under which one's Stremio finds this home: shown, made anew, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from aiohttp import web

from ..http.reach import address_for
from ..http.routes import Call, Route
from ..http.server import ServerInfo
from ..identity import Passes, TokenInfo
from ..models.identity import Role
from ..settings import PUBLISHED_ADDRESS, Settings

TAG = "Stremio"
_WEB = "https://web.stremio.com/#/addons?addon="
_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class StremioLink:
    """One's own link. The three addresses are "" while `active` is false.

    `url` is the manifest, `install_url` opens the Stremio app with it, `web_url` Stremio on the
    web. `secure` says that it is https; `this_machine` that it leads to the machine of the
    browser alone. Stremio refuses whatever is neither. Times in seconds since 1970, 0 for never.
    """

    active: bool
    url: str
    install_url: str
    web_url: str
    secure: bool
    this_machine: bool
    created_at: float
    used_at: float


def routes(*, passes: Passes, info: ServerInfo, settings: Settings) -> list[Route]:
    """Return the routes of /api/stremio."""

    def view(request: web.Request, entry: TokenInfo | None) -> StremioLink:
        base = _base(request, settings.get(PUBLISHED_ADDRESS), info)
        url = f"{base}/stremio/{passes.token(entry)}/manifest.json" if entry else ""
        return StremioLink(
            active=entry is not None,
            url=url,
            install_url=f"stremio://{url.partition('://')[2]}" if entry else "",
            web_url=_WEB + quote(url, safe="") if entry else "",
            secure=base.startswith("https://"),
            this_machine=urlsplit(base).hostname in _THIS_MACHINE,
            created_at=entry.created_at if entry else 0.0,
            used_at=entry.used_at if entry else 0.0,
        )

    async def show(call: Call) -> StremioLink:
        return view(call.request, passes.entry(call.user.user.id))

    async def make(call: Call) -> StremioLink:
        return view(call.request, await passes.renew(call.user))

    async def end(call: Call) -> None:
        await passes.end(call.user)

    path = "/api/stremio"
    return [
        Route("GET", path, Role.GUEST, show, "My link for Stremio", TAG, returns=StremioLink),
        Route(
            "POST", path, Role.GUEST, make, "Make my link for Stremio; the former one ends", TAG,
            returns=StremioLink, status=201,
        ),
        Route("DELETE", path, Role.GUEST, end, "End my link for Stremio", TAG),
    ]  # fmt: skip


def _base(request: web.Request, published: str, info: ServerInfo) -> str:
    own = info.view().published_address
    if "X-Ingress-Path" in request.headers:
        return own  # the page came through Home Assistant, whose address is not ours
    return address_for(request, published, own)
