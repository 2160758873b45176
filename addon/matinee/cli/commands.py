"""The commands. Each takes the parsed options and returns the exit code."""

from __future__ import annotations

import asyncio
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from ..errors import AskUser, NotFound
from . import output
from .client import Client

Command = Callable[[Namespace], int]


def _client(options: Namespace) -> Client:
    return Client.find(options.data, options.url, options.token)


def serve(options: Namespace) -> int:
    """Run the engine until it is told to stop."""
    from ..app import Options, run  # noqa: PLC0415  # the other commands start without the engine

    return asyncio.run(
        run(
            Options(
                data=options.data.absolute(),
                media=options.media.absolute(),
                host=options.host,
                port=options.port,
                torrent_port=options.torrent_port,
                suggestions=options.suggestions,
                allow_origins=tuple(options.allow_origin),
                log_level=options.log_level,
                discovery=not options.no_discovery,
            )
        )
    )


def add(options: Namespace) -> int:
    client = _client(options)
    added = [_add_one(client, source, paused=options.paused) for source in options.source]
    if options.wait:
        return _follow(client, [item["id"] for item in added], as_json=options.json)
    _show(added, as_json=options.json)
    return 0


def _add_one(client: Client, source: str, *, paused: bool) -> dict[str, Any]:
    path = Path(source)
    item: dict[str, Any]
    if not source.startswith(("magnet:", "http://", "https://")):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise AskUser(
                f"{source} is neither a link nor a file that can be read: {error.strerror}.",
                hint="Put a magnet link in quotes; name a torrent file by its path.",
            ) from error
        query: dict[str, Any] = {"paused": "true"} if paused else {}
        item = client.call("POST", "/api/downloads/torrent", raw=content, **query)
    else:
        item = client.call("POST", "/api/downloads", {"source": source, "paused": paused})
    return item


def _all(client: Client) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.call("GET", "/api/downloads")["items"]
    return items


def _show(items: Iterable[dict[str, Any]], *, as_json: bool) -> None:
    for item in items:
        if as_json:
            output.emit(item)
        else:
            output.line(output.download_line(item))


def list_downloads(options: Namespace) -> int:
    client = _client(options)
    if options.watch:
        return _follow(client, None, as_json=options.json)
    items = _all(client)
    _show(items, as_json=options.json)
    if not items and not options.json:
        output.line("Nothing is arriving. `matinee add LINK` adds something.")
    return 0


ENDED = {"completed", "failed", "removed"}


def _follow(client: Client, ids: Sequence[str] | None, *, as_json: bool) -> int:
    """Show the progress until all of `ids` are here (None: until interrupted)."""
    drawn = 0
    while True:
        items = [item for item in _all(client) if ids is None or item["id"] in ids]
        if as_json:
            _show(items, as_json=True)
        else:
            drawn = output.redraw(map(output.download_line, items), drawn)
        if ids is not None and all(item["state"] in ENDED for item in items):
            return 1 if any(item["state"] == "failed" for item in items) else 0
        time.sleep(1)


def _chosen(client: Client, words: Sequence[str]) -> list[dict[str, Any]]:
    items = _all(client)
    if list(words) == ["all"]:
        return items
    chosen = []
    for word in words:
        fits = [
            item
            for item in items
            if item["id"].lower().endswith(word.lower()) or word.lower() in item["name"].lower()
        ]
        if not fits:
            raise NotFound(f"No download fits {word!r}.", hint="`matinee list` shows them.")
        if len(fits) > 1:
            raise AskUser(
                f"{len(fits)} downloads fit {word!r}.",
                hint="Use an id: " + ", ".join(item["id"][-6:] for item in fits[:8]),
            )
        chosen.append(fits[0])
    return chosen


def _each(options: Namespace, word: str) -> int:
    client = _client(options)
    changed = [
        client.call("POST", f"/api/downloads/{item['id']}/{word}")
        for item in _chosen(client, options.download)
    ]
    _show(changed, as_json=options.json)
    return 0


def pause(options: Namespace) -> int:
    return _each(options, "pause")


def resume(options: Namespace) -> int:
    return _each(options, "resume")


def remove(options: Namespace) -> int:
    client = _client(options)
    query: dict[str, Any] = {"data": "true"} if options.data_too else {}
    for item in _chosen(client, options.download):
        client.call("DELETE", f"/api/downloads/{item['id']}", **query)
        if options.json:
            output.emit({"id": item["id"], "removed": True})
        else:
            output.line(f"Removed {output.plain(item['name'])}")
    return 0


def scan(options: Namespace) -> int:
    """Start a scan and show how it goes until it is done."""
    client = _client(options)
    status = client.call("POST", "/api/library/scan")
    while status.get("running"):
        time.sleep(0.5)
        status = client.call("GET", "/api/library/scan")
    if options.json:
        output.emit(status)
    else:
        output.line(output.scan_line(status))
    return 0


def token(options: Namespace) -> int:
    answer = _client(options).call(
        "POST", "/api/tokens", {"name": options.name, "role": options.role}
    )
    if options.json:
        output.emit(answer)
    else:
        output.line(answer["token"])
    return 0


def parse(_: Namespace) -> int:
    """Print one JSON object for each name on standard input."""
    from ..releases import describe, parse  # noqa: PLC0415  # its tables are loaded when needed

    for name in sys.stdin:
        output.emit(describe(parse(name.rstrip("\n"))))
    return 0


def doctor(options: Namespace) -> int:
    """Check interpreter, packages, programs, ports and folders; 1 when something is missing."""
    from .doctor import checks  # noqa: PLC0415  # imports what it checks

    results = checks(options.data, options.media, options.port)
    for result in results:
        if options.json:
            output.emit(
                {
                    "name": result.name,
                    "ok": result.ok,
                    "message": result.message,
                    "hint": result.hint,
                }
            )
        else:
            output.line(f"{'✓' if result.ok else '✗'} {result.name}: {result.message}")
            if result.hint and not result.ok:
                output.line(f"    {result.hint}")
    return 0 if all(result.ok for result in results) else 1
