"""The simulated meter says what a real one could, and its faults are what they are called."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from custom_components.ecom.families.e450.protocol.decoder import Decoder
from custom_components.ecom.families.e450.protocol.security import Keys
from custom_components.ecom.families.e450.protocol.values import (
    Layout,
    Refusal,
    RefusalKind,
    Telegram,
)
from scripts.simulators.e450_meter import (
    House,
    HouseMeter,
    ReplayedMeter,
    find_capture,
    split_frames,
)
from scripts.simulators.faults import PAUSE_SECONDS, Fault, play
from scripts.simulators.house import counters_at, flow_at

KEYS = Keys.from_hex("00112233445566778899AABBCCDDEEFF", "F0" * 16)
OTHER_KEYS = Keys.from_hex("FF" * 16, "FF" * 16)
NO_DRIFT = timedelta()


def decode(data: bytes, keys: Keys | None = None) -> list[Telegram | Refusal]:
    """Return everything that a stream holds."""
    decoder = Decoder(keys=keys or Keys())
    return [*decoder.receive(data), *decoder.finish()]


def meter(layout: Layout = Layout.PUSH_LIST, keys: Keys | None = None) -> HouseMeter:
    """Return a meter at the grid."""
    return HouseMeter(layout, keys or Keys(), House.GRID, serial=7)


def played(fault: Fault, number: int, keys: Keys | None = None) -> list[bytes | float]:
    """Return the pieces of one telegram with its fault."""
    frames = split_frames(meter(keys=keys).telegram(number, NO_DRIFT, None))
    return play(fault, number, frames, Random(number))


@pytest.mark.parametrize("keys", [Keys(), KEYS], ids=["plain", "encrypted"])
@pytest.mark.parametrize("layout", [*Layout])
def test_each_layout_decodes_as_itself(layout: Layout, keys: Keys) -> None:
    """The decoder finds the layout that was asked for, and a power or an energy in it."""
    (telegram,) = decode(meter(layout, keys).telegram(0, NO_DRIFT, None), keys)
    assert isinstance(telegram, Telegram)
    assert telegram.layout is layout
    quantities = {value.unit for value in telegram.values.values()}
    assert "Wh" in quantities
    assert telegram.verified is (keys is KEYS)


def test_counters_never_fall_over_days_and_midnight() -> None:
    """Each counter is the integral of what flows."""
    start = datetime(2026, 3, 28, 22, 50, tzinfo=UTC)
    moments = [start + timedelta(minutes=7 * step) for step in range(400)]
    for earlier, later in pairwise(counters_at(moment) for moment in moments):
        assert all(a <= b for a, b in zip(earlier.import_wh, later.import_wh, strict=True))
        assert all(a <= b for a, b in zip(earlier.export_wh, later.export_wh, strict=True))
        assert earlier.solar_wh <= later.solar_wh


def test_the_house_draws_or_feeds_never_both() -> None:
    """What flows at the grid is the difference of load and sun."""
    for hour in range(24):
        flow = flow_at(datetime(2026, 6, 1, hour, 30, tzinfo=UTC))
        assert flow.import_w - flow.export_w == flow.load_w - flow.solar_w
        assert 0 in (flow.import_w, flow.export_w)


@pytest.mark.parametrize(
    ("fault", "kinds"),
    [
        (Fault.NOISE, {RefusalKind.FCS, RefusalKind.HCS, RefusalKind.LENGTH}),
        (Fault.CUT, {RefusalKind.TRUNCATED, RefusalKind.FCS}),
        (Fault.REORDER, {RefusalKind.GBT, RefusalKind.TRUNCATED}),
    ],
)
def test_a_damaged_telegram_is_refused_for_what_it_has(
    fault: Fault, kinds: set[RefusalKind]
) -> None:
    """The fault shows as one of its kinds, and nothing of the telegram is published."""
    data = b"".join(piece for piece in played(fault, 1) if isinstance(piece, bytes))
    events = decode(data)
    assert events
    assert {event.kind for event in events if isinstance(event, Refusal)} <= kinds
    assert not [event for event in events if isinstance(event, Telegram)]


def test_every_other_telegram_is_sound() -> None:
    """A fault leaves the even telegrams alone."""
    for fault in (Fault.NOISE, Fault.CUT, Fault.REORDER, Fault.DUPLICATE):
        (telegram,) = decode(b"".join(p for p in played(fault, 2) if isinstance(p, bytes)))
        assert isinstance(telegram, Telegram)


def test_a_block_sent_twice_is_never_published_twice() -> None:
    """Whichever block is doubled, at most one telegram comes of it."""
    for seed in range(20):
        frames = split_frames(meter().telegram(1, NO_DRIFT, None))
        pieces = play(Fault.DUPLICATE, 1, frames, Random(seed))
        events = decode(b"".join(piece for piece in pieces if isinstance(piece, bytes)))
        assert sum(isinstance(event, Telegram) for event in events) <= 1
        assert any(isinstance(event, Refusal) for event in events)


def test_a_pause_loses_nothing() -> None:
    """The two halves around the pause are one telegram."""
    first, pause, second = played(Fault.PAUSE, 1)
    assert pause == PAUSE_SECONDS
    assert isinstance(first, bytes)
    assert isinstance(second, bytes)
    (telegram,) = decode(first + second)
    assert isinstance(telegram, Telegram)


def test_a_wrong_key_is_told() -> None:
    """With another key nothing opens."""
    (event,) = decode(meter(keys=KEYS).telegram(1, NO_DRIFT, OTHER_KEYS), KEYS)
    assert isinstance(event, Refusal)
    assert event.kind is RefusalKind.KEY


def test_silence_begins_after_three_telegrams() -> None:
    """Three telegrams come, then none."""
    assert [bool(played(Fault.SILENCE, number)) for number in range(5)] == [True] * 3 + [False] * 2


def test_a_replayed_capture_is_dated_anew() -> None:
    """The values are the capture's, the time is now, and no two replays are the same."""
    capture = find_capture("e450_ekz_2021-07-06")
    assert ReplayedMeter(capture, Keys(), rebase=False).telegram(0, NO_DRIFT, None) == capture
    replayed = ReplayedMeter(capture, Keys(), rebase=True).telegram(0, NO_DRIFT, None)
    telegram = next(event for event in decode(replayed) if isinstance(event, Telegram))
    assert telegram.time is not None
    assert abs(telegram.time.resolve(UTC) - datetime.now(UTC)) < timedelta(hours=3)
    assert {str(code): value.raw for code, value in telegram.values.items()}["1-0:1.7.0"] == 28


def test_an_unknown_capture_is_an_error_that_names_the_known_ones() -> None:
    """The message helps."""
    with pytest.raises(ValueError, match="e450_ekz_2021-07-06"):
        find_capture("nothing")
