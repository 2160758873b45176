"""Links that the page offers to add: what the demonstration shares, or what an installer chose."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import orjson
import voluptuous as vol

from ..errors import AskUser
from ..models.limits import MIB

_FORM = vol.Schema(
    [
        {
            vol.Required("name"): str,
            vol.Required("source"): vol.All(str, vol.Match(r"(?i)^(magnet:|https?://)")),
            vol.Optional("description", default=""): str,
            vol.Optional("size", default=0): vol.All(int, vol.Range(min=0)),
        }
    ]
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that can be added with one tap. `size` in bytes, 0 when unknown."""

    name: str
    source: str
    description: str = ""
    size: int = 0


async def load_suggestions(path: Path | None) -> tuple[Suggestion, ...]:
    """Read the JSON file of suggestions; none without a path.

    Raises `AskUser` when the file cannot be read or has another form.
    """
    if path is None:
        return ()
    try:
        text = await asyncio.to_thread(path.read_bytes)
        rows = _FORM(orjson.loads(text[:MIB]))
    except (OSError, orjson.JSONDecodeError, vol.Invalid) as error:
        raise AskUser(
            f"The suggestions in {path} cannot be read: {error}.",
            code="suggestions_unreadable",
            hint="It is a JSON list of objects with name and source (a magnet link or address).",
        ) from error
    return tuple(Suggestion(**row) for row in rows)
