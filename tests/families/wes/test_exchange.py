"""A meter that is exchanged: nothing is booked until the user says what happened."""

from typing import Any

from homeassistant.data_entry_flow import FlowResultType

from tests.families.wes.at_home import WesAtHome
from tests.repairs import open_repair, press

EXCHANGED = "wes_meter_exchanged"
TIC2 = {"tic2/H_CREUSE": "005000000", "tic2/H_PLEINE": "009000000", "tic2/INJECTION": "000000000"}


def issue_of(wes: WesAtHome, name: str) -> str:
    """Return the id of the repair of an input."""
    return f"{EXCHANGED}_{wes.entry.entry_id}_{name}"


async def move_in(wes: WesAtHome, **options: Any) -> None:
    """Set up a server that is read by hand only."""
    wes.server.values |= {**TIC2, "impulsion/INDEX1": "5000", "pince/INDEX1": "1000.000"}
    await wes.move_in({"interval": 300, **options})


async def test_a_counter_that_fell_stops_and_asks(wes: WesAtHome) -> None:
    """Three pages that agree raise a repair; the total stays where it was."""
    await move_in(wes)
    assert wes.shown("clamp1/import") == "1000000"
    await wes.says({"pince/INDEX1": "0.500"})
    await wes.poll()
    assert wes.house.issues == set()
    await wes.poll()
    assert wes.house.issues == {EXCHANGED}
    assert wes.shown("clamp1/import") == "1000000"


async def test_the_total_goes_on_from_the_closing_index(wes: WesAtHome) -> None:
    """1000.5 kWh at the end of the old meter, and 400 Wh on the new one since it began at 100."""
    await move_in(wes)
    await wes.insists({"pince/INDEX1": "0.500"})
    flow = await open_repair(wes.house, issue_of(wes, "clamp1"))
    done = await press(wes.house, flow, closing=1000500.0, opening=100.0)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert wes.house.issues == set()
    await wes.poll()
    assert wes.shown("clamp1/import") == "1000900"
    await wes.says({"pince/INDEX1": "0.600"})
    assert wes.shown("clamp1/import") == "1001000"
    await wes.house.reload(wes.entry)
    assert wes.shown("clamp1/import") == "1001000"


async def test_an_impossible_index_is_refused(wes: WesAtHome) -> None:
    """The old meter cannot have ended below what it showed; the form says so and stays."""
    await move_in(wes)
    await wes.insists({"pince/INDEX1": "0.500"})
    flow = await open_repair(wes.house, issue_of(wes, "clamp1"))
    for answer in ({"closing": 999999.0, "opening": 0.0}, {"closing": 1000000.0, "opening": 501.0}):
        form = await press(wes.house, flow, **answer)
        assert form["type"] is FlowResultType.FORM
        assert form["errors"] == {"base": "wes_index_impossible"}
    assert wes.house.issues == {EXCHANGED}
    assert form["description_placeholders"]["last"] == "1000000 Wh"
    assert form["description_placeholders"]["now"] == "500 Wh"
    assert form["description_placeholders"]["input"] == "Pince 1"


async def test_a_water_counter(wes: WesAtHome) -> None:
    """In m³, as its entity is."""
    await move_in(wes, counters={"1": "water_l"})
    await wes.insists({"impulsion/INDEX1": "7"})
    flow = await open_repair(wes.house, issue_of(wes, "pulse1"))
    await press(wes.house, flow, closing=5.25, opening=0.0)
    await wes.poll()
    assert wes.shown("pulse1/index") == "5.257"


async def test_a_meter_with_another_number(wes: WesAtHome) -> None:
    """Each counter is asked about; then the new meter is this one, and the total goes on."""
    await move_in(wes)
    total = int(wes.shown("tic2/import"))
    new = {"tic2/ADCO": "021899999999", "tic2/H_CREUSE": "005000100", "tic2/H_PLEINE": "000000040"}
    await wes.says(new)
    assert wes.shown("tic2/import") == str(total)
    await wes.poll()
    assert wes.house.issues == set()
    await wes.poll()
    assert wes.house.issues == {EXCHANGED}
    flow = await open_repair(wes.house, issue_of(wes, "tic2"))
    answers = {
        "H_PLEINE": {"closing": 9000010.0, "opening": 0.0},
        "H_CREUSE": {"closing": 5000000.0, "opening": 5000000.0},
    }
    form: Any = await press(wes.house, flow, closing=0.0, opening=0.0)
    while form["type"] is FlowResultType.FORM:
        answer = answers.pop(form["description_placeholders"]["counter"])
        form = await press(wes.house, flow, **answer)
    assert answers == {}
    await wes.poll()
    assert wes.house.issues == set()
    assert wes.shown("tic2/peak") == "9000050"
    assert wes.shown("tic2/off_peak") == "5000100"
    assert wes.shown("tic2/import") == str(total + 10 + 40 + 100)
    assert "021899999999" in wes.entry.data["meter_ids"]


