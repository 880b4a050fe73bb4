"""A house over days: plausible behaviour and fast enough to be shown."""

from dataclasses import replace
from datetime import UTC, datetime
import time
from zoneinfo import ZoneInfo

import pytest

from custom_components.energy_manager.engine.plant import house
from custom_components.energy_manager.engine.plant.controller import RelayMode
from custom_components.energy_manager.engine.plant.house import HouseInputs, HouseState
from custom_components.energy_manager.engine.plant.inverter import InverterMode
from custom_components.energy_manager.engine.plant.parameters import (
    PlantParameters,
    SiteParameters,
)
from custom_components.energy_manager.engine.plant.simulation import (
    Simulation,
    Surroundings,
    inputs_at,
    inputs_between,
    plausible_state,
    simulate,
)
from custom_components.energy_manager.engine.plant.weather import Scenario

PLANT = PlantParameters()
HOME = Surroundings(
    site=SiteParameters(latitude=49.5, longitude=8.5),
    zone=ZoneInfo("Europe/Berlin"),
    people=3.0,
)
SUNNY = replace(HOME, scenario=Scenario.SUNNY)
OVERCAST = replace(HOME, scenario=Scenario.OVERCAST)


def local(month: int, day: int, hour: int = 0) -> float:
    """Return a local instant of 2026."""
    return datetime(2026, month, day, hour, tzinfo=HOME.zone).timestamp()


def day_in_june(surroundings: Surroundings, boiler_mode: int = 2) -> Simulation:
    """Return a June day from a lukewarm tank on."""

    def control(_: float, __: HouseState, inputs: HouseInputs) -> HouseInputs:
        return replace(inputs, boiler_mode=boiler_mode)

    state = house.initial_state(PLANT, tank_c=35.0, ambient_c=18.0)
    return simulate(
        PLANT,
        surroundings,
        start_s=local(6, 16, 6),
        hours=12,
        state=state,
        control=control,
    )


def mean_tank_c(state: HouseState) -> float:
    """Return the mean temperature of the tank."""
    return sum(state.tank_c) / len(state.tank_c)


def test_sunny_june_day_warms_the_tank() -> None:
    """Without the boiler the sun lifts the tank by tens of kelvin."""
    found = day_in_june(SUNNY, RelayMode.OFF)
    assert mean_tank_c(found.state) > 35.0 + 25.0
    assert sum(hour.mean.solar_heat_w for hour in found.hours) > 30000.0
    assert sum(hour.mean.boiler_heat_w for hour in found.hours) == 0.0


def test_overcast_june_day_does_not() -> None:
    """Under clouds it gains a few kelvin at most, and the boiler is needed."""
    found = day_in_june(OVERCAST, RelayMode.OFF)
    assert mean_tank_c(found.state) < 35.0 + 10.0
    helped = day_in_june(OVERCAST, RelayMode.AUTO)
    assert sum(hour.mean.boiler_heat_w for hour in helped.hours) > 5000.0
    assert helped.state.tank_c[-1] > 48.0


def test_inverter_off_at_noon_boils_the_collector() -> None:
    """Once the inverter is off the pump stands and the collector is hot."""
    noon = local(6, 16, 12)

    def control(now: float, _: HouseState, inputs: HouseInputs) -> HouseInputs:
        mode = InverterMode.OFF if now >= noon else InverterMode.ON
        return replace(inputs, inverter_mode=mode)

    found = simulate(PLANT, SUNNY, start_s=local(6, 16, 6), hours=9, control=control)
    after = found.hours[-1]
    assert after.maximum.pump_percent == 0.0
    assert after.maximum.collector_c > 130.0
    assert not after.mean.powered


def test_winter_day_needs_the_boiler() -> None:
    """In January heating and showers are met, by the boiler in the main."""
    found = simulate(PLANT, HOME, start_s=local(1, 14), hours=48)
    assert sum(hour.mean.boiler_heat_w for hour in found.hours) > 20000.0
    wanted = sum(h.mean.heating_heat_w + h.mean.heating_unmet_w for h in found.hours)
    assert sum(hour.mean.heating_unmet_w for hour in found.hours) < 0.01 * wanted
    assert min(hour.minimum.tank_top_c for hour in found.hours) > 40.0


