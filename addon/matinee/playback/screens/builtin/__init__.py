"""What screens take, as far as it is published. `docs/screens.md` tells it in words."""

from __future__ import annotations

from collections.abc import Mapping

from ....models.screens import ScreenProfile
from . import browsers, cast, players, televisions

BUILT_IN: Mapping[str, ScreenProfile] = {
    profile.id: profile
    for module in (browsers, cast, televisions, players)
    for profile in module.PROFILES
}
KINDS: Mapping[str, str] = {
    "airplay": "apple-tv-hd",
    "apple_tv": "apple-tv-hd",
    "android_tv": "android-tv",
    "androidtv": "android-tv",
    "chrome": "chromium",
    "chromecast": "cast",
    "upnp": "dlna",
}
"""Other words for a kind of screen; every profile's own id is one too."""


def of_kind(kind: str) -> ScreenProfile:
    """Return the profile for a kind of screen; an unknown kind is taken to play everything."""
    return BUILT_IN.get(KINDS.get(kind, kind), players.ANY)
