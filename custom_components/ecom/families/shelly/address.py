"""Where a Shelly is, as a person types it."""

from dataclasses import dataclass
from typing import Self, override

from ...address import HTTP_PORT, HTTPS_PORT, read_address, show_address


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A name or an IP address, and a port; port 443 is spoken to over TLS."""

    host: str
    port: int = HTTP_PORT

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the address in a text; raises ValueError."""
        host, port = read_address(text, {"http": HTTP_PORT, "https": HTTPS_PORT})
        return cls(host=host, port=port)

    @property
    def is_secure(self) -> bool:
        """Return whether the connection is encrypted, which its port alone decides."""
        return self.port == HTTPS_PORT

    @override
    def __str__(self) -> str:
        """Return the shortest text that ``parse`` understands."""
        return show_address(self.host, self.port)
