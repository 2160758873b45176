"""Films as HLS for the screens that need it: what a session's address leads to."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ..errors import GiveUp, NotFound
from ..events import Event, EventBus, PlayChanged
from ..models.media import Probe, StreamKind
from ..models.play import PlayState
from ..models.screens import Decision, DecisionKind, HlsFlavour, Means
from ..playback.hls import playlist, way
from ..playback.hls.commands import SHIFT
from ..playback.hls.segments import Film, Segments
from ..playback.hls.speed import Speed
from ..playback.hls.way import Flavour, Way
from ..playback.subtitles import Subtitles, Track
from .facts import Facts
from .opening import Place

MIME_TYPE = "application/vnd.apple.mpegurl"
_INDEX_PATIENCE = 60.0
_MOST_SOUNDS = 16


class Converting:
    """Playlists, segments and subtitles of films, and whether there can be any."""

    def __init__(self, folder: Path, facts: Facts, subtitles: Subtitles, bus: EventBus) -> None:
        self._segments, self._facts, self._subtitles = Segments(folder), facts, subtitles
        self._speed = Speed()
        self._unsubscribe = bus.subscribe(self._hear)

    async def stop(self) -> None:
        self._unsubscribe()
        await self._segments.close()

    def _hear(self, event: Event) -> None:
        if isinstance(event, PlayChanged) and event.session.state is PlayState.ENDED:
            self._segments.end(event.session.id)

    @property
    def means(self) -> Means:
        """What is known of this machine without measuring."""
        return Means(remux=True, pixel_rate=self._speed.known)

    async def measured(self) -> Means:
        """Return what this machine can do; measures its speed once."""
        return Means(remux=True, pixel_rate=await self._speed.pixel_rate())

    async def path(self, place: Place, probe: Probe, decision: Decision) -> str:
        """Return the end of the address for a decision; empty when the file goes as it is.

        Raises `GiveUp` in words when the film cannot be cut. Waits for the index, but not for
        ever: whoever asks for the playlist waits for it then.
        """
        if decision.kind not in (DecisionKind.REMUX, DecisionKind.TRANSCODE):
            return ""
        if decision.hls is HlsFlavour.NONE:
            return ""
        try:
            async with asyncio.timeout(_INDEX_PATIENCE):
                await self._segments.film(place.source, probe)
        except TimeoutError:
            pass
        return f"hls/{way.of_decision(decision)}/master.m3u8"

    # what is at the addresses ----------------------------------------------------------------
    async def _film(self, place: Place) -> Film:
        probe = await self._facts.learn(place)
        if probe is None:
            raise GiveUp("Nothing is known of this film.", code="not_media")
        return await self._segments.film(place.source, probe)

    async def master(self, place: Place, word: str) -> str:
        """Return the master playlist."""
        film, main = await self._film(place), way.parse(word)
        video, audio = film.stream(main.video), film.stream(main.audio)
        tracks = await self._tracks(place, film.probe)
        texts = [
            playlist.TextTrack(
                _name(track.title, track.language, number), track.language,
                f"text-{track.id}.m3u8", track.default, track.forced,
            )
            for number, track in enumerate(tracks)
        ]  # fmt: skip
        rate = main.bit_rate + 400_000 if main.height else film.probe.bit_rate
        return playlist.master(main, video, audio, rate, _sounds(film, main), texts)

    async def index(self, place: Place, word: str) -> str:
        """Return the media playlist."""
        film, wanted = await self._film(place), way.parse(word)
        film.stream(wanted.video), film.stream(wanted.audio)
        return playlist.media(film.segments, wanted)

    async def init(self, place: Place, word: str, session_id: str) -> bytes:
        return await self._segments.init(await self._film(place), way.parse(word), session_id)

    async def segment(self, place: Place, word: str, number: int, session_id: str) -> bytes:
        film = await self._film(place)
        return await self._segments.segment(film, way.parse(word), number, session_id)

    async def text_index(self, place: Place, track_id: str) -> str:
        """Return the playlist of a subtitle rendition."""
        film = await self._film(place)
        await self._track(place, film.probe, track_id)
        return playlist.text(f"text-{track_id}.vtt", film.segments[-1].stop - film.index.keys[0])

    async def text(self, place: Place, track_id: str) -> bytes:
        """Return a subtitle track on the time line of the segments."""
        film = await self._film(place)
        track = await self._track(place, film.probe, track_id)
        path = place.source.finished_path
        if path is None:
            raise NotFound("These subtitles come with the whole film.", code="subtitle_later")
        body = await self._subtitles.webvtt(path, place.source.etag, track)
        begin = round((SHIFT - film.index.keys[0]) * 90000)
        line = f"WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:{begin}"
        return body.replace(b"WEBVTT", line.encode(), 1)

    async def _tracks(self, place: Place, probe: Probe) -> list[Track]:
        """Return the subtitle tracks that can be shown."""
        path = place.source.finished_path if place.file is not None else None
        return [t for t in await self._subtitles.tracks(path, probe) if not t.refusal]

    async def _track(self, place: Place, probe: Probe, track_id: str) -> Track:
        for track in await self._tracks(place, probe):
            if track.id == track_id:
                return track
        raise NotFound("The film has no such subtitles.", code="subtitle_not_found")


def _sounds(film: Film, main: Way) -> list[playlist.SoundTrack]:
    """Return the sound renditions: the one within the picture's segments, and the others."""
    streams = [s for s in film.probe.streams if s.kind is StreamKind.AUDIO][:_MOST_SOUNDS]
    if main.video is None or main.audio is None or len(streams) < 2 or main.flavour is Flavour.TS:
        return []
    found = []
    for number, stream in enumerate(streams):
        name = _name(stream.title, stream.language, number)
        own = stream.index == main.audio
        # Of the same kind as the main one: what that screen takes is known of it alone.
        other = Way(main.flavour, None, stream.index, channels=main.channels or 2)
        uri = "" if own else f"../{other}/index.m3u8"
        channels = main.channels or (stream.channels if own else 2)
        found.append(playlist.SoundTrack(name, stream.language, uri, own, channels))
    return found


def _name(title: str, language: str, number: int) -> str:
    """Return a name that no other rendition of the group has."""
    return f"{title or language or 'Track'} ({number + 1})"
