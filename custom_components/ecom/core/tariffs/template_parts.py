"""What templates have in common: prices by band, standing charges, and the tax on them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext
from typing import Final

from .findings import error
from .model import (
    Adder,
    Component,
    ContractError,
    Energy,
    Per,
    Proration,
    Schedule,
    Standing,
    Tax,
    Version,
    Versions,
)
from .prices import prices_of
from .rates import EXACT
from .settings import Settings, named
from .windows import rules_of

_PRORATION: Final = {
    Per.DAY: Proration.WHOLE,
    Per.MONTH: Proration.CALENDAR_MONTH,
    Per.YEAR: Proration.DAYS_365,
}


def energy(settings: Settings, bands: Sequence[str], *, negative: bool = False) -> Energy:
    """Return the priced energy of the text in ``prices``, a number a line for each band."""
    text = settings.required("prices")
    try:
        return Energy(key="energy", prices=prices_of(text, bands, negative=negative))
    except ContractError as err:
        raise named(err, "prices") from err


def standing(settings: Settings, name: str = "standing") -> tuple[Standing, ...]:
    """Return the standing charge of a text, none if there is none; it may be a credit.

    ``standing_per`` says whether it is per day, month or year.
    """
    series = settings.series(name, negative=True, by_unit=False)
    if not series:
        return ()
    try:
        per = Per(settings.text(f"{name}_per", Per.YEAR))
    except ValueError as err:
        raise error("setting_value", setting=f"{name}_per") from err
    return (Standing(key=name, series=series, per=per, proration=_PRORATION[per]),)


def adder(settings: Settings, name: str) -> tuple[Adder, ...]:
    """Return an amount for each unit, none if there is none; it may be a credit."""
    series = settings.series(name, negative=True)
    return (Adder(key=name, series=series),) if series else ()


def taxes(
    settings: Settings, components: Iterable[Component], special: str = ""
) -> tuple[Tax, ...]:
    """Return the taxes on components; none where the prices are with tax.

    ``vat`` is a percentage. A component of the key ``special`` has its own in ``<key>_vat``.
    """
    if settings.switch("prices_with_tax", default=True):
        return ()
    keys: dict[Decimal, list[str]] = {}
    for component in components:
        name = f"{special}_vat" if component.key == special else "vat"
        rate = percentage(settings, name)
        keys.setdefault(rate, []).append(component.key)
    return tuple(_tax(rate, of) for rate, of in keys.items())


def percentage(settings: Settings, name: str) -> Decimal:
    """Return a percentage that must be there: 0, or 1 to 100.

    A rate such as 0.2 is refused, since 20 is meant.
    """
    settings.required(name)
    rate = settings.number(name)
    if rate is None or rate < 0 or 0 < rate < 1 or rate > 100:  # noqa: PLR2004
        raise error("setting_value", setting=name)
    return rate


def schedule(settings: Settings) -> Schedule:
    """Return the schedule of the off-peak hours in ``windows``."""
    text = settings.required("windows")
    try:
        return Schedule(rules=rules_of(text))
    except ContractError as err:
        raise named(err, "windows") from err


def _tax(rate: Decimal, of: Iterable[str]) -> Tax:
    name = f"{rate.normalize():f}".replace(".", "_")
    with localcontext(EXACT):
        return Tax(key=f"vat_{name}", series=(Version(value=rate / 100),), of=tuple(of))


def scaled(series: Versions, factor: Decimal) -> Versions:
    """Return a series with each value multiplied."""
    with localcontext(EXACT):
        return tuple(
            Version(
                value=each.value * factor,
                since=each.since,
                until=each.until,
                source=each.source,
                derived=True,
            )
            for each in series
        )
