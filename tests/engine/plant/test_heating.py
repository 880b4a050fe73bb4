"""What the tank gives to the heating."""

import pytest

from custom_components.energy_manager.engine.plant import heating
from custom_components.energy_manager.engine.plant.parameters import HeatingParameters
from custom_components.energy_manager.engine.plant.tank import WATER_J_PER_KG_K

FLOOR = HeatingParameters(
    heat_loss_w_per_k=200.0, base_temperature_c=15.0, supply_c=35.0, return_c=28.0
)


@pytest.mark.parametrize(
    ("ambient_c", "watts"), [(-10.0, 5000.0), (14.0, 200.0), (15.0, 0.0), (30.0, 0.0)]
)
def test_demand(ambient_c: float, watts: float) -> None:
    """200 W for every kelvin below 15 degC, nothing above."""
    assert heating.demand_w(FLOOR, ambient_c) == pytest.approx(watts)


def test_no_demand_draws_nothing() -> None:
    """Zero wanted is an empty draw."""
    found = heating.draw(FLOOR, 0.0, valve_on=True, tank_c=60.0, zone_c=60.0)
    assert found == heating.HeatingDraw()


def test_warm_tank_is_mixed_down() -> None:
    """Water at 63 degC needs a fifth of the flow of water at 35 degC."""
    found = heating.draw(FLOOR, 3500.0, valve_on=True, tank_c=63.0, zone_c=70.0)
    assert found.kg_per_s == pytest.approx(3500.0 / (WATER_J_PER_KG_K * 35.0))
    assert found.solar_part_w == pytest.approx(3500.0)
    assert found.zone_w == found.unmet_w == 0.0


def test_lukewarm_tank_preheats() -> None:
    """At 31.5 degC the solar part gives half, the zone the other half."""
    found = heating.draw(FLOOR, 3500.0, valve_on=True, tank_c=31.5, zone_c=50.0)
    assert found.solar_part_w == pytest.approx(1750.0)
    assert found.zone_w == pytest.approx(1750.0)


def test_cold_zone_leaves_rooms_cold() -> None:
    """What nobody can give is unmet."""
    found = heating.draw(FLOOR, 3500.0, valve_on=True, tank_c=31.5, zone_c=20.0)
    assert found.zone_w == 0.0
    assert found.unmet_w == pytest.approx(1750.0)


@pytest.mark.parametrize("valve_on", [True, False])
@pytest.mark.parametrize("tank_c", [10.0, 28.0, 30.0, 35.0, 80.0])
@pytest.mark.parametrize("zone_c", [10.0, 29.0, 35.0, 80.0])
def test_parts_are_the_whole(tank_c: float, zone_c: float, *, valve_on: bool) -> None:
    """Solar part, zone and unmet add up to the demand; none is negative."""
    found = heating.draw(FLOOR, 4000.0, valve_on=valve_on, tank_c=tank_c, zone_c=zone_c)
    parts = (found.solar_part_w, found.zone_w, found.unmet_w)
    assert sum(parts) == pytest.approx(4000.0)
    assert min(parts) >= 0.0
    if not valve_on:
        assert found.kg_per_s == 0.0
