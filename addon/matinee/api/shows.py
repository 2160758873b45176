"""Shows: the list, one with its seasons, and what it is called."""

from __future__ import annotations

import voluptuous as vol

from ..downloads import Downloads
from ..errors import InvalidInput, NotFound
from ..http.routes import Call, Route
from ..library import Library
from ..library.listing import ItemKind, Question, Sort
from ..models.identity import Role
from .library import QUERY, TITLE, YEAR, page, question
from .library_views import Artwork, LibraryPage, ShowDetail, Views, progress_of

TAG = "Shows"
_PATH = "/api/shows/{id}"
_EPISODES = 20_000


def routes(library: Library, downloads: Downloads, *, artwork: Artwork) -> list[Route]:
    views = Views(artwork, progress_of(downloads))

    async def everything(call: Call) -> LibraryPage:
        return await page(library, views, question(call, ItemKind.SHOW))

    async def one(show_id: str, user_id: str) -> ShowDetail:
        entry = await library.listing.show(show_id, user_id)
        episodes = await library.listing.ask(
            Question(user_id, ItemKind.EPISODE, sort=Sort.TITLE, show_id=show_id, limit=_EPISODES)
        )
        return views.show(entry, episodes, await library.watch.next_of_show(show_id, user_id))

    async def detail(call: Call) -> ShowDetail:
        return await one(call.path["id"], call.user.user.id)

    async def correct(call: Call) -> ShowDetail:
        show = await library.media.show(call.path["id"])
        episodes = await library.correct_show(
            show.id, call.body.get("title", show.title), call.body.get("year", show.year)
        )
        show_id = show.id
        if episodes:
            show_id = (await library.media.get(episodes[0])).show_id or show.id
        return await one(show_id, call.user.user.id)

    correction = vol.Schema({vol.Optional("title"): TITLE, vol.Optional("year"): YEAR})
    return [
        Route(
            "GET", "/api/shows", Role.GUEST, everything, "List shows", TAG,
            query=vol.Schema(QUERY), returns=LibraryPage, errors=(NotFound, InvalidInput),
        ),
        Route(
            "GET", _PATH, Role.GUEST, detail, "A show with its seasons and episodes", TAG,
            returns=ShowDetail, errors=(NotFound,),
        ),
        Route(
            "PATCH", _PATH, Role.MEMBER, correct, "Correct what a show is called", TAG,
            body=correction, returns=ShowDetail, errors=(NotFound, InvalidInput),
        ),
    ]  # fmt: skip
