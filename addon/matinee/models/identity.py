"""Users, roles, tokens."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    ADMIN = "admin"
    MEMBER = "member"
    GUEST = "guest"

    def includes(self, other: Role) -> bool:
        """Say whether this role may do all that `other` may."""
        order = (Role.GUEST, Role.MEMBER, Role.ADMIN)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class User:
    id: str
    name: str
    role: Role
    created_at: float


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the user behind a token. `token_id` is empty for a signed stream address.

    `address` is the network address that the request came from, as far as it came from one.
    """

    user: User
    role: Role
    token_id: str = ""
    address: str = ""
