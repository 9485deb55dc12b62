"""Numbers, days, money and sentences as a language writes them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from string import Formatter
from typing import Any, Final, override
from zoneinfo import ZoneInfo

from .lines import Unit, Words
from .rounding import decimal
from .sources import source_words
from .statement import Language
from .texts_en import ENGLISH
from .texts_fr import FRENCH

TABLES: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.ENGLISH: ENGLISH,
    Language.FRENCH: FRENCH,
}

NARROW: Final = "\u202f"
HARD: Final = "\u00a0"
MINUS: Final = "\u2212"
TIMES: Final = "\u00d7"
DASH: Final = "\u2013"
"""Spaces at which no line breaks; signs for less than nothing, for times and for until."""

_MONTHS_EN: Final = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]
_MONTHS_FR: Final = [
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
]
_SYMBOLS: Final = {"EUR": "€", "GBP": "£", "USD": "$"}
_PLACES: Final = 3
_VAT: Final = re.compile(r"vat_[0-9_]+")
"""A tax that is named by its rate; the rate is said beside it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """One language, one currency and one zone."""

    language: Language
    currency: str
    zone: str

    @property
    def french(self) -> bool:
        """Whether it is French; all else is written as in English."""
        return self.language is Language.FRENCH

    def text(self, key: str, /, **values: object) -> str:
        """Return a text with its values put in. Raises ``KeyError`` for one that is not there."""
        return _Formats(self).vformat(self._typeset(TABLES[self.language][key]), (), values)

    def say(self, words: Words) -> str:
        """Return the sentence of words."""
        return self.text(words.key, **words.values)

    def name(self, label: str) -> str:
        """Return what a label means, or the label itself where it is the field's own word."""
        table = TABLES[self.language]
        return table.get(f"name_{label}", table["name_vat"] if _VAT.fullmatch(label) else label)

    def source(self, source: str) -> str:
        """Return where a price was found; what somebody typed stays as it is."""
        words = source_words(source)
        return source if words is None else self.say(words)

    def unit(self, unit: Unit, *, per: bool = False) -> str:
        """Return a unit, or how a price for one of it says so."""
        return TABLES[self.language].get(f"{'per' if per else 'unit'}_{unit}", "")

    def number(self, value: Decimal | Fraction, places: int = _PLACES) -> str:
        """Return a number with no more than so many decimals."""
        return self._digits(format(decimal(Fraction(value), places), "f"))

    def money(self, value: Decimal) -> str:
        """Return money, to the cent."""
        return self._with_currency(format(value, ".2f"))

    def price(self, value: Decimal) -> str:
        """Return a price with all its decimals, two at least."""
        exact = format(value, "f")
        decimals = len(exact.partition(".")[2])
        return self._with_currency(exact if decimals > 1 else format(value, ".2f"))

    def percent(self, rate: Decimal | Fraction) -> str:
        """Return a rate, 0.055, as 5.5 %."""
        shown = self.number(Fraction(rate) * 100, 2)
        return f"{shown}{NARROW}%" if self.french else f"{shown}%"

    def day(self, day: date) -> str:
        """Return a day."""
        if self.french:
            return f"{day:%d/%m/%Y}"
        return f"{day.day}{HARD}{_MONTHS_EN[day.month - 1]}{HARD}{day.year}"

    def ends(self, since: date, until: date) -> tuple[date, date]:
        """Return the first and the last day of ``[since, until)``, as people name them."""
        return since, max(since, until - timedelta(days=1))

    def days(self, since: date, until: date) -> str:
        """Return the first and the last day of ``[since, until)`` as text."""
        first, last = self.ends(since, until)
        return self.day(first) if first == last else f"{self.day(first)} {DASH} {self.day(last)}"

    def change(self, rate: Decimal) -> str:
        """Return how much more, or less, something is."""
        return f"+{self.percent(rate)}" if rate > 0 else self.percent(rate)

    def month(self, first: date) -> str:
        """Return the short name of a month."""
        return (_MONTHS_FR if self.french else _MONTHS_EN)[first.month - 1]

    def moment(self, moment: datetime) -> str:
        """Return a moment in the zone of the statement."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return f"{self.day(local.date())}{HARD}{local:%H:%M}"

    def _with_currency(self, plain: str) -> str:
        symbol = _SYMBOLS.get(self.currency, self.currency)
        if self.french:
            return f"{self._digits(plain)}{HARD}{symbol}"
        sign = MINUS if plain.startswith("-") else ""
        space = "" if self.currency in _SYMBOLS else HARD
        return f"{sign}{symbol}{space}{self._digits(plain.removeprefix('-'))}"

    def _digits(self, plain: str) -> str:
        """Return a plain number with its thousands apart and its language's decimal sign."""
        sign = MINUS if plain.startswith("-") else ""
        whole, _, part = plain.removeprefix("-").partition(".")
        between, point = (NARROW, ",") if self.french else (",", ".")
        grouped = f"{int(whole):,}".replace(",", between)
        return f"{sign}{grouped}{point}{part}" if part else f"{sign}{grouped}"

    def _typeset(self, text: str) -> str:
        """Put in the sign for times, and before French signs spaces at which no line breaks."""
        made = text.replace(" * ", f" {TIMES} ")
        if not self.french:
            return made
        return re.sub(" ([;!?])", NARROW + r"\1", made).replace(" :", f"{HARD}:")


def _day(stated: date | str) -> date:
    """Return a day; those of words are stated in ISO."""
    return date.fromisoformat(stated) if isinstance(stated, str) else stated


class _Formats(Formatter):
    """Formats by the kind that stands after the name in a text."""

    def __init__(self, wording: Wording) -> None:
        self._kinds: Mapping[str, Callable[[Any], str]] = {
            "money": lambda value: wording.money(Decimal(value)),
            "price": lambda value: wording.price(Decimal(value)),
            "number": lambda value: wording.number(Decimal(value)),
            "percent": lambda value: wording.percent(Fraction(value)),
            "date": lambda value: wording.day(_day(value)),
            "moment": wording.moment,
            "unit": lambda value: wording.unit(Unit(value)),
            "per": lambda value: wording.unit(Unit(value), per=True),
            "name": wording.name,
            "sum": lambda value: value.replace("*", TIMES),
            "text": str,
        }

    @override
    def format_field(self, value: Any, format_spec: str) -> str:
        """Return a value as its kind is written."""
        return self._kinds[format_spec](value)
