"""The client reads for ever: through pauses, hang-ups and closed ports."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from socket import gaierror
from typing import override

import pytest
import serialx

from custom_components.ecom.errors import CannotConnect
from custom_components.ecom.families.e450 import client as module
from custom_components.ecom.families.e450.client import (
    LINES,
    RECENT,
    Backoff,
    Event,
    MeterClient,
    lines_for,
    normalise,
    open_port,
    reason_of,
)
from custom_components.ecom.families.e450.protocol.decoder import Decoder
from custom_components.ecom.families.e450.protocol.values import Refusal, RefusalKind, Telegram
from tests.families.e450.telegrams import IMPORT, Voice
from tests.house import until
from tests.meters import TcpMeter, tcp_meter

SECRET = "pvtk-Ld8h7Q"


@dataclass(slots=True)
class NoWait(Backoff):
    """A back-off that notes how long it would have waited, and does not."""

    waits: list[float] = field(default_factory=list)

    @override
    def next(self) -> float:
        """Note the wait."""
        self.waits.append(Backoff.next(self))
        return 0


class Listener:
    """A client with its events, one batch after the other."""

    def __init__(self, meter: TcpMeter) -> None:
        """Point a client at a meter."""
        self.waits = NoWait()
        self.client = MeterClient(meter.url, LINES[0], Decoder, backoff=self.waits)
        self.events = self.client.events()

    async def next(self) -> Sequence[Event]:
        """Return the next batch of events."""
        async with asyncio.timeout(10):
            return await anext(self.events)

    async def powers(self) -> list[object]:
        """Return the power in each telegram of the next batch."""
        return [
            {str(code): value.value for code, value in event.values.items()}[IMPORT]
            for event in await self.next()
            if isinstance(event, Telegram)
        ]


@pytest.fixture
async def meter(socket_enabled: None) -> AsyncIterator[TcpMeter]:
    """Return a meter on a socket."""
    del socket_enabled
    async with tcp_meter() as meter:
        yield meter


@pytest.fixture
async def listener(meter: TcpMeter) -> AsyncIterator[Listener]:
    """Return a client that is connected to the meter."""
    listener = Listener(meter)
    await listener.client.connect()
    await until(lambda: meter.listening)
    async with aclosing(listener.events):  # type: ignore[type-var]
        yield listener
    await listener.client.close()


async def test_what_the_meter_says_is_heard(meter: TcpMeter, listener: Listener) -> None:
    """A telegram becomes an event as soon as it is complete."""
    voice = Voice()
    await meter.send(voice.says({IMPORT: 28}))
    assert await listener.powers() == [28]
    await meter.send(voice.says({IMPORT: 29}))
    assert await listener.powers() == [29]


async def test_a_pause_inside_a_telegram_loses_nothing(meter: TcpMeter, listener: Listener) -> None:
    """A meter that rests in the middle of a frame goes on where it was.

    Nothing in the client looks at a clock while it reads, so the length of the
    pause does not matter: it ends when the second half has been sent.
    """
    telegram = Voice().says({IMPORT: 28})
    waiting = asyncio.ensure_future(listener.powers())
    await meter.send(telegram[:50])
    await until(lambda: len(listener.client.recent) == 50)
    assert not waiting.done()
    await meter.send(telegram[50:])
    assert await waiting == [28]
    assert not listener.waits.waits


async def test_after_a_hang_up_the_client_comes_back(meter: TcpMeter, listener: Listener) -> None:
    """A lost connection is opened again, and the next telegram is heard."""
    await meter.send(Voice().says({IMPORT: 28}))
    await listener.powers()
    await meter.hang_up()
    meter.greeting = Voice().says({IMPORT: 29})
    assert await listener.powers() == [29]
    assert meter.connections == 2
    assert listener.waits.waits == [1]


async def test_half_a_telegram_before_a_hang_up_is_counted(
    meter: TcpMeter, listener: Listener
) -> None:
    """What was cut off is refused as such, and does not spoil what follows."""
    telegram = Voice().says({IMPORT: 28})
    waiting = asyncio.ensure_future(listener.next())
    await meter.send(telegram[:50])
    await until(lambda: len(listener.client.recent) == 50)
    meter.greeting = Voice().says({IMPORT: 29})
    await meter.hang_up()
    (refusal,) = await waiting
    assert isinstance(refusal, Refusal)
    assert refusal.kind is RefusalKind.TRUNCATED
    assert await listener.powers() == [29]


async def test_while_the_port_is_closed_the_waits_grow(meter: TcpMeter, listener: Listener) -> None:
    """A meter that is gone is not hammered: 1, 2, 4 … seconds, at most a minute."""
    port = int(meter.url.rpartition(":")[2])
    await meter.stop()
    waiting = asyncio.ensure_future(listener.powers())
    await until(lambda: len(listener.waits.waits) >= 8)
    await meter.start(port)
    meter.greeting = Voice().says({IMPORT: 28})
    assert await waiting == [28]
    assert listener.waits.waits[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    await meter.hang_up()
    listener.waits.waits.clear()
    assert await listener.powers() == [28]
    assert listener.waits.waits == [1]


async def test_a_refused_connection_cannot_connect(meter: TcpMeter) -> None:
    """A port on which nobody listens is told as such, without its address."""
    url = meter.url
    await meter.stop()
    with pytest.raises(CannotConnect) as caught:
        await MeterClient(url, LINES[0], Decoder).connect()
    assert "127.0.0.1" not in str(caught.value)


async def test_closing_twice_is_harmless(meter: TcpMeter) -> None:
    """Whoever closes a client need not know whether somebody did already."""
    client = MeterClient(meter.url, LINES[0], Decoder)
    await client.close()
    await client.connect()
    await until(lambda: client.connected)
    await client.close()
    await client.close()
    await until(lambda: not meter.listening)


async def test_a_client_that_was_never_connected_connects_by_itself(meter: TcpMeter) -> None:
    """Asking for events is enough."""
    meter.greeting = Voice().says({IMPORT: 28})
    listener = Listener(meter)
    assert await listener.powers() == [28]
    await listener.client.close()


async def test_the_newest_octets_are_remembered(meter: TcpMeter, listener: Listener) -> None:
    """New keys can be tried on what was heard; the memory of it is bounded."""
    voice = Voice()
    sent = b"".join(voice.says({IMPORT: n}) for n in range(100))
    waiting = asyncio.ensure_future(_read(listener, 100))
    await meter.send(sent)
    assert await waiting == list(range(100))
    assert bytes(listener.client.recent) == sent[-RECENT:]


async def test_an_error_while_reading_is_a_lost_connection(
    meter: TcpMeter, listener: Listener
) -> None:
    """An adapter that is unplugged raises; the client opens the port again."""

    class Unplugged:
        async def read(self, n: int = -1, /) -> bytes:
            del n
            raise serialx.SerialException(SECRET)

    listener.client._reader = Unplugged()
    meter.greeting = Voice().says({IMPORT: 28})
    assert await listener.powers() == [28]


async def _read(listener: Listener, number: int) -> list[object]:
    found: list[object] = []
    while len(found) < number:
        found += await listener.powers()
    return found


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/dev/ttyUSB0", "/dev/ttyUSB0"),
        ("  /dev/ttyUSB0 ", "/dev/ttyUSB0"),
        ("192.168.1.20:2001", "socket://192.168.1.20:2001"),
        ("meter.local:7", "socket://meter.local:7"),
        ("[fe80::1]:2001", "socket://[fe80::1]:2001"),
        ("socket://meter:1", "socket://meter:1"),
        ("rfc2217://meter:1", "rfc2217://meter:1"),
        ("esphome://proxy:6053/?key=x", "esphome://proxy:6053/?key=x"),
    ],
)
def test_what_a_person_types_is_understood(typed: str, meant: str) -> None:
    """A path and a URL stay as they are, host and port become a socket's URL."""
    assert normalise(typed) == meant


