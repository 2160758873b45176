"""A tracker that answers every announce with one fixed list of peers.

Usage: tracker HOST PORT PEER:PORT [PEER:PORT ...]
"""

from __future__ import annotations

import socket
import struct
import sys

from aiohttp import web


def main() -> None:
    host, port, *peers = sys.argv[1:]
    compact = b""
    for peer in peers:
        address, _, number = peer.rpartition(":")
        compact += socket.inet_aton(address) + struct.pack(">H", int(number))
    body = b"d8:completei%de10:incompletei0e8:intervali1800e5:peers%d:%se" % (
        len(peers),
        len(compact),
        compact,
    )

    async def announce(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="text/plain")

    app = web.Application()
    app.router.add_get("/announce", announce)
    web.run_app(app, host=host, port=int(port), access_log=None, print=None)


if __name__ == "__main__":
    main()
