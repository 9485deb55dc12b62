"""The next 24 hours of a contract, in words, before it is kept."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..core.tariffs.check import check
from ..core.tariffs.french_bands import EJP_BANDS, TEMPO_BANDS
from ..core.tariffs.model import ALWAYS, UNKNOWN_BAND, Contract, Fluid
from ..core.tariffs.pricing import Known, PriceSlice
from ..core.tariffs.tariff import Tariff
from ..texts import option_texts

AHEAD: Final = timedelta(hours=24)
UNITS: Final[Mapping[Fluid, str]] = {
    Fluid.ELECTRICITY: "kWh",
    Fluid.GAS: "m³",
    Fluid.COLD_WATER: "m³",
    Fluid.HOT_WATER: "m³",
    Fluid.HEAT: "kWh",
}
LONGEST_LIST: Final = 30
BANDS: Final = (ALWAYS, UNKNOWN_BAND, "peak", "off_peak", *TEMPO_BANDS, *EJP_BANDS)
NOTICES: Final = (
    *("off_peak_hours", "off_peak_hours_since", "off_peak_hours_season"),
    *("off_peak_hours_since_season", "series_ends", "percent_mixed", "tier_prices_all"),
)
_CENTIMILLI: Final = Decimal("0.00001")


async def preview(hass: HomeAssistant, contract: Contract, known: Known) -> str:
    """Return the prices of the next 24 hours, a line for each, and what is odd, in markdown."""
    bands = await option_texts(hass, translation_key="band", options=BANDS)
    notices = await option_texts(hass, translation_key="contract_notice", options=NOTICES)
    now = dt_util.utcnow()
    slices = [*Tariff(contract, known).slices(now, now + AHEAD)]
    lines = [f"- {_line(each, contract, bands)}" for each in slices[:LONGEST_LIST]]
    if len(slices) > LONGEST_LIST:
        lines.append("- …")
    odd = (notices[each.key].format(**each.placeholders) for each in check(contract))
    lines.extend(f"\n{text}" for text in odd)
    return "\n".join(lines)


def _line(each: PriceSlice, contract: Contract, bands: Mapping[str, str]) -> str:
    """Return one time, its band and its price, tiers included."""
    band = bands.get(each.band, each.band.replace("_", " "))
    start, end = (f"{dt_util.as_local(at):%H:%M}" for at in (each.start, each.end))
    unit = f"{contract.currency}/{UNITS[contract.fluid]}"
    # What tiers charge comes on top of what every unit costs.
    tiers = [tier.price for tier in each.tiers] or [Decimal(0)]
    prices = [None if each.price is None else each.price + tier for tier in tiers]
    shown = " / ".join("?" if price is None else _number(price) for price in prices)
    return f"**{start}-{end}** · {band} · {shown} {unit}"


def _number(price: Decimal) -> str:
    return f"{price.quantize(_CENTIMILLI).normalize():f}"
