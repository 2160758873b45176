"""Who is spoken to, how, and how fast; and that nothing outside is while there is nothing to do."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from matinee import settings as keys
from matinee.downloads.transports.torrent.session import (
    make_filter,
    proxy_settings,
    session_settings,
)
from matinee.errors import InvalidInput
from matinee.settings import Settings
from tests.support.swarm import KIB, MIB, Seeder, Tracker, make_payload, make_torrent

from .conftest import Bench, until

ROOT = Path(__file__).parents[3]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return make_payload(tmp_path / "seed" / "film.mkv", 2 * MIB + 5)


async def test_a_seeder_that_speaks_only_utp(bench: Bench, tracker: Tracker, film: Path) -> None:
    torrent = make_torrent(film, trackers=[tracker.url])
    with Seeder(film.parent, [torrent], tracker=tracker, utp="only"):
        await bench.add(torrent)
        await bench.finished()
    assert bench.file("film.mkv").read_bytes() == film.read_bytes()


async def test_tcp_comes_first(bench: Bench, tracker: Tracker, film: Path) -> None:
    torrent = make_torrent(film, trackers=[tracker.url])
    with Seeder(film.parent, [torrent], tracker=tracker, utp="both", rate=300_000):
        await bench.add(torrent)
        await until(lambda: bench.transport.progress()["d"].rate_down)
        peers = await bench.transport.peers("d")
        assert [peer.protocol for peer in peers] == ["tcp"]
        assert peers[0].client.startswith("libtorrent")
        assert peers[0].progress == 1
        (known,) = await bench.transport.trackers("d")
        assert (known.url, known.working) == (tracker.url, True)


async def test_web_seeds(bench: Bench, film: Path) -> None:
    asked: list[str] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers.get("Range", ""))
        return web.FileResponse(film)

    app = web.Application()
    app.router.add_get("/film.mkv", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    torrent = make_torrent(film, web_seeds=[f"http://127.0.0.1:{port}/film.mkv"])
    try:
        await bench.add(torrent)
        await bench.finished()
    finally:
        await runner.cleanup()
    assert bench.file("film.mkv").read_bytes() == film.read_bytes()
    assert any(header.startswith("bytes=") for header in asked)


@pytest.mark.parametrize(
    ("ours", "theirs", "meets"),
    [
        ("require", "refuse", False),
        ("require", "allow", True),
        ("prefer", "refuse", True),
        ("prefer", "require", True),
        ("disable", "require", False),
    ],
)
async def test_encryption(
    make_bench: Callable[..., Any],
    tracker: Tracker,
    film: Path,
    ours: str,
    theirs: str,
    meets: bool,
) -> None:
    bench = await make_bench(torrent__encryption=ours, torrent__utp="never")
    torrent = make_torrent(film, trackers=[tracker.url])
    with Seeder(film.parent, [torrent], tracker=tracker, encryption=theirs):
        await bench.add(torrent)
        if meets:
            await bench.finished()
        else:
            await until(lambda: tracker.announces)
            await asyncio.sleep(2)
            assert bench.transport.progress()["d"].done == 0


async def test_rate_limits(bench: Bench, tracker: Tracker, film: Path) -> None:
    """A limit of all, then of one, then the slow switch, then none."""
    torrent = make_torrent(film, trackers=[tracker.url], piece_size=16 * KIB)
    bench.settings.update({keys.RATE_DOWN.key: 100_000})
    await bench.transport.apply_settings()
    with Seeder(film.parent, [torrent], tracker=tracker):
        await bench.add(torrent)
        await until(lambda: bench.transport.progress()["d"].done > 0)
        began, before = time.monotonic(), bench.transport.progress()["d"].done
        await asyncio.sleep(3)
        gained = bench.transport.progress()["d"].done - before
        assert gained < 250_000 * (time.monotonic() - began)
        bench.settings.update({keys.ALTERNATIVE.key: True, keys.ALTERNATIVE_DOWN.key: 50_000})
        await bench.transport.apply_settings()
        assert bench.transport._core.session.get_settings()["download_rate_limit"] == 50_000
        bench.settings.update({keys.ALTERNATIVE.key: False, keys.RATE_DOWN.key: 0})
        await bench.transport.apply_settings()
        await bench.transport.set_rate_limits("d", 80_000, 10_000)
        await until(lambda: bench.transport._core.jobs["d"].handle.download_limit() == 80_000)
        await bench.transport.set_rate_limits("d", 0, 0)
        await bench.finished()


async def test_nothing_outside_is_contacted_while_nothing_runs(
    make_bench: Callable[..., Any], tracker: Tracker, film: Path
) -> None:
    bench = await make_bench(torrent__dht=True, torrent__lsd=True, torrent__port_mapping=True)
    names = ("enable_dht", "enable_lsd", "enable_upnp", "enable_natpmp")

    def switches() -> set[bool]:
        values = bench.transport._core.session.get_settings()
        assert values["webtorrent_stun_server"] == ""
        assert values["max_webtorrent_offers"] == 0
        return {values[name] for name in names}

    assert switches() == {False}
    torrent = make_torrent(film, trackers=[tracker.url])
    await bench.add(torrent, paused=True)
    await asyncio.sleep(1.5)
    assert switches() == {False}
    assert not bench.transport._core.session.is_dht_running()
    await bench.transport.resume("d")
    await until(lambda: switches() == {True})
    await until(bench.transport._core.session.is_dht_running)
    await bench.transport.pause("d")
    await until(lambda: switches() == {False})
    await bench.transport.resume("d")
    await bench.transport.remove("d", delete_data=False)
    await until(lambda: switches() == {False})
    assert not bench.transport._core.session.is_dht_running()


def test_a_binding_shuts_every_other_way() -> None:
    values = session_settings(Settings({keys.INTERFACE.key: "wg0"}), active=True)
    assert values["listen_interfaces"].startswith("wg0:")
    assert values["outgoing_interfaces"] == "wg0"
    assert not any(values[name] for name in ("enable_lsd", "enable_upnp", "enable_natpmp"))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", ("none", "", 0, "", "")),
        ("socks5://10.0.0.1:1080", ("socks5", "10.0.0.1", 1080, "", "")),
        ("socks5://me:p%40ss@proxy:1080", ("socks5_pw", "proxy", 1080, "me", "p@ss")),
        ("http://proxy:3128", ("http", "proxy", 3128, "", "")),
    ],
)
def test_proxies(address: str, expected: tuple[object, ...]) -> None:
    import libtorrent as lt

    values = proxy_settings(address)
    kind, *rest = expected
    assert values["proxy_type"] == int(getattr(lt.proxy_type_t, str(kind)))
    names = ("hostname", "port", "username", "password")
    assert [values[f"proxy_{name}"] for name in names] == rest


@pytest.mark.parametrize(
    "address", ["ftp://a:1", "socks5://a", "nonsense", "http://:1", "http://a:x"]
)
def test_bad_proxies_are_refused(address: str) -> None:
    with pytest.raises(InvalidInput):
        proxy_settings(address)


def test_a_filter(tmp_path: Path) -> None:
    text = (
        "# no\n10.0.0.0/8\n1.2.3.4-1.2.3.9\nP2P name:5.0.0.0-5.0.0.255\n2001:db8::/32\n9.9.9.9\nx"
    )
    file = tmp_path / "filter.txt"
    file.write_text(text)
    for blocked in (make_filter(text), make_filter(str(file))):
        found = [bool(blocked.access(address)) for address in (
            "10.1.1.1", "1.2.3.4", "1.2.3.9", "1.2.3.10", "5.0.0.7", "2001:db8::1", "9.9.9.9",
            "9.9.9.8",
        )]  # fmt: skip
        assert found == [True, True, True, False, True, True, True, False]
    with pytest.raises(InvalidInput):
        make_filter(str(tmp_path / "none.txt"))


async def test_a_filtered_peer_is_not_spoken_to(
    make_bench: Callable[..., Any], tracker: Tracker, film: Path
) -> None:
    bench = await make_bench(torrent__ip_filter="127.0.0.0/8")
    torrent = make_torrent(film, trackers=[])
    with Seeder(film.parent, [torrent]) as seeder:
        await bench.add(torrent)
        bench.transport._core.jobs["d"].handle.connect_peer(("127.0.0.1", seeder.port))
        await asyncio.sleep(1.5)
        assert bench.transport.progress()["d"].peers == 0
        bench.settings.update({keys.IP_FILTER.key: ""})
        await bench.transport.apply_settings()
        bench.transport._core.jobs["d"].handle.connect_peer(("127.0.0.1", seeder.port))
        await bench.finished()


def ip(*words: str) -> None:
    as_root("ip", *words)


def as_root(*argv: str, text: str = "") -> None:
    """Run a command as root, or by sudo without a password."""
    argv = argv if os.geteuid() == 0 else ("sudo", "-n", *argv)
    done = subprocess.run(argv, capture_output=True, text=True, check=False, input=text)
    if done.returncode:
        pytest.fail(f"this test needs: sudo {' '.join(argv)}\n{done.stderr}")


@pytest.fixture
def house() -> Any:
    """A namespace with two ways out: `lan0`, the ordinary one, and `wg0`, the tunnel."""
    names = [f"mt{os.getpid()}{side}" for side in "hlw"]
    home, lan, tunnel = names
    for name in names:
        ip("netns", "add", name)
        ip("-n", name, "link", "set", "lo", "up")
    for device, far, net in (("lan0", lan, "10.91.1"), ("wg0", tunnel, "10.91.2")):
        ip("link", "add", device, "netns", home, "type", "veth", "peer", "name", "far0",
           "netns", far)  # fmt: skip
        for name, link, address in ((home, device, f"{net}.2/24"), (far, "far0", f"{net}.1/24")):
            ip("-n", name, "addr", "add", address, "dev", link)
            ip("-n", name, "link", "set", link, "up")
    ip("-n", home, "route", "add", "default", "via", "10.91.1.1")
    folder = Path("/etc/netns") / home  # names are asked for by the tunnel, as a VPN sets it up
    as_root("mkdir", "-p", str(folder))
    as_root("tee", str(folder / "resolv.conf"), text="nameserver 10.91.2.1\n")
    yield home, tunnel
    as_root("rm", "-r", str(folder))
    for name in names:
        ip("netns", "del", name)


def in_namespace(name: str) -> list[str]:
    return [*([] if os.geteuid() == 0 else ["sudo", "-n"]), "ip", "netns", "exec", name]


def test_a_bound_interface_fails_closed(house: tuple[str, str], tmp_path: Path) -> None:
    """All that leaves by the ordinary way is captured while the tunnel comes and goes."""
    home, _tunnel = house
    capture = subprocess.Popen(
        [*in_namespace(home), "tcpdump", "-i", "lan0", "-n", "-l", "--immediate-mode",
         "ip and not icmp"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert capture.stderr is not None
        while "listening on" not in (line := capture.stderr.readline()):
            if not line:
                pytest.fail("this test needs: tcpdump -i lan0 (apt-get install tcpdump)")
        outcome = subprocess.run(
            [*in_namespace(home), sys.executable, str(Path(__file__).with_name("bound.py")),
             home, str(tmp_path)],
            capture_output=True, text=True, timeout=300, check=False,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'addon'}:{ROOT}"},
        )  # fmt: skip
    finally:
        capture.terminate()
        seen, _ = capture.communicate(timeout=60)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert seen.strip() == ""
    told = json.loads(outcome.stdout.splitlines()[-1])
    assert told == {"bound_before": True, "tunnel_used": True, "bound_after": False}
