"""The OpenAPI 3.1 document, made from the routes: what is served is what is described."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, cast

import voluptuous as vol
from aiohttp import web
from voluptuous_openapi import UNSUPPORTED, OpenApiVersion, convert

from ..errors import MatineeError
from ..models.identity import Role
from .dispatch import ANY_BYTES
from .problems import CONTENT_TYPE, Problem
from .routes import Route
from .schemas import number, strict, whole_number
from .types import Schema, TypeSchemas

_PARAMETER = re.compile(r"{(\w+)(?::[^{}]*)?}")


def document(routes: Sequence[Route], *, name: str, version: str) -> dict[str, Any]:
    """Return the document. Raises TypeError or ValueError for a route that cannot be described."""
    types = TypeSchemas()
    types.of(Problem)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = _PARAMETER.sub(r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, types)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{name} API",
            "version": version,
            "description": "The appliance's own API. Errors are RFC 9457 problem details.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": {
            "schemas": types.components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route, types: TypeSchemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": operation_id(route),
        "summary": route.summary,
        "tags": [route.tag],
        "security": [{"bearer": []}] if route.role else [],
        "responses": _responses(route, types),
    }
    if route.role:
        operation["x-role"] = route.role.value
    parameters = [*_path_parameters(route), *_query_parameters(route)]
    if parameters:
        operation["parameters"] = parameters
    body = _request_body(route)
    if body:
        operation["requestBody"] = body
    return operation


def operation_id(route: Route) -> str:
    """Name an operation for generated clients, such as `get_downloads_id_files`."""
    words = re.findall(r"\w+", _PARAMETER.sub(r"\1", route.path.removeprefix("/api")))
    return "_".join([route.method.lower(), *words])


# what goes in


def input_schema(schema: Any) -> Schema:
    """Return the JSON schema of a voluptuous schema as `http.schemas` checks it."""
    converted = convert(
        strict(schema),
        custom_serializer=_serialise,
        openapi_version=OpenApiVersion.V3_1,
    )
    tidied: Schema = _tidy(converted)
    return tidied


def _serialise(schema: Any) -> Any:
    """Describe what the library would describe loosely or for OpenAPI 3.0."""
    if isinstance(schema, vol.In):
        return {"enum": sorted(cast("Iterable[Any]", schema.container))}
    if schema is whole_number:
        return {"type": "integer"}
    if schema is number:
        return {"type": "number"}
    if isinstance(schema, vol.Any) and None in schema.validators:
        rest = [input_schema(part) for part in schema.validators if part is not None]
        return {"anyOf": [*rest, {"type": "null"}]}
    if isinstance(schema, vol.All):
        return _all_of([input_schema(part) for part in schema.validators])
    return UNSUPPORTED


def _all_of(parts: list[Schema]) -> Schema:
    """Merge what holds together; `Length` says its bounds before it is known of what."""
    merged: Schema = {}
    for part in parts:
        if any(merged.get(key, value) != value for key, value in part.items() if key != "type"):
            return {"allOf": parts}
        merged = {**part, **merged}
    if merged.get("type") == "array":
        for old, new in (("minLength", "minItems"), ("maxLength", "maxItems")):
            if old in merged:
                merged[new] = merged.pop(old)
    return merged


def _tidy(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        schema = {"additionalProperties": False, **schema}
        schema["properties"] = {k: _tidy(v) for k, v in schema["properties"].items()}
        if not schema.get("required"):
            schema.pop("required", None)
        return schema
    if isinstance(schema.get("pattern"), str):
        # Python's own end of text, and `re.match`, in the words of JSON Schema
        pattern = schema["pattern"].replace(r"\Z", "$")
        schema = {**schema, "pattern": pattern if pattern.startswith("^") else f"^(?:{pattern})"}
    return {key: _tidy(value) for key, value in schema.items()}


def _path_parameters(route: Route) -> Iterable[dict[str, Any]]:
    described = _properties(route.path_schema)
    for name in _PARAMETER.findall(route.path):
        schema = described.get(name, ({"type": "string"}, True))[0]
        if schema.get("type") == "string":
            schema = {"minLength": 1, **schema}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(route: Route) -> Iterable[dict[str, Any]]:
    for name, (schema, required) in _properties(route.query).items():
        yield {"name": name, "in": "query", "required": required, "schema": schema}


def _properties(schema: vol.Schema | None) -> dict[str, tuple[Schema, bool]]:
    if schema is None:
        return {}
    described = input_schema(schema)
    required = described.get("required", [])
    return {
        name: (part, name in required) for name, part in described.get("properties", {}).items()
    }


def _request_body(route: Route) -> dict[str, Any]:
    if route.raw_body:
        binary = {"schema": {"type": "string", "format": "binary"}}
        return {"required": True, "content": dict.fromkeys((route.raw_body, ANY_BYTES), binary)}
    if route.body is None:
        return {}
    schema = input_schema(route.body)
    content: dict[str, Any] = {"schema": schema}
    if route.body_example is not None:
        content["example"] = dict(route.body_example)
    return {
        "required": bool(schema.get("required") or schema.get("anyOf")),
        "content": {"application/json": content},
    }


# what comes out


def _responses(route: Route, types: TypeSchemas) -> dict[str, Any]:
    responses = {
        str(status): _success(route, status, types)
        for status in (route.status, *route.other_statuses)
    }
    if route.returns is None and route.status == HTTPStatus.OK:
        responses = {"204": {"description": "Done."}}
    for status in sorted(_problem_statuses(route)):
        responses[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return responses


def _success(route: Route, status: int, types: TypeSchemas) -> dict[str, Any]:
    phrase = HTTPStatus(status).phrase
    if status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED} or route.returns is None:
        return {"description": phrase}
    returns = route.returns
    if isinstance(returns, type) and issubclass(returns, web.StreamResponse):
        binary = {"schema": {"type": "string", "format": "binary"}}
        return {"description": phrase, "content": dict.fromkeys(route.content_types, binary)}
    return {
        "description": phrase,
        "content": {"application/json": {"schema": types.of(returns)}},
    }


def _problem_statuses(route: Route) -> set[int]:
    """Return the statuses of the problems that a route may answer."""
    found = {400, 500} | {_status(error) for error in route.errors}
    if route.role is not None:
        found.add(401)
    if route.role in {Role.MEMBER, Role.ADMIN}:
        found.add(403)
    if route.role is None and route.method == "POST":
        found.add(429)
    if route.path.startswith("/api/") or route.query or route.path_schema:
        found.add(422)
    if route.body is not None or route.raw_body:
        found |= {413, 415, 422}
    if "{" in route.path or "cursor" in _properties(route.query):
        found.add(404)
    return found


def _status(error: type[MatineeError]) -> int:
    return error.status
