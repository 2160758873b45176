"""btfs: the torrent as a FUSE file system."""

from __future__ import annotations

import subprocess

from ..torrents import Torrent
from .base import Streamer


class Btfs(Streamer):
    name = "btfs 2.24"

    def open(self, torrent: Torrent, *, magnet: bool) -> None:
        self.mount = self.folder / "mount"
        self.mount.mkdir(exist_ok=True)
        self.run(
            "btfs",
            "-f",
            f"--data-directory={self.data}",
            f"--min-port={self.port}",
            f"--max-port={self.port}",
            torrent.magnet if magnet else torrent.path,
            self.mount,
        )

    def location(self, torrent: Torrent) -> str:
        return str(self.mount / torrent.name)

    def stop(self) -> None:
        if self.process:
            subprocess.run(["umount", "-l", str(self.mount)], capture_output=True)
        super().stop()
