"""A transport that obeys the port and does what a test tells it, for the unit tests of the queue.

It never fetches anything: a test calls `tell_metadata`, `advance`, `finish`, `fail`. Like a real
one it reports each change once, keeps nothing between processes but what it saved as `resume`,
refuses ids that it does not know, and leaves its files in the folder it was given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from matinee.errors import MatineeError, NotFound, VolumeOffline
from matinee.models.downloads import DownloadFile, FilePriority, InfoHashes, Progress, Sharing
from matinee.models.volumes import Volume, VolumeState
from matinee.ports import (
    ByteSource,
    Capabilities,
    PeerInfo,
    TrackerInfo,
    TransportJob,
    TransportListener,
)

MB = 1_000_000
FILM = DownloadFile(0, "film.mkv", 100 * MB)
SAMPLE = DownloadFile(1, "sample.mkv", 5 * MB)


@dataclass
class Held:
    """One job as the transport holds it."""

    job: TransportJob
    paused: bool
    progress: Progress
    sharing: Sharing = Sharing.NONE


class ScriptedTransport:
    """See the module. `calls` tells what the queue asked, in order; `refuse` makes calls fail."""

    name = "scripted"
    capabilities = Capabilities(
        choose_files=True, recheck=True, move=True, share=True, stream=True, peers=True
    )

    def __init__(self) -> None:
        self.held: dict[str, Held] = {}
        self.calls: list[tuple[str, str]] = []
        self.refuse: dict[str, MatineeError] = {}
        self.listener: TransportListener | None = None
        self.slow_moves = False
        self.save_at_stop: dict[str, bytes] = {}

    def _called(self, what: str, key: str) -> Held:
        self.calls.append((what, key))
        if what in self.refuse:
            raise self.refuse[what]
        if key not in self.held:
            raise NotFound(f"The transport does not know {key}.")
        return self.held[key]

    def running(self) -> set[str]:
        return {key for key, held in self.held.items() if not held.paused}

    # the port ---------------------------------------------------------------------------------
    async def start(self, listener: TransportListener) -> None:
        self.listener = listener

    async def stop(self) -> None:
        for key, resume in self.save_at_stop.items():
            self.listener.resume_saved(key, resume)

    def accepts(self, source: str) -> bool:
        return source.startswith("magnet:")

    async def add(self, job: TransportJob) -> None:
        self.calls.append(("add", job.download_id))
        if "add" in self.refuse:
            raise self.refuse["add"]
        if job.download_id not in self.held:
            job.save_path.mkdir(parents=True, exist_ok=True)
            wanted = sum(f.size for f in job.files if f.priority is not FilePriority.SKIP)
            self.held[job.download_id] = Held(job, job.paused, Progress(wanted=wanted))

    async def pause(self, download_id: str) -> None:
        self._called("pause", download_id).paused = True

    async def resume(self, download_id: str) -> None:
        self._called("resume", download_id).paused = False

    async def remove(self, download_id: str, *, delete_data: bool) -> None:
        held = self._called("remove", download_id)
        if delete_data:
            for file in held.job.files:
                (held.job.save_path / file.path).unlink(missing_ok=True)
        del self.held[download_id]

    async def recheck(self, download_id: str) -> None:
        self._called("recheck", download_id)
        self.listener.checking(download_id)

    async def move(self, download_id: str, save_path: Path) -> None:
        held = self._called("move", download_id)
        if self.slow_moves:
            return
        self.finish_move(download_id, save_path, held)

    def finish_move(self, key: str, save_path: Path, held: Held | None = None) -> None:
        held = held or self.held[key]
        save_path.mkdir(parents=True, exist_ok=True)
        for file in held.job.files:
            if (held.job.save_path / file.path).exists():
                (held.job.save_path / file.path).replace(save_path / file.path)
        held.job = replace(held.job, save_path=save_path)
        self.listener.moved(key, save_path)

    async def set_priorities(
        self, download_id: str, priorities: Mapping[int, FilePriority]
    ) -> None:
        held = self._called("set_priorities", download_id)
        files = [replace(f, priority=priorities.get(f.index, f.priority)) for f in held.job.files]
        held.job = replace(held.job, files=files)
        wanted = sum(f.size for f in files if f.priority is not FilePriority.SKIP)
        held.progress = replace(held.progress, wanted=wanted)

    async def set_rate_limits(self, download_id: str, down: int, up: int) -> None:
        held = self._called("set_rate_limits", download_id)
        held.job = replace(held.job, rate_limit_down=down, rate_limit_up=up)

    async def set_sharing(self, download_id: str, sharing: Sharing) -> None:
        self._called("set_sharing", download_id).sharing = sharing

    def progress(self) -> Mapping[str, Progress]:
        return {key: held.progress for key, held in self.held.items()}

    def files_done(self, download_id: str) -> Sequence[int]:
        held = self.held[download_id]
        return [min(held.progress.done, f.size) if f.index == 0 else 0 for f in held.job.files]

    async def peers(self, download_id: str) -> Sequence[PeerInfo]:
        self._called("peers", download_id)
        return [PeerInfo("127.0.0.1:6881", "Scripted", 1.0, 10, 20, False, "tcp")]

    async def trackers(self, download_id: str) -> Sequence[TrackerInfo]:
        self._called("trackers", download_id)
        return [TrackerInfo("http://127.0.0.1/announce", 0, True, "", 1, 1, 0.0)]

    def open(self, download_id: str, file_index: int) -> ByteSource:
        held = self._called("open", download_id)
        if file_index >= len(held.job.files):
            raise NotFound("There is no such file.")
        return Source(held.job.save_path / held.job.files[file_index].path)

    # what happens outside ---------------------------------------------------------------------
    def tell_metadata(
        self,
        key: str,
        files: Sequence[DownloadFile] = (FILM, SAMPLE),
        hashes: InfoHashes | None = None,
        name: str = "A.Film.2020.1080p",
    ) -> None:
        held = self.held[key]
        held.job = replace(held.job, files=tuple(files))
        held.progress = replace(held.progress, wanted=sum(f.size for f in files))
        hashes = hashes or InfoHashes(v1=key.lower().ljust(40, "0"))
        self.listener.metadata_known(key, name, files, hashes, b"d4:infoe")

    def advance(self, key: str, done: int, rate: int = MB) -> None:
        self.held[key].progress = replace(self.held[key].progress, done=done, rate_down=rate)

    def finish(self, key: str) -> None:
        """All wanted bytes are here, and files with them (sparse ones)."""
        held = self.held[key]
        for file in held.job.files:
            path = held.job.save_path / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as out:
                out.truncate(file.size)
        held.progress = replace(held.progress, done=held.progress.wanted, rate_down=0)
        self.listener.finished(key)

    def fail(self, key: str, error: MatineeError) -> None:
        self.listener.failed(key, error)


@dataclass
class Source:
    path: Path

    @property
    def name(self) -> str:
        return self.path.name


class Drives:
    """Volumes of a test: folders that can be taken away and be full."""

    def __init__(self, root: Path, *names: str, free: int = 1000 * MB) -> None:
        self.volumes = {}
        for name in names or ("disk",):
            (root / name).mkdir(parents=True, exist_ok=True)
            self.volumes[name] = Volume(
                name, name, str(root / name), f"marker-{name}", "", "ext4", VolumeState.ONLINE,
                size=2000 * MB, free=free, is_default=not self.volumes,
            )  # fmt: skip

    def list(self) -> list[Volume]:
        return [*self.volumes.values()]

    def get(self, volume_id: str) -> Volume:
        if volume_id not in self.volumes:
            raise NotFound("There is no such drive.")
        return self.volumes[volume_id]

    def default(self) -> Volume:
        return next(v for v in self.volumes.values() if v.is_default)

    async def writable(self, volume_id: str) -> Path:
        volume = self.get(volume_id)
        if volume.state is not VolumeState.ONLINE:
            raise VolumeOffline(f"The drive {volume.name} is not there.")
        return Path(volume.root)

    async def free_space(self, volume_id: str) -> int:
        return self.get(volume_id).free

    def set(self, volume_id: str, **changes: object) -> Volume:
        self.volumes[volume_id] = replace(self.volumes[volume_id], **changes)
        return self.volumes[volume_id]
