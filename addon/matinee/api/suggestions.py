"""What the page offers to add with one tap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..household.suggestions import Suggestion
from ..http.routes import Call, Route
from ..models.identity import Role


@dataclass(frozen=True, slots=True)
class SuggestionsView:
    items: tuple[Suggestion, ...]


def routes(suggestions: Sequence[Suggestion]) -> list[Route]:
    """Return the routes of /api/suggestions."""

    async def list_suggestions(_: Call) -> SuggestionsView:
        return SuggestionsView(tuple(suggestions))

    return [
        Route(
            "GET",
            "/api/suggestions",
            Role.GUEST,
            list_suggestions,
            "Links that are offered to be added",
            "downloads",
            returns=SuggestionsView,
        )
    ]
