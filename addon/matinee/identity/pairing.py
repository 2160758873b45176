"""How a device gets its first token: a short code to type, or a link to follow once."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import NotAllowed
from ..models.identity import Role

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without I, L, O, 0, 1: read aloud across a room
CODE_LENGTH = 8
CODE_SECONDS = 300
CODE_ATTEMPTS = 5
LINK_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Pairing:
    """An invitation. `code` is the 8 characters, or the secret of a link."""

    code: str
    role: Role
    user_id: str
    expires_at: float


class PairingDesk:
    """At most one open code and one open link. In memory: a restart closes both.

    A code lives five minutes and bears five wrong attempts, by whomever; then it is void and
    somebody who may has to open a new one. A link is 256 random bits and good for one use.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._code: Pairing | None = None
        self._link: Pairing | None = None
        self._attempts = 0

    def open_code(self, role: Role, user_id: str) -> Pairing:
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        self._attempts = 0
        self._code = Pairing(code, role, user_id, self._clock() + CODE_SECONDS)
        return self._code

    def open_link(self, role: Role, user_id: str, seconds: float = LINK_SECONDS) -> Pairing:
        secret = secrets.token_urlsafe(32)
        self._link = Pairing(secret, role, user_id, self._clock() + seconds)
        return self._link

    def close(self) -> None:
        self._code = self._link = None

    def use_code(self, typed: str) -> Pairing:
        """Return the invitation and close it. Raises `NotAllowed`, the same for every reason."""
        found = self._code
        if found is not None and self._clock() >= found.expires_at:
            found = self._code = None
        # A comparison takes place in any case, so that the time says nothing.
        right = _equal(_normal(typed), found.code if found else "")
        if found is None or not right:
            self._attempts += 1
            if self._attempts >= CODE_ATTEMPTS:
                self._code = None
            raise NotAllowed(
                "This code is wrong or has expired.",
                code="pairing_refused",
                hint="A code lives five minutes and five attempts. Open a new one where you are"
                " signed in, or start Matinee again.",
            )
        self._code = None
        return found

    def use_link(self, secret: str) -> Pairing:
        """Return the invitation and close it. Raises `NotAllowed`."""
        found = self._link
        right = _equal(secret, found.code if found else "")
        if found is None or not right or self._clock() >= found.expires_at:
            raise NotAllowed(
                "This link was used already or has expired.",
                code="link_refused",
                hint="Open a new one where you are signed in, or start Matinee again.",
            )
        self._link = None
        return found


def _normal(typed: str) -> str:
    return "".join(typed.split()).replace("-", "").upper()


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(
        one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass")
    )
