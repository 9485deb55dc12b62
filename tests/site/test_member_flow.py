"""How a person gives the site a member, and changes one."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from custom_components.ecom.site.members import MemberConfig, MemberKind
from tests.house import House
from tests.subentries import PartDialogue, data_of, id_of

FLAT = {"port": "entity:flat", "role": "sub_meter"}


def answer(**changes: Any) -> dict[str, Any]:
    """Return a form filled in with a name and nothing else, but for ``changes``."""
    return {"name": "Ada", "kind": "tenant", "home": {}, "contact": {}, **changes}


async def test_a_name_is_enough(house: House) -> None:
    """Everything else may come later, or never."""
    site = await house.add_site()
    dialogue = await PartDialogue.begin(house, site, "member")
    assert dialogue.step == "user"
    assert (await dialogue.answer(answer())).is_done
    assert data_of(site, "Ada") == {"kind": "tenant"}
    config = MemberConfig.of(site.subentries[id_of(site, "Ada")])
    assert (config.kind, config.meters, config.weights) == (MemberKind.TENANT, (), {})
    assert (config.moved_in, config.moved_out, config.provision) == (None, None, 0)


async def test_all_of_it_is_kept_and_shown_again(house: House) -> None:
    """Changed later, the form shows what was there; what is emptied is gone."""
    site = await house.add_site(FLAT)
    meter = id_of(site, "entity:flat")
    home = {"moved_in": "2026-11-12", "surface": 41.5, "thousandths": 120, "occupants": 2}
    contact = {"notify": ["notify.ada", "action:notify.free_mobile"], "provision": 25.5}
    dialogue = await PartDialogue.begin(house, site, "member")
    await dialogue.answer(answer(meters=[meter], home=home, contact=contact))
    config = MemberConfig.of(site.subentries[id_of(site, "Ada")])
    assert config.meters == (meter,)
    assert config.moved_in == date(2026, 11, 12)
    assert config.weights == {
        "surface": Decimal("41.5"),
        "thousandths": Decimal(120),
        "occupants": Decimal(2),
    }
    assert config.notify == ("notify.ada", "action:notify.free_mobile")
    assert config.provision == Decimal("25.5")

    dialogue = await PartDialogue.begin(house, site, "member", "Ada")
    assert dialogue.suggested == {
        "name": "Ada",
        "kind": "tenant",
        "meters": [meter],
        "home": home,
        "contact": contact,
    }
    await dialogue.answer(answer(name="Ada L.", home={"moved_out": "2026-12-01"}))
    assert dialogue.is_done
    assert data_of(site, "Ada L.") == {"kind": "tenant", "moved_out": "2026-12-01"}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": "  "}, {"name": "member_name_empty"}),
        (
            {"home": {"moved_in": "2026-11-12", "moved_out": "2026-11-12"}},
            {"base": "member_out_before_in"},
        ),
        ({"contact": {"notify": ["light.lamp"]}}, {"base": "no_notify_target"}),
        ({"contact": {"notify": ["action:notify.Some Thing"]}}, {"base": "no_notify_target"}),
    ],
)
async def test_what_cannot_be(house: House, changes: dict[str, Any], errors: object) -> None:
    """The form says why, for a new member and for one that is changed, and nothing is kept."""
    site = await house.add_site()
    dialogue = await (await PartDialogue.begin(house, site, "member")).answer(answer(**changes))
    assert dialogue.errors == errors
    await dialogue.answer(answer())
    dialogue = await PartDialogue.begin(house, site, "member", "Ada")
    assert (await dialogue.answer(answer(**changes))).errors == errors
    assert data_of(site, "Ada") == {"kind": "tenant"}
