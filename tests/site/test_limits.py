"""A member's limit: what is told, what is switched off, and when it comes on again."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from custom_components.ecom.core.limits import AtLimit, Limit, Measure, Span, Verdict, judge
from custom_components.ecom.ports import Kind
from custom_components.ecom.site import limits
from custom_components.ecom.site.directory import PortDirectory
from tests.entities import ForeignSwitch, add_switch, registry_id
from tests.grid import Grid
from tests.house import House
from tests.members import (
    Told,
    add_building,
    add_part,
    change,
    heard,
    household,
    member,
    meter,
    minute,
    runtime,
)

PHONE = "mobile_app_ada"


def limit(amount: int = 10, at_limit: AtLimit = AtLimit.OFF, **more: Any) -> Limit:
    """Return a limit in kWh a day."""
    return Limit(
        amount=Decimal(amount), measure=Measure.KWH, span=Span.DAY, at_limit=at_limit, **more
    )


class Flat:
    """Ada's flat: a meter with a switch, another without, and her phone."""

    def __init__(self, house: House, grid: Grid, switch: ForeignSwitch) -> None:
        """Take what is there."""
        self.house, self.grid, self.switch = house, grid, switch
        self.told = Told(house.hass, PHONE, "janitor", "ada_mail")

    @classmethod
    async def at(cls, house: House, **more: Any) -> Flat:
        """Add it to a house, with a limit of 10 kWh a day at which all is switched off."""
        grid, lamp = await Grid.at(house, "flat"), await Grid.at(house, "lamp")
        switch = await add_switch(house.hass, "plug")
        switch.becomes(on=True)
        flat = cls(house, grid, switch)
        for each in (grid, lamp):
            each.energy.shows(100.0, unit="kWh")
        await add_building(
            house,
            meter("Flat", grid.data("sub_meter", switch=f"entity:{registry_id(switch)}")),
            meter("Lamp", lamp.data("sub_meter")),
            member(
                "Ada",
                "Flat",
                "Lamp",
                notify=[f"action:notify.{PHONE}", "action:notify.ada_mail"],
                **more,
            ),
            notify=["action:notify.janitor", "action:notify.ada_mail"],
        )
        household(house).limits.set("Ada", limit())
        await minute(house)
        return flat

    async def uses(self, kwh: float, **later: float) -> None:
        """Let time pass, so much have been used in all, and all be judged."""
        await self.grid.counts(100 + kwh, **(later or {"minutes": 5}))
        await minute(self.house)

    @property
    def is_on(self) -> bool:
        """Return whether the plug is on."""
        return bool(self.switch.is_on)

    def last(self, name: str = PHONE) -> Mapping[str, Any]:
        """Return what somebody was told last."""
        return self.told.by_name[name][-1]


@pytest.fixture
async def flat(noon: House) -> Flat:
    """Return Ada's flat at noon."""
    return await Flat.at(noon)


async def test_each_step_is_told_once(flat: Flat) -> None:
    """The member at each, and at the limit whoever is told of the site as well."""
    reached = heard(flat.house.hass, "ecom_limit_reached")
    await flat.uses(7)
    assert flat.told.titles(PHONE) == []
    await flat.uses(8.25)
    await flat.uses(9)
    assert flat.told.titles(PHONE) == ["Ada: 80 % of the limit"]
    assert flat.last()["message"] == "8.25 kWh of 10 kWh used today."
    assert flat.last()["data"] == {"tag": "ecom_limit_Ada"}
    assert (flat.told.titles("janitor"), reached) == ([], [])
    assert flat.is_on
    await flat.uses(10.5)
    await flat.uses(12)
    assert flat.told.titles(PHONE)[1:] == ["Ada: the limit is reached"]
    assert flat.last()["message"] == "10.5 kWh of 10 kWh used today. Switched off: Flat."
    assert flat.told.titles("janitor") == ["Ada: the limit is reached"]
    assert len(flat.told.titles("ada_mail")) == 2
    assert "data" not in flat.last("ada_mail")
    assert reached == [{"member": "Ada", "share": 1.05, "measure": "kwh", "amount": 10.0}]


async def test_it_is_told_in_the_language_of_the_server(noon: House) -> None:
    """With its decimal comma."""
    noon.hass.config.language = "fr"
    flat = await Flat.at(noon)
    await flat.uses(8.25)
    assert flat.told.titles(PHONE)[0].startswith("Ada : 80 % de la")
    assert flat.last()["message"] == "8,25 kWh sur 10 kWh consommés aujourd'hui."


async def test_money_is_told_as_money(flat: Flat) -> None:
    """Of nothing, anything is too much."""
    nothing = Limit(amount=Decimal(0), measure=Measure.MONEY, span=Span.MONTH)
    household(flat.house).limits.set("Ada", nothing)
    await flat.uses(1)
    assert flat.told.titles(PHONE) == []
    household(flat.house).limits.set("Ada", limit(0, AtLimit.WARN, steps=()))
    await minute(flat.house)
    assert flat.last()["message"] == "1 kWh of 0 kWh used today."


