"""The library: films and episodes, what is known of each, watch states, corrections."""

from __future__ import annotations

import voluptuous as vol

from ..downloads import Downloads
from ..errors import (
    AskUser,
    Conflict,
    InvalidInput,
    MatineeError,
    NoSpace,
    NotAllowed,
    NotFound,
    RetryLater,
    VolumeOffline,
)
from ..http.paging import PAGING, decode_cursor, encode_cursor
from ..http.routes import Call, Page, Route
from ..library import Library
from ..library.integrity import IntegrityStatus
from ..library.listing import Filter, ItemKind, Question, Sort
from ..library.media import Media
from ..library.trash import Discarded
from ..models.identity import Role
from ..models.media import MediaKind, Title, WatchState
from .library_views import (
    Artwork,
    HistoryLine,
    LibraryDetail,
    LibraryItem,
    LibraryPage,
    UnsortedFile,
    Views,
    progress_of,
    unsorted_view,
)

TAG = "Library"
_PATH = "/api/library/{id}"
TITLE = vol.All(
    str,
    vol.Length(min=1, max=300),
    vol.Match(r"^[^\x00-\x20\x7f\s][^\x00-\x1f\x7f]*\Z", msg="a title without control characters"),
)
YEAR = vol.Any(None, vol.All(int, vol.Range(min=1870, max=2200)))
_NUMBER = vol.Any(None, vol.All(int, vol.Range(min=0, max=100_000)))
_SECONDS = vol.All(float, vol.Range(min=0, max=10_000_000))
_WORDS = vol.All(str, vol.Length(max=200))
_KIND = vol.Coerce(MediaKind)
QUERY = {
    **PAGING,
    vol.Optional("q", default=""): _WORDS,
    vol.Optional("sort", default="title"): vol.Coerce(Sort),
    vol.Optional("order"): vol.In(["asc", "desc"]),
    vol.Optional("filter"): vol.Coerce(Filter),
    vol.Optional("since"): vol.All(int, vol.Range(min=0, max=1 << 53)),
}
_CORRECTION = vol.Schema(
    {
        vol.Optional("kind"): _KIND,
        vol.Optional("title"): TITLE,
        vol.Optional("year"): YEAR,
        vol.Optional("season"): _NUMBER,
        vol.Optional("episode"): _NUMBER,
    }
)
_SORTING = vol.Schema(
    {
        vol.Required("kind"): _KIND,
        vol.Required("title"): TITLE,
        vol.Optional("year", default=None): YEAR,
        vol.Optional("season", default=None): _NUMBER,
        vol.Optional("episode", default=None): _NUMBER,
    }
)
_WATCH = vol.Schema(
    {
        vol.Optional("position"): _SECONDS,
        vol.Optional("duration"): _SECONDS,
        vol.Optional("watched"): bool,
    }
)
_MOVING: tuple[type[MatineeError], ...] = (
    NotFound,
    Conflict,
    NotAllowed,
    VolumeOffline,
    RetryLater,
    NoSpace,
    AskUser,
)


def routes(library: Library, downloads: Downloads, *, artwork: Artwork) -> list[Route]:
    views = Views(artwork, progress_of(downloads))
    return [*_lists(library, views), *_unsorted(library, views), *_one(library, views)]


async def page(library: Library, views: Views, question: Question) -> LibraryPage:
    """Answer a question with a page of items."""
    sequence = await library.changes.sequence()
    entries = await library.listing.ask(question)
    shown = entries[: question.limit]
    following = None
    if len(entries) > question.limit:
        following = encode_cursor([shown[-1].sort_value, shown[-1].id])
    return LibraryPage([views.item(entry) for entry in shown], following, sequence)


def question(call: Call, kind: ItemKind | None) -> Question:
    """Read a question from a checked query."""
    query = call.query
    order = query.get("order") or ("asc" if query["sort"] is Sort.TITLE else "desc")
    return Question(
        user_id=call.user.user.id,
        kind=kind,
        text=query["q"],
        sort=query["sort"],
        descending=order == "desc",
        filter=query.get("filter"),
        since=query.get("since"),
        after=decode_cursor(query.get("cursor"), list),
        limit=query["limit"],
    )


def _lists(library: Library, views: Views) -> list[Route]:
    async def everything(call: Call) -> LibraryPage:
        return await page(library, views, question(call, call.query.get("kind")))

    async def to_continue(call: Call) -> Page[LibraryItem]:
        user_id = call.user.user.id
        found = await library.watch.to_continue(user_id, call.query["limit"])
        entries = await library.listing.entries([item.media_id for item in found], user_id)
        return Page([views.item(entry) for entry in entries])

    query = vol.Schema({**QUERY, vol.Optional("kind"): vol.Coerce(ItemKind)})
    few = vol.Schema({vol.Optional("limit", default=20): vol.All(int, vol.Range(min=1, max=100))})
    return [
        Route(
            "GET", "/api/library", Role.GUEST, everything,
            "List films and episodes, or shows; with `since` only what changed", TAG,
            query=query, returns=LibraryPage, errors=(NotFound, InvalidInput),
        ),
        Route(
            "GET", "/api/library/continue", Role.GUEST, to_continue,
            "What I am in the middle of, and the next episodes", TAG,
            query=few, returns=Page[LibraryItem],
        ),
    ]  # fmt: skip


