"""The second line: what no checksum catches and yet cannot be."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.ecom.families.e450.gate import AGREEING, NOTHING, Gate, Verdict
from custom_components.ecom.families.e450.protocol.obis import ObisCode
from custom_components.ecom.families.e450.protocol.values import Raw
from tests.families.e450.telegrams import (
    IMPORT,
    IMPORTED,
    KEYS,
    OTHER_METER,
    SUB_METER,
    Voice,
)

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOON = timedelta(seconds=10)
REACTIVE_ENERGY = "1-0:3.8.0"


class Judge:
    """A gate, a meter, and a clock that goes on by ten seconds at each telegram."""

    def __init__(self, voice: Voice | None = None, limit_w: float = 100_000) -> None:
        """Begin at the start of a day."""
        self.gate = Gate(limit_w=limit_w)
        self.voice = voice or Voice()
        self.now = START

    def verdict(self, values: Mapping[str, Raw], voice: Voice | None = None) -> Verdict:
        """Return what becomes of the next telegram."""
        self.now += SOON
        telegram = (voice or self.voice).telegram(values)
        return self.gate.judge(telegram, self.now).verdict

    def reason(self, values: Mapping[str, Raw], voice: Voice | None = None) -> str:
        """Return why the next telegram is refused."""
        self.now += SOON
        return self.gate.judge((voice or self.voice).telegram(values), self.now).reason


@pytest.fixture
def judge() -> Judge:
    """Return a gate that has let one telegram pass."""
    judge = Judge()
    assert judge.verdict({IMPORT: 300, IMPORTED: 1000}) is Verdict.GOOD
    return judge


def test_what_can_be_is_good(judge: Judge) -> None:
    """Counters that grow, or stand still, pass."""
    assert judge.verdict({IMPORT: 300, IMPORTED: 1001}) is Verdict.GOOD
    assert judge.verdict({IMPORT: 0, IMPORTED: 1001}) is Verdict.GOOD


@pytest.mark.parametrize("code", [IMPORTED, REACTIVE_ENERGY, SUB_METER])
def test_a_counter_never_falls(code: str) -> None:
    """Any total that is less than before is refused, and the reason names it."""
    judge = Judge()
    assert judge.verdict({code: 1000}) is Verdict.GOOD
    assert code in judge.reason({code: 999})
    assert judge.verdict({code: 998}) is Verdict.IMPLAUSIBLE
    assert judge.verdict({code: 1000}) is Verdict.GOOD


def test_a_counter_is_compared_with_its_last_value_however_old(judge: Judge) -> None:
    """A slow list's counter is remembered over the telegrams that do not hold it."""
    assert judge.verdict({IMPORT: 300}) is Verdict.GOOD
    assert judge.verdict({IMPORT: 300, IMPORTED: 900}) is Verdict.IMPLAUSIBLE


def test_energy_beyond_the_connection_is_refused() -> None:
    """6 kW for 10 s and a minute's margin is 116 Wh: a counter does not jump further."""
    judge = Judge(limit_w=6000)
    assert judge.verdict({IMPORTED: 1000}) is Verdict.GOOD
    assert judge.verdict({IMPORTED: 1118}) is Verdict.IMPLAUSIBLE
    judge.now -= SOON
    assert judge.verdict({IMPORTED: 1116}) is Verdict.GOOD


def test_a_long_silence_allows_a_long_jump(judge: Judge) -> None:
    """What was used while nobody listened is believed."""
    judge.now += timedelta(days=1)
    assert judge.verdict({IMPORTED: 2_001_000}) is Verdict.GOOD


def test_a_clock_that_was_set_back_does_not_block(judge: Judge) -> None:
    """If Home Assistant's clock steps back, the margin still lets the meter through."""
    judge.now -= timedelta(hours=1)
    assert judge.verdict({IMPORTED: 1001}) is Verdict.GOOD


@pytest.mark.parametrize("code", ["1-0:1.7.0", "1-0:3.7.0", "1-0:9.7.0", "1-0:41.7.0"])
@pytest.mark.parametrize("watts", [100_001, -100_001])
def test_power_beyond_the_connection_is_refused(code: str, watts: int) -> None:
    """No power of any kind exceeds what the connection carries, either way."""
    judge = Judge()
    assert judge.verdict({code: watts}) is Verdict.IMPLAUSIBLE
    assert judge.verdict({code: 100_000}) is Verdict.GOOD


