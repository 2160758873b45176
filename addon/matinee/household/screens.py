"""Which screen it is that shall show a film, and what is wished of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import InvalidInput, NotFound
from ..models.screens import PlaybackWish, ScreenProfile
from ..playback.screens import from_report, from_sink_protocol_info, of_kind
from ..playback.screens.profiles import ScreenProfiles
from .choosing import Wish


@dataclass(frozen=True, slots=True)
class Showing:
    """What a session is for: this screen, these tracks, this quality."""

    screen: ScreenProfile
    wish: PlaybackWish = field(default_factory=PlaybackWish)


class Screens:
    """Finds the profile of a screen."""

    def __init__(self, profiles: ScreenProfiles) -> None:
        self._profiles = profiles

    async def choose(self, wish: Wish) -> Showing:
        """Return the screen that a wish means.

        A chosen profile counts first, then what the screen says of itself, then its kind. Raises
        `InvalidInput` for a profile that does not exist.
        """
        return Showing(await self._screen(wish), wish.playback)

    async def _screen(self, wish: Wish) -> ScreenProfile:
        target = wish.target
        if target.screen_profile:
            try:
                return await self._profiles.get(target.screen_profile)
            except NotFound as error:
                raise InvalidInput(
                    error.message, code=error.code, hint=error.hint, field="target.screen_profile"
                ) from error
        if wish.sink_protocol_info:
            return from_sink_protocol_info(wish.sink_protocol_info, target.name or "Television")
        if wish.answers:
            return from_report(wish.answers, wish.browser)
        return of_kind(target.kind)
