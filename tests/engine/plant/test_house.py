"""The whole house: balances, controls, faults and any length of step."""

from dataclasses import fields, replace
import math
import random

import pytest

from custom_components.energy_manager.engine.plant import house, tank
from custom_components.energy_manager.engine.plant.controller import RelayMode
from custom_components.energy_manager.engine.plant.house import (
    HouseFlows,
    HouseInputs,
    HouseState,
)
from custom_components.energy_manager.engine.plant.inverter import InverterMode
from custom_components.energy_manager.engine.plant.parameters import (
    BatteryParameters,
    BoilerParameters,
    CollectorParameters,
    PlantParameters,
    TankParameters,
)

PLANT = PlantParameters()
NOON = HouseInputs(
    collector_beam=700.0,
    collector_diffuse=150.0,
    collector_cosine=0.95,
    pv_irradiance=850.0,
    ambient_c=22.0,
)
NIGHT = HouseInputs(ambient_c=15.0)


def run(
    state: HouseState,
    inputs: HouseInputs,
    hours: float,
    plant: PlantParameters = PLANT,
    dt_s: float = 60.0,
) -> tuple[HouseState, list[HouseFlows]]:
    """Return the house after hours under constant inputs."""
    flows = []
    for _ in range(round(hours * 3600.0 / dt_s)):
        state, flow = house.step(plant, state, inputs, dt_s)
        flows.append(flow)
    return state, flows


def start(tank_c: float = 40.0, ambient_c: float = 22.0) -> HouseState:
    """Return a house at rest."""
    return house.initial_state(PLANT, tank_c=tank_c, ambient_c=ambient_c)


def stored_j(plant: PlantParameters, state: HouseState) -> float:
    """Return the heat in the tank above 0 degC."""
    return tank.energy_j(tank.layout(plant.tank), list(state.tank_c), 0.0)


def sun_of(hour: float) -> float:
    """Return the share of noon's sun at an hour of the day."""
    return max(math.sin((hour - 6.0) / 12.0 * math.pi), 0.0)


def week(
    plant: PlantParameters, dt_s: float, seed: int = 0
) -> tuple[HouseState, HouseState, list[HouseFlows]]:
    """Return a week with sun, draws, heating, faults and manual modes."""
    chance = random.Random(seed)
    first = state = house.initial_state(plant, tank_c=45.0, ambient_c=5.0)
    flows = []
    for place in range(round(7 * 86400 / dt_s)):
        hour = place * dt_s / 3600.0 % 24.0
        share = sun_of(hour) * chance.choice([1.0, 1.0, 0.3])
        inputs = HouseInputs(
            collector_beam=700.0 * share,
            collector_diffuse=150.0 * share,
            collector_cosine=max(share, 0.2),
            pv_irradiance=850.0 * share,
            ambient_c=5.0 + 6.0 * math.sin(hour / 24.0 * 2.0 * math.pi),
            draw_l_per_min=chance.choice([0.0] * 9 + [6.0]) * min(1.0, 300.0 / dt_s),
            electrical_load_w=chance.choice([0.0, 30.0, 400.0]),
            pump_mode=chance.choice([2] * 30 + [0, 1, 3]),
            valve_mode=chance.choice([2] * 30 + [0, 1, 3]),
            boiler_mode=chance.choice([2] * 30 + [0, 3]),
            inverter_mode=chance.choice([2] * 40 + [4, 5]),
            charger_on=chance.random() > 0.05,
        )
        state, flow = house.step(plant, state, inputs, dt_s)
        flows.append(flow)
    return first, state, flows


def joules(flows: list[HouseFlows], name: str) -> float:
    """Return the energy of a power over a row of steps [J]."""
    return math.fsum(getattr(flow, name) * flow.dt_s for flow in flows)


@pytest.mark.parametrize(("dt_s", "seed"), [(60.0, 1), (300.0, 2), (900.0, 3)])
def test_heat_balance_of_a_week(dt_s: float, seed: int) -> None:
    """In less out is stored, within 0.1 percent of what was turned over."""
    first, last, flows = week(PLANT, dt_s, seed)
    gained = joules(flows, "solar_heat_w") + joules(flows, "boiler_heat_w")
    used = joules(flows, "hot_water_heat_w") + joules(flows, "heating_heat_w")
    lost = joules(flows, "tank_loss_w")
    stored = stored_j(PLANT, last) - stored_j(PLANT, first)
    assert gained > 1e8
    assert used > 1e8
    assert abs(gained - used - lost - stored) < 1e-6 * (gained + used)