def test_power_beyond_the_connection_asks_whether_the_limit_is_right(judge: Judge) -> None:
    """Ten in a row say 200 kW; once confirmed, so much is believed, after a restart too."""
    for number in range(AGREEING - 1):
        loud = {IMPORT: 200_000, IMPORTED: 1000 + number}
        assert judge.verdict(loud) is Verdict.IMPLAUSIBLE
    assert judge.verdict({IMPORT: 200_000, IMPORTED: 1500}) is Verdict.ASK
    judge.gate.accept()
    assert judge.verdict({IMPORT: 210_000, IMPORTED: 1600}) is Verdict.GOOD
    again = Gate()
    again.load(judge.gate.dump())
    telegram = judge.voice.telegram({IMPORT: 240_000, IMPORTED: 1700})
    assert again.judge(telegram, judge.now + SOON).verdict is Verdict.GOOD


@pytest.mark.parametrize(
    "values",
    [{IMPORT: 2_000_000}, {IMPORT: -1}, {IMPORTED: -5}, {IMPORTED: 10**15 + 1}],
    ids=["power far beyond", "negative power", "negative counter", "petawatt-hours"],
)
def test_what_no_meter_can_say_never_asks(values: dict[str, int]) -> None:
    """However often it is said, what cannot be does not become a question."""
    judge = Judge()
    verdicts = {judge.verdict(values) for _ in range(3 * AGREEING)}
    assert verdicts == {Verdict.IMPLAUSIBLE}


def test_another_meters_telegram_is_refused(judge: Judge) -> None:
    """A telegram that names another meter is not this one's."""
    assert "another meter" in judge.reason({IMPORTED: 1001}, Voice(meter_id=OTHER_METER))


def test_a_telegram_without_a_name_is_not_from_another_meter(judge: Judge) -> None:
    """Lists that leave out the name are judged by what they hold."""
    nameless = Voice(meter_id=None, counter=50)
    assert judge.verdict({IMPORTED: 1001}, nameless) is Verdict.GOOD
    assert judge.verdict({IMPORTED: 1002}, Voice(meter_id=OTHER_METER)) is Verdict.IMPLAUSIBLE


def test_an_invocation_counter_never_goes_back() -> None:
    """A telegram that was recorded and is played again is refused, in part or whole."""
    judge = Judge(Voice(keys=KEYS, counter=100))
    assert judge.verdict({IMPORTED: 1000}) is Verdict.GOOD
    assert "invocation counter" in judge.reason({IMPORTED: 1001}, Voice(keys=KEYS, counter=99))
    assert judge.verdict({IMPORTED: 1001}, Voice(keys=KEYS, counter=100)) is Verdict.IMPLAUSIBLE
    assert judge.verdict({IMPORTED: 1001}) is Verdict.GOOD


def test_the_same_telegram_twice_is_a_duplicate(judge: Judge) -> None:
    """What a repeater sends again is no news, whether the first was good or refused."""
    telegram = judge.voice.telegram({IMPORTED: 1001}, at=judge.now)
    assert judge.gate.judge(telegram, judge.now).verdict is Verdict.GOOD
    assert judge.gate.judge(telegram, judge.now + SOON).verdict is Verdict.DUPLICATE
    fallen = judge.voice.telegram({IMPORTED: 5}, at=judge.now)
    assert judge.gate.judge(fallen, judge.now).verdict is Verdict.IMPLAUSIBLE
    assert judge.gate.judge(fallen, judge.now + SOON).verdict is Verdict.DUPLICATE


def test_what_carries_no_time_and_no_counter_is_never_a_duplicate(judge: Judge) -> None:
    """An idle E350 says the same again and again, and is not dead."""
    telegram = judge.voice.telegram({IMPORTED: 1001})
    for _ in range(3):
        assert judge.gate.judge(telegram, judge.now).verdict is Verdict.GOOD


def test_the_same_values_again_are_no_duplicate(judge: Judge) -> None:
    """A meter whose values stand still still speaks: its telegrams are numbered."""
    assert judge.verdict({IMPORT: 0, IMPORTED: 1000}) is Verdict.GOOD
    assert judge.verdict({IMPORT: 0, IMPORTED: 1000}) is Verdict.GOOD


def test_ten_telegrams_that_agree_make_a_question(judge: Judge) -> None:
    """Nine refused telegrams are nothing; the tenth that agrees with them asks."""
    verdicts = [judge.verdict({IMPORTED: n}) for n in range(AGREEING + 2)]
    assert verdicts == [Verdict.IMPLAUSIBLE] * (AGREEING - 1) + [Verdict.ASK] * 3


