"""Addresses for screens that cannot send headers: signed, bound to a film, expiring."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from ..errors import NotSignedIn
from ..identity import Signer
from ..models.ids import is_id
from ..volumes.paths import safe_name

STREAM, ARTWORK = "stream", "artwork"
STREAM_TTL = 24 * 3600.0
"""From the last use on: a film that is paused overnight goes on in the morning."""
ARTWORK_TTL = 7 * 24 * 3600.0
_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Grant:
    """What a stream address opens. `session_id` is empty when no session made it."""

    media_id: str
    session_id: str = ""


class Addresses:
    """Makes and checks the paths under /stream/ and /artwork/."""

    def __init__(self, signer: Signer, clock: Callable[[], float] = time.time) -> None:
        self._signer, self._clock = signer, clock
        self._artwork: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def stream_token(self, grant: Grant) -> str:
        subject = ".".join(filter(None, (grant.media_id, grant.session_id)))
        return self._signer.sign(STREAM, subject, STREAM_TTL)

    def stream(self, token: str, name: str) -> str:
        """Return the path of a film. The name is for the ending and for people."""
        return f"/stream/{token}/{quote(safe_name(name), safe='')}"

    def subtitle(self, token: str, track_id: str) -> str:
        return f"/stream/{token}/subtitles/{track_id}.vtt"

    def beneath(self, token: str, path: str) -> str:
        """Return the path of what lies beneath a stream token: playlists by HLS."""
        return f"/stream/{token}/{path}"

    def grant(self, token: str) -> Grant:
        """Return what a stream token opens, and renew it. Raises `NotSignedIn`."""
        media_id, _, session_id = self._signer.verify(token, STREAM).partition(".")
        if not is_id(media_id):
            raise NotSignedIn("This address is not valid.", code="address_expired")
        return Grant(media_id, session_id)

    def artwork(self, media_id: str, size: str = "small") -> str:
        """Return the path of a picture; the same for days, so that browsers keep the picture."""
        now = self._clock()
        token, until = self._artwork.get(media_id, ("", 0.0))
        if now > until:
            token = self._signer.sign(ARTWORK, media_id, ARTWORK_TTL)
            self._artwork[media_id] = (token, now + ARTWORK_TTL / 2)
            self._artwork.move_to_end(media_id)
            while len(self._artwork) > _REMEMBERED:
                self._artwork.popitem(last=False)
        return f"/artwork/{token}/{size}.jpg"

    def artwork_of(self, token: str) -> str:
        """Return the media id of an artwork token. Raises `NotSignedIn`."""
        return self._signer.verify(token, ARTWORK)
