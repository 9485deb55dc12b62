"""A contract as data: an ordered list of components, and the bands by which some are priced.

Nothing here computes. Prices are before tax unless a component belongs to no tax; money
is ``Decimal`` in the contract's currency, energy in kWh, volumes in m³. Days are those of
the contract's zone, and every stretch of days is half-open: ``[since, until)``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Final


class Fluid(StrEnum):
    """What is supplied; its unit is the kWh, or the m³."""

    ELECTRICITY = "electricity"
    GAS = "gas"
    COLD_WATER = "cold_water"
    HOT_WATER = "hot_water"
    HEAT = "heat"


class Direction(StrEnum):
    """Which way it flows."""

    IMPORT = "import"
    EXPORT = "export"


class Per(StrEnum):
    """The time that an amount, or a threshold, is for."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Basis(StrEnum):
    """Which power a capacity component is charged on."""

    SUBSCRIBED = "subscribed"
    MONTH_PEAK = "month_peak"
    MEAN_OF_MONTH_PEAKS = "mean_of_month_peaks"


class Proration(StrEnum):
    """How many days a year, or a month, has when a part of it is billed."""

    DAYS_365 = "days_365"
    DAYS_366 = "days_366"
    BILLING_YEAR = "billing_year"
    CALENDAR_MONTH = "calendar_month"
    WHOLE = "whole"


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A value and the days on which it holds, ``[since, until)``; None is without end.

    ``source`` says where it was found. A ``derived`` value stands in no text that was found.
    """

    value: Decimal
    since: date | None = None
    until: date | None = None
    source: str = ""
    derived: bool = False


type Versions = tuple[Version, ...]
"""A series of values over the days, in their order, without overlap."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Season:
    """Days of the year from ``first`` to ``last``, both within, as (month, day); it may wrap."""

    first: tuple[int, int]
    last: tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Local times ``[start, end)`` in minutes since midnight, 0 to 1439; it may cross midnight.

    A window whose ends are equal is the whole day.
    """

    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    """When a rule holds: everything that is stated must be so.

    Season, weekdays, dates, colour and validity are those of the contract's day, which
    begins at the contract's ``day_start``. Weekdays are 0 for Monday to 6.
    """

    season: Season | None = None
    weekdays: frozenset[int] | None = None
    dates: frozenset[date] | None = None
    colour: str | None = None
    windows: tuple[Window, ...] = ()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One band, and when it holds."""

    band: str
    when: When = When()


UNKNOWN_BAND: Final = "unknown"
"""The band of a time whose colour is not known yet; nothing is priced by it."""

ALWAYS: Final = "all"
"""The band of a contract that has one price at all times."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """The first rule that holds says the band; a good schedule leaves no moment without one.

    ``colours`` names those a day can have, empty where no rule asks for one.
    """

    rules: tuple[Rule, ...] = (Rule(band=ALWAYS),)
    colours: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Energy:
    """A price per kWh or m³, by band of a schedule."""

    key: str
    prices: Mapping[str, Versions]
    schedule: str = "main"


@dataclass(frozen=True, kw_only=True, slots=True)
class Adder:
    """An amount per kWh or m³ in all bands; negative for a credit."""

    key: str
    series: Versions


@dataclass(frozen=True, kw_only=True, slots=True)
class Dynamic:
    """``clamp(a * P + b, floor, cap)`` per kWh, P from the curve of that name."""

    key: str
    curve: str
    factor: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)
    floor: Decimal | None = None
    cap: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tiered:
    """A price per kWh or m³ by what was used since the cycle began.

    ``tiers`` are upper bounds in units per ``dwellings`` and the versions of the price below
    them; the last bound is None. ``marginal`` prices each tier on its own, otherwise the
    tier that is reached prices everything. ``per`` is the cycle, anchored at ``anchor``
    (month, day) for a year.
    """

    key: str
    tiers: tuple[tuple[Decimal | None, Versions], ...]
    per: Per = Per.YEAR
    anchor: tuple[int, int] = (1, 1)
    dwellings: int = 1
    marginal: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """An amount per day, month or year, negative for a credit."""

    key: str
    series: Versions
    per: Per = Per.YEAR
    proration: Proration = Proration.DAYS_365


@dataclass(frozen=True, kw_only=True, slots=True)
class Capacity:
    """A price per kW and year on a power.

    A peak is the highest mean of ``minutes``, at least ``floor_kw``, within ``windows`` if
    there are any; ``months`` peaks are averaged. ``subscribed_kw`` serves the other basis.
    """

    key: str
    series: Versions
    basis: Basis = Basis.MEAN_OF_MONTH_PEAKS
    minutes: int = 15
    months: int = 12
    floor_kw: Decimal = Decimal(0)
    subscribed_kw: Decimal = Decimal(0)
    windows: tuple[Window, ...] = ()
    proration: Proration = Proration.DAYS_365


@dataclass(frozen=True, kw_only=True, slots=True)
class Minimum:
    """The least that the named components cost in a time; what is missing is charged."""

    key: str
    of: tuple[str, ...]
    series: Versions
    per: Per = Per.MONTH
    proration: Proration = Proration.CALENDAR_MONTH


@dataclass(frozen=True, kw_only=True, slots=True)
class Percent:
    """A rate, 0.15 for 15 %, on the sum of the named components; negative for a discount."""

    key: str
    of: tuple[str, ...]
    series: Versions


@dataclass(frozen=True, kw_only=True, slots=True)
class Manual:
    """Amounts as typed from a bill, each on its day (the version's ``since``)."""

    key: str
    series: Versions


type Component = (
    Energy | Adder | Dynamic | Tiered | Standing | Capacity | Minimum | Percent | Manual
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tax:
    """A rate, 0.2 for 20 %, on components by key: a value-added tax."""

    key: str
    series: Versions
    of: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """What is agreed with a supplier.

    ``day_start`` is where the contract's day begins, by which colours, seasons and weekdays
    change; prices change at ``price_change_at`` of their day. ``coefficient`` makes kWh of
    each m³, for gas that is priced by energy. ``labels`` are the field's own words for
    components and bands that a person named.
    """

    key: str
    fluid: Fluid
    components: tuple[Component, ...]
    currency: str = "EUR"
    zone: str = "Europe/Paris"
    direction: Direction = Direction.IMPORT
    schedules: Mapping[str, Schedule] = field(default_factory=lambda: {"main": Schedule()})
    taxes: tuple[Tax, ...] = ()
    day_start: time = time(0)
    price_change_at: time = time(0)
    coefficient: Versions = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Return whether a day is one of its own."""
        return (self.since or day) <= day and (self.until is None or day < self.until)


class ContractError(ValueError):
    """A contract that cannot be; ``args[0]`` is a translation key, then its placeholders.

    ``args[1]``, if there, maps placeholder names to texts.
    """
