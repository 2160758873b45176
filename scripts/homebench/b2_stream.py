"""B2: from a magnet link to the first byte, to a completed ffprobe, and to a seek."""

from __future__ import annotations

import math
import os
import subprocess
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from .network import Network
from .peers import STREAMERS
from .peers.base import Streamer
from .procs import ForeignLoad, wait_quiet
from .rangeread import Range
from .report import summed, taken
from .swarm import TRACKER_URL, Swarm
from .torrents import Torrent, from_file

MIB = 1 << 20
COLUMNS = ["first_byte_s", "first_mib_s", "ffprobe_s", "seek_s"]
LINKS = {
    "1x4MB/s": {"seeders": 1, "rate": 4_000_000, "delay_ms": 0.0},
    "3x1.5MB/s+40ms": {"seeders": 3, "rate": 1_500_000, "delay_ms": 20.0},
}
GOODPUT = 1448 / 1500
# Round trips that nothing can leave out: tracker connect and answer, peer connect,
# handshakes, metadata, interested and unchoke, request and data.
ROUND_TRIPS = 7


def ffprobe(location: str, timeout: float) -> int:
    argv = ["ffprobe", "-v", "error", "-show_format", "-show_streams", location]
    return subprocess.run(argv, capture_output=True, timeout=timeout).returncode


def read_range(location: str, first: int, length: int, deadline: float) -> Range | FileRange:
    """Ask until the peer answers; a peer that is still starting refuses."""
    while True:
        try:
            if location.startswith("http"):
                left = max(0.1, deadline - time.monotonic())
                return Range(location, first, length, keep=True, timeout=left).finish()
            return FileRange(location, first, length)
        except (ConnectionError, FileNotFoundError, IsADirectoryError):
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing at {location}") from None
            time.sleep(0.01)


class FileRange:
    """The same as Range, from a file system."""

    def __init__(self, path: str, first: int, length: int) -> None:
        with open(path, "rb", buffering=0) as handle:
            handle.seek(first)
            self.body = bytearray(handle.read(1))
            self.first_byte = time.monotonic()
            while len(self.body) < length:
                got = handle.read(length - len(self.body))
                if not got:
                    raise ConnectionError("file ended")
                self.body += got
        self.done = time.monotonic()


def one(
    name: str, torrent: Torrent, source: Path, work: Path, *, magnet: bool, timeout: float
) -> dict:
    quiet = wait_quiet(patience=8)
    peer: Streamer = STREAMERS[name](work / "peer")
    sample: dict = {"peer": name, "file": torrent.name, "quiet_before": quiet}
    try:
        peer.prepare()
        cpu_before = peer.process.cpu() if peer.process else 0.0
        load = ForeignLoad()
        started = time.monotonic()
        deadline = started + timeout
        peer.open(torrent, magnet=magnet)
        location = peer.location(torrent)
        head = read_range(location, 0, MIB, deadline)
        sample |= {
            "first_byte_s": round(head.first_byte - started, 3),
            "first_mib_s": round(head.done - started, 3),
        }
        code = ffprobe(location, timeout)
        sample["ffprobe_s"] = round(time.monotonic() - started, 3)
        sample["ffprobe_rc"] = code
        offset = int(torrent.size * 0.7)
        seeking = time.monotonic()
        there = read_range(location, offset, MIB, deadline)
        sample |= {
            "seek_first_s": round(there.first_byte - seeking, 3),
            "seek_s": round(there.done - seeking, 3),
        }
        with source.open("rb") as handle:
            right = [handle.read(MIB)]
            handle.seek(offset)
            right.append(handle.read(MIB))
        sample["bytes_ok"] = [bytes(head.body), bytes(there.body)] == right
        sample |= {
            "cpu_s": round(peer.process.cpu() - cpu_before, 2),
            "foreign_cores": load.cores(),
        }
        if code or not sample["bytes_ok"]:
            sample["error"] = f"ffprobe {code}, bytes {sample['bytes_ok']}"
    except Exception as error:
        sample["error"] = f"{type(error).__name__}: {error} {peer.log_tail()[-300:]}"
    finally:
        peer.clean()
    return sample


