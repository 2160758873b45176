"""Watching as one flow: from "play this there" to a stream address, or a reason why not."""

from __future__ import annotations

import asyncio
import logging
import math
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields, replace

from ..downloads import Downloads
from ..errors import MatineeError, NotFound
from ..events import Event, EventBus, LibraryChanged
from ..library import Library
from ..models.ids import new_id
from ..models.media import Probe
from ..models.play import PlaySession, PlayState
from .addresses import Grant
from .choosing import Chooser, Wish
from .facts import Facts
from .opening import Opening, Place
from .preparing import Preparing, refused
from .screens import Screens
from .sessions import Awake, Session, Sessions

_log = logging.getLogger(__name__)
_NOT_FETCHED = (
    "Look whether it is switched on, and whether it reaches the address for screens that the"
    " settings show."
)
_DESCRIBED = ("duration", "warnings", "hint", "subtitles", "url", "mime_type")
"""What `Preparing.describe` says of a session that its screen does not refuse."""


@dataclass(frozen=True, slots=True)
class Patience:
    """The times of a session, in seconds.

    After `fetch` a session whose address nobody fetched says so; after `hold` without a stream
    its download may rest; after `idle` without a stream or report it ends; `quiet` is how long
    after the last byte for a player pictures may be made again; `write` how often at most a
    position is written while it plays.
    """

    fetch: float = 20.0
    hold: float = 900.0
    idle: float = 4 * 3600.0
    quiet: float = 20.0
    write: float = 30.0
    next_range: float = 1.0


