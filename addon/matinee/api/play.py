"""Play sessions: play this there."""

from __future__ import annotations

import voluptuous as vol

from ..errors import InvalidInput, NotFound
from ..household.choosing import Wish
from ..household.watching import Watching
from ..http.routes import Call, Page, Route
from ..models.identity import Role
from ..models.play import PlaySession, Target

TAG = "Play"
_WORD = vol.All(str, vol.Length(max=100))
_TEXT = vol.All(str, vol.Length(max=500))
_SECONDS = vol.All(vol.Coerce(float), vol.Range(min=0, max=10_000_000))


def routes(watching: Watching) -> list[Route]:
    async def play(call: Call) -> PlaySession:
        return await watching.play(call.user.user.id, _wish(call))

    async def mine(call: Call) -> Page[PlaySession]:
        return Page(watching.mine(call.user.user.id))

    async def get(call: Call) -> PlaySession:
        return watching.get(call.user.user.id, call.path["id"])

    async def end(call: Call) -> None:
        await watching.end(call.user.user.id, call.path["id"])

    async def report(call: Call) -> PlaySession:
        body = call.body
        return await watching.report(
            call.user.user.id, call.path["id"], body["position"], body["duration"],
            paused=body["paused"],
        )  # fmt: skip

    target = vol.Schema(
        {
            vol.Optional("name", default=""): _WORD,
            vol.Optional("kind", default="browser"): _WORD,
            vol.Optional("screen_profile", default=""): _WORD,
        }
    )
    wish = vol.Schema(
        {
            vol.Optional("media"): vol.All(str, vol.Length(min=1, max=100)),
            vol.Optional("title"): vol.All(str, vol.Length(min=1, max=500)),
            vol.Optional("episode"): _TEXT,
            vol.Optional("query"): vol.All(str, vol.Length(min=1, max=500)),
            vol.Optional("target"): target,
            vol.Optional("from"): _SECONDS,
        }
    )
    position = vol.Schema(
        {
            vol.Required("position"): _SECONDS,
            vol.Optional("duration", default=0.0): _SECONDS,
            vol.Optional("paused", default=False): bool,
        }
    )
    one = "/api/play/{id}"
    return [
        Route(
            "POST", "/api/play", Role.GUEST, play, "Play something somewhere", TAG,
            body=wish, returns=PlaySession, status=201, errors=(NotFound, InvalidInput),
        ),
        Route("GET", "/api/play", Role.GUEST, mine, "My play sessions", TAG,
              returns=Page[PlaySession]),
        Route("GET", one, Role.GUEST, get, "One of my play sessions", TAG,
              returns=PlaySession, errors=(NotFound,)),
        Route("DELETE", one, Role.GUEST, end, "End a play session", TAG, errors=(NotFound,)),
        Route(
            "PUT", f"{one}/position", Role.GUEST, report, "Report how far the player is", TAG,
            body=position, returns=PlaySession, errors=(NotFound, InvalidInput),
        ),
    ]  # fmt: skip


def _wish(call: Call) -> Wish:
    body = call.body
    if sum(name in body for name in ("media", "title", "query")) != 1:
        raise InvalidInput(
            "One of media, title and query says what to play.", field="media",
            hint="Give the id of a film, or its title, or a few words to look for.",
        )  # fmt: skip
    return Wish(
        media=body.get("media", ""),
        title=body.get("title", ""),
        episode=body.get("episode", ""),
        query=body.get("query", ""),
        target=Target(**body.get("target", {"kind": "browser"})),
        start=body.get("from"),
    )
