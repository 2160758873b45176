"""Looking through all mounted drives: for one that is known, or for ones to propose.

`find` and `propose` block on one drive each; `Volumes` calls them through `Patience`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .inspect import Seen, look
from .mounts import Mount

FOLDER_NAME = "Matinee"
_SYSTEM = (
    "/bin", "/boot", "/dev", "/efi", "/etc", "/lib", "/lib64", "/proc", "/sbin", "/snap", "/sys",
    "/usr", "/var/lib/containerd", "/var/lib/docker", "/var/lib/kubelet", "/var/log",
)  # fmt: skip
# What Home Assistant mounts into its apps for other purposes: possible, but not to be proposed.
_NOT_PROPOSED = (
    "/addon_configs", "/addons", "/all_addon_configs", "/backup", "/config", "/data",
    "/homeassistant", "/ssl",
)  # fmt: skip
_PREFERRED = ("/media", "/share", "/mnt", "/srv", "/run/media")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mounted drive that could hold films. `path` is the folder that is proposed on it.

    `volume_id` names the volume that already lives there, empty when there is none.
    """

    path: str
    mount_point: str
    name: str
    kind: str
    filesystem: str
    size: int
    free: int
    volume_id: str = ""


def is_system(path: Path) -> bool:
    """Say whether films have no business in this folder."""
    return path == Path("/") or any(path.is_relative_to(folder) for folder in _SYSTEM)


def visible(table: Sequence[Mount]) -> list[Mount]:
    """Return the mounts that hold files and are not covered by a later one at the same point."""
    last = {mount.point: mount for mount in table}
    return [mount for mount in last.values() if mount.holds_files]


def fits(seen: Seen, marker: str, filesystem: str) -> bool:
    """Say whether this is the volume: its marker, on its filesystem as far as that is known."""
    same = not filesystem or not seen.filesystem or filesystem == seen.filesystem
    return seen.marker == marker and same and not seen.gone


def find(mount: Mount, marker: str, filesystem: str, last_root: Path) -> Seen | None:
    """Look for a volume on one drive: its folder may be anywhere its last path's end leads to."""
    for ending in _endings(last_root):
        with contextlib.suppress(OSError):
            seen = look(mount.point / ending)
            if fits(seen, marker, filesystem):
                return seen
    return None


def _endings(path: Path) -> Iterator[Path]:
    parts = path.parts[1:]
    for start in range(len(parts), -1, -1):
        yield Path(*parts[start:])


def choose(table: Sequence[Mount]) -> list[Mount]:
    """Return one mount for each drive worth proposing, the likeliest first."""
    mounts = [
        mount
        for mount in visible(table)
        if not mount.read_only
        and (mount.point == Path("/") or not is_system(mount.point))
        and not any(mount.point.is_relative_to(folder) for folder in _NOT_PROPOSED)
        and (not mount.point.is_relative_to("/run") or mount.point.is_relative_to("/run/media"))
    ]
    mounts.sort(key=lambda mount: (_rank(mount.point), len(mount.point.parts), str(mount.point)))
    kept: dict[tuple[int, str], Mount] = {}
    for mount in mounts:
        kept.setdefault((mount.device, mount.root), mount)
    return list(kept.values())


def _rank(point: Path) -> int:
    for number, folder in enumerate(_PREFERRED):
        if point.is_relative_to(folder):
            return number
    return len(_PREFERRED) + (point == Path("/"))


def propose(mount: Mount, roots: Iterable[tuple[str, str]]) -> Candidate | None:
    """Return what to propose on one drive; `roots` are (id, root) of the known volumes.

    None when it is no folder (containers mount single files), full, or not ours to write on.
    """
    if not mount.point.is_dir():
        return None
    seen = look(mount.point)
    parent = mount.point if mount.point != Path("/") else Path(os.environ.get("HOME") or "/")
    folder = parent / FOLDER_NAME
    writable = not is_system(folder) and os.access(parent, os.W_OK)
    if parent == Path("/") or parent.stat().st_dev != seen.device:
        writable = False  # containers may have no home; one elsewhere is proposed there
    if not writable or not seen.size or seen.gone:
        return None
    known = ""
    for volume_id, root in roots:
        with contextlib.suppress(OSError):
            if (
                root
                and Path(root).stat().st_dev == seen.device
                and Path(root).is_relative_to(mount.point)
            ):
                known, folder = volume_id, Path(root)
    return Candidate(
        path=str(folder),
        mount_point=str(mount.point),
        name=mount.point.name or "System",
        kind=seen.kind,
        filesystem=seen.filesystem,
        size=seen.size,
        free=seen.free,
        volume_id=known,
    )
