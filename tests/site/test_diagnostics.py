"""The diagnostics of the Site tell how it is set up, and nothing of who lives there."""

import json
from dataclasses import fields
from typing import Any

from custom_components.ecom.diagnostics import async_get_config_entry_diagnostics
from custom_components.ecom.site.members import WEIGHTS, MemberConfig
from custom_components.ecom.site.options import SiteOptions
from tests.flats import POWER, Flats, contract, member, meter
from tests.house import House, part

MEMBER: dict[str, Any] = {
    "kind": "tenant",
    "meters": ["leak-meter"],
    "moved_in": "1999-01-02",
    "moved_out": "1999-03-04",
    "surface": 61.5,
    "thousandths": 600,
    "occupants": 2,
    "fixed": 40,
    "person": "person.leak_person",
    "user": "leak-user",
    "notify": ["action:notify.leak_phone"],
    "temperatures": ["sensor.leak_bedroom"],
    "provision": 54321,
    "address": "Leak Anna\n5 rue Leak",
}
OPTIONS = {
    "issuer": "SCI Leak\n6 rue Leak",
    "notify": ["action:notify.leak_boss"],
    "language": "fr",
    "common_key": "surface",
    "heat_common": 30,
    "monthly": False,
}
OWN = {"name": "Leak contract", "components": [], "labels": {"leak": "Leak"}}
REGISTERS = {"wes:LEAK/tic1": "peak", "wes:LEAK/tic2": "off_peak"}
SHOWN = ("tenant", "61.5", "600", "electricity", "common_key", "peak_offpeak")


async def test_nothing_of_those_who_live_there_leaks(house: House) -> None:
    """Of full members, options, contracts and alerts; what they are divided by is told."""
    flats = await Flats.at(
        house,
        meter("grid", "grid", port="wes:LEAK/tic", energy="entity:leak", registers=REGISTERS),
        contract("power", **POWER),
        contract("leak", template="custom", contract=OWN),
        member("leak", **MEMBER),
        part("alert", "Leak alert", what="electricity", amount=9, notify=MEMBER["notify"]),
        **OPTIONS,
    )
    download = await async_get_config_entry_diagnostics(house.hass, flats.entry)
    told = json.dumps({key: download[key] for key in ("options", "subentries", "runtime")})
    assert "leak" not in told.lower()
    for secret in ("54321", "1999"):
        assert secret not in told
    for known in SHOWN:
        assert known in told


def test_the_member_and_the_options_above_are_full() -> None:
    """A setting that comes to them has to be thought of here, too."""
    of_members = {each.name for each in fields(MemberConfig)} - {"weights"} | {*WEIGHTS}
    assert MEMBER.keys() == of_members
    assert OPTIONS.keys() == {each.name for each in fields(SiteOptions)}
