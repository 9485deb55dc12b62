"""Words, numbers, days and money in both languages."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from string import Formatter

import pytest

from custom_components.ecom.core.billing import texts
from custom_components.ecom.core.billing.bill import bill
from custom_components.ecom.core.billing.html_section import line_name
from custom_components.ecom.core.billing.keys import VACANT, KeyKind
from custom_components.ecom.core.billing.lines import Unit, Words
from custom_components.ecom.core.billing.parts import LOSSES
from custom_components.ecom.core.billing.statement import Language
from custom_components.ecom.core.billing.texts import TABLES, Wording
from custom_components.ecom.core.billing.usage import Quality
from custom_components.ecom.core.tariffs.model import ALWAYS, Direction, Energy, Fluid
from custom_components.ecom.core.tariffs.tariff import Tariff
from custom_components.ecom.core.tariffs.templates import TEMPLATES, make
from tests.core.billing.supplies import contract, d, row, series, supply

ENGLISH = Wording(language=Language.ENGLISH, currency="EUR", zone="Europe/Paris")
FRENCH = Wording(language=Language.FRENCH, currency="EUR", zone="Europe/Paris")
FRANCS = Wording(language=Language.ENGLISH, currency="CHF", zone="Europe/Zurich")


def fields(text: str) -> set[tuple[str | None, str | None]]:
    """Return the names and the formats in a text."""
    return {(name, spec) for _, name, spec, _ in Formatter().parse(text) if name is not None}


def test_both_languages_say_the_same_things() -> None:
    """With the same values in the same formats."""
    english, french = TABLES[Language.ENGLISH], TABLES[Language.FRENCH]
    assert set(english) == set(french)
    for key in english:
        assert fields(english[key]) == fields(french[key]), key


@pytest.mark.parametrize("table", TABLES.values())
def test_everything_that_has_a_fixed_name_has_a_text(table: Mapping[str, str]) -> None:
    """Fluids, directions, keys, qualities, and units."""
    names = [*Fluid, *Direction, *KeyKind, *Quality, VACANT]
    assert [name for name in names if f"name_{name}" not in table] == []
    priced = {Unit.KWH, Unit.M3, Unit.DAY, Unit.MONTH, Unit.YEAR, Unit.KW_YEAR}
    assert [unit for unit in priced if f"per_{unit}" not in table] == []
    counted = set(Unit) - {Unit.KW_YEAR}
    assert [unit for unit in counted if f"unit_{unit}" not in table] == []
    assert LOSSES not in table


@pytest.mark.parametrize("table", TABLES.values())
def test_all_formats_are_known(table: Mapping[str, str]) -> None:
    """Every text can be made with fitting values."""
    values = {
        "money": "1.5", "price": "0.1", "number": "3", "percent": "0.2", "text": "x",
        "name": "energy", "unit": "kwh", "per": "kwh", "sum": "1/2",
        "date": d("2026-01-02"), "moment": datetime(2026, 1, 2, tzinfo=UTC),
    }  # fmt: skip
    wording = FRENCH if table is TABLES[Language.FRENCH] else ENGLISH
    for key, text in table.items():
        given = {str(name): values[str(spec)] for name, spec in fields(text)}
        assert "{" not in wording.text(key, **given)


@pytest.mark.parametrize(
    ("amount", "french", "english", "francs"),
    [
        ("1234.56", "1\u202f234,56\u00a0€", "€1,234.56", "CHF\u00a01,234.56"),
        ("-0.5", "\u22120,50\u00a0€", "\u2212€0.50", "\u2212CHF\u00a00.50"),
        ("0", "0,00\u00a0€", "€0.00", "CHF\u00a00.00"),
    ],
)
def test_money(amount: str, french: str, english: str, francs: str) -> None:
    """With spaces at which no line breaks."""
    found = [each.money(Decimal(amount)) for each in (FRENCH, ENGLISH, FRANCS)]
    assert found == [french, english, francs]


@pytest.mark.parametrize(
    ("price", "french"),
    [("0.02998", "0,02998\u00a0€"), ("36", "36,00\u00a0€"), ("1.5", "1,50\u00a0€")],
)
def test_prices_keep_their_decimals(price: str, french: str) -> None:
    """Two at least."""
    assert FRENCH.price(Decimal(price)) == french


def test_numbers_and_rates() -> None:
    """Short, and with the signs of the language."""
    assert FRENCH.number(Decimal("12345.67890")) == "12\u202f345,679"
    assert ENGLISH.number(Decimal("-12345.67890"), 1) == "\u221212,345.7"
    assert (FRENCH.percent(Decimal("0.055")), ENGLISH.percent(Decimal("0.055"))) == (
        "5,5\u202f%", "5.5%",
    )  # fmt: skip
    assert [ENGLISH.change(Decimal(rate)) for rate in ("0.1", "0", "-0.1")] == [
        "+10%", "0%", "\u221210%",
    ]  # fmt: skip


def test_days() -> None:
    """The last day is within for people."""
    days = (d("2026-01-16"), d("2026-02-16"))
    assert FRENCH.days(*days) == "16/01/2026 \u2013 15/02/2026"
    assert ENGLISH.days(*days) == "16\u00a0Jan\u00a02026 \u2013 15\u00a0Feb\u00a02026"
    assert FRENCH.days(d("2026-01-16"), d("2026-01-17")) == "16/01/2026"
    assert (FRENCH.month(days[1]), ENGLISH.month(days[1])) == ("févr.", "Feb")
    assert FRENCH.moment(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == "02/07/2026\u00a000:30"


def test_french_signs_stand_after_a_space_that_does_not_break() -> None:
    """What a person has typed stays as it is."""
    assert FRENCH.text("reference", reference="a : b ;") == "Référence\u00a0: a : b ;"
    assert "centime\u202f; une" in FRENCH.text("note_rounding")


def test_how_a_line_came_about() -> None:
    """As a sum that one can follow."""
    words = Words(
        key="basis_days", values={"price": "135.60", "per": "year", "days": "16", "of": "365"}
    )
    assert ENGLISH.say(words) == "€135.60/year \u00d7 16 days / 365"
    assert FRENCH.say(words) == "135,60\u00a0€/an \u00d7 16 jours / 365"
    months = Words(
        key="basis_standing", values={"price": "10", "per": "month", "sum": "12 * (31/365)"}
    )
    assert ENGLISH.say(months) == "€10.00/month \u00d7 12 \u00d7 (31/365)"


def test_own_words_stay_as_they_are() -> None:
    """A label that is no key is somebody's own."""
    assert (FRENCH.name("peak"), FRENCH.name("Vélo")) == ("heures pleines", "Vélo")
    assert (FRENCH.unit(Unit.DAY), FRENCH.unit(Unit.DAY, per=True)) == ("jours", "jour")


