"""What a play session says: the address, where to go on, what the screen cannot show.

And, for a film on its way, how its beginning comes along.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from dataclasses import replace

from ..downloads import Downloads
from ..errors import GiveUp, RetryLater
from ..library import Library
from ..models.downloads import DownloadState
from ..models.limits import KIB, MIB
from ..models.media import Probe
from ..models.play import PlaySession, PlayState, SubtitleTrack
from ..models.screens import Decision, DecisionKind, Means, MediaFacts, Reason
from ..playback.containers import mime_type
from ..playback.screens import decide_playback, main_reason
from ..playback.subtitles import Subtitles, Track
from .addresses import Addresses, Grant
from .converting import MIME_TYPE, Converting
from .facts import Facts
from .opening import Arrival, Place
from .screens import Showing

HEAD = 256 * KIB
"""What must be here before a session is ready."""
_START = 2 * MIB
"""About what a player reads before it shows something; for the estimate."""
TELL_EVERY = 1.0
_FACTS_PATIENCE = 3.0
_INDEX_PATIENCE = 120.0
"""Seconds that a film on its way may take to show what is in it, where that decides."""
_RESUME_AFTER = 10.0


def refused(view: PlaySession, text: str, hint: str) -> PlaySession:
    """Return the session as one that cannot be played, and why."""
    return replace(
        view, state=PlayState.REFUSED, text=text, hint=hint, url="", eta=None, warnings=()
    )


class Preparing:
    """Turns the place of a film into what a session shows."""

    def __init__(
        self,
        library: Library,
        downloads: Downloads,
        facts: Facts,
        subtitles: Subtitles,
        addresses: Addresses,
        converting: Converting | None = None,
    ) -> None:
        self._library, self._downloads, self._facts = library, downloads, facts
        self._subtitles, self._addresses = subtitles, addresses
        self._converting = converting

    async def begin(
        self, view: PlaySession, place: Place, showing: Showing, start: float | None
    ) -> PlaySession:
        """Return the session with its address and what is known at once.

        `start` in seconds; None goes on where the user was. Raises why it cannot be had.
        """
        arriving = place.arrival is not None
        if place.arrival is not None:
            self._check(place.arrival)
        probe = await (self._facts.of(place) if arriving else self._facts.learn(place))
        state = await self._library.watch.get(place.media.id, view.user_id)
        if start is None:
            start = 0.0 if state.position < _RESUME_AFTER else state.position
        token = self._addresses.stream_token(Grant(place.media.id, view.id))
        view = replace(
            view,
            state=PlayState.PREPARING if arriving else PlayState.READY,
            text="Waiting for the beginning of the film." if arriving else "",
            url=self._addresses.stream(token, place.source.name),
            mime_type=mime_type(place.source.name),
            duration=state.duration,
            resume_from=start,
        )
        return await self.describe(view, place, showing, probe)

    async def describe(
        self, view: PlaySession, place: Place, showing: Showing, probe: Probe | None
    ) -> PlaySession:
        """Return the session with what its screen makes of the film, and the subtitles."""
        preliminary = view.state is PlayState.PREPARING
        decision, converted = await self._decide(place, showing, probe, preliminary=preliminary)
        reason = main_reason(decision)
        if decision.kind is DecisionKind.REFUSE and not decision.attempt:
            return refused(view, reason.text, reason.hint)
        path = place.source.finished_path if place.file is not None else None
        tracks = await self._subtitles.tracks(path, probe)
        token = self._addresses.stream_token(Grant(view.media_id, view.id))
        if converted and not view.url.endswith(f"/{converted}"):
            url = self._addresses.beneath(token, converted)
            view = replace(view, url=url, mime_type=MIME_TYPE)
        return replace(
            view,
            duration=(probe.duration if probe else 0.0) or view.duration,
            warnings=decision.warnings,
            hint=reason.hint if decision.warnings else "",
            subtitles=tuple(self._subtitle(track, token) for track in tracks),
        )

    async def _decide(
        self, place: Place, showing: Showing, probe: Probe | None, *, preliminary: bool
    ) -> tuple[Decision, str]:
        """Return how the film is sent, and the end of its address where it is converted.

        A film that cannot be cut is decided on once more, as one that goes as it is or not at all;
        so is one of which nothing is known, unless it is `preliminary`.
        """
        converting, media = self._converting, MediaFacts(place.source.name, probe)
        possible = converting is not None and (probe is not None or preliminary)
        means = converting.means if converting and possible else Means(remux=False)
        decision = decide_playback(media, showing.screen, showing.wish, means)
        if converting is None or probe is None:
            return decision, ""
        if decision.kind is DecisionKind.TRANSCODE and means.pixel_rate is None:
            means = await converting.measured()
            decision = decide_playback(media, showing.screen, showing.wish, means)
        try:
            return decision, await converting.path(place, probe, decision)
        except GiveUp as error:
            means = Means(remux=False)
            decision = decide_playback(media, showing.screen, showing.wish, means)
            why = Reason(error.code, error.message, error.hint)
            return replace(decision, reasons=(*decision.reasons, why)), ""

    def _subtitle(self, track: Track, token: str) -> SubtitleTrack:
        return SubtitleTrack(
            id=track.id,
            language=track.language,
            title=track.title,
            url="" if track.refusal else self._addresses.subtitle(token, track.id),
            forced=track.forced,
            hearing_impaired=track.hearing_impaired,
            default=track.default,
            refusal=track.refusal,
        )

    async def bring(
        self, view: PlaySession, place: Place, showing: Showing
    ) -> AsyncIterator[PlaySession]:
        """Wait for the beginning of a film on its way; yield the session as it changes.

        The last one is ready, or refused by the screen. Raises `NotFound` when the download is
        removed, and what made it fail.
        """
        assert place.arrival is not None
        learning = self._facts.begin(place)
        head = asyncio.create_task(_read_head(place), name="beginning of a film")
        try:
            while not head.done():
                await asyncio.wait({head}, timeout=TELL_EVERY)
                if not head.done():
                    self._check(place.arrival)
                    view = self._progress(view, place.arrival, place.source.size)
                    yield view
            head.result()
        finally:
            head.cancel()
            await asyncio.wait({head})
        # Sent as it is, it may begin before all is known of it; else nothing would show.
        decision, _ = await self._decide(place, showing, None, preliminary=True)
        as_it_is = decision.kind is DecisionKind.DIRECT or self._converting is None
        await asyncio.wait({learning}, timeout=_FACTS_PATIENCE if as_it_is else _INDEX_PATIENCE)
        view = replace(view, state=PlayState.READY, text="", eta=None)
        yield await self.describe(view, place, showing, await self._facts.of(place))

    def _check(self, arrival: Arrival) -> None:
        """Raise why a download cannot bring its film."""
        download = self._downloads.get(arrival.download_id)
        trouble = download.trouble
        if download.state is DownloadState.FAILED and trouble is not None:
            raise RetryLater(trouble.message, code=trouble.code, hint=trouble.hint)

    def _progress(self, view: PlaySession, arrival: Arrival, size: int) -> PlaySession:
        """Say in words how the beginning comes along."""
        live = self._downloads.view(arrival.download_id)
        who = "1 peer" if live.peers == 1 else f"{live.peers} peers"
        if live.rate_down > 0:
            text = f"The beginning arrives at {live.rate_down / 1e6:.1f} MB/s from {who}."
            return replace(view, text=text, eta=math.ceil(min(_START, size) / live.rate_down))
        text = f"Waiting for data from {who}." if live.peers else "Looking for somebody who has it."
        return replace(view, text=text, eta=None)


async def _read_head(place: Place) -> None:
    """Read the beginning as a player would, which asks the transport for it before all else."""
    reader = place.source.reader()
    size = min(HEAD, place.source.size)
    position = 0
    try:
        while position < size:
            try:
                position += len(await reader.read(position, size - position))
            except RetryLater:
                await asyncio.sleep(TELL_EVERY)
    finally:
        await reader.close()
