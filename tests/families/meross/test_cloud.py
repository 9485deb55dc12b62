"""The one log-in, against a stand-in on a socket; never run against Meross itself."""

import os
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from custom_components.ecom.errors import CannotConnect, InvalidAuth
from custom_components.ecom.families.meross import cloud
from custom_components.ecom.families.meross.cloud import (
    CodeNeeded,
    CodeWrong,
    TriedTooOften,
    fetch_key,
    is_trusted,
)
from tests.families.meross.cloud_server import CODE, EMAIL, PASSWORD, TOKEN, CloudServer

KEY = "0123456789abcdef0123456789abcdef"

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def account(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CloudServer]:
    """Return a log-in where the client looks for it."""
    async with CloudServer(KEY) as server:
        monkeypatch.setattr(cloud, "BASE_URL", server.url)
        yield server


async def test_it_logs_in_and_out(session: ClientSession, account: CloudServer) -> None:
    """The key is all that comes of it: the token is given back."""
    assert await fetch_key(session, EMAIL, PASSWORD) == KEY
    assert len(account.logins) == 1
    assert account.logouts == [f"Basic {TOKEN}"]
    assert PASSWORD not in str(account.logins)
    assert "__MEROSS_CREDS" not in os.environ


async def test_an_account_of_another_region(
    session: ClientSession, account: CloudServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is sent on, once, and logged in and out there."""
    async with CloudServer(KEY) as home:
        monkeypatch.setattr(cloud, "is_trusted", {home.url, account.url}.__contains__)
        account.home = f"{home.url}/"
        assert await fetch_key(session, EMAIL, PASSWORD) == KEY
        assert len(home.logins) == len(home.logouts) == 1
        home.home = account.url
        with pytest.raises(CannotConnect, match="1030"):
            await fetch_key(session, EMAIL, PASSWORD)


@pytest.mark.parametrize(
    "home",
    ["https://meross.com.example.org", "http://iotx-us.meross.com", "example.org", "", 5, None],
)
async def test_a_password_goes_to_meross_alone(
    session: ClientSession, account: CloudServer, home: object
) -> None:
    """Whatever the answer says, it is not sent on elsewhere, nor in plain text."""
    account.home = home  # type: ignore[assignment]
    account.status = cloud.OTHER_REGION if home is None else None
    with pytest.raises(CannotConnect, match="not Meross's"):
        await fetch_key(session, EMAIL, PASSWORD)


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://iotx-us.meross.com", True),
        ("https://meross.com", False),
        ("https://notmeross.com", False),
        ("https://iotx-eu.meross.com@example.org", False),
        ("https://anna@iotx-eu.meross.com", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_what_is_a_host_of_meross(url: str, *, trusted: bool) -> None:
    """Encrypted, and below their own name."""
    assert is_trusted(url) is trusted
    assert is_trusted(cloud.BASE_URL)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        *((status, InvalidAuth) for status in sorted(cloud.REFUSED)),
        *((status, TriedTooOften) for status in sorted(cloud.TOO_OFTEN)),
        (cloud.CODE_NEEDED, CodeNeeded),
        (cloud.WRONG_CODE, CodeWrong),
        (10001, CannotConnect),
    ],
)
async def test_what_is_refused(
    session: ClientSession, account: CloudServer, status: int, error: type[Exception]
) -> None:
    """Each number has its error, none of which tells a secret."""
    account.status = status
    with pytest.raises(error) as raised:
        await fetch_key(session, EMAIL, PASSWORD)
    assert type(raised.value) is error
    assert EMAIL not in str(raised.value)
    assert PASSWORD not in str(raised.value)


async def test_a_second_factor(session: ClientSession, account: CloudServer) -> None:
    """Asked for, wrong, and right."""
    account.code = CODE
    with pytest.raises(CodeNeeded):
        await fetch_key(session, EMAIL, PASSWORD)
    with pytest.raises(CodeWrong):
        await fetch_key(session, EMAIL, PASSWORD, "000000")
    assert await fetch_key(session, EMAIL, PASSWORD, CODE) == KEY


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<html>", "not answered"),
        ("[]", "something else"),
        ("{}", "without a number"),
        ('{"apiStatus": "0"}', "without a number"),
        ('{"apiStatus": 0}', "no key"),
        ('{"apiStatus": 0, "data": {"key": 5, "token": 7}}', "no key"),
        ("[" * 60000, "not answered"),
        ('{"apiStatus": 0, "data": "' + "x" * 70000, "not answered"),
    ],
    ids=range(8),
)
async def test_an_answer_that_is_none(
    session: ClientSession, account: CloudServer, body: str, says: str
) -> None:
    """Told as such."""
    account.raw = web.Response(text=body)
    with pytest.raises(CannotConnect, match=says):
        await fetch_key(session, EMAIL, PASSWORD)


async def test_a_log_in_that_fails(
    session: ClientSession, account: CloudServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By HTTP, by its slowness, or because nobody is there."""
    account.raw = web.Response(status=503)
    with pytest.raises(CannotConnect, match="HTTP status 503"):
        await fetch_key(session, EMAIL, PASSWORD)
    monkeypatch.setattr(cloud, "TIMEOUT_S", 1e-9)
    with pytest.raises(CannotConnect, match="in time"):
        await fetch_key(session, EMAIL, PASSWORD)
    monkeypatch.setattr(cloud, "TIMEOUT_S", 5.0)
    monkeypatch.setattr(cloud, "BASE_URL", "http://127.0.0.1:9")
    with pytest.raises(CannotConnect, match="ClientConnectorError"):
        await fetch_key(session, EMAIL, PASSWORD)
