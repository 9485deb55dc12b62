"""Where a Meross device is, as a person types it."""

from dataclasses import dataclass
from typing import Self, override

from ...address import HTTP_PORT, read_address, show_address


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A name or an IP address, and a port, which only simulators and tunnels move."""

    host: str
    port: int = HTTP_PORT

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the address in a text; raises ValueError, for an encrypted one too."""
        host, port = read_address(text)
        return cls(host=host, port=port)

    @override
    def __str__(self) -> str:
        """Return the shortest text that ``parse`` understands."""
        return show_address(self.host, self.port)
