"""Names that more than one module of the Home Assistant ring uses."""

from typing import Final

DOMAIN: Final = "ecom"

CONF_FAMILY: Final = "family"
CONF_METERS: Final = "meters"
CONF_REPLACE: Final = "replace"
CONF_SCHEMA: Final = "schema"

ENTITY_PREFIX: Final = "entity:"
"""What the key of a port over an entity begins with; its registry id follows."""

SITE_UID: Final = "site"
ISSUE_SITE_DELETED: Final = "site_deleted"

DOCUMENTATION: Final = "https://github.com/ecom-energy/ecom/blob/main/docs"