class Watching:
    """The play sessions of the household. They live in memory; addresses outlive them."""

    def __init__(
        self,
        *,
        library: Library,
        downloads: Downloads,
        opening: Opening,
        chooser: Chooser,
        facts: Facts,
        preparing: Preparing,
        screens: Screens,
        bus: EventBus,
        patience: Patience | None = None,
    ) -> None:
        self._library, self._opening, self._chooser = library, opening, chooser
        self._facts, self._preparing, self._screens = facts, preparing, screens
        self._patience = patience or Patience()
        self._sessions = Sessions(bus)
        self._awake = Awake(downloads)
        self._background: set[asyncio.Task[None]] = set()
        self._sent_at = -math.inf
        self._unsubscribe = bus.subscribe(self._hear)

    async def stop(self) -> None:
        """End every session and let every download rest."""
        self._unsubscribe()
        tasks = [session.task for session in self._sessions.all() if session.task is not None]
        for session in self._sessions.all():
            await self._write(session)
            self._sessions.end(session)
        for task in self._background:
            task.cancel()
        await asyncio.gather(*tasks, *self._background, return_exceptions=True)

    # what clients ask ------------------------------------------------------------------------
    async def play(self, user_id: str, wish: Wish) -> PlaySession:
        """Make a session. What is unclear or impossible is a session too: `choose`, `refused`.

        Raises `NotFound` for a media id that never was, `InvalidInput` for such a screen profile.
        """
        showing = await self._screens.choose(wish)
        chosen = await self._chooser.choose(user_id, wish)
        view = PlaySession(
            id=new_id(),
            user_id=user_id,
            media_id=chosen.media.id if chosen.media else "",
            state=PlayState.CHOOSE if chosen.choices else PlayState.REFUSED,
            title=chosen.label,
            text=chosen.text,
            hint=chosen.hint,
            target=replace(wish.target, screen_profile=showing.screen.id),
            choices=chosen.choices,
            created_at=time.time(),
        )
        place = None
        if chosen.media is not None:
            try:
                place = await self._opening.find(chosen.media.id, afresh=True)
                view = await self._preparing.begin(view, place, showing, wish.start)
            except MatineeError as error:
                view = refused(view, error.message, error.hint)
        session = self._sessions.add(view, showing)
        session.arriving = place is not None and place.arrival is not None
        session.task = asyncio.create_task(self._run(session, place), name="play session")
        return view

    def get(self, user_id: str, session_id: str) -> PlaySession:
        """Raises `NotFound`."""
        return self._sessions.get(user_id, session_id).view

    @property
    def active(self) -> int:
        """How many sessions there are."""
        return len(self._sessions.all())

    def mine(self, user_id: str) -> list[PlaySession]:
        """Return a user's sessions, newest first."""
        return self._sessions.of(user_id)

    async def end(self, user_id: str, session_id: str) -> None:
        """Raises `NotFound`."""
        session = self._sessions.get(user_id, session_id)
        await self._write(session)
        self._sessions.end(session)

    async def report(
        self, user_id: str, session_id: str, position: float, duration: float, *, paused: bool
    ) -> PlaySession:
        """Take the position of a player over into the watch state. Raises `NotFound`.

        It is written when the player pauses, and now and then: homes run on SD cards.
        """
        session = self._sessions.get(user_id, session_id)
        self._sessions.touch(session)
        if session.view.state in (PlayState.READY, PlayState.PLAYING):
            session.told = (position, duration or session.view.duration)
            if paused or time.monotonic() - session.written_at > self._patience.write:
                await self._write(session)
        return session.view

    async def _write(self, session: Session) -> None:
        if session.told is None:
            return
        (position, duration), session.told = session.told, None
        session.written_at = time.monotonic()
        view = session.view
        try:
            await self._library.watch.set(
                view.media_id, view.user_id, position=position, duration=duration or None
            )
        except (NotFound, sqlite3.IntegrityError) as error:
            # The film was taken out of the library, or the user out of the household, meanwhile.
            _log.info("The position of %s is not kept: %s", view.title, error)

    # the life of a session -------------------------------------------------------------------
    async def _run(self, session: Session, place: Place | None) -> None:
        arrival = place.arrival if place is not None else None
        try:
            if place is not None and session.view.state is PlayState.PREPARING:
                await self._bring(session, place)
                await self._came_home(session)
            if place is not None and session.view.state in (PlayState.READY, PlayState.PLAYING):
                await asyncio.gather(self._expect_fetch(session), self._add_facts(session, place))
            await self._until_idle(session, self._patience.hold)
            if arrival is not None:
                await self._awake.release(arrival.download_id, session)
            await self._until_idle(session, self._patience.idle)
            await self._write(session)
            self._sessions.end(session)
        finally:
            if arrival is not None:
                await self._awake.release(arrival.download_id, session)

    async def _bring(self, session: Session, place: Place) -> None:
        assert place.arrival is not None
        try:
            await self._awake.hold(place.arrival.download_id, session)
            async for view in self._preparing.bring(session.view, place, session.showing):
                self._show(session, view)
        except MatineeError as error:
            self._show(session, refused(session.view, error.message, error.hint))

    def _show(self, session: Session, view: PlaySession) -> None:
        """Take over what a step found, but not back before the screen's first fetch."""
        values = {item.name: getattr(view, item.name) for item in fields(view)}
        if session.view.fetched:
            values["fetched"] = True
            if view.state is PlayState.READY:
                values["state"] = PlayState.PLAYING
        self._sessions.change(session, **values)

    async def _add_facts(self, session: Session, place: Place) -> None:
        """Add what a probe finds to a session that was ready without it."""
        if place.arrival is None or await self._facts.of(place) is not None:
            return
        probe = await self._facts.learn(place)
        if probe is not None:
            await self._describe(session, place, probe)

    async def _describe(self, session: Session, place: Place, probe: Probe | None) -> None:
        try:
            view = await self._preparing.describe(session.view, place, session.showing, probe)
            if view.state is PlayState.REFUSED:
                self._show(session, view)
            else:  # The state may have gone on meanwhile.
                self._sessions.change(session, **{key: getattr(view, key) for key in _DESCRIBED})
        except MatineeError as error:
            # It plays without: what is missing are subtitles and warnings.
            _log.info("What is known of %s cannot be told: %s", session.view.title, error)

    def _hear(self, event: Event) -> None:
        if not isinstance(event, LibraryChanged):
            return
        for session in self._sessions.all():
            if session.arriving and session.view.media_id in event.media_ids:
                task = asyncio.create_task(self._came_home(session))
                self._background.add(task)
                task.add_done_callback(self._background.discard)

    async def _came_home(self, session: Session) -> None:
        """Show what only a film at home has: subtitles lie all over the file."""
        try:
            place = await self._opening.find(session.view.media_id)
        except MatineeError:
            return
        preparing = session.view.state is PlayState.PREPARING
        if place.file is None or not session.arriving or not session.view.url or preparing:
            return  # What is still being prepared asks again once it is ready.
        session.arriving = False
        await self._describe(session, place, await self._facts.learn(place))

    async def _expect_fetch(self, session: Session) -> None:
        """Say so when no screen fetches the address in time."""
        try:
            async with asyncio.timeout(self._patience.fetch):
                await session.fetched.wait()
        except TimeoutError:
            session.hint = session.view.hint
            self._sessions.change(
                session,
                text=f"{session.view.target.name or 'The screen'} has not fetched the film.",
                hint=_NOT_FETCHED,
            )

    async def _until_idle(self, session: Session, seconds: float) -> None:
        while True:
            left = seconds - self._sessions.idle(session)
            if left <= 0:
                return
            await asyncio.sleep(left)

    # what streams tell -----------------------------------------------------------------------
    @asynccontextmanager
    async def streaming(self, grant: Grant, place: Place) -> AsyncIterator[Callable[[int], None]]:
        """Keep a session and its download awake while a stream goes out; yields `on_progress`.

        Raises what keeps the download from running.
        """
        session, stream = self._sessions.find(grant.session_id), object()
        if place.arrival is not None:
            await self._awake.hold(place.arrival.download_id, stream)
        if session is not None:
            session.streams += 1
            session.fetched.set()
        try:
            yield lambda position: self._progress(session, position)
        finally:
            if session is not None:
                session.streams -= 1
                self._sessions.touch(session)
            if place.arrival is not None:
                task = asyncio.create_task(self._let_go(place.arrival.download_id, stream))
                self._background.add(task)
                task.add_done_callback(self._background.discard)

    async def _let_go(self, download_id: str, stream: object) -> None:
        """Release a download, unless the same player asks for its next range in a moment."""
        try:
            await asyncio.sleep(self._patience.next_range)
        finally:
            await self._awake.release(download_id, stream)

    def _progress(self, session: Session | None, position: int) -> None:
        self._sent_at = time.monotonic()
        if session is not None and position and not session.view.fetched:
            playing = {"state": PlayState.PLAYING, "text": "", "eta": None}
            if session.view.hint == _NOT_FETCHED:
                playing["hint"] = session.hint
            preparing = session.view.state is PlayState.PREPARING
            self._sessions.change(session, fetched=True, **({} if preparing else playing))

    async def quiet(self) -> None:
        """Return when nothing has been sent to a player for a while."""
        while True:
            left = self._sent_at + self._patience.quiet - time.monotonic()
            if left <= 0:
                return
            await asyncio.sleep(left)
