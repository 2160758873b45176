"""What can be typed."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .. import __version__
from ..errors import MatineeError
from . import commands

DEFAULT_PORT = 8674


def build() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="matinee", description="Films and series of this household: fetch, keep, watch."
    )
    parser.add_argument("--version", action="version", version=f"matinee {__version__}")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("MATINEE_DATA", "data")),
        help="folder of the database, the key and the logs (default: %(default)s)",
    )
    parser.add_argument(
        "--url",
        default=os.environ.get("MATINEE_URL", ""),
        help="address of a running engine (default: the one that uses the data folder)",
    )
    parser.add_argument(
        "--token",
        default=os.environ.get("MATINEE_TOKEN", ""),
        help="token for it (default: the one the engine left in the data folder)",
    )
    words = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _serve(words)
    _downloads(words)
    _house(words)
    return parser


type Words = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001  # it has no public name


def _command(words: Words, name: str, text: str, run: commands.Command) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = words.add_parser(name, help=text, description=text)
    command.set_defaults(run=run)
    command.add_argument(
        "--json",
        action="store_true",
        default=not sys.stdout.isatty(),
        help="print JSON (the default where the output is no terminal)",
    )
    return command


def _serve(words: Words) -> None:
    serve = _command(words, "serve", "run the engine", commands.serve)
    serve.add_argument("--host", default="0.0.0.0", help="address to listen on (%(default)s)")
    serve.add_argument("--port", type=int, default=DEFAULT_PORT, help="port (%(default)s)")
    serve.add_argument("--data", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    serve.add_argument(
        "--media",
        type=Path,
        default=Path("media"),
        help="first folder for films and downloads (default: %(default)s)",
    )
    serve.add_argument("--torrent-port", type=int, help="port for peers, in place of the setting")
    serve.add_argument(
        "--suggestions", type=Path, help="JSON file of links that the page offers to add"
    )
    serve.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="private address that links may be fetched from, such as http://192.168.1.5:9117",
    )
    serve.add_argument(
        "--log-level", choices=("debug", "info", "warning"), default="info", help="(%(default)s)"
    )
    serve.add_argument(
        "--no-discovery",
        action="store_true",
        help="peers from links and trackers only: no DHT, no local search, no port mapping",
    )


def _downloads(words: Words) -> None:
    add = _command(words, "add", "add magnet links, torrent files or links to them", commands.add)
    add.add_argument("source", nargs="+")
    add.add_argument("--paused", action="store_true", help="do not start yet")
    add.add_argument("--wait", action="store_true", help="show the progress until all are here")
    listing = _command(words, "list", "what is arriving", commands.list_downloads)
    listing.add_argument("--watch", action="store_true", help="keep showing the progress")
    for name, text in (
        ("pause", "pause downloads"),
        ("resume", "resume downloads"),
        ("remove", "remove downloads"),
    ):
        command = _command(words, name, text, getattr(commands, name))
        command.add_argument("download", nargs="+", help="id or part of the name, or 'all'")
        if name == "remove":
            command.add_argument("--data-too", action="store_true", help="also delete its data")


def _house(words: Words) -> None:
    _command(words, "scan", "look for new files in the library folders", commands.scan)
    token = _command(words, "token", "make a token for a program", commands.token)
    token.add_argument("name", help="what it is for")
    token.add_argument("--role", choices=("admin", "member", "guest"), default="member")
    parse = _command(words, "parse", "read release names from standard input", commands.parse)
    parse.epilog = "One name a line in, one JSON object a line out."
    doctor = _command(words, "doctor", "check what the engine needs", commands.doctor)
    doctor.add_argument("--port", type=int, default=DEFAULT_PORT)
    doctor.add_argument("--media", type=Path, default=Path("media"))


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit code. Errors are two lines: what, and the next step."""
    options = build().parse_args(argv)
    try:
        return int(options.run(options))
    except MatineeError as error:
        sys.stderr.write(f"matinee: {error.message}\n")
        if error.hint:
            sys.stderr.write(f"  {error.hint}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
