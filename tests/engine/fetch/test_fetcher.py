"""Fetching from real servers on loopback: what is refused, what is limited, what is forwarded."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from pathlib import Path
from time import time
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from matinee.errors import (
    AskUser,
    GiveUp,
    InvalidInput,
    MatineeError,
    NotAllowed,
    NotFound,
    RetryLater,
    TooLarge,
)
from matinee.fetch import Fetcher, is_public, origin_of
from matinee.fetch.addresses import is_own


class Server:
    """A server on loopback that answers by path and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.answers: dict[str, Any] = {}
        self.origin = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        answer = self.answers[request.path]
        if callable(answer):
            return await answer(request)
        return web.Response(**answer)

    def redirect(self, path: str, target: str, status: int = 302) -> None:
        self.answers[path] = {"status": status, "headers": {"Location": target}}


@asynccontextmanager
async def serve(tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    server.origin = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serve() as running:
        yield running


async def test_fetches_from_an_origin_that_was_allowed(server: Server):
    server.answers["/a"] = {"body": b"hello", "headers": {"X-More": "1"}}
    got = await Fetcher().get(server.origin + "/a", allowed_origins=[server.origin])
    assert (got.body, got.final_url, got.headers["X-More"]) == (b"hello", server.origin + "/a", "1")
    by_rule = Fetcher(allow=lambda origin: origin == server.origin)
    assert (await by_rule.get(server.origin + "/a")).body == b"hello"


async def test_refuses_the_house_in_every_spelling(server: Server):
    port = server.origin.rpartition(":")[2]
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
        with pytest.raises(NotAllowed) as refused:
            await Fetcher().get(f"http://{host}:{port}/a")
        assert refused.value.code == "private_address"
    for host in ("2130706433", "0", "0x7f.1", "127.1", "localhost."):
        with pytest.raises(MatineeError):  # refused, or not understood at all
            await Fetcher().get(f"http://{host}:{port}/a")
    assert server.asked == []


async def test_another_port_of_an_allowed_host_is_another_origin(server: Server):
    with pytest.raises(NotAllowed):
        await Fetcher().get(server.origin + "/a", allowed_origins=["http://127.0.0.1:1"])


async def test_every_redirect_is_judged_again(server: Server):
    async with serve() as inside:
        inside.answers["/secret"] = {"body": b"router password"}
        server.redirect("/go", inside.origin + "/secret")
        server.redirect("/file", "file:///etc/passwd")
        with pytest.raises(NotAllowed):
            await Fetcher().get(server.origin + "/go", allowed_origins=[server.origin])
        with pytest.raises(GiveUp):
            await Fetcher().get(server.origin + "/file", allowed_origins=[server.origin])
        assert inside.asked == []


async def test_a_name_that_changes_its_address_gains_nothing(server: Server, monkeypatch):
    """A resolver first answers with a public address, then with one inside: nothing is asked."""
    port = int(server.origin.rpartition(":")[2])
    answers = iter(["192.88.99.1", "127.0.0.1", "127.0.0.1"])
    real = asyncio.BaseEventLoop.getaddrinfo

    async def changing(loop, host, *args, **options):
        if host == "rebind.test":
            place = next(answers)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port))]
        return await real(loop, host, *args, **options)

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", changing)
    for _ in range(2):
        with pytest.raises(MatineeError):
            await Fetcher().get(f"http://rebind.test:{port}/", timeout=2)
    with pytest.raises(NotAllowed):
        await Fetcher().get(f"http://rebind.test:{port}/")
    assert server.asked == []


async def test_credentials_stay_with_their_origin(server: Server):
    async with serve() as other:
        other.answers["/end"] = {"body": b"end"}
        server.redirect("/start", "/next")
        server.redirect("/next", other.origin.replace("//", "//evil:word@") + "/end")
        got = await Fetcher().get(
            server.origin.replace("//", "//me:secret@") + "/start",
            allowed_origins=[server.origin, other.origin],
            headers={"X-Api-Key": "key"},
        )
        assert got.body == b"end"
        assert "Authorization" in server.asked[0].headers
        assert server.asked[0].headers["X-Api-Key"] == "key"
        for name in ("Authorization", "X-Api-Key", "Cookie", "Referer"):
            assert name not in other.asked[0].headers


async def test_cookies_are_not_kept(server: Server):
    server.answers["/start"] = {"status": 302, "headers": {"Location": "/end", "Set-Cookie": "a=b"}}
    server.answers["/end"] = {"body": b"x"}
    await Fetcher().get(server.origin + "/start", allowed_origins=[server.origin])
    assert "Cookie" not in server.asked[1].headers


async def test_redirects_end_sometime(server: Server):
    server.redirect("/loop", "/loop")
    with pytest.raises(GiveUp) as refused:
        await Fetcher().get(server.origin + "/loop", allowed_origins=[server.origin])
    assert refused.value.code == "too_many_redirects"
    assert len(server.asked) == 6


