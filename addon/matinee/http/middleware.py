"""What every request passes: refusals as problems, deny by default, limits."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from ..errors import MatineeError, NotAllowed, NotSignedIn, TooManyRequests, TooManySignIns
from ..identity import Identity
from ..models.identity import Caller, Role
from . import problems
from .dispatch import CALLER
from .limits import RateLimit
from .security import preflight

_log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Middleware = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]

FAILED_SIGN_INS = (30, 60.0)
OPEN_POSTS = (30, 60.0)
AUDITED = (1, 600.0)


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into problem details; the unexpected is logged and says nothing outside."""
    try:
        return preflight(request) or await handler(request)
    except MatineeError as error:
        return problems.answer_error(error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return problems.answer_http(error)
    except ConnectionError:
        raise  # the client went away; nobody is left to answer
    except Exception:  # noqa: BLE001  # the supervisor of requests: no defect leaves its request
        _log.exception("%s %s failed", request.method, _shown(request))
        return problems.answer(problems.internal())


def _shown(request: web.Request) -> str:
    """Name a request by its pattern: paths of streams carry tokens."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(no route)"


class Guard:
    """Deny by default: a route that was not registered with a role is refused."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._roles: dict[web.AbstractRoute, Role | None] = {}
        self._failed = RateLimit(*FAILED_SIGN_INS)
        self._open = RateLimit(*OPEN_POSTS)
        self._audited = RateLimit(*AUDITED)

    def admit(self, route: web.AbstractRoute, role: Role | None) -> None:
        """Let a route be called by a role and those above it; None: by everybody."""
        self._roles[route] = role

    def middleware(self) -> Any:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            await self._check(request)
            return await handler(request)

        return guard

    async def _check(self, request: web.Request) -> None:
        route = request.match_info.route
        if route in self._roles:
            role = self._roles[route]
        else:
            # Nothing there, or not this method. Only whoever is signed in learns which paths
            # of the API exist; outside of it 404 is no secret.
            role = Role.GUEST if request.path.startswith("/api/") else None
        if role is None:
            if request.method == "POST":
                self._open.note(address_of(request))
            return
        caller = await self.sign_in(bearer(request), address_of(request))
        if not caller.role.includes(role):
            raise NotAllowed(
                f"This needs the role {role.value}; yours is {caller.role.value}.",
                hint="Ask an administrator of the household.",
            )
        request[CALLER] = caller

    async def sign_in(self, token: str, address: str) -> Caller:
        """Return the caller. Raises `NotSignedIn`, `TooManySignIns` after many wrong tokens.

        A good token passes even then: others may share the address.
        """
        try:
            return replace(self._identity.authenticate(token), address=address)
        except NotSignedIn as refusal:
            if token:
                await self._note_failure(address, refusal)
            raise

    async def _note_failure(self, address: str, refusal: NotSignedIn) -> None:
        try:
            self._audited.note(address)
            await self._identity.audit.write(
                "sign_in_refused", address=address, detail=refusal.message
            )
        except TooManyRequests:
            pass  # one entry tells it; each one more only wears the drive
        try:
            self._failed.note(address)
        except TooManyRequests as limit:
            raise TooManySignIns(
                "Too many wrong tokens from this device.", hint=limit.hint, after=limit.after
            ) from refusal


def bearer(request: web.Request) -> str:
    """Return the token of the Authorization header, or nothing."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def address_of(request: web.Request) -> str:
    return request.remote or ""