@pytest.mark.parametrize("dt_s", [200.0, 900.0])
def test_collector_balance_of_a_week(dt_s: float) -> None:
    """What the absorber takes is lost, stored or carried to the tank."""
    _, _, flows = week(PLANT, dt_s)
    absorbed = joules(flows, "absorbed_heat_w")
    gone = joules(flows, "collector_loss_w") + joules(flows, "collector_stored_w")
    assert abs(absorbed - gone - joules(flows, "solar_heat_w")) < 1e-6 * absorbed


@pytest.mark.parametrize("dt_s", [200.0, 900.0])
def test_electric_balance_of_a_week(dt_s: float) -> None:
    """Charger = battery + inverter, and the charge follows from the battery."""
    _, _, flows = week(PLANT, dt_s)
    for flow in flows:
        assert flow.charger_power_w == pytest.approx(
            flow.battery_power_w + flow.inverter_dc_w, abs=1e-6
        )
        assert flow.charger_current_a == pytest.approx(
            flow.battery_current_a + flow.inverter_dc_a, abs=1e-6
        )
        assert flow.unserved_w == pytest.approx(flow.load_w - flow.inverter_ac_w)
        assert 0.0 <= flow.soc <= 1.0 + 1e-9


def test_states_and_flows_are_finite() -> None:
    """No value of a week is NaN or infinite, and probes are in order."""
    _, _, flows = week(PLANT, 300.0, seed=3)
    for flow in flows:
        for field in fields(flow):
            value = getattr(flow, field.name)
            if isinstance(value, float):
                assert math.isfinite(value), field.name
        assert flow.tank_bottom_c <= flow.tank_middle_c <= flow.tank_top_c
        assert flow.inverter_ac_a == pytest.approx(flow.inverter_ac_w / 230.0)


@pytest.mark.parametrize("dt_s", [2.0, 10.0, 300.0, 900.0])
def test_length_of_step_hardly_matters(dt_s: float) -> None:
    """Six hours of sun give the same tank within 1 K in any step."""
    expected, _ = run(start(), NOON, 6.0, dt_s=30.0)
    found, _ = run(start(), NOON, 6.0, dt_s=dt_s)
    assert found.tank_c == pytest.approx(expected.tank_c, abs=1.0)


def test_sun_warms_the_tank() -> None:
    """Six hours of full sun put tens of kelvin into a cold tank."""
    plant = replace(PLANT, boiler=None)
    state, flows = run(start(tank_c=25.0), NOON, 6.0, plant)
    assert sum(state.tank_c) / 10.0 > 55.0
    assert all(30.0 <= flow.pump_percent <= 100.0 for flow in flows[60:])
    assert max(flow.collector_c for flow in flows) < 110.0
    running = flows[-1]
    assert running.collector_c > running.tank_bottom_c + 4.0


def test_heat_meter_counts() -> None:
    """The meter's readings are the sums of heat and volume."""
    state, flows = run(start(25.0), NOON, 3.0, replace(PLANT, boiler=None))
    heat_wh = sum(max(flow.solar_heat_w, 0.0) for flow in flows) / 60.0
    assert state.heat_total_wh == pytest.approx(heat_wh)
    litres = sum(flow.solar_flow_l_per_h for flow in flows) / 60.0
    assert state.volume_total_l == pytest.approx(litres)
    assert heat_wh > 15000.0


def test_pump_stops_with_the_inverter() -> None:
    """Switched off in full sun: the pump stands still, the collector boils."""
    state, before = run(start(), NOON, 1.0)
    assert before[-1].pump_percent > 0.0
    off = replace(NOON, inverter_mode=InverterMode.OFF)
    _, flows = run(state, off, 1.5)
    assert all(flow.pump_percent == 0.0 for flow in flows)
    assert all(flow.solar_flow_l_per_h == 0.0 for flow in flows)
    assert flows[5].pump_output_percent > 0.0
    assert not flows[-1].powered
    assert flows[-1].inverter_ac_v == 0.0
    assert flows[-1].collector_c > 130.0
    assert flows[-1].stagnating


def test_empty_battery_stops_everything() -> None:
    """Without sun and charge the inverter shuts down and serves nothing."""
    state = replace(start(20.0), soc=0.06)
    _, flows = run(state, replace(NIGHT, electrical_load_w=500.0), 2.0)
    assert flows[0].powered
    last = flows[-1]
    assert last.low_battery
    assert not last.powered
    assert last.unserved_w > 500.0
    assert not last.boiler_on
    assert last.soc == pytest.approx(0.05, abs=0.01)


