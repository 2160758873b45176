"""Passes: tokens in a path that last until they are taken back, one a user and purpose."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..errors import NotFound, NotSignedIn
from ..models.identity import Caller, Role
from .identity import Identity
from .tokens import TokenInfo


class Passes:
    """The passes of one purpose. A pass opens the paths of that purpose and nothing else.

    Behind it stands an entry among the tokens of its user, called `name`, whose own secret
    nobody ever sees: so it is listed and taken back like any signed-in device, and goes with its
    user. The pass itself is that entry's id, signed for the `scope`.
    """

    def __init__(
        self,
        identity: Identity,
        scope: str,
        name: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._identity, self._scope, self._name, self._clock = identity, scope, name, clock

    def entry(self, user_id: str) -> TokenInfo | None:
        """Return what stands behind the pass of a user; None when there is none."""
        return next(iter(reversed(self._entries(user_id))), None)

    def token(self, entry: TokenInfo) -> str:
        """Return the pass itself."""
        return self._identity.signer.seal(self._scope, entry.id)

    async def renew(self, caller: Caller) -> TokenInfo:
        """Make a pass; the former one opens nothing from now on.

        It does not outlive the token that it is asked for with.
        """
        await self.end(caller)
        expires = self._identity.token(caller.token_id).expires_at if caller.token_id else 0.0
        ttl = max(expires - self._clock(), 1.0) if expires else 0.0
        _, entry = await self._identity.create_token(
            caller.user.id, self._name, Role.GUEST, ttl, by=caller
        )
        return entry

    async def end(self, caller: Caller) -> None:
        """Take the caller's pass back. Nothing happens when there is none."""
        for entry in self._entries(caller.user.id):
            await self._identity.revoke(entry.id, by=caller)

    def admit(self, token: str) -> Caller:
        """Return whose pass this is. Raises `NotSignedIn`."""
        try:
            return self._identity.enter(self._identity.signer.unseal(token, self._scope))
        except (NotFound, UnicodeDecodeError) as error:
            raise NotSignedIn(
                "This link is not valid, or not any more.",
                code="link_ended",
                hint="Make a new one in Matinee.",
            ) from error

    def _entries(self, user_id: str) -> list[TokenInfo]:
        now = self._clock()
        return [
            info
            for info in self._identity.tokens(user_id)
            if info.name == self._name
            and info.role is Role.GUEST
            and not (info.expires_at and now >= info.expires_at)
        ]
