"""How Stremio plays a film of ours: its address, and what subtitle add-ons want to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...downloads import Downloads
from ...errors import MatineeError, NotFound
from ...household.addresses import Addresses, Grant
from ...household.facts import Facts
from ...household.opening import Opening, Place
from ...library.languages import language_of, three_letters
from ...library.listing import resolution
from ...models.media import Probe, StreamKind
from ...playback.hashes import FilmHashes
from ...playback.subtitles import Subtitles, Track
from ...releases import parse

_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


@dataclass(frozen=True, slots=True)
class Playing:
    """Finds what can be played. `base` of its methods is how the client reaches us."""

    opening: Opening
    downloads: Downloads
    addresses: Addresses
    facts: Facts
    subtitles: Subtitles
    hashes: FilmHashes

    async def streams(self, media_id: str, base: str) -> list[dict[str, Any]]:
        """Return the stream of a film or an episode; none when it cannot be opened just now."""
        place = await self._find(media_id)
        if place is None:
            return []
        source, probe = place.source, await self.facts.of(place)
        quality = _quality(probe, source.name)
        token = self.addresses.stream_token(Grant(place.media.id))
        url = base + self.addresses.stream(token, source.name)
        hints: dict[str, Any] = {
            "notWebReady": not (url.startswith("https:") and source.name.lower().endswith(".mp4")),
            "bingeGroup": f"matinee-{quality or 'any'}",
            "filename": source.name,
            "videoSize": source.size,
        }
        digest = await self.hashes.of(source)
        if digest:
            hints["videoHash"] = digest
        return [
            {
                "name": f"Matinee\n{quality}".strip(),
                "description": f"{source.name}\n{_size(source.size)} · {self._state(place)}",
                "url": url,
                "behaviorHints": hints,
            }
        ]

    async def tracks(self, media_id: str, base: str) -> list[dict[str, Any]]:
        """Return the subtitles that can be shown as text; none before the whole film is here."""
        place = await self._find(media_id)
        path = place.source.finished_path if place and place.file else None
        if place is None or path is None:
            return []
        try:
            tracks = await self.subtitles.tracks(path, await self.facts.learn(place))
        except MatineeError:
            return []
        token = self.addresses.stream_token(Grant(place.media.id))
        return [
            {
                "id": track.id,
                "url": base + self.addresses.subtitle(token, track.id),
                "lang": _language(track),
            }
            for track in tracks
            if not track.refusal
        ]

    async def _find(self, media_id: str) -> Place | None:
        try:
            return await self.opening.find(media_id)
        except MatineeError:
            return None  # the meta says where it is; an empty list is all that a stream can say

    def _state(self, place: Place) -> str:
        if place.arrival is None:
            return "at home"
        try:
            share = self.downloads.view(place.arrival.download_id).progress
        except NotFound:
            return "arriving"
        return f"arriving, {share:.0%} is here"


def _quality(probe: Probe | None, name: str) -> str:
    streams = probe.streams if probe else ()
    video = next((stream for stream in streams if stream.kind is StreamKind.VIDEO), None)
    return resolution(video.width, video.height) if video else parse(name).resolution


def _size(size: int) -> str:
    for unit, factor in _UNITS:
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"


def _language(track: Track) -> str:
    """Return what Stremio files a track under: three letters, or else what it is called."""
    code = three_letters(language_of(track.language.lower()))
    return code or track.language or track.title or "und"
