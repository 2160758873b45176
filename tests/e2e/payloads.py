"""Films of a chosen size: real ones of two seconds, and after them a box that players skip."""

from __future__ import annotations

import random
import struct
from pathlib import Path

from tests.support.films import make_film
from tests.support.swarm import KIB, MIB


def film(path: Path, size: int, seed: int) -> Path:
    """Make an mp4 of `size` bytes that plays, and whose bytes differ for each seed."""
    make_film(path, "mp4")
    left = size - path.stat().st_size
    assert left > 8, f"the film alone has {path.stat().st_size} bytes"
    source = random.Random(seed)
    with path.open("ab") as file:
        file.write(struct.pack(">I4s", left, b"free"))
        left -= 8
        while left:
            part = min(left, MIB)
            file.write(source.randbytes(part))
            left -= part
    return path


def movie(sources: Path, title: str, size: int, seed: int) -> Path:
    return film(sources / f"{title.replace(' ', '.')}.2019.1080p.WEB.H264-GRP.mp4", size, seed)


def season(sources: Path, show: str, episodes: int, seed: int, size: int = 300 * KIB) -> Path:
    """Make a season pack with a subtitle for each episode and a note that nobody wants."""
    name = f"{show.replace(' ', '.')}.S01.1080p.WEB.H264-GRP"
    folder = sources / name
    for number in range(1, episodes + 1):
        stem = f"{show.replace(' ', '.')}.S01E{number:02}.1080p.WEB.H264-GRP"
        film(folder / f"{stem}.mp4", size, seed * 100 + number)
        words = f"1\n00:00:00,200 --> 00:00:01,000\n{show} {number}\n"
        (folder / f"{stem}.en.srt").write_text(words, "utf-8")
    (folder / "note.txt").write_text(f"{show}\n", "utf-8")
    return folder
