"""Many houses through the same weather: workers of plain data, run by any map.

A task is a JSON document and so is its result, so that it goes to a thread, another
process or another machine as it is. The caller gives the map: the built-in one runs
one after the other, the `map` of an executor many at a time. Houses that differ in
nothing but numbers are worked out together (`fleet`), all others one by one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import batched, count, takewhile
from math import ceil

import numpy as np

from ..document import Json
from ..errors import InputError
from . import fleet
from .boundary import WeatherSeries, boundary_of
from .fleet_boundary import Conditions
from .fleet_run import parts
from .fleet_structure import Structure, structure_of
from .house_document import House
from .results import Figures, yearly_and_monthly
from .sun import FloatArray
from .year import simulate

type Task = dict[str, Json]
type Mapper = Callable[[Callable[[Task], Task], Iterable[Task]], Iterator[Task]]
"""Applies a function to tasks and yields the results in their order."""

WINDOW = 4096
"""Houses among which like ones are looked for at a time."""
_SERIES = ("times_s", "ghi", "dni", "dhi", "ambient_c", "wind_m_per_s")


def conditions_of(
    weather: WeatherSeries,
    *,
    start_s: float,
    steps: int,
    step_s: float = 300.0,
    draw_l: Sequence[float] | None = None,
    electrical_load_w: Sequence[float] | None = None,
) -> Task:
    """Return what acts on all houses as a document; see `boundary_of` for the values."""
    document: Task = {name: getattr(weather, name).tolist() for name in _SERIES}
    document |= {"start_s": start_s, "steps": steps, "step_s": step_s}
    document["draw_l"] = None if draw_l is None else list(draw_l)
    document["electrical_load_w"] = (
        None if electrical_load_w is None else list(electrical_load_w)
    )
    return document


def run_variant(task: Task) -> Task:
    """Return the figures of one house.

    The task has `house` (HOUSE.json) and `conditions` (`conditions_of`); the result
    `figures` and `monthly`, or `error` with the field of the house that is wrong and
    what is allowed there: one wrong house does not end a row of many.
    """
    try:
        house = House.from_json(task["house"])
    except InputError as error:
        return _error(error)
    return _alone(house, _known(task["conditions"]))


def run_fleet(task: Task) -> Task:
    """Return the figures of houses of one structure, worked out together.

    The task has a list of `houses` and `conditions`; `results` of the result are in
    their order, each as `run_variant` gives it. Few houses are run one by one.
    """
    documents = task["houses"]
    assert isinstance(documents, list)
    houses = [House.from_json(document) for document in documents]
    known = _known(task["conditions"])
    if len(houses) < fleet.LEAST_HOUSES:
        return {"results": [_alone(house, known) for house in houses]}
    results = fleet.simulate_fleet(houses, known)
    return {"results": [_result(*figures) for figures in results]}


def _alone(house: House, known: Conditions) -> Task:
    """Return the result of one house."""
    boundary = boundary_of(
        house,
        known.weather,
        start_s=known.start_s,
        steps=known.steps,
        step_s=known.step_s,
        draw_l=known.draw_l,
        electrical_load_w=known.electrical_load_w,
    )
    return _result(*yearly_and_monthly(house, simulate(house, boundary)))


def _result(whole: Figures, months: list[Figures]) -> Task:
    return {"figures": asdict(whole), "monthly": [asdict(month) for month in months]}


def _error(error: InputError) -> Task:
    return {"error": {"field": error.field, "allowed": error.allowed}}


def _known(conditions: Json) -> Conditions:
    """Return what acts on all houses from its document."""
    assert isinstance(conditions, dict)
    return Conditions(
        weather=WeatherSeries(
            **{name: np.array(conditions[name], dtype=np.float64) for name in _SERIES}
        ),
        start_s=_number(conditions["start_s"]),
        steps=int(_number(conditions["steps"])),
        step_s=_number(conditions["step_s"]),
        draw_l=_array(conditions["draw_l"]),
        electrical_load_w=_array(conditions["electrical_load_w"]),
    )


def _number(value: Json) -> float:
    assert isinstance(value, int | float)
    return float(value)


def _array(values: Json) -> FloatArray | None:
    return None if values is None else np.array(values, dtype=np.float64)


def run_variants(
    houses: Iterable[Json],
    conditions: Task,
    *,
    mapper: Mapper = map,
    most: int = fleet.MOST_HOUSES,
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Task]:
    """Return the results of houses in their order.

    Houses that differ in nothing but numbers are worked out together, up to `most` of
    them in one task of the mapper: with an executor as many as let each of its workers
    have some. 1 lets each house be a task. `progress` is called with the number done
    after each task. Once `cancelled` says so nothing more is begun, and the results of
    the first houses, up to one that is not done, are returned.
    """
    times_s = conditions["times_s"]
    assert isinstance(times_s, list)
    most = max(1, min(most, fleet.most_houses(len(times_s))))
    results: list[Task] = []
    told = 0
    for window in batched(houses, WINDOW, strict=False):
        found, groups = _sorted(window, most)
        told += len(found)
        if found and progress is not None:
            progress(told)
        tasks: Iterator[Task] = (
            {"houses": [window[place] for place in places], "conditions": conditions}
            for places in groups
        )
        with _closing(iter(mapper(run_fleet, tasks))) as running:
            for places in groups:
                if cancelled is not None and cancelled():
                    break
                done = next(running)["results"]
                assert isinstance(done, list)
                for place, result in zip(places, done, strict=True):
                    assert isinstance(result, dict)
                    found[place] = result
                told += len(places)
                if progress is not None:
                    progress(told)
        results += (found[place] for place in takewhile(found.__contains__, count()))
        if len(found) < len(window):
            break
    return results


def _sorted(
    window: Sequence[Json], most: int
) -> tuple[dict[int, Task], list[list[int]]]:
    """Return errors of wrong houses, and the places of those that go together."""
    errors: dict[int, Task] = {}
    alike: dict[Structure | int, list[int]] = {}
    flows: dict[int, float] = {}
    for place, document in enumerate(window):
        try:
            house = House.from_json(document)
        except InputError as error:
            errors[place] = _error(error)
            continue
        flows[place] = parts(house)
        alike.setdefault(structure_of(house) or place, []).append(place)
    groups: list[list[int]] = []
    for places in alike.values():
        size = 1
        if len(places) >= fleet.LEAST_HOUSES and most > 1:
            # In equal tasks, none of which is left with a few houses.
            size = ceil(len(places) / ceil(len(places) / most))
            # Houses that divide their steps alike wait least for each other.
            places.sort(key=flows.__getitem__)
        groups += (list(some) for some in batched(places, size, strict=False))
    return errors, sorted(groups, key=min)


@contextmanager
def _closing(running: Iterator[Task]) -> Iterator[Iterator[Task]]:
    """Close an executor's results at the end: that takes back what waits."""
    try:
        yield running
    finally:
        close = getattr(running, "close", None)
        if close is not None:
            close()
