"""Start the engine, say where it is, and end it well."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .. import __version__, releases
from ..household.suggestions import load_suggestions
from ..http.logs import Logs
from ..http.loop_lag import LoopLag
from ..http.server import Listener, ServerInfo, server_id_of
from ..identity import Identity
from ..models.identity import Role
from .lock import only_one
from .options import Options
from .rooms import Ground, Rooms
from .site import build

_log = logging.getLogger(__name__)
RUNNING = "running.json"
LOCAL_TOKEN = "Command line on this machine"  # noqa: S105  # the name of a token, not one


async def run(options: Options) -> int:
    """Serve until SIGTERM or SIGINT; return the exit code."""
    with only_one(options.data):
        logs = Logs(options.data, level=options.log_level)
        await asyncio.to_thread(logs.start)
        try:
            await _serve(options)
        finally:
            await asyncio.to_thread(logs.stop)
    return 0


async def _serve(options: Options) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    # Beside the rest of the start: the first film that is added must not wait for it.
    loop.run_in_executor(None, releases.load)
    offered = await load_suggestions(options.suggestions)
    ground = await Ground.open(options)
    rooms, lag = Rooms(options, ground), LoopLag()
    await rooms.open()
    try:
        info = ServerInfo(
            server_id_of(ground.vault), ground.settings, lambda: listener.port, options.host
        )
        listener = Listener(build(rooms, info, offered, lag), options.host, options.port)
        await listener.start()
        try:
            # What was built stays until the end; collections need not look at it again.
            gc.collect()
            gc.freeze()
            token = await _local_token(rooms.identity)
            with running(options.data, f"http://127.0.0.1:{listener.port}", token):
                await _greet(rooms, info, listener.port)
                await stop.wait()
                _log.info("Stopping")
        finally:
            await lag.stop()
            await listener.stop()
    finally:
        await rooms.close()


async def _local_token(identity: Identity) -> str:
    """Make the token by which the command line of this machine signs in, in place of the last."""
    for info in identity.tokens():
        if info.name == LOCAL_TOKEN:
            await identity.revoke(info.id)
    token, _ = await identity.create_token(identity.household().id, LOCAL_TOKEN, Role.ADMIN)
    return token


@contextmanager
def running(data: Path, url: str, token: str) -> Iterator[None]:
    """Keep the address and token in a file of mode 0600 beside the database while inside."""
    path = data / RUNNING
    draft = path.with_suffix(".new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump({"url": url, "token": token, "pid": os.getpid()}, file)
    draft.replace(path)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()


async def _greet(rooms: Rooms, info: ServerInfo, port: int) -> None:
    view = info.view()
    code = rooms.identity.open_pairing(Role.ADMIN).code
    link = rooms.identity.open_link(Role.ADMIN).code
    local = f"http://127.0.0.1:{port}"
    others = [address for address in view.addresses if "127.0.0.1" not in address]
    sys.stdout.write(
        f"\n  Matinee {__version__} is ready.\n\n"
        f"  On this machine     {local}\n"
        + "".join(f"  In your network     {address}\n" for address in others[:3])
        + f"  Sign in at once     {local}/#/link/{link}\n"
        f"  Or with this code   {code[:4]} {code[4:]}   (five minutes)\n\n"
    )
    sys.stdout.flush()
    _log.info("Matinee %s serves port %d", __version__, port)
