"""Prices as a person types them, and back.

A line holds a date, from which it holds, and a number for each band: ``2026-08-01 0.1479
0.1018``. The first line needs no date: it then holds from the beginning.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final

from .findings import error
from .model import Version, Versions
from .typed import date_of, is_date, number_of, price_of_unit, without_currency

_BETWEEN: Final = re.compile(r"[\s;]+")

type _Line = tuple[date | None, tuple[Decimal, ...]]


def prices_of(
    text: str,
    bands: Sequence[str],
    *,
    negative: bool = False,
    source: str = "",
    by_unit: bool = True,
) -> Mapping[str, Versions]:
    """Return the series of each band from a text; raises ``ContractError`` naming the line.

    Numbers have a decimal point or comma. ``negative`` ones are a typing error except where
    prices can fall below zero. What is not charged ``by_unit`` may be any number.
    """
    read = price_of_unit if by_unit else number_of
    lines = list(_lines(text, len(bands), read, negative=negative))
    if not lines:
        raise error("prices_missing")
    spans = [(since, until) for (since, _), (until, _) in pairwise([*lines, (None, ())])]
    return {
        band: tuple(
            Version(value=values[index], since=since, until=until, source=source)
            for (since, until), (_, values) in zip(spans, lines, strict=True)
        )
        for index, band in enumerate(bands)
    }


def series_of_text(
    text: str, *, negative: bool = False, source: str = "", by_unit: bool = True
) -> Versions:
    """Return the one series of a text with one number a line."""
    return prices_of(text, ("",), negative=negative, source=source, by_unit=by_unit)[""]


def prices_text(prices: Mapping[str, Versions]) -> str:
    """Return the text of series that change on the same days: it gives the same series again."""
    lines: list[str] = []
    for row in zip(*prices.values(), strict=True):
        start = "" if row[0].since is None else f"{row[0].since} "
        lines.append(start + " ".join(f"{version.value:f}" for version in row))
    return "\n".join(lines)


def _lines(
    text: str, count: int, read: Callable[[str, int], Decimal], *, negative: bool
) -> Iterator[_Line]:
    before: date | None = None
    first = True
    for number, raw in enumerate(text.splitlines(), 1):
        words = [word for word in _BETWEEN.split(without_currency(raw.strip())) if word]
        if not words:
            continue
        since = date_of(words.pop(0), number) if is_date(words[0]) else None
        _check_order(number, since, before, first=first)
        if len(words) != count:
            raise error("prices_count", line=number, expected=count, found=len(words))
        values = tuple(read(word, number) for word in words)
        if not negative and min(values) < 0:
            raise error("prices_negative", line=number)
        yield since, values
        before, first = since, False


def _check_order(number: int, since: date | None, before: date | None, *, first: bool) -> None:
    """Refuse a later line without a date, or one that is not later."""
    if first:
        return
    if since is None:
        raise error("prices_date_missing", line=number)
    if before is not None and since <= before:
        raise error("prices_order", line=number, since=since)
