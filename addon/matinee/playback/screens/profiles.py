"""The screen profiles there are: the built-in ones, and the household's own."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import Any

import orjson

from ...errors import Conflict, NotFound
from ...models.ids import new_id
from ...models.screens import AudioRule, HlsFlavour, ScreenProfile, VideoRule
from ...storage import Database
from .builtin import BUILT_IN

MAX_OWN = 200
_SEVERAL = (
    "containers", "subtitles", "hls_video", "hls_audio", "uncertain", "references",
)  # fmt: skip
_OF_RULES = ("profiles", "ranges", "containers", "tags")


def dump(profile: ScreenProfile) -> str:
    return orjson.dumps(asdict(profile)).decode()


def load(values: dict[str, Any]) -> ScreenProfile:
    """Return the profile of a JSON object whose values have been checked."""
    values = {**values, "hls": HlsFlavour(values.get("hls", HlsFlavour.NONE))}
    values |= {key: tuple(values[key]) for key in _SEVERAL if key in values}
    video = tuple(VideoRule(**_tuples(rule)) for rule in values.pop("video", ()))
    audio = tuple(AudioRule(**_tuples(rule)) for rule in values.pop("audio", ()))
    return ScreenProfile(**values, video=video, audio=audio)


def _tuples(rule: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if key in _OF_RULES else value for key, value in rule.items()}


class ScreenProfiles:
    """All profiles by id. Built-in ones stay as they are; a copy of one may be changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self) -> list[ScreenProfile]:
        """Return the household's own first, by name, then the built-in ones."""
        rows = await self._database.fetch(
            "SELECT profile FROM screen_profiles ORDER BY name COLLATE NOCASE, id"
        )
        return [load(orjson.loads(row["profile"])) for row in rows] + list(BUILT_IN.values())

    async def get(self, key: str) -> ScreenProfile:
        """Raises `NotFound`."""
        if key in BUILT_IN:
            return BUILT_IN[key]
        row = await self._database.fetch_one(
            "SELECT profile FROM screen_profiles WHERE id = ?", (key,)
        )
        if row is None:
            raise NotFound(
                "There is no such screen profile.", code="screen_profile_not_found",
                hint="Choose one of the list of screen profiles.",
            )  # fmt: skip
        return load(orjson.loads(row["profile"]))

    async def add(self, profile: ScreenProfile) -> ScreenProfile:
        """Keep a new profile of the household; its id is made here. Raises `Conflict`."""
        profile = replace(profile, id=new_id(), built_in=False)
        async with self._database.transaction():
            count = await self._database.fetch_value("SELECT COUNT(*) FROM screen_profiles")
            if count >= MAX_OWN:
                raise Conflict(
                    "There are too many screen profiles.", code="too_many_profiles",
                    hint="Delete one that is not needed any more.",
                )  # fmt: skip
            await self._database.execute(
                "INSERT INTO screen_profiles VALUES (?, ?, ?, ?)",
                (profile.id, profile.name, dump(profile), time.time()),
            )
        return profile

    async def put(self, key: str, profile: ScreenProfile) -> ScreenProfile:
        """Replace an own profile. Raises `NotFound`, or `Conflict` for a built-in one."""
        await self._own(key)
        profile = replace(profile, id=key, built_in=False)
        await self._database.execute(
            "UPDATE screen_profiles SET name = ?, profile = ?, changed_at = ? WHERE id = ?",
            (profile.name, dump(profile), time.time(), key),
        )
        return profile

    async def delete(self, key: str) -> None:
        """Forget an own profile. Raises `NotFound`, or `Conflict` for a built-in one."""
        await self._own(key)
        await self._database.execute("DELETE FROM screen_profiles WHERE id = ?", (key,))

    async def _own(self, key: str) -> None:
        if (await self.get(key)).built_in:
            raise Conflict(
                "This screen profile comes with Matinee and stays as it is.",
                code="built_in_profile",
                hint="Make a copy of it, and change that.",
            )
