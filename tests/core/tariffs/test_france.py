"""The French regulated tariffs are what was published, and say how sure that is."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from custom_components.ecom.core.tariffs.check import check
from custom_components.ecom.core.tariffs.feed_in import surplus_price
from custom_components.ecom.core.tariffs.france import EXCISE, regulated
from custom_components.ecom.core.tariffs.france_rows import (
    BANDS,
    Option,
    newest,
    out_of_date,
    powers,
    rows,
    valid_until,
)
from custom_components.ecom.core.tariffs.model import Contract, ContractError, Energy, Standing
from custom_components.ecom.core.tariffs.rates import rates_of, value_on, version_on
from custom_components.ecom.core.tariffs.tariff import Tariff
from tests.core.tariffs.cases import ALWAYS_SINCE, one, series
from tests.core.tariffs.published import (
    COLUMNS,
    FOLDER,
    cell,
    file_rows,
    first_day,
    with_tax,
)

HOURS = "01:10-07:40 12:40-14:10"
FOUR = Decimal("0.0001")

CUT = {
    (Option.TEMPO, date(2025, 2, 1), "blue_off_peak"): ("0.1287", "0.1288"),
    (Option.PEAK_OFF_PEAK, date(2026, 2, 1), "off_peak"): ("0.1578", "0.1579"),
}
"""The two cells that were cut and not rounded: as published, and as it should be."""

needs_files = pytest.mark.skipif(
    not FOLDER.exists(), reason="the price history of the CRE is not beside this repository"
)


def contract(option: Option, kva: int, **more: date) -> Contract:
    """Return a regulated contract."""
    return regulated(
        option,
        kva,
        windows=HOURS if option is Option.PEAK_OFF_PEAK else "",
        since=more.get("since"),
    )


def gross(option: Option, kva: int, day: date) -> dict[str, Decimal]:
    """Return what a kWh costs with tax by band, to four decimals."""
    found = {}
    for band in BANDS[option]:
        price = rates_of(contract(option, kva), day, band).fixed
        assert price is not None
        found[band] = price.quantize(FOUR, ROUND_HALF_UP)
    return found


def test_prices_with_tax_follow_from_those_before_it() -> None:
    """(price + accise) x 1.2 is every published cell since February 2023, but for two."""
    wrong, cells = dict[tuple[Option, date, str], tuple[str, str]](), 0
    for option, since, kvas, published in with_tax():
        kva = next(each for each in powers(option) if each in kvas)
        for (band, price), printed in zip(
            gross(option, kva, since).items(), published, strict=True
        ):
            cells += 1
            if price != printed:
                wrong[option, since, band] = (str(printed), str(price))
    assert wrong == CUT
    assert cells == 65


@needs_files
@pytest.mark.parametrize("option", Option)
def test_every_row_of_the_files_is_here(option: Option) -> None:
    """With the prices and the subscription of each power, from 2012 on."""
    seen = Counter[int]()
    for row in file_rows(option):
        kva, since = int(row["P_SOUSCRITE"]), first_day(row)
        (found,) = [each for each in rows(option, kva) if each.since == since]
        tax = "TTC" if since < date(2023, 2, 1) else "HT"
        assert found.with_tax == (tax == "TTC")
        assert found.standing == cell(row, f"PART_FIXE_{tax}").quantize(FOUR)
        published = [cell(row, f"PART_VARIABLE{each}_{tax}") for each in COLUMNS[option][1]]
        assert list(found.prices.values()) == published
        seen[kva] += 1
    assert seen == {kva: len(rows(option, kva)) for kva in powers(option)}


@needs_files
@pytest.mark.parametrize("option", Option)
def test_every_cell_of_the_files_since_2023_is_reproduced(option: Option) -> None:
    """Each power of each row, and not only what is copied here."""
    wrong, cells = set(), 0
    for row in file_rows(option):
        since = first_day(row)
        if since < date(2023, 2, 1):
            continue
        prices = gross(option, int(row["P_SOUSCRITE"]), since)
        for (band, price), column in zip(prices.items(), COLUMNS[option][1], strict=True):
            cells += 1
            if price != cell(row, f"PART_VARIABLE{column}_TTC").quantize(FOUR):
                wrong.add((option, since, band))
    assert wrong == {each for each in CUT if each[0] is option}
    assert cells == {Option.BASE: 35, Option.PEAK_OFF_PEAK: 114, Option.TEMPO: 300}[option]


@pytest.mark.parametrize("option", Option)
def test_prices_before_2023_are_with_tax_and_nothing_is_added(option: Option) -> None:
    """And say so."""
    tariff = Tariff(contract(option, 9))
    day = date(2022, 2, 1)
    prices = gross(option, 9, day)
    assert (
        list(prices.values())
        == {
            Option.BASE: [Decimal("0.1740")],
            Option.PEAK_OFF_PEAK: [Decimal("0.1841"), Decimal("0.1470")],
            Option.TEMPO: [
                Decimal(each)
                for each in ("0.0902", "0.1312", "0.1151", "0.1692", "0.1262", "0.5525")
            ],
        }[option]
    )
    moment = datetime(2022, 2, 2, 12, tzinfo=UTC)
    stated = tariff.unit_prices(moment, BANDS[option][0])
    assert "with tax (A)" in stated["energy"].source
    assert stated["excise"].value == 0


def test_the_accise_of_august_2026_stands_in_no_text() -> None:
    """It follows from prices with tax, and is marked so."""
    version = version_on(EXCISE, date(2026, 8, 1))
    assert version is not None
    assert version.value == Decimal("0.03061")
    assert version.derived
    told = version_on(EXCISE, date(2026, 7, 31))
    assert told is not None
    assert (told.value, told.derived) == (Decimal("0.03085"), False)


@pytest.mark.parametrize(
    ("day", "per_mwh"),
    [
        ("2023-01-31", "0"),
        ("2023-02-01", "1"),
        ("2024-01-31", "1"),
        ("2024-02-01", "21"),
        ("2025-02-01", "33.7"),
        ("2025-08-01", "29.98"),
        ("2026-02-01", "30.85"),
        ("2030-01-01", "30.61"),
    ],
)
def test_the_accise_by_day(day: str, per_mwh: str) -> None:
    """In EUR per MWh."""
    value = value_on(EXCISE, date.fromisoformat(day))
    assert value is not None
    assert value * 1000 == Decimal(per_mwh)


def test_base_has_two_prices_since_2026() -> None:
    """Up to 6 kVA, and from 9 on."""
    day = date(2026, 8, 1)
    assert gross(Option.BASE, 6, day) == {"all": Decimal("0.2001")}
    assert gross(Option.BASE, 9, day) == {"all": Decimal("0.1985")}


@pytest.mark.parametrize(
    ("option", "kva", "day", "standing", "cta"),
    [
        (Option.PEAK_OFF_PEAK, 6, "2026-01-16", "135.6", "22.725"),
        (Option.PEAK_OFF_PEAK, 6, "2026-02-15", "141.6", "15.2667"),
        (Option.BASE, 3, "2025-07-31", "103.2", "15.6057"),
        (Option.TEMPO, 24, "2026-08-01", "338.64", "45.0344"),
        (Option.BASE, 6, "2022-12-31", "136.85", "0"),
    ],
)
def test_standing_charges_and_the_cta_that_they_imply(
    option: Option, kva: int, day: str, standing: str, cta: str
) -> None:
    """With tax / (1 + VAT) less what is before tax; VAT was 5.5 % until July 2025."""
    when = date.fromisoformat(day)
    found = {
        each.key: value_on(each.series, when)
        for each in contract(option, kva).components
        if isinstance(each, Standing)
    }
    assert found == {"standing": Decimal(standing), "cta": Decimal(cta)}


def test_vat_on_standing_charges_by_day() -> None:
    """None while prices are with tax, then 5.5 %, then 20 %."""
    taxes = {tax.key: tax for tax in contract(Option.BASE, 6).taxes}
    assert taxes["vat_20"].of == ("energy", "excise")
    assert taxes["vat"].of == ("standing", "cta")
    days = (date(2023, 1, 31), date(2023, 2, 1), date(2025, 7, 31), date(2025, 8, 1))
    rates = [value_on(taxes["vat"].series, day) for day in days]
    assert rates == [Decimal(0), Decimal("0.055"), Decimal("0.055"), Decimal("0.2")]


def test_a_bill_says_the_cta_better() -> None:
    """And a producer pays something on top."""
    found = regulated(Option.BASE, 6, cta=one("14.10"), producer=one("9.84"))
    standing = {e.key: e.series for e in found.components if isinstance(e, Standing)}
    for key, amount in (("cta", "14.10"), ("producer", "9.84")):
        assert value_on(standing[key], date(2023, 2, 1)) == Decimal(amount)
        assert value_on(standing[key], date(2023, 1, 31)) == 0
    assert found.taxes[1].of == ("standing", "cta", "producer")
    assert check(found) == []


@pytest.mark.parametrize("steps", [("2020-01-01", "2026-02-01"), (ALWAYS_SINCE, "2023-02-01")])
def test_amounts_with_dates_are_taken_as_they_are(steps: tuple[str, str]) -> None:
    """Whoever says when knows why."""
    cta = series((steps[0], "10"), (steps[1], "14"))
    found = regulated(Option.BASE, 6, cta=cta)
    assert [e.series for e in found.components if e.key == "cta"] == [cta]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("option", "kva"), [(Option.BASE, 18), (Option.TEMPO, 3), (Option.BASE, 7)]
)
def test_powers_without_rows_are_refused(option: Option, kva: int) -> None:
    """Base has none from 18 kVA on."""
    with pytest.raises(ContractError) as caught:
        regulated(option, kva)
    assert caught.value.args == ("power_without_prices", {"option": option, "kva": str(kva)})


def test_some_powers_have_rows_for_a_part_of_the_time() -> None:
    """Peak and off-peak at 3 kVA and Tempo at 24 since August 2026, Tempo at 6 since 2023."""
    assert [row.since for row in rows(Option.PEAK_OFF_PEAK, 3)] == [date(2026, 8, 1)]
    assert [row.since for row in rows(Option.TEMPO, 24)] == [date(2026, 8, 1)]
    assert rows(Option.TEMPO, 6)[0].since == date(2023, 2, 1)
    tariff = Tariff(contract(Option.PEAK_OFF_PEAK, 3))
    assert tariff.price_at(datetime(2026, 7, 31, 12, tzinfo=UTC)).price is None
    assert tariff.price_at(datetime(2026, 8, 1, 12, tzinfo=UTC)).price is not None


@pytest.mark.parametrize("option", Option)
def test_every_regulated_contract_is_in_order(option: Option) -> None:
    """And nothing is odd about one with eight hours of off-peak."""
    for kva in powers(option):
        assert check(contract(option, kva)) == []
        assert check(contract(option, kva, since=date(2026, 8, 1))) == []


def test_the_frame_of_a_tempo_contract() -> None:
    """Its day begins at 6 o'clock, its prices change at midnight."""
    found = contract(Option.TEMPO, 9)
    assert (found.day_start, found.price_change_at) == (time(6), time(0))
    (energy,) = [each for each in found.components if isinstance(each, Energy)]
    assert [each.key for each in found.components] == ["standing", "energy", "cta", "excise"]
    assert set(energy.prices) == {rule.band for rule in found.schedules["main"].rules}


