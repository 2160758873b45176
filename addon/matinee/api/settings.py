"""The settings: what there is to set, and setting it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import voluptuous as vol

from ..http.routes import Call, Page, Route
from ..identity import Identity
from ..models.identity import Role
from ..settings import ALL, Setting, Settings
from ..storage.settings import SettingsStore

TAG = "Settings"
_LONGEST_TEXT = 65536

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class SettingView:
    """One setting with all that is needed to render it. `type`: string, integer, number, boolean.

    A secret is never sent: its `value` is null, and `is_set` tells whether there is one.
    """

    key: str
    group: str
    title: str
    help: str
    type: str
    unit: str
    value: Value
    default: Value
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]
    secret: bool
    advanced: bool
    is_set: bool


_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


def routes(settings: Settings, store: SettingsStore, identity: Identity) -> list[Route]:
    def listing() -> Page[SettingView]:
        return Page([_view(setting, settings) for setting in ALL.values()])

    async def show(_call: Call) -> Page[SettingView]:
        return listing()

    async def change(call: Call) -> Page[SettingView]:
        values = call.body["values"]
        await store.change(values)
        await identity.note("settings_changed", call.user, ", ".join(sorted(values)))
        return listing()

    returns = Page[SettingView]
    return [
        Route(
            "GET", "/api/settings", Role.MEMBER, show, "List the settings", TAG, returns=returns
        ),
        Route(
            "PATCH", "/api/settings", Role.ADMIN, change,
            "Change settings: all or, when one does not fit, none. Null means the default", TAG,
            body=vol.Schema({vol.Required("values"): _schema()}), returns=returns,
        ),
    ]  # fmt: skip


def _view(setting: Setting[Any], settings: Settings) -> SettingView:
    value = settings.get(setting)
    return SettingView(
        key=setting.key,
        group=setting.group,
        title=setting.title,
        help=setting.help,
        type=_TYPES[setting.kind],
        unit=setting.unit,
        value=None if setting.secret else value,
        default=None if setting.secret else setting.default,
        minimum=setting.minimum,
        maximum=setting.maximum,
        choices=setting.choices,
        secret=setting.secret,
        advanced=setting.advanced,
        is_set=bool(value) if setting.secret else settings.is_set(setting),
    )


def _schema() -> dict[vol.Optional, Any]:
    return {vol.Optional(key): vol.Any(None, _one(setting)) for key, setting in ALL.items()}


def _one(setting: Setting[Any]) -> Any:
    if setting.choices:
        return vol.In(setting.choices)
    if setting.kind is str:
        return vol.All(str, vol.Length(max=_LONGEST_TEXT))
    if setting.kind is bool:
        return bool
    return vol.All(setting.kind, vol.Range(min=setting.minimum, max=setting.maximum))
