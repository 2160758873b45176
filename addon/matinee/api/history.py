"""The history of downloads."""

from __future__ import annotations

import voluptuous as vol

from ..downloads import Downloads, HistoryEntry
from ..errors import NotFound
from ..http.paging import PAGING, decode_cursor, page_of
from ..http.routes import Call, Page, Route
from ..models.identity import Role

_TAG = "Downloads"
_LIST = vol.Schema({**PAGING, vol.Optional("download_id"): vol.All(str, vol.Length(max=64))})
_LINE = vol.Schema({vol.Required("id"): vol.All(str, vol.Match(r"^[0-9]{1,18}$"))})


def routes(downloads: Downloads) -> list[Route]:
    """Return the routes of /api/history."""

    async def history(call: Call) -> Page[HistoryEntry]:
        before, limit = decode_cursor(call.query.get("cursor"), int) or 0, call.query["limit"]
        lines = await downloads.history(before, limit + 1, call.query.get("download_id", ""))
        return page_of(lines, limit, lambda line: line.id)

    async def forget(call: Call) -> None:
        if not await downloads.forget_history(int(call.path["id"])):
            raise NotFound("There is no such entry.")

    return [
        Route("GET", "/api/history", Role.GUEST, history,
              "What happened to downloads, newest first", _TAG, query=_LIST,
              returns=Page[HistoryEntry]),
        Route("DELETE", "/api/history/{id}", Role.MEMBER, forget, "Delete one entry", _TAG,
              path_schema=_LINE, errors=(NotFound,), status=204),
    ]  # fmt: skip
