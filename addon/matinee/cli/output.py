"""How the command line shows things to people."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Mapping
from typing import Any

BLOCKS = " ▏▎▍▌▋▊▉█"


def emit(value: object) -> None:
    """Print JSON for programs."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def line(text: str = "") -> None:
    sys.stdout.write(text + "\n")


def plain(text: str) -> str:
    """Return `text` without control characters: names come from strangers, terminals obey."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def size(count: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def seconds(count: int | None) -> str:
    if count is None:
        return "–"
    hours, rest = divmod(int(count), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def bar(part: float, width: int = 20) -> str:
    """Return a bar of `width` characters for a part between 0 and 1, in eighths."""
    eighths = round(max(0.0, min(1.0, part)) * width * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (BLOCKS[rest] if rest else "")).ljust(width)


def download_line(item: Mapping[str, Any]) -> str:
    columns = shutil.get_terminal_size().columns
    tail = f"▕{bar(item['progress'])}▏{item['progress'] * 100:5.1f} %  {item['state']}"
    if item.get("reason"):
        tail += f" ({item['reason']})"
    if item["rate_down"]:
        tail += f"  {size(item['rate_down'])}/s  {seconds(item['eta'])}"
    if item.get("trouble"):
        tail += f"  {plain(item['trouble']['message'])}"
    room = max(16, columns - len(tail) - 10)
    return f"{item['id'][-6:]}  {plain(item['name'])[:room]:<{room}}  {tail}"


def scan_line(status: Mapping[str, Any]) -> str:
    """Return what a scan found, in one sentence."""
    counted = [f"{status[key]} {key}" for key in ("new", "moved", "missing", "unreadable")]
    told = ", ".join(part for part in counted if not part.startswith("0 "))
    found = f"{status['found']} files seen: {told or 'nothing new'}."
    return f"{found} {plain(status['trouble'])}".rstrip()


def redraw(lines: Iterable[str], before: int) -> int:
    """Draw lines over the `before` lines drawn last time; return how many there are now."""
    drawn = list(lines)
    sys.stdout.write((f"\x1b[{before}F\x1b[J" if before else "") + "\n".join(drawn) + "\n")
    sys.stdout.flush()
    return len(drawn)
