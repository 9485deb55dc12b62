"""Totals of meters begin when they are first shown, and go on after a restart."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from threading import Event

import pytest

from custom_components.ecom.core.costs.rows import UNIT, Totals
from tests.grid import Grid
from tests.house import House
from tests.members import add_building, meter, minute, runtime, showing
from tests.tariff import Changes, price

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


async def test_a_restart_within_the_first_hour(noon: House) -> None:
    """Takes nothing away of what that hour has counted and cost so far."""
    flat = await Grid.at(noon, "flat")
    flat.energy.shows(100.0, unit="kWh")
    await add_building(noon, meter("flat", flat.data("sub_meter")))
    account = f"{flat.data()['port']}#drawn"
    one = Changes.of(price(NOON, "hp", "0.5"))
    await runtime(noon).books.ledger.set_pricing(account, one)
    await flat.counts(101, minutes=10)
    await minute(noon)
    await flat.counts(105, minutes=20)
    await minute(noon)
    assert (showing(noon, "flat"), showing(noon, "flat", "cost")) == (5.0, 2.5)
    await noon.reload(noon.site_entries[0])
    await flat.counts(105, minutes=1)
    await minute(noon)
    assert runtime(noon).books.ledger.accounts.totals(account).amount == 5 * UNIT
    assert (showing(noon, "flat"), showing(noon, "flat", "cost")) == (5.0, 2.5)


async def test_what_is_shown_while_the_past_is_looked_up(
    noon: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Is what was shown before, also where it has become something else meanwhile."""
    flat = await Grid.at(noon, "flat")
    flat.energy.shows(100.0, unit="kWh")
    await add_building(noon, meter("flat", flat.data("sub_meter")))
    await flat.counts(101, minutes=10)
    await minute(noon)
    books, account = runtime(noon).books, f"{flat.data()['port']}#drawn"
    looked, read = Event(), books.begun._read

    def reads_slowly(accounts: Iterable[str]) -> Mapping[str, Totals]:
        found = read(accounts)
        assert looked.wait(10)
        books.begun.changed(account)
        return found

    with monkeypatch.context() as slow:
        slow.setattr(books.begun, "_read", reads_slowly)
        books.begun.changed(account)
        await flat.counts(102, minutes=1)
        twice = [noon.hass.async_create_task(books.publisher.publish()) for _ in range(2)]
        await asyncio.sleep(0)
        assert showing(noon, "flat") == 1.0
        looked.set()
        await asyncio.gather(*twice)
        await noon.hass.async_block_till_done(wait_background_tasks=True)
        assert showing(noon, "flat") == 1.0
    await books.publisher.publish()
    await noon.hass.async_block_till_done()
    assert showing(noon, "flat") == 2.0
