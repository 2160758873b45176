"""Play sessions in memory: who watches what where, and what that keeps awake."""

from __future__ import annotations

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ..downloads import Downloads
from ..errors import MatineeError, NotFound
from ..events import EventBus, PlayChanged
from ..models.play import PlaySession, PlayState
from .screens import Showing

MAX_OF_USER = 20


@dataclass(slots=True, eq=False)
class Session:
    """One session. `view` is what clients see; `seen` when it was last of use (monotonic).

    `told` is the position and duration that a player reported and that are not written yet.
    `hint` is the one that the complaint about a screen that fetches nothing took the place of.
    """

    view: PlaySession
    seen: float
    showing: Showing
    fetched: asyncio.Event = field(default_factory=asyncio.Event)
    streams: int = 0
    arriving: bool = False
    hint: str = ""
    told: tuple[float, float] | None = None
    written_at: float = -math.inf
    task: asyncio.Task[None] | None = None

    @property
    def over(self) -> bool:
        return self.view.state is PlayState.ENDED


class Sessions:
    """Keeps the sessions and announces every change of one."""

    def __init__(self, bus: EventBus, clock: Callable[[], float] = time.monotonic) -> None:
        self._bus, self._clock = bus, clock
        self._sessions: dict[str, Session] = {}

    def add(self, view: PlaySession, showing: Showing) -> Session:
        """Take a new session in; of too many of one user the one of least use ends."""
        mine = [s for s in self._sessions.values() if s.view.user_id == view.user_id]
        if len(mine) >= MAX_OF_USER:
            self.end(min(mine, key=lambda s: (s.streams > 0, s.seen)))
        session = self._sessions[view.id] = Session(view, self._clock(), showing)
        self._bus.publish(PlayChanged(view))
        return session

    def get(self, user_id: str, session_id: str) -> Session:
        """Return a user's own session. Raises `NotFound`, also for those of others."""
        session = self._sessions.get(session_id)
        if session is None or session.view.user_id != user_id:
            raise NotFound(
                "There is no such play session, or it has ended.", code="session_not_found"
            )
        return session

    def find(self, session_id: str) -> Session | None:
        return self._sessions.get(session_id)

    def of(self, user_id: str) -> list[PlaySession]:
        """Return a user's sessions, newest first."""
        mine = [s.view for s in self._sessions.values() if s.view.user_id == user_id]
        return sorted(mine, key=lambda view: (view.created_at, view.id), reverse=True)

    def all(self) -> list[Session]:
        return list(self._sessions.values())

    def change(self, session: Session, **values: Any) -> None:
        """Set fields of the view and tell, when that changes something."""
        view = replace(session.view, **values)
        if view != session.view and not session.over:
            session.view = view
            self._bus.publish(PlayChanged(view))

    def touch(self, session: Session) -> None:
        session.seen = self._clock()

    def idle(self, session: Session) -> float:
        """Return the seconds since it was last of use; 0 while it streams."""
        return 0.0 if session.streams else self._clock() - session.seen

    def end(self, session: Session) -> None:
        """End it: it is announced once more and forgotten. Does not wait for its task."""
        if self._sessions.pop(session.view.id, None) is None:
            return
        self.change(session, state=PlayState.ENDED, url="", text="", hint="", eta=None)
        if session.task is not None and session.task is not asyncio.current_task():
            session.task.cancel()


class Awake:
    """Keeps downloads awake while somebody holds them. A holder is a session or a stream."""

    def __init__(self, downloads: Downloads) -> None:
        self._downloads = downloads
        self._holders: defaultdict[str, set[object]] = defaultdict(set)

    async def hold(self, download_id: str, holder: object) -> None:
        """Wake a download. Raises what keeps it from running, or `NotFound`."""
        first = not self._holders[download_id]
        self._holders[download_id].add(holder)
        if first:
            try:
                await self._downloads.wake(download_id)
            except MatineeError:
                self._drop(download_id, holder)
                raise

    async def release(self, download_id: str, holder: object) -> None:
        """Let it rest when this was the last holder."""
        if self._drop(download_id, holder):
            await self._downloads.rest(download_id)

    def _drop(self, download_id: str, holder: object) -> bool:
        holders = self._holders.get(download_id, set())
        holders.discard(holder)
        if holders:
            return False
        return self._holders.pop(download_id, None) is not None
