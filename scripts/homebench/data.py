"""What the benchmarks read: random bytes, and films made with ffmpeg. Made once, then kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

MIB = 1 << 20


def say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


def random_file(folder: Path, size: int) -> Path:
    """A file of `size` MiB of random bytes."""
    path = folder / f"rand{size}m.bin"
    if not path.exists() or path.stat().st_size != size * MIB:
        say(f"Writing {size} MiB of random bytes")
        draft = path.with_suffix(".draft")
        with draft.open("wb") as handle:
            for _ in range(size):
                handle.write(os.urandom(MIB))
        draft.replace(path)
    return path


def _ffmpeg(*words: object) -> None:
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *map(str, words)], check=True, stdin=subprocess.DEVNULL
    )


def films(folder: Path) -> list[Path]:
    """fast.mp4 (index in front), slow.mp4 (at the end), third.mkv: 19 minutes at 5 Mbit/s."""
    media = folder / "media"
    media.mkdir(parents=True, exist_ok=True)
    fast, slow, mkv = media / "fast.mp4", media / "slow.mp4", media / "third.mkv"
    if not all(path.exists() for path in (fast, slow, mkv)):
        say("Making three films of 19 minutes (about two minutes of work)")
        segment = media / "segment.mp4"
        _ffmpeg(
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=1280x720:rate=25",
            "-f",
            "lavfi",
            "-i",
            "sine=sample_rate=48000",
            "-vf",
            "noise=alls=18:allf=t",
            "-t",
            60,
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-g",
            50,
            "-b:v",
            "4.9M",
            "-maxrate",
            "5.5M",
            "-bufsize",
            "5M",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
            "-b:a",
            "128k",
            segment,
        )
        draft = media / "draft.mp4"
        _ffmpeg("-stream_loop", 18, "-i", segment, "-c", "copy", draft)
        draft.replace(slow)
        _ffmpeg("-i", slow, "-c", "copy", "-movflags", "+faststart", draft)
        draft.replace(fast)
        draft = media / "draft.mkv"
        _ffmpeg("-i", slow, "-c", "copy", draft)
        draft.replace(mkv)
        segment.unlink()
    return [fast, slow, mkv]
