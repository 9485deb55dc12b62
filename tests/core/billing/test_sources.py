"""Sources of the prices that come with ECOM, in the language of a statement."""

import re
from collections.abc import Iterator

import pytest

from custom_components.ecom.core.billing.statement import Language
from custom_components.ecom.core.billing.texts import Wording
from custom_components.ecom.core.tariffs.feed_in import FEED_IN
from custom_components.ecom.core.tariffs.france import regulated
from custom_components.ecom.core.tariffs.france_rows import Option, powers
from custom_components.ecom.core.tariffs.model import Adder, Contract, Energy, Standing, Versions
from custom_components.ecom.core.tariffs.prices import series_of_text

ENGLISH = Wording(language=Language.ENGLISH, currency="EUR", zone="Europe/Paris")
FRENCH = Wording(language=Language.FRENCH, currency="EUR", zone="Europe/Paris")
WORDS = re.compile(
    r"\b(row|of|with|tax|prices?|derived|from|implied|by|within|found|fits|open|data|text|before)\b"
)


def contracts() -> Iterator[Contract]:
    """Yield the regulated contracts, also with what a household types."""
    typed = series_of_text("15")
    for option in Option:
        for kva in powers(option):
            yield regulated(option, kva, windows="22:00-06:00")
            yield regulated(option, kva, windows="22:00-06:00", cta=typed, producer=typed)


def series_of(contract: Contract) -> Iterator[Versions]:
    """Yield what the components of a contract charge over the days."""
    for component in contract.components:
        match component:
            case Energy():
                yield from component.prices.values()
            case Adder() | Standing():
                yield component.series


def test_no_source_that_comes_with_ecom_has_english_words_in_french() -> None:
    """Of any option, power, band and day; each that says something says it in English too."""
    sources = {
        version.source
        for each in contracts()
        for series in series_of(each)
        for version in series
    } - {""}  # fmt: skip
    assert len(sources) > 100
    assert {text for text in map(FRENCH.source, sources) if WORDS.search(text)} == set()
    assert not any(FRENCH.source(source) == source for source in sources)
    assert not any(WORDS.search(FRENCH.source(each.source)) for each in FEED_IN)
    assert all(WORDS.search(ENGLISH.source(source)) for source in sources)


@pytest.mark.parametrize(
    ("source", "french", "english"),
    [
        ("CRE open data, Option_Base.csv, row of 2025-02-01 (A)",
         "données ouvertes de la CRE, Option_Base.csv, ligne du 01/02/2025",
         "CRE open data, Option_Base.csv, row of 1 Feb 2025"),
        ("CRE open data, Option_HPHC.csv, row of 2026-08-01 (B+)",
         "données ouvertes de la CRE, Option_HPHC.csv, ligne du 01/08/2026, selon plusieurs copies",
         "CRE open data, Option_HPHC.csv, row of 1 Aug 2026, as several copies say"),
        ("CRE open data, Option_Tempo.csv, row of 2017-08-01, with tax (A)",
         "données ouvertes de la CRE, Option_Tempo.csv, ligne du 01/08/2017, TTC",
         "CRE open data, Option_Tempo.csv, row of 1 Aug 2017, with tax"),
        ("implied by CRE open data, Option_HPHC.csv, row of 2026-08-01",
         "selon les données ouvertes de la CRE, Option_HPHC.csv, ligne du 01/08/2026",
         "implied by CRE open data, Option_HPHC.csv, row of 1 Aug 2026"),
        ("derived from prices with tax; no text found",
         "selon les prix TTC ; aucun texte officiel trouvé",
         "from the prices with tax; no official text was found"),
        ("CRE 2025-155; fits the prices (A)",
         "CRE 2025-155, concorde avec les prix",
         "CRE 2025-155, in agreement with the prices"),
    ],
)  # fmt: skip
def test_known_sources(source: str, french: str, english: str) -> None:
    """Days are written as each language does."""
    found = (FRENCH.source(source).replace("\N{NARROW NO-BREAK SPACE}", " "),
             ENGLISH.source(source).replace("\N{NO-BREAK SPACE}", " "))  # fmt: skip
    assert found == (french, english)


@pytest.mark.parametrize("typed", ["", "my row of 2026-08-01", "bill of the supplier", "made up"])
def test_what_somebody_typed_stays(typed: str) -> None:
    """In whatever language it is."""
    assert FRENCH.source(typed) == typed