def _unsorted(library: Library, views: Views) -> list[Route]:
    async def waiting(call: Call) -> Page[UnsortedFile]:
        limit, after = call.query["limit"], decode_cursor(call.query.get("cursor"), list)
        files = await library.files.unsorted()
        if after is not None:
            files = [file for file in files if [file.added_at, file.id] > after]
        cursor = None
        if len(files) > limit:
            cursor = encode_cursor([files[limit - 1].added_at, files[limit - 1].id])
        return Page([unsorted_view(file) for file in files[:limit]], cursor)

    async def sort(call: Call) -> LibraryItem:
        body = call.body
        title = _title(body["kind"], body["title"], body["year"], body["season"], body["episode"])
        media_id = await library.sort_file(call.path["file_id"], title)
        return views.item(await library.listing.entry(media_id, call.user.user.id))

    return [
        Route(
            "GET", "/api/library/unsorted", Role.MEMBER, waiting,
            "List files that cannot be told apart", TAG,
            query=vol.Schema(PAGING), returns=Page[UnsortedFile], errors=(NotFound,),
        ),
        Route(
            "POST", "/api/library/unsorted/{file_id}", Role.MEMBER, sort,
            "Say what a file is", TAG,
            body=_SORTING, returns=LibraryItem, errors=(*_MOVING, InvalidInput),
        ),
    ]  # fmt: skip


def _one(library: Library, views: Views) -> list[Route]:
    async def detail(call: Call) -> LibraryDetail:
        return await _detail(library, views, call.path["id"], call.user.user.id)

    async def correct(call: Call) -> LibraryDetail:
        media = await library.media.get(call.path["id"])
        corrected = await library.correct(media.id, _corrected(media, call))
        return await _detail(library, views, corrected, call.user.user.id)

    async def discard(call: Call) -> Discarded:
        return await library.trash.discard_media(call.path["id"])

    async def watch(call: Call) -> WatchState:
        body = call.body
        return await library.watch.set(
            call.path["id"],
            call.user.user.id,
            position=body.get("position"),
            duration=body.get("duration"),
            watched=body.get("watched"),
        )

    async def check(call: Call) -> IntegrityStatus:
        await library.integrity.check_media(call.path["id"])
        return library.integrity.status

    return [
        Route(
            "GET", _PATH, Role.GUEST, detail, "A film or an episode in full", TAG,
            returns=LibraryDetail, errors=(NotFound,),
        ),
        Route(
            "PATCH", _PATH, Role.MEMBER, correct, "Correct what it is", TAG,
            body=_CORRECTION, returns=LibraryDetail, errors=(NotFound, InvalidInput),
        ),
        Route(
            "DELETE", _PATH, Role.MEMBER, discard,
            "Move the files that Matinee made into the trash", TAG,
            returns=Discarded, errors=_MOVING,
        ),
        Route(
            "PUT", f"{_PATH}/watch", Role.GUEST, watch,
            "Say how far I watched it, or that I did or did not", TAG,
            body=_WATCH, returns=WatchState, errors=(NotFound, InvalidInput),
        ),
        Route(
            "POST", f"{_PATH}/check", Role.MEMBER, check,
            "Look whether its files are still whole", TAG,
            returns=IntegrityStatus, status=202, errors=(NotFound,),
        ),
    ]  # fmt: skip


async def _detail(library: Library, views: Views, media_id: str, user_id: str) -> LibraryDetail:
    current = await library.media.resolve(media_id)
    lines = await library.listing.history(current)
    return views.detail(
        await library.listing.entry(current, user_id),
        await library.files.of_media(current),
        [HistoryLine(row["at"], row["event"], row["detail"]) for row in lines],
        await library.watch.next_episode(current),
    )


def _title(
    kind: MediaKind, title: str, year: int | None, season: int | None, episode: int | None
) -> Title:
    if kind is MediaKind.MOVIE:
        return Title(kind, title, year)
    return Title(kind, title, year, season, episode)


def _corrected(media: Media, call: Call) -> Title:
    """Return the present title with what the body changes in it."""
    now, body = media.as_title(), call.body
    title = _title(
        body.get("kind", now.kind),
        body.get("title", now.title),
        body.get("year", now.year),
        body.get("season", now.season),
        body.get("episode", now.episode),
    )
    same_place = (title.season, title.episode) == (now.season, now.episode)
    if title.kind is MediaKind.EPISODE and same_place:
        # The episode's own name and length stay while its number does.
        return Title(
            title.kind, title.title, title.year, title.season, title.episode,
            now.episode_last, now.episode_title,
        )  # fmt: skip
    return title
