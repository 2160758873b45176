"""Settings that survive: rows of the `settings` table, secrets sealed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import orjson

from ..errors import InvalidInput, MatineeError
from ..events import EventBus, SettingsChanged
from ..settings import ALL, PROXY, Settings
from .database import Database
from .vault import Vault

_log = logging.getLogger(__name__)

NOWHERE = "socks5://127.0.0.1:9"
"""A proxy where nobody answers (the discard port), in place of one that cannot be read."""
Checks = Mapping[str, Callable[[Any], object]]
"""By key: what a new value must pass beyond its type and bounds. Raises `InvalidInput`."""


class SettingsStore:
    """Loads the settings at start and writes changes before they are in force."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        settings: Settings,
        bus: EventBus,
        checks: Checks = MappingProxyType({}),
    ) -> None:
        self._database, self._vault, self._settings, self._bus = database, vault, settings, bus
        self._checks = checks

    async def load(self) -> None:
        """Fill `settings` from the database. A value that no longer fits falls to its default."""
        for row in await self._database.fetch("SELECT key, value, sealed FROM settings"):
            try:
                raw = row["value"]
                if row["sealed"]:
                    raw = self._vault.open(raw, f"settings:{row['key']}")
                self._settings.update({row["key"]: orjson.loads(raw)})
            except (MatineeError, orjson.JSONDecodeError) as error:
                if row["key"] == PROXY.key:  # Without it torrents would go around the proxy.
                    self._settings.update({PROXY.key: NOWHERE})
                    _log.warning("Torrents reach nobody until the proxy is set anew: %s", error)
                else:
                    _log.warning("Setting %s is at its default: %s", row["key"], error)

    async def change(self, values: Mapping[str, object]) -> None:
        """Check, write, put in force, tell. None resets a setting to its default.

        Raises `InvalidInput` when any value does not fit; then none has changed.
        """
        wanted = {key: value for key, value in values.items() if value is not None}
        Settings(wanted)
        for key in wanted.keys() & self._checks.keys():
            await self._check(key, wanted[key])
        gone = [key for key, value in values.items() if value is None]
        rows = []
        for key, value in wanted.items():
            raw, secret = orjson.dumps(value), ALL[key].secret
            if secret:
                raw = self._vault.seal(raw, f"settings:{key}")
            rows.append((key, raw, int(secret)))
        async with self._database.transaction():
            await self._database.execute_many(
                "INSERT OR REPLACE INTO settings VALUES (?, ?, ?)", rows
            )
            await self._database.execute_many(
                "DELETE FROM settings WHERE key = ?", [(key,) for key in gone]
            )
        self._settings.update(wanted)
        self._settings.reset(gone)
        self._bus.publish(SettingsChanged(tuple(values)))

    async def _check(self, key: str, value: object) -> None:
        try:
            await asyncio.to_thread(self._checks[key], value)
        except InvalidInput as error:
            error.field = error.field or key
            raise