async def test_a_redirect_to_a_magnet_link(server: Server):
    magnet = "magnet:?xt=urn:btih:" + "a" * 40
    server.redirect("/dl", magnet)
    got = await Fetcher().get(server.origin + "/dl", allowed_origins=[server.origin], magnets=True)
    assert (got.final_url, got.body) == (magnet, b"")
    with pytest.raises(GiveUp):
        await Fetcher().get(server.origin + "/dl", allowed_origins=[server.origin])


async def test_size_counts_after_decompression(server: Server):
    bomb = gzip.compress(bytes(20 << 20))
    server.answers["/bomb"] = {"body": bomb, "headers": {"Content-Encoding": "gzip"}}
    server.answers["/long"] = {"body": bytes(2000)}

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(500))

    server.answers["/endless"] = endless
    for path in ("/bomb", "/long", "/endless"):
        with pytest.raises(TooLarge):
            await Fetcher().get(
                server.origin + path, max_bytes=1000, allowed_origins=[server.origin]
            )
    assert len(bomb) < 1 << 20
    got = await Fetcher().get(
        server.origin + "/long", max_bytes=2000, allowed_origins=[server.origin]
    )
    assert len(got.body) == 2000


async def test_time_is_limited(server: Server):
    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.05)

    server.answers["/slow"] = trickle
    with pytest.raises(RetryLater) as late:
        await Fetcher().get(server.origin + "/slow", timeout=1, allowed_origins=[server.origin])
    assert late.value.code == "fetch_timeout"


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (404, NotFound, "link_not_found"),
        (410, NotFound, "link_not_found"),
        (403, AskUser, "link_refused"),
        (400, GiveUp, "link_failed"),
        (429, RetryLater, "server_busy"),
        (503, RetryLater, "server_busy"),
    ],
)
async def test_statuses_say_what_to_do(server: Server, status, kind, code):
    server.answers["/s"] = {"status": status}
    with pytest.raises(kind) as refused:
        await Fetcher().get(server.origin + "/s", allowed_origins=[server.origin])
    assert refused.value.code == code


async def test_retry_after_is_honoured(server: Server):
    for value, least, most in (
        ("120", 120, 120),
        (formatdate(time() + 60, usegmt=True), 50, 61),
        ("99999999", 86400, 86400),
    ):
        server.answers["/s"] = {"status": 503, "headers": {"Retry-After": value}}
        with pytest.raises(RetryLater) as busy:
            await Fetcher().get(server.origin + "/s", allowed_origins=[server.origin])
        assert least <= busy.value.after <= most
    server.answers["/s"] = {"status": 503, "headers": {"Retry-After": "soon"}}
    with pytest.raises(RetryLater) as busy:
        await Fetcher().get(server.origin + "/s", allowed_origins=[server.origin])
    assert busy.value.after is None


async def test_a_server_that_is_not_there():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(RetryLater) as gone:
            await Fetcher().get(origin, allowed_origins=[origin])
    assert gone.value.code == "no_connection"


def _self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    async with serve(_self_signed(tmp_path)) as server:
        with pytest.raises(AskUser) as refused:
            await Fetcher().get(server.origin + "/a", allowed_origins=[server.origin])
        assert refused.value.code == "certificate_invalid"
        assert server.asked == []


async def test_what_is_no_web_address():
    for url in ("", "ftp://example.org/a", "file:///etc/passwd", "http://", "gopher://x", "a b"):
        with pytest.raises(InvalidInput):
            await Fetcher().get(url)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2606:4700::1111", True), ("64:ff9b::808:808", True),
        ("::ffff:8.8.8.8", True), ("10.1.2.3", False), ("172.16.0.1", False),
        ("192.168.1.1", False), ("127.0.0.1", False), ("169.254.169.254", False),
        ("100.64.0.1", False), ("0.0.0.0", False), ("224.0.0.1", False), ("240.0.0.1", False),
        ("255.255.255.255", False), ("198.18.0.1", False), ("::1", False), ("::", False),
        ("fe80::1", False), ("fe80::1%eth0", False), ("fc00::1", False), ("fec0::1", False),
        ("ff02::1", False), ("::ffff:192.168.1.1", False), ("64:ff9b::c0a8:101", False),
        ("64:ff9b:1::1", False), ("2002:c0a8:101::1", False), ("2001:0:1::1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address, public):
    assert is_public(address) is public


def test_origins_are_compared_in_one_form():
    assert origin_of("HTTP://Example.ORG/a?b#c") == "http://example.org:80"
    assert origin_of("https://user:word@example.org:8443/") == "https://example.org:8443"
    assert origin_of("http://[::1]:1/") == "http://[::1]:1"
    with pytest.raises(ValueError, match="no host"):
        origin_of("magnet:?xt=a")


def test_own_addresses_are_known():
    assert is_own("127.0.0.1", socket.AF_INET)
    assert not is_own("192.0.2.1", socket.AF_INET)
