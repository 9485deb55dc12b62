"""What is found wrong, or odd: a translation key and the texts for its placeholders."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .model import ContractError


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """What a person should know of a contract that can be."""

    key: str
    placeholders: Mapping[str, str] = field(default_factory=dict)


def error(key: str, **placeholders: object) -> ContractError:
    """Return the error of that translation key, to be raised."""
    return ContractError(key, {name: str(value) for name, value in placeholders.items()})
