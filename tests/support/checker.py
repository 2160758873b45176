"""Looks whether a house is whole: nothing lost, nothing twice, no half file under a final name.

Works on the folders and the database alone, whether the engine runs, was stopped or was killed:

    checker = Checker(house.data, [house.media], sources=tmp_path / "sources")
    checker.check()                   # as it is, in the middle of things
    checker.settle()                  # when everything has come to its end: no leftovers either

or `python -m tests.support.checker --data D --media M --sources S [--settled]`. What one check
saw the next ones expect: downloads, media and library files must not vanish (`forget` says of a
download that it was removed on purpose).
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

FINAL = ("Movies", "TV Shows")
FILMS = {".mkv", ".mp4", ".webm"}
Rows = list[dict[str, Any]]

_hashes: dict[tuple[int, int, int, int], str] = {}


def sha256(path: Path) -> str:
    """Return the hash of a file's content, from memory when the file is the same as before."""
    seen = path.stat()
    key = (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns)
    if key not in _hashes:
        with path.open("rb") as file:
            _hashes[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return _hashes[key]


def is_running(data: Path) -> bool:
    """Say whether an engine holds the data folder."""
    try:
        with (data / "lock").open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


@contextlib.contextmanager
def opened(data: Path) -> Iterator[sqlite3.Connection]:
    """Open the database to read. One whose engine is dead is copied, so that it stays as it is."""
    with contextlib.ExitStack() as stack:
        path = data / "matinee.db"
        if not is_running(data):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="matinee-check-")))
            for name in ("matinee.db", "matinee.db-wal"):
                with contextlib.suppress(FileNotFoundError):
                    shutil.copyfile(data / name, folder / name)
            path = folder / "matinee.db"
        connection = stack.enter_context(contextlib.closing(sqlite3.connect(path, timeout=30)))
        connection.row_factory = sqlite3.Row
        yield connection


class Broken(AssertionError):
    """The house is not whole; the message has a line for each finding."""


