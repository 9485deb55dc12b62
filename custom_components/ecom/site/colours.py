"""The colours of days, as entities and a volunteer's service say them.

Source of the service: api-couleur-tempo.fr, whose day is the civil date from whose 6 o'clock
the colour holds; code 0 is a day that is not known yet. It is one volunteer's.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from http import HTTPStatus
from typing import Any, Final

from aiohttp import ClientError, ClientTimeout
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..errors import CannotConnect

API: Final = "https://www.api-couleur-tempo.fr/api/joursTempo"
AGENT: Final = "ECOM for Home Assistant"
TIMEOUT: Final = ClientTimeout(total=20)

CODES: Final[Mapping[int, str]] = {1: "blue", 2: "white", 3: "red"}

WORDS: Final[Mapping[str, str]] = {
    "blue": "blue",
    "bleu": "blue",
    "bleue": "blue",
    "white": "white",
    "blanc": "white",
    "blanche": "white",
    "red": "red",
    "rouge": "red",
    "ejp": "ejp",
    "normal": "normal",
}
"""What a state may call a colour, in a word of its own."""

_WORD: Final = re.compile(r"[A-ZÀ-Þ]?[a-zß-ÿ]+|[A-ZÀ-Þ]+(?![a-zß-ÿ])")
"""A word, in whatever case: ``TEMPO_ROUGE`` has two, and so has ``TempoRouge``."""

TODAY_FROM: Final = time(6, 10)
"""Before that an entity may still show the day before."""

TOMORROW_FROM: Final = time(11)
"""Before that tomorrow is not known, and after midnight it is another day."""


def colour_of(stated: str) -> str | None:
    """Return the colour that a state names, None if it names none, or several."""
    words = {word.lower() for word in _WORD.findall(stated)}
    found = {WORDS[word] for word in words & WORDS.keys()}
    return found.pop() if len(found) == 1 else None


def tells_today(local: datetime) -> bool:
    """Return whether what is shown as today is this date's colour beyond doubt."""
    return local.time() >= TODAY_FROM


def tells_tomorrow(local: datetime) -> bool:
    """Return whether what is shown as tomorrow is the next date's colour beyond doubt."""
    return local.time() >= TOMORROW_FROM


async def fetch(hass: HomeAssistant, days: Iterable[date], url: str = API) -> dict[date, str]:
    """Return the colours of days, those that are known; raises CannotConnect."""
    asked = [("dateJour[]", day.isoformat()) for day in days]
    try:
        async with async_get_clientsession(hass).get(
            url, params=asked, headers={"User-Agent": AGENT}, timeout=TIMEOUT
        ) as response:
            if response.status != HTTPStatus.OK:
                raise CannotConnect(f"the service for colours answers {response.status}")
            answer = await response.json(content_type=None)
    except (ClientError, TimeoutError, ValueError) as err:
        raise CannotConnect(f"the service for colours: {type(err).__name__}") from err
    return dict(_days(answer))


def _days(answer: Any) -> Iterable[tuple[date, str]]:
    """Yield the days of an answer that can be read."""
    for each in answer if isinstance(answer, list) else ():
        match each:
            case {"dateJour": str(day), "codeJour": int(code)} if code in CODES:
                try:
                    yield date.fromisoformat(day), CODES[code]
                except ValueError:
                    continue
