"""A plan that starts from an estimate of the whole tank."""

from dataclasses import replace

import pytest

from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.planner.layers import (
    initial_layers,
    rooms_are_cold,
)
from custom_components.energy_manager.engine.planner.problem import PlantState, Problem
from custom_components.energy_manager.engine.planner.solve import solve
from custom_components.energy_manager.engine.plant.parameters import (
    HeatingParameters,
    PlantParameters,
)

from .homes import a_problem

PLANT = PlantParameters()
LAYERS = (12.0, 14.0, 18.0, 22.0, 25.0, 28.0, 33.0, 58.0, 60.0, 61.0)


def test_layers_go_before_probes() -> None:
    """The two layers of the plan are the means of the estimate's layers."""
    probes = (13.0, 26.0, 60.0)
    layers = initial_layers(PLANT, probes, LAYERS)
    assert layers is not None
    assert layers[0] == pytest.approx(59.67, abs=0.05)
    assert layers[1] == pytest.approx(21.7, abs=0.05)
    plain = initial_layers(PLANT, probes)
    assert plain is not None
    assert plain[0] < layers[0] - 4.0
    assert initial_layers(PLANT, (), LAYERS) == layers


@pytest.mark.parametrize(
    ("probes_c", "least_c", "cold"),
    [
        # A probe below the zone is all that is sure without an estimate.
        ((13.0, 26.0, 60.0), None, True),
        ((13.0, 38.0, 60.0), None, False),
        ((13.0, 26.0, 60.0), 48.0, False),
        ((13.0, 26.0, 60.0), 36.9, True),
        ((13.0, 26.0, 60.0), 37.0, False),
        ((), 0.0, True),
    ],
)
def test_cold_rooms(
    probes_c: tuple[float, ...], least_c: float | None, cold: bool
) -> None:
    """Sure of a warm zone the boiler may rest; unknown counts as cold."""
    plant = replace(PLANT, heating=HeatingParameters(supply_c=35.0))
    assert rooms_are_cold(plant, probes_c, least_c) is cold
    assert not rooms_are_cold(replace(PLANT, heating=None), probes_c, least_c)


def test_a_sure_zone_lets_the_boiler_rest() -> None:
    """The same cold evening: without the estimate the boiler is left to itself."""
    cold = a_problem(ambient_c=0.0, state=PlantState(tank_c=(13.0, 26.0, 62.0)))
    assert solve(cold).decision.reason.code == "rooms_need_boiler"
    state = replace(cold.state, layers_c=LAYERS, zone_least_c=52.0)
    sure = replace(cold, state=state)
    assert Problem.from_json(sure.to_json()) == sure
    plan = solve(sure)
    assert plan.decision.reason.code != "rooms_need_boiler"
    assert plan.heat.tank_upper_c[0] == pytest.approx(59.67, abs=0.1)
    with pytest.raises(InputError, match="layers_c"):
        replace(cold, state=replace(cold.state, layers_c=(500.0,)))
