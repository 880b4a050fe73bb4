"""Many houses through the same weather."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
import json
from typing import Any

import pytest

from custom_components.energy_manager.engine.plant.variants import (
    Task,
    conditions_of,
    run_variant,
    run_variants,
)

from .test_year import NEW_YEAR_S, example, run, weather

DAYS = 3


def conditions() -> Task:
    """Return three days of simple weather as a document."""
    return conditions_of(weather(DAYS), start_s=NEW_YEAR_S, steps=288 * DAYS)


def houses() -> list[Any]:
    """Return a house with tanks of three sizes."""
    document: dict[str, Any] = example("hot-water-only").to_json()
    return [
        {**document, "tank": {**document["tank"], "volume_l": litres}}
        for litres in (300, 600, 900)
    ]


def test_worker_takes_and_gives_plain_data() -> None:
    """Through JSON and back the figures are those of a simulation."""
    task = json.loads(
        json.dumps({"house": example("off-grid").to_json(), "conditions": conditions()})
    )
    found = json.loads(json.dumps(run_variant(task)))
    assert found["figures"] == asdict(run(example("off-grid"), DAYS))
    assert len(found["monthly"]) == 1


def test_any_map_gives_the_same() -> None:
    """One after the other and many at a time, in the order of the houses."""
    serial = run_variants(houses(), conditions())
    with ThreadPoolExecutor(2) as pool:
        assert run_variants(houses(), conditions(), mapper=pool.map) == serial
    losses = [one["figures"]["tank_loss_kwh"] for one in serial]  # type: ignore[index, call-overload]
    assert len(set(losses)) == 3


def test_wrong_house_is_told_in_its_place() -> None:
    """The others still run."""
    wrong = {**houses()[0], "people": -1}
    found = run_variants([houses()[0], wrong, houses()[2]], conditions())
    assert found[1] == {
        "error": {"field": "people", "allowed": "must be between 0 and 1000"}
    }
    assert "figures" in found[0]
    assert "figures" in found[2]


@pytest.mark.parametrize("parallel", [False, True])
def test_cancel(*, parallel: bool) -> None:
    """Nothing more is begun; what is done stays, and progress was told."""
    told: list[int] = []
    with ThreadPoolExecutor(1) as pool:
        found = run_variants(
            houses() * 20,
            conditions(),
            mapper=pool.map if parallel else map,
            progress=told.append,
            cancelled=lambda: len(told) >= 2,
        )
    assert told == [1, 2]
    assert found == run_variants(houses()[:2], conditions())
