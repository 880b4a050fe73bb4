"""Many houses at once through the same weather.

One house is fastest in plain Python (`house_run`); hundreds of one structure are
faster as arrays over the houses. Same equations, same steps, same figures.
"""

from collections.abc import Sequence

from .fleet_boundary import Conditions, FleetBoundary
from .fleet_run import FleetRun, parts
from .fleet_structure import Structure, structure_of
from .fleet_values import house_sums
from .house_document import House
from .results import Figures, figures
from .sun import FloatArray
from .year import Stretch, month_steps

BLOCK_STEPS = 576
"""Steps whose boundary is worked out and kept at a time."""
LEAST_HOUSES = 32
"""Fewer houses are faster one by one."""
MOST_HOUSES = 1024
SERIES_VALUES = 10_000_000
"""Of the weather on the planes of all houses that may be kept."""

type Result = tuple[Figures, list[Figures]]
"""Figures of the whole time and of each month."""


def most_houses(weather_rows: int) -> int:
    """Return how many houses go together in weather of so many rows."""
    return max(1, min(MOST_HOUSES, SERIES_VALUES // max(weather_rows, 1)))


def simulate_fleet(houses: Sequence[House], conditions: Conditions) -> list[Result]:
    """Return the figures of houses of one structure (`structure_of`), in their order.

    They begin as `year.simulate` lets them. Memory grows with the number of houses,
    not with that of the steps.
    """
    structure = structure_of(houses[0])
    assert structure is not None
    order = sorted(range(len(houses)), key=lambda place: -parts(houses[place]))
    results = _run([houses[place] for place in order], structure, conditions)
    found = dict(zip(order, results, strict=True))
    return [found[place] for place in range(len(houses))]


def _run(
    houses: Sequence[House], structure: Structure, conditions: Conditions
) -> list[Result]:
    """Return the figures of houses in the order in which they are best run."""
    acting = FleetBoundary(houses, conditions)
    run = FleetRun(
        houses,
        structure,
        ambient_c=float(acting.ambient_c[0]),
        step_s=conditions.step_s,
    )
    stretches: list[list[Stretch]] = [[] for _ in houses]
    sums, stored_j, start_s = run.sums(), run.stored_j(), conditions.start_s
    begun = sums, stored_j, start_s
    spans = month_steps(conditions.start_s, conditions.step_s, conditions.steps)
    for first, end in spans:
        for step in range(first, end, BLOCK_STEPS):
            run.run(acting.block(step, min(step + BLOCK_STEPS, end)))
        before = sums, stored_j, start_s
        start_s = conditions.start_s + end * conditions.step_s
        sums, stored_j = run.sums(), run.stored_j()
        for found, one in zip(
            stretches, _stretches(before, (sums, stored_j, start_s)), strict=True
        ):
            found.append(one)
    whole = _stretches(begun, (sums, stored_j, start_s))
    return [
        (figures(house, one), [figures(house, month) for month in months])
        for house, one, months in zip(houses, whole, stretches, strict=True)
    ]


def _stretches(
    before: tuple[FloatArray, FloatArray, float],
    after: tuple[FloatArray, FloatArray, float],
) -> list[Stretch]:
    """Return what each house did between two instants."""
    sums, stored_j = after[0] - before[0], after[1] - before[1]
    return [
        Stretch(
            start_s=before[2],
            end_s=after[2],
            sums=house_sums(sums[:, house]),
            stored_j=float(stored_j[house]),
        )
        for house in range(sums.shape[1])
    ]
