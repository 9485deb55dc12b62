"""Templates for electricity."""

from datetime import time
from decimal import Decimal

from .feed_in import surplus_price
from .findings import error
from .french_bands import EJP, EJP_BANDS, EJP_DAY_START, EVERY_HOUR, TEMPO, TEMPO_BANDS
from .french_bands import TEMPO_DAY_START as SIX
from .model import (
    ALWAYS,
    Component,
    Contract,
    Direction,
    Dynamic,
    Energy,
    Fluid,
    Schedule,
    Version,
)
from .settings import Settings
from .template_parts import adder, energy, schedule, standing, taxes


def flat(settings: Settings) -> Contract:
    """Return one price at all times: ``prices``, and what all contracts for power have.

    These are ``standing`` with ``standing_per``, ``cta`` per year, ``excise`` per kWh,
    ``prices_with_tax`` and ``vat``.
    """
    return _bought(settings, energy(settings, EVERY_HOUR))


def peak_off_peak(settings: Settings) -> Contract:
    """Return prices for peak and off-peak, in that order, off-peak in ``windows``."""
    return _bought(settings, energy(settings, ("peak", "off_peak")), schedule(settings))


def tempo(settings: Settings) -> Contract:
    """Return six prices: off-peak and peak of blue, white and red days."""
    return _bought(settings, energy(settings, TEMPO_BANDS), TEMPO, SIX)


def ejp(settings: Settings) -> Contract:
    """Return the prices of normal and of mobile peak hours."""
    return _bought(settings, energy(settings, EJP_BANDS), EJP, EJP_DAY_START)


def dynamic(settings: Settings) -> Contract:
    """Return a price that follows ``curve``: ``factor`` times it plus ``offset``, within limits.

    ``floor`` and ``cap`` are the limits, if any.
    """
    return _bought(settings, _follows(settings))


def feed_in(settings: Settings) -> Contract:
    """Return what is paid for power that is fed in; without tax.

    It follows ``curve``, if there is one, or is what ``prices`` say. Failing both it is the
    French price for surplus that was locked on the day of the request, ``requested``, for a
    plant of ``kwc``.
    """
    paid: Energy | Dynamic
    if settings.text("curve"):
        paid = _follows(settings)
    elif settings.text("prices"):
        paid = energy(settings, EVERY_HOUR, negative=True)
    else:
        paid = _locked(settings)
    return Contract(
        key="feed_in",
        fluid=Fluid.ELECTRICITY,
        direction=Direction.EXPORT,
        components=(paid, *standing(settings)),
    )


def _follows(settings: Settings) -> Dynamic:
    factor, offset = settings.number("factor"), settings.number("offset")
    return Dynamic(
        key="energy",
        curve=settings.required("curve"),
        factor=Decimal(1) if factor is None else factor,
        offset=Decimal(0) if offset is None else offset,
        floor=settings.number("floor"),
        cap=settings.number("cap"),
    )


def _locked(settings: Settings) -> Energy:
    requested, kwc = settings.day("requested"), settings.positive("kwc", Decimal(3))
    if requested is None:
        raise error("setting_missing", setting="prices")
    found = surplus_price(requested, kwc)
    if found is None:
        raise error("feed_in_not_known", requested=requested, kwc=kwc)
    value, source = found
    return Energy(key="energy", prices={ALWAYS: (Version(value=value, source=source),)})


def _bought(
    settings: Settings,
    priced: Energy | Dynamic,
    main: Schedule | None = None,
    day_start: time = time(0),
) -> Contract:
    components: tuple[Component, ...] = (
        *standing(settings),
        priced,
        *standing(settings, "cta"),
        *adder(settings, "excise"),
    )
    return Contract(
        key="power",
        fluid=Fluid.ELECTRICITY,
        components=components,
        schedules={"main": main or Schedule()},
        taxes=taxes(settings, components),
        day_start=day_start,
    )
