"""The answers of the protocol, as far as OpenAPI tells of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Fields = dict[str, Any]
"""An object whose optional fields are left out when they are not known, as the protocol wants."""


@dataclass(frozen=True, slots=True)
class CatalogAnswer:
    """A page of a catalog; fewer than 100 entries: the last."""

    metas: list[Fields]


@dataclass(frozen=True, slots=True)
class MetaAnswer:
    """What is known of a film or a show; null for what is not ours."""

    meta: Fields | None


@dataclass(frozen=True, slots=True)
class StreamsAnswer:
    streams: list[Fields]


@dataclass(frozen=True, slots=True)
class SubtitlesAnswer:
    subtitles: list[Fields]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the add-on is, in the words of Stremio's protocol."""

    id: str
    version: str
    name: str
    description: str
    types: list[str]
    idPrefixes: list[str]  # noqa: N815 the protocol's own name
    resources: list[str | Fields]
    catalogs: list[Fields]
    behaviorHints: Fields  # noqa: N815
