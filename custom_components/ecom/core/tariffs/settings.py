"""Settings of a contract as a form yields them: texts, numbers and switches by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from .findings import error
from .model import ContractError, Versions
from .prices import series_of_text
from .typed import date_of, number_of, without_currency


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What a person chose; everything raises ``ContractError`` that names the setting."""

    values: Mapping[str, Any]

    def text(self, name: str, default: str = "") -> str:
        """Return a text without blanks around it; a number counts as its text."""
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise error("setting_value", setting=name)
        return str(value).strip() or default

    def required(self, name: str) -> str:
        """Return a text that must be there."""
        found = self.text(name)
        if not found:
            raise error("setting_missing", setting=name)
        return found

    def switch(self, name: str, *, default: bool) -> bool:
        """Return whether a switch is on."""
        value = self.values.get(name, default)
        if not isinstance(value, bool):
            raise error("setting_value", setting=name)
        return value

    def number(self, name: str) -> Decimal | None:
        """Return a decimal number, None if there is none."""
        text = self.text(name)
        if not text:
            return None
        try:
            return number_of(without_currency(text), 1)
        except ContractError as err:
            raise error("setting_value", setting=name) from err

    def positive(self, name: str, default: Decimal) -> Decimal:
        """Return a number above zero."""
        found = self.number(name)
        if found is None:
            return default
        if found <= 0:
            raise error("setting_value", setting=name)
        return found

    def whole(self, name: str, default: int) -> int:
        """Return a whole number above zero."""
        found = self.positive(name, Decimal(default))
        if found != found.to_integral_value():
            raise error("setting_value", setting=name)
        return int(found)

    def day(self, name: str) -> date | None:
        """Return a date, None if there is none."""
        text = self.text(name)
        if not text:
            return None
        try:
            return date_of(text, 1)
        except ContractError as err:
            raise error("setting_value", setting=name) from err

    def series(self, name: str, *, negative: bool = False, by_unit: bool = True) -> Versions:
        """Return one series as typed, empty if there is none."""
        text = self.text(name)
        if not text:
            return ()
        try:
            return series_of_text(text, negative=negative, by_unit=by_unit)
        except ContractError as err:
            raise named(err, name) from err


def named(err: ContractError, setting: str) -> ContractError:
    """Return an error of a text, with the name of the setting that holds the text."""
    key, placeholders = (*err.args, {})[:2]
    return error(key, **placeholders, setting=setting)
