"""From Matinee's settings to libtorrent's: the appliance's profile, limits, binding, proxy."""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import libtorrent as lt

from .... import settings as keys
from ....errors import InvalidInput
from ....models.limits import KIB, MAX_TORRENT_FILE, MIB
from ....settings import Settings
from .magnet import MAX_PIECES, MAX_TOKENS

_log = logging.getLogger(__name__)

TICK_IDLE, TICK_WAITING = 500, 100
"""Milliseconds between libtorrent's rounds; outgoing connections wait for the next one."""
RECONNECT_IDLE, RECONNECT_WAITING = 60, 2
MAX_FAILURES = 6
MAX_FILTER_FILE = 64 * MIB

_CATEGORY = lt.alert.category_t
# No block alerts: they alone made a transfer two and a half times slower.
ALERT_MASK = (
    _CATEGORY.error_notification
    | _CATEGORY.status_notification
    | _CATEGORY.storage_notification
    | _CATEGORY.piece_progress_notification
)
# Measured for a Raspberry Pi's memory; it still fills more than a gigabit.
_PROFILE: Mapping[str, object] = {
    "alert_mask": ALERT_MASK,
    "alert_queue_size": 20_000,
    "aio_threads": 2,
    "hashing_threads": 1,
    "checking_mem_usage": 16,
    "file_pool_size": 20,
    "max_peer_recv_buffer_size": 512 * KIB,
    "max_peerlist_size": 500,
    "max_paused_peerlist_size": 50,
    "torrent_connect_boost": 30,
    "max_failcount": MAX_FAILURES,
    "allow_multiple_connections_per_ip": True,
    "announce_to_all_tiers": True,
    "announce_to_all_trackers": True,
    "max_metadata_size": MAX_TORRENT_FILE,
    "max_piece_count": MAX_PIECES,
    "metadata_token_limit": MAX_TOKENS,
    "user_agent": "Matinee/1 libtorrent/2.1",
    "auto_manage_interval": 3600,
    # A window of wanted pieces can be empty for a moment: seeds must not be dropped for it.
    "close_redundant_connections": False,
    # Blocks strictly by priority: no random first pieces, no whole piece for one peer.
    "initial_picker_threshold": 0,
    "whole_pieces_threshold": 0,
    # WebTorrent would ask a STUN server outside for its address.
    "max_webtorrent_offers": 0,
    "webtorrent_stun_server": "",
    # Never another port than the one that was chosen and perhaps forwarded.
    "listen_system_port_fallback": False,
    "stop_tracker_timeout": 1,
    "request_queue_time": 3,
    "tick_interval": TICK_IDLE,
    "min_reconnect_time": RECONNECT_IDLE,
}


def interface_present(name: str) -> bool:
    """Say whether a network interface of this name exists now. True for no name."""
    return not name or any(name == present for _, present in socket.if_nameindex())


def session_settings(settings: Settings, *, active: bool) -> dict[str, Any]:
    """Return libtorrent's settings. While not `active`, nothing outside is contacted."""
    bound, proxy = settings.get(keys.INTERFACE), settings.get(keys.PROXY)
    local = active and not bound and not proxy
    values: dict[str, Any] = dict(_PROFILE)
    values |= _listening(bound, settings.get(keys.LISTEN_PORT))
    values |= _limits(settings)
    values |= _encryption(settings.get(keys.ENCRYPTION))
    values |= proxy_settings(proxy)
    udp = not proxy or values["proxy_type"] in _SOCKS5
    utp = settings.get(keys.UTP)
    values |= {
        "enable_dht": active and udp and settings.get(keys.DHT),
        # A multicast in the home network would show the home address beside a bound tunnel.
        "enable_lsd": local and settings.get(keys.LSD),
        "enable_upnp": local and settings.get(keys.PORT_MAPPING),
        "enable_natpmp": local and settings.get(keys.PORT_MAPPING),
        "enable_incoming_utp": utp != "never" and udp,
        "enable_outgoing_utp": utp == "always" and udp,
        "anonymous_mode": settings.get(keys.ANONYMOUS),
        "max_queued_disk_bytes": settings.get(keys.DISK_BUFFER),
        "connections_limit": settings.get(keys.CONNECTIONS),
    }
    return values


def _listening(interface: str, port: int) -> dict[str, Any]:
    """Return the binding. Listening and outgoing go together, or one of them would leak."""
    if interface:
        return {
            "listen_interfaces": f"{interface}:{port}",
            "outgoing_interfaces": interface,
        }
    return {"listen_interfaces": f"0.0.0.0:{port},[::]:{port}", "outgoing_interfaces": ""}


def _limits(settings: Settings) -> dict[str, Any]:
    slow = settings.get(keys.ALTERNATIVE)
    down, up = (
        (keys.ALTERNATIVE_DOWN, keys.ALTERNATIVE_UP) if slow else (keys.RATE_DOWN, keys.RATE_UP)
    )
    return {
        "download_rate_limit": min(settings.get(down), 2**31 - 1),
        "upload_rate_limit": min(settings.get(up), 2**31 - 1),
    }


def _encryption(policy: str) -> dict[str, Any]:
    level = lt.enc_level.pe_both
    kind = lt.enc_policy.pe_enabled
    if policy == "require":
        kind, level = lt.enc_policy.pe_forced, lt.enc_level.pe_rc4
    elif policy == "disable":
        kind = lt.enc_policy.pe_disabled
    return {
        "in_enc_policy": int(kind),
        "out_enc_policy": int(kind),
        "allowed_enc_level": int(level),
        "prefer_rc4": policy == "require",
    }


