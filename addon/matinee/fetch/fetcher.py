"""Fetching by link: limited in size, time and redirects, and not from inside the house unasked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from time import time
from types import MappingProxyType

import aiohttp
from yarl import URL

from .. import __version__
from ..errors import AskUser, GiveUp, InvalidInput, NotAllowed, NotFound, RetryLater, TooLarge
from ..models.limits import MIB
from .addresses import origin_of
from .gate import Gate

_log = logging.getLogger(__name__)
MAX_REDIRECTS = 5
CONNECT_SECONDS = 15.0
IDLE_SECONDS = 30.0
LONGEST_PAUSE = 86400.0
_CHUNK = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came. `final_url` is where it came from after all redirects.

    A magnet link that a redirect led to is a `final_url` with an empty `body`.
    """

    body: bytes
    final_url: str
    headers: Mapping[str, str]


class Fetcher:
    """Fetches by GET, http and https only.

    Private, loopback, link-local, multicast and reserved addresses are refused at every hop,
    on the connected address, unless that very origin (scheme, host and port) is in
    `allowed_origins` or `allow(origin)` says so: origins that the user configured.
    """

    def __init__(self, *, allow: Callable[[str], bool] | None = None) -> None:
        self._allow = allow or (lambda _origin: False)

    async def get(
        self,
        url: str,
        *,
        max_bytes: int = MIB,
        timeout: float = 60.0,  # noqa: ASYNC109  # a limit over all hops, part of the contract
        allowed_origins: Collection[str] = (),
        accept: str = "*/*",
        headers: Mapping[str, str] = _NO_HEADERS,
        magnets: bool = False,
    ) -> Fetched:
        """Return the body of up to `max_bytes`, counted after decompression.

        `headers`, and a user and password in `url`, go to the first origin only. With `magnets`,
        a redirect to a magnet link ends there. Raises `RetryLater` (with `after` when the
        server said so), `NotFound`, `NotAllowed` (an address inside the house), `TooLarge`,
        `AskUser`, `GiveUp`.
        """
        start = _parse(url)
        allowed = {origin_of(origin) for origin in allowed_origins}
        gate = Gate()
        limits = aiohttp.ClientTimeout(
            total=None, sock_connect=CONNECT_SECONDS, sock_read=min(IDLE_SECONDS, timeout)
        )
        try:
            async with (
                asyncio.timeout(timeout),
                aiohttp.ClientSession(
                    connector=gate.connector(),
                    cookie_jar=aiohttp.DummyCookieJar(),
                    timeout=limits,
                    headers={"User-Agent": f"Matinee/{__version__}", "Accept": accept},
                ) as session,
            ):
                walk = _Walk(
                    session, gate, start, headers, lambda o: o in allowed or self._allow(o)
                )
                return await walk.run(max_bytes, magnets=magnets)
        except TimeoutError as error:
            raise RetryLater(
                f"{start.host} did not answer in time.", code="fetch_timeout"
            ) from error
        except aiohttp.ClientError as error:
            raise _translate(error, gate, start) from error


@dataclass(slots=True)
class _Walk:
    """One fetch on its way along redirects."""

    session: aiohttp.ClientSession
    gate: Gate
    start: URL
    headers: Mapping[str, str]
    is_allowed: Callable[[str], bool]

    async def run(self, max_bytes: int, *, magnets: bool) -> Fetched:
        url, first = self.start, origin_of(self.start)
        for _ in range(MAX_REDIRECTS + 1):
            origin = origin_of(url)
            self.gate.private_allowed, self.gate.refused = self.is_allowed(origin), ""
            own = origin == first
            async with self.session.get(
                url if own else url.with_user(None),
                headers=self.headers if own else None,
                allow_redirects=False,
            ) as answer:
                if not self.gate.check_peer(answer):
                    raise _inside(url)
                if answer.status not in _REDIRECTS:
                    _check_status(answer)
                    body = await _read(answer, max_bytes)
                    return Fetched(body, str(url), dict(answer.headers))
                target = answer.headers.get("Location", "")
            if magnets and target.lower().startswith("magnet:?"):
                return Fetched(b"", target, {})
            url = _parse(str(_join(url, target)))
        raise GiveUp(
            f"{self.start.host} leads from one address to the next without end.",
            code="too_many_redirects",
        )


def _join(url: URL, target: str) -> URL:
    try:
        # What a server puts into Location may lead anywhere, but not with our credentials.
        return url.with_user(None).join(URL(target)).with_user(None)
    except ValueError as error:
        raise GiveUp("The server leads to an address that is none.", code="bad_redirect") from error


def _parse(url: str) -> URL:
    try:
        found = URL(url.strip())
        origin_of(found)
    except ValueError as error:
        raise _no_address() from error
    if found.scheme not in {"http", "https"}:
        raise InvalidInput(
            f"Addresses of the kind {found.scheme}: are not fetched.",
            code="bad_address",
            hint="It begins with https:// or http://",
        )
    return found.with_fragment(None)


async def _read(answer: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    if (answer.content_length or 0) > max_bytes:
        raise _too_large(answer, max_bytes)
    body = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(answer, max_bytes)
    return bytes(body)


def _check_status(answer: aiohttp.ClientResponse) -> None:
    status, host = answer.status, answer.url.host
    if status < HTTPStatus.BAD_REQUEST:
        return
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        raise NotFound(f"{host} has nothing at this address.", code="link_not_found")
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise AskUser(
            f"{host} refuses this address ({status}).",
            code="link_refused",
            hint="Perhaps the link has expired, or needs a sign-in at that site.",
        )
    if status in {408, 425, 429} or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        after = _retry_after(answer.headers.get("Retry-After", ""))
        raise RetryLater(f"{host} cannot answer now ({status}).", code="server_busy", after=after)
    raise GiveUp(f"{host} does not understand this request ({status}).", code="link_failed")


def _retry_after(value: str) -> float | None:
    """Read seconds or a date (RFC 9110, 10.2.3); None when there is nothing to read."""
    try:
        if value.strip().isdecimal():
            seconds = float(value)
        else:
            seconds = parsedate_to_datetime(value).timestamp() - time()
    except ValueError:
        return None
    return min(max(seconds, 0.0), LONGEST_PAUSE)


def _translate(error: aiohttp.ClientError, gate: Gate, url: URL) -> Exception:
    if gate.refused:
        return _inside(url)
    if isinstance(error, aiohttp.InvalidURL):
        return _no_address()
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return AskUser(
            f"The certificate of {url.host} is not valid.",
            code="certificate_invalid",
            hint="Check the address, and the clock of this machine.",
        )
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return RetryLater(
            f"{url.host} is not known, or names cannot be looked up now.", code="host_unknown"
        )
    if isinstance(error, aiohttp.ClientPayloadError):
        return RetryLater(f"The answer of {url.host} broke off.", code="answer_broken")
    _log.debug("Fetching from %s failed: %s", url.host, type(error).__name__)
    return RetryLater(f"{url.host} cannot be reached now.", code="no_connection")


def _no_address() -> InvalidInput:
    return InvalidInput(
        "This is no web address.", code="bad_address", hint="It begins with https:// or http://"
    )


def _inside(url: URL) -> NotAllowed:
    return NotAllowed(
        f"{url.host} leads into the home network.",
        code="private_address",
        hint="Links into the home are fetched only from servers that are set up in Matinee.",
    )


def _too_large(answer: aiohttp.ClientResponse, limit: int) -> TooLarge:
    return TooLarge(
        f"What {answer.url.host} sends is larger than {limit:,} bytes.", code="answer_too_large"
    )
