"""Addresses, components, counters: what needs neither a device nor Home Assistant."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.ecom.families.shelly.address import Address
from custom_components.ecom.families.shelly.components import (
    MOST_CHANNELS,
    MOST_UNKNOWN,
    output_of,
    parts,
    passed_over,
)
from custom_components.ecom.families.shelly.identity import words
from custom_components.ecom.families.shelly.models import Reader
from custom_components.ecom.families.shelly.totals import Totals
from custom_components.ecom.plugs import BOUNDS, ChannelKind, PlugState, Quantity
from tests.families.shelly.at_home import FIXTURES, PRO_3EM, fixture_of

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def read(status: Any, config: Any = None) -> PlugState:
    """Return what is known after one status."""
    reader = Reader(PlugState())
    reader.take_settings(status, config or {})
    reader.take_status(status, NOW, MINUTE)
    return reader.state


def value(state: PlugState, channel: str, quantity: Quantity) -> Any:
    """Return a value that is known."""
    reading = state.reading(channel, quantity)
    assert reading is not None
    return reading.value


@pytest.mark.parametrize(
    ("text", "shortest", "port", "secure"),
    [
        ("192.168.1.30", "192.168.1.30", 80, False),
        (" Plug.local ", "plug.local", 80, False),
        ("http://plug/status", "plug", 80, False),
        ("https://plug", "plug:443", 443, True),
        ("https://plug:8443", "plug:8443", 8443, False),
        ("192.168.1.30:8080", "192.168.1.30:8080", 8080, False),
        ("fe80::1", "[fe80::1]", 80, False),
        ("[fe80::1]:81", "[fe80::1]:81", 81, False),
    ],
)
def test_addresses(text: str, shortest: str, port: int, secure: bool) -> None:  # noqa: FBT001 - a column
    """As people type them; what is shown can be typed again."""
    address = Address.parse(text)
    assert (str(address), address.port, address.is_secure) == (shortest, port, secure)
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "a b", "a\\b", "ftp://plug", "a@plug", "plug:", "plug:x", "plug:0"),
        *("plug:65536", "1.2.3", "-plug", "plug..local", "[fe80::1", "x" * 254, "http://", ":80"),
    ],
)
def test_what_is_no_address(text: str) -> None:
    """It is a ValueError, and nothing else."""
    with pytest.raises(ValueError):  # noqa: PT011 - any text will do, nobody shows it
        Address.parse(text)


def test_a_total_that_falls_by_a_little_waits() -> None:
    """After a power cut a device restores an older counter; a true reset is shown."""
    totals = Totals()
    shown = [totals.hold("a", total) for total in (1000.0, 1010.0, 1004.0, 1009.9, 1010.5)]
    assert shown == [1000.0, 1010.0, 1010.0, 1010.0, 1010.5]
    assert totals.hold("a", 909.0) == 909.0
    assert totals.hold("a", 0.0) == 0.0
    assert totals.hold("a", 0.4) == 0.4
    assert totals.hold("b", 5.0) == 5.0


def test_a_counter_that_was_restored_is_held() -> None:
    """Through the normaliser, power being what it is; a reset passes."""
    reader = Reader(PlugState())
    status = {"switch:0": {"output": True, "apower": 5.0, "aenergy": {"total": 7258.589}}}
    reader.take_settings(status, {})
    for total, shown in ((7258.589, 7258.589), (7257.1, 7258.589), (7259.0, 7259.0), (1.5, 1.5)):
        reader.take_status(
            {"switch:0": {"output": True, "apower": 6.0, "aenergy": {"total": total}}}, NOW, MINUTE
        )
        assert value(reader.state, "switch0", Quantity.ENERGY) == shown


def test_phases_that_are_not_wired_are_left_out() -> None:
    """They say null; one that says something later is there from then on."""
    status = dict(fixture_of(PRO_3EM).status)
    wired, counted = dict(status["em:0"]), dict(status["emdata:0"])
    torn = {
        "em:0": {k: None if k.startswith(("b_", "c_")) else v for k, v in wired.items()},
        "emdata:0": {k: None if k.startswith(("b_", "c_")) else v for k, v in counted.items()},
    }
    reader = Reader(PlugState())
    reader.take_settings(torn, {})
    assert list(reader.state.channels) == ["em0", "em0a"]
    reader.take_settings(status, {})
    assert list(reader.state.channels) == ["em0", "em0a", "em0b", "em0c"]


def test_the_phases_of_a_second_meter_go_on_counting() -> None:
    """No two children of a device share a name."""
    em = fixture_of(PRO_3EM).status["em:0"]
    found = [part.channel for part in parts({"em:0": em, "em:1": em}, {})]
    phases = [each for each in found if each.kind is ChannelKind.PHASE]
    assert [each.number for each in phases] == [1, 2, 3, 4, 5, 6]
    assert [each.key for each in phases][3:] == ["em1a", "em1b", "em1c"]
    assert len({each.key for each in found}) == 8


@pytest.mark.parametrize(
    "nonsense", [None, True, "230", [230], {}, float("nan"), float("inf"), 1e13, -1e13, 10**400]
)
def test_a_value_that_cannot_be_is_absent(nonsense: object) -> None:
    """Known to be absent, never a guess; its neighbours count."""
    state = read(
        {
            "switch:0": {
                "output": nonsense if nonsense is not True else "on",
                "apower": nonsense,
                "voltage": nonsense,
                "current": 0.5,
                "aenergy": {"total": nonsense},
                "ret_aenergy": nonsense,
            }
        }
    )
    assert value(state, "switch0", Quantity.CURRENT) == 0.5
    for quantity in (Quantity.STATE, Quantity.POWER, Quantity.VOLTAGE, Quantity.ENERGY):
        assert value(state, "switch0", quantity) is None
    assert state.reading("switch0", Quantity.RETURNED) is None


def test_a_component_that_is_none() -> None:
    """Names and contents that no Shelly has."""
    status = {
        "switch:0": "on",
        "switch:x": {"output": True},
        "switch": {"output": True},
        "switch:1:2": {"output": True},
        "pm1:9999": {"apower": 1},
        "em1:0": None,
        "switch:7": {},
    }
    assert not read(status).channels
    assert "switch:x" not in passed_over(status)


def test_channels_stand_in_the_order_of_their_numbers() -> None:
    """As on the housing; a number is written in one way only."""
    status = {f"switch:{n}": {"output": True} for n in ("10", "2", "0", "00", "02")}
    assert list(read(status).channels) == ["switch0", "switch2", "switch10"]


def test_no_device_has_so_many() -> None:
    """Neither channels nor unknown components without an end."""
    status: dict[str, Any] = {f"switch:{n}": {"output": True} for n in range(900)}
    status |= {f"vendor{n}:0": {} for n in range(900)}
    state = read(status)
    assert len(state.channels) == MOST_CHANNELS
    assert len(state.unknown) == MOST_UNKNOWN


def test_what_is_passed_over_is_named() -> None:
    """Housekeeping is not, nor what could not be shown to anybody."""
    status = {"cover:0": {}, "light:1": {}, "sys": {}, "wifi": {}, "emdata:0": {}, "<script>": {}}
    assert passed_over(status) == ("cover:0", "light:1")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Kettle", "Kettle"),
        ("  Kettle\n", "Kettle"),
        ("a\x00b\x1b[31m", "a b [31m"),
        ("x" * 500, "x" * 80),
        ("", None),
        ("  ", None),
        (None, None),
        (5, None),
        (["a"], None),
    ],
)
def test_names(text: object, shown: str | None) -> None:
    """Names come from a device, and are shown to people."""
    assert words(text) == shown


@pytest.mark.parametrize("config", [{}, {"sys": None}, {"sys": {"device": 5}}, {"switch:0": 7}])
def test_torn_settings(config: dict[str, Any]) -> None:
    """A channel without a name, and a device that keeps the one that was known."""
    state = PlugState()
    state.name = "Kettle"
    Reader(state).take_settings({"switch:0": {"output": True}}, config)
    assert state.name == "Kettle"
    assert state.channels["switch0"].name is None


def test_which_output_a_channel_is() -> None:
    """And that a clamp is none."""
    assert output_of("switch12") == 12
    with pytest.raises(ValueError, match="clamp0"):
        output_of("clamp0")


def damaged(part: Any, lot: random.Random) -> Any:
    """Return JSON with some of its leaves and branches made something else."""
    nonsense = (None, True, "x", -1, 10**400, float("nan"), 1e300, [], {}, [[]], "\x00", 0)
    if lot.random() < 0.08:
        return lot.choice(nonsense)
    if isinstance(part, dict):
        return {
            key if lot.random() > 0.03 else f"{key}\n": damaged(each, lot)
            for key, each in part.items()
            if lot.random() > 0.05
        }
    return part


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.json")), ids=lambda path: path.stem)
def test_damaged_statuses(path: Any) -> None:
    """Nothing raises, and what is published is a number that can be (fixed seeds)."""
    fixture = fixture_of(path.stem)
    known = {number for part in read(fixture.status)._readings.values() for number in [part.value]}
    for seed in range(300):
        lot = random.Random(seed)
        reader = Reader(PlugState())
        for _ in range(3):
            status, config = damaged(fixture.status, lot), damaged(fixture.config, lot)
            status = status if isinstance(status, dict) else {}
            config = config if isinstance(config, dict) else {}
            reader.take_settings(status, config)
            reader.take_status(status, NOW, MINUTE)
        for (_, quantity), reading in reader.state._readings.items():
            if quantity is Quantity.STATE:
                assert reading.value in (None, True, False)
                continue
            low, high = BOUNDS[quantity]
            assert reading.value is None or low <= reading.value <= high
            assert reading.value is None or reading.value in known | {-1, 0}