def test_eco_mode_wakes_for_the_boiler() -> None:
    """The electronics alone do not wake the inverter, the boiler does."""
    eco = replace(NIGHT, inverter_mode=InverterMode.ECO, ambient_c=20.0)
    _, idle = run(start(65.0), eco, 0.5)
    assert not idle[-1].powered
    assert idle[-1].inverter_dc_w == pytest.approx(1.5)
    _, busy = run(start(30.0), eco, 0.5)
    assert busy[-1].powered
    assert busy[-1].boiler_on


@pytest.mark.parametrize(
    ("mode", "tank_c", "burns"),
    [
        (RelayMode.AUTO, 45.0, True),
        (RelayMode.AUTO, 56.0, False),
        (RelayMode.OFF, 30.0, False),
        (RelayMode.MINIMUM, 56.0, True),
        (RelayMode.ON, 70.0, True),
    ],
)
def test_boiler_follows_its_relay(mode: int, tank_c: float, *, burns: bool) -> None:
    """Automatic: by thermostat; by hand: on or off."""
    _, flows = run(start(tank_c), replace(NIGHT, boiler_mode=mode), 0.1)
    assert flows[-1].boiler_on is burns
    assert flows[-1].boiler_relay is burns


def test_boiler_switched_on_stops_at_its_own_limit() -> None:
    """Even set to on it never heats far beyond its safety temperature."""
    state, flows = run(start(), replace(NIGHT, boiler_mode=RelayMode.ON), 12.0)
    assert max(state.tank_c) < 82.0
    assert min(flow.boiler_heat_w for flow in flows[-120:]) == 0.0
    assert flows[-1].boiler_relay


def test_hot_top_does_not_keep_the_rooms_cold() -> None:
    """The boiler warms the lower end of its zone for the rooms, however hot the top."""
    layers = (15.0, 15.0, 15.0, 20.0, 20.0, 25.0, 25.0, 25.0, 78.0, 79.0)
    state = replace(start(), tank_c=layers, ambient_mean_c=-5.0)
    _, flows = run(state, replace(NIGHT, ambient_c=-5.0), 1.0)
    assert any(flow.boiler_on for flow in flows)


def test_after_heating_reaches_the_setpoint_once() -> None:
    """One start lifts the top to the setpoint; then the boiler rests."""
    state, flows = run(start(45.0), NIGHT, 3.0)
    assert state.boiler_starts == 1
    assert max(flow.tank_top_c for flow in flows) >= 60.0
    assert not flows[-1].boiler_on
    fuel = sum(flow.boiler_fuel_w for flow in flows)
    heat = sum(flow.boiler_heat_w for flow in flows)
    assert fuel / 60000.0 == pytest.approx(heat / 60000.0 / 0.85 + 0.2)


@pytest.mark.parametrize("mode", [RelayMode.OFF, RelayMode.ON])
def test_pump_set_by_hand(mode: int) -> None:
    """Off lets the collector stagnate; on runs at night and cools the tank."""
    if mode == RelayMode.OFF:
        state, flows = run(start(), replace(NOON, pump_mode=mode), 2.0)
        assert state.collector_c > 135.0
        assert flows[-1].stagnating
    else:
        before = start(60.0)
        _, flows = run(before, replace(NIGHT, pump_mode=mode), 2.0)
        assert flows[-1].solar_heat_w < -500.0
        assert flows[-1].pump_percent == 100.0


def test_full_tank_stops_the_pump() -> None:
    """At the maximum the pump rests although the sun shines."""
    state, flows = run(start(85.0), NOON, 4.0)
    assert max(state.tank_c) < 98.0
    assert any(flow.stagnating for flow in flows)


def test_draw_takes_what_it_should() -> None:
    """40 l at 45 degC from 10 degC are 1.63 kWh, whatever the tank holds."""
    inputs = replace(NIGHT, draw_l_per_min=8.0, boiler_mode=RelayMode.OFF)
    for tank_c in (50.0, 80.0):
        state = start(tank_c)
        heat = 0.0
        for _ in range(5):
            state, flow = house.step(PLANT, state, inputs, 60.0)
            heat += flow.hot_water_heat_w * 60.0
            assert flow.hot_water_c == 45.0
            assert flow.hot_water_unmet_w == 0.0
        assert heat / 3.6e6 == pytest.approx(40.0 * 0.001163 * 35.0, rel=1e-6)


