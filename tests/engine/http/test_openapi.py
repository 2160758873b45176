"""The OpenAPI document and the schemas inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any, Literal

import pytest
import voluptuous as vol
from aiohttp import web
from jsonschema_rs import Draft202012Validator

from matinee.errors import Conflict, InvalidInput, NoSpace
from matinee.http.openapi import document, input_schema
from matinee.http.routes import Call, Page, Route
from matinee.http.schemas import check, strict
from matinee.http.types import TypeSchemas
from matinee.models.identity import Role


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 7


@dataclass(frozen=True, slots=True)
class Inner:
    """What is inside."""

    value: float | None
    _hidden: int = 0


@dataclass(frozen=True, slots=True)
class Outer:
    name: str
    colour: Colour
    level: Level
    inner: Inner
    many: tuple[Inner, ...]
    pair: tuple[int, str]
    words: dict[str, int]
    maybe: Inner | None
    kind: Literal["a", "b"]
    place: Path
    parent: Outer | None = None
    anything: Any = None
    marks: Mapping[str, bool] | None = None


def schema_of(kind: Any) -> tuple[dict, dict]:
    types = TypeSchemas()
    return types.of(kind), types.components


def test_types_of_answers():
    schema, components = schema_of(Page[Outer])
    assert schema == {"$ref": "#/components/schemas/PageOfOuter"}
    page = components["PageOfOuter"]["properties"]
    assert page["items"] == {"type": "array", "items": {"$ref": "#/components/schemas/Outer"}}
    assert page["next_cursor"] == {"type": ["string", "null"]}
    outer = components["Outer"]["properties"]
    assert outer["colour"] == {"type": "string", "enum": ["red", "blue"]}
    assert outer["level"] == {"type": "integer", "enum": [1, 7]}
    assert outer["maybe"]["anyOf"][1] == {"type": "null"}
    assert outer["pair"]["prefixItems"] == [{"type": "integer"}, {"type": "string"}]
    assert outer["words"]["additionalProperties"] == {"type": "integer"}
    assert outer["parent"]["anyOf"][0] == {"$ref": "#/components/schemas/Outer"}
    assert components["Outer"]["required"] == list(outer)
    assert components["Inner"]["description"] == "What is inside."
    assert list(components["Inner"]["properties"]) == ["value"]


def test_types_without_a_schema_are_a_defect():
    with pytest.raises(TypeError, match="no JSON schema"):
        schema_of(bytes)


CASES: list[tuple[Any, Any]] = [
    ({vol.Required("a"): int}, {"a": 1}),
    ({vol.Required("a"): int}, {"a": 1.0}),
    ({vol.Required("a"): int}, {"a": True}),
    ({vol.Required("a"): int}, {"a": "1"}),
    ({vol.Required("a"): int}, {}),
    ({vol.Required("a"): int}, {"a": 1, "b": 2}),
    ({vol.Optional("a"): float}, {"a": 2}),
    ({vol.Optional("a"): float}, {"a": None}),
    ({vol.Optional("a"): vol.Any(None, int)}, {"a": None}),
    ({vol.Optional("a"): vol.Any(None, vol.All(int, vol.Range(min=1)))}, {"a": 0}),
    ({vol.Optional("a"): vol.All(vol.Coerce(int), vol.Range(min=1, max=5))}, {"a": 6}),
    ({vol.Optional("a"): vol.All(vol.Coerce(int), vol.Range(min=1, max=5))}, {"a": "5"}),
    ({vol.Optional("a"): vol.All(str, vol.Length(min=2))}, {"a": "x"}),
    ({vol.Optional("a"): vol.All([int], vol.Length(min=2, max=3))}, {"a": [1]}),
    ({vol.Optional("a"): vol.All([int], vol.Length(min=2, max=3))}, {"a": [1, 2]}),
    ({vol.Optional("a"): vol.All([int], vol.Length(min=2, max=3))}, {"a": [1, 2, 3, 4]}),
    ({vol.Optional("a"): vol.In(["x", "y"])}, {"a": "x"}),
    ({vol.Optional("a"): vol.In(["x", "y"])}, {"a": "z"}),
    ({vol.Optional("a"): vol.Coerce(Colour)}, {"a": "red"}),
    ({vol.Optional("a"): vol.Coerce(Colour)}, {"a": "green"}),
    ({vol.Optional("a"): [{vol.Required("i"): int}]}, {"a": [{"i": 1}, {}]}),
    ({vol.Optional("a"): [{vol.Required("i"): int}]}, {"a": [{"i": 1, "j": 1}]}),
    ({vol.Optional("a"): {str: bool}}, {"a": {"x": True}}),
    ({vol.Optional("a"): {str: bool}}, {"a": {"x": 1}}),
    ({vol.Optional("a"): vol.Match(r"ab+\Z")}, {"a": "abb"}),
    ({vol.Optional("a"): vol.Match(r"ab+\Z")}, {"a": "xab"}),
]


@pytest.mark.parametrize(("schema", "value"), CASES)
def test_what_is_described_is_what_is_checked(schema, value):
    """The document and the check agree about every value, for good and bad ones."""
    described = Draft202012Validator(input_schema(vol.Schema(schema))).is_valid(value)
    try:
        check(strict(vol.Schema(schema)), value)
        accepted = True
    except InvalidInput:
        accepted = False
    assert described == accepted


async def nothing(call: Call) -> None:
    return None


ROUTES = [
    Route("GET", "/api/things", Role.GUEST, nothing, "All", "Things", returns=Page[Outer],
          query=vol.Schema({vol.Optional("cursor"): str, vol.Optional("limit", default=9): int})),
    Route("POST", "/api/things", Role.ADMIN, nothing, "Make", "Things", returns=Inner, status=201,
          other_statuses=(200,), errors=(Conflict, NoSpace), body=vol.Schema({"a": int}),
          body_example={"a": 1}),
    Route("DELETE", "/api/things/{id}", Role.MEMBER, nothing, "End", "Things"),
    Route("POST", "/api/things/raw", Role.MEMBER, nothing, "Raw", "Things", returns=Inner,
          raw_body="application/x-bittorrent"),
    Route("GET", "/stream/{token}/{name:.+}", None, nothing, "Stream", "Streams",
          returns=web.StreamResponse, content_types=("video/mp4",), other_statuses=(206,)),
]  # fmt: skip


def test_the_document():
    found = document(ROUTES, name="Test", version="1")
    things = found["paths"]["/api/things"]
    assert things["get"]["operationId"] == "get_things"
    assert [p["name"] for p in things["get"]["parameters"]] == ["cursor", "limit"]
    assert set(things["get"]["responses"]) == {"200", "400", "401", "404", "422", "500"}
    made = things["post"]
    assert set(made["responses"]) >= {"200", "201", "403", "409", "413", "415", "422", "507"}
    assert made["requestBody"]["content"]["application/json"]["example"] == {"a": 1}
    assert made["requestBody"]["required"] is False
    assert made["security"] == [{"bearer": []}]
    ended = found["paths"]["/api/things/{id}"]["delete"]
    assert "204" in ended["responses"]
    assert "404" in ended["responses"]
    raw = found["paths"]["/api/things/raw"]["post"]["requestBody"]["content"]
    assert list(raw) == ["application/x-bittorrent", "application/octet-stream"]
    stream = found["paths"]["/stream/{token}/{name}"]["get"]
    assert stream["security"] == []
    assert list(stream["responses"]["206"]["content"]) == ["video/mp4"]
    assert "401" not in stream["responses"]