@pytest.mark.parametrize(
    "typed", ["", "COM3", "192.168.1.20", "meter:", "meter:x", "meter:99999", ":2001", "a:1/b"]
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError):  # noqa: PT011 - any text will do: the form has its own
        normalise(typed)


@pytest.mark.parametrize(
    "url",
    ["nonsense://meter:1", "socket://meter", "socket://", "://", "/dev/there-is-no-such-port"],
)
@pytest.mark.usefixtures("socket_enabled")
async def test_whatever_cannot_be_opened_cannot_connect(url: str) -> None:
    """No address, however odd, raises anything but the typed error."""
    with pytest.raises(CannotConnect):
        await open_port(url, LINES[0])


async def test_a_port_that_does_not_open_in_time_cannot_connect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A firewall that swallows everything does not hold Home Assistant up."""

    async def never(*_args: object, **_kwargs: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(module, "OPEN_TIMEOUT", 0)
    monkeypatch.setattr(serialx, "open_serial_connection", never)
    with pytest.raises(CannotConnect, match="in time"):
        await open_port("socket://meter:1", LINES[0])


@pytest.mark.parametrize(
    "error",
    [
        OSError(111, "Connection refused"),
        OSError(f"esphome://proxy?key={SECRET}"),
        serialx.SerialException(f"esphome://proxy?key={SECRET}"),
        OSError(111, f"Connect call failed ('{SECRET}', 1)"),
        gaierror(-2, f"{SECRET}: name or service not known"),
        ValueError(SECRET),
    ],
)
def test_no_reason_holds_a_secret(error: Exception) -> None:
    """An address may hold an encryption key, so that no error repeats it."""
    assert SECRET not in reason_of(error)
    assert reason_of(error)


def test_only_a_serial_port_has_settings_to_try() -> None:
    """A socket carries octets as they are."""
    assert list(lines_for("socket://meter:1")) == [LINES[0]]
    assert list(lines_for("/dev/ttyUSB0")) == list(LINES)
    assert list(lines_for("rfc2217://meter:1")) == list(LINES)


def test_lines_are_named_as_people_name_them() -> None:
    """What stands on the form is what a technician would say."""
    assert [str(line) for line in LINES] == ["2400 8E1", "2400 8N1", "9600 8N1"]