class Checker:
    """`media` are the roots of the volumes, `sources` holds every file that may come to them.

    `linked` says that library and download share their bytes by hard links.
    """

    def __init__(
        self, data: Path, media: Sequence[Path], *, sources: Path, linked: bool = True
    ) -> None:
        self.data, self.media, self.sources, self.linked = data, list(media), sources, linked
        self.expected: dict[str, set[str]] = defaultdict(set)
        self.findings: list[str] = []

    def forget(self, download_id: str) -> None:
        self.expected["downloads"].discard(download_id)

    def check(self, *, settled: bool = False) -> None:
        """Raise `Broken` with everything that is wrong."""
        found = self.look(settled=settled)
        if found:
            raise Broken("The house is not whole:\n  " + "\n  ".join(found))

    def settle(self, seconds: float = 30) -> None:
        """Raise `Broken` unless everything is at its end, or comes to it in this time."""
        deadline = time.monotonic() + seconds
        while self.look(settled=True) and is_running(self.data) and time.monotonic() < deadline:
            time.sleep(0.2)
        self.check(settled=True)

    def look(self, *, settled: bool = False) -> list[str]:
        """Return what is wrong, a sentence each."""
        self.findings = []
        with opened(self.data) as database:
            self._database(database)
            tables = {
                name: [dict(row) for row in database.execute(f"SELECT * FROM {name}")]
                for name in (
                    "downloads", "download_files", "media", "media_aliases", "shows",
                    "library_files", "library_operations", "library_history", "arrivals",
                    "volumes", "download_history",
                )
            }  # fmt: skip
        roots = self._roots(tables["volumes"])
        originals = {sha256(path) for path in self.sources.rglob("*") if path.is_file()}
        self._nothing_lost(tables)
        self._nothing_twice(tables)
        files = self._files(tables, roots, originals)
        self._rows_have_files(tables, roots, files)
        if settled:
            self._no_leftovers(tables)
            self._all_arrived(tables, roots, originals)
        return self.findings

    def _wrong(self, words: str) -> None:
        self.findings.append(words)

    def _database(self, database: sqlite3.Connection) -> None:
        for pragma, good in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
            answer = [tuple(row) for row in database.execute(f"PRAGMA {pragma}")]
            if answer != good:
                self._wrong(f"{pragma}: {answer[:5]}")

    def _roots(self, volumes: Rows) -> dict[str, Path]:
        marks = {(root / ".matinee-volume").read_text("utf-8").strip(): root for root in self.media}
        found = {}
        for volume in volumes:
            for text, root in marks.items():
                if volume["marker"] in text:
                    found[volume["id"]] = root
        return found

    # rows ------------------------------------------------------------------------------------
    def _nothing_lost(self, tables: dict[str, Rows]) -> None:
        aliases = {row["old_id"] for row in tables["media_aliases"]}
        there = {
            "downloads": {row["id"] for row in tables["downloads"] if row["state"] != "removed"},
            "media": {row["id"] for row in tables["media"]} | aliases,
            "library_files": {row["id"] for row in tables["library_files"] if row["created"]},
        }
        for name, ids in there.items():
            for lost in sorted(self.expected[name] - ids):
                self._wrong(f"{name} has lost {lost}")
            self.expected[name] |= ids

    def _nothing_twice(self, tables: dict[str, Rows]) -> None:
        movies = [row for row in tables["media"] if row["kind"] == "movie"]
        rows = tables["library_files"]
        paths = [
            (row["media_id"], row["detail"].rpartition(" (")[0] if row["detail"].endswith(
                ("(link)", "(copy)", "(clone)", "(move)")) else row["detail"])
            for row in tables["library_history"] if row["event"] == "imported"
        ]  # fmt: skip
        for what, keys in (
            ("film", [(row["title_key"], row["year"]) for row in movies]),
            ("show", [(row["title_key"], row["year"]) for row in tables["shows"]]),
            ("file of a download in the library",
             [(row["origin"], row["origin_index"]) for row in rows if row["origin"]]),
            ("place in the library", [(row["volume_id"], row["path"].casefold()) for row in rows]),
            ("torrent", [row["hash_v1"] or row["hash_v2"] or row["id"]
                         for row in tables["downloads"] if row["state"] != "removed"]),
            ("import", paths),
        ):  # fmt: skip
            for key, count in Counter(keys).items():
                if count > 1:
                    self._wrong(f"{what} {key} is there {count} times")

    # the disk --------------------------------------------------------------------------------
    def _files(
        self, tables: dict[str, Rows], roots: dict[str, Path], originals: set[str]
    ) -> dict[tuple[str, str], Path]:
        """Look at every file of the library's folders; return those under final names."""
        operations = tables["library_operations"]
        found: dict[tuple[str, str], Path] = {}
        contents: dict[str, list[str]] = defaultdict(list)
        for volume_id, root in roots.items():
            for path in (p for top in FINAL for p in sorted((root / top).rglob("*"))):
                relative = str(path.relative_to(root))
                if path.is_dir():
                    continue
                if path.name.startswith(".") and path.suffix == ".partial":
                    if not any(path.stem == f".{row['id']}" for row in operations):
                        self._wrong(f"{relative} is a draft of nothing")
                elif path.suffix == ".nfo":
                    self._nfo(path, relative)
                else:
                    found[volume_id, relative] = path
                    content = sha256(path)
                    contents[content].append(relative)
                    if content not in originals:
                        self._wrong(f"{relative} is not what was sent ({path.stat().st_size} B)")
        for names in contents.values():
            if len(names) > 1:
                self._wrong(f"the same film lies under {names}")
        known = {(row["volume_id"], row["path"]) for row in tables["library_files"]}
        known |= {(row["volume_id"], row["target"]) for row in operations}
        for _, relative in sorted(found.keys() - known):
            self._wrong(f"{relative} is in no row")
        return found

    def _nfo(self, path: Path, relative: str) -> None:
        try:
            ET.fromstring(path.read_bytes())
        except ET.ParseError as error:
            self._wrong(f"{relative} is half: {error}")

    def _rows_have_files(
        self, tables: dict[str, Rows], roots: dict[str, Path], files: dict[tuple[str, str], Path]
    ) -> None:
        for row in tables["library_files"]:
            if row["created"] and row["volume_id"] in roots and not row["missing_since"]:
                path = files.get((row["volume_id"], row["path"]))
                if path is None:
                    self._wrong(f"{row['path']} has a row and no file")
                elif path.stat().st_size != row["size"]:
                    self._wrong(f"{row['path']} has another size than its row")
            if row["missing_since"]:
                self._wrong(f"{row['path']} is called missing")

    # at the end ------------------------------------------------------------------------------
    def _no_leftovers(self, tables: dict[str, Rows]) -> None:
        for row in tables["library_operations"]:
            self._wrong(f"an operation is open: {row['kind']} {row['target']}")
        for row in tables["arrivals"]:
            self._wrong(f"an arrival is open: file {row['file_index']} of {row['download_id']}")
        for row in tables["downloads"]:
            if row["state"] not in {"completed", "failed", "paused"}:
                self._wrong(f"“{row['name']}” is still {row['state']}")
        filmed = {row["media_id"] for row in tables["library_files"] if row["role"] == "film"}
        removed = any(row["event"] == "removed" for row in tables["download_history"])
        if not removed and all(row["state"] == "completed" for row in tables["downloads"]):
            for row in tables["media"]:
                if row["id"] not in filmed:
                    self._wrong(f"“{row['title']}” ({row['kind']} {row['id']}) has no film")
        ids = {row["id"] for row in tables["downloads"]}
        for root in self.media:
            for path in root.rglob("*.partial"):
                self._wrong(f"{path.relative_to(root)} is left over")
            downloads = root / "Downloads"
            for path in downloads.iterdir() if downloads.is_dir() else ():
                if path.name not in ids:
                    self._wrong(f"Downloads/{path.name} is of no download")

    def _all_arrived(
        self, tables: dict[str, Rows], roots: dict[str, Path], originals: set[str]
    ) -> None:
        """Completed downloads hold what was sent, and each of their films is in the library."""
        rows = {(row["origin"], row["origin_index"]): row for row in tables["library_files"]}
        complete = {row["id"]: row for row in tables["downloads"] if row["state"] == "completed"}
        for file in tables["download_files"]:
            download = complete.get(file["download_id"])
            if download is None or file["is_padding"] or not file["priority"]:
                continue
            root, relative = roots[download["volume_id"]], f"{download['save_path']}/{file['path']}"
            path, row = root / relative, rows.get((download["id"], file["file_index"]))
            if not path.is_file():
                self._wrong(f"{relative} is gone")
                continue
            if sha256(path) not in originals:
                self._wrong(f"{relative} is not what was sent")
            if path.suffix in FILMS and row is None:
                self._wrong(f"{relative} did not come into the library")
            if row is not None and self.linked and not path.samefile(
                roots[row["volume_id"]] / row["path"]
            ):  # fmt: skip
                self._wrong(f"{relative} is a second copy of {row['path']}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Look whether a house is whole.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--media", type=Path, required=True, action="append")
    parser.add_argument("--sources", type=Path, required=True, help="what was sent")
    parser.add_argument("--settled", action="store_true", help="everything has come to its end")
    parser.add_argument("--copied", action="store_true", help="the volume has no hard links")
    options = parser.parse_args()
    checker = Checker(
        options.data, options.media, sources=options.sources, linked=not options.copied
    )
    found = checker.look(settled=options.settled)
    for words in found:
        print(words)
    print("The house is whole." if not found else f"{len(found)} findings.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
