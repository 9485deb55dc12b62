"""The actions of ECOM."""

from homeassistant.core import HomeAssistant, SupportsResponse, callback
from homeassistant.helpers.service import async_register_admin_service

from ..const import DOMAIN
from .consumption import CONSUMPTION, GET_CONSUMPTION, get_consumption
from .costs import COSTS, GET_COSTS, get_costs
from .limit import LIMIT, SET_LIMIT, set_limit
from .prices import GET_PRICES, PRICES, get_prices
from .readings import (
    EXCHANGE,
    IMPORT_READINGS,
    READINGS,
    RECORD_EXCHANGE,
    import_readings,
    record_exchange,
)
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
    optional = SupportsResponse.OPTIONAL
    register(DOMAIN, SET_LIMIT, set_limit, LIMIT, optional)
    async_register_admin_service(hass, DOMAIN, IMPORT_READINGS, import_readings, READINGS, optional)
    async_register_admin_service(hass, DOMAIN, RECORD_EXCHANGE, record_exchange, EXCHANGE)
