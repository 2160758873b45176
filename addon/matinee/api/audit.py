"""Security events, newest first."""

from __future__ import annotations

import voluptuous as vol

from ..http.paging import PAGING, decode_cursor, page_of
from ..http.routes import Call, Page, Route
from ..identity import AuditEntry, Identity
from ..models.identity import Role

TAG = "Identity"


def routes(identity: Identity) -> list[Route]:
    async def entries(call: Call) -> Page[AuditEntry]:
        before = decode_cursor(call.query.get("cursor"), int)
        limit = call.query["limit"]
        found = await identity.audit.page(before, limit + 1, call.query.get("event", ""))
        return page_of(found, limit, lambda entry: entry.id)

    return [
        Route(
            "GET", "/api/audit", Role.ADMIN, entries, "List security events, newest first", TAG,
            query=vol.Schema({**PAGING, vol.Optional("event"): vol.All(str, vol.Length(max=100))}),
            returns=Page[AuditEntry],
        )
    ]  # fmt: skip
