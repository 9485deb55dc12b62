"""What is wrong with a contract, as something wrong in a field of its form.

A contract is checked as a whole, by its components; a person looks at fields.
"""

from collections.abc import Mapping
from typing import Final

from .findings import error
from .model import ContractError
from .settings import Settings, named
from .typed import LARGEST_PRICE
from .windows import rules_of

_FIELDS: Final[Mapping[str, str]] = {
    "contract_ends_before_it_begins": "until",
    "feed_in_not_known": "requested",
    "floor_above_cap": "floor",
}
"""By the key of an error, where one field can be named at once."""


def in_form(err: ContractError, settings: Settings, *, regulated: bool) -> ContractError:
    """Return an error of a contract that was made from a form, with the setting to blame.

    ``regulated`` are contracts whose prices are not in the form.
    """
    key, told = (*err.args, {})[:2]
    match key:
        case "moment_without_band":
            # Where hours are typed, nothing but the time before their first day has none.
            begin = rules_of(settings.required("windows"))[-1].when.since
            return error("windows_late", day=begin, setting="windows")
        case "series_gap" if regulated and told["component"] in {"standing", "energy"}:
            return error("prices_not_before", day=told["until"], setting="since")
        case "series_gap":
            setting = _setting_of(told["component"], settings)
            return error("series_late", day=told["until"], since=told["since"], setting=setting)
        case "price_of_unit_too_large":
            setting = _setting_of(told["component"], settings)
            return error(key, value=told["value"], setting=setting)
        case _ if key in _FIELDS:
            return named(err, _FIELDS[key])
        case _:
            return err


def _setting_of(component: str, settings: Settings) -> str:
    """Return the setting that a component's prices are in: most are called by its name."""
    if component != "energy":
        return component
    if settings.text("curve"):
        factor = settings.number("factor")
        return "factor" if factor is not None and abs(factor) > LARGEST_PRICE else "offset"
    return "prices" if settings.text("prices") else "energy_price"
