"""What happened that concerns safety: who signed in, what was refused, what was changed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from ..storage import Database

_log = logging.getLogger(__name__)
DAY = 86400.0
_DETAIL = 300


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One event, such as `token_created`. `at` in seconds since 1970."""

    id: int
    at: float
    event: str
    user_id: str
    address: str
    detail: str


class Audit:
    """The table of security events. Entries are never changed, only outlived."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database, self._clock = database, clock

    async def write(
        self, event: str, *, user_id: str = "", address: str = "", detail: str = ""
    ) -> None:
        """Keep an event. `detail` is for people; no secret belongs into it."""
        _log.info("%s %s", event, detail, extra={"event": event, "address": address})
        await self._database.execute(
            "INSERT INTO audit (at, event, user_id, address, detail) VALUES (?, ?, ?, ?, ?)",
            (self._clock(), event, user_id, address, detail[:_DETAIL]),
        )

    async def page(self, before: int | None, limit: int, event: str = "") -> list[AuditEntry]:
        """Return up to `limit` entries older than the id `before`, newest first."""
        rows = await self._database.fetch(
            "SELECT id, at, event, user_id, address, detail FROM audit"
            " WHERE (:before IS NULL OR id < :before) AND (:event = '' OR event = :event)"
            " ORDER BY id DESC LIMIT :limit",
            {"before": before, "event": event, "limit": limit},
        )
        return [AuditEntry(*row) for row in rows]

    async def trim(self, days: int) -> None:
        """Delete what is older than so many days."""
        await self._database.execute(
            "DELETE FROM audit WHERE at < ?", (self._clock() - days * DAY,)
        )
