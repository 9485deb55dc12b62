"""A contract as JSON, and back: strict, and exact to the last digit.

Decimal numbers are texts. What is left at its default is left out. Reading refuses what it
does not know, and says where it stands.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeAliasType, get_args, get_origin, get_type_hints

from .findings import error
from .model import (
    Adder,
    Capacity,
    Component,
    Contract,
    Dynamic,
    Energy,
    Manual,
    Minimum,
    Percent,
    Standing,
    Tiered,
)

type Json = str | int | bool | Sequence[Json] | Mapping[str, Json] | None

_KIND: Final = "kind"
_KINDS: Final[Mapping[str, type]] = {
    kind.__name__.lower(): kind
    for kind in (Energy, Adder, Dynamic, Tiered, Standing, Capacity, Minimum, Percent, Manual)
}
_NUMBER: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,30})?")


def as_json(contract: Contract) -> dict[str, Json]:
    """Return a contract as what JSON can hold; ``from_json`` makes the same contract of it."""
    return _written_object(contract)


def from_json(value: Any) -> Contract:
    """Return the contract of a JSON object; raises ``ContractError`` that says where it fails."""
    found: Contract = _read_object(Contract, value, "contract")
    return found


def _written(value: Any) -> Json:
    found: Json
    match value:
        case None | bool() | int():
            found = value
        case str():
            found = str(value)
        case Decimal():
            found = f"{value:f}"
        case date() | time():
            found = _day_or_time(value)
        case Mapping():
            found = {key: _written(each) for key, each in value.items()}
        case frozenset() | tuple():
            found = [_written(each) for each in _ordered(value)]
        case _:
            found = _written_object(value)
    return found


def _day_or_time(value: date | time) -> str:
    """Return a date, or a time to the minute: contracts know no finer ones."""
    return value.isoformat() if isinstance(value, date) else value.isoformat("minutes")


def _ordered(values: frozenset[Any] | tuple[Any, ...]) -> Sequence[Any]:
    """Return values in an order that does not change from one writing to the next."""
    return sorted(values) if isinstance(values, frozenset) else values


def _written_object(value: Any) -> dict[str, Json]:
    kind = type(value).__name__.lower()
    head: dict[str, Json] = {_KIND: kind} if kind in _KINDS else {}
    named = {each.name: (each, getattr(value, each.name)) for each in fields(value)}
    return head | {
        name: _written(held) for name, (each, held) in named.items() if held != _default(each)
    }


def _default(each: Field[Any]) -> Any:
    """Return what a field is if nothing is said, ``MISSING`` if something must be."""
    return each.default if each.default_factory is MISSING else each.default_factory()


def _read(kind: Any, value: Any, path: str) -> Any:
    """Return the value of a type that a JSON value stands for."""
    if kind is Component:
        return _read_component(value, path)
    if isinstance(kind, TypeAliasType):
        return _read(kind.__value__, value, path)
    parts = get_args(kind)
    if type(None) in parts:
        return None if value is None else _read(parts[0], value, path)
    if get_origin(kind) is None:
        return _read_plain(kind, value, path)
    return _read_many(get_origin(kind), parts, value, path)


def _read_many(origin: Any, parts: tuple[Any, ...], value: Any, path: str) -> Any:
    if origin is tuple:
        return _read_tuple(parts, value, path)
    if origin is frozenset:
        return frozenset(_read_tuple((*parts, ...), value, path))
    return {
        key: _read(parts[1], each, f"{path}.{key}") for key, each in _mapping(value, path).items()
    }


def _read_plain(kind: type, value: Any, path: str) -> Any:
    if kind in {bool, int, str}:
        if type(value) is not kind:
            raise error("json_value", path=path, expected=kind.__name__)
        return value
    if not issubclass(kind, Decimal | date | time | StrEnum):
        return _read_object(kind, value, path)
    try:
        return _parsed(kind, value)
    except (ValueError, TypeError) as err:
        raise error("json_value", path=path, expected=kind.__name__.lower()) from err


def _parsed(kind: type[Decimal | date | time | StrEnum], text: Any) -> Any:
    """Return what a text stands for; raises ``ValueError`` or ``TypeError``."""
    if issubclass(kind, date | time):
        return kind.fromisoformat(text)
    if issubclass(kind, Decimal) and _NUMBER.fullmatch(text) is None:
        raise ValueError(text)
    return kind(text)


def _read_tuple(parts: tuple[Any, ...], value: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise error("json_value", path=path, expected="list")
    kinds = parts[:1] * len(value) if parts[-1] is ... else parts
    if len(kinds) != len(value):
        raise error("json_value", path=path, expected=f"{len(kinds)} values")
    return tuple(
        _read(kind, each, f"{path}[{index}]")
        for index, (kind, each) in enumerate(zip(kinds, value, strict=True))
    )


def _read_component(value: Any, path: str) -> Any:
    held = dict(_mapping(value, path))
    kind = held.pop(_KIND, None)
    if not isinstance(kind, str) or kind not in _KINDS:
        raise error("json_value", path=f"{path}.{_KIND}", expected=", ".join(_KINDS))
    return _read_object(_KINDS[kind], held, path)


def _read_object(kind: Any, value: Any, path: str) -> Any:
    held, hints = _mapping(value, path), _hints(kind)
    for name in held:
        if name not in hints:
            raise error("json_unknown", path=f"{path}.{name}")
    for each in fields(kind):
        if each.name not in held and _default(each) is MISSING:
            raise error("json_missing", path=f"{path}.{each.name}")
    return kind(**{name: _read(hints[name], each, f"{path}.{name}") for name, each in held.items()})


def _mapping(value: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise error("json_value", path=path, expected="object")
    return value


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)
