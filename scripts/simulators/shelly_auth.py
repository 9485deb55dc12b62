"""Digest authentication as a Shelly asks for it: SHA-256, in frames and in HTTP.

Source: "Authentication" in Shelly's Gen2 documentation. In a frame the method and the
URI of RFC 7616 are the two words below.
"""

import json
import secrets
from hashlib import sha256
from typing import Any, Final
from urllib.request import parse_http_list, parse_keqv_list

USER: Final = "admin"
FRAME: Final = "dummy_method:dummy_uri"


class Guard:
    """Hands out challenges, and accepts each count of a nonce once."""

    def __init__(self, realm: str, password: str | None) -> None:
        """Guard a realm; without a password everyone may pass."""
        self.realm = realm
        self.password = password
        self._counts: dict[str, int] = {}  # the last count that was seen, by nonce

    def allows(self, login: Any, what: str = FRAME) -> bool:
        """Return whether somebody may pass who shows these fields."""
        if self.password is None:
            return True
        if not isinstance(login, dict) or not self._is_fresh(login):
            return False
        ours = _hash(f"{USER}:{self.realm}:{self.password}")
        middle = f"{login['nonce']}:{login['nc']}:{login.get('cnonce', '')}:auth"
        return bool(login.get("response") == _hash(f"{ours}:{middle}:{_hash(what)}"))

    def allows_http(self, authorization: str, method: str, target: str) -> bool:
        """Return whether an Authorization header lets a request pass."""
        scheme, _, fields = authorization.partition(" ")
        login = parse_keqv_list(parse_http_list(fields)) if scheme.lower() == "digest" else None
        return self.allows(login, f"{method}:{target}")

    def challenge(self) -> dict[str, Any]:
        """Return what the next login must be made from."""
        nonce = secrets.token_hex(8)
        self._counts[nonce] = 0
        return {
            "auth_type": "digest",
            "nonce": nonce,
            "nc": 1,
            "realm": self.realm,
            "algorithm": "SHA-256",
        }

    def challenge_text(self) -> str:
        """Return it as the message of an error in a frame."""
        return json.dumps(self.challenge())

    def challenge_header(self) -> str:
        """Return it as a WWW-Authenticate header."""
        fields = self.challenge()
        return (
            f'Digest qop="auth", realm="{self.realm}", nonce="{fields["nonce"]}", algorithm=SHA-256'
        )

    def _is_fresh(self, login: dict[str, Any]) -> bool:
        nonce = str(login.get("nonce"))
        try:
            count = int(str(login.get("nc")), 16)
        except ValueError:
            return False
        if login.get("username") != USER or count <= self._counts.get(nonce, count):
            return False
        self._counts[nonce] = count
        return True


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
