"""The people of the household and what they may do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace

from ..errors import Conflict, InvalidInput, NotFound
from ..models.identity import Role, User
from ..models.ids import new_id
from ..storage import Database

HOUSEHOLD = "Household"


class Users:
    """All users. Read once at start; every change writes the row first."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database, self._clock = database, clock
        self._users: dict[str, User] = {}

    async def load(self) -> None:
        """Read the rows; make the household's first user when there is none."""
        rows = await self._database.fetch("SELECT id, name, role, created_at FROM users")
        self._users = {
            row["id"]: User(row["id"], row["name"], Role(row["role"]), row["created_at"])
            for row in rows
        }
        if not self._users:
            await self.create(HOUSEHOLD, Role.ADMIN)

    def everybody(self) -> list[User]:
        """Return everybody, in the order in which they came."""
        return sorted(self._users.values(), key=lambda user: user.id)

    def get(self, user_id: str) -> User:
        try:
            return self._users[user_id]
        except KeyError:
            raise NotFound("There is no such user.", code="user_not_found") from None

    def first_admin(self) -> User:
        return next(user for user in self.everybody() if user.role is Role.ADMIN)

    async def create(self, name: str, role: Role) -> User:
        """Raises `Conflict` when the name is taken."""
        user = User(new_id(), _checked(name), role, self._clock())
        await self._write(
            "INSERT INTO users (name, role, created_at, id) VALUES (?, ?, ?, ?)",
            (user.name, role.value, user.created_at, user.id),
        )
        self._users[user.id] = user
        return user

    async def change(
        self, user_id: str, *, name: str | None = None, role: Role | None = None
    ) -> User:
        """Raises `NotFound`, `Conflict` (name taken, or it would leave no administrator)."""
        user = self.get(user_id)
        changed = replace(
            user, name=user.name if name is None else _checked(name), role=role or user.role
        )
        if changed.role is not Role.ADMIN:
            self._keep_an_admin(user)
        await self._write(
            "UPDATE users SET name = ?, role = ? WHERE id = ?",
            (changed.name, changed.role.value, user_id),
        )
        self._users[user_id] = changed
        return changed

    async def delete(self, user_id: str) -> User:
        """Raises `NotFound`, `Conflict` when it would leave no administrator."""
        user = self.get(user_id)
        self._keep_an_admin(user)
        await self._database.execute("DELETE FROM users WHERE id = ?", (user_id,))
        del self._users[user_id]
        return user

    def _keep_an_admin(self, user: User) -> None:
        others = [u for u in self._users.values() if u.id != user.id and u.role is Role.ADMIN]
        if user.role is Role.ADMIN and not others:
            raise Conflict(
                f"{user.name} is the last administrator.",
                code="last_administrator",
                hint="Make somebody else an administrator first.",
            )

    async def _write(self, sql: str, values: tuple[object, ...]) -> None:
        try:
            await self._database.execute(sql, values)
        except sqlite3.IntegrityError as error:
            raise Conflict(
                f"There is a user called {values[0]!r} already.",
                code="name_taken",
                hint="Choose another name.",
            ) from error


def _checked(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= 100:
        raise InvalidInput("A name has 1 to 100 characters.", field="name")
    return name
