"""The solar controller's own logic, as found in the RESOL DeltaSol family.

Differential control with speed, store maximum, collector emergency, return
raise by the 3-way valve and after-heating by thermostat; each relay can be set
by hand. Functions of the sensors and of what was before; no clock.
"""

from enum import IntEnum

from .parameters import BoilerParameters, ControllerParameters

EMERGENCY_HYSTERESIS_K = 10.0
SPEED_PERCENT_PER_K = 5.0
HEATING_CALL_ON_K = 3.0
HEATING_CALL_OFF_K = 8.0
"""After-heating for the heating begins and ends so far above the supply temperature:
the boiler has begun before the rooms get less than they want."""


class RelayMode(IntEnum):
    """Manual mode of a relay, by the numbers of the DeltaSol BX Plus."""

    OFF = 0
    MINIMUM = 1
    AUTO = 2
    ON = 3


def pump_speed_percent(
    parameters: ControllerParameters, *, running: bool, difference_k: float
) -> float:
    """Return the pump's speed for collector less tank temperature, 0 for off.

    On from `on_difference_k`, off at `off_difference_k`; above the target
    difference 10 percent faster for every 2 K.
    """
    if difference_k <= parameters.off_difference_k or not (
        running or difference_k >= parameters.on_difference_k
    ):
        return 0.0
    above_k = difference_k - parameters.target_difference_k
    if above_k <= 0.0:
        return min(parameters.minimum_speed_percent, 100.0)
    return min(parameters.minimum_speed_percent + SPEED_PERCENT_PER_K * above_k, 100.0)


def manual_speed_percent(
    parameters: ControllerParameters, mode: int, automatic_percent: float
) -> float:
    """Return the speed that a relay mode makes of the automatic speed."""
    match mode:
        case RelayMode.OFF:
            return 0.0
        case RelayMode.MINIMUM:
            return parameters.minimum_speed_percent
        case RelayMode.ON:
            return 100.0
        case _:
            return automatic_percent


def manual_switch(mode: int, *, automatic: bool) -> bool:
    """Return what a relay mode makes of the automatic state of a switch."""
    if mode == RelayMode.AUTO:
        return automatic
    return mode != RelayMode.OFF


def emergency(
    parameters: ControllerParameters, *, before: bool, collector_c: float
) -> bool:
    """Return whether the collector is too hot for the pump to run."""
    limit_c = parameters.collector_emergency_c
    return collector_c >= limit_c - EMERGENCY_HYSTERESIS_K and (
        before or collector_c > limit_c
    )


def store_is_full(
    parameters: ControllerParameters,
    *,
    before: bool,
    bottom_c: float,
    top_c: float,
    maximum_c: float,
) -> bool:
    """Return whether the tank has reached its maximum temperature.

    The sensor at the bottom is the one that counts; the one at the top has a
    margin, since a tank that is hot above still takes heat below.
    """
    store_c = max(bottom_c, top_c - parameters.store_top_margin_k)
    return store_c >= maximum_c - parameters.store_hysteresis_k and (
        before or store_c >= maximum_c
    )


def return_raise(
    parameters: ControllerParameters, *, before: bool, tank_c: float, return_c: float
) -> bool:
    """Return whether heating water goes through the solar part of the tank."""
    excess_k = tank_c - return_c
    return excess_k > parameters.return_raise_off_k and (
        before or excess_k >= parameters.return_raise_on_k
    )


def after_heating(parameters: BoilerParameters, *, before: bool, top_c: float) -> bool:
    """Return whether the thermostat asks for the boiler."""
    return top_c < parameters.setpoint_c and (
        before or top_c < parameters.setpoint_c - parameters.hysteresis_k
    )


def may_heat_at(parameters: ControllerParameters, local_hour: float | None) -> bool:
    """Return whether the thermostat may ask for the boiler at an hour of the day.

    A window that ends before it begins goes over midnight. Always, where the hour is
    not known or there is no window.
    """
    windows = parameters.after_heating_windows
    if not windows or local_hour is None:
        return True
    return any(
        start <= local_hour < end
        if start <= end
        else local_hour >= start or local_hour < end
        for start, end in windows
    )


def heating_call(*, before: bool, wanted: bool, zone_c: float, supply_c: float) -> bool:
    """Return whether the heating asks for the boiler."""
    return (
        wanted
        and zone_c < supply_c + HEATING_CALL_OFF_K
        and (before or zone_c < supply_c + HEATING_CALL_ON_K)
    )
