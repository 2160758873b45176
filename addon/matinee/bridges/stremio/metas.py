"""How films, shows and episodes look to Stremio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ...downloads import Downloads
from ...errors import NotFound
from ...library.listing import Entry, ItemKind, ItemState
from .asking import Type, own

Picture = Callable[[str, str], str]
"""Media id and size → the path of its picture."""

_STATES = {
    ItemState.HOME: "At home.",
    ItemState.OFFLINE: "On a drive that is away.",
    ItemState.MISSING: "Its file is missing.",
}


@dataclass(frozen=True, slots=True)
class Metas:
    """Makes metas for one client. `base` is the address under which it reaches us."""

    base: str
    picture: Picture
    downloads: Downloads

    def preview(self, entry: Entry) -> dict[str, Any]:
        """Return an entry as a catalog shows it."""
        kind = Type.SERIES if entry.kind is ItemKind.SHOW else Type.MOVIE
        found: dict[str, Any] = {
            "id": own(entry.id),
            "type": kind.value,
            "name": entry.title,
            "description": self._words(entry),
        }
        if entry.year:
            found["releaseInfo"] = str(entry.year)
        if entry.cover_id:
            found["poster"] = self._picture(entry.cover_id, "small")
        return found

    def film(self, entry: Entry) -> dict[str, Any]:
        """Return all that is known of a film."""
        hints = {"defaultVideoId": own(entry.id), "hasScheduledVideos": False}
        found = self.preview(entry) | {"behaviorHints": hints}
        if entry.duration:
            found["runtime"] = f"{max(1, round(entry.duration / 60))} min"
        return self._with_background(found, entry)

    def show(self, entry: Entry, episodes: list[Entry]) -> dict[str, Any]:
        """Return a show with the episodes that are here or on their way."""
        found = self.preview(entry) | {"videos": [self._video(episode) for episode in episodes]}
        return self._with_background(found, entry)

    def _with_background(self, found: dict[str, Any], entry: Entry) -> dict[str, Any]:
        if entry.cover_id:
            found["background"] = self._picture(entry.cover_id, "large")
        return found

    def _video(self, episode: Entry) -> dict[str, Any]:
        # A date is demanded; as long as nobody told us when it was broadcast, that of its arrival.
        added = datetime.fromtimestamp(episode.added_at, UTC)
        return {
            "id": own(episode.id),
            "title": episode.title or f"Episode {episode.episode}",
            "season": episode.season or 0,
            "episode": episode.episode or 0,
            "released": added.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "overview": self._words(episode),
            "thumbnail": self._picture(episode.id, "small"),
            "available": episode.state in {ItemState.HOME, ItemState.ARRIVING},
        }

    def _words(self, entry: Entry) -> str:
        if entry.state is not ItemState.ARRIVING:
            return _STATES[entry.state]
        share = max((self._progress(download_id) for download_id, _ in entry.arrivals), default=0.0)
        return f"Arriving: {share:.0%} is here." if entry.arrivals else "Arriving."

    def _progress(self, download_id: str) -> float:
        try:
            return self.downloads.view(download_id).progress
        except NotFound:
            return 0.0

    def _picture(self, media_id: str, size: str) -> str:
        return self.base + self.picture(media_id, size)
