"""Which band each register of a meter counts, by the contract that the meter is billed by."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ..core.tariffs.model import ALWAYS
from ..core.tariffs.succession import Succession
from ..core.tariffs.tariff import Tariff
from ..ports import Counters
from .meters import MeterConfig, Rates

NUMBERED: Final[Mapping[Rates, Mapping[str, str]]] = {
    Rates.AS_NAMED: {"1": "peak", "2": "off_peak"},
    Rates.SWAPPED: {"1": "off_peak", "2": "peak"},
}


def bands_of(
    config: MeterConfig, counters: Counters, pricing: Succession | None, now: datetime
) -> Mapping[str, str]:
    """Return the bands by register port; none where registers and contract do not fit.

    They fit where every band of the contract has a register. A register beyond those, such
    as a rate that is not used, has a band of its own, by which nothing is priced. Those
    that a person states are followed before there is a contract. While a contract knows no
    bands, those of one that comes before or after it decide: nothing is lost in between.
    """
    if config.registers:
        found = dict(config.registers)
    else:
        numbered = NUMBERED.get(config.rates, {})
        found = {
            port: numbered.get(label, f"rate_{label}" if label.isdecimal() else label)
            for port, label in counters.registers.items()
        }
    if pricing is None:
        return found if config.registers else {}
    tariff = pricing.at(now)
    today = frozenset() if tariff is None else _bands(tariff)
    wanted = [today] if today else [_bands(each) for each in pricing.tariffs]
    return found if any(each and each <= set(found.values()) for each in wanted) else {}


def _bands(tariff: Tariff) -> frozenset[str]:
    """Return the bands of a contract, none if all hours are one."""
    return tariff.bands - {ALWAYS}