async def test_the_plug_comes_on_again_with_the_next_day(flat: Flat) -> None:
    """It was switched off once, and everything begins anew."""
    await flat.uses(11)
    assert (flat.is_on, flat.switch.calls) == (False, 1)
    await minute(flat.house)
    assert flat.switch.calls == 1
    await minute(flat.house, hours=12)
    assert (flat.is_on, flat.switch.calls) == (True, 2)
    await flat.uses(12)
    await flat.uses(33, hours=1)
    assert (flat.is_on, flat.switch.calls) == (False, 3)
    assert flat.told.titles(PHONE).count("Ada: the limit is reached") == 2


async def test_the_users_hand_wins(flat: Flat) -> None:
    """Switched on by hand it stays on, and what a person switches off then stays off."""
    await flat.uses(11)
    flat.switch.becomes(on=True)
    await flat.uses(15)
    assert (flat.is_on, flat.switch.calls) == (True, 1)
    flat.switch.becomes(on=False)
    await minute(flat.house, hours=12)
    assert (flat.is_on, flat.switch.calls) == (False, 1)


async def test_a_button_switches_on_again(flat: Flat) -> None:
    """That of the last message, once; nobody can guess it."""
    await flat.uses(11)
    (button,) = flat.last()["data"]["actions"]
    assert button["title"] == "Switch back on"
    for action, on in (("ECOM_0123456789ABCDEF", False), (button["action"], True)):
        flat.house.hass.bus.async_fire("mobile_app_notification_action", {"action": action})
        await minute(flat.house)
        assert flat.is_on is on
    await flat.uses(12)
    assert flat.is_on
    flat.switch.becomes(on=False)
    flat.house.hass.bus.async_fire("mobile_app_notification_action", {"action": button["action"]})
    await minute(flat.house)
    assert not flat.is_on


async def test_a_restart_forgets_nothing(flat: Flat) -> None:
    """Neither what was told, nor what was switched off, nor the button."""
    await flat.uses(11)
    await flat.house.reload(flat.house.site_entries[0])
    await flat.uses(12)
    assert flat.told.titles(PHONE) == ["Ada: the limit is reached"]
    action = flat.last()["data"]["actions"][0]["action"]
    flat.house.hass.bus.async_fire("mobile_app_notification_action", {"action": action})
    await minute(flat.house)
    assert flat.is_on


async def test_switched_on_by_hand_while_home_assistant_was_away(flat: Flat) -> None:
    """That is a hand as well."""
    await flat.uses(11)
    (site,) = flat.house.site_entries
    await flat.house.unload(site)
    flat.switch.becomes(on=True)
    assert await flat.house.hass.config_entries.async_setup(site.entry_id)
    await flat.uses(12)
    flat.switch.becomes(on=False)
    await minute(flat.house, hours=12)
    assert not flat.is_on


async def test_a_plug_that_cannot_be_reached(flat: Flat) -> None:
    """Is switched off as soon as it can, and on again as soon as it can."""
    flat.switch.goes()
    flat.switch.async_write_ha_state()
    await flat.uses(11)
    assert flat.last()["message"] == "11 kWh of 10 kWh used today."
    assert "actions" not in flat.last()["data"]
    flat.switch._attr_available = True
    flat.switch.becomes(on=True)
    await minute(flat.house)
    assert not flat.is_on
    flat.switch.goes()
    await minute(flat.house, hours=12)
    flat.switch._attr_available = True
    flat.switch.becomes(on=False)
    await minute(flat.house)
    assert flat.is_on


async def test_a_plug_that_refuses(flat: Flat) -> None:
    """Is asked again a minute later."""
    flat.switch.refuses()
    await flat.grid.counts(111, minutes=5)
    await minute(flat.house)
    assert flat.is_on
    flat.switch.failure = None
    await minute(flat.house)
    assert not flat.is_on


async def test_a_limit_that_is_taken_back_while_it_is_switched_off(flat: Flat) -> None:
    """The plug comes on again a minute later."""

    @callback
    def switched(_event: object) -> None:
        if not flat.is_on:
            household(flat.house).limits.set("Ada", limit(30))
            runtime(flat.house).books.publisher.async_update_listeners()
            household(flat.house).limits._states["Ada"].release()

    flat.house.hass.bus.async_listen("state_changed", switched)
    await flat.uses(11)
    await minute(flat.house)
    assert (flat.is_on, flat.switch.calls) == (True, 2)


async def test_what_was_off_already_stays_off(flat: Flat) -> None:
    """It is not ECOM's to switch on."""
    flat.switch.becomes(on=False)
    await flat.uses(11)
    await minute(flat.house, hours=12)
    assert (flat.is_on, flat.switch.calls) == (False, 0)


