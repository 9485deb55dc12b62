"""Units of prices as entities state them: a currency or its hundredth, per kWh or m³."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

NAMES: Final[Mapping[str, frozenset[str]]] = {
    "EUR": frozenset({"€", "euro", "euros"}),
    "USD": frozenset({"$", "us$"}),
    "CAD": frozenset({"$", "ca$", "c$"}),
    "AUD": frozenset({"$", "au$", "a$"}),
    "NZD": frozenset({"$", "nz$"}),
    "GBP": frozenset({"£"}),
    "CHF": frozenset({"fr", "fr.", "sfr"}),
    "SEK": frozenset({"kr", "kr."}),
    "DKK": frozenset({"kr", "kr."}),
    "NOK": frozenset({"kr", "kr."}),
    "ISK": frozenset({"kr", "kr."}),
    "PLN": frozenset({"zł", "zl"}),
    "CZK": frozenset({"kč", "kc"}),
    "HUF": frozenset({"ft"}),
    "JPY": frozenset({"¥", "円"}),
    "CNY": frozenset({"¥", "元"}),
    "INR": frozenset({"₹", "rs"}),
    "TRY": frozenset({"₺", "tl"}),
    "UAH": frozenset({"₴"}),
    "RON": frozenset({"lei", "leu"}),
    "BGN": frozenset({"лв", "lv"}),
}
"""What each currency is called besides its code."""

CENTS: Final = frozenset(
    {"c", "ct", "cts", "¢", "cent", "cents", "centime", "centimes", "cnt", "snt"}
)
"""What a hundredth is called, whatever it is of."""

HUNDREDTHS: Final[Mapping[str, frozenset[str]]] = {
    "CHF": frozenset({"rp", "rp.", "rappen"}),
    "GBP": frozenset({"p", "pence", "penny"}),
    "SEK": frozenset({"öre"}),
    "DKK": frozenset({"øre"}),
    "NOK": frozenset({"øre"}),
    "PLN": frozenset({"gr", "grosz"}),
}
"""What the hundredth of a currency is called besides that."""

PER: Final[Mapping[str, Decimal]] = {
    "kwh": Decimal(1),
    "mwh": Decimal("0.001"),
    "wh": Decimal(1000),
    "m³": Decimal(1),
    "m3": Decimal(1),
}
"""What a price per that unit is multiplied by, for a price per kWh or m³."""


def scale_of(unit: Any, currency: str) -> Decimal | None:
    """Return what makes a price per kWh or m³ of a unit, None if it is no unit of a price.

    A price in another currency is none. An entity without a unit states a price per kWh.
    """
    if unit is None or unit == "":
        return Decimal(1)
    money, slash, per = str(unit).lower().partition("/")
    share, factor = _share("".join(money.split()), currency), PER.get(per.strip())
    return None if not slash or share is None or factor is None else share * factor


def _share(money: str, currency: str) -> Decimal | None:
    """Return what the name of a currency or of its hundredth is of it, None if it is neither.

    A hundredth may name the currency as well, before or after: ``c€``, ``€ct``, ``eurocent``.
    """
    names = {currency.lower()} | NAMES.get(currency, frozenset())
    if money in names:
        return Decimal(1)
    rests = [
        *(money.removeprefix(name) for name in names),
        *(money.removesuffix(name) for name in names),
    ]
    cents = money in HUNDREDTHS.get(currency, ()) or any(rest in CENTS for rest in rests)
    return Decimal("0.01") if cents else None
