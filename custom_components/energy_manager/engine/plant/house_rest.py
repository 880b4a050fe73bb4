"""A house at rest: no water flows, nothing burns and no relay is about to change.

Nights and dull days are most of a year. Then the collectors follow the weather, the
tank cools and the loads take their electricity, and that is all. `rest` does this step
by step with the arithmetic of `HouseRun.advance`, to the last bit, but asks nothing
that cannot matter, and ends before the first step in which something may happen.
"""

import math

import numpy as np

from . import collector, tank
from .boundary import Boundary
from .house_controls import AUTO, LONG_AGO_S
from .house_run import SUN_W_PER_M2, HouseRun


def calm_until(boundary: Boundary) -> list[int]:
    """Return for each step the next in which hot water is drawn or heat is asked for.

    The step itself where that is so, the number of steps where none follows.
    """
    acts = np.asarray(boundary.draw_l) > 0.0
    if boundary.heating_w is not None:
        acts |= np.asarray(boundary.heating_w) > 0.0
    steps = len(acts)
    places = np.where(acts, np.arange(steps), steps)
    found: list[int] = np.minimum.accumulate(places[::-1])[::-1].tolist()
    return found


def rest(run: HouseRun, boundary: Boundary, first: int, end: int) -> int:
    """Let a house rest from step `first` on, through calm steps; return the next step.

    The steps up to `end` must be calm (`calm_until`).
    """
    if not _may_rest(run, boundary.step_s):
        return first
    place = _cool(run, boundary, first, end)
    if place == first:
        return first
    if run.heating is not None:
        run.valve_on = run.heating_call = False
    run.boiler_relay = run.boiler_safe = False
    resting_s = (place - first) * boundary.step_s
    run.boiler_since_s = min(run.boiler_since_s + resting_s, LONG_AGO_S)
    run.draw_l_per_s = 0.0
    _feed_loads(run, boundary, first, place)
    return place


def _feed_loads(run: HouseRun, boundary: Boundary, first: int, end: int) -> None:
    """Give the loads their electricity, where there is any to give."""
    if not (
        run.electrified
        or run.parameters.inverter is not None
        or any(boundary.electrical_load_w[first:end])
    ):
        return
    for place in range(first, end):
        run.pv_available_w = boundary.pv_available_w[place]
        run.electrical_load_w = boundary.electrical_load_w[place]
        run.feed_loads(0.0, boundary.step_s)


def _may_rest(run: HouseRun, dt_s: float) -> bool:
    """Return whether all relays are off and automatic, and steps need no division.

    A tank that is nowhere as hot as it may be does not become so while it cools.
    """
    parameters = run.parameters
    maximum_c = parameters.tank.maximum_c
    return (
        run.pump_output <= 0.0
        and run.pump <= 0.0
        and not run.boiler_on
        and not (run.hot_water_call and run.heats_tank)
        and not (run.heating_call and run.heating is None)
        and not run.collector_blocked
        and not run.store_full
        and run.pump_mode == run.valve_mode == run.boiler_mode == AUTO
        and parameters.building is None
        and parameters.immersion_heater is None
        and dt_s <= run.rest_step_s
        and run.loop_kg_per_s * dt_s < run.most_kg
        and max(run.tank_c) < maximum_c
        and run.tank.room_c < maximum_c
    )


def _cool(run: HouseRun, boundary: Boundary, first: int, end: int) -> int:
    """Let collectors and tank follow the weather until something may happen."""
    layout, sums, dt_s = run.tank, run.sums, boundary.step_s
    collectors, settings = run.parameters.collector, run.parameters.controller
    heating_from_c, boiler_from_c = _limits_c(run, boundary)
    bottom, top = layout.probes[0], layout.probes[-1]
    exchange, loss = tank.shares(layout, dt_s)
    share = run.day_share_of(dt_s)
    layers, collector_c, mean_c = run.tank_c, run.collector_c, run.ambient_mean_c
    place = first
    while place < end:
        ambient_c, absorbed = (
            boundary.ambient_c[place],
            boundary.absorbed_w_per_m2[place],
        )
        smoothed_c = mean_c + (ambient_c - mean_c) * share
        if mean_c < heating_from_c or smoothed_c < heating_from_c:
            break
        if tank.temperature_at(layers, top) < boiler_from_c:
            break
        if collectors is not None:
            if collector_c >= layers[0] and (
                collector_c > settings.collector_emergency_c
                or collector_c - tank.temperature_at(layers, bottom)
                >= settings.on_difference_k
            ):
                break
            collector_c, loss_w, stored_w = collector.rest(
                collectors, collector_c, absorbed, ambient_c, dt_s
            )
            if absorbed > 0.0:
                sums.absorbed += absorbed * collectors.area_m2 * dt_s
                run.stagnating = absorbed > SUN_W_PER_M2
                if run.stagnating:
                    sums.stagnation_s += dt_s
            sums.collector_loss += loss_w * dt_s
            sums.collector_stored += stored_w * dt_s
        mean_c = smoothed_c
        sums.tank_loss += tank.loss_j(layout, layers, loss)
        layers = tank.cool(layers, exchange, loss, layout.room_c)
        place += 1
    run.tank_c, run.collector_c, run.ambient_mean_c = layers, collector_c, mean_c
    return place


def _limits_c(run: HouseRun, boundary: Boundary) -> tuple[float, float]:
    """Return where rest ends: outdoors for the heating, in the tank for the boiler."""
    heating_from_c = boiler_from_c = -math.inf
    if run.parameters.heating is not None and boundary.heating_w is None:
        heating_from_c = run.parameters.heating.base_temperature_c
    boiler = run.parameters.boiler
    if boiler is not None and run.heats_tank:
        boiler_from_c = boiler.setpoint_c - boiler.hysteresis_k
    return heating_from_c, boiler_from_c
