"""A connector that opens no connection into the house."""

from __future__ import annotations

import socket
from typing import Any

import aiohttp

from .addresses import is_own, is_public


class Gate:
    """Judges every address at the moment of connecting, of every hop.

    The name was resolved before, and the very address that is judged is the one connected to: a
    name that resolves differently a moment later gains nothing. `private_allowed` is set by hop.
    """

    def __init__(self) -> None:
        self.private_allowed = False
        self.refused = ""

    def connector(self) -> aiohttp.TCPConnector:
        return aiohttp.TCPConnector(
            socket_factory=self._open, force_close=True, use_dns_cache=False, limit=4
        )

    def admits(self, address: str, family: int) -> bool:
        return self.private_allowed or (is_public(address) and not is_own(address, family))

    def _open(self, info: Any) -> socket.socket:
        family, kind, protocol, _, target = info
        address = str(target[0])
        if not self.admits(address, family):
            self.refused = address
            raise PermissionError(f"{address} lies inside the house")
        opened = socket.socket(family, kind, protocol)
        opened.setblocking(False)
        return opened

    def check_peer(self, answer: aiohttp.ClientResponse) -> bool:
        """Say whether the other end of an open connection is one that may be read from."""
        transport = answer.connection.transport if answer.connection else None
        peer = transport.get_extra_info("peername") if transport else None
        if transport is None or peer is None:
            return True  # the answer is complete; its socket was judged when it was opened
        return self.admits(str(peer[0]), transport.get_extra_info("socket").family)