_PROXY_TYPES = {
    ("socks5", False): lt.proxy_type_t.socks5,
    ("socks5", True): lt.proxy_type_t.socks5_pw,
    ("socks5h", False): lt.proxy_type_t.socks5,
    ("socks5h", True): lt.proxy_type_t.socks5_pw,
    ("socks4", False): lt.proxy_type_t.socks4,
    ("http", False): lt.proxy_type_t.http,
    ("http", True): lt.proxy_type_t.http_pw,
}
_SOCKS5 = (int(lt.proxy_type_t.socks5), int(lt.proxy_type_t.socks5_pw))


def proxy_settings(address: str) -> dict[str, Any]:
    """Return the settings for a proxy's address, empty for none. Raises `InvalidInput`."""
    if not address:
        return {
            "proxy_type": int(lt.proxy_type_t.none),
            "proxy_hostname": "",
            "proxy_port": 0,
            "proxy_username": "",
            "proxy_password": "",
        }
    try:
        parts = urlsplit(address)
        kind = _PROXY_TYPES[parts.scheme, bool(parts.username)]
        host, port = parts.hostname, parts.port
    except (KeyError, ValueError) as error:
        raise _bad_proxy() from error
    if not host or not port:
        raise _bad_proxy()
    return {
        "proxy_type": int(kind),
        "proxy_hostname": host,
        "proxy_port": port,
        "proxy_username": unquote(parts.username or ""),
        "proxy_password": unquote(parts.password or ""),
        "proxy_peer_connections": True,
        "proxy_tracker_connections": True,
        "proxy_hostnames": True,
    }


def _bad_proxy() -> InvalidInput:
    return InvalidInput(
        "The address of the proxy cannot be read.",
        code="bad_proxy",
        field=keys.PROXY.key,
        hint="Write it like socks5://user:password@host:1080 or http://host:3128.",
    )


def make_filter(text: str) -> Any:
    """Return libtorrent's filter of the ranges in `text`, or in the file that it names.

    Lines that name no range are left out and counted in the log. Blocks on the disk. Raises
    `InvalidInput` when a file is named that cannot be read.
    """
    blocked = lt.ip_filter()
    wrong = 0
    for line in _filter_lines(text):
        try:
            for first, last in _ranges(line):
                blocked.add_rule(first, last, 1)
        except (ValueError, RuntimeError):
            wrong += 1
    if wrong:
        _log.warning("%d lines of the address filter name no range", wrong)
    return blocked


def _filter_lines(text: str) -> Iterable[str]:
    text = text.strip()
    if text.startswith("/") and "\n" not in text:
        path = Path(text)
        try:
            if path.stat().st_size > MAX_FILTER_FILE:
                raise InvalidInput("The address filter is too large.", field=keys.IP_FILTER.key)
            text = path.read_text("utf-8", "replace")
        except OSError as error:
            raise InvalidInput(
                f"The address filter {path} cannot be read.", field=keys.IP_FILTER.key
            ) from error
    for whole in text.splitlines():
        line = whole.partition("#")[0].strip()
        if line:
            yield line


def _ranges(line: str) -> Iterable[tuple[str, str]]:
    """Return the ranges of `1.2.3.0-1.2.3.9`, `1.2.3.0/24`, `1.2.3.4` or `name:range` (P2P)."""
    if "/" in line:
        network = ipaddress.ip_network(line, strict=False)
        return [(str(network[0]), str(network[-1]))]
    if "-" in line:
        first, _, last = line.partition("-")
        if ":" in first and "." in first:
            first = first.rpartition(":")[2]
        low, high = ipaddress.ip_address(first.strip()), ipaddress.ip_address(last.strip())
        if low.version != high.version or int(low) > int(high):
            raise ValueError("a range goes from the lower address to the higher one")
        return [(str(low), str(high))]
    address = str(ipaddress.ip_address(line))
    return [(address, address)]


def all_classes_limited(session: Any) -> None:
    """Make rate limits hold for peers in the home network too; libtorrent leaves them out."""
    everyone = lt.ip_filter()
    group = 1 << session.global_peer_class_id
    everyone.add_rule("0.0.0.0", "255.255.255.255", group)
    everyone.add_rule("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", group)
    session.set_peer_class_filter(everyone)


def open_session(values: Mapping[str, Any], state: Path) -> Any:
    """Return a session, with the DHT's memory of last time. Blocks on the disk."""
    params: Any = lt.session_params()
    try:
        params = lt.read_session_params(state.read_bytes(), lt.save_state_flags_t.save_dht_state)
    except (OSError, RuntimeError) as error:
        if not isinstance(error, FileNotFoundError):
            _log.warning("The state of the last session cannot be read: %s", error)
    params.settings = dict(values)
    session = lt.session(params)
    all_classes_limited(session)
    return session


def save_session(session: Any, state: Path) -> None:
    """Keep what the DHT knows, for quick magnets after a restart. Blocks on the disk."""
    params = session.session_state(lt.save_state_flags_t.save_dht_state)
    data = lt.bencode(lt.write_session_params(params, lt.save_state_flags_t.save_dht_state))
    partial = state.with_suffix(state.suffix + ".partial")
    try:
        partial.write_bytes(data)
        partial.replace(state)
    except OSError as error:
        _log.warning("The state of the session cannot be kept: %s", error)
