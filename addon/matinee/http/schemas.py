"""Checking of what comes in: voluptuous schemas, made as strict as JSON and query strings are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import voluptuous as vol
from multidict import MultiMapping

from ..errors import InvalidInput

_WHOLE = re.compile(r"-?\d{1,18}")


def whole_number(value: int) -> int:
    """Take 3 and 3.0, refuse True and "3": voluptuous takes True for an int."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise vol.Invalid("expected a whole number")
    return value


def number(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise vol.Invalid("expected a number")
    return float(value)


def strict(schema: Any) -> Any:
    """Return the schema with the loose checks of `int`, `float` and `Coerce` replaced."""
    if isinstance(schema, vol.Schema):
        return vol.Schema(strict(schema.schema), required=schema.required, extra=schema.extra)
    if isinstance(schema, vol.Coerce) and schema.type in {int, float}:
        schema = schema.type
    if schema is int:
        return whole_number
    if schema is float:
        return number
    if isinstance(schema, vol.All | vol.Any):
        return type(schema)(*(strict(part) for part in schema.validators))
    if isinstance(schema, Mapping):
        return {key: strict(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    return schema


def check(schema: vol.Schema, value: Any) -> Any:
    """Return the value as the schema makes it. Raises `InvalidInput` with the field."""
    try:
        return schema(value)
    except vol.MultipleInvalid as error:
        first = error.errors[0]
        field = ".".join(str(part) for part in first.path)
        words = f"{field}: {first.msg}." if field else f"{first.msg}."
        raise InvalidInput(words[0].upper() + words[1:], field=field) from error


class QuerySchema:
    """A voluptuous schema for a query string, whose values are all text at first."""

    def __init__(self, schema: vol.Schema | None) -> None:
        self._schema = strict(schema or vol.Schema({}))
        keys = self._schema.schema
        self._kinds = {str(key): _kind(value) for key, value in keys.items()}
        self._lists = {str(key) for key, value in keys.items() if _takes_list(value)}

    def check(self, query: MultiMapping[str]) -> dict[str, Any]:
        """Raises `InvalidInput`, also for a parameter that is unknown or given twice."""
        values: dict[str, Any] = {}
        for name in dict.fromkeys(query):
            texts = query.getall(name)
            kind = self._kinds.get(name, str)
            if name in self._lists:
                values[name] = [_coerce(text, kind) for text in texts]
            elif len(texts) == 1:
                values[name] = _coerce(texts[0], kind)
            else:
                raise InvalidInput(f"{name} is given more than once.", field=name)
        checked: dict[str, Any] = check(self._schema, values)
        return checked


def _parts(schema: Any) -> list[Any]:
    """Flatten what a value has to be into its plain validators."""
    if isinstance(schema, vol.Schema):
        return _parts(schema.schema)
    if isinstance(schema, vol.All | vol.Any):
        return [part for inner in schema.validators for part in _parts(inner)]
    if isinstance(schema, list):
        return [part for inner in schema for part in _parts(inner)]
    return [schema]


def _kind(schema: Any) -> type:
    for part in _parts(schema):
        if part is bool:
            return bool
        if part in (whole_number, number):
            return int if part is whole_number else float
    return str


def _takes_list(schema: Any) -> bool:
    if isinstance(schema, vol.All | vol.Any):
        return any(_takes_list(part) for part in schema.validators)
    return isinstance(schema, list)


def _coerce(text: str, kind: type) -> Any:
    """Turn text into the kind when it clearly is one; the schema refuses the rest in words."""
    if kind is bool and text in {"true", "false"}:
        return text == "true"
    if kind is int and _WHOLE.fullmatch(text):
        return int(text)
    if kind is float:
        try:
            return float(text)
        except ValueError:
            return text
    return text
