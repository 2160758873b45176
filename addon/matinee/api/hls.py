"""Films by HLS, beneath the token of a stream: every address in a playlist is relative."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine

import voluptuous as vol
from aiohttp import web

from ..errors import AskUser, GiveUp, NotFound, NotSignedIn, RetryLater, VolumeOffline
from ..household.addresses import Addresses, Grant
from ..household.converting import MIME_TYPE, Converting
from ..household.opening import Opening, Place
from ..household.watching import Watching
from ..http.routes import Call, Route

TAG = "Streams"
_WATCH = 0.2
_ERRORS = (NotSignedIn, NotFound, RetryLater, VolumeOffline, GiveUp, AskUser)
_NAME = re.compile(
    r"(?P<list>master|index)\.m3u8|(?P<init>init)\.mp4|(?P<number>\d{1,6})\.(?P<kind>m4s|ts)"
    r"|text-(?P<track>[A-Za-z0-9]{1,40})\.(?P<text>m3u8|vtt)"
)
_TYPES = {"m4s": "video/iso.segment", "ts": "video/mp2t", "mp4": "video/mp4", "vtt": "text/vtt"}


def routes(
    *, addresses: Addresses, opening: Opening, watching: Watching, converting: Converting
) -> list[Route]:
    async def answer(call: Call) -> web.StreamResponse:
        grant = addresses.grant(call.path["token"])
        match = _NAME.fullmatch(call.path["name"])
        if match is None:
            raise NotFound("There is nothing of this name.", code="rendition_not_found")
        place = await opening.find(grant.media_id)
        async with watching.streaming(grant, place) as on_progress:
            making = _answer(converting, grant, place, call.path["way"], match)
            response = await _while_there(call.request, making)
            on_progress(1)
            return response

    way = vol.All(str, vol.Match(r"^[a-z0-9-]{1,60}\Z"))
    name = vol.All(str, vol.Length(max=60))
    return [
        Route(
            "GET", "/stream/{token}/hls/{way}/{name}", None, answer,
            "A film by HLS: playlists, segments, subtitles", TAG, returns=web.StreamResponse,
            path_schema=vol.Schema({"token": str, "way": way, "name": name}),
            content_types=(MIME_TYPE, *sorted(_TYPES.values())), errors=_ERRORS,
        ),
    ]  # fmt: skip


async def _while_there(
    request: web.Request, making: Coroutine[None, None, web.Response]
) -> web.StreamResponse:
    """Make an answer as long as somebody waits for it: players leave when they seek."""
    task = asyncio.ensure_future(making)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=_WATCH)
            if request.transport is None or request.transport.is_closing():
                return web.Response(status=499)
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})


async def _answer(
    converting: Converting, grant: Grant, place: Place, word: str, match: re.Match[str]
) -> web.Response:
    if match["list"] == "master":
        return _text(await converting.master(place, word))
    if match["list"]:
        return _text(await converting.index(place, word))
    if match["text"] == "m3u8":
        return _text(await converting.text_index(place, match["track"]))
    if match["text"]:
        return _bytes(await converting.text(place, match["track"]), "vtt")
    if match["init"]:
        return _bytes(await converting.init(place, word, grant.session_id), "mp4")
    number = int(match["number"])
    if (match["kind"] == "ts") != word.startswith("ts"):
        raise NotFound("The film has no such segment.", code="segment_not_found")
    made = await converting.segment(place, word, number, grant.session_id)
    return _bytes(made, match["kind"])


def _text(body: str) -> web.Response:
    headers = {"Cache-Control": "private, no-cache"}
    return web.Response(text=body, content_type=MIME_TYPE, charset="utf-8", headers=headers)


def _bytes(body: bytes, kind: str) -> web.Response:
    charset = "utf-8" if kind == "vtt" else None
    headers = {"Cache-Control": "private, max-age=3600"}
    return web.Response(body=body, content_type=_TYPES[kind], charset=charset, headers=headers)
