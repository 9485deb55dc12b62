"""How a WES is told from everything else that answers on a network."""

import re
from typing import Final

_REALM: Final = re.compile(r'\bbasic\s+realm\s*=\s*"?([^"]*)', re.IGNORECASE)
_WES_REALM: Final = re.compile(r"\bwes\b", re.IGNORECASE)
"""Known are realms that end in "serveur WES"; the word alone is asked for."""
_PAGE: Final = re.compile(
    rb"\W*(<\?xml[^>]*>\s*)?<data\b.*?<(info|tic\d|impulsion|pince|temp|relais)\b",
    re.IGNORECASE | re.DOTALL,
)
_PAGE_OCTETS: Final = 1024


def asks_for_wes(challenge: str) -> bool:
    """Return whether a challenge asks for an account of a WES."""
    return any(_WES_REALM.search(realm) for realm in _REALM.findall(challenge))


def looks_like_a_page(body: bytes) -> bool:
    """Return whether an answer begins as a page with values does."""
    return _PAGE.match(body[:_PAGE_OCTETS]) is not None
