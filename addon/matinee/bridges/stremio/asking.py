"""What a Stremio client asks for, read from its path. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qsl, unquote

from ...models.ids import is_id

PREFIX = "matinee:"
"""What our own ids begin with; others (`tt…` of IMDb) mean nothing to us yet."""
PAGE_SIZE = 100
"""A catalog page with fewer entries is the last: a rule of the protocol."""
_MAX_SKIP = 1_000_000
_MAX_SEARCH = 200
_MAX_EXTRAS = 20


class Type(StrEnum):
    MOVIE = "movie"
    SERIES = "series"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: `/{resource}/{kind}/{id}.json` or `/{resource}/{kind}/{id}/{extra}.json`."""

    resource: str
    kind: str
    id: str
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def own_id(self) -> str:
        """The id of a film, an episode or a show in the library; "" for one of somebody else."""
        found = self.id.removeprefix(PREFIX)
        return found if self.id.startswith(PREFIX) and is_id(found) else ""

    @property
    def skip(self) -> int:
        """How many entries the client has already; 0 for what is no number."""
        text = self.extra.get("skip", "")
        good = text.isascii() and text.isdigit() and len(text) < len(str(_MAX_SKIP))
        return int(text) if good else 0

    @property
    def search(self) -> str:
        return self.extra.get("search", "")[:_MAX_SEARCH].strip()

    @property
    def genre(self) -> str:
        return self.extra.get("genre", "")


def own(library_id: str) -> str:
    return PREFIX + library_id


def read(raw_path: str) -> Asked:
    """Read the path as it came, still encoded.

    The extras are a query string inside one segment, `search=a%20%26%20b%2Fc&skip=100`: once
    decoded as a whole, an `&` or `/` of the search could not be told from those that divide.
    """
    parts = raw_path.removesuffix(".json").split("/")[3:]  # "", "stremio", token
    resource, kind, key, extra = (*parts, "", "", "", "")[:4]
    return Asked(unquote(resource), unquote(kind), unquote(key), _extras(extra))


def _extras(raw: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(raw, keep_blank_values=True, max_num_fields=_MAX_EXTRAS))
    except ValueError:
        return {}
