"""The paths under /stremio/. The pass in the path opens them; they open nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from ... import __version__
from ...errors import NotFound, NotSignedIn
from ...http.reach import address_for
from ...http.routes import Call, Route
from ...http.server import ServerInfo
from ...identity import Passes
from ...library import Library
from ...library.listing import Entry, ItemKind, Question, Sort
from ...settings import PUBLISHED_ADDRESS, Settings
from . import asking
from .answers import CatalogAnswer, Manifest, MetaAnswer, StreamsAnswer, SubtitlesAnswer
from .asking import Asked, Type
from .catalogs import Catalogs
from .manifest import MAX_AGE, manifest
from .metas import Metas
from .streams import Playing

TAG = "Stremio"
_PATH = "/stremio/{token}"
_MANY_EPISODES = 5000
# A catalog is asked for again at every turn; what plays depends on the moment.
_AGES = {"catalog": 10, "meta": 10, "stream": 0, "subtitles": 10}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a client that was let in."""

    asked: Asked
    user_id: str
    base: str


def routes(
    *,
    info: ServerInfo,
    settings: Settings,
    passes: Passes,
    library: Library,
    playing: Playing,
) -> list[Route]:
    """Return the routes of the add-on.

    What there is not is answered by an empty list: on 404 clients give up on the whole add-on.
    """
    catalogs = Catalogs(library)

    def metas(base: str) -> Metas:
        return Metas(base, playing.addresses.artwork, playing.downloads)

    async def about(call: Call) -> web.StreamResponse:
        passes.admit(call.path["token"])
        view = info.view()
        return _json(manifest(view.server_id, view.name, __version__), MAX_AGE)

    async def catalog(visit: Visit) -> CatalogAnswer:
        entries = await catalogs.page(visit.asked, visit.user_id)
        return CatalogAnswer([metas(visit.base).preview(entry) for entry in entries])

    async def meta(visit: Visit) -> MetaAnswer:
        key = visit.asked.own_id
        try:
            if visit.asked.kind == Type.SERIES and key:
                show, episodes = await _show(library, key, visit.user_id)
                return MetaAnswer(metas(visit.base).show(show, episodes))
            if visit.asked.kind == Type.MOVIE and key:
                media_id = await library.media.resolve(key)
                entry = await library.listing.entry(media_id, visit.user_id)
                return MetaAnswer(metas(visit.base).film(entry))
        except NotFound:
            pass
        return MetaAnswer(None)

    async def stream(visit: Visit) -> StreamsAnswer:
        key = visit.asked.own_id
        return StreamsAnswer(await playing.streams(key, visit.base) if key else [])

    async def subtitles(visit: Visit) -> SubtitlesAnswer:
        key = visit.asked.own_id
        return SubtitlesAnswer(await playing.tracks(key, visit.base) if key else [])

    def answering(
        resource: str, answer: Callable[[Visit], Awaitable[Any]], returns: type, words: str
    ) -> list[Route]:
        async def handle(call: Call) -> web.StreamResponse:
            caller = passes.admit(call.path["token"])
            request = call.request
            base = address_for(
                request, settings.get(PUBLISHED_ADDRESS), info.view().published_address
            )
            visit = Visit(asking.read(request.rel_url.raw_path), caller.user.id, base)
            return _json(await answer(visit), _AGES[resource])

        path = f"{_PATH}/{resource}/{{type}}/{{id}}"
        return [
            _route(f"{path}.json", handle, returns, words),
            _route(f"{path}/{{extra}}.json", handle, returns, f"{words}, with more wishes"),
        ]

    return [
        _route(f"{_PATH}/manifest.json", about, Manifest, "What the Stremio add-on is"),
        *answering("catalog", catalog, CatalogAnswer, "A catalog for Stremio"),
        *answering("meta", meta, MetaAnswer, "What is known of a title, for Stremio"),
        *answering("stream", stream, StreamsAnswer, "Where Stremio plays a film"),
        *answering("subtitles", subtitles, SubtitlesAnswer, "The subtitles of a film, for Stremio"),
    ]


async def _show(library: Library, key: str, user_id: str) -> tuple[Entry, list[Entry]]:
    """Return a show, asked for by its own id or that of an episode, with its episodes."""
    try:
        show = await library.listing.show(key, user_id)
    except NotFound:
        media = await library.media.get(key)
        show = await library.listing.show(media.show_id or "", user_id)
    question = Question(
        user_id, ItemKind.EPISODE, sort=Sort.TITLE, show_id=show.id, limit=_MANY_EPISODES
    )
    return show, await library.listing.ask(question)


def _route(
    path: str, handler: Callable[[Call], Awaitable[Any]], returns: type, summary: str
) -> Route:
    return Route("GET", path, None, handler, summary, TAG, returns=returns, errors=(NotSignedIn,))


def _json(value: Any, max_age: int) -> web.Response:
    # Only for the client itself: answers differ between the users of a household.
    cache = f"private, max-age={max_age}" if max_age else "no-store"
    return web.Response(
        body=orjson.dumps(value),
        content_type="application/json",
        charset="utf-8",
        headers={"Cache-Control": cache},
    )
