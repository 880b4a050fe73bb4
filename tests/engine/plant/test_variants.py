"""Many houses through the same weather."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict
import json
from multiprocessing import active_children, get_context
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
            most=1,
            progress=told.append,
            cancelled=lambda: len(told) >= 2,
        )
    assert told == [1, 2]
    assert found == run_variants(houses()[:2], conditions())


def test_pool_of_processes() -> None:
    """Workers and their tasks go to other processes; nothing of them stays."""
    many = houses() * 12
    context = get_context("forkserver")
    # The parent package's body, where Home Assistant is not installed.
    context.set_forkserver_preload(["tests.conftest"])
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        found = run_variants(many, conditions(), mapper=pool.map, most=18)
        stopped = run_variants(
            many, conditions(), mapper=pool.map, most=1, cancelled=lambda: True
        )
    assert found == run_variants(many, conditions(), most=18)
    assert stopped == []
    assert not active_children()


def test_like_houses_go_together() -> None:
    """Others between them stay in their places, wrong ones and rooms too."""
    rooms = {
        **example("proof-of-concept").to_json(),
        "building": {},
        "demand": {},
    }
    wrong = {**houses()[0], "people": -1}
    many = [*houses() * 10, wrong, rooms, *houses() * 4]
    sizes: list[int] = []

    def counted(
        worker: Callable[[Task], Task], tasks: Iterable[Task]
    ) -> Iterator[Task]:
        for task in tasks:
            documents = task["houses"]
            assert isinstance(documents, list)
            sizes.append(len(documents))
            yield worker(task)

    told: list[int] = []
    found = run_variants(many, conditions(), mapper=counted, progress=told.append)
    assert sorted(sizes) == [1, 42]
    assert told[-1] == len(many)
    assert "error" in found[30]
    assert found[31]["figures"]["room_mean_c"] > 10.0  # type: ignore[index, call-overload, operator]
    alone = run_variants(houses(), conditions())
    for place in (0, 1, 29, 32, 43):
        litres = many[place]["tank"]["volume_l"]
        one = alone[(300, 600, 900).index(litres)]["figures"]
        together = found[place]["figures"]
        assert isinstance(one, dict)
        assert isinstance(together, dict)
        for name, value in one.items():
            assert together[name] == pytest.approx(value, rel=1e-9, abs=1e-9), name


def test_cancel_of_fleets_keeps_the_first() -> None:
    """What is done up to the first house that is not."""
    told: list[int] = []
    many = houses() * 32
    found = run_variants(
        many,
        conditions(),
        most=48,
        progress=told.append,
        cancelled=lambda: len(told) >= 1,
    )
    assert told == [48]
    # The smallest tanks, which divide their steps alike, go together.
    assert len(found) < len(many)
    assert found == run_variants(many, conditions(), most=48)[: len(found)]
