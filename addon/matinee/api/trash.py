"""The trash: what Matinee deleted of its own, to be given back or deleted for good."""

from __future__ import annotations

from dataclasses import dataclass

import voluptuous as vol

from ..errors import AskUser, Conflict, NotFound, RetryLater, VolumeOffline
from ..http.paging import PAGING, decode_cursor, page_of
from ..http.routes import Call, Page, Route
from ..library import Library
from ..library.trash import TrashItem
from ..models.identity import Role
from .library_views import LibraryFileView, file_view

TAG = "Trash"
_PATH = "/api/trash/{id}"
_MOVING = (NotFound, Conflict, VolumeOffline, RetryLater, AskUser)


@dataclass(frozen=True, slots=True)
class TrashView:
    """A deleted file. `path` is where it was; it is gone for good after `expires_at`."""

    id: str
    name: str
    path: str
    volume_id: str
    media_id: str | None
    size: int
    reason: str
    trashed_at: float
    expires_at: float


@dataclass(frozen=True, slots=True)
class Emptied:
    """How many files were deleted for good. Those on drives that are away stay."""

    deleted: int


def routes(library: Library) -> list[Route]:
    trash = library.trash

    async def everything(call: Call) -> Page[TrashView]:
        after = decode_cursor(call.query.get("cursor"), str) or ""
        items = await trash.list(after, call.query["limit"] + 1)
        days = trash.keep_days
        return page_of([_view(item, days) for item in items], call.query["limit"], _key)

    async def restore(call: Call) -> LibraryFileView:
        return file_view(await trash.restore(call.path["id"]))

    async def delete(call: Call) -> None:
        await trash.delete(call.path["id"])

    async def empty(_call: Call) -> Emptied:
        return Emptied(await trash.empty())

    return [
        Route(
            "GET", "/api/trash", Role.MEMBER, everything, "List what is in the trash", TAG,
            query=vol.Schema(PAGING), returns=Page[TrashView], errors=(NotFound,),
        ),
        Route(
            "POST", f"{_PATH}/restore", Role.MEMBER, restore, "Give a file back to its place", TAG,
            returns=LibraryFileView, errors=_MOVING,
        ),
        Route(
            "DELETE", _PATH, Role.ADMIN, delete, "Delete a file for good", TAG,
            status=204, errors=_MOVING,
        ),
        Route(
            "DELETE", "/api/trash", Role.ADMIN, empty, "Empty the trash", TAG, returns=Emptied,
        ),
    ]  # fmt: skip


def _key(view: TrashView) -> str:
    return view.id


def _view(item: TrashItem, days: int) -> TrashView:
    return TrashView(
        id=item.id,
        name=item.original_path.rpartition("/")[2],
        path=item.original_path,
        volume_id=item.volume_id,
        media_id=item.file.media_id,
        size=item.size,
        reason=item.reason,
        trashed_at=item.trashed_at,
        expires_at=item.trashed_at + days * 86400,
    )
