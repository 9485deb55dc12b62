"""A house of three flats with a statement for one of them, in either language."""

from datetime import UTC, date, datetime
from decimal import Decimal

from custom_components.ecom.core.billing.bill import bill
from custom_components.ecom.core.billing.building import Building, Division, divide
from custom_components.ecom.core.billing.keys import VACANT, Key, KeyKind, Member
from custom_components.ecom.core.billing.lines import Unit
from custom_components.ecom.core.billing.sections import Facts, section_of_bill, section_of_member
from custom_components.ecom.core.billing.statement import (
    Before,
    Gap,
    History,
    Language,
    MeterExchange,
    MeterSheet,
    Month,
    Party,
    Provision,
    Register,
    Section,
    Statement,
)
from custom_components.ecom.core.billing.usage import Quality, Tally
from custom_components.ecom.core.tariffs.model import Fluid, Per, Standing, Tax, Tiered
from tests.core.billing.supplies import PEAK_OFF_PEAK, contract, d, row, series, supply

WATER = contract(
    Standing(key="standing", series=series("36")),
    Tiered(
        key="water",
        tiers=((Decimal(80), series("1.20")), (Decimal(200), series("1.50")), (None, series("2"))),
        per=Per.YEAR,
    ),
    fluid=Fluid.COLD_WATER,
    taxes=(Tax(key="vat", series=series("0.055"), of=("standing", "water")),),
    labels={"main": "Régie des eaux"},
)

MEMBERS = (
    Member(key="anna", meters=frozenset({"1"}), shares={KeyKind.THOUSANDTHS: Decimal(420)}),
    Member(key="bruno", meters=frozenset({"2"}), shares={KeyKind.THOUSANDTHS: Decimal(330)},
           moved_out=d("2026-01-20")),
    Member(key="chloe", meters=frozenset({"2"}), shares={KeyKind.THOUSANDTHS: Decimal(330)},
           moved_in=d("2026-01-22")),
    Member(key="dan", meters=frozenset({"3"}), shares={KeyKind.THOUSANDTHS: Decimal(150)}),
)  # fmt: skip


def house(**more: object) -> Building:
    """Return the house: the main meter counted 10 kWh more than all others in the first month."""
    days = "2026-01-16/2026-02-16"
    values: dict[str, object] = {
        "supply": supply(PEAK_OFF_PEAK, (
            row("2026-01-16T08:00", "peak", "300"),
            row("2026-01-25T23:00", "off_peak", "150"),
            row("2026-02-01T08:00", "peak", "280"),
            row("2026-02-14T23:00", "off_peak", "140"),
        ), days),
        "own": {
            "anna": [row("2026-01-16T08:00", "peak", "120"),
                  row("2026-02-14T23:00", "off_peak", "70")],
            "bruno": [row("2026-01-17T08:00", "peak", "70.5")],
            VACANT: [row("2026-01-21T08:00", "peak", "2")],
            "chloe": [row("2026-01-25T23:00", "off_peak", "100"),
                  row("2026-02-02T08:00", "peak", "90")],
            "dan": [row("2026-01-18T08:00", "peak", "60"),
                  row("2026-02-03T08:00", "peak", "125.25")],
        },
        "common": {"stairs": [row("2026-01-16T08:00", "peak", "37.5"),
                              row("2026-02-10T23:00", "off_peak", "75")]},
        "residents": MEMBERS,
        "key": Key(kind=KeyKind.THOUSANDTHS, total=Decimal(1000)),
        **more,
    }  # fmt: skip
    return Building(**values)  # type: ignore[arg-type]  # the fields are those of a building


def division() -> Division:
    """Return the division of the house's bill."""
    return divide(house())


def electricity() -> Section:
    """Return the electricity of Anna."""
    tallies = {
        Quality.MEASURED: Tally(rows=2, amount=175_000_000),
        Quality.ESTIMATED: Tally(rows=1, amount=15_000_000),
    }
    facts = Facts(
        meters=(
            MeterSheet(
                name="Appartement 1",
                serial="LG-0451",
                registers=(
                    Register(label="peak", unit=Unit.KWH, start=Decimal(5120), end=Decimal(5240),
                             used=Decimal(120)),
                    Register(label="off_peak", unit=Unit.KWH, start=Decimal(3007), end=None,
                             used=Decimal(70), start_estimated=True),
                ),
                exchanges=(MeterExchange(at=datetime(2026, 2, 3, 9, 30, tzinfo=UTC),
                                         closing=Decimal("1234.5"), opening=Decimal(0),
                                         unit=Unit.KWH),),
            ),
        ),
        quality=tallies,
        bound=Decimal("0.31"),
        gaps=(Gap(since=datetime(2026, 1, 20, 4, tzinfo=UTC),
                  until=datetime(2026, 1, 20, 11, 15, tzinfo=UTC), name="Appartement 1"),),
        before=Before(quantity=Decimal(205), gross=Decimal("71.20")),
    )  # fmt: skip
    return section_of_member(PEAK_OFF_PEAK, division(), "anna", facts)


def water() -> Section:
    """Return the water of Anna, who has a contract of her own."""
    usage = [row("2026-01-20T10:00", "all", "3.25"), row("2026-02-10T10:00", "all", "2.5")]
    made = bill(supply(WATER, usage, "2026-01-16/2026-02-16", used_before={"water": Decimal(78)}))
    meter = MeterSheet(
        name="Eau",
        approved=True,
        registers=(Register(label="all", unit=Unit.M3, start=Decimal("101.2"),
                            end=Decimal("106.95"), used=Decimal("5.75")),),
    )  # fmt: skip
    return section_of_bill(WATER, made, Facts(meters=(meter,)))


def demo(language: Language, **more: object) -> Statement:
    """Return Anna's statement."""
    used = (310, 290, 240, 180, 150, 120, 110, 105, 140, 190, 260, 1205)
    months = tuple(
        Month(first=date(2025 + (at + 2) // 12, (at + 2) % 12 + 1, 1), quantity=Decimal(kwh))
        for at, kwh in enumerate(used)
    )
    values: dict[str, object] = {
        "number": "2026-0007",
        "issued_on": d("2026-02-20"),
        "since": d("2026-01-16"),
        "until": d("2026-02-16"),
        "language": language,
        "currency": "EUR",
        "zone": "Europe/Paris",
        "site": "Le Moulin, 12 rue de l'Écluse",
        "issuer": Party(name="SCI Le Moulin", address=("12 rue de l'Écluse", "38000 Grenoble")),
        "recipient": Party(name="Anna Martin", address=("Appartement 1", "12 rue de l'Écluse",
                           "38000 Grenoble"), reference="LOT-01"),
        "sections": (electricity(), water()),
        "provisions": (Provision(paid_on=d("2026-01-05"), amount=Decimal("40.00")),),
        "history": (History(fluid=Fluid.ELECTRICITY, unit=Unit.KWH, months=months),),
        **more,
    }  # fmt: skip
    return Statement(**values)  # type: ignore[arg-type]  # the fields are those of a statement
