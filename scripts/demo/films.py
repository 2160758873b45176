"""Short films of our own, made with ffmpeg's generators: no content from anywhere else."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SECONDS = 75


@dataclass(frozen=True, slots=True)
class Film:
    """A release: its folder or file name, and the files in it as (path, recipe)."""

    name: str
    about: str
    files: tuple[tuple[str, str], ...]


PICTURES = {
    "clock": "testsrc2=size=1280x720:rate=25",
    "depths": "mandelbrot=size=640x360:rate=25:maxiter=100:end_pts=600,scale=1280:720",
    "colours": "gradients=size=640x360:rate=25:speed=0.02:n=5,scale=1280:720",
    "cells": "life=size=320x180:rate=25:mold=12:ratio=0.2:death_color=#203050:life_color=#ffb454,"
    "scale=1280:720:flags=neighbor",
}
FILMS = (
    Film(
        "The.Long.Gradient.2024.720p.WEB-DL.x264-HOUSE",
        "mp4 with its index in front: starts at once",
        (("The.Long.Gradient.2024.720p.WEB-DL.x264-HOUSE.mp4", "colours front"),),
    ),
    Film(
        "Mandelbrot.Station.2025.720p.WEB-DL.x264-HOUSE",
        "mp4 with its index at the end: the last pieces come first",
        (("Mandelbrot.Station.2025.720p.WEB-DL.x264-HOUSE.mp4", "depths end"),),
    ),
    Film(
        "Night.Clock.2026.720p.WEB-DL.x264-HOUSE",
        "mkv with two audio tracks and subtitles",
        (("Night.Clock.2026.720p.WEB-DL.x264-HOUSE.mkv", "clock mkv"),),
    ),
    Film(
        "Small.Cells.S01.720p.WEB-DL.x264-HOUSE",
        "a season pack of three episodes",
        tuple(
            (f"Small.Cells.S01E0{n}.720p.WEB-DL.x264-HOUSE.mp4", "cells front") for n in (1, 2, 3)
        ),
    ),
)
SUBTITLES = {
    "eng": ("Good evening.", "This film was drawn by a program.", "You may seek anywhere."),
    "deu": (
        "Guten Abend.",
        "Diesen Film hat ein Programm gemalt.",
        "Du kannst überallhin springen.",
    ),
}


LOOP = 6
"""Seconds that are drawn; the film repeats them, so that making it takes seconds too."""


def _srt(lines: tuple[str, ...], seconds: int) -> str:
    step = seconds / len(lines)
    stamp = "00:{:02}:{:02},000".format
    return "\n".join(
        f"{n}\n{stamp(*divmod(int(n * step - step), 60))} --> "
        f"{stamp(*divmod(int(n * step), 60))}\n{text}\n"
        for n, text in enumerate(lines, 1)
    )


def _ffmpeg(*words: str | Path) -> None:
    argv = ["ffmpeg", "-v", "error", "-y", *map(str, words)]
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)


def make(film: Film, folder: Path, *, seconds: int = SECONDS) -> Path:
    """Make the film's folder unless it is there; return it."""
    target = folder / film.name
    for number, (name, recipe) in enumerate(film.files):
        path = target / name
        if path.exists():
            continue
        target.mkdir(parents=True, exist_ok=True)
        picture, shape = recipe.split()
        with tempfile.TemporaryDirectory(dir=folder) as place:
            draft = Path(place) / name
            if shape == "mkv":
                _long(draft, PICTURES[picture], seconds)
            else:
                _repeated(draft, PICTURES[picture], seconds, 220 + 40 * number, shape == "front")
            draft.replace(path)
    return target


def _drawn(picture: str, seconds: int, *tones: int) -> list[str]:
    # Noise makes the picture as heavy as a real film, so that there is something to wait for.
    inputs = ["-f", "lavfi", "-t", str(seconds), "-i", f"{picture},noise=alls=14:allf=t+u"]
    for tone in tones:
        sound = f"sine=frequency={tone}:sample_rate=48000:beep_factor=4"
        inputs += ["-f", "lavfi", "-t", str(seconds), "-i", sound]
    return inputs


ENCODING = (
    *["-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-pix_fmt", "yuv420p"],
    *["-b:v", "3500k", "-maxrate", "4500k", "-bufsize", "6000k", "-c:a", "aac", "-b:a", "128k"],
)


def _repeated(path: Path, picture: str, seconds: int, tone: int, front: bool) -> None:
    once = path.with_name("once.mp4")
    _ffmpeg(*_drawn(picture, LOOP, tone), *ENCODING, once)
    index = ("-movflags", "+faststart") if front else ()
    times = max(0, seconds // LOOP - 1)
    _ffmpeg("-stream_loop", str(times), "-i", once, "-c", "copy", *index, path)


def _long(path: Path, picture: str, seconds: int) -> None:
    """An mkv with two audio tracks and two subtitles, drawn from start to end."""
    inputs = _drawn(picture, seconds, 262, 330)
    for language, lines in SUBTITLES.items():
        text = path.with_name(f"{language}.srt")
        text.write_text(_srt(lines, seconds), "utf-8")
        inputs += ["-i", str(text)]
    maps = [word for stream in range(5) for word in ("-map", str(stream))]
    languages = [
        word
        for kind in "as"
        for number, language in enumerate(SUBTITLES)
        for word in (f"-metadata:s:{kind}:{number}", f"language={language}")
    ]
    _ffmpeg(*inputs, *maps, *ENCODING, "-c:s", "srt", *languages, path)
