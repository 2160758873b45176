"""Play sessions: play this there."""

from __future__ import annotations

import voluptuous as vol

from ..errors import InvalidInput, NotFound
from ..household.choosing import Wish
from ..household.watching import Watching
from ..http.routes import Call, Page, Route
from ..models.identity import Role
from ..models.play import PlaySession, Target
from ..models.screens import PlaybackWish
from ..playback.screens.reported import QUESTIONS, Answer
from ..playback.screens.sinks import MAX_LENGTH

TAG = "Play"
_WORD = vol.All(str, vol.Length(max=100))
_TEXT = vol.All(str, vol.Length(max=500))
_TRACK = vol.All(int, vol.Range(min=0, max=10_000))
_ANSWER = vol.In([answer.value for answer in Answer])
_BROWSERS = ["chromium", "firefox", "safari", ""]
_QUALITIES = {"auto": 0, "1080p": 1080, "720p": 720, "480p": 480}
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

    reported = vol.Schema(
        {
            vol.Optional("browser"): vol.In(_BROWSERS),
            vol.Required("answers"): vol.Schema(
                {vol.Optional(question): _ANSWER for question in QUESTIONS}
            ),
        }
    )
    target = vol.Schema(
        {
            vol.Optional("name", default=""): _WORD,
            vol.Optional("kind", default="browser"): _WORD,
            vol.Optional("screen_profile", default=""): _WORD,
            vol.Optional("sink_protocol_info"): vol.All(str, vol.Length(max=MAX_LENGTH)),
            vol.Optional("reported"): reported,
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
            vol.Optional("audio"): _TRACK,
            vol.Optional("subtitle"): _TRACK,
            vol.Optional("quality"): vol.In(list(_QUALITIES)),
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
    target = body.get("target", {})
    reported = target.get("reported", {})
    return Wish(
        media=body.get("media", ""),
        title=body.get("title", ""),
        episode=body.get("episode", ""),
        query=body.get("query", ""),
        target=Target(
            target.get("name", ""), target.get("kind", "browser"), target.get("screen_profile", "")
        ),
        start=body.get("from"),
        sink_protocol_info=target.get("sink_protocol_info", ""),
        answers=reported.get("answers", {}),
        browser=reported.get("browser", ""),
        playback=PlaybackWish(
            body.get("audio"), body.get("subtitle"), _QUALITIES[body.get("quality", "auto")]
        ),
    )
