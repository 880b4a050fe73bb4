"""Many houses through the same weather: one worker of plain data, run by any map.

A task is a JSON document and so is its result, so that it goes to a thread, another
process or another machine as it is. The caller gives the map: the built-in one runs
one after the other, the `map` of an executor many at a time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict

import numpy as np

from ..document import Json
from ..errors import InputError
from .boundary import WeatherSeries, boundary_of
from .house_document import House
from .results import yearly_and_monthly
from .sun import FloatArray
from .year import simulate

type Task = dict[str, Json]
type Mapper = Callable[[Callable[[Task], Task], Iterable[Task]], Iterator[Task]]
"""Applies a function to tasks and yields the results in their order."""

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
    conditions = task["conditions"]
    assert isinstance(conditions, dict)
    weather = WeatherSeries(
        **{name: np.array(conditions[name], dtype=np.float64) for name in _SERIES}
    )
    try:
        house = House.from_json(task["house"])
    except InputError as error:
        return {"error": {"field": error.field, "allowed": error.allowed}}
    boundary = boundary_of(
        house,
        weather,
        start_s=_number(conditions["start_s"]),
        steps=int(_number(conditions["steps"])),
        step_s=_number(conditions["step_s"]),
        draw_l=_array(conditions["draw_l"]),
        electrical_load_w=_array(conditions["electrical_load_w"]),
    )
    whole, months = yearly_and_monthly(house, simulate(house, boundary))
    return {"figures": asdict(whole), "monthly": [asdict(month) for month in months]}


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
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Task]:
    """Return the results of houses in their order.

    `progress` is called with the number done. Once `cancelled` says so nothing more is
    begun, and what is done is returned.
    """
    results: list[Task] = []
    tasks = ({"house": house, "conditions": conditions} for house in houses)
    running = iter(mapper(run_variant, tasks))
    try:
        while cancelled is None or not cancelled():
            result = next(running, None)
            if result is None:
                break
            results.append(result)
            if progress is not None:
                progress(len(results))
    finally:
        # An executor's results are a generator; closing it takes back what waits.
        close = getattr(running, "close", None)
        if close is not None:
            close()
    return results
