"""What every port promises, whatever it reads: one contract, many implementations.

A family adds its ports with a subclass of ``PortContract`` whose fixture
``case`` says how its device is made to report.
"""

from datetime import UTC, timedelta
from typing import Protocol

import pytest
from homeassistant.util import dt as dt_util

from custom_components.ecom.errors import DeviceError
from custom_components.ecom.ports import Kind, Port, Reading, SwitchPort


class PortCase(Protocol):
    """A port of some kind, and the device behind it."""

    @property
    def port(self) -> Port[float]:
        """Return the port; each call may find it anew."""
        ...

    @property
    def kind(self) -> Kind:
        """Return what the port must say it is."""
        ...

    async def report(self, value: float | None) -> None:
        """Let the device report a value, or that it has none."""
        ...

    async def later(self, seconds: float) -> None:
        """Let time pass in silence."""
        ...

    async def restart(self) -> None:
        """Let Home Assistant forget the port and make it again."""
        ...


class PortContract:
    """The tests; ``case`` is a fixture of the subclass."""

    async def test_the_kind_is_stated(self, case: PortCase) -> None:
        """A port says what it measures before it has measured anything."""
        assert case.port.kind is case.kind

    async def test_the_key_survives_a_restart(self, case: PortCase) -> None:
        """The site keeps nothing of a port but its key."""
        await case.report(1)
        before = case.port.key
        await case.restart()
        assert case.port.key == before

    async def test_a_reading_is_there_at_once(self, case: PortCase) -> None:
        """Reading is no coroutine: it asks nobody and gives the newest value."""
        await case.report(230)
        assert case.port.read().value == 230
        await case.report(-17)
        assert case.port.read().value == -17

    async def test_a_reading_knows_its_moment_in_utc(self, case: PortCase) -> None:
        """A reading is as old as its report, on an aware clock in UTC."""
        await case.later(3)
        await case.report(230)
        reported_at = dt_util.utcnow()
        await case.later(2)
        assert case.port.read().measured_at == reported_at
        assert case.port.read().measured_at.tzinfo is UTC

    async def test_what_is_known_to_be_absent_is_none(self, case: PortCase) -> None:
        """An absent value is None, never the one before it and never a guess."""
        await case.report(230)
        await case.report(None)
        assert case.port.read().value is None

    async def test_a_listener_is_called_while_the_value_arrives(self, case: PortCase) -> None:
        """Each report reaches the listener with the reading that it makes."""
        heard: list[Reading[float]] = []
        await case.report(1)
        unsubscribe = case.port.subscribe(heard.append)
        await case.report(2)
        await case.report(3)
        unsubscribe()
        assert [reading.value for reading in heard] == [2, 3]
        assert heard[-1] == case.port.read()

    async def test_the_same_value_again_is_a_new_reading(self, case: PortCase) -> None:
        """A value that does not change is reported all the same, and so stays fresh."""
        heard: list[Reading[float]] = []
        await case.report(5)
        unsubscribe = case.port.subscribe(heard.append)
        await case.later(4)
        await case.report(5)
        unsubscribe()
        assert heard[-1].measured_at == dt_util.utcnow()

    async def test_unsubscribing_twice_is_harmless(self, case: PortCase) -> None:
        """A listener that has gone hears nothing, and may go again."""
        heard: list[Reading[float]] = []
        await case.report(1)
        unsubscribe = case.port.subscribe(heard.append)
        others: list[Reading[float]] = []
        still_there = case.port.subscribe(others.append)
        unsubscribe()
        unsubscribe()
        await case.report(2)
        still_there()
        assert not heard
        assert others[-1].value == 2

    async def test_a_reading_goes_stale(self, case: PortCase) -> None:
        """A reading holds for as long as it says, and not a moment longer."""
        await case.report(230)
        reading = case.port.read()
        assert timedelta() < reading.valid_for < timedelta(days=1)
        await case.later(reading.valid_for.total_seconds())
        assert not case.port.read().is_stale(dt_util.utcnow())
        await case.later(0.1)
        assert case.port.read().is_stale(dt_util.utcnow())
        assert case.port.read().value == 230

    async def test_a_stale_reading_is_fresh_again_with_the_next_report(
        self, case: PortCase
    ) -> None:
        """Silence is forgiven."""
        await case.report(230)
        await case.later(case.port.read().valid_for.total_seconds() + 1)
        await case.report(231)
        assert not case.port.read().is_stale(dt_util.utcnow())


class SwitchCase(Protocol):
    """A port that can be switched, and the device behind it."""

    @property
    def port(self) -> SwitchPort:
        """Return the port; each call may find it anew."""
        ...

    @property
    def is_on(self) -> bool:
        """Return what the device itself would say."""
        ...

    async def refuse(self) -> None:
        """Let the device refuse every command from now on."""
        ...

    async def vanish(self) -> None:
        """Let the device answer nobody any more."""
        ...


class SwitchPortContract:
    """What every port that can be switched promises; ``switch`` is a fixture."""

    async def test_it_states_what_must_be_reserved(self, switch: SwitchCase) -> None:
        """A port that does not know its load reserves too much, never nothing."""
        assert isinstance(switch.port, SwitchPort)
        assert switch.port.kind is Kind.SWITCH
        assert switch.port.rated_va > 0
        assert switch.port.phases <= {1, 2, 3}
        assert switch.port.phases
        assert timedelta() < switch.port.latency <= timedelta(minutes=2)

    async def test_a_command_returns_once_it_is_done(self, switch: SwitchCase) -> None:
        """The device has switched, and the reading says so, before the command returns."""
        for on in (True, False, False, True):
            await switch.port.command(on)
            assert switch.is_on is on
            assert switch.port.read().value is on

    async def test_listeners_hear_of_it(self, switch: SwitchCase) -> None:
        """Whoever watches the port learns of a command of somebody else."""
        heard: list[Reading[bool]] = []
        unsubscribe = switch.port.subscribe(heard.append)
        await switch.port.command(True)
        unsubscribe()
        assert heard[-1].value is True

    async def test_what_is_refused_raises_and_changes_nothing(self, switch: SwitchCase) -> None:
        """The reading stays the device's, not the wish."""
        await switch.port.command(False)
        await switch.refuse()
        with pytest.raises(DeviceError):
            await switch.port.command(True)
        assert switch.port.read().value is False

    async def test_a_device_that_is_gone_raises(self, switch: SwitchCase) -> None:
        """Nobody is left to believe that it was done."""
        await switch.vanish()
        with pytest.raises(DeviceError):
            await switch.port.command(True)
