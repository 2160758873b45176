"""The public face of the room: sign-in, and whatever changes who may sign in."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable

from ..errors import Conflict, InvalidInput, NotAllowed, NotSignedIn
from ..models.identity import Caller, Role, User
from ..settings import AUDIT_DAYS, Settings
from ..storage import Database, Vault
from .audit import Audit
from .pairing import LINK_SECONDS, Pairing, PairingDesk
from .signer import Signer
from .tokens import TokenInfo, Tokens
from .users import Users

_log = logging.getLogger(__name__)
TEND_SECONDS = 300
Revoked = Callable[[str], None]


class Identity:
    """Users, tokens, pairing, audit. `start` before use, `stop` writes what is still in memory."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Callable[[], float] = time.time,
        settings: Settings | None = None,
    ) -> None:
        self.audit = Audit(database, clock)
        self.signer = Signer(vault, clock)
        self._database = database
        self._settings = settings or Settings()
        self._users = Users(database, clock)
        self._tokens = Tokens(database, clock)
        self._desk = PairingDesk(clock)
        self._on_revoked: list[Revoked] = []
        self._tending: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._users.load()
        await self._tokens.load()
        self._tending = asyncio.create_task(self._tend_forever(), name="identity")

    async def stop(self) -> None:
        if self._tending is not None:
            self._tending.cancel()
            await asyncio.gather(self._tending, return_exceptions=True)
            self._tending = None
            await self._tokens.tend()

    async def tend(self) -> None:
        """Write last uses, delete expired tokens and old audit entries."""
        for gone in await self._tokens.tend():
            self._tell_revoked(gone.id)
        await self.audit.trim(self._settings.get(AUDIT_DAYS))

    async def _tend_forever(self) -> None:
        while True:
            try:
                await self.tend()
            except sqlite3.Error as error:  # a full drive, say: the next round tries again
                _log.warning("Tokens and audit could not be written: %s", error)
            await asyncio.sleep(TEND_SECONDS)

    # sign-in

    def authenticate(self, token: str) -> Caller:
        """Return who is behind a bearer token. From memory. Raises `NotSignedIn`."""
        if not token:
            raise NotSignedIn(
                "This needs a sign-in.", hint="Pair this device, or follow a sign-in link."
            )
        info = self._tokens.find(token)
        user = self._users.get(info.user_id)
        return Caller(user, _lower(info.role, user.role), info.id)

    def enter(self, token_id: str) -> Caller:
        """Return who is behind a token that a pass stands for. Raises `NotFound`."""
        info = self._tokens.use(token_id)
        user = self._users.get(info.user_id)
        return Caller(user, _lower(info.role, user.role), info.id)

    def on_revoked(self, listener: Revoked) -> Callable[[], None]:
        """Call `listener` with the id of every token that ends; return how to stop that."""
        self._on_revoked.append(listener)
        return lambda: self._on_revoked.remove(listener)

    def _tell_revoked(self, token_id: str) -> None:
        for listener in tuple(self._on_revoked):
            listener(token_id)

    # users

    def users(self) -> list[User]:
        return self._users.everybody()

    def user(self, user_id: str) -> User:
        """Raises `NotFound`."""
        return self._users.get(user_id)

    def household(self) -> User:
        """Return the user that pairing signs in when nobody else was named."""
        return self._users.first_admin()

    async def create_user(self, name: str, role: Role, by: Caller | None = None) -> User:
        """Raises `Conflict` when the name is taken, `InvalidInput`."""
        user = await self._users.create(name, role)
        await self.note("user_created", by, f"{user.name} as {role.value}")
        return user

    async def change_user(
        self,
        user_id: str,
        *,
        name: str | None = None,
        role: Role | None = None,
        by: Caller | None = None,
    ) -> User:
        """Raises `NotFound`, `Conflict`. A lower role limits the user's tokens at once."""
        before = self._users.get(user_id)
        if role not in {None, before.role}:
            _not_oneself(user_id, by)
        user = await self._users.change(user_id, name=name, role=role)
        if user.role is not before.role:
            for info in self._tokens.entries(user_id):
                self._tell_revoked(info.id)  # open event streams sign in again with the new role
        await self.note("user_changed", by, f"{user.name} is {user.role.value}")
        return user

    async def delete_user(self, user_id: str, by: Caller | None = None) -> None:
        """Delete a user with tokens and watch states. Raises `NotFound`, `Conflict`."""
        self._users.get(user_id)
        _not_oneself(user_id, by)
        user = await self._users.delete(user_id)
        for info in self._tokens.forget(lambda info: info.user_id == user_id):
            self._tell_revoked(info.id)
        await self.note("user_deleted", by, user.name)

    # tokens

    def tokens(self, user_id: str = "") -> list[TokenInfo]:
        return self._tokens.entries(user_id)

    def token(self, token_id: str) -> TokenInfo:
        """Raises `NotFound`."""
        return self._tokens.get(token_id)

    async def create_token(
        self, user_id: str, name: str, role: Role, ttl: float = 0, by: Caller | None = None
    ) -> tuple[str, TokenInfo]:
        """Return the token, never to be had again, and its entry.

        Raises `NotFound`, and `NotAllowed` when the role is above the user's.
        """
        self._check_role(self._users.get(user_id), role)
        token, info = await self._tokens.create(user_id, name, role, ttl)
        await self.note("token_created", by, f"{info.name} as {role.value}")
        return token, info

    async def revoke(self, token_id: str, by: Caller | None = None) -> None:
        """End a token at once, and the event streams opened with it. Raises `NotFound`."""
        info = await self._tokens.revoke(token_id)
        self._tell_revoked(token_id)
        await self.note("token_revoked", by, info.name)

    # pairing

    def open_pairing(self, role: Role, user_id: str = "") -> Pairing:
        """Open a code of five minutes; it takes the place of the one before."""
        return self._desk.open_code(role, self._invited(role, user_id))

    def open_link(self, role: Role, user_id: str = "", seconds: float = LINK_SECONDS) -> Pairing:
        """Open a single-use link; `code` of the answer is its secret."""
        return self._desk.open_link(role, self._invited(role, user_id), seconds)

    def close_pairing(self) -> None:
        self._desk.close()

    async def pair(self, code: str, name: str, address: str) -> tuple[str, Caller]:
        """Trade the code for a token. Raises `NotAllowed` when it is wrong or void."""
        return await self._accept(self._desk.use_code, code, name, address)

    async def use_link(self, secret: str, name: str, address: str) -> tuple[str, Caller]:
        """Trade the secret of a link for a token, once. Raises `NotAllowed`."""
        return await self._accept(self._desk.use_link, secret, name, address)

    async def _accept(
        self, use: Callable[[str], Pairing], secret: str, name: str, address: str
    ) -> tuple[str, Caller]:
        if not name.strip():
            raise InvalidInput("A device needs a name.", field="name")
        try:
            invitation = use(secret)
            user = self._users.get(invitation.user_id)
        except NotAllowed as refusal:
            await self.audit.write(refusal.code, address=address, detail=name)
            raise
        token, info = await self._tokens.create(user.id, name, invitation.role)
        await self.audit.write(
            "paired", user_id=user.id, address=address, detail=f"{info.name} as {info.role.value}"
        )
        return token, Caller(user, _lower(info.role, user.role), info.id)

    def _invited(self, role: Role, user_id: str) -> str:
        user = self._users.get(user_id) if user_id else self.household()
        self._check_role(user, role)
        return user.id

    def _check_role(self, user: User, role: Role) -> None:
        if not user.role.includes(role):
            raise NotAllowed(
                f"{user.name} is {user.role.value}; a token cannot be {role.value}.",
                code="role_above_user",
                hint="Choose a lower role, or give the user a higher one first.",
            )

    async def note(self, event: str, by: Caller | None, detail: str) -> None:
        """Keep who did what from where; without `by`, the engine itself did."""
        user_id, address = (by.user.id, by.address) if by else ("", "")
        await self.audit.write(event, user_id=user_id, address=address, detail=detail)


def _lower(one: Role, other: Role) -> Role:
    return one if other.includes(one) else other


def _not_oneself(user_id: str, by: Caller | None) -> None:
    if by is not None and by.user.id == user_id:
        raise Conflict(
            "Nobody removes themselves or changes their own role.",
            code="own_user",
            hint="Let another administrator do it.",
        )