async def test_a_torn_number_is_no_exchange(wes: WesAtHome) -> None:
    """A page with another number, or none, counts for nothing; the next one does again."""
    await move_in(wes)
    await wes.says({"tic2/ADCO": "021800000009", "tic2/H_CREUSE": "005000900"})
    await wes.says({"tic2/ADCO": "021800000008"})
    await wes.says({"tic2/ADCO": "garbage"})
    await wes.poll()
    assert wes.shown("tic2/off_peak") == "5000000"
    assert wes.house.issues == set()
    wes.server.values.pop("tic2/ADCO")
    await wes.says({"tic2/H_CREUSE": "005000010"})
    assert wes.shown("tic2/off_peak") == "5000010"


async def test_the_same_meter_again_withdraws_the_question(wes: WesAtHome) -> None:
    """A Téléinfo that was plugged into another input for a while."""
    await move_in(wes)
    await wes.insists({"tic2/ADCO": "021899999999", "tic2/H_CREUSE": "000000100"})
    assert wes.house.issues == {EXCHANGED}
    wes.server.values.pop("tic2/ADCO")
    await wes.says({"tic2/H_CREUSE": "005000010"})
    assert wes.house.issues == set()
    assert wes.shown("tic2/off_peak") == "5000010"


async def test_a_new_contract_goes_on_counting(wes: WesAtHome) -> None:
    """From peak and off-peak to the base tariff: other counters, one energy drawn."""
    await move_in(wes)
    total = int(wes.shown("tic2/import"))
    await wes.says({"tic2/OPTARIF": "BASE", "tic2/BASE": "000000500"})
    await wes.poll()
    assert wes.shown("tic2/import") == str(total)
    await wes.poll()
    assert wes.shown("tic2/contract") == "base"
    await wes.says({"tic2/BASE": "000000530"})
    assert wes.shown("tic2/import") == str(total + 30)
    await wes.house.reload(wes.entry)
    assert wes.shown("tic2/import") == str(total + 30)


async def test_a_new_contract_may_begin_far_from_zero(wes: WesAtHome) -> None:
    """A counter that was never used stands at 14 MWh: that is nothing that was drawn now."""
    await move_in(wes)
    total = int(wes.shown("tic2/import"))
    for index in ("014000500", "014000520", "014000540"):
        await wes.says({"tic2/OPTARIF": "BASE", "tic2/BASE": index})
    assert wes.shown("tic2/import") == str(total)
    await wes.says({"tic2/BASE": "014000570"})
    assert wes.shown("tic2/import") == str(total + 30)
    assert wes.house.issues == set()


async def test_a_digit_on_a_counter_that_stands_at_zero(wes: WesAtHome) -> None:
    """It is not believed, or the true zeros that follow would look like a lost Téléinfo."""
    await move_in(wes)
    total = wes.shown("tic2/import")
    await wes.says({"tic2/H_SUPER_CREUSE": "000000100"})
    await wes.says({"tic2/H_SUPER_CREUSE": "000000000"})
    assert wes.key("tic2/super_off_peak") not in wes.source.ports
    await wes.says({"tic2/H_CREUSE": "005000010"})
    assert wes.shown("tic2/import") == str(int(total) + 10)


async def test_polls_between_the_answers_change_nothing(wes: WesAtHome) -> None:
    """A person who reads two indexes from a paper takes longer than a poll."""
    await move_in(wes)
    new = {"tic2/ADCO": "021899999999", "tic2/H_CREUSE": "000000100", "tic2/H_PLEINE": "000000040"}
    await wes.insists(new)
    flow = await open_repair(wes.house, issue_of(wes, "tic2"))
    await wes.poll()
    form = await press(wes.house, flow, closing=9000010.0, opening=0.0)
    assert form["description_placeholders"]["counter"] == "H_CREUSE"
    for _ in range(3):
        await wes.poll()
    done = await press(wes.house, flow, closing=5000000.0, opening=0.0)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await wes.poll()
    assert wes.shown("tic2/peak") == "9000050"
    assert wes.shown("tic2/off_peak") == "5000100"
    assert wes.shown("tic2/import") == "14000150"
    assert wes.house.issues == set()


