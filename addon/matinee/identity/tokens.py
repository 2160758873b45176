"""Bearer tokens: made once, shown once, kept as a hash, checked from memory."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

from ..errors import InvalidInput, NotFound, NotSignedIn
from ..models.identity import Role
from ..models.ids import new_id
from ..storage import Database, Row

PREFIX = "mat_"
_LONGEST = 128


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A token without its secret. Times in seconds since 1970; 0 means never."""

    id: str
    user_id: str
    name: str
    role: Role
    created_at: float
    used_at: float
    expires_at: float


class Tokens:
    """The tokens of everybody. Rows are read once at start; every change writes the row first.

    Only the SHA-256 of a token is kept: 256 random bits need no salt and no slow hash.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database, self._clock = database, clock
        self._by_hash: dict[bytes, TokenInfo] = {}
        self._used: dict[str, float] = {}

    async def load(self) -> None:
        rows = await self._database.fetch("SELECT * FROM tokens")
        self._by_hash = {bytes(row["hash"]): _info(row) for row in rows}

    def find(self, token: str) -> TokenInfo:
        """Return what is known of a token and note its use. Raises `NotSignedIn`."""
        digest = sha256(token.encode("utf-8", "surrogatepass")).digest()
        info = self._by_hash.get(digest) if len(token) <= _LONGEST else None
        now = self._clock()
        if info is None or (info.expires_at and now >= info.expires_at):
            raise NotSignedIn(
                "This token is not known, or not any more.",
                code="token_unknown",
                hint="Pair this device again.",
            )
        self._used[info.id] = now
        return info

    def use(self, token_id: str) -> TokenInfo:
        """Return what is known of a token by its id and note its use. Raises `NotFound`."""
        info, now = self.get(token_id), self._clock()
        if info.expires_at and now >= info.expires_at:
            raise NotFound("There is no such token.", code="token_not_found")
        self._used[token_id] = now
        return info

    def entries(self, user_id: str = "") -> list[TokenInfo]:
        """Return the tokens of one user, or of all, oldest first."""
        found = [info for info in self._by_hash.values() if user_id in {"", info.user_id}]
        return sorted((self._fresh(info) for info in found), key=lambda info: info.id)

    def get(self, token_id: str) -> TokenInfo:
        for info in self._by_hash.values():
            if info.id == token_id:
                return self._fresh(info)
        raise NotFound("There is no such token.", code="token_not_found")

    def _fresh(self, info: TokenInfo) -> TokenInfo:
        return replace(info, used_at=self._used.get(info.id, info.used_at))

    async def create(
        self, user_id: str, name: str, role: Role, ttl: float = 0
    ) -> tuple[str, TokenInfo]:
        """Return a new token and what is kept of it. `ttl` in seconds, 0 without end."""
        if not name.strip():
            raise InvalidInput("A token needs a name.", field="name")
        token, now = PREFIX + secrets.token_urlsafe(32), self._clock()
        digest = sha256(token.encode()).digest()
        info = TokenInfo(new_id(), user_id, name.strip(), role, now, 0, now + ttl if ttl > 0 else 0)
        await self._database.execute(
            "INSERT INTO tokens (id, user_id, name, role, hash, created_at, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (info.id, user_id, info.name, role.value, digest, now, info.expires_at),
        )
        self._by_hash[digest] = info
        return token, info

    async def revoke(self, token_id: str) -> TokenInfo:
        """Delete a token; it is refused from this moment. Raises `NotFound`."""
        info = self.get(token_id)
        await self._database.execute("DELETE FROM tokens WHERE id = ?", (token_id,))
        self.forget(lambda other: other.id == token_id)
        return info

    def forget(self, which: Callable[[TokenInfo], bool]) -> list[TokenInfo]:
        """Drop tokens from memory whose rows are gone; return them."""
        gone = {digest: info for digest, info in self._by_hash.items() if which(info)}
        for digest, info in gone.items():
            del self._by_hash[digest]
            self._used.pop(info.id, None)
        return list(gone.values())

    async def tend(self) -> list[TokenInfo]:
        """Write when tokens were last used, and delete the expired; return those."""
        used, self._used = self._used, {}
        for digest, info in self._by_hash.items():
            if info.id in used:
                self._by_hash[digest] = replace(info, used_at=used[info.id])
        rows = [(at, token_id) for token_id, at in used.items()]
        if rows:
            await self._database.execute_many("UPDATE tokens SET used_at = ? WHERE id = ?", rows)
        now = self._clock()
        gone = self.forget(lambda info: bool(info.expires_at) and now >= info.expires_at)
        if gone:
            await self._database.execute_many(
                "DELETE FROM tokens WHERE id = ?", [(info.id,) for info in gone]
            )
        return gone


def _info(row: Row) -> TokenInfo:
    return TokenInfo(
        row["id"],
        row["user_id"],
        row["name"],
        Role(row["role"]),
        row["created_at"],
        row["used_at"],
        row["expires_at"],
    )
