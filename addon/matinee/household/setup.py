"""The first run: find a drive, choose a folder, check what playing needs. Can be left and resumed.

The step is a setting, written before the answer; whoever comes back, on whatever screen, goes
on where the last one stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..models.volumes import Volume
from ..settings import SETUP_STEP, Settings
from ..storage.settings import SettingsStore
from ..volumes import Candidate, Volumes
from . import checks
from .checks import CheckResult

STEPS = SETUP_STEP.choices


@dataclass(frozen=True, slots=True)
class SetupState:
    """How far the set-up is. `folders` are proposals that no volume uses yet, the best first."""

    step: str
    done: bool
    checks: Sequence[CheckResult] = ()
    folders: Sequence[Candidate] = ()
    volumes: Sequence[Volume] = field(default_factory=tuple)


class Setup:
    """Guides through the first run. `port` is the one that the page is served on.

    `media` is a folder that whoever started the engine proposes (`--media`); `adopted` is called
    with every volume that the set-up makes.
    """

    def __init__(
        self,
        volumes: Volumes,
        settings: Settings,
        store: SettingsStore,
        *,
        port: int,
        media: Path | None = None,
        adopted: Callable[[Volume], Awaitable[None]] | None = None,
    ) -> None:
        self._volumes, self._settings, self._store = volumes, settings, store
        self._port, self._media, self._adopted = port, media, adopted

    async def state(self) -> SetupState:
        """Look at everything anew: drives, ports, programs, folders, the clock."""
        step = self._settings.get(SETUP_STEP)
        results, folders = await asyncio.gather(
            checks.run_all(self._volumes, self._settings, self._port), self._folders()
        )
        return SetupState(step, step == STEPS[-1], results, folders, self._volumes.list())

    async def _folders(self) -> Sequence[Candidate]:
        found = [item for item in await self._volumes.candidates() if not item.volume_id]
        own = self._media
        if own is None or self._volumes.locate(own) is not None:
            return found
        drive = max(
            (item for item in found if own.is_relative_to(item.mount_point)),
            key=lambda item: len(item.mount_point),
            default=None,
        )
        if drive is None:
            return [Candidate(str(own), "", own.name, "", "", 0, 0), *found]
        first = Candidate(
            str(own), drive.mount_point, drive.name, drive.kind, drive.filesystem, drive.size,
            drive.free,
        )  # fmt: skip
        return [first, *(item for item in found if item is not drive)]

    async def advance(self, step: str, path: str = "", name: str = "") -> SetupState:
        """Go to a step; a `path` makes that folder the drive for new downloads first.

        Raises what `Volumes.adopt` raises, and `AskUser` (`no_volume`) for a step that needs a
        drive while there is none. Then the step is what it was.
        """
        if path:
            volume = await self._volumes.adopt(Path(path), name, make_default=True)
            if self._adopted is not None:
                await self._adopted(volume)
        if STEPS.index(step) > STEPS.index("drive"):
            self._volumes.default()
        await self._store.change({SETUP_STEP.key: step})
        return await self.state()
