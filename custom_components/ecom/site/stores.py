"""Where the quarter-hours and the ledger are kept, and what becomes of a damaged file."""

import logging
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from .database import StoreDamaged
from .quarter_store import QuarterStore

_LOGGER = logging.getLogger(__name__)


def database(hass: HomeAssistant) -> Path:
    """Return where the quarter-hours are kept."""
    return Path(hass.config.path(STORAGE_DIR, f"{DOMAIN}.quarters.db"))


def open_store(path: Path) -> QuarterStore:
    """Return the store; a damaged one is put aside whole, and a new one begun.

    Blocks. Raises OSError or sqlite3.Error if it cannot be opened now, which is no damage.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return QuarterStore(path)
    except StoreDamaged as err:
        aside = path.with_suffix(f".damaged-{int(dt_util.utcnow().timestamp())}")
        _LOGGER.warning(
            "The quarter-hours in %s cannot be read (%s); they are kept as %s, and begin anew",
            path.name,
            err,
            aside.name,
        )
        for suffix in ("", "-wal", "-shm"):
            if (part := path.with_name(path.name + suffix)).exists():
                part.rename(aside.with_name(aside.name + suffix))
        return QuarterStore(path)


def delete_quarters(path: Path) -> None:
    """Delete the quarter-hours, with what was put aside of them. Blocks."""
    for part in path.parent.glob(f"{path.stem}.*"):
        part.unlink()
