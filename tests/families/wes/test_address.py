"""What a person types as the address of a WES."""

import pytest

from custom_components.ecom.families.wes.address import Address


@pytest.mark.parametrize(
    ("typed", "host", "port", "shown"),
    [
        ("WES", "wes", 80, "wes"),
        ("wesv2.local.", "wesv2.local", 80, "wesv2.local"),
        ("my_wes-2", "my_wes-2", 80, "my_wes-2"),
        ("192.168.1.20", "192.168.1.20", 80, "192.168.1.20"),
        (" 192.168.1.20:8080 ", "192.168.1.20", 8080, "192.168.1.20:8080"),
        ("http://wes/index.htm?x=1#y", "wes", 80, "wes"),
        ("HTTP://wes:81/", "wes", 81, "wes:81"),
        ("wes/data.cgx", "wes", 80, "wes"),
        ("[::1]:80", "::1", 80, "[::1]"),
        ("[FE80::1]:8080", "fe80::1", 8080, "[fe80::1]:8080"),
        ("fe80::1", "fe80::1", 80, "[fe80::1]"),
    ],
)
def test_what_is_understood(typed: str, host: str, port: int, shown: str) -> None:
    """A name, an IP address, a URL out of a browser; the text of it is understood again."""
    address = Address.parse(typed)
    assert (address.host, address.http_port, address.m2m_port) == (host, port, 1500)
    assert str(address) == shown
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize(
    "typed",
    [
        *("", "   ", ":80", "http://", "https://wes", "ftp://wes", "socket://wes:1"),
        *("user:pass@wes", "http://admin:wes@wes/", "@wes", "a b", "a\tb", "wes\\x", "a\nb"),
        *("wes:", "wes:x", "wes:0", "wes:65536", "wes:-1", "wes:80:80", "wes:8\u0660"),
        *("999.1.1.1", "192.168.1", "1", "1.2.3.4.5", "[::1", "[wes]", "[::1]x", "::g"),
        *("-wes", "wes-", "a..b", ".wes", "é", "x" * 64, ".".join(["x" * 60] * 5), "w*s", "w%20s"),
    ],
)
def test_what_is_refused(typed: str) -> None:
    """Nothing is guessed, and no password is kept in an address."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - any text will do: the form has its own
        Address.parse(typed)
    assert "pass" not in str(caught.value).replace("password", "")
