"""A site with members: their parts by an id of the test's choice, and what they show."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import Event, HomeAssistant, ServiceCall, callback
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ecom.const import DOMAIN, SITE_UID
from custom_components.ecom.site.household import Household
from custom_components.ecom.site.runtime import SiteRuntime
from tests.house import House

type Part = tuple[str, str, Mapping[str, Any]]
"""The kind of a part, its id, which is its title as well, and its data."""


def meter(key: str, data: Mapping[str, Any], **more: Any) -> Part:
    """Return a meter."""
    return "meter", key, {**data, **more}


def member(key: str, *meters: str, **more: Any) -> Part:
    """Return a member with meters."""
    return "member", key, {"kind": "tenant", "meters": [*meters], **more}


def alert(key: str, what: str, amount: float, **more: Any) -> Part:
    """Return a threshold."""
    return "alert", key, {"what": what, "amount": amount, **more}


async def add_building(
    house: House, *parts: Part, titles: Mapping[str, str] | None = None, **options: Any
) -> MockConfigEntry:
    """Add the Site with these parts; a title is the id, if ``titles`` has no other."""
    known = titles or {}
    return await house.add(
        MockConfigEntry(
            domain=DOMAIN,
            unique_id=SITE_UID,
            title="Home",
            data={},
            options=options,
            subentries_data=[
                {
                    "subentry_id": key,
                    "subentry_type": kind,
                    "title": known.get(key, key),
                    "unique_id": None,
                    "data": {**data},
                }
                for kind, key, data in parts
            ],
        )
    )


async def add_part(house: House, part: Part) -> None:
    """Add a part to the Site while it runs."""
    kind, key, data = part
    subentry = ConfigSubentry(
        data=MappingProxyType({**data}),
        subentry_id=key,
        subentry_type=kind,
        title=key,
        unique_id=None,
    )
    house.hass.config_entries.async_add_subentry(house.site_entries[0], subentry)
    await house.hass.async_block_till_done()


async def change(house: House, key: str, **data: Any) -> None:
    """Change a part of the Site; what is None is taken away."""
    (site,) = house.site_entries
    part: ConfigSubentry = site.subentries[key]
    kept = {name: value for name, value in {**part.data, **data}.items() if value is not None}
    house.hass.config_entries.async_update_subentry(site, part, data=kept)
    await house.hass.async_block_till_done()


def runtime(house: House) -> SiteRuntime:
    """Return the Site."""
    found = house.site_entries[0].runtime_data
    assert isinstance(found, SiteRuntime)
    return found


def household(house: House) -> Household:
    """Return what looks after the members."""
    return runtime(house).books.household


async def shown(house: House, key: str, what: str = "energy") -> float | None:
    """Return what a member's sensor shows once the next minute is over."""
    await minute(house)
    return showing(house, key, what)


async def minute(house: House, **later: float) -> None:
    """Let a minute pass, or so much, and everything be published and done that is due."""
    await house.later(**(later or {"minutes": 1}))
    await house.hass.async_block_till_done(wait_background_tasks=True)


def showing(house: House, key: str, what: str = "energy") -> float | None:
    """Return what a sensor of a part shows."""
    state = house.shown(f"{SITE_UID}/{key}/{what}")
    return None if state == "unknown" else round(float(state), 6)


class Told:
    """Notify actions that note what they are told."""

    def __init__(self, hass: HomeAssistant, *names: str) -> None:
        """Register them."""
        self.by_name: dict[str, list[Mapping[str, Any]]] = {name: [] for name in names}
        for name in names:
            hass.services.async_register("notify", name, self._note)

    @callback
    def _note(self, call: ServiceCall) -> None:
        self.by_name[call.service].append(call.data)

    def titles(self, name: str) -> list[str]:
        """Return the titles that one was told, in order."""
        return [each["title"] for each in self.by_name[name]]


def heard(hass: HomeAssistant, event: str) -> list[Mapping[str, Any]]:
    """Return a list that takes up the data of an event from now on."""
    found: list[Mapping[str, Any]] = []

    @callback
    def note(fired: Event[Mapping[str, Any]]) -> None:
        found.append(dict(fired.data))

    hass.bus.async_listen(event, note)
    return found
