"""The catalogs: which films and shows stand on a shelf."""

from __future__ import annotations

from ...library import Library
from ...library.listing import Entry, Filter, ItemKind, Question, Sort
from .asking import PAGE_SIZE, Asked, Type
from .manifest import CHOICES, LATEST, Shelf

_KINDS = {Type.MOVIE: ItemKind.MOVIE, Type.SERIES: ItemKind.SHOW}


class Catalogs:
    """Answers from the library, for one user at a time."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def page(self, asked: Asked, user_id: str) -> list[Entry]:
        """Return up to `PAGE_SIZE` films or shows; none of a catalog that there is not."""
        try:
            shelf, kind = Shelf(asked.id), Type(asked.kind)
        except ValueError:
            return []
        if shelf is Shelf.CONTINUE:
            return await self._continue(kind, asked.skip, user_id)
        choice = CHOICES.get(asked.genre) if asked.genre else LATEST
        if choice is None:
            return []
        arriving = shelf is Shelf.ARRIVING
        question = Question(
            user_id=user_id,
            kind=_KINDS[kind],
            text=asked.search,
            sort=Sort.ADDED if arriving else choice.sort,
            descending=True if arriving else choice.descending,
            filter=Filter.ARRIVING if arriving else choice.filter,
            limit=PAGE_SIZE,
            offset=asked.skip,
        )
        return (await self._library.listing.ask(question))[:PAGE_SIZE]

    async def _continue(self, kind: Type, skip: int, user_id: str) -> list[Entry]:
        """Return what the user is in the middle of, the latest first, and shows that go on."""
        if skip:
            return []
        listing = self._library.listing
        begun = await self._library.watch.to_continue(user_id, PAGE_SIZE)
        entries = await listing.entries([item.media_id for item in begun], user_id)
        if kind is Type.MOVIE:
            return [entry for entry in entries if entry.kind is ItemKind.MOVIE]
        return [await listing.show(entry.show_id, user_id) for entry in entries if entry.show_id]