def test_cold_tank_leaves_a_draw_short() -> None:
    """At 30 degC the shower gets 30 degC and the rest is told as unmet."""
    inputs = replace(NIGHT, draw_l_per_min=8.0, boiler_mode=RelayMode.OFF)
    _, flow = house.step(PLANT, start(30.0), inputs, 60.0)
    assert flow.hot_water_c == pytest.approx(30.0, abs=0.1)
    assert flow.hot_water_unmet_w / flow.hot_water_heat_w == pytest.approx(15.0 / 20.0)


def test_heating_in_winter() -> None:
    """At 0 degC 150 W/K below 14 degC take 2.1 kW; none in summer."""
    winter = replace(NIGHT, ambient_c=0.0)
    state = house.initial_state(PLANT, tank_c=50.0, ambient_c=0.0)
    _, cold = house.step(PLANT, state, winter, 60.0)
    assert cold.heating_heat_w == pytest.approx(2100.0)
    assert cold.valve_percent == 100.0
    _, warm = house.step(PLANT, start(50.0), NIGHT, 60.0)
    assert warm.heating_heat_w == 0.0


def test_valve_off_spares_the_solar_part() -> None:
    """With the valve shut the heating is fed from the boiler's zone alone."""
    inputs = replace(NIGHT, ambient_c=0.0, boiler_mode=RelayMode.OFF, valve_mode=0)
    before = house.initial_state(PLANT, tank_c=40.0, ambient_c=0.0)
    before = replace(before, tank_c=(40.0,) * 7 + (60.0,) * 3)
    state, flows = run(before, inputs, 1.0)
    assert flows[-1].heating_heat_w == pytest.approx(2100.0, rel=0.01)
    assert flows[-1].valve_percent == 0.0
    assert state.tank_c[5] > 39.5
    assert state.tank_c[7] < 46.0


def test_heating_stands_still_without_electricity() -> None:
    """No pump, no heat for the rooms: all demand is unmet."""
    inputs = replace(NIGHT, ambient_c=0.0, inverter_mode=InverterMode.OFF)
    before = house.initial_state(PLANT, tank_c=50.0, ambient_c=0.0)
    _, flow = house.step(PLANT, before, inputs, 60.0)
    assert flow.heating_heat_w == 0.0
    assert flow.heating_unmet_w == pytest.approx(2100.0)


def test_charger_off_leaves_the_sun_unused() -> None:
    """Switched off, the battery feeds the house and the sun is curtailed."""
    _, flow = house.step(PLANT, start(), replace(NOON, charger_on=False), 60.0)
    assert flow.pv_power_w == 0.0
    assert flow.pv_curtailed_w == flow.pv_available_w > 1000.0
    assert flow.battery_power_w < 0.0


@pytest.mark.parametrize(
    "plant",
    [
        PlantParameters(collector=None),
        PlantParameters(boiler=None),
        PlantParameters(heating=None),
        PlantParameters(pv=None),
        PlantParameters(battery=None),
        PlantParameters(inverter=None),
    ],
)
def test_house_without_a_component(plant: PlantParameters) -> None:
    """A component that does not exist neither runs nor breaks the rest."""
    state, flows = run(start(), replace(NOON, draw_l_per_min=1.0), 2.0, plant)
    gained = joules(flows, "solar_heat_w") + joules(flows, "boiler_heat_w")
    used = joules(flows, "hot_water_heat_w") + joules(flows, "heating_heat_w")
    stored = stored_j(plant, state) - stored_j(plant, start())
    assert gained - used - joules(flows, "tank_loss_w") == pytest.approx(stored)


@pytest.mark.parametrize("dt_s", [200.0, 900.0])
def test_odd_plants_stay_stable(dt_s: float) -> None:
    """A small tank under large flows and a tiny battery stay in bounds."""
    plant = PlantParameters(
        collector=CollectorParameters(area_m2=40.0),
        tank=TankParameters(volume_l=200.0, nodes=6),
        boiler=BoilerParameters(power_kw=40.0),
        battery=BatteryParameters(capacity_kwh=0.1),
    )
    first, last, flows = week(plant, dt_s)
    assert all(-5.0 < t < 130.0 for t in last.tank_c)
    gained = joules(flows, "solar_heat_w") + joules(flows, "boiler_heat_w")
    used = joules(flows, "hot_water_heat_w") + joules(flows, "heating_heat_w")
    stored = stored_j(plant, last) - stored_j(plant, first)
    assert gained - used - joules(flows, "tank_loss_w") == pytest.approx(
        stored, rel=1e-6
    )
    assert all(0.0 <= flow.soc <= 1.0 + 1e-9 for flow in flows)
