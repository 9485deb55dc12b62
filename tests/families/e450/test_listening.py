"""Speed and parity are found by listening.

A pty has neither, so the line is a model here: untested on hardware.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest

from custom_components.ecom.errors import CannotConnect
from custom_components.ecom.families.e450 import listening
from custom_components.ecom.families.e450.client import LINES, Line, MeterClient
from custom_components.ecom.families.e450.listening import MOST_HEARD, Heard, best, listen
from custom_components.ecom.families.e450.protocol.decoder import Decoder
from custom_components.ecom.families.e450.protocol.obis import ObisCode
from custom_components.ecom.families.e450.protocol.security import Keys
from custom_components.ecom.families.e450.protocol.values import Telegram
from tests.families.e450.telegrams import IMPORT, IMPORTED, KEYS, METER, Voice
from tests.families.e450.uart import Uart, send
from tests.house import until
from tests.meters import tcp_meter

PAIRS = [(sent, read) for sent in LINES for read in LINES]


def telegrams() -> bytes:
    """Return a minute of a meter, long enough for chance to have its chances."""
    voice = Voice()
    return b"".join(voice.says({IMPORT: 28 * n, IMPORTED: 886_977 + n}) for n in range(6))


@pytest.mark.parametrize("line", LINES, ids=str)
@pytest.mark.parametrize("keeps_errors", [False, True])
def test_the_model_reads_what_it_sent(line: Line, *, keeps_errors: bool) -> None:
    """Every octet travels over the modelled line at its own setting."""
    data = bytes(range(256))
    assert Uart(line=line, keeps_errors=keeps_errors).receive(send(data, line)) == data


@pytest.mark.parametrize(("sent", "read"), PAIRS, ids=lambda line: str(line).replace(" ", "_"))
def test_only_the_right_setting_makes_sense(sent: Line, read: Line) -> None:
    """A meter at each setting, heard at each setting: one of the nine pairs in three is right."""
    data = Uart(line=read).receive(send(telegrams(), sent))
    assert Heard(line=read, data=data).makes_sense is (sent == read)


@pytest.mark.parametrize(("sent", "read"), PAIRS, ids=lambda line: str(line).replace(" ", "_"))
def test_whatever_makes_sense_is_the_truth(sent: Line, read: Line) -> None:
    """Some drivers hand over octets with errors, so that a wrong parity may be read.

    What makes sense then is what was sent, and a wrong speed never does.
    """
    data = Uart(line=read, keeps_errors=True).receive(send(telegrams(), sent))
    heard = Heard(line=read, data=data)
    assert not heard.makes_sense or sent.baudrate == read.baudrate
    values = [telegram.values for telegram in heard.decode(Keys())[0]]
    truth = [telegram.values for telegram in Heard(line=sent, data=telegrams()).decode(Keys())[0]]
    assert all(value in truth for value in values)
    if sent == read:
        assert values == truth


@pytest.mark.parametrize("sent", LINES, ids=str)
async def test_the_search_finds_the_setting(sent: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings are tried one after the other until one makes sense; it is the meter's."""
    levels = send(telegrams(), sent)

    async def heard_at(_url: str, line: Line, _seconds: float) -> Heard:
        return Heard(line=line, data=Uart(line=line).receive(levels))

    monkeypatch.setattr(listening, "_listen_once", heard_at)
    heard = await listen("/dev/ttyUSB0")
    assert heard is not None
    assert heard.line == sent


def test_an_encrypted_telegram_makes_sense() -> None:
    """A telegram that needs a key is a telegram."""
    assert Heard(line=LINES[0], data=Voice(keys=KEYS).says({IMPORT: 28})).makes_sense
    assert not Heard(line=LINES[0], data=b"").makes_sense


def test_an_unknown_line_is_taken_as_the_first() -> None:
    """An entry that names no line is of a socket, which has none."""
    assert Heard.of(b"", "").line == LINES[0]
    assert Heard.of(b"", "9600 8N1").line == LINES[2]


def test_the_telegram_that_says_most_is_shown() -> None:
    """Of several lists the one with the power counts, then the one with the name."""
    named, nameless = Voice(), Voice(meter_id=None)
    energy = nameless.telegram({IMPORTED: 1})
    with_name = named.telegram({IMPORTED: 1})
    with_power = nameless.telegram({IMPORT: 1})
    assert best([energy, with_name]) is with_name
    assert best([energy, with_name, with_power]) is with_power


