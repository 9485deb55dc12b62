"""Contracts made from a form: a template, and what a person fills in.

The settings are flat and as JSON holds them. Texts of prices, hours and tiers are those of
``prices``, ``windows`` and ``tiers_of``; numbers may be texts.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import time
from typing import Any, Final

from .check import check
from .findings import error
from .fluid_templates import gas, heat, hot_water, water
from .form_errors import in_form
from .france import regulated
from .france_rows import Option
from .json_form import from_json
from .model import Contract, ContractError
from .power_templates import dynamic, ejp, feed_in, flat, peak_off_peak, tempo
from .settings import Settings, named

type Template = Callable[[Settings], Contract]

REGULATED: Final = frozenset({"regulated_base", "regulated_peak_offpeak", "regulated_tempo"})
"""The templates whose prices come with ECOM."""


def make(settings: Mapping[str, Any], key: str, zone: str, currency: str) -> Contract:
    """Return the contract of a template's settings; raises ``ContractError``.

    A custom contract says its own zone and currency; regulated prices are in euros.
    """
    found = Settings(values=settings)
    name = found.required("template")
    template = TEMPLATES.get(name)
    if template is None:
        raise error("unknown_template", template=name)
    if template is _custom:
        contract = replace(_custom(found), key=key)
        check(contract)
        return contract
    try:
        contract = template(found)
        contract = replace(
            contract,
            key=key,
            zone=zone,
            currency=contract.currency if name in REGULATED else currency,
            since=found.day("since"),
            until=found.day("until"),
            price_change_at=_clock(found, "price_change_at", contract.price_change_at),
            day_start=_clock(found, "day_start", contract.day_start),
        )
        check(contract)
    except ContractError as err:
        raise in_form(err, found, regulated=name in REGULATED) from err
    return contract


def _clock(settings: Settings, name: str, default: time) -> time:
    text = settings.text(name)
    if not text:
        return default
    try:
        return time.fromisoformat(text)
    except ValueError as err:
        raise error("setting_value", setting=name) from err


def _regulated(option: Option) -> Template:
    """Return the template of a regulated option."""

    def template(settings: Settings) -> Contract:
        windows = settings.required("windows") if option is Option.PEAK_OFF_PEAK else ""
        cta, producer = settings.series("cta"), settings.series("producer")
        kva = settings.whole("kva", 6)
        try:
            return regulated(option, kva, windows=windows, cta=cta, producer=producer)
        except ContractError as err:
            power = err.args[0] == "power_without_prices"
            raise named(err, "kva" if power else "windows") from err

    return template


def _custom(settings: Settings) -> Contract:
    """Return a contract that is given as a whole, in ``contract``."""
    return from_json(settings.values.get("contract"))


TEMPLATES: Final[Mapping[str, Template]] = {
    "flat": flat,
    "peak_offpeak": peak_off_peak,
    "tempo": tempo,
    "ejp": ejp,
    "dynamic": dynamic,
    "feed_in": feed_in,
    "gas": gas,
    "water": water,
    "hot_water": hot_water,
    "heat": heat,
    "regulated_base": _regulated(Option.BASE),
    "regulated_peak_offpeak": _regulated(Option.PEAK_OFF_PEAK),
    "regulated_tempo": _regulated(Option.TEMPO),
    "custom": _custom,
}
"""By the name that the settings say in ``template``."""
