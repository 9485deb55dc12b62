"""Templates for gas, water, hot water and heat."""

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Final

from .check_schedules import LEAP_DAY, is_day_of_year
from .findings import error
from .french_bands import EVERY_HOUR
from .model import Component, Contract, ContractError, Energy, Fluid, Tiered, Version
from .rates import EXACT
from .settings import Settings, named
from .template_parts import adder, energy, scaled, standing, taxes
from .typed import number_of, price_of_unit, without_currency

KWH_PER_M3_KELVIN: Final = Decimal("1.162")
"""What it takes to heat a cubic metre of water by one kelvin (1.162 Wh per litre)."""

_EFFICIENCIES: Final = Decimal("0.1"), Decimal(10)
"""What heats water makes that much of its energy: a heat pump more than 1, nothing 90."""

_PRICED: Final = {
    Fluid.GAS: "gas",
    Fluid.HEAT: "heat",
    Fluid.COLD_WATER: "water",
    Fluid.HOT_WATER: "water_heating",
}
"""What the price for each unit is for, as a key of a text; hot water has the cold one, too."""

_WATT_HOUR: Final = Decimal("0.001")


def gas(settings: Settings) -> Contract:
    """Return a price per kWh with ``coefficient`` kWh per m³ by date, or per m³ without it."""
    if any(each.value <= 0 for each in settings.series("coefficient")):
        raise error("setting_value", setting="coefficient")
    return _supplied(
        settings,
        Fluid.GAS,
        (*standing(settings), energy(settings, EVERY_HOUR), *adder(settings, "excise")),
    )


def heat(settings: Settings) -> Contract:
    """Return a price per kWh of heat, with ``heating_share``, a standing share of the rest."""
    return _supplied(
        settings,
        Fluid.HEAT,
        (
            *standing(settings),
            energy(settings, EVERY_HOUR),
            *standing(settings, "heating_share"),
        ),
    )


def water(settings: Settings) -> Contract:
    """Return one price per m³, or ``tiers`` by what a year used, and ``wastewater`` per m³.

    The year begins at ``anchor`` (``01-01``); bounds are for each of ``dwellings``. With
    ``marginal`` off, the tier that is reached prices everything.
    """
    flat = not settings.text("tiers")
    priced: Energy | Tiered = energy(settings, EVERY_HOUR) if flat else _tiered(settings)
    return _supplied(
        settings,
        Fluid.COLD_WATER,
        (*standing(settings), priced, *adder(settings, "wastewater")),
        special="wastewater",
    )


def hot_water(settings: Settings) -> Contract:
    """Return the price of cold water, of wastewater, and of the energy in each m³.

    ``cold_water`` and ``wastewater`` are per m³; ``energy_price`` is per kWh, and a m³ takes
    ``kwh_per_m3`` of it, or what ``heat_of`` makes of its coefficients.
    """
    cold = adder(settings, "cold_water")
    if not cold:
        raise error("setting_missing", setting="cold_water")
    prices = settings.series("energy_price")
    if not prices:
        raise error("setting_missing", setting="energy_price")
    per_m3 = settings.positive("kwh_per_m3", heat_of(settings))
    return _supplied(
        settings,
        Fluid.HOT_WATER,
        (
            *standing(settings),
            Energy(key="energy", prices={EVERY_HOUR[0]: scaled(prices, per_m3)}),
            *cold,
            *adder(settings, "wastewater"),
        ),
        special="wastewater",
    )


def heat_of(settings: Settings) -> Decimal:
    """Return the kWh in a m³ of hot water, to the watt-hour.

    They are 1.162 x ``temperature_rise`` / ``efficiency`` + ``losses``: kelvin (40 if nothing
    is said), a share (1) and kWh per m³ (0). What the loop loses can be most of it.
    """
    rise = settings.positive("temperature_rise", Decimal(40))
    efficiency = settings.positive("efficiency", Decimal(1))
    if not _EFFICIENCIES[0] <= efficiency <= _EFFICIENCIES[1]:
        raise error("setting_value", setting="efficiency")
    losses = settings.number("losses") or Decimal(0)
    if losses < 0:
        raise error("setting_value", setting="losses")
    with localcontext(EXACT):
        found = KWH_PER_M3_KELVIN * rise / efficiency + losses
        return found.quantize(_WATT_HOUR, ROUND_HALF_EVEN)


def tiers_of(text: str) -> tuple[tuple[Decimal | None, tuple[Version, ...]], ...]:
    """Return tiers from lines of an upper bound and a price; the last has the price alone.

    Raises ``ContractError`` that names the line.
    """
    lines = [
        (number, without_currency(raw).replace(";", " ").split())
        for number, raw in enumerate(text.splitlines(), 1)
        if raw.strip()
    ]
    found: list[tuple[Decimal | None, tuple[Version, ...]]] = []
    below = Decimal(0)
    for index, (number, words) in enumerate(lines, 1):
        expected = 1 if index == len(lines) else 2
        if len(words) != expected:
            raise error("tiers_count", line=number, expected=expected, found=len(words))
        bound = number_of(words[0], number) if expected > 1 else None
        price = price_of_unit(words[-1], number)
        if min(price, bound or 0) < 0:
            raise error("prices_negative", line=number)
        if bound is not None:
            if bound <= below:
                raise error("tiers_order", line=number)
            below = bound
        found.append((bound, (Version(value=price),)))
    return tuple(found)


def _tiered(settings: Settings) -> Tiered:
    try:
        tiers = tiers_of(settings.required("tiers"))
    except ContractError as err:
        raise named(err, "tiers") from err
    return Tiered(
        key="energy",
        tiers=tiers,
        anchor=_anchor(settings),
        dwellings=settings.whole("dwellings", 1),
        marginal=settings.switch("marginal", default=True),
    )


def _anchor(settings: Settings) -> tuple[int, int]:
    month, _, day = settings.text("anchor", "01-01").partition("-")
    if not (month.isdecimal() and day.isdecimal() and is_day_of_year(int(month), int(day))):
        raise error("setting_value", setting="anchor")
    anchor = int(month), int(day)
    if anchor == LEAP_DAY:
        raise error("setting_value", setting="anchor")
    return anchor


def _supplied(
    settings: Settings, fluid: Fluid, components: tuple[Component, ...], special: str = ""
) -> Contract:
    """Return a contract whose price bears the name of what is supplied."""
    return Contract(
        key=fluid,
        fluid=fluid,
        components=components,
        taxes=taxes(settings, components, special),
        coefficient=settings.series("coefficient") if fluid is Fluid.GAS else (),
        labels={"energy": _PRICED[fluid]},
    )
