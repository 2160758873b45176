"""Which addresses belong to everybody, and which lie inside the house. Pure but for `is_own`."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from yarl import URL

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")  # RFC 8215: of the network's own choosing


def origin_of(url: str | URL) -> str:
    """Return `scheme://host:port` with the port written out. Raises ValueError."""
    found = URL(url)
    if not found.raw_host or found.port is None:
        raise ValueError(f"{url} has no host.")
    host = f"[{found.raw_host}]" if ":" in found.raw_host else found.raw_host.lower()
    return f"{found.scheme.lower()}://{host}:{found.port}"


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the internet: none of the house, none special.

    IPv4 inside IPv6 (mapped, NAT64, 6to4) is judged by the IPv4 address.
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        inner = _embedded(found)
        if inner is not None:
            return is_public(str(inner))
        if found in _NAT64_LOCAL or found.teredo is not None or found.is_site_local:
            return False
    return (
        found.is_global
        and not found.is_private
        and not found.is_multicast
        and not found.is_reserved
        and not found.is_unspecified
    )


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour


def is_own(address: str, family: int) -> bool:
    """Say whether an address is this machine's own, such as a public IPv6 one.

    The way to it begins at itself. A UDP socket is connected, which sends nothing.
    """
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as test:
            test.connect((address, 9))
            return bool(test.getsockname()[0] == address)
    except OSError:
        return False
