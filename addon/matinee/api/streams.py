"""The addresses for screens: films, their subtitles, pictures. The token in the path opens them."""

from __future__ import annotations

import voluptuous as vol
from aiohttp import web

from ..errors import NotFound, NotSignedIn, RetryLater, VolumeOffline
from ..household.addresses import Addresses, Grant
from ..household.facts import Facts
from ..household.opening import Opening, Place
from ..household.watching import Watching
from ..http.routes import Call, Route
from ..playback.artwork import Artwork, Size, Subject
from ..playback.containers import MIME_TYPES, UNKNOWN
from ..playback.serving import serve
from ..playback.subtitles import Subtitles

TAG = "Streams"
_ERRORS = (NotSignedIn, NotFound, RetryLater, VolumeOffline)
_PICTURE_AGE = 7 * 24 * 3600
_SUBTITLE_AGE = 3600


def routes(
    *,
    addresses: Addresses,
    opening: Opening,
    watching: Watching,
    facts: Facts,
    subtitles: Subtitles,
    artwork: Artwork,
) -> list[Route]:
    async def film(call: Call) -> web.StreamResponse:
        grant = addresses.grant(call.path["token"])
        place = await opening.find(grant.media_id)
        if call.request.method == "HEAD":
            return await serve(call.request, place.source)
        try:
            return await send(call.request, grant, place)
        except NotFound:
            # What was remembered of its place is out of date: the file was moved or replaced.
            return await send(call.request, grant, await opening.find(grant.media_id, afresh=True))

    async def send(request: web.Request, grant: Grant, place: Place) -> web.StreamResponse:
        probe = await facts.of(place)
        bit_rate = probe.bit_rate if probe else 0
        async with watching.streaming(grant, place) as on_progress:
            return await serve(request, place.source, on_progress=on_progress, bit_rate=bit_rate)

    async def subtitle(call: Call) -> web.StreamResponse:
        place = await opening.find(addresses.grant(call.path["token"]).media_id)
        path = place.source.finished_path
        if path is None or place.file is None:
            raise NotFound("These subtitles come with the whole film.", code="subtitle_later")
        tracks = await subtitles.tracks(path, await facts.learn(place))
        track = next((track for track in tracks if track.id == call.path["track"]), None)
        if track is None:
            raise NotFound("The film has no such subtitles.", code="subtitle_not_found")
        body = await subtitles.webvtt(path, place.source.etag, track)
        headers = {"Cache-Control": f"private, max-age={_SUBTITLE_AGE}"}
        return web.Response(body=body, content_type="text/vtt", charset="utf-8", headers=headers)

    async def picture(call: Call) -> web.StreamResponse:
        place = await opening.find(addresses.artwork_of(call.path["token"]))
        body = await artwork.picture(await _subject(facts, place), call.path["size"])
        headers = {"Cache-Control": f"private, max-age={_PICTURE_AGE}"}
        return web.Response(body=body, content_type="image/jpeg", headers=headers)

    video = tuple(sorted({*MIME_TYPES.values(), UNKNOWN}))
    path = "/stream/{token}/{name}"
    sizes = vol.Schema({"token": str, "size": vol.All(str, vol.Coerce(Size))})
    binary = web.StreamResponse
    return [
        Route(
            "GET", path, None, film, "The bytes of a film", TAG, returns=binary,
            content_types=video, errors=_ERRORS, other_statuses=(206, 304, 412, 416),
        ),
        Route(
            "HEAD", path, None, film, "What the bytes of a film are", TAG, returns=binary,
            content_types=video, errors=_ERRORS, other_statuses=(304, 412),
        ),
        Route(
            "GET", "/stream/{token}/subtitles/{track}.vtt", None, subtitle,
            "A subtitle track as WebVTT", TAG, returns=binary, content_types=("text/vtt",),
            errors=_ERRORS,
        ),
        Route(
            "GET", "/artwork/{token}/{size}.jpg", None, picture,
            "A picture of a film, small or large", TAG, path_schema=sizes, returns=binary,
            content_types=("image/jpeg",), errors=_ERRORS,
        ),
    ]  # fmt: skip


async def _subject(facts: Facts, place: Place) -> Subject:
    probe = await facts.of(place)
    path = place.source.finished_path if place.file is not None else None
    return Subject(place.source, path, probe.duration if probe else 0.0)
