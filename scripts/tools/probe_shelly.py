"""Read a Shelly once, over the network, and print what it says.

One JSON object: the model and its channels. Of a three-phase meter these are the phases,
0 to 2. What is not stated is null. The password may come from the environment,
ECOM_SHELLY_PASSWORD, so that no list of processes shows it.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import aiohttp

from scripts.tools.probing import status_of
from scripts.tools.pure import load_pure

load_pure()

from custom_components.ecom.families.shelly.client import (  # noqa: E402 - needs the stubs
    Address,
    ShellyClient,
)
from custom_components.ecom.families.shelly.models import Reader  # noqa: E402 - needs the stubs
from custom_components.ecom.plugs import (  # noqa: E402 - needs the stubs
    Channel,
    ChannelKind,
    PlugState,
    Quantity,
)

PASSWORD: Final = "ECOM_SHELLY_PASSWORD"  # noqa: S105 - the name of a variable

_FIELDS: Final = {
    "on": Quantity.STATE,
    "power_w": Quantity.POWER,
    "voltage_v": Quantity.VOLTAGE,
    "current_a": Quantity.CURRENT,
    "energy_wh": Quantity.ENERGY,
}

GROSS: Final = ("switch", "meter")
"""Channels whose own total counts what passes in both directions."""

type Json = dict[str, object]


def describe(model: str, state: PlugState) -> Json:
    """Return what is printed for a device."""
    channels = state.channels.values()
    return {
        "model": model,
        "channels": [
            _channel(state, each) for each in channels if each.kind is not ChannelKind.TOTAL
        ],
    }


def _channel(state: PlugState, channel: Channel) -> Json:
    """Return a channel under its component's own id, which counts from 0."""
    readings = {name: state.reading(channel.key, quantity) for name, quantity in _FIELDS.items()}
    values = {name: None if found is None else found.value for name, found in readings.items()}
    fed = state.reading(channel.key, Quantity.RETURNED)
    if channel.key.startswith(GROSS) and fed is not None and values["energy_wh"] is not None:
        # The device's own total counts both directions.
        values["energy_wh"] = round(values["energy_wh"] + (fed.value or 0), 3)
    return {"id": channel.number - 1, **values}


async def fetch(address: str, password: str | None) -> Json:
    """Return what a device says now.

    Raises ValueError for no address, otherwise what the client raises.
    """
    async with aiohttp.ClientSession() as session:
        client = ShellyClient(session, Address.parse(address), password)
        reader = Reader(PlugState())
        try:
            identity = await client.connect()
            reader.take_identity(identity)
            reader.take_settings(client.status, client.config)
            reader.take_status(client.status, datetime.now(UTC), timedelta(minutes=1))
        finally:
            await client.close()
        return describe(identity.model, reader.state)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the arguments; exits with 2 and a message for wrong ones."""
    parser = argparse.ArgumentParser(prog="scripts/probe shelly", description=__doc__)
    parser.add_argument("address", metavar="HOST[:PORT]", help="a name or an IP address")
    parser.add_argument("--password", help=f"by default what {PASSWORD} holds")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> bool:
    """Print the device; return whether it has a channel.

    Raises ValueError for wrong input, and what the client raises.
    """
    password = os.environ.get(PASSWORD) if options.password is None else options.password
    found = asyncio.run(fetch(options.address, password or None))
    print(json.dumps(found, ensure_ascii=False), flush=True)
    if not found["channels"]:
        print("probe: a Shelly without an output or a meter", file=sys.stderr)
    return bool(found["channels"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if there was a channel, 1 if none, 2 for wrong input or no connection."""
    options = parse(arguments)
    return status_of(lambda: run(options))


if __name__ == "__main__":
    sys.exit(main())
