"""Notices changes in library folders, and scans regularly where that is not possible."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import MatineeError
from ..events import Event, EventBus, Notice, SettingsChanged, VolumeChanged
from ..settings import WATCH_FOLDERS, Settings
from ..volumes import Volumes
from ..volumes.mounts import NETWORK
from .folders import LibraryFolder, LibraryFolders
from .scan import Scanner
from .sorting import is_wanted
from .tasks import guarded
from .walk import Walker, skipped

_log = logging.getLogger(__name__)
DEBOUNCE_MS = 2000
# While a file is copied its time of change is young; a moved or linked file's is not.
SETTLE = 5.0
FALLBACK_SECONDS = 15 * 60.0
# How often a thread looks whether it shall stop: each look takes the interpreter's lock.
_STEP_MS = 500
Changes = Iterable[tuple[object, str]]
Watch = Callable[[Collection[Path], threading.Event, int], Iterator[Changes]]


def _watch(folders: Collection[Path], stop: threading.Event, debounce: int) -> Iterator[Changes]:
    # Loaded in the thread: it takes a while, and the start shall not wait for it.
    from watchfiles import watch  # noqa: PLC0415

    # Not recursive: the library would follow links anywhere, even around in circles.
    return watch(
        *folders,
        watch_filter=None,
        debounce=debounce,
        step=max(1, min(_STEP_MS, debounce // 4)),
        stop_event=stop,
        rust_timeout=_STEP_MS,
        yield_on_timeout=True,  # the first answer says that the kernel watches now
        raise_interrupt=False,
        recursive=False,
        # True would hide that the limit of the kernel is reached (watchfiles 1.3).
        ignore_permission_denied=False,
    )


@dataclass(slots=True)
class _Watched:
    """One folder under watch. `works` is False when it must be scanned regularly instead."""

    folder: LibraryFolder
    root: Path
    left_out: frozenset[str] = frozenset()
    stop: threading.Event = field(default_factory=threading.Event)
    works: bool = True
    by_setting: bool = True


class Watcher:
    """Watches each library folder whose drive is there, in a thread of its own.

    `told_of` names folders whose changes are scanned at once; the others (limits of the system,
    network drives, the setting) every `fallback` seconds.
    """

    def __init__(
        self,
        folders: LibraryFolders,
        scanner: Scanner,
        volumes: Volumes,
        bus: EventBus,
        settings: Settings,
        *,
        debounce: int = DEBOUNCE_MS,
        settle: float = SETTLE,
        fallback: float = FALLBACK_SECONDS,
        watch: Watch = _watch,
    ) -> None:
        self._folders, self._scanner, self._volumes = folders, scanner, volumes
        self._bus, self._settings, self._watch = bus, settings, watch
        self._debounce, self._settle, self._fallback = debounce, settle, fallback
        self._watched: dict[str, _Watched] = {}
        self._changed = asyncio.Event()
        self._told = False
        self._tasks: list[asyncio.Task[None]] = []
        self._unsubscribe: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Begin to watch; every folder is scanned once, for what changed in the meantime."""
        self._loop = asyncio.get_running_loop()
        self._unsubscribe = self._bus.subscribe(self._hear)
        self._folders.on_change = self._changed.set
        self._changed.set()
        self._tasks = [
            asyncio.create_task(self._keep_armed(), name="library-watch"),
            asyncio.create_task(self._scan_regularly(), name="library-watch-fallback"),
        ]

    async def stop(self) -> None:
        self._unsubscribe()
        self._folders.on_change = lambda: None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for watched in self._watched.values():
            watched.stop.set()
        self._watched.clear()

    def told_of(self) -> frozenset[str]:
        """Return the ids of the folders whose changes are noticed at once."""
        return frozenset(key for key, watched in self._watched.items() if watched.works)

    def _hear(self, event: Event) -> None:
        if isinstance(event, VolumeChanged) or (
            isinstance(event, SettingsChanged) and WATCH_FOLDERS.key in event.keys
        ):
            self._changed.set()

    # which folders -------------------------------------------------------------------------------
    async def _keep_armed(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            await guarded("Watching the library folders", self._arm())

    async def _arm(self) -> None:
        """Watch what is there and was not watched; let go of what is not there any more."""
        wanted: dict[str, tuple[LibraryFolder, Path, frozenset[str]]] = {}
        for folder in await self._folders.list():
            root = self._root(folder)
            if root is not None:
                wanted[folder.id] = (folder, root, await self._scanner.left_out(folder))
        for key, watched in list(self._watched.items()):
            same = (watched.folder, watched.root, watched.left_out)
            if key not in wanted or not self._same(wanted[key], same) or self._unwanted(watched):
                watched.stop.set()
                del self._watched[key]
        for key, (folder, root, left_out) in wanted.items():
            if key not in self._watched:
                self._begin(_Watched(folder, root, left_out))

    def _root(self, folder: LibraryFolder) -> Path | None:
        try:
            return self._volumes.resolve(folder.volume_id, "")
        except MatineeError:
            return None

    @staticmethod
    def _same(
        one: tuple[LibraryFolder, Path, frozenset[str]],
        other: tuple[LibraryFolder, Path, frozenset[str]],
    ) -> bool:
        return (one[0].path, *one[1:]) == (other[0].path, *other[1:])

    def _unwanted(self, watched: _Watched) -> bool:
        return watched.by_setting != self._settings.get(WATCH_FOLDERS)

    def _begin(self, watched: _Watched) -> None:
        folder = watched.folder
        self._watched[folder.id] = watched
        watched.by_setting = self._settings.get(WATCH_FOLDERS)
        kind = self._volumes.get(folder.volume_id).kind
        # The kernel tells nothing of what others change on a network drive.
        if kind in NETWORK or kind.startswith("fuse.") or not watched.by_setting:
            watched.works = False
            self._scanner.request(folder.id)
            return
        threading.Thread(
            target=self._thread, args=(watched,), name="matinee-library-watch", daemon=True
        ).start()

    # in the thread -------------------------------------------------------------------------------
    def _thread(self, watched: _Watched) -> None:
        known: frozenset[str] | None = None
        while not watched.stop.is_set():
            try:
                folders = self._list(watched)
                # What came into a folder before it was watched is not told: look there.
                fresh = {watched.folder.path} if known is None else folders - known
                known = folders
                self._follow(watched, folders, fresh)
            except MatineeError:
                return  # the drive went away; `_arm` begins anew when it returns
            except FileNotFoundError:
                # A folder vanished between the listing and the watching.
                watched.stop.wait(self._debounce / 1000)
            except (OSError, RuntimeError) as error:
                self._call(self._give_up, watched, error)
                return
            if not (known or watched.stop.is_set()):
                watched.stop.wait(self._fallback)

    def _list(self, watched: _Watched) -> frozenset[str]:
        walker = Walker(watched.root, is_wanted, watched.left_out)
        return frozenset(walker.folders(watched.folder.path))

    def _follow(self, watched: _Watched, folders: frozenset[str], fresh: Collection[str]) -> None:
        """Tell of changes until the set of folders itself has changed."""
        if not folders:
            self._ask_for(watched, fresh)
            return
        paths = [watched.root / folder for folder in folders]
        for batch in self._watch(paths, watched.stop, self._debounce):
            touched, again = self._sort(watched, folders, batch)
            self._ask_for(watched, touched | set(fresh))
            fresh = ()
            if again:
                return

    def _ask_for(self, watched: _Watched, folders: Iterable[str]) -> None:
        for folder in _outermost(folders):
            self._call(self._ask, watched, folder)

    def _sort(
        self, watched: _Watched, folders: frozenset[str], batch: Changes
    ) -> tuple[set[str], bool]:
        """Return the folders to look into, and whether folders came or went."""
        touched: set[str] = set()
        again = False
        for _change, text in batch:
            path = os.path.relpath(text, watched.root)
            name = os.path.basename(path)  # noqa: PTH119 text that may name nothing any more
            path = "" if path == "." else path
            parent = os.path.dirname(path)  # noqa: PTH120
            if path in folders:
                again = again or not os.path.isdir(text)  # noqa: PTH112
                touched.add(parent if parent in folders else watched.folder.path)
            elif not skipped(name) and os.path.isdir(text):  # noqa: PTH112
                again = True
                touched.add(path)
            elif is_wanted(name) or name in {".nomedia", ".ignore"}:
                touched.add(parent)
        return touched, again

    def _call(self, function: Callable[..., None], *values: object) -> None:
        # After the end of the loop there is nobody to tell.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *values)

    # on the loop ---------------------------------------------------------------------------------
    def _ask(self, watched: _Watched, folder: str) -> None:
        if self._watched.get(watched.folder.id) is watched:
            path = None if folder == watched.folder.path else folder
            self._scanner.request(watched.folder.id, path, settle=self._settle)

    def _give_up(self, watched: _Watched, error: Exception) -> None:
        if self._watched.get(watched.folder.id) is not watched:
            return
        watched.works = False
        self._scanner.request(watched.folder.id)
        _log.warning("Changes in %s cannot be noticed: %s", watched.root, error)
        if not self._told:
            self._told = True
            self._bus.publish(
                Notice(
                    "warning",
                    "watch_limit",
                    "Changes in the library folders cannot be noticed at once, because the system"
                    " allows no more watching. They are looked through every"
                    f" {self._fallback / 60:g} minutes instead.",
                    "Raise fs.inotify.max_user_watches and fs.inotify.max_user_instances.",
                )
            )

    async def _scan_regularly(self) -> None:
        while True:
            await asyncio.sleep(self._fallback)
            for key, watched in self._watched.items():
                if not watched.works:
                    self._scanner.request(key, settle=self._settle)


def _outermost(folders: Iterable[str]) -> list[str]:
    """Drop folders that lie in other ones of the set."""
    kept: list[str] = []
    for folder in sorted(folders):
        if not any(not k or folder == k or folder.startswith(k + "/") for k in kept):
            kept.append(folder)
    return kept
