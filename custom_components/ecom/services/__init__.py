"""The actions of ECOM."""

from homeassistant.core import HomeAssistant, SupportsResponse, callback

from ..const import DOMAIN
from .consumption import CONSUMPTION, GET_CONSUMPTION, get_consumption
from .costs import COSTS, GET_COSTS, get_costs
from .limit import LIMIT, SET_LIMIT, set_limit
from .prices import GET_PRICES, PRICES, get_prices
from .statement import GET_STATEMENT, STATEMENT, get_statement


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions, once and for all entries."""
    only = SupportsResponse.ONLY
    register = hass.services.async_register
    register(DOMAIN, GET_CONSUMPTION, get_consumption, CONSUMPTION, only)
    register(DOMAIN, GET_COSTS, get_costs, COSTS, only)
    register(DOMAIN, GET_PRICES, get_prices, PRICES, only)
    register(DOMAIN, GET_STATEMENT, get_statement, STATEMENT, only)
    register(DOMAIN, SET_LIMIT, set_limit, LIMIT, SupportsResponse.OPTIONAL)
