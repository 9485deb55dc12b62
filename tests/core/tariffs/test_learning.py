"""What a tariff must be told, and the bands that a meter's registers may count."""

import pytest

from custom_components.ecom.core.tariffs.france import regulated
from custom_components.ecom.core.tariffs.france_rows import Option
from custom_components.ecom.core.tariffs.french_bands import TEMPO_BANDS
from custom_components.ecom.core.tariffs.tariff import Tariff
from custom_components.ecom.core.tariffs.templates import make
from tests.core.tariffs.test_elsewhere import IMPACT


def tariff(template: str, **settings: object) -> Tariff:
    """Return the tariff of a template."""
    return Tariff(make({"template": template, **settings}, "ours", "Europe/Paris", "EUR"))


@pytest.mark.parametrize(
    ("found", "learns", "learns_bands"),
    [
        (tariff("flat", prices="0.2"), False, False),
        (tariff("dynamic", curve="spot"), True, False),
        (Tariff(regulated(Option.TEMPO, 9)), True, True),
    ],
)
def test_what_it_must_be_told(found: Tariff, *, learns: bool, learns_bands: bool) -> None:
    """A curve says prices, a colour says bands."""
    assert (found.learns, found.learns_bands) == (learns, learns_bands)


def test_the_bands_of_the_one_schedule_that_prices_energy() -> None:
    """With two schedules at once no register can say both."""
    assert tariff("flat", prices="0.2").bands == {"all"}
    assert Tariff(regulated(Option.TEMPO, 9)).bands == set(TEMPO_BANDS)
    assert tariff("dynamic", curve="spot").bands == frozenset()
    assert Tariff(IMPACT).bands == frozenset()
