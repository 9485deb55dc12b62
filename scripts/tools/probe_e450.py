"""Decode what a customer interface sends, from a file of hex or from a port.

One JSON object a line: a good telegram with its values, or what was refused
and why. Nothing is remembered from one telegram to the next.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Final

from scripts.tools.pure import load_pure

load_pure()

from custom_components.ecom.errors import CannotConnect  # noqa: E402 - needs the stubs
from custom_components.ecom.families.e450.client import (  # noqa: E402 - needs the stubs
    BY_NAME,
    normalise,
    open_port,
)
from custom_components.ecom.families.e450.protocol import (  # noqa: E402 - needs the stubs
    PROFILES,
    Decoder,
    Keys,
    ObisCode,
    Refusal,
    Telegram,
    Value,
)

_CHUNK: Final = 4096
_USAGE: Final = 2
# The meter's names and its clock have keys of their own in the output.
_NOT_MEASURED: Final = frozenset(
    map(ObisCode.parse, ("0-0:42.0.0", "0-0:96.1.0", "0-0:96.1.1", "0-0:1.0.0"))
)
_LINES: Final = tuple(name.replace(" ", "-") for name in BY_NAME)

type Event = Telegram | Refusal
type Json = dict[str, object]


def describe(event: Event) -> Json:
    """Return what is printed for an event."""
    if isinstance(event, Refusal):
        return {"error": str(event.kind), "detail": event.detail}
    return {
        "meter_id": event.meter_id or event.system_title,
        "time": event.time.isoformat() if event.time else None,
        "layout": str(event.layout),
        "values": {
            str(code): {"value": _number(value), "unit": value.unit}
            for code, value in event.values.items()
            if code not in _NOT_MEASURED and value.value is not None
        },
    }


def _number(value: Value) -> int | float | str | None:
    content = value.value
    return float(content) if isinstance(content, Decimal) else content


class Printer:
    """Prints events as they come, and knows whether a telegram was among them."""

    def __init__(self) -> None:
        """Start with nothing printed."""
        self.found = False

    def show(self, events: Iterable[Event]) -> None:
        """Print one line for each event, at once."""
        for event in events:
            self.found = self.found or isinstance(event, Telegram)
            print(json.dumps(describe(event), ensure_ascii=False), flush=True)


def read_hex(name: str) -> bytes:
    """Return the octets of a file of hex digits in any spacing, of standard input for ``-``.

    Raises ValueError for anything but hex digits, OSError for a file that cannot be read.
    """
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        return bytes.fromhex("".join(text.split()))
    except ValueError:
        raise ValueError(f"{name} does not hold whole octets in hex") from None


async def read_port(url: str, line: str, decoder: Decoder, printer: Printer) -> None:
    """Print what comes from a port until it ends.

    Raises CannotConnect where it cannot be opened, ValueError for no address.
    """
    reader, writer = await open_port(normalise(url), BY_NAME[line.replace("-", " ")])
    try:
        while data := await reader.read(_CHUNK):
            printer.show(decoder.receive(data))
    finally:
        printer.show(decoder.finish())
        writer.close()


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the arguments; exits with 2 and a message for wrong ones."""
    parser = argparse.ArgumentParser(prog="scripts/probe e450", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--hex", metavar="FILE", help="hex in any spacing; - is standard input")
    source.add_argument(
        "--port", metavar="URL", help="a device path, HOST:PORT, socket://, rfc2217:// …"
    )
    parser.add_argument("--key", metavar="HEX", help="encryption key, 32 hex digits")
    parser.add_argument("--auth-key", metavar="HEX", help="authentication key, 32 hex digits")
    parser.add_argument(
        "--profile",
        choices=[profile.key for profile in PROFILES],
        help="columns of telegrams without OBIS codes; by default the best match",
    )
    parser.add_argument("--line", choices=_LINES, default="2400-8E1", help="of a serial port")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> bool:
    """Print all telegrams; return whether a good one was among them.

    Raises ValueError for bad hex or keys, OSError for a file and CannotConnect
    for a port that fails.
    """
    decoder = Decoder(keys=Keys.from_hex(options.key, options.auth_key), profile=options.profile)
    printer = Printer()
    if options.hex is not None:
        octets = read_hex(options.hex)
        printer.show([*decoder.receive(octets), *decoder.finish()])
        if not decoder.telegrams and not decoder.refusals:
            print(f"probe: no frame in {len(octets)} octets", file=sys.stderr)
    else:
        with suppress(KeyboardInterrupt):
            asyncio.run(read_port(options.port, options.line, decoder, printer))
    return printer.found


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if at least one telegram was good, 1 if none, 2 for wrong input."""
    options = parse(arguments)
    try:
        return 0 if run(options) else 1
    except CannotConnect as error:
        print(f"probe: the port cannot be opened: {error}", file=sys.stderr)
    except (OSError, ValueError) as error:
        print(f"probe: {error}", file=sys.stderr)
    return _USAGE


if __name__ == "__main__":
    sys.exit(main())
