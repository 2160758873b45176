"""What this server says about itself, and the sockets it listens on."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from .. import __version__
from ..errors import AskUser
from ..settings import PUBLISHED_ADDRESS, SERVER_NAME, Settings
from ..storage import Vault
from . import problems
from .security import add_headers

_log = logging.getLogger(__name__)
API_VERSION = 1
API_MINIMUM = 1
DEFAULT_PORT = 8674
_GRACE = 5.0
_NO_ACCESS_LOG: Any = None  # paths of streams carry tokens


@dataclass(frozen=True, slots=True)
class ServerView:
    """GET /api/server. `published_address` is what screens are told, `addresses` all there are."""

    server_id: str
    name: str
    version: str
    api_version: int
    api_minimum: int
    published_address: str
    addresses: list[str]


class ServerInfo:
    """Answers who this server is. `port` is asked late, because 0 becomes a real one at start."""

    def __init__(
        self, server_id: str, settings: Settings, port: Callable[[], int], host: str = ""
    ) -> None:
        self.server_id, self._settings, self._port, self._host = server_id, settings, port, host

    def view(self) -> ServerView:
        addresses = own_addresses(self._port(), self._host)
        published = self._settings.get(PUBLISHED_ADDRESS).rstrip("/")
        return ServerView(
            self.server_id,
            self._settings.get(SERVER_NAME),
            __version__,
            API_VERSION,
            API_MINIMUM,
            published or next(iter(addresses), ""),
            addresses,
        )


def server_id_of(vault: Vault) -> str:
    """Return the UUID of this server: as lasting as its key file, and none without it."""
    return str(uuid.UUID(bytes=vault.derive("server id")[:16], version=4))


class _Protocol(RequestHandler):
    """Answers what is not even HTTP with a problem too."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("A part of the answer is sent already.") from exc
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.error("A request failed outside of its handler", exc_info=exc)
            found = problems.internal()
        else:
            _log.debug("Refused a malformed request: %s", message)
            found = problems.problem(status, "The request is malformed.", code="malformed_request")
        answer = problems.answer(found)
        add_headers("", answer.headers)
        answer.force_close()
        return answer


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        return _Protocol(self, loop=asyncio.get_running_loop(), access_log=_NO_ACCESS_LOG)


class _Runner(web.AppRunner):
    async def _make_server(self) -> _Server:
        plain = await super()._make_server()
        return _Server(plain.request_handler, request_factory=plain.request_factory)


class Listener:
    """One application on one address. `host` empty means all addresses, IPv4 and IPv6."""

    def __init__(
        self,
        app: web.Application,
        host: str,
        port: int,
        *,
        port_setting: str = "--port",
        grace: float = _GRACE,
    ) -> None:
        self._host, self._port, self._setting = host, port, port_setting
        self._runner = _Runner(app, access_log=None, shutdown_timeout=grace)

    async def start(self) -> None:
        """Listen. Raises `AskUser` when the port is taken or the address is not ours."""
        await self._runner.setup()
        try:
            site = web.TCPSite(
                self._runner, self._host or None, self._port, reuse_address=True, backlog=256
            )
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise self._refusal(error) from error

    async def stop(self) -> None:
        """Stop listening, let running answers end (a few seconds), cut the rest."""
        await self._runner.cleanup()

    @property
    def port(self) -> int:
        """The real port, also when 0 was asked for."""
        addresses: list[Any] = self._runner.addresses
        return int(addresses[0][1]) if addresses else self._port

    def _refusal(self, error: OSError) -> AskUser:
        if error.errno == errno.EADDRINUSE:
            return AskUser(
                f"The port {self._port} is in use by another program.",
                code="port_in_use",
                hint=f"Choose another one with {self._setting}, or stop the other program.",
            )
        if error.errno == errno.EACCES:
            return AskUser(
                f"The port {self._port} may not be used without more rights.",
                code="port_not_allowed",
                hint=f"Choose one above 1023 with {self._setting}.",
            )
        return AskUser(
            f"Matinee cannot listen on {self._host or 'all addresses'} port {self._port}:"
            f" {error.strerror or error}.",
            code="cannot_listen",
            hint="Check the address, or leave it out to listen on all of them.",
        )


def own_addresses(port: int, host: str = "") -> list[str]:
    """Return `http://…` for the addresses that this machine is reached under; may be empty.

    `host` is what the server listens on; only when that is everything there is a search. A UDP
    socket is connected, which sends nothing: the system only says which of its addresses it
    would use.
    """
    if host not in {"", "0.0.0.0", "::"}:
        return [_web_address(host, port)]
    found = []
    for family, probe in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        if host == "0.0.0.0" and family == socket.AF_INET6:
            continue
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as test:
                test.connect((probe, 9))
                address = str(test.getsockname()[0])
        except OSError:
            continue
        if not address.startswith(("127.", "::1", "fe80")):
            found.append(_web_address(address, port))
    return found


def _web_address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
