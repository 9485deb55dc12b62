"""Where a WES is, as a person types it."""

from dataclasses import dataclass
from typing import Final, Self, override

from ...address import HTTP_PORT, read_address, show_address

M2M_PORT: Final = 1500


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A name or an IP address, and the ports that its owner may have moved."""

    host: str
    http_port: int = HTTP_PORT
    m2m_port: int = M2M_PORT

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the address in a text; raises ValueError, for an encrypted one too."""
        host, port = read_address(text)
        return cls(host=host, http_port=port)

    @override
    def __str__(self) -> str:
        """Return the shortest text that ``parse`` understands."""
        return show_address(self.host, self.http_port)
