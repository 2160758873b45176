"""The event stream `/api/events`: who listens, and the one frame a second that they get."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import orjson
from aiohttp import WSCloseCode, WSMsgType, web

from ..errors import InvalidInput, MatineeError, NotSignedIn, TooManySignIns
from ..events import (
    Event,
    EventBus,
    LibraryChanged,
    Notice,
    PlayChanged,
    SettingsChanged,
    VolumeChanged,
)
from ..identity import Identity
from ..models.identity import Caller
from ..models.limits import MIB
from .subscriber import TOPICS, CloseCode, Subscriber

_log = logging.getLogger(__name__)
AUTH_SECONDS = 5.0
TICK_SECONDS = 1.0
HEARTBEAT_SECONDS = 30.0
MAX_SUBSCRIBERS = 200
MAX_MESSAGE = 4 * MIB

SignIn = Callable[[str, str], Awaitable[Caller]]


class FeedChanges(Protocol):
    """What differs since a mark; with `complete`, all there is."""

    @property
    def mark(self) -> int: ...
    @property
    def downloads(self) -> Sequence[object]: ...
    @property
    def removed(self) -> Sequence[str]: ...
    @property
    def totals(self) -> object: ...
    @property
    def complete(self) -> bool: ...


class Feed(Protocol):
    """The downloads with their progress, as a client sees them."""

    def changed_since(self, mark: int) -> FeedChanges:
        """Return what differs since `mark`; a mark of -1 or an unknown one gets everything."""
        ...


class Hub:
    """Sends events to whoever listens. While nobody does, it hears nothing and runs nothing."""

    def __init__(
        self,
        bus: EventBus,
        identity: Identity,
        *,
        feed: Feed | None,
        server_id: str,
        version: str,
        tick: float = TICK_SECONDS,
    ) -> None:
        self._bus, self._feed, self._tick_seconds = bus, feed, tick
        self._ready = {"type": "ready", "server_id": server_id, "version": version}
        self._subscribers: set[Subscriber] = set()
        self._library: dict[str, None] = {}
        self._sequence = 0
        self._pumping: asyncio.Task[None] | None = None
        self._unsubscribe: Callable[[], None] | None = None
        identity.on_revoked(self._revoked)

    @property
    def count(self) -> int:
        """How many listen now."""
        return len(self._subscribers)

    def handler(self, sign_in: SignIn) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return the handler of the address; `sign_in` takes a token and the client's address."""

        async def handle(request: web.Request) -> web.StreamResponse:
            socket = web.WebSocketResponse(
                heartbeat=HEARTBEAT_SECONDS, max_msg_size=MAX_MESSAGE, compress=False
            )
            await socket.prepare(request)
            await self._serve(socket, sign_in, request)
            return socket

        return handle

    async def close_all(self, _app: web.Application | None = None) -> None:
        """Tell everybody that the server goes away."""
        leaving = tuple(self._subscribers)
        for subscriber in leaving:
            subscriber.drop(WSCloseCode.GOING_AWAY, "Matinee stops")
        await asyncio.gather(*(subscriber.ended.wait() for subscriber in leaving))

    async def _serve(
        self, socket: web.WebSocketResponse, sign_in: SignIn, request: web.Request
    ) -> None:
        try:
            first = await _first_message(socket)
            caller = await sign_in(str(first.get("token", "")), request.remote or "")
            topics = _topics(first.get("topics"))
        except MatineeError as refusal:
            await _refuse(socket, refusal)
            return
        if len(self._subscribers) >= MAX_SUBSCRIBERS:
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=b"Too many listeners")
            return
        subscriber = Subscriber(socket, request.transport, caller, topics)
        subscriber.send(self._ready)
        self._enter(subscriber)
        tasks = [
            asyncio.create_task(self._listen(subscriber), name="event-reader"),
            asyncio.create_task(subscriber.dropped.wait(), name="event-drop"),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._leave(subscriber)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await subscriber.end()

    async def _listen(self, subscriber: Subscriber) -> None:
        async for message in subscriber.socket:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                content = _parse(message.data)
                if content.get("type") == "ping":
                    subscriber.send({"type": "pong"})
                elif content.get("type") == "topics":
                    subscriber.topics = _topics(content.get("topics"))
                    self._feed_one(subscriber, {})
                else:
                    raise InvalidInput("This message is not understood.", code="unknown_message")
            except InvalidInput as error:
                subscriber.send(_error(error))

    # who listens

    def _enter(self, subscriber: Subscriber) -> None:
        self._subscribers.add(subscriber)
        self._feed_one(subscriber, {})
        if self._pumping is None:
            self._unsubscribe = self._bus.subscribe(self._heard)
            self._pumping = asyncio.create_task(self._pump(), name="event-hub")

    def _leave(self, subscriber: Subscriber) -> None:
        self._subscribers.discard(subscriber)
        if not self._subscribers and self._pumping is not None and self._unsubscribe is not None:
            self._pumping.cancel()
            self._unsubscribe()
            self._pumping = self._unsubscribe = None
            self._library.clear()

    def _revoked(self, token_id: str) -> None:
        for subscriber in self._subscribers:
            if subscriber.caller.token_id == token_id:
                subscriber.drop(CloseCode.NOT_SIGNED_IN, "This token has ended")

    # what they get

    def _heard(self, event: Event) -> None:
        match event:
            case LibraryChanged(media_ids, sequence):
                self._library.update(dict.fromkeys(media_ids))
                self._sequence = max(self._sequence, sequence)
            case PlayChanged(session):
                frame = {"type": "play", "session": session}
                self._send("play", frame, user_id=session.user_id)
            case VolumeChanged(volume):
                self._send("volumes", {"type": "volume", "volume": volume})
            case Notice(level, code, message, hint):
                words = {"level": level, "code": code, "message": message, "hint": hint}
                self._send("notices", {"type": "notice", **words})
            case SettingsChanged(keys):
                self._send("settings", {"type": "settings", "keys": keys})
            case _:
                pass  # downloads come with the next frame

    def _send(self, topic: str, frame: dict[str, Any], *, user_id: str = "") -> None:
        data = orjson.dumps(frame).decode()
        for subscriber in self._subscribers:
            if topic in subscriber.topics and user_id in {"", subscriber.caller.user.id}:
                subscriber.send_text(data)

    async def _pump(self) -> None:
        while True:
            await asyncio.sleep(self._tick_seconds)
            self._tick()

    def _tick(self) -> None:
        if self._library:
            ids, self._library = list(self._library), {}
            frame = {"type": "library", "sequence": self._sequence, "media_ids": ids}
            self._send("library", frame)
        frames: dict[int, tuple[FeedChanges, str]] = {}
        for subscriber in tuple(self._subscribers):
            if subscriber.is_stuck:
                subscriber.drop(CloseCode.TOO_SLOW, "Read faster")
            elif not subscriber.is_behind:  # else its changes wait and come together later
                self._feed_one(subscriber, frames)

    def _feed_one(self, subscriber: Subscriber, frames: dict[int, tuple[FeedChanges, str]]) -> None:
        if self._feed is None or "downloads" not in subscriber.topics:
            return
        if subscriber.mark not in frames:
            changes = self._feed.changed_since(subscriber.mark)
            frames[subscriber.mark] = changes, _frame(changes)
        changes, text = frames[subscriber.mark]
        complete = changes.complete and changes.mark != subscriber.mark
        new = complete or changes.downloads or changes.removed
        if new or changes.totals != subscriber.totals:
            subscriber.send_text(text)
        subscriber.mark, subscriber.totals = changes.mark, changes.totals


def _frame(changes: FeedChanges) -> str:
    frame = {
        "type": "snapshot" if changes.complete else "changes",
        "downloads": changes.downloads,
        "totals": changes.totals,
    }
    if not changes.complete:
        frame["removed"] = changes.removed
    return orjson.dumps(frame).decode()


async def _first_message(socket: web.WebSocketResponse) -> dict[str, Any]:
    try:
        message = await socket.receive(timeout=AUTH_SECONDS)
    except TimeoutError as error:
        raise NotSignedIn("The sign-in did not come in time.", code="sign_in_late") from error
    if message.type is not WSMsgType.TEXT:
        raise NotSignedIn("The first message has to be the sign-in.")
    content = _parse(message.data)
    if content.get("type") != "auth":
        raise NotSignedIn("The first message has to be the sign-in.")
    return content


def _parse(text: str) -> dict[str, Any]:
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidInput("This message is no JSON.", code="malformed_json") from error
    if not isinstance(content, dict):
        raise InvalidInput("A message has to be a JSON object.")
    return content


def _topics(wanted: Any) -> frozenset[str]:
    """Return the topics asked for; all when none are named. Unknown ones are of a later version."""
    if wanted is None:
        return TOPICS
    if not isinstance(wanted, list) or not all(isinstance(topic, str) for topic in wanted):
        raise InvalidInput("Topics are a list of names.", field="topics")
    return TOPICS & frozenset(wanted)


def _error(error: MatineeError) -> dict[str, str]:
    return {"type": "error", "code": error.code, "message": error.message, "hint": error.hint}


async def _refuse(socket: web.WebSocketResponse, refusal: MatineeError) -> None:
    if isinstance(refusal, TooManySignIns):
        code = CloseCode.TOO_MANY_REQUESTS
    elif isinstance(refusal, NotSignedIn):
        code = CloseCode.NOT_SIGNED_IN
    else:
        code = CloseCode.BAD_MESSAGE
    if not socket.closed:
        await socket.send_str(orjson.dumps(_error(refusal)).decode())
        await socket.close(code=code, message=refusal.message.encode()[:120])
