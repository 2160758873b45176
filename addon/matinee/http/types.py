"""JSON schemas of what goes out, from the types of the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    Any,
    Literal,
    TypeAliasType,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

Schema = dict[str, Any]
_PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    Path: {"type": "string"},
    dict: {"type": "object"},
    list: {"type": "array"},
    tuple: {"type": "array"},
    Any: {},
    object: {},
}


class TypeSchemas:
    """Collects the schemas of dataclasses under `#/components/schemas`."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}
        self._named: dict[str, Any] = {}

    def of(self, kind: Any, bound: Mapping[Any, Any] | None = None) -> Schema:
        """Return the JSON schema of a type as orjson writes its values.

        `bound` maps type variables of the generic that is being read. Raises TypeError for a
        type that cannot be described.
        """
        bound = bound or {}
        if isinstance(kind, TypeVar):
            return self.of(bound[kind])
        if isinstance(kind, TypeAliasType):
            return self.of(kind.__value__, bound)
        if kind in _PLAIN:
            return dict(_PLAIN[kind])
        origin, args = get_origin(kind), get_args(kind)
        if origin in {Union, UnionType}:
            return self._union([self.of(arg, bound) for arg in args])
        if origin is Literal:
            return {"enum": list(args)}
        if isinstance(kind, type) and issubclass(kind, Enum):
            return _enum(kind)
        if is_dataclass(origin or kind):
            return self._reference(origin or kind, tuple(bound.get(arg, arg) for arg in args))
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(args[1], bound)}
        if origin is tuple and args[-1] is not Ellipsis:
            return _fixed([self.of(arg, bound) for arg in args])
        if isinstance(origin, type) and issubclass(origin, Sequence | set | frozenset):
            return {"type": "array", "items": self.of(args[0], bound)}
        raise TypeError(f"{kind!r} has no JSON schema.")

    @staticmethod
    def _union(options: list[Schema]) -> Schema:
        simple = all(set(option) == {"type"} for option in options)
        if simple:
            return {"type": [option["type"] for option in options]}
        return {"anyOf": options}

    def _reference(self, kind: Any, args: tuple[Any, ...]) -> Schema:
        name = _name(kind, args)
        if self._named.setdefault(name, (kind, args)) != (kind, args):
            name = f"{kind.__module__.rpartition('.')[2].title()}{name}"
            self._named[name] = (kind, args)
        if name not in self.components:
            self.components[name] = {}  # a type may contain itself
            self.components[name] = self._dataclass(kind, args)
        return {"$ref": f"#/components/schemas/{name}"}

    def _dataclass(self, kind: Any, args: tuple[Any, ...]) -> Schema:
        bound = dict(zip(getattr(kind, "__type_params__", ()), args, strict=True))
        hints = get_type_hints(kind)
        names = [item.name for item in fields(kind) if not item.name.startswith("_")]
        schema: Schema = {
            "type": "object",
            "properties": {name: self.of(hints[name], bound) for name in names},
            "required": names,
        }
        words = (kind.__doc__ or "").strip()
        if words and not words.startswith(f"{kind.__name__}("):  # else made by dataclasses
            schema["description"] = " ".join(words.split())
        return schema


def _enum(kind: type[Enum]) -> Schema:
    values = [item.value for item in kind]
    return {"type": "integer" if isinstance(values[0], int) else "string", "enum": values}


def _fixed(items: list[Schema]) -> Schema:
    return {
        "type": "array",
        "prefixItems": items,
        "minItems": len(items),
        "maxItems": len(items),
    }


def _name(kind: Any, args: tuple[Any, ...]) -> str:
    inner = "And".join(getattr(arg, "__name__", "Value") for arg in args)
    return f"{kind.__name__}Of{inner}" if args else str(kind.__name__)
