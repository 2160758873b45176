"""Make the demonstration films, share them, and start the engine with them on offer.

Usage: python -m scripts.demo [--rate BYTES] [--folder FOLDER] -- [options of the engine]
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .films import FILMS, SECONDS, make


def say(text: str) -> None:
    print(f"\033[2m·\033[0m {text}", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=700_000)
    parser.add_argument("--folder", type=Path, default=Path("demo"))
    parser.add_argument("--seconds", type=int, default=SECONDS)
    options, engine = parser.parse_known_args()
    engine = [word for word in engine if word != "--"]
    folder = options.folder.absolute()
    films = []
    for number, film in enumerate(FILMS, 1):
        started = time.monotonic()
        films.append(make(film, folder / f"films-{options.seconds}s", seconds=options.seconds))
        say(f"Film {number} of {len(FILMS)}: {film.about} ({time.monotonic() - started:.0f} s)")
    say(f"Sharing them from two seeders at {options.rate / 1e6:.1f} MB/s each")
    swarm = subprocess.Popen(
        [sys.executable, "-m", "scripts.demo.swarm", str(options.rate), *map(str, films)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert swarm.stdout is not None
    offered = json.loads(swarm.stdout.readline())["torrents"]
    with tempfile.TemporaryDirectory(prefix="matinee-demo-") as place:
        suggestions = Path(place) / "suggestions.json"
        suggestions.write_text(
            json.dumps(
                [
                    {
                        "name": torrent["name"],
                        "description": film.about,
                        "source": torrent["magnet"],
                        "size": torrent["size"],
                    }
                    for torrent, film in zip(offered, FILMS, strict=True)
                ]
            ),
            "utf-8",
        )
        defaults = {"--data": folder / "data", "--media": folder / "media"}
        chosen = [
            word
            for name, path in defaults.items()
            if name not in engine
            for word in (name, str(path))
        ]
        child = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "matinee",
                "serve",
                "--suggestions",
                str(suggestions),
                "--no-discovery",
                *chosen,
                *engine,
            ],
            env=os.environ,
        )
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: child.send_signal(signal.SIGTERM))
        code = child.wait()
    if swarm.stdin is not None:
        swarm.stdin.close()
    swarm.wait(timeout=20)
    return code


if __name__ == "__main__":
    sys.exit(main())
