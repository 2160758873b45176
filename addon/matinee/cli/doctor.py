"""What the engine needs, checked from the command line, whether it runs or not."""

from __future__ import annotations

import importlib
import json
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .client import RUNNING

PACKAGES = (
    "aiohttp",
    "aiosqlite",
    "cryptography",
    "libtorrent",
    "orjson",
    "PTT",
    "pyudev",
    "voluptuous",
    "watchfiles",
)


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    ok: bool
    message: str
    hint: str = ""


def checks(data: Path, media: Path, port: int) -> list[Result]:
    """Run every check."""
    return [
        _interpreter(),
        *map(_package, PACKAGES),
        *map(_program, ("ffmpeg", "ffprobe")),
        _port(data, port),
        *(_folder(name, path) for name, path in (("data", data), ("media", media))),
    ]


def _interpreter() -> Result:
    version = ".".join(map(str, sys.version_info[:3]))
    return Result(
        "python",
        (3, 12) <= sys.version_info[:2] < (3, 14),
        version,
        "Matinee runs on Python 3.12 and 3.13.",
    )


def _package(name: str) -> Result:
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        return Result(
            name,
            ok=False,
            message=str(error),
            hint="Install the packages of addon/requirements.txt.",
        )
    return Result(name, ok=True, message=str(getattr(module, "__version__", "installed")))


def _program(name: str) -> Result:
    path = shutil.which(name)
    if path is None:
        return Result(
            name,
            ok=False,
            message="not found",
            hint="Install ffmpeg, for example: apt-get install ffmpeg",
        )
    first = subprocess.run(
        [path, "-version"], capture_output=True, text=True, check=False, timeout=20
    )
    return Result(name, first.returncode == 0, first.stdout.partition("\n")[0][:60] or path)


def _running(data: Path) -> str:
    """Return where the engine of this data folder answers, "" when none does.

    One that was killed leaves its file behind.
    """
    try:
        address = str(json.loads((data / RUNNING).read_text("utf-8"))["url"])
        parts = urlsplit(address)
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5):
            return address
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _port(data: Path, port: int) -> Result:
    if address := _running(data):
        return Result("port", ok=True, message=f"the engine of this data folder runs at {address}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            return Result(
                "port",
                ok=False,
                message=f"{port}: {error.strerror}",
                hint="Another program uses it: choose one with --port.",
            )
    return Result("port", ok=True, message=f"{port} is free")


def _folder(name: str, path: Path) -> Result:
    place = path if path.exists() else path.absolute().parent
    if not place.is_dir():
        return Result(
            name,
            ok=False,
            message=f"{path} does not exist",
            hint="Make it, or name another folder.",
        )
    try:
        usage = shutil.disk_usage(place)
        probe = place / ".matinee-doctor"
        probe.touch()
        probe.unlink()
    except OSError as error:
        return Result(
            name,
            ok=False,
            message=f"{path}: {error.strerror}",
            hint="Give the user that runs Matinee the right to write there.",
        )
    return Result(name, ok=True, message=f"{path}, {usage.free / (1 << 30):.1f} GiB free")
