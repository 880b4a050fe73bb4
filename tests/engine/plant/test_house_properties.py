"""Properties that hold for any plant, state, input and length of step."""

from dataclasses import fields
import math

from hypothesis import given, settings, strategies as st

from custom_components.energy_manager.engine.plant import house, tank
from custom_components.energy_manager.engine.plant.house import HouseInputs
from custom_components.energy_manager.engine.plant.parameters import (
    BatteryParameters,
    BoilerParameters,
    CollectorParameters,
    HeatingParameters,
    PlantParameters,
    TankParameters,
)


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Return numbers from low to high."""
    return st.floats(low, high, allow_subnormal=False)


plants = st.builds(
    PlantParameters,
    collector=st.none()
    | st.builds(
        CollectorParameters,
        area_m2=numbers(1.0, 60.0),
        a2_w_per_m2_k2=numbers(0.0, 0.03),
        flow_l_per_h_m2=numbers(5.0, 80.0),
        heat_exchanger_effectiveness=numbers(0.3, 1.0),
        capacity_kj_per_m2_k=numbers(0.0, 20.0),
    ),
    tank=st.builds(
        TankParameters,
        volume_l=numbers(100.0, 5000.0),
        nodes=st.integers(1, 20),
        boiler_height=numbers(0.0, 1.0),
        heating_height=numbers(0.0, 1.0),
        heating_return_height=numbers(0.0, 1.0),
    ),
    boiler=st.none() | st.builds(BoilerParameters, power_kw=numbers(1.0, 40.0)),
    heating=st.none()
    | st.builds(HeatingParameters, heat_loss_w_per_k=numbers(0.0, 500.0)),
    battery=st.none()
    | st.builds(
        BatteryParameters,
        capacity_kwh=numbers(0.05, 20.0),
        chemistry=st.sampled_from(["lfp", "lead"]),
    ),
)
inputs = st.builds(
    HouseInputs,
    collector_beam=numbers(0.0, 1000.0),
    collector_diffuse=numbers(0.0, 400.0),
    collector_cosine=numbers(0.0, 1.0),
    pv_irradiance=numbers(0.0, 1300.0),
    ambient_c=numbers(-30.0, 45.0),
    draw_l_per_min=numbers(0.0, 30.0),
    electrical_load_w=numbers(0.0, 2000.0),
    pump_mode=st.integers(0, 3),
    valve_mode=st.integers(0, 3),
    boiler_mode=st.integers(0, 3),
    inverter_mode=st.sampled_from([2, 4, 5]),
    charger_on=st.booleans(),
)


@settings(max_examples=100, deadline=None)
@given(
    plant=plants,
    tank_c=numbers(5.0, 95.0),
    rows=st.lists(inputs, min_size=1, max_size=6),
    dt_s=numbers(1.0, 900.0),
)
def test_any_house_balances(
    plant: PlantParameters, tank_c: float, rows: list[HouseInputs], dt_s: float
) -> None:
    """Heat and electricity close, everything is finite, layers are in order."""
    layout = tank.layout(plant.tank)
    state = house.initial_state(plant, tank_c=tank_c, ambient_c=10.0)
    for row in rows:
        stored = tank.energy_j(layout, list(state.tank_c), 0.0)
        state, flows = house.step(plant, state, row, dt_s)
        gain = flows.solar_heat_w + flows.boiler_heat_w - flows.tank_loss_w
        use = flows.hot_water_heat_w + flows.heating_heat_w
        change = tank.energy_j(layout, list(state.tank_c), 0.0) - stored
        turnover = abs(flows.solar_heat_w) + flows.boiler_heat_w + abs(use) + 1.0
        assert abs((gain - use) * dt_s - change) < 1e-6 * turnover * dt_s + 1.0
        assert list(state.tank_c) == sorted(state.tank_c)
        assert 0.0 <= state.soc <= 1.0 + 1e-9
        assert math.isclose(
            flows.charger_power_w,
            flows.battery_power_w + flows.inverter_dc_w,
            abs_tol=1e-6,
        ) or (plant.battery is None)
        for field in fields(flows):
            value = getattr(flows, field.name)
            if isinstance(value, float):
                assert math.isfinite(value), field.name
