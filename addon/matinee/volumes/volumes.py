"""The drives of the house: known ones, where they are now, whether they may be written to."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from ..errors import AskUser, Conflict, InvalidInput, MatineeError, NoSpace, NotFound
from ..events import EventBus
from ..models.ids import new_id
from ..models.volumes import Volume, VolumeState
from ..settings import FREE_SPACE, Settings
from ..storage import Database
from . import adoption, mounts, search
from .inspect import Seen, remove_marker, verify, write_marker
from .known import Known, amount
from .paths import join, safe_name
from .presence import BRIEF, Presence
from .search import Candidate

# A sleeping disk needs about ten seconds to spin up.
PATIENCE = 15.0


class Volumes:
    """Knows every volume by filesystem UUID and marker, finds it again, and guards writing.

    Plain methods answer from memory; coroutines look at the drive, for at most `patience`
    seconds each, and never hold up the event loop. A network drive that hangs is offline until
    it answers. `private` are folders of the engine itself, which no volume holds or lies in.
    """

    def __init__(
        self,
        database: Database,
        bus: EventBus,
        settings: Settings | None = None,
        *,
        patience: float = PATIENCE,
        private: Iterable[Path] = (),
    ) -> None:
        self._database, self._settings = database, settings or Settings()
        self._presence = Presence(database, bus, self._settings, patience)
        self._known = self._presence.known
        self._adopting = asyncio.Lock()
        self._private = tuple(private)

    async def start(self) -> None:
        """Load the volumes and look for each; an absent or hanging one costs at most 2 seconds."""
        for row in await self._database.fetch("SELECT * FROM volumes ORDER BY added_at, id"):
            self._known[row["id"]] = Known.from_row(row)
        await self._presence.start()

    async def stop(self) -> None:
        await self._presence.stop()

    # answered from memory ------------------------------------------------------------------------
    def list(self) -> Sequence[Volume]:
        """Return all volumes, oldest first."""
        return [known.volume for known in self._known.values()]

    def get(self, volume_id: str) -> Volume:
        """Raises `NotFound`."""
        return self._get(volume_id).volume

    def default(self) -> Volume:
        """Return where new downloads go. Raises `AskUser` (`no_volume`) when there is none."""
        for known in self._known.values():
            if known.volume.is_default:
                return known.volume
        raise AskUser(
            "No drive has been chosen yet.",
            code="no_volume",
            hint="Choose a folder for films in the set-up.",
        )

    def resolve(self, volume_id: str, relative: str | PurePosixPath) -> Path:
        """Return the present path of a stored relative path, for reading.

        Raises `NotFound`, `VolumeOffline`, or `InvalidInput` for a path that climbs. The disk is
        not touched: use `paths.open_inside` to open what others may have replaced by a link.
        """
        known = self._get(volume_id)
        if known.is_offline:
            raise known.offline_error()
        return join(Path(known.volume.root), relative)

    def locate(self, path: Path) -> tuple[Volume, PurePosixPath] | None:
        """Return the volume that is online around `path` (the innermost), and the path in it."""
        around = [
            known.volume
            for known in self._known.values()
            if not known.is_offline and path.is_relative_to(known.volume.root)
        ]
        if not around:
            return None
        volume = max(around, key=lambda volume: len(Path(volume.root).parts))
        return volume, PurePosixPath(path.relative_to(volume.root))

    def look_again(self) -> None:
        """Look for all volumes wherever they may be, in the background.

        For a room that got an input or output error from a drive.
        """
        self._presence.look_again()

    def _get(self, volume_id: str) -> Known:
        known = self._known.get(volume_id)
        if known is None:
            raise NotFound("There is no such drive.", code="volume_not_found")
        return known

    # looking at the drive ------------------------------------------------------------------------
    async def writable(self, volume_id: str) -> Path:
        """Return the root after seeing, at this instant, that it is the right one.

        Raises `NotFound`, or `VolumeOffline` (`volume_offline`, `volume_read_only`). Nothing may
        be made beneath a volume's path before this has answered.
        """
        known = self._get(volume_id)
        if known.volume.state is not VolumeState.ONLINE or not await self._is_there(known):
            await self._presence.check(volume_id, everywhere=True)
            known = self._get(volume_id)
        if known.is_offline:
            raise known.offline_error()
        if known.volume.state is VolumeState.READ_ONLY:
            raise known.read_only_error()
        return Path(known.volume.root)

    async def _is_there(self, known: Known) -> bool:
        root, marker, device = Path(known.volume.root), known.volume.marker, known.device
        try:
            return await self._presence.patient(
                known.volume.id, lambda: verify(root, marker, device)
            )
        except (MatineeError, OSError):
            return False

    async def free_space(self, volume_id: str) -> int:
        """Return the bytes that are free now. Raises `NotFound`, `VolumeOffline`."""
        self._get(volume_id)
        await self._presence.check(volume_id, everywhere=False)
        known = self._get(volume_id)
        if known.is_offline:
            raise known.offline_error()
        return known.volume.free

    async def require_space(self, volume_id: str, size: int, reserve: int | None = None) -> None:
        """Raise `NoSpace` unless `size` bytes fit and `reserve` (the setting) stays free."""
        keep = self._settings.get(FREE_SPACE) if reserve is None else reserve
        missing = size + keep - await self.free_space(volume_id)
        if missing > 0:
            raise NoSpace(
                f"The drive {self.get(volume_id).name} has not enough space.",
                hint=f"Free {amount(missing)} or choose another drive.",
            )

    async def candidates(self) -> Sequence[Candidate]:
        """Return the mounted drives that could hold films, the likeliest first."""
        roots = [(known.volume.id, known.volume.root) for known in self._known.values()]

        async def ask(mount: mounts.Mount) -> Candidate | None:
            try:
                return await self._presence.patient(
                    ("mount", mount.point), lambda: search.propose(mount, roots), BRIEF
                )
            except (MatineeError, OSError):
                return None

        found = await asyncio.gather(*map(ask, search.choose(mounts.read())))
        return [candidate for candidate in found if candidate is not None]

    # changes -------------------------------------------------------------------------------------
    async def adopt(self, path: Path, name: str = "", *, make_default: bool = False) -> Volume:
        """Make a folder (it is created when missing) a volume; a known one is found again.

        Raises `InvalidInput` (`path`) for a folder that cannot be one, `Conflict` when another
        volume is there, `VolumeOffline` when an absent drive belongs there, `AskUser` when it
        cannot be written to, `RetryLater` when the drive hangs.
        """
        adoption.check_path(path)
        patient, key = self._presence.patient, ("adopt", path)
        async with self._adopting:
            try:
                await patient(key, lambda: adoption.check_private(path, self._private))
                there = await patient(key, lambda: adoption.survey(path))
                adoption.check_absent(path, there, self._known.values())
                seen = await patient(key, lambda: adoption.prepare(path))
                known = self._by_marker(seen.marker)
                if known is None:
                    adoption.check_nesting(path, seen, self._known.values())
                    marker = await patient(key, lambda: write_marker(path))
                    return await self._insert(replace(seen, marker=marker), name, make_default)
            except OSError as error:
                raise adoption.cannot_use(path, error) from error
            adoption.check_copy(known, seen)
            await self._presence.take_over(known, seen)
        if name:
            await self.rename(known.volume.id, name)
        if make_default:
            await self.set_default(known.volume.id)
        return known.volume

    def _by_marker(self, marker: str) -> Known | None:
        return next((k for k in self._known.values() if marker and k.volume.marker == marker), None)

    async def _insert(self, seen: Seen, name: str, make_default: bool) -> Volume:
        known = Known(
            Volume(
                id=new_id(),
                name=safe_name(name or seen.root.parent.name or seen.root.name, "Drive"),
                root="",
                marker=seen.marker,
                filesystem=seen.filesystem,
                kind=seen.kind,
                state=VolumeState.OFFLINE,
            ),
            seen.root,
        )
        volume = known.volume
        await self._database.execute(
            "INSERT INTO volumes (id, name, root, marker, filesystem, kind, added_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (volume.id, volume.name, str(seen.root), volume.marker, volume.filesystem,
             volume.kind, time.time()),
        )  # fmt: skip
        self._known[volume.id] = known
        await self._presence.take_over(known, seen)
        if make_default or not any(other.volume.is_default for other in self._known.values()):
            await self.set_default(volume.id)
        return known.volume

    async def rename(self, volume_id: str, name: str) -> Volume:
        """Raises `NotFound`, `InvalidInput`."""
        known, clean = self._get(volume_id), safe_name(name, "")
        if not clean:
            raise InvalidInput("A name is needed.", field="name")
        await self._database.execute("UPDATE volumes SET name = ? WHERE id = ?", (clean, volume_id))
        return self._presence.now(known, replace(known.volume, name=clean))

    async def set_default(self, volume_id: str) -> Volume:
        """Send new downloads to this volume. Raises `NotFound`."""
        known = self._get(volume_id)
        await self._database.execute("UPDATE volumes SET is_default = (id = ?)", (volume_id,))
        for other in self._known.values():
            if other is not known and other.volume.is_default:
                self._presence.now(other, replace(other.volume, is_default=False))
        return self._presence.now(known, replace(known.volume, is_default=True))

    async def forget(self, volume_id: str) -> None:
        """Know a volume no more; its files stay, its marker goes.

        Raises `NotFound`, or `Conflict` while downloads belong to it.
        """
        volume = self._get(volume_id).volume
        try:
            await self._database.execute("DELETE FROM volumes WHERE id = ?", (volume_id,))
        except sqlite3.IntegrityError as error:
            raise Conflict(
                f"There are downloads on the drive {volume.name}.",
                code="volume_in_use",
                hint="Remove them or move them to another drive first.",
            ) from error
        del self._known[volume_id]
        if volume.root:
            root, marker = Path(volume.root), volume.marker
            with contextlib.suppress(MatineeError, OSError):
                await self._presence.patient(volume_id, lambda: remove_marker(root, marker))
        if volume.is_default and self._known:
            heir = min(self._known.values(), key=lambda known: known.is_offline)
            await self.set_default(heir.volume.id)
