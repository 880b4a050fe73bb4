"""Published figures of other programs, each with its tolerance: see `reference_cases`.

The cases that stand for their group run here; `scripts/benchmark references` prints all.
Figures: an independent simulator of the reference house (ten layers, five minutes), NREL's
System Advisor Model, EN 15316-4-3 and a bound with perfect foresight.
"""

import pytest

from scripts.benchmarks import references
from scripts.benchmarks.reference_cases import (
    COMBI,
    HEAT_ONLY,
    MANNHEIM,
    NO_HEATING,
    SOUTH,
    TOP_UP,
    Case,
    cases,
)

from .test_year import needs_data

CASES = cases()


def test_every_case_is_told_once() -> None:
    """No two cases are the same, and each group has one that runs here."""
    assert len({case.id for case in CASES}) == len(CASES)
    groups = {case.group for case in CASES}
    assert groups == {case.group for case in CASES if case.quick}
    assert len(groups) == 8


@needs_data
@pytest.mark.parametrize(
    "case", [case for case in CASES if case.quick], ids=lambda case: case.id
)
def test_published_figure(case: Case) -> None:
    """Ours is as near to the published one as the case allows."""
    assert references.value(case) == pytest.approx(case.published, abs=case.tolerance)


def fractions(place: str, changes: tuple[str, ...]) -> tuple[float, float]:
    """Return the solar fractions with the boiler behind the tank and in it."""
    behind = references.year_of(COMBI, place, (*HEAT_ONLY, *changes, TOP_UP))
    inside = references.year_of(COMBI, place, (*HEAT_ONLY, *changes))
    for found in (behind, inside):
        assert abs(found.balance_error) < 1e-3
    return behind.solar_fraction or 0.0, inside.solar_fraction or 0.0


@needs_data
@pytest.mark.parametrize(
    ("place", "changes", "standard", "bound"),
    [
        (MANNHEIM, (), 0.379, 0.493),
        (MANNHEIM, NO_HEATING, 0.812, 0.956),
        (SOUTH, ("demand.heating_kwh=6000",), 0.643, 0.755),
        (SOUTH, NO_HEATING, 0.898, 1.0),
    ],
)
def test_between_the_standard_and_the_bound(
    place: str, changes: tuple[str, ...], standard: float, bound: float
) -> None:
    """EN 15316-4-3 method 2 less 0.03, and perfect foresight plus 0.01."""
    behind, inside = fractions(place, changes)
    assert standard - 0.03 <= inside <= behind <= bound + 0.01


@needs_data
def test_length_of_step() -> None:
    """Study: 30 s 0.4653, 300 s 0.4658, 600 s 0.4665: steps hardly matter."""
    changes = (*HEAT_ONLY, TOP_UP)
    found = {
        step_s: references.year_of(COMBI, MANNHEIM, changes, step_s).solar_fraction
        for step_s in (300.0, 600.0)
    }
    assert found[300.0] == pytest.approx(0.4658, abs=0.005)
    assert found[600.0] == pytest.approx(0.4665, abs=0.005)
    assert found[600.0] == pytest.approx(found[300.0], abs=0.004)


@needs_data
def test_more_layers_keep_more_of_the_sun() -> None:
    """One mixed tank underestimates most where the boiler heats it."""
    _, one = fractions(MANNHEIM, ("tank.nodes=1",))
    _, two = fractions(MANNHEIM, ("tank.nodes=2",))
    _, ten = fractions(MANNHEIM, ())
    assert one + 0.08 < two < ten - 0.03
