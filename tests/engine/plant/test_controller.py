"""The solar controller's own logic at its thresholds."""

import pytest

from custom_components.energy_manager.engine.plant import controller
from custom_components.energy_manager.engine.plant.controller import RelayMode
from custom_components.energy_manager.engine.plant.parameters import (
    BoilerParameters,
    ControllerParameters,
)

SETTINGS = ControllerParameters()


@pytest.mark.parametrize(
    ("difference_k", "stopped", "running"),
    [
        (3.9, 0.0, 0.0),
        (4.0, 0.0, 0.0),
        (5.0, 0.0, 30.0),
        (6.0, 30.0, 30.0),
        (10.0, 30.0, 30.0),
        (12.0, 40.0, 40.0),
        (24.0, 100.0, 100.0),
        (60.0, 100.0, 100.0),
    ],
)
def test_pump_speed(difference_k: float, stopped: float, running: float) -> None:
    """On at 6 K, off at 4 K, 10 percent more for 2 K above 10 K, at most 100."""
    for before, expected in ((False, stopped), (True, running)):
        found = controller.pump_speed_percent(
            SETTINGS, running=before, difference_k=difference_k
        )
        assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("mode", "speed"),
    [(RelayMode.OFF, 0.0), (RelayMode.MINIMUM, 30.0), (RelayMode.AUTO, 55.0), (3, 100)],
)
def test_manual_speed(mode: int, speed: float) -> None:
    """A relay set by hand overrides the automatic speed."""
    assert controller.manual_speed_percent(SETTINGS, mode, 55.0) == speed


@pytest.mark.parametrize("automatic", [True, False])
def test_manual_switch(*, automatic: bool) -> None:
    """A switch follows the automatic state only in automatic mode."""
    assert controller.manual_switch(RelayMode.AUTO, automatic=automatic) is automatic
    assert controller.manual_switch(RelayMode.OFF, automatic=automatic) is False
    assert controller.manual_switch(RelayMode.MINIMUM, automatic=automatic) is True
    assert controller.manual_switch(RelayMode.ON, automatic=automatic) is True


def test_collector_emergency() -> None:
    """Blocked above 130 degC until below 120 degC."""
    states = []
    blocked = False
    for temperature in (129.0, 131.0, 125.0, 120.0, 119.0, 125.0):
        blocked = controller.emergency(
            SETTINGS, before=blocked, collector_c=temperature
        )
        states.append(blocked)
    assert states == [False, True, True, True, False, False]


@pytest.mark.parametrize("top", [False, True])
def test_store_maximum(*, top: bool) -> None:
    """Full at the maximum until 2 K below it; the top may be 5 K warmer."""
    states = []
    full = False
    for temperature in (89.0, 90.0, 88.5, 87.9, 89.0):
        full = controller.store_is_full(
            SETTINGS,
            before=full,
            bottom_c=60.0 if top else temperature,
            top_c=temperature + 5.0 if top else temperature,
            maximum_c=90.0,
        )
        states.append(full)
    assert states == [False, True, True, False, False]


def test_return_raise() -> None:
    """Through the tank if 6 K warmer than the return, until 4 K."""
    states = []
    on = False
    for temperature in (33.0, 34.0, 32.5, 32.0, 33.0):
        on = controller.return_raise(
            SETTINGS, before=on, tank_c=temperature, return_c=28.0
        )
        states.append(on)
    assert states == [False, True, True, False, False]


def test_after_heating() -> None:
    """Asked for below setpoint less hysteresis, until the setpoint."""
    parameters = BoilerParameters(setpoint_c=60.0, hysteresis_k=8.0)
    states = []
    call = False
    for temperature in (52.0, 51.9, 55.0, 59.9, 60.0, 55.0):
        call = controller.after_heating(parameters, before=call, top_c=temperature)
        states.append(call)
    assert states == [False, True, True, True, False, False]


def test_heating_call() -> None:
    """Asked for before the zone cannot supply the heating; never without need."""

    def call(zone_c: float, *, before: bool, wanted: bool = True) -> bool:
        return controller.heating_call(
            before=before, wanted=wanted, zone_c=zone_c, supply_c=35.0
        )

    assert call(37.0, before=False)
    assert call(41.0, before=True)
    assert not call(41.0, before=False)
    assert not call(43.0, before=True)
    assert not call(20.0, before=True, wanted=False)