@pytest.mark.parametrize(
    "after",
    [None, limit(20), limit(10, AtLimit.WARN)],
    ids=["no limit", "a higher one", "one that only tells"],
)
async def test_a_limit_that_is_taken_back(flat: Flat, after: Limit | None) -> None:
    """Gives back at once what it took."""
    await flat.uses(11)
    assert not flat.is_on
    household(flat.house).limits.set("Ada", after)
    await minute(flat.house)
    assert flat.is_on
    assert household(flat.house).limits.limit_of("Ada") == after


async def test_the_same_limit_again(flat: Flat) -> None:
    """Changes nothing, and tells nothing twice; another one tells what it has to."""
    await flat.uses(9)
    household(flat.house).limits.set("Ada", limit())
    await minute(flat.house)
    assert len(flat.told.titles(PHONE)) == 1
    household(flat.house).limits.set("Ada", limit(11))
    await minute(flat.house)
    assert len(flat.told.titles(PHONE)) == 2


async def test_a_member_who_moves_out(flat: Flat) -> None:
    """Is told no more, and the next one finds everything on."""
    await flat.uses(11)
    await change(flat.house, "Ada", moved_out="2026-11-26")
    await minute(flat.house)
    assert flat.is_on
    await flat.uses(40)
    assert len(flat.told.titles(PHONE)) == 1


async def test_a_member_who_is_removed(flat: Flat) -> None:
    """Leaves nothing switched off, and no limit."""
    await flat.uses(11)
    (site,) = flat.house.site_entries
    flat.house.hass.config_entries.async_remove_subentry(site, "Ada")
    await minute(flat.house)
    assert flat.is_on


async def test_a_meter_that_is_removed(flat: Flat) -> None:
    """Is not switched any more."""
    await flat.uses(11)
    (site,) = flat.house.site_entries
    flat.house.hass.config_entries.async_remove_subentry(site, "Flat")
    await minute(flat.house, hours=12)
    await minute(flat.house)
    assert (flat.is_on, flat.switch.calls) == (False, 1)


async def test_a_limit_that_cannot_be_judged(
    flat: Flat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Keeps no other from being judged, and it is said once."""
    await add_part(flat.house, member("Bob", "Flat", notify=["action:notify.janitor"]))
    household(flat.house).limits.set("Bob", limit(5, AtLimit.WARN))

    def judged(each: Limit, *known: Any) -> Verdict:
        if each.amount == 10:
            raise ArithmeticError(each)
        return judge(each, *known)

    monkeypatch.setattr(limits, "judge", judged)
    await flat.uses(6)
    await flat.uses(7)
    assert flat.told.titles("janitor") == ["Bob: the limit is reached"]
    assert caplog.text.count("The limit of member Ada cannot be judged") == 1


async def test_a_target_that_fails(
    flat: Flat, caplog: pytest.LogCaptureFixture, hass: HomeAssistant
) -> None:
    """Keeps nobody else from being told, and no name is in the log."""

    async def fails(_call: object) -> None:
        raise HomeAssistantError("Ada is not at home")

    hass.services.async_register("notify", PHONE, fails)
    await flat.uses(8)
    assert flat.told.titles("ada_mail") == ["Ada: 80 % of the limit"]
    lines = [each for each in caplog.records if "telling" in each.name]
    assert [each.message for each in lines] == [
        "A notification could not be delivered: HomeAssistantError"
    ]


class _Port:
    """A port of a source."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind


class _Source:
    """A source with ports."""

    uid = "toy:1"

    def __init__(self, **ports: Kind) -> None:
        self.ports = {
            f"{self.uid}/{key.replace('__', '/')}": _Port(kind) for key, kind in ports.items()
        }


@pytest.mark.parametrize(
    ("port", "switch"),
    [("one/power", "one/state"), ("two/power", None), ("three/power", None), ("total", None)],
)
def test_the_switch_of_an_outlet(
    monkeypatch: pytest.MonkeyPatch, port: str, switch: str | None
) -> None:
    """It is the only one beside what it measures; what is of the whole device has none."""
    source = _Source(
        one__power=Kind.POWER,
        one__state=Kind.SWITCH,
        two__power=Kind.POWER,
        three__power=Kind.POWER,
        three__a=Kind.SWITCH,
        three__b=Kind.SWITCH,
        total=Kind.POWER,
        relay=Kind.SWITCH,
    )
    monkeypatch.setattr(PortDirectory, "_source_of", lambda *_: source)
    directory = PortDirectory.__new__(PortDirectory)
    expected = None if switch is None else f"toy:1/{switch}"
    assert directory.switch_beside(f"toy:1/{port}") == expected


async def test_a_port_of_no_source_has_no_switch(flat: Flat) -> None:
    """Nothing stands beside an entity, nor beside what is not there."""
    directory = runtime(flat.house).books._directory
    assert directory.switch_beside("entity:123") is None
    assert directory.switch_beside("toy:1/one/power") is None