@pytest.mark.parametrize("rate", ["20", "5.5", "2.1", "8.1"])
def test_a_tax_is_named_without_its_rate(rate: str) -> None:
    """Which stands beside it, in whatever country."""
    (tax,) = make(
        {"template": "flat", "prices": "0.2", "prices_with_tax": False, "vat": rate},
        "power", "Europe/Zurich", "CHF",
    ).taxes  # fmt: skip
    assert (ENGLISH.name(tax.key), FRENCH.name(tax.key)) == ("VAT", "TVA")


EVERYTHING = {
    "prices": "0.2", "standing": "10", "cta": "15", "excise": "0.03", "kva": 6, "curve": "spot",
    "wastewater": "2", "cold_water": "2", "energy_price": "0.1", "heating_share": "3",
    "producer": "1", "windows": "22:00-06:00",
}  # fmt: skip
SEVERAL = {"peak_offpeak": "0.3 0.2", "tempo": "0.1 0.2 0.3 0.4 0.5 0.6", "ejp": "0.1 0.5"}


@pytest.mark.parametrize("template", [each for each in TEMPLATES if each != "custom"])
def test_everything_that_a_template_charges_has_a_name(template: str) -> None:
    """In both languages."""
    settings = {**EVERYTHING, "template": template}
    if template in SEVERAL:
        settings["prices"] = SEVERAL[template]
    made = make(settings, "main", "Europe/Paris", "EUR")
    labels = {made.labels.get(each.key, each.key) for each in made.components}
    for table in TABLES.values():
        assert {label for label in labels if f"name_{label}" not in table} == set()


def names_of(template: str, language: Wording) -> list[str]:
    """Return what the lines of a bill are called, of a template in which nothing is left out."""
    made = make({**EVERYTHING, "template": template}, "main", "Europe/Paris", "EUR")
    used = [row("2026-01-02T00:00", ALWAYS, "10")]
    lines = bill(supply(made, used, pricing=Tariff(made))).lines
    return [line_name(language, line) for line in lines]


def test_what_is_supplied_is_called_so() -> None:
    """Water is no energy, and hours are said where some differ from others."""
    assert names_of("water", ENGLISH) == ["Standing charge", "Water", "Wastewater"]
    assert names_of("water", FRENCH) == ["Abonnement", "Eau", "Assainissement"]
    assert names_of("gas", FRENCH) == ["Abonnement", "Gaz", "Accise"]
    assert names_of("heat", FRENCH) == ["Abonnement", "Chaleur", "Part des frais de chauffage"]
    assert names_of("hot_water", FRENCH) == [
        "Abonnement", "Énergie qui chauffe l'eau", "Eau froide", "Assainissement",
    ]  # fmt: skip
    assert "Énergie" in names_of("flat", FRENCH)


def test_all_hours_are_said_where_there_are_others_or_somebody_named_them() -> None:
    """Of one price they would say nothing."""
    used = [row("2026-01-02T00:00", ALWAYS, "10")]
    prices = {ALWAYS: series("0.2"), "night": series("0.1")}
    several = contract(Energy(key="energy", prices=prices))
    named = contract(Energy(key="energy", prices={ALWAYS: series("0.2")}), labels={ALWAYS: "Day"})
    found = [line_name(FRENCH, bill(supply(of, used)).lines[0]) for of in (several, named)]
    assert found == ["Énergie, toutes heures", "Énergie, Day"]


def test_every_sentence_that_is_named_is_there() -> None:
    """Of bases and notes, wherever they are made."""
    folder = Path(texts.__file__).parent
    named = {
        key
        for path in folder.glob("*.py")
        for key in re.findall(r'"((?:basis|note)_[a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(named) > 10
    assert named <= set(TABLES[Language.ENGLISH])


def test_a_text_that_is_not_there_is_an_error() -> None:
    """And not an empty place on paper."""
    with pytest.raises(KeyError):
        ENGLISH.text("nothing")
