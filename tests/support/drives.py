"""Real drives for tests: small filesystems in image files, mounted through the loop device."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]


def as_root(*command: str | Path) -> str:
    """Run a command as root; fail with its words and what would help."""
    line = [*_AS_ROOT, *map(str, command)]
    program = line[0] if _AS_ROOT else shutil.which(line[0], path=_path()) or line[0]
    done = subprocess.run(
        [program, *line[1:]],
        capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PATH": _path()},
    )  # fmt: skip
    assert done.returncode == 0, (
        f"This test needs root, directly or by sudo without a password, and mount and mkfs"
        f" (apt-get install mount e2fsprogs). `{' '.join(line)}` failed: {done.stderr}"
    )
    return done.stdout


def _path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


class Drive:
    """A stick of `megabytes`: put in, pulled out, put in somewhere else, made read-only."""

    def __init__(self, image: Path, megabytes: int = 16) -> None:
        self.image = image
        self.point: Path | None = None
        with image.open("wb") as file:
            file.truncate(megabytes * 1024 * 1024)
        owner = f"root_owner={os.getuid()}:{os.getgid()}"
        as_root("mkfs.ext4", "-q", "-F", "-m", "0", "-E", owner, image)

    def mount(self, point: Path, *options: str) -> Path:
        point.mkdir(parents=True, exist_ok=True)
        as_root("mount", "-o", ",".join(("loop", *options)), self.image, point)
        self.point = point
        return point

    def remount(self, *options: str) -> None:
        assert self.point is not None
        as_root("mount", "-o", ",".join(("remount", *options)), self.point)

    def unmount(self, *, lazily: bool = False) -> None:
        """Take it out; `lazily` while files are open on it."""
        assert self.point is not None
        as_root("umount", *(["-l"] if lazily else []), self.point)
        self.point = None

    def copy(self, image: Path) -> Drive:
        """Return another drive with the same bytes as they are on the disk now."""
        other = object.__new__(Drive)
        shutil.copyfile(self.image, image)
        other.image, other.point = image, None
        return other


@contextmanager
def drives(folder: Path, count: int = 1, megabytes: int = 16) -> Iterator[list[Drive]]:
    """Make drives in `folder`, and unmount at the end whatever is still mounted."""
    made = [Drive(folder / f"drive{n}.img", megabytes) for n in range(count)]
    try:
        yield made
    finally:
        for drive in made:
            if drive.point is not None:
                drive.unmount(lazily=True)
