"""How entries of the library look to Stremio."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from matinee.bridges.stremio.metas import Metas
from matinee.downloads import Downloads
from matinee.errors import NotFound
from matinee.library.listing import Entry, ItemKind, ItemState

FILM = Entry(
    id="01M8S99D94891T2PCG4GAGJ361", kind=ItemKind.MOVIE, title="Slow River", year=2019,
    added_at=1_700_000_000.0, provisional=False, sort_value="", state=ItemState.HOME,
    cover_id="01M8S99D94891T2PCG4GAGJ361", duration=5580.0,
)  # fmt: skip
EPISODE = replace(
    FILM, kind=ItemKind.EPISODE, title="", season=1, episode=2, state=ItemState.ARRIVING,
    arrivals=(("gone", 0), ("half", 0)),
)  # fmt: skip


class Queue:
    """Downloads of which one is half here and one was removed just now."""

    progress = 0.5

    def view(self, key: str) -> Any:
        if key == "gone":
            raise NotFound("It is gone.")
        return self


METAS = Metas(
    "https://films.example",
    lambda key, size: f"/artwork/{key}/{size}.jpg",
    cast("Downloads", Queue()),
)


def test_a_film() -> None:
    assert METAS.film(FILM) == {
        "id": f"matinee:{FILM.id}",
        "type": "movie",
        "name": "Slow River",
        "description": "At home.",
        "releaseInfo": "2019",
        "poster": f"https://films.example/artwork/{FILM.id}/small.jpg",
        "background": f"https://films.example/artwork/{FILM.id}/large.jpg",
        "runtime": "93 min",
        "behaviorHints": {"defaultVideoId": f"matinee:{FILM.id}", "hasScheduledVideos": False},
    }


def test_what_is_not_known_is_left_out() -> None:
    bare = replace(FILM, year=None, cover_id="", duration=0.0)
    assert set(METAS.film(bare)) == {"id", "type", "name", "description", "behaviorHints"}


def test_a_show_with_an_episode_on_its_way() -> None:
    show = replace(FILM, kind=ItemKind.SHOW, title="Lighthouse")
    said = METAS.show(show, [EPISODE])
    assert (said["type"], said["name"]) == ("series", "Lighthouse")
    (video,) = said["videos"]
    assert (video["title"], video["season"], video["episode"]) == ("Episode 2", 1, 2)
    assert video["released"] == "2023-11-14T22:13:20.000Z"
    assert video["overview"] == "Arriving: 50% is here."
    assert video["available"]


@pytest.mark.parametrize("state", [ItemState.OFFLINE, ItemState.MISSING])
def test_what_cannot_be_played_says_why(state: ItemState) -> None:
    show = replace(FILM, kind=ItemKind.SHOW)
    (video,) = METAS.show(show, [replace(EPISODE, state=state)])["videos"]
    assert not video["available"]
    assert video["overview"]
