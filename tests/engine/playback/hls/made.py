"""Films for HLS, and what ffprobe and ffmpeg make of the segments."""

from __future__ import annotations

import functools
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.support.films import ffmpeg

from matinee.playback.hls.segments import Film, Segments
from matinee.playback.hls.way import parse
from matinee.playback.local import open_file
from matinee.programs import ffmpeg as programs

SWEEP = "aevalsrc=0.4*sin(2*PI*(200*t+25*t*t)):s={rate}:d={seconds}"


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="matinee-hls-")


@functools.cache
def made(
    name: str, *, video: str = "-c:v libx264 -preset ultrafast -bf 2 -b_strategy 0 -g 50",
    audio: str = "-c:a ac3", seconds: float = 20, rate: int = 48000, more: str = "",
    size: str = "160x90", frames: str = "24",
) -> Path:  # fmt: skip
    """Return a film with a test picture and a tone that rises from 200 Hz."""
    path = Path(_folder().name) / f"{abs(hash((video, audio, seconds, rate, more, frames)))}-{name}"
    ffmpeg(
        "-f", "lavfi", "-i", f"testsrc2=size={size}:rate={frames}:duration={seconds}",
        "-f", "lavfi", "-i", SWEEP.format(rate=rate, seconds=seconds),
        "-pix_fmt", "yuv420p", *video.split(), *audio.split(), *more.split(), path,
    )  # fmt: skip
    return path


def probe_packets(path: Path, kind: str = "v") -> list[tuple[float, str]]:
    """Return time and flags of a track's packets, in the order of the file."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", f"{kind}:0", "-show_entries",
         "packet=pts_time,flags", "-of", "csv=p=0", path],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    rows = [line.split(",") for line in done.stdout.split()]
    return [(float(row[0]), row[1]) for row in rows if row[0] != "N/A"]


def key_times(path: Path) -> list[float]:
    return [time for time, flags in probe_packets(path) if "K" in flags]


@dataclass
class Cut:
    """All segments of a film by one way; each file decodes alone."""

    film: Film
    init: bytes
    segments: list[bytes]
    folder: Path

    def path(self, number: int) -> Path:
        return self.folder / f"{number}.m4s"

    @property
    def joined(self) -> Path:
        whole = self.folder / "joined.mp4"
        whole.write_bytes(self.init + b"".join(self.segments))
        return whole


async def cut(path: Path, way: str, folder: Path) -> Cut:
    source = await open_file(path.parent, path.name)
    workshop = Segments(folder / "cache")
    wanted = parse(way)
    try:
        film = await workshop.film(source, await programs.probe(path))
        init = b"" if way.startswith("ts") else await workshop.init(film, wanted)
        parts = [await workshop.segment(film, wanted, s.number) for s in film.segments]
    finally:
        await workshop.close()
    for number, part in enumerate(parts):
        (folder / f"{number}.m4s").write_bytes(init + part)
    return Cut(film, init, parts, folder)


def complaints(path: Path) -> str:
    """Return what ffmpeg says when it decodes a file alone."""
    done = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostdin", "-v", "error", "-i", path, "-f", "null", "-"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.stderr + ("" if done.returncode == 0 else f"code {done.returncode}")


def samples(path: Path, rate: int = 48000, *more: str) -> bytes:
    """Return the sound of a file as mono of 16 bits."""
    done = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostdin", "-v", "error", "-i", path, *more, "-vn", "-ac", "1",
         "-ar", str(rate), "-f", "s16le", "-"], capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    return done.stdout
