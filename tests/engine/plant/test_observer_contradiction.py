"""Probes that show another tank than the one that was followed."""

import pytest

from custom_components.energy_manager.engine.plant.observer import TankObserver
from custom_components.energy_manager.engine.plant.parameters import (
    HotWaterParameters,
    PlantParameters,
)


@pytest.mark.parametrize(
    ("probes_c", "another"),
    [
        ((40.0, 60.0, 70.0), False),
        ((12.0, 48.0, 69.0), False),  # a long bath
        ((44.0, 65.0, 75.0), False),  # sun
        ((40.0, 60.0, 20.0), False),  # a broken probe
        ((40.0, 57.0, 57.0), False),  # a while without looking
        ((57.0, 57.0, 57.0), True),
        ((88.0, 88.0, 88.0), True),
        ((20.0, 20.0, 20.0), True),
        ((None, 88.0, None), False),
        ((None, None, None), False),
    ],
)
def test_another_tank(probes_c: tuple[float | None, ...], another: bool) -> None:
    """A tank that was filled anew is told from draws, sun and a broken probe."""
    observer = TankObserver(PlantParameters().tank, HotWaterParameters())
    assert observer.start_from((40.0, 60.0, 70.0))
    assert observer.contradicted(probes_c) is another
