"""Progress in memory: what each download shows now, and what changed since somebody looked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import orjson

from ..models.downloads import ACTIVE, Download, Progress
from .entries import Entry
from .schedule import RUNNING
from .views import Changes, DownloadTotals, DownloadView, view_of

_REMEMBERED_REMOVALS = 1000


@dataclass(slots=True)
class _Shown:
    download: Download
    progress: Progress | None
    view: DownloadView
    version: int
    encoded: orjson.Fragment | None = None


class ProgressBook:
    """Views by id, each with the number of its last change. Not persistent.

    A `mark` is such a number; marks of another process are taken for unknown ones.
    """

    def __init__(self) -> None:
        self._shown: dict[str, _Shown] = {}
        self._progress: dict[str, Progress] = {}
        self._moved_at: dict[str, tuple[int, float]] = {}
        self._version = 0
        self._removed: deque[tuple[int, str]] = deque(maxlen=_REMEMBERED_REMOVALS)
        self._forgotten = 0

    # sampling --------------------------------------------------------------------------------
    def sample(
        self,
        entries: Iterable[Entry],
        progress: Mapping[str, Progress],
        now: float,
        stall_seconds: float,
    ) -> None:
        """Take over the progress of the transports and derive what is stalled.

        Call it about once a second.
        """
        known = {}
        for entry in entries:
            item = entry.download
            live = progress.get(item.id)
            if item.state not in RUNNING:
                self._moved_at.pop(item.id, None)
            elif live is not None:
                stalled = self._is_stalled(item.id, live, now, stall_seconds)
                live = replace(live, stalled=stalled) if stalled is not live.stalled else live
            if live is not None:
                known[item.id] = live
        self._progress = known

    def _is_stalled(self, key: str, live: Progress, now: float, patience: float) -> bool:
        done, since = self._moved_at.get(key, (-1, now))
        # Data that fails its hash lowers `done`: that is life as well.
        if done != live.done or since > now:
            self._moved_at[key] = (live.done, now)
            return False
        return now - since >= patience

    def of(self, download_id: str) -> Progress | None:
        return self._progress.get(download_id)

    def forget(self, download_id: str) -> None:
        """Drop what was known of one that left its transport."""
        self._progress.pop(download_id, None)
        self._moved_at.pop(download_id, None)

    # views -----------------------------------------------------------------------------------
    def refresh(self, entries: Iterable[Entry]) -> None:
        """Bring the views up to the rows; only what differs is built anew."""
        seen = set()
        for entry in entries:
            item = entry.download
            seen.add(item.id)
            live, shown = self._progress.get(item.id), self._shown.get(item.id)
            if shown is not None and shown.download is item and shown.progress is live:
                continue
            view = view_of(entry, live)
            if shown is None or shown.view != view:
                self._version += 1
                self._shown[item.id] = _Shown(item, live, view, self._version)
            else:
                shown.download, shown.progress = item, live
        for key in self._shown.keys() - seen:
            self._note_removal(key)

    def _note_removal(self, key: str) -> None:
        del self._shown[key]
        self._moved_at.pop(key, None)
        self._version += 1
        if len(self._removed) == _REMEMBERED_REMOVALS:
            self._forgotten = self._removed[0][0]
        self._removed.append((self._version, key))

    def views(self) -> list[DownloadView]:
        """Return all views by position."""
        return sorted((s.view for s in self._shown.values()), key=lambda v: (v.position, v.id))

    def encoded(self) -> list[orjson.Fragment]:
        """Return the JSON of all views by position.

        Most rows of a long list stand still, and writing their JSON anew is what listing costs.
        """
        shown = sorted(self._shown.values(), key=lambda s: (s.view.position, s.view.id))
        return [self._fragment(one) for one in shown]

    @staticmethod
    def _fragment(shown: _Shown) -> orjson.Fragment:
        if shown.encoded is None:
            shown.encoded = orjson.Fragment(orjson.dumps(shown.view))
        return shown.encoded

    def view(self, download_id: str) -> DownloadView | None:
        shown = self._shown.get(download_id)
        return shown.view if shown else None

    def totals(self) -> DownloadTotals:
        live = self._progress.values()
        return DownloadTotals(
            sum(p.rate_down for p in live),
            sum(p.rate_up for p in live),
            sum(s.view.state in ACTIVE for s in self._shown.values()),
        )

    def changed_since(self, mark: int) -> Changes:
        """Return what changed after `mark`; everything for 0 or a mark that is unknown."""
        if mark <= 0 or mark > self._version or mark < self._forgotten:
            return Changes(self._version, tuple(self.views()), (), self.totals(), complete=True)
        changed = [s.view for s in self._shown.values() if s.version > mark]
        removed = tuple(key for version, key in self._removed if version > mark)
        changed.sort(key=lambda view: view.position)
        return Changes(self._version, tuple(changed), removed, self.totals())