@pytest.mark.usefixtures("socket_enabled")
async def test_listening_ends_with_the_first_telegram() -> None:
    """Nobody waits longer than needed, and the port is free again afterwards."""
    async with tcp_meter(b"noise" + Voice().says({IMPORT: 28})) as meter:
        heard = await listen(meter.url)
        assert heard is not None
        (telegram,) = heard.decode(Keys())[0]
        assert telegram.meter_id == METER


@pytest.mark.usefixtures("socket_enabled")
async def test_after_a_list_without_a_power_another_is_waited_for() -> None:
    """A meter may send its counters first, and its power in a list of its own."""
    voice = Voice()
    async with tcp_meter(voice.says({IMPORTED: 1})) as meter:
        searching = asyncio.ensure_future(listen(meter.url))
        await until(lambda: meter.listening)
        await meter.send(voice.says({IMPORT: 28}))
        heard = await searching
        assert heard is not None
        assert best(heard.decode(Keys())[0]).values[ObisCode.parse(IMPORT)].value == 28


@pytest.mark.usefixtures("socket_enabled", "no_lingering")
async def test_a_meter_without_a_power_is_not_waited_for_in_vain() -> None:
    """Two bare counters are all that some meters ever say."""
    async with tcp_meter(Voice().says({IMPORTED: 1})) as meter:
        assert await listen(meter.url) is not None


@pytest.mark.usefixtures("socket_enabled")
async def test_listening_is_over_when_the_port_closes() -> None:
    """An adapter that hangs up at once says nothing."""
    async with tcp_meter(b"\x55" * MOST_HEARD) as meter:
        assert await listen(meter.url) is None


@pytest.mark.usefixtures("socket_enabled")
async def test_silence_has_an_end() -> None:
    """After the time that is given, silence is reported as such."""
    async with tcp_meter() as meter:
        assert await listen(meter.url, 0.01) is None


async def test_a_port_that_breaks_while_listening_cannot_connect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An adapter that is pulled out is not taken for silence."""

    class Broken:
        async def read(self, n: int = -1, /) -> bytes:
            raise OSError(n, "/dev/ttyUSB0")

        def close(self) -> None:
            """Close nothing."""

        async def wait_closed(self) -> None:
            """Wait for nothing."""

    async def opened(_url: str, _line: Line) -> tuple[Broken, Broken]:
        return Broken(), Broken()

    monkeypatch.setattr(listening, "open_port", opened)
    with pytest.raises(CannotConnect):
        await listen("/dev/ttyUSB0", 1)


@pytest.fixture
def pty() -> Iterator[tuple[int, str]]:
    """Return the far end of a pseudo-terminal, and the path of its near end."""
    far, near = os.openpty()
    yield far, os.ttyname(near)
    os.close(near)
    os.close(far)


@pytest.fixture
async def talking(pty: tuple[int, str]) -> AsyncIterator[str]:
    """Return the path of a serial port on which a meter speaks all the time."""
    far, path = pty
    voice = Voice()

    os.set_blocking(far, False)

    async def speak() -> None:
        while True:
            with suppress(BlockingIOError):  # nobody reads at the moment
                os.write(far, voice.says({IMPORT: voice.counter}))
            await asyncio.sleep(0.01)

    task = asyncio.create_task(speak())
    yield path
    task.cancel()


async def test_a_serial_port_is_opened_and_heard(talking: str) -> None:
    """A real port in raw mode: every octet arrives as it was sent."""
    heard = await listen(talking, 5)
    assert heard is not None
    assert heard.line in LINES
    assert heard.decode(Keys())[0][0].meter_id == METER


async def test_a_client_reads_a_serial_port(talking: str) -> None:
    """The same client reads sockets and serial ports."""
    client = MeterClient(talking, LINES[0], Decoder)
    async with asyncio.timeout(5):
        await client.connect()
        events = [event async for event in _first(client)]
    await client.close()
    assert isinstance(events[-1], Telegram)


async def test_a_silent_serial_port_is_tried_at_each_setting(
    pty: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence at one setting may be another setting's telegram: all three are tried."""
    tried: list[Line] = []
    once = listening._listen_once

    async def noted(url: str, line: Line, seconds: float) -> Heard:
        tried.append(line)
        return await once(url, line, seconds)

    monkeypatch.setattr(listening, "_listen_once", noted)
    assert await listen(pty[1], 0.01) is None
    assert tried == list(LINES)


async def _first(client: MeterClient) -> AsyncIterator[object]:
    async for events in client.events():
        for event in events:
            yield event
        if isinstance(events[-1], Telegram):
            return