def test_hours_sum_up() -> None:
    """Hourly means times an hour are the counters' differences."""
    start_s = local(5, 4)
    state = plausible_state(PLANT, HOME, start_s)
    found = simulate(PLANT, HOME, start_s=start_s, hours=24, state=state)
    assert len(found.hours) == 24
    assert found.hours[5].start_s == start_s + 5 * 3600.0
    assert found.hours[-1].state == found.state
    heat_wh = sum(hour.mean.solar_heat_w for hour in found.hours)
    counted = found.state.heat_total_wh - state.heat_total_wh
    assert counted == pytest.approx(heat_wh, rel=0.01)
    for hour in found.hours:
        assert (
            hour.minimum.tank_top_c <= hour.mean.tank_top_c <= hour.maximum.tank_top_c
        )
        assert len(hour.mean.probes_c) == 3


def test_same_input_same_result() -> None:
    """Two runs are equal to the last digit."""
    first = simulate(PLANT, HOME, start_s=local(4, 1), hours=12)
    assert simulate(PLANT, HOME, start_s=local(4, 1), hours=12) == first


def test_two_weeks_are_quick() -> None:
    """14 days for the statistics: about 1 s, and never so long that one waits."""
    begin = time.process_time()
    found = simulate(PLANT, HOME, start_s=local(11, 8), hours=336)
    assert time.process_time() - begin < 6.0
    assert len(found.hours) == 336


def test_plausible_state_is_quick_and_fits_the_season() -> None:
    """About a fifth of a second; warmer in June than in January."""
    begin = time.process_time()
    summer = plausible_state(PLANT, HOME, local(6, 21, 20))
    assert time.process_time() - begin < 2.0
    winter = plausible_state(PLANT, HOME, local(1, 15, 20))
    assert mean_tank_c(summer) > mean_tank_c(winter) + 15.0
    assert 10.0 < mean_tank_c(winter) < 70.0
    assert 0.2 < winter.soc <= summer.soc <= 1.0
    assert list(summer.tank_c) == sorted(summer.tank_c)


def test_inputs_at_an_instant_agree_with_a_row() -> None:
    """The live house and the statistics see the same weather and draws."""
    start_s = local(6, 16, 6)
    row = inputs_between(PLANT, HOME, start_s, 180, 60.0)
    for place in (0, 47, 130):
        alone = inputs_at(PLANT, HOME, start_s + place * 60.0, 60.0)
        assert alone.collector_beam == pytest.approx(row[place].collector_beam)
        assert alone.draw_l_per_min == pytest.approx(row[place].draw_l_per_min)
        assert alone.ambient_c == pytest.approx(row[place].ambient_c)
    assert max(inputs.draw_l_per_min for inputs in row) > 0.0


def test_draws_survive_midnight() -> None:
    """A row over midnight has the litres of both days."""
    start_s = local(6, 16, 12)
    row = inputs_between(PLANT, HOME, start_s, 288, 300.0)
    first = inputs_between(PLANT, HOME, start_s, 144, 300.0)
    second = inputs_between(PLANT, HOME, start_s + 144 * 300.0, 144, 300.0)
    litres = [inputs.draw_l_per_min for inputs in row]
    parts = [inputs.draw_l_per_min for inputs in first + second]
    assert litres == pytest.approx(parts)


def test_house_without_collector_and_modules() -> None:
    """Surroundings do not need components that are not there."""
    plant = PlantParameters(collector=None, pv=None)
    utc = replace(HOME, zone=UTC)
    found = simulate(plant, utc, start_s=local(6, 16), hours=6)
    assert all(hour.mean.solar_heat_w == 0.0 for hour in found.hours)
    assert all(hour.mean.pv_power_w == 0.0 for hour in found.hours)
