"""Measure this engine beside other programs, in one run, on one machine.

Usage: scripts/bench bulk|stream|serve|idle|list|seeks|loop|libtorrent [--runs N] [--peer PART ...]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from . import (
    b1_download,
    b2_stream,
    b3_serve,
    b4_idle,
    b5_list,
    b6_libtorrent,
    b7_seeks,
    b8_loop,
    data,
)
from .peers import DAEMONS, DOWNLOADERS, FILE_SERVERS, STREAMERS, present
from .report import save, table

MIB = 1 << 20


def chosen(known: dict, parts: list[str] | None) -> list[str]:
    """The peers asked for, of those that are installed; each missing one is named."""
    names = [name for name in known if not parts or any(part in name for part in parts)]
    kept = []
    for name in names:
        missing = present(known[name])
        if missing:
            print(f"· left out: {name} ({missing} is not installed)", file=sys.stderr)
        else:
            kept.append(name)
    return kept


def measure(options: argparse.Namespace, work: Path) -> tuple[tuple, list[str]]:
    """Run one benchmark; return (parameters, samples, summary) and its columns."""
    runs, place = options.runs, options.data
    match options.benchmark:
        case "bulk":
            source = data.random_file(place, options.size)
            return b1_download.run(
                work,
                source,
                chosen(DOWNLOADERS, options.peer),
                runs,
                2 * MIB,
                transport=options.transport,
            ), b1_download.COLUMNS
        case "stream":
            sources = [
                film for film in data.films(place) if not options.file or film.name in options.file
            ]
            return b2_stream.run(
                work,
                sources,
                chosen(STREAMERS, options.peer),
                runs,
                MIB,
                links=options.link,
                magnet=not options.torrent_file,
            ), b2_stream.COLUMNS
        case "serve":
            source = data.random_file(place, 2048)
            return b3_serve.run(
                work, source, chosen(FILE_SERVERS, options.peer), runs, 4 * MIB
            ), b3_serve.COLUMNS
        case "idle":
            return b4_idle.run(
                work, chosen(DAEMONS, options.peer), runs, options.seconds
            ), b4_idle.COLUMNS
        case "list":
            source = data.random_file(place, 1024)
            return b5_list.run(
                work, source, chosen(DAEMONS, options.peer), runs, 2 * MIB
            ), b5_list.COLUMNS
        case "seeks":
            return b7_seeks.run(work, data.films(place)[0], runs, MIB), b7_seeks.COLUMNS
        case "loop":
            source = data.random_file(place, 1024)
            return b8_loop.run(work, source, runs, 2 * MIB), b8_loop.COLUMNS
        case _:
            data.random_file(place, 1024)
            return b6_libtorrent.run(work, place), []


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "benchmark",
        choices=["bulk", "stream", "serve", "idle", "list", "seeks", "loop", "libtorrent"],
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peer", action="append", help="part of a peer's name; repeatable")
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "benchdata")
    parser.add_argument("--link", action="append", choices=list(b2_stream.LINKS))
    parser.add_argument("--file", action="append", help="stream: fast.mp4, slow.mp4 or third.mkv")
    parser.add_argument("--torrent-file", action="store_true", help="stream: no magnet link")
    parser.add_argument(
        "--transport",
        choices=["tcp", "both"],
        default="tcp",
        help="bulk: what the seeder accepts, and the peer where it can be told",
    )
    parser.add_argument("--size", type=int, default=1024, help="bulk: MiB to download")
    parser.add_argument("--seconds", type=float, default=30, help="idle: length of a window")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    options.data.mkdir(parents=True, exist_ok=True)
    if options.json:  # samples and progress stay visible, the figures alone are on stdout
        figures, sys.stdout = sys.stdout, sys.stderr
    # An end from outside is an ordinary exit, so that namespaces and processes go with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parent.parent)
    # Every Python peer starts from compiled modules, as one that is installed does.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(options.data / "pycache")
    work = Path(tempfile.mkdtemp(prefix="homebench-", dir=options.data))
    started = time.monotonic()
    try:
        (parameters, samples, summary), columns = measure(options, work)
        parameters["took_s"] = round(time.monotonic() - started, 1)
        path = save(options.data / "results", options.benchmark, parameters, samples, summary)
        if options.benchmark == "stream":
            for case, entry in summary.items():
                print(f"\n{case}\nbound {json.dumps(entry['bound'])}")
                print(table(entry["peers"], columns))
        elif columns:
            print(table(summary, columns))
        print(path)
        if options.json:
            print(
                json.dumps(
                    {"benchmark": options.benchmark, "parameters": parameters, "summary": summary}
                ),
                file=figures,
            )
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
