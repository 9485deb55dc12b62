"""Read a WES once, over the network or from a saved page, and print what it says.

One JSON object: the firmware, the server's clock and all readings in the order
of the page. The password may come from the environment, ECOM_WES_PASSWORD, so
that no list of processes shows it.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from scripts.tools.probing import status_of
from scripts.tools.pure import load_pure

load_pure()

from custom_components.ecom.families.wes.client import (  # noqa: E402 - needs the stubs
    Address,
    WesClient,
)
from custom_components.ecom.families.wes.protocol import (  # noqa: E402 - needs the stubs
    Kind,
    Point,
    Report,
    Value,
)
from custom_components.ecom.families.wes.protocol.page import read  # noqa: E402 - needs the stubs

PASSWORD: Final = "ECOM_WES_PASSWORD"  # noqa: S105 - the name of a variable
ABSENT: Final = "absent or zero"
_MOST_OCTETS: Final = 1 << 20

type Json = dict[str, object]


def describe(report: Report) -> Json:
    """Return what is printed for a page."""
    return {
        "firmware": report.firmware,
        "clock": report.clock.isoformat() if report.clock else None,
        "readings": [_reading(point, value) for point, value in report.values.items()],
    }


def _reading(point: Point, value: Value) -> Json:
    found: Json = {
        "input": point.input,
        "quantity": str(point.quantity),
        "value": _plain(value) if isinstance(value, Decimal) else value,
        "unit": point.quantity.unit,
    }
    # A probe that is not plugged in reads 0.0, and so does one that is that cold.
    if point.kind is Kind.PROBE and not value:
        found["note"] = ABSENT
    return found


def _plain(value: Decimal) -> int | float:
    """Return a number as it was written: whole, or with decimals."""
    return int(value) if value == value.to_integral_value() else float(value)


def read_file(name: str) -> bytes:
    """Return the octets of a saved page, of standard input for ``-``.

    Raises OSError for a file that cannot be read, ValueError for one too long to be a page.
    """
    if name == "-":
        body = sys.stdin.buffer.read(_MOST_OCTETS + 1)
    else:
        with Path(name).open("rb") as file:
            body = file.read(_MOST_OCTETS + 1)
    if len(body) > _MOST_OCTETS:
        raise ValueError(f"{name} is too long to be a page")
    return body


async def fetch(url: str, user: str | None, password: str | None) -> bytes:
    """Return the page of a server, once it has proved to be a WES.

    Raises ValueError for no address, otherwise what the client raises.
    """
    client = WesClient(Address.parse(url), user, password)
    try:
        await client.identify()
        return await client.page()
    finally:
        await client.close()


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the arguments; exits with 2 and a message for wrong ones."""
    parser = argparse.ArgumentParser(prog="scripts/probe wes", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("url", nargs="?", metavar="URL", help="a name, HOST:PORT, http://…")
    source.add_argument("--file", metavar="FILE", help="a saved page; - is standard input")
    parser.add_argument("--user", help="of the web pages; admin if only a password is given")
    parser.add_argument("--password", help=f"by default what {PASSWORD} holds")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> bool:
    """Print the page; return whether it held a reading.

    Raises ValueError or OSError for wrong input, and what the client raises.
    """
    if options.file is not None:
        body = read_file(options.file)
    else:
        password = os.environ.get(PASSWORD) if options.password is None else options.password
        user = "admin" if options.user is None and password else options.user
        body = asyncio.run(fetch(options.url, user, password))
    report = read(body)
    print(json.dumps(describe(report), ensure_ascii=False), flush=True)
    if not report.values:
        print(f"probe: no reading in {len(body)} octets", file=sys.stderr)
    return bool(report.values)


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if there was a reading, 1 if none, 2 for wrong input or no connection."""
    options = parse(arguments)
    return status_of(lambda: run(options))


if __name__ == "__main__":
    sys.exit(main())