async def test_an_answer_to_a_question_that_is_gone_does_nothing(wes: WesAtHome) -> None:
    """The counter came back while the form was open."""
    await move_in(wes)
    await wes.insists({"pince/INDEX1": "0.500"})
    flow = await open_repair(wes.house, issue_of(wes, "clamp1"))
    await wes.says({"pince/INDEX1": "1000.000"})
    done = await press(wes.house, flow, closing=2000000.0, opening=0.0)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await wes.poll()
    assert wes.shown("clamp1/import") == "1000000"


async def test_a_restart_between_the_answers(wes: WesAtHome) -> None:
    """What was answered stays answered."""
    await move_in(wes)
    new = {"tic2/ADCO": "021899999999", "tic2/H_CREUSE": "000000100", "tic2/H_PLEINE": "000000040"}
    await wes.insists(new)
    flow = await open_repair(wes.house, issue_of(wes, "tic2"))
    await press(wes.house, flow, closing=9000010.0, opening=0.0)
    await wes.house.reload(wes.entry)
    for _ in range(3):
        await wes.poll()
    flow = await open_repair(wes.house, issue_of(wes, "tic2"))
    done = await press(wes.house, flow, closing=5000000.0, opening=0.0)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await wes.poll()
    assert wes.shown("tic2/import") == "14000150"


async def test_a_counter_that_is_missing_holds_the_total_back(wes: WesAtHome) -> None:
    """A sum without one of its parts would look like a meter that ran backwards."""
    wes.server.values["tic2/H_SUPER_CREUSE"] = "005000000"
    await move_in(wes)
    total = wes.shown("tic2/import")
    assert total == "19000000"
    await wes.says({"tic2/H_SUPER_CREUSE": None})
    assert wes.shown("tic2/import") == total
    await wes.says({"tic2/H_SUPER_CREUSE": "005000007"})
    assert wes.shown("tic2/import") == "19000007"


async def test_a_meter_that_has_just_been_plugged_in_reads_zero(wes: WesAtHome) -> None:
    """Its true index follows; that is no exchange, and nothing was booked before."""
    wes.server.values |= {"tic2/ADCO": "021800000002"}
    zeros = {"tic2/H_CREUSE": "000000000", "tic2/H_PLEINE": "000000000"}
    await move_in(wes)
    await wes.house.unload(wes.entry)
    await wes.house.remove(wes.entry)
    wes.server.values |= zeros
    await wes.move_in({"interval": 300})
    assert wes.key("tic2/import") not in wes.source.ports
    await wes.says({"tic2/H_CREUSE": "005000000", "tic2/H_PLEINE": "009000000"})
    assert wes.shown("tic2/import") == "14000000"
    assert wes.house.issues == set()


async def test_a_counter_that_goes_on_withdraws_the_question(wes: WesAtHome) -> None:
    """The index is back where it was: it was a glitch of the server."""
    await move_in(wes)
    await wes.insists({"pince/INDEX1": "0.500"})
    await wes.says({"pince/INDEX1": "1000.001"})
    assert wes.house.issues == set()
    assert wes.shown("clamp1/import") == "1000001"


async def test_nothing_to_fix(wes: WesAtHome) -> None:
    """A repair that has gone meanwhile, or that was never this server's, does nothing."""
    await move_in(wes)
    await wes.source.fix(f"{EXCHANGED}/clamp1", {"closing": 1.0, "opening": 0.0})
    assert wes.source.question("wes_clock_off/") is None


async def test_the_tariffs_of_the_contract_divide_what_is_drawn(wes: WesAtHome) -> None:
    """Those of the contract that holds, by the name of the band; one alone divides nothing."""
    await move_in(wes)
    await wes.house.later(seconds=60)
    await wes.says({"tic2/H_PLEINE": "009000010"})
    uid, power = wes.source.uid, f"{wes.source.uid}/tic2/power"
    assert wes.source.counters[power].registers == {
        f"{uid}/tic2/peak": "peak",
        f"{uid}/tic2/off_peak": "off_peak",
    }
    for index in ("014000500", "014000520", "014000540"):
        await wes.says({"tic2/OPTARIF": "BASE", "tic2/BASE": index})
    assert wes.source.counters[power].registers == {}
