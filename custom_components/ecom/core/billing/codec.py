"""Frozen dataclasses as JSON and back, by their types: every number stays what it was."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints


def dump(value: object) -> Any:
    """Return a value as JSON holds it: decimals and times as texts, fields by their names."""
    match value:
        case Decimal() | StrEnum():
            return str(value)
        case date():
            return value.isoformat()
        case tuple():
            return [dump(each) for each in value]
        case Mapping():
            return {str(key): dump(each) for key, each in sorted(value.items())}
        case None | bool() | int() | str():
            return value
        case _:
            kind: Any = type(value)
            return {name: dump(getattr(value, name)) for name in _hints(kind)}


def load[T](kind: type[T], data: Any) -> T:
    """Return the value of a type that ``dump`` made. Raises ``ValueError`` for anything else."""
    try:
        loaded: T = _load(kind, data)
    except (AttributeError, TypeError, KeyError, ArithmeticError) as err:
        raise ValueError(f"no {kind.__name__}: {err}") from err
    return loaded


def _load(kind: Any, data: Any) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if origin is tuple:
        return tuple(_load(args[0], each) for each in data)
    if origin is Mapping:
        return {_load(args[0], key): _load(args[1], each) for key, each in data.items()}
    if isinstance(kind, UnionType):
        return None if data is None else _load(_of_optional(kind), data)
    if is_dataclass(kind):
        return _fields(kind, data)
    return _scalar(kind, data)


def _fields(kind: Any, data: Mapping[str, Any]) -> Any:
    """Return a dataclass; a field that came later than the data has what it has by default."""
    hints = _hints(kind)
    return kind(**{name: _load(hints[name], each) for name, each in data.items()})


def _of_optional(kind: UnionType) -> Any:
    """Return the type that may be None."""
    return next(each for each in get_args(kind) if each is not NoneType)


def _scalar(kind: Any, data: Any) -> Any:
    if issubclass(kind, datetime | date):
        return kind.fromisoformat(data)
    if issubclass(kind, Decimal | StrEnum):
        return kind(data)
    if type(data) is not kind:
        raise TypeError(f"{data!r} is no {kind.__name__}")
    return data


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """Return the fields of a dataclass and their types, in their order."""
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind)}
