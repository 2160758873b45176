"""The drives of the house: known ones, where they are now, whether they may be written to."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ..errors import AskUser, Conflict, InvalidInput, MatineeError, NoSpace, NotFound, VolumeOffline
from ..events import EventBus, Notice, VolumeChanged
from ..models.ids import new_id
from ..models.limits import MIB
from ..models.volumes import Volume, VolumeState
from ..settings import FREE_SPACE, Settings
from ..storage import Database, Row
from . import mounts, search
from .devices import DeviceWatch
from .inspect import Seen, can_hardlink, look, remove_marker, verify, write_marker
from .mounts import MountWatch
from .paths import join, safe_name
from .patience import Patience
from .search import Candidate

_log = logging.getLogger(__name__)
# A sleeping disk needs about ten seconds to spin up.
PATIENCE = 15.0
_LOOK_EVERY = 30.0
_START_WAIT = 2.0


@dataclass(slots=True)
class _Known:
    """What is remembered of a volume: its last state, where it was last seen, on which device."""

    volume: Volume
    last_root: Path
    device: int = 0
    links_tried_on: int = 0
    told_free: int = 0
    is_low: bool = False
    why: str = "it is not connected"


class Volumes:
    """Knows every volume by filesystem UUID and marker, finds it again, and guards writing.

    All questions are answered from memory, except those that are coroutines: these look at the
    drive, for at most `patience` seconds, and never hold up the event loop. A network drive that
    hangs is offline until it answers.
    """

    def __init__(
        self,
        database: Database,
        bus: EventBus,
        settings: Settings | None = None,
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._database, self._bus, self._settings = database, bus, settings or Settings()
        self._seconds = patience
        self._patience = Patience(self._came_back)
        self._known: dict[str, _Known] = {}
        self._checks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._adopting = asyncio.Lock()
        self._mount_watch = MountWatch(self.look_again)
        self._device_watch = DeviceWatch(self.look_again)
        self._timer: asyncio.Task[None] | None = None

    # life --------------------------------------------------------------------------------------
    async def start(self) -> None:
        """Load the volumes and look for each; one that does not answer at once holds up nothing."""
        rows = await self._database.fetch("SELECT * FROM volumes ORDER BY added_at, id")
        for row in rows:
            self._known[row["id"]] = _Known(_volume(row), Path(row["root"]))
        self._mount_watch.start()
        self._device_watch.start()
        self.look_again()
        if self._checks:
            await asyncio.wait(tuple(self._checks.values()), timeout=_START_WAIT)
        self._timer = asyncio.create_task(self._look_regularly(), name="volumes")

    async def stop(self) -> None:
        self._mount_watch.stop()
        self._device_watch.stop()
        tasks = [*self._checks.values(), *([self._timer] if self._timer else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # questions answered from memory --------------------------------------------------------------
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
        if known.volume.state is VolumeState.OFFLINE:
            raise _offline(known)
        return join(Path(known.volume.root), relative)

    def locate(self, path: Path) -> tuple[Volume, PurePosixPath] | None:
        """Return the volume that is online around `path` (the innermost), and the path in it."""
        found: tuple[Volume, PurePosixPath] | None = None
        for known in self._known.values():
            root = Path(known.volume.root)
            if (
                known.volume.root
                and path.is_relative_to(root)
                and (found is None or len(root.parts) > len(Path(found[0].root).parts))
            ):
                found = known.volume, PurePosixPath(path.relative_to(root))
        return found

    def _get(self, volume_id: str) -> _Known:
        known = self._known.get(volume_id)
        if known is None:
            raise NotFound("There is no such drive.", code="volume_not_found")
        return known

    # questions that look at the drive ------------------------------------------------------------
    async def writable(self, volume_id: str) -> Path:
        """Return the root after looking, at this instant, that it is the right one.

        Raises `NotFound`, or `VolumeOffline` (`volume_offline`, `volume_read_only`). Nothing may
        be made beneath a volume's path before this has answered.
        """
        known = self._get(volume_id)
        if known.volume.state is VolumeState.OFFLINE or not await self._is_there(known):
            await self._check(volume_id, everywhere=True)
            known = self._get(volume_id)
        if known.volume.state is VolumeState.OFFLINE:
            raise _offline(known)
        if known.volume.state is VolumeState.READ_ONLY:
            raise VolumeOffline(
                f"The drive {known.volume.name} can only be read.",
                code="volume_read_only",
                hint="Mount it for writing, or check it for errors.",
            )
        return Path(known.volume.root)

    async def _is_there(self, known: _Known) -> bool:
        root, marker, device = Path(known.volume.root), known.volume.marker, known.device
        try:
            return await self._patient(known.volume.id, lambda: verify(root, marker, device))
        except (MatineeError, OSError):
            return False

    async def free_space(self, volume_id: str) -> int:
        """Return the bytes that are free now. Raises `NotFound`, `VolumeOffline`."""
        await self._check(volume_id, everywhere=False)
        known = self._get(volume_id)
        if known.volume.state is VolumeState.OFFLINE:
            raise _offline(known)
        return known.volume.free

    async def require_space(self, volume_id: str, size: int, reserve: int | None = None) -> None:
        """Raise `NoSpace` unless `size` bytes fit and `reserve` (the setting) stays free."""
        keep = self._settings.get(FREE_SPACE) if reserve is None else reserve
        missing = size + keep - await self.free_space(volume_id)
        if missing > 0:
            raise NoSpace(
                f"The drive {self.get(volume_id).name} has not enough space.",
                hint=f"Free {_amount(missing)} or choose another drive.",
            )

    async def candidates(self) -> Sequence[Candidate]:
        """Return the mounted drives that could hold films, the likeliest first."""
        roots = [(known.volume.id, known.volume.root) for known in self._known.values()]

        async def ask(mount: mounts.Mount) -> Candidate | None:
            try:
                return await self._patient(
                    ("mount", mount.point), lambda: search.propose(mount, roots), _START_WAIT
                )
            except (MatineeError, OSError):
                return None

        found = await asyncio.gather(*map(ask, search.choose(mounts.read())))
        return [candidate for candidate in found if candidate is not None]

    async def _patient[T](
        self, key: Hashable, function: Callable[[], T], seconds: float | None = None
    ) -> T:
        return await self._patience.call(key, seconds or self._seconds, function)

    # changes -------------------------------------------------------------------------------------
    async def adopt(self, path: Path, name: str = "", *, make_default: bool = False) -> Volume:
        """Make a folder (it is created when missing) a volume; a known one is found again.

        Raises `InvalidInput` (`path`) for a folder that cannot be one, `Conflict` when another
        volume is there, `VolumeOffline` when an absent drive belongs there, `AskUser` when it
        cannot be written to, `RetryLater` when the drive hangs.
        """
        async with self._adopting:
            self._check_place(path)
            try:
                seen = await self._patient(("adopt", path), lambda: _prepare(path))
            except OSError as error:
                raise _cannot_use(path, error) from error
            known = self._by_marker(seen.marker)
            if known is not None:
                return await self._adopt_again(known, seen, name, make_default)
            self._check_nesting(path, seen)
            try:
                marker = await self._patient(("adopt", path), lambda: write_marker(path))
            except OSError as error:
                raise _cannot_use(path, error) from error
            return await self._insert(replace(seen, marker=marker), name, make_default)

    def _by_marker(self, marker: str) -> _Known | None:
        return next((k for k in self._known.values() if marker and k.volume.marker == marker), None)

    async def _adopt_again(
        self, known: _Known, seen: Seen, name: str, make_default: bool
    ) -> Volume:
        volume = known.volume
        if volume.state is not VolumeState.OFFLINE and volume.root != str(seen.root):
            raise Conflict(
                f"This folder is the drive {volume.name} or a copy of it, which is at"
                f" {volume.root}.",
                code="volume_known",
                hint="Remove the file .matinee-volume from the copy to use it on its own.",
            )
        if not search.fits(seen, volume.marker, volume.filesystem):
            raise Conflict(
                f"This folder is a copy of the drive {volume.name} on another filesystem.",
                code="volume_known",
                hint="Forget the old drive first, or remove the file .matinee-volume from it.",
            )
        await self._apply(known, seen)
        if name:
            await self.rename(volume.id, name)
        if make_default:
            await self.set_default(volume.id)
        return known.volume

    async def _insert(self, seen: Seen, name: str, make_default: bool) -> Volume:
        volume = Volume(
            id=new_id(),
            name=safe_name(name or seen.root.parent.name or seen.root.name, "Drive"),
            root="",
            marker=seen.marker,
            filesystem=seen.filesystem,
            kind=seen.kind,
            state=VolumeState.OFFLINE,
        )
        await self._database.execute(
            "INSERT INTO volumes (id, name, root, marker, filesystem, kind, added_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (volume.id, volume.name, str(seen.root), volume.marker, volume.filesystem,
             volume.kind, time.time()),
        )  # fmt: skip
        known = self._known[volume.id] = _Known(volume, seen.root)
        if make_default or not any(other.volume.is_default for other in self._known.values()):
            await self.set_default(volume.id)
        await self._apply(known, seen)
        return known.volume

    def _check_place(self, path: Path) -> None:
        if not path.is_absolute() or ".." in path.parts or "\0" in str(path):
            raise InvalidInput("A whole path such as /media/films is needed.", field="path")
        if search.is_system(path):
            raise InvalidInput(
                f"{path} belongs to the system.", field="path", hint="Choose another folder."
            )
        here = mounts.mount_of(path, mounts.read())
        for known in self._known.values():
            lost = known.volume.state is VolumeState.OFFLINE and path.is_relative_to(
                known.last_root
            )
            # On the system's own drive only because the other one is not mounted over it.
            if (
                lost
                and here is not None
                and here.point == Path("/")
                and (here.kind != known.volume.kind or known.volume.filesystem)
            ):
                raise _offline(known)

    def _check_nesting(self, path: Path, seen: Seen) -> None:
        for known in self._known.values():
            root = Path(known.volume.root)
            if (
                known.volume.root
                and known.device == seen.device
                and (path.is_relative_to(root) or root.is_relative_to(path))
            ):
                raise Conflict(
                    f"{path} and the drive {known.volume.name} at {root} lie within each other.",
                    code="volume_nested",
                    hint="Use the one that is there, or choose a folder beside it.",
                )

    async def rename(self, volume_id: str, name: str) -> Volume:
        """Raises `NotFound`, `InvalidInput`."""
        known, clean = self._get(volume_id), safe_name(name, "")
        if not clean:
            raise InvalidInput("A name is needed.", field="name")
        await self._database.execute("UPDATE volumes SET name = ? WHERE id = ?", (clean, volume_id))
        return self._now(known, replace(known.volume, name=clean))

    async def set_default(self, volume_id: str) -> Volume:
        """Send new downloads to this volume. Raises `NotFound`."""
        known = self._get(volume_id)
        await self._database.execute("UPDATE volumes SET is_default = (id = ?)", (volume_id,))
        for other in self._known.values():
            if other is not known and other.volume.is_default:
                self._now(other, replace(other.volume, is_default=False))
        return self._now(known, replace(known.volume, is_default=True))

    async def forget(self, volume_id: str) -> None:
        """Know a volume no more; its files stay, its marker goes.

        Raises `NotFound`, or `Conflict` while downloads belong to it.
        """
        known = self._get(volume_id)
        try:
            await self._database.execute("DELETE FROM volumes WHERE id = ?", (volume_id,))
        except sqlite3.IntegrityError as error:
            raise Conflict(
                f"There are downloads on the drive {known.volume.name}.",
                code="volume_in_use",
                hint="Remove them or move them to another drive first.",
            ) from error
        del self._known[volume_id]
        volume = known.volume
        if volume.root:
            with contextlib.suppress(MatineeError, OSError):
                await self._patient(
                    volume_id, lambda: remove_marker(Path(volume.root), volume.marker)
                )
        if volume.is_default and self._known:
            heir = min(
                self._known.values(), key=lambda other: other.volume.state is VolumeState.OFFLINE
            )
            await self.set_default(heir.volume.id)

    # coming and going ----------------------------------------------------------------------------
    def look_again(self) -> None:
        """Look for all volumes wherever they may be, in the background."""
        for volume_id in self._known:
            self._schedule(volume_id, everywhere=True)

    def _came_back(self, key: Hashable) -> None:
        if isinstance(key, str):
            self._schedule(key, everywhere=True)

    async def _look_regularly(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            # Only where they were: other drives are left asleep.
            for volume_id in self._known:
                self._schedule(volume_id, everywhere=False)

    def _schedule(self, volume_id: str, *, everywhere: bool) -> None:
        if volume_id in self._checks:
            self._again.add(volume_id)
            return
        task = asyncio.create_task(
            self._check(volume_id, everywhere=everywhere), name=f"volume {volume_id}"
        )
        self._checks[volume_id] = task

        def done(task: asyncio.Task[None]) -> None:
            self._checks.pop(volume_id, None)
            if task.cancelled():
                return
            if (error := task.exception()) is not None:
                _log.error("A drive could not be checked", exc_info=error)
            if volume_id in self._again:
                self._again.discard(volume_id)
                self._schedule(volume_id, everywhere=True)

        task.add_done_callback(done)

    async def _check(self, volume_id: str, *, everywhere: bool) -> None:
        known = self._known.get(volume_id)
        if known is None:
            return
        seen = await self._look_there(known)
        if seen is None and everywhere:
            seen = await self._look_elsewhere(known)
        if volume_id in self._known:
            await self._apply(known, seen)

    async def _look_there(self, known: _Known) -> Seen | None:
        volume, root = known.volume, known.last_root
        try:
            seen = await self._patient(volume.id, lambda: look(root))
        except OSError as error:
            known.why = f"{root}: {error.strerror or error}"
            return None
        except MatineeError:
            known.why = "it does not answer"
            return None
        if search.fits(seen, volume.marker, volume.filesystem):
            return seen
        known.why = (
            "it was pulled" if seen.gone
            else f"another drive is at {root}" if seen.marker != "" or seen.filesystem
            not in ("", volume.filesystem)
            else f"{root} bears no mark of it"
        )  # fmt: skip
        return None

    async def _look_elsewhere(self, known: _Known) -> Seen | None:
        marker, filesystem = known.volume.marker, known.volume.filesystem
        last = known.last_root

        async def ask(mount: mounts.Mount) -> Seen | None:
            try:
                return await self._patient(
                    ("mount", mount.point),
                    lambda: search.find(mount, marker, filesystem, last),
                    _START_WAIT,
                )
            except (MatineeError, OSError):
                return None

        found = await asyncio.gather(*map(ask, search.visible(mounts.read())))
        return next((seen for seen in found if seen is not None), None)

    async def _apply(self, known: _Known, seen: Seen | None) -> None:
        """Take over what was seen (None: it is offline): first the row, then memory and events."""
        if seen is None:
            if known.volume.state is not VolumeState.OFFLINE:
                _log.warning("The drive %s is offline: %s", known.volume.name, known.why)
            self._now(known, replace(known.volume, state=VolumeState.OFFLINE, root="", free=0))
            return
        filesystem = known.volume.filesystem or seen.filesystem
        if seen.root != known.last_root or filesystem != known.volume.filesystem:
            await self._database.execute(
                "UPDATE volumes SET root = ?, filesystem = ?, kind = ? WHERE id = ?",
                (str(seen.root), filesystem, seen.kind, known.volume.id),
            )
        known.last_root, known.device = seen.root, seen.device
        state = VolumeState.READ_ONLY if seen.read_only else VolumeState.ONLINE
        if known.volume.state is VolumeState.OFFLINE:
            _log.info("The drive %s is at %s", known.volume.name, seen.root)
        self._now(
            known,
            replace(
                known.volume, root=str(seen.root), filesystem=filesystem, kind=seen.kind,
                state=state, size=seen.size, free=seen.free,
                can_hardlink=await self._links(known, seen),
            ),
        )  # fmt: skip
        self._tell_low(known)

    async def _links(self, known: _Known, seen: Seen) -> bool:
        if seen.read_only or known.links_tried_on == seen.device:
            return known.volume.can_hardlink
        try:
            answer = await self._patient(
                known.volume.id, lambda: can_hardlink(seen.root, seen.kind)
            )
        except (MatineeError, OSError):
            return known.volume.can_hardlink
        known.links_tried_on = seen.device
        return answer

    def _now(self, known: _Known, volume: Volume) -> Volume:
        before, known.volume = known.volume, volume
        moved = abs(volume.free - known.told_free) > max(64 * MIB, volume.size // 200)
        if moved or replace(volume, free=0) != replace(before, free=0):
            known.told_free = volume.free
            self._bus.publish(VolumeChanged(volume))
        return volume

    def _tell_low(self, known: _Known) -> None:
        keep, free = self._settings.get(FREE_SPACE), known.volume.free
        if not known.is_low and free < keep:
            known.is_low = True
            self._bus.publish(
                Notice(
                    "warning", "volume_low", f"The drive {known.volume.name} is almost full.",
                    f"Free {_amount(2 * keep - free)} or choose another drive.",
                )
            )  # fmt: skip
        elif free > 2 * keep:
            known.is_low = False


def _volume(row: Row) -> Volume:
    return Volume(
        id=row["id"],
        name=row["name"],
        root="",
        marker=row["marker"],
        filesystem=row["filesystem"],
        kind=row["kind"],
        state=VolumeState.OFFLINE,
        is_default=bool(row["is_default"]),
    )


def _prepare(path: Path) -> Seen:
    path.mkdir(parents=True, exist_ok=True)
    seen = look(path)
    if seen.read_only:
        raise PermissionError(0, "it can only be read", str(path))
    return seen


def _cannot_use(path: Path, error: OSError) -> MatineeError:
    if isinstance(error, FileExistsError | NotADirectoryError):
        return InvalidInput(f"{path} is no folder.", field="path", hint="Choose a folder.")
    return AskUser(
        f"{path} cannot be used: {error.strerror}.",
        code="folder_not_writable",
        hint="Let the user that Matinee runs as write there, or choose another folder.",
    )


def _offline(known: _Known) -> VolumeOffline:
    return VolumeOffline(
        f"The drive {known.volume.name} is offline: {known.why}.",
        hint=f"Connect it; Matinee goes on by itself. It was last seen at {known.last_root}.",
    )


def _amount(size: int) -> str:
    gib = size / 1024**3
    return f"{gib:.1f} GB" if gib >= 1 else f"{max(1, round(size / MIB))} MB"
