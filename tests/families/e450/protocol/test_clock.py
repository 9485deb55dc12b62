"""The meter's time, in the hours that are repeated and in those that are left out."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.ecom.families.e450.protocol import MeterTime
from custom_components.ecom.families.e450.protocol.clock import format_date_time, parse_date_time

ZURICH = ZoneInfo("Europe/Zurich")
MOMENTS = st.builds(
    MeterTime,
    local=st.datetimes(datetime(1971, 1, 1), datetime(2105, 12, 31)).map(  # noqa: DTZ001 - local
        lambda moment: moment.replace(microsecond=moment.microsecond // 10_000 * 10_000)
    ),
    deviation_minutes=st.none() | st.integers(-720, 720),
    dst=st.booleans(),
    invalid=st.booleans(),
)


def local(*parts: int) -> datetime:
    """Return a naive moment."""
    return datetime(*parts)  # type: ignore[arg-type, misc] # noqa: DTZ001 - the meter's own


@given(MOMENTS)
def test_a_moment_survives_the_wire(moment: MeterTime) -> None:
    """To the hundredth of a second."""
    assert parse_date_time(format_date_time(moment)) == moment


@given(st.binary(min_size=12, max_size=12), st.booleans())
def test_any_twelve_octets_are_a_moment_or_none(octets: bytes, header: bool) -> None:  # noqa: FBT001 - drawn
    """And a moment can be resolved in any zone, whatever it is."""
    moment = parse_date_time(octets, header=header)
    if moment is not None:
        assert moment.resolve(ZURICH).tzinfo is UTC
        assert moment.isoformat()


def test_a_clock_of_an_e450_states_no_deviation() -> None:
    """Its daylight-saving bit and its validity stand in the status."""
    moment = parse_date_time(bytes.fromhex("07E50706020E3A12FF800081"))
    assert moment == MeterTime(local=local(2021, 7, 6, 14, 58, 18), dst=True, invalid=True)
    assert moment.isoformat() == "2021-07-06T14:58:18"
    assert moment.resolve(ZURICH) == datetime(2021, 7, 6, 12, 58, 18, tzinfo=UTC)


def test_an_e360_states_its_deviation() -> None:
    """UTC is local time plus the deviation (Blue Book 4.1.6.1)."""
    moment = parse_date_time(bytes.fromhex("07E7060602111F1412FF8880"), header=True)
    assert moment is not None
    assert (moment.deviation_minutes, moment.dst) == (-120, True)
    assert moment.isoformat() == "2023-06-06T17:31:20+02:00"
    resolved = moment.resolve(ZoneInfo("Asia/Tokyo"))
    assert resolved == datetime(2023, 6, 6, 15, 31, 20, 180_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("dst", "hour"), [(True, 0), (False, 1), (None, 0)], ids=["summer", "winter", "not stated"]
)
def test_the_repeated_hour_of_october(dst: bool | None, hour: int) -> None:  # noqa: FBT001 - a row
    """The bit picks one of the two; without it, it is the first."""
    moment = MeterTime(local=local(2026, 10, 25, 2, 30), dst=dst)
    assert moment.resolve(ZURICH) == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize("dst", [True, False, None])
def test_elsewhere_the_bit_changes_nothing(dst: bool | None) -> None:  # noqa: FBT001 - a row
    """Neither in the hour that March leaves out, nor on an ordinary day."""
    left_out = MeterTime(local=local(2026, 3, 29, 2, 30), dst=dst)
    assert left_out.resolve(ZURICH) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    ordinary = MeterTime(local=local(2026, 1, 15, 12), dst=dst)
    assert ordinary.resolve(ZURICH) == datetime(2026, 1, 15, 11, tzinfo=UTC)


def test_a_fixed_zone_has_no_repeated_hour() -> None:
    """Its offset never changes."""
    zone: tzinfo = timezone(timedelta(hours=1))
    moment = MeterTime(local=local(2026, 10, 25, 2, 30), dst=False)
    assert moment.resolve(zone) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_the_header_keeps_no_daylight_saving_bit() -> None:
    """The E450 leaves its status zero all year: clear means nothing there."""
    octets = bytes.fromhex("07E50706020E3A10FF800000")
    header, clock = parse_date_time(octets, header=True), parse_date_time(octets)
    assert header is not None
    assert clock is not None
    assert (header.dst, clock.dst) == (None, False)
    assert format_date_time(header, header=True) == octets


@pytest.mark.parametrize(
    ("octets", "moment"),
    [
        ("07E5FF06020E3A10FF800000", None),
        ("07E507FE020E3A10FF800000", None),
        ("FFFF0706020E3A10FF800000", None),
        ("07E5070602FF3A10FF800000", None),
        ("000107060201010100800000", None),
        ("07E5070602", None),
        ("07E50706FF0EFFFFFF8000FF", MeterTime(local=local(2021, 7, 6, 14))),
        ("07E50706020E3A10FF7FFF80", MeterTime(local=local(2021, 7, 6, 14, 58, 16), dst=True)),
    ],
    ids=["month", "last day", "year", "hour", "year 1", "short", "minutes on", "deviation"],
)
def test_fields_that_are_not_specified(octets: str, moment: MeterTime | None) -> None:
    """Without minutes it is the full hour; without a date or an hour it is no moment."""
    assert parse_date_time(bytes.fromhex(octets)) == moment


def test_a_status_that_is_not_specified_stays_so() -> None:
    """Outside a header."""
    assert format_date_time(MeterTime(local=local(2026, 1, 1)))[-1] == 0xFF
