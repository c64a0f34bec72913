"""Check data against our schemas, and say what is wrong as a person would: file, key, found, expected."""

from __future__ import annotations

import math
from typing import Any

from mtornet.errors import ProtocolError
from mtornet.names import did_you_mean
from mtornet.scans.schema import Schema

_TYPES: dict[str, tuple[str, type | tuple[type, ...]]] = {
    "object": ("a table", dict),
    "array": ("a list", (list, tuple)),
    "string": ("text", str),
    "boolean": ("true or false", bool),
    "integer": ("a whole number", int),
    "number": ("a number", (int, float)),
}


def check(value: Any, schema: Schema, *, where: str, key: str = "") -> None:
    """Raise a :class:`ProtocolError` for the first place at which ``value`` does not fit the schema."""
    place = f"{where}: {key}" if key else where
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        expected = " or ".join(_TYPES[kind][0] for kind in kinds)
        raise ProtocolError(f"{place}: expected {expected}, found {value!r}")
    if "enum" in schema and value not in schema["enum"]:
        hint = did_you_mean(str(value), schema["enum"]) or f"; expected one of {', '.join(schema['enum'])}"
        raise ProtocolError(f"{place}: found {value!r}{hint}")
    if _is(value, "number") and "minimum" in schema and value < schema["minimum"]:
        raise ProtocolError(f"{place}: expected a number >= {schema['minimum']}, found {value!r}")
    if isinstance(value, dict):
        _check_table(value, schema, where, key)
    elif isinstance(value, (list, tuple)):
        _check_list(value, schema, where, key)


def _check_table(value: dict[str, Any], schema: Schema, where: str, key: str) -> None:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name in schema.get("required", []):
        if name not in value:
            raise ProtocolError(f"{where}: {_joined(key, name)} is missing")
    for name, entry in value.items():
        if name in known:
            check(entry, known[name], where=where, key=_joined(key, name))
        elif others is False:
            hint = did_you_mean(name, known) or f"; known: {', '.join(known)}"
            raise ProtocolError(f"{where}: unknown key {_joined(key, name)!r}{hint}")
        elif isinstance(others, dict):
            check(entry, others, where=where, key=_joined(key, name))


def _check_list(value: list[Any] | tuple[Any, ...], schema: Schema, where: str, key: str) -> None:
    least, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)
    if not least <= len(value) <= most:
        expected = f"{least}" if least == most else f"at least {least}"
        raise ProtocolError(f"{where}: {key}: expected {expected} entries, found {len(value)}")
    for i, entry in enumerate(value, start=1):
        check(entry, schema.get("items", {}), where=where, key=f"{key}[{i}]")


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, float) and not math.isfinite(value):
        return False
    return isinstance(value, _TYPES[kind][1])


def _joined(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
