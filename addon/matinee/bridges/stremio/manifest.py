"""What the add-on says about itself, and the catalogs it has."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ...library.listing import Filter, Sort
from .answers import Manifest
from .asking import PREFIX, Type

MAX_AGE = 300
_DESCRIPTION = "The films and series of this home: what is there, and what is on its way."
_PLAYABLE = ("meta", "stream", "subtitles")


class Shelf(StrEnum):
    """The ids of the catalogs."""

    ALL = "matinee-all"
    CONTINUE = "matinee-continue"
    ARRIVING = "matinee-arriving"


_NAMES = {Shelf.CONTINUE: "Continue watching", Shelf.ARRIVING: "Arriving now"}


@dataclass(frozen=True, slots=True)
class Choice:
    """What stands under "genre": Stremio's one way to choose within a catalog."""

    sort: Sort
    descending: bool = False
    filter: Filter | None = None


LATEST = Choice(Sort.ADDED, descending=True)
CHOICES = {
    "Latest first": LATEST,
    "By title": Choice(Sort.TITLE),
    "By year": Choice(Sort.YEAR, descending=True),
    "Not watched": Choice(Sort.ADDED, descending=True, filter=Filter.UNWATCHED),
    "Watched": Choice(Sort.WATCHED, descending=True, filter=Filter.WATCHED),
}


def manifest(server_id: str, name: str, version: str) -> Manifest:
    """Return the manifest. `name` is what the household calls the appliance."""
    types = [kind.value for kind in Type]
    return Manifest(
        id=f"community.matinee.{server_id}",
        version=version,
        name=name,
        description=_DESCRIPTION,
        types=types,
        idPrefixes=[PREFIX],
        resources=[
            "catalog",
            *({"name": each, "types": types, "idPrefixes": [PREFIX]} for each in _PLAYABLE),
        ],
        catalogs=[_catalog(shelf, kind, name) for shelf in Shelf for kind in Type],
        behaviorHints={"adult": False, "p2p": False, "configurable": False},
    )


def _catalog(shelf: Shelf, kind: Type, name: str) -> dict[str, Any]:
    extra: list[dict[str, Any]] = [{"name": "skip", "isRequired": False}]
    if shelf is Shelf.ALL:
        extra.append({"name": "search", "isRequired": False})
        extra.append({"name": "genre", "isRequired": False, "options": list(CHOICES)})
    return {"type": kind.value, "id": shelf.value, "name": _NAMES.get(shelf, name), "extra": extra}
