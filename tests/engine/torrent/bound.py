"""Run inside a namespace by `test_network`: a transport that is bound to wg0, which goes away.

Usage: bound.py NAMESPACE FOLDER. Prints what it saw as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from matinee.downloads.transports.torrent import TorrentTransport
from matinee.ports import TransportJob
from matinee.settings import Settings
from tests.engine.torrent.conftest import Told, until

MAGNET = (
    "magnet:?xt=urn:btih:"
    + "ab" * 20
    + "&tr=http://10.91.1.1:6969/announce&tr=udp://10.91.1.1:6969&tr=http://10.91.2.1:6969/announce"
    + "&x.pe=10.91.1.1:7001&x.pe=10.91.2.1:7001"
)


def sent() -> int:
    return int(Path("/sys/class/net/wg0/statistics/tx_packets").read_text())


async def main(namespace: str, folder: Path) -> None:
    settings = Settings({"torrent.interface": "wg0", "torrent.port": 0})
    transport = TorrentTransport(settings, state_path=folder / "session")
    (folder / "volume").mkdir()
    before = sent()
    await transport.start(Told())
    await transport.add(TransportJob("d", folder / "volume" / "D" / "d", source=MAGNET))
    await until(lambda: sent() > before + 2, "packets by the tunnel")
    seen = {"bound_before": transport.bound, "tunnel_used": sent() > before}
    subprocess.run(["ip", "-n", namespace, "link", "del", "wg0"], check=True)
    await until(lambda: not transport._core.interface_up, "the transport to notice")
    transport._core.jobs["d"].handle.force_reannounce()
    transport._core.jobs["d"].handle.connect_peer(("10.91.1.1", 7001))
    await transport.pause("d")
    await transport.resume("d")
    await asyncio.sleep(4)
    seen |= {"bound_after": transport.bound}
    await transport.stop()
    print(json.dumps(seen))


if __name__ == "__main__":
    os.environ.pop("SUDO_USER", None)
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
