"""Read a Meross device once, over the local network, and print what it says.

One JSON object: the model, and for each channel its state, power, voltage, current and the
energy of the device's own day; null where it does not say. The key may come from the
environment, ECOM_MEROSS_KEY, so that no list of processes shows it.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import ClientSession

from scripts.tools.probing import status_of
from scripts.tools.pure import load_pure

load_pure()

from custom_components.ecom.errors import DeviceError  # noqa: E402 - needs the stubs
from custom_components.ecom.families.meross.address import (  # noqa: E402 - needs the stubs
    Address,
)
from custom_components.ecom.families.meross.client import (  # noqa: E402 - needs the stubs
    MerossClient,
    Overview,
)
from custom_components.ecom.families.meross.models import Clock  # noqa: E402 - needs the stubs
from custom_components.ecom.plugs import Quantity, Values  # noqa: E402 - needs the stubs

KEY: Final = "ECOM_MEROSS_KEY"

type Json = dict[str, object]


async def fetch(address: str, key: str) -> Json:
    """Return what is printed of a device.

    Raises ValueError for no address, otherwise what the client raises.
    """
    async with ClientSession() as session:
        client = MerossClient(session, Address.parse(address), key)
        await client.identify()
        overview = await client.overview()
        try:
            measured = await client.measured()
        except DeviceError:
            measured = {}
        try:
            today = await _today(client, overview.clock)
        except DeviceError:
            today = {}
    return describe(overview, measured, today)


def describe(overview: Overview, measured: dict[int, Values], today: dict[int, int]) -> Json:
    """Return what is printed: the channels in the order of their numbers."""
    numbers = sorted({*overview.switches, *measured})
    if overview.switches and 0 not in overview.switches:
        # On a strip channel 0 means all of them, whether it measures or not.
        numbers = [number for number in numbers if number]
    return {
        "model": overview.identity.model,
        "channels": [
            {
                "id": number,
                "on": overview.switches.get(number),
                "power_w": measured.get(number, {}).get(Quantity.POWER),
                "voltage_v": measured.get(number, {}).get(Quantity.VOLTAGE),
                "current_a": measured.get(number, {}).get(Quantity.CURRENT),
                "energy_wh": None,
                "energy_today_wh": today.get(number),
            }
            for number in numbers
        ],
    }


async def _today(client: MerossClient, clock: Clock) -> dict[int, int]:
    """Return the energy of the device's own day by channel, in Wh, where it says it."""
    if clock.now is None:
        return {}
    zone = _zone(clock.zone)
    day = clock.now.astimezone(zone).date()
    if (days := await client.days()) is not None:
        counted = [slot.energy_wh for slot in days if slot.key == day]
        return {0: max(counted)} if counted else {}
    hours = await client.hours()
    return {
        number: sum(slot.energy_wh for slot in slots if _is_on(slot.key, zone, clock.now))
        for number, slots in hours.items()
    }


def _is_on(hour: datetime, zone: ZoneInfo, now: datetime) -> bool:
    """Return whether an hour belongs to the day of a moment."""
    return hour.astimezone(zone).date() == now.astimezone(zone).date()


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or UTC.tzname(None))
    except ZoneInfoNotFoundError, ValueError, OSError:
        return ZoneInfo("UTC")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the arguments; exits with 2 and a message for wrong ones."""
    parser = argparse.ArgumentParser(prog="scripts/probe meross", description=__doc__)
    parser.add_argument("address", metavar="HOST", help="a name, HOST:PORT, http://…")
    parser.add_argument("--key", help=f"of its owner; by default what {KEY} holds")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> bool:
    """Print the device; return whether it has a channel.

    Raises ValueError for wrong input, and what the client raises.
    """
    key = os.environ.get(KEY, "") if options.key is None else options.key
    found = asyncio.run(fetch(options.address, key))
    print(json.dumps(found, ensure_ascii=False), flush=True)
    if not found["channels"]:
        print("probe: no channel that switches or measures", file=sys.stderr)
    return bool(found["channels"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if there was a channel, 1 if none, 2 for wrong input or no connection."""
    options = parse(arguments)
    return status_of(lambda: run(options))


if __name__ == "__main__":
    sys.exit(main())
