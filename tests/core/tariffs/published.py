"""Prices with tax as the CRE publishes them, EUR per kWh, from February 2023 on.

The numbers are those of its price history (open data: Option_Base.csv, Option_HPHC.csv,
Option_Tempo.csv), by option, first day and subscribed kVA; the files themselves are not here.
"""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from custom_components.ecom.core.tariffs.france_rows import Option

FOLDER: Final = Path(__file__).resolve().parents[4] / "shared" / "data" / "tariffs"

WITH_TAX: Final = """
base 2023-02-01 3-15 0.2062
base 2023-08-01 3-15 0.2276
base 2024-02-01 3-15 0.2516
base 2025-02-01 3-15 0.2016
base 2025-08-01 3-15 0.1952
base 2026-02-01 3-6 0.1940
base 2026-02-01 9-15 0.1927
base 2026-08-01 3-6 0.2001
base 2026-08-01 9-15 0.1985
peak_off_peak 2023-02-01 6-36 0.2228 0.1615
peak_off_peak 2023-08-01 6-36 0.2460 0.1828
peak_off_peak 2024-02-01 6-36 0.2700 0.2068
peak_off_peak 2025-02-01 6-36 0.2146 0.1696
peak_off_peak 2025-08-01 6-36 0.2081 0.1635
peak_off_peak 2026-02-01 6-36 0.2065 0.1578
peak_off_peak 2026-08-01 3-36 0.2142 0.1589
tempo 2023-02-01 6-36 0.0970 0.1249 0.1140 0.1508 0.1216 0.6712
tempo 2023-08-01 6-36 0.1056 0.1369 0.1246 0.1654 0.1328 0.7324
tempo 2024-02-01 6-36 0.1296 0.1609 0.1486 0.1894 0.1568 0.7562
tempo 2025-02-01 6-36 0.1287 0.1552 0.1447 0.1792 0.1518 0.6586
tempo 2025-08-01 6-36 0.1232 0.1494 0.1391 0.1730 0.1460 0.6468
tempo 2026-02-01 6-36 0.1325 0.1612 0.1499 0.1871 0.1575 0.7060
tempo 2026-08-01 6-36 0.1356 0.1654 0.1536 0.1921 0.1615 0.7295
"""


def with_tax() -> Iterator[tuple[Option, date, range, list[Decimal]]]:
    """Yield the option, the first day, the powers and the prices of each row."""
    for line in WITH_TAX.strip().splitlines():
        option, since, powers, *prices = line.split()
        low, high = powers.split("-")
        yield (
            Option(option),
            date.fromisoformat(since),
            range(int(low), int(high) + 1),
            [Decimal(each) for each in prices],
        )


COLUMNS: Final[Mapping[Option, tuple[str, tuple[str, ...]]]] = {
    Option.BASE: ("Option_Base_to_2026-08.csv", ("",)),
    Option.PEAK_OFF_PEAK: ("Option_HPHC_to_2026-08.csv", ("_HP", "_HC")),
    Option.TEMPO: (
        "Option_Tempo_to_2026-08.csv",
        ("_HCBleu", "_HPBleu", "_HCBlanc", "_HPBlanc", "_HCRouge", "_HPRouge"),
    ),
}


def file_rows(option: Option) -> Iterator[Mapping[str, str]]:
    """Yield the rows of the file that have prices, where the files are."""
    name, _ = COLUMNS[option]
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            if row["PART_FIXE_HT"]:
                yield row


def cell(row: Mapping[str, str], column: str) -> Decimal:
    """Return a number of a row."""
    return Decimal(row[column].replace(",", "."))


def first_day(row: Mapping[str, str]) -> date:
    """Return the first day of a row."""
    day, month, year = row["DATE_DEBUT"].split("/")
    return date(int(year), int(month), int(day))
