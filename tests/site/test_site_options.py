"""What holds for the whole site, and how a person changes it."""

from decimal import Decimal

from homeassistant.data_entry_flow import FlowResultType

from custom_components.ecom.core.billing.keys import KeyKind
from custom_components.ecom.site.options import SiteOptions
from tests.house import House

ANSWER = {"common_key": "surface", "heat_common": 25.5, "language": "fr", "monthly": True}


async def test_what_is_usual(house: House) -> None:
    """Equal parts, 30 % of heat in common, Home Assistant's language if there is one."""
    usual = SiteOptions.of(house.hass, {})
    assert (usual.common_key, usual.heat_common) == (KeyKind.EQUAL, Decimal("0.3"))
    assert (usual.language, usual.monthly, usual.issuer) == ("en", False, "")
    house.hass.config.language = "fr"
    assert SiteOptions.of(house.hass, {}).language == "fr"
    house.hass.config.language = "de"
    assert SiteOptions.of(house.hass, {}).language == "en"


async def test_options_are_changed(house: House) -> None:
    """What cannot be told is refused, and everything else is kept."""
    site = await house.add_site()
    flow = house.hass.config_entries.options
    form = await flow.async_init(site.entry_id)
    assert form["step_id"] == "site_init"
    again = await flow.async_configure(form["flow_id"], {**ANSWER, "notify": ["nobody"]})
    assert again["errors"] == {"notify": "no_notify_target"}
    done = await flow.async_configure(form["flow_id"], {**ANSWER, "notify": ["notify.me"]})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    options = SiteOptions.of(house.hass, site.options)
    assert options == SiteOptions(
        language="fr",
        common_key=KeyKind.SURFACE,
        heat_common=Decimal("0.255"),
        monthly=True,
        notify=("notify.me",),
    )