def test_telegrams_that_disagree_never_make_a_question(judge: Judge) -> None:
    """Random damage does not agree with itself, however long it lasts."""
    verdicts = {judge.verdict({IMPORTED: 900 - n}) for n in range(5 * AGREEING)}
    assert verdicts == {Verdict.IMPLAUSIBLE}


def test_one_good_telegram_ends_the_doubt(judge: Judge) -> None:
    """Nine wrong telegrams and a right one: the next wrong one is the first again."""
    for n in range(AGREEING - 1):
        judge.verdict({IMPORTED: n})
    assert judge.verdict({IMPORTED: 1001}) is Verdict.GOOD
    verdicts = {judge.verdict({IMPORTED: n}) for n in range(AGREEING - 1)}
    assert verdicts == {Verdict.IMPLAUSIBLE}


def test_once_accepted_the_new_meter_is_the_meter(judge: Judge) -> None:
    """The user's answer lets the new readings through, and holds the old ones back."""
    exchanged = Voice(meter_id=OTHER_METER)
    for n in range(AGREEING):
        judge.verdict({IMPORTED: n}, exchanged)
    judge.gate.accept()
    assert judge.verdict({IMPORTED: AGREEING}, exchanged) is Verdict.GOOD
    assert judge.verdict({IMPORTED: 1001}) is Verdict.IMPLAUSIBLE


def test_accepting_nothing_changes_nothing(judge: Judge) -> None:
    """An answer to a question that nobody asks any more is not followed."""
    judge.gate.accept()
    assert judge.verdict({IMPORTED: 999}) is Verdict.IMPLAUSIBLE


def test_the_mark_survives_a_restart() -> None:
    """What was read before a restart is what the next telegram is measured against."""
    judge = Judge(Voice(keys=KEYS, counter=100))
    judge.verdict({IMPORTED: 1000, SUB_METER: 7})
    again = Judge(judge.voice)
    again.now = judge.now
    again.gate.load(judge.gate.dump())
    assert again.verdict({IMPORTED: 999}) is Verdict.IMPLAUSIBLE
    assert again.verdict({SUB_METER: 6}) is Verdict.IMPLAUSIBLE
    assert again.verdict({IMPORTED: 1000}, Voice(keys=KEYS, counter=50)) is Verdict.IMPLAUSIBLE
    other = Voice(keys=KEYS, counter=500, meter_id=OTHER_METER)
    assert again.verdict({IMPORTED: 1000}, other) is Verdict.IMPLAUSIBLE
    assert again.verdict({IMPORTED: 1000, SUB_METER: 7}) is Verdict.GOOD


MARK: dict[str, Any] = {"names": {}, "invocation_counter": None}


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"names": {}},
        {**MARK, "names": None, "counters": {}},
        {**MARK, "counters": []},
        {**MARK, "counters": None},
        {**MARK, "counters": {"1-0:1.8.0": 5}},
        {**MARK, "counters": {"1-0:1.8.0": ["5"]}},
        {**MARK, "counters": {"1-0:1.8.0": ["five", START.isoformat()]}},
        {**MARK, "counters": {"1-0:1.8.0": ["5", "yesterday"]}},
        {**MARK, "counters": {"1-0:1.8.0": ["5", "2026-11-22T12:00:00"]}},
        {**MARK, "counters": {"energy": ["5", START.isoformat()]}},
    ],
)
def test_a_damaged_store_starts_afresh(stored: dict[str, Any]) -> None:
    """What cannot be read is forgotten; it neither raises nor refuses the meter for ever."""
    judge = Judge()
    judge.gate.load(stored)
    assert judge.gate.mark == NOTHING
    assert judge.verdict({IMPORTED: 1}) is Verdict.GOOD


def test_a_counter_without_a_scaler_is_not_measured_in_watts() -> None:
    """An E570's raw energy may grow by any number until its scaler is known."""
    judge = Judge(Voice(destination=b"\xce\x9b"))
    assert judge.verdict({IMPORTED: 1, IMPORT: 900_000}) is Verdict.GOOD
    assert judge.verdict({IMPORTED: 10_000_000, IMPORT: 900_000}) is Verdict.GOOD
    assert judge.gate.mark.counters[ObisCode.parse(IMPORTED)][0] == 10_000_000