def test_how_sure_rows_are() -> None:
    """The official file, then copies of it."""
    found = {row.since: row.confidence for row in rows(Option.BASE, 6)}
    assert found[date(2025, 8, 1)] == "A"
    assert found[date(2026, 2, 1)] == "A/B"
    assert found[date(2026, 8, 1)] == "B+"


def test_when_prices_should_be_looked_up() -> None:
    """A few days after the usual day of a change."""
    assert newest() == date(2026, 8, 1)
    assert valid_until() == date(2027, 2, 1)
    assert not out_of_date(date(2026, 11, 26))
    assert not out_of_date(valid_until() + timedelta(days=4))
    assert out_of_date(valid_until() + timedelta(days=5))


def test_rows_that_end_in_winter_are_due_in_summer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row of February is expected to hold until August."""
    module = "custom_components.ecom.core.tariffs.france_rows.newest"
    monkeypatch.setattr(module, lambda: date(2027, 2, 1))
    assert valid_until() == date(2027, 8, 1)


@pytest.mark.parametrize(
    ("requested", "kwc", "price"),
    [
        ("2024-11-01", "9", "0.1269"),
        ("2025-01-31", "9.1", "0.0761"),
        ("2025-03-28", "3", "0.0400"),
        ("2026-03-31", "36", "0.0536"),
    ],
)
def test_what_surplus_is_paid_by_day_of_the_request(requested: str, kwc: str, price: str) -> None:
    """Locked from then on."""
    found = surplus_price(date.fromisoformat(requested), Decimal(kwc))
    assert found is not None
    assert found[0] == Decimal(price)
    assert "(B)" in found[1]


@pytest.mark.parametrize(
    ("requested", "kwc"),
    [
        ("2025-02-01", "3"),
        ("2025-08-01", "3"),
        ("2026-04-01", "3"),
        ("2024-10-31", "3"),
        ("2026-01-01", "101"),
        ("2026-01-01", "0"),
    ],
)
def test_what_is_not_known_of_surplus_is_not_made_up(requested: str, kwc: str) -> None:
    """The contract says the price."""
    assert surplus_price(date.fromisoformat(requested), Decimal(kwc)) is None
