"""What playing films needs of this machine, each checked and said in words."""

from __future__ import annotations

import asyncio
import errno
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import MatineeError
from ..models.volumes import Volume
from ..programs import ffmpeg
from ..settings import FREE_SPACE, INTERFACE, LISTEN_PORT, Settings
from ..volumes import Volumes

_LISTENING = "0A"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check. `message` is one sentence; `hint` the next step, empty when `ok`."""

    name: str
    ok: bool
    message: str
    hint: str = ""


async def run_all(volumes: Volumes, settings: Settings, port: int) -> Sequence[CheckResult]:
    """Run every check at once; none waits longer than a drive or a program may."""
    drives = (_drive(volumes, volume, settings.get(FREE_SPACE)) for volume in volumes.list())
    return await asyncio.gather(
        _program("ffprobe", "Films can be examined"),
        _program("ffmpeg", "Pictures and subtitles can be made"),
        asyncio.to_thread(_page_port, port),
        asyncio.to_thread(_peer_port, settings.get(LISTEN_PORT)),
        asyncio.to_thread(_interface, settings.get(INTERFACE)),
        asyncio.to_thread(_clock),
        *drives,
    )


async def _program(program: str, use: str) -> CheckResult:
    try:
        version = await ffmpeg.version(program)
    except MatineeError as error:
        return CheckResult(program, ok=False, message=error.message, hint=error.hint)
    return CheckResult(program, ok=True, message=f"{use} ({program} {version}).")


async def _drive(volumes: Volumes, volume: Volume, reserve: int) -> CheckResult:
    name = f"drive:{volume.id}"
    try:
        root = await volumes.writable(volume.id)
        await volumes.require_space(volume.id, 0, reserve)
    except MatineeError as error:
        return CheckResult(name, ok=False, message=error.message, hint=error.hint)
    return CheckResult(name, ok=True, message=f"Films can be kept in {root}.")


def _page_port(port: int) -> CheckResult:
    if port in _own_ports():
        return CheckResult("port", ok=True, message=f"This page is served on port {port}.")
    if _free(port):
        return CheckResult("port", ok=True, message=f"Port {port} is free.")
    return CheckResult(
        "port",
        ok=False,
        message=f"Port {port} is used by another program.",
        hint="Stop that program, or start Matinee with another --port.",
    )


def _peer_port(port: int) -> CheckResult:
    if port == 0 or port in _own_ports() or _free(port):
        which = f"port {port}" if port else "any free port"
        return CheckResult("peers", ok=True, message=f"Peers are met on {which}.")
    return CheckResult(
        "peers",
        ok=False,
        message=f"Port {port} for peers is used by another program.",
        hint="Choose another port for peers in the settings.",
    )


def _interface(name: str) -> CheckResult:
    if not name:
        return CheckResult(
            "interface", ok=True, message="Torrents may use every network interface."
        )
    if name in (present for _, present in socket.if_nameindex()):
        return CheckResult(
            "interface", ok=True, message=f"Torrents use {name} only, and it is there."
        )
    return CheckResult(
        "interface",
        ok=False,
        message=f"Torrents may use {name} only, and it is absent.",
        hint="Connect it, or choose another interface in the settings.",
    )


def _clock() -> CheckResult:
    # Nothing here was written in the future; a board without a battery starts in 1970.
    if time.time() + 86400 > Path(__file__).stat().st_mtime:
        said = time.strftime("%Y-%m-%d %H:%M", time.localtime())
        return CheckResult("clock", ok=True, message=f"The clock says {said}.")
    return CheckResult(
        "clock",
        ok=False,
        message="The clock is wrong: it says a date before this program was made.",
        hint="Set the time, or let the system keep it by NTP.",
    )


def _free(port: int) -> bool:
    for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                listener.bind((address, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
    return True


def _own_ports() -> set[int]:
    """Return the TCP ports that this process listens on (proc_pid_net(5))."""
    own = set()
    for handle in Path("/proc/self/fd").iterdir():
        try:
            target = str(handle.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            own.add(target[len("socket:[") : -1])
    ports = set()
    for table in ("tcp", "tcp6"):
        try:
            lines = Path(f"/proc/self/net/{table}").read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTENING and fields[9] in own:
                ports.add(int(fields[1].rpartition(":")[2], 16))
    return ports
