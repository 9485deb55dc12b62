"""24 hours of a contract, in words, before it is kept."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..core.tariffs.check import check, first_day
from ..core.tariffs.french_bands import EJP_BANDS, TEMPO_BANDS
from ..core.tariffs.model import ALWAYS, UNKNOWN_BAND, Contract, Energy, Fluid
from ..core.tariffs.pricing import Known, PriceSlice
from ..core.tariffs.rates import used_schedules
from ..core.tariffs.tariff import Tariff
from ..core.tariffs.wall import begins
from ..texts import number_text, option_texts

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
    *("first_hours", "next_hours", "prices_of_bands"),
)
DIGITS: Final = 5


async def preview(hass: HomeAssistant, contract: Contract, known: Known) -> str:
    """Return the prices of 24 hours, a line for each, and what is odd, in markdown.

    They are the next ones, or the first ones of a contract that begins later. Where it is not
    known yet which band holds, what each of them costs follows.
    """
    bands = await option_texts(hass, translation_key="band", options=BANDS)
    texts = await option_texts(hass, translation_key="contract_notice", options=NOTICES)
    tariff, now, first = Tariff(contract, known), dt_util.utcnow(), first_day(contract)
    start = now
    if first is not None:
        start = max(now, begins(first, contract.price_change_at, tariff.zone))
    head = texts["next_hours"] if start == now else texts["first_hours"].format(day=first)
    slices = [*tariff.slices(start, start + AHEAD)]
    lines = [f"{head}\n"]
    lines += [
        f"- **{_times(each)}** · {_priced(hass, each, contract, bands)}"
        for each in slices[:LONGEST_LIST]
    ]
    if len(slices) > LONGEST_LIST:
        lines.append("- …")
    unknown = [each.start for each in slices if each.band == UNKNOWN_BAND]
    if costs := [tariff.price_of(at, band) for at in unknown[:1] for band in _bands(contract)]:
        lines.append(f"\n{texts['prices_of_bands']}\n")
        lines += [f"- {_priced(hass, each, contract, bands)}" for each in costs]
    odd = (texts[each.key].format(**each.placeholders) for each in check(contract))
    lines.extend(f"\n{text}" for text in odd)
    return "\n".join(lines)


def _bands(contract: Contract) -> list[str]:
    """Return the bands in the order of the prices; those of several schedules are not told."""
    prices = [each.prices for each in contract.components if isinstance(each, Energy)]
    return [*prices[0]] if len(used_schedules(contract)) == 1 else []


def _times(each: PriceSlice) -> str:
    return "-".join(f"{dt_util.as_local(at):%H:%M}" for at in (each.start, each.end))


def _priced(
    hass: HomeAssistant, each: PriceSlice, contract: Contract, bands: Mapping[str, str]
) -> str:
    """Return a band and its price, tiers included."""
    band = bands.get(each.band, each.band.replace("_", " "))
    unit = f"{contract.currency}/{UNITS[contract.fluid]}"
    # What tiers charge comes on top of what every unit costs.
    tiers = [tier.price for tier in each.tiers] or [Decimal(0)]
    prices = [None if each.price is None else each.price + tier for tier in tiers]
    shown = " / ".join(
        "?" if price is None else number_text(hass, price, DIGITS) for price in prices
    )
    return f"{band} · {shown} {unit}"