def touched(source: Path) -> list[tuple[int, int]]:
    """The byte ranges that ffprobe reads of a file over HTTP, in order."""
    size = source.stat().st_size
    ranges: list[tuple[int, int]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            text = self.headers.get("Range", "bytes=0-").removeprefix("bytes=")
            first, _, last = text.partition("-")
            start, end = int(first), int(last) if last else size - 1
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{end}/{size}")
            self.send_header("Content-Length", str(end - start + 1))
            self.send_header("Accept-Ranges", "bytes")
            self.end_headers()
            sent = 0
            with source.open("rb") as handle:
                handle.seek(start)
                try:
                    while sent < end - start + 1:
                        sent += self.wfile.write(handle.read(16384))
                        self.wfile.flush()
                        time.sleep(0.002)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True
            ranges.append((start, sent))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    ffprobe(f"http://127.0.0.1:{server.server_port}/", 60)
    time.sleep(0.1)
    server.shutdown()
    server.server_close()
    return ranges


def bound(torrent: Torrent, ranges: list[tuple[int, int]], link: dict) -> dict[str, float]:
    """Seconds that whole verified pieces need on this link, at best."""
    speed = link["seeders"] * link["rate"] * GOODPUT
    trip = 2 * link["delay_ms"] / 1000

    def pieces(first: int, length: int) -> set[int]:
        return set(range(first // torrent.piece, (first + length - 1) // torrent.piece + 1))

    def size(numbers: set[int]) -> int:
        return sum(min(torrent.piece, torrent.size - n * torrent.piece) for n in numbers)

    probe = set().union(pieces(0, MIB), *(pieces(first, max(1, n)) for first, n in ranges))
    metadata = 20 * math.ceil(torrent.size / torrent.piece)
    start = ROUND_TRIPS * trip + metadata / speed
    return {
        "first_byte_s": round(start + torrent.piece / speed, 3),
        "first_mib_s": round(start + size(pieces(0, MIB)) / speed, 3),
        "ffprobe_s": round(start + size(probe) / speed + (len(ranges) - 1) * trip, 3),
        "seek_s": round(trip + size(pieces(int(torrent.size * 0.7), MIB)) / speed, 3),
        "probe_bytes": sum(n for _, n in ranges),
        "probe_requests": len(ranges),
        "probe_pieces": len(probe),
    }


def run(
    work: Path,
    sources: list[Path],
    peers: list[str],
    runs: int,
    piece: int,
    *,
    magnet: bool = True,
    links: list[str] | None = None,
    timeout: float = 60.0,
) -> tuple[dict, list[dict], dict]:
    torrents = {source: from_file(source, work, piece, TRACKER_URL) for source in sources}
    ranges = {source: touched(source) for source in sources}
    samples: list[dict] = []
    summary: dict = {}
    for label in links or LINKS:
        link = LINKS[label]
        with Network(work, shaped=True, delay_ms=link["delay_ms"], rate=link["rate"]) as network:
            swarm = Swarm(
                network,
                work,
                sources[0].parent,
                [torrent.path for torrent in torrents.values()],
                seeders=link["seeders"],
            )
            try:
                for turn in range(runs):
                    for source, torrent in torrents.items():
                        for name in peers if turn % 2 == 0 else peers[::-1]:
                            os.sync()
                            samples += taken(
                                lambda name=name, source=source, torrent=torrent: one(
                                    name, torrent, source, work, magnet=magnet, timeout=timeout
                                ),
                                link=label,
                                run=turn,
                            )
            finally:
                swarm.stop()
        for source, torrent in torrents.items():
            rows = {
                name: {
                    column: summed(samples, column, peer=name, link=label, file=torrent.name)
                    for column in [*COLUMNS, "seek_first_s", "cpu_s"]
                }
                for name in peers
            }
            summary[f"{label} {torrent.name}"] = {
                "bound": bound(torrent, ranges[source], link),
                "peers": rows,
            }
    parameters = {
        "piece": piece,
        "runs": runs,
        "magnet": magnet,
        "peers": peers,
        "ffprobe_ranges": {source.name: ranges[source] for source in sources},
        "links": LINKS,
    }
    return parameters, samples, summary
