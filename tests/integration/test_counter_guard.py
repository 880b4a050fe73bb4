"""Counters pass what the plant can make, and neither spikes nor damage."""

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import given, strategies as st
import numpy as np

from custom_components.energy_manager.counter_guard import (
    CONFIRMED_JUMP,
    CounterGuard,
    Number,
)

RATE = 10.0
"""Steps a second that are plausible."""


def guard() -> CounterGuard:
    """Return the guard of a counter that has told 1000 twice."""
    made = CounterGuard(step=1, rate_per_s=RATE)
    assert made.believe(1000, -2.0) is None
    assert made.believe(1000, -1.0) == 1000
    return made


def told(readings: Sequence[Number | None]) -> list[Number | None]:
    """Return what is believed of readings a second apart."""
    watched = guard()
    return [watched.believe(value, second) for second, value in enumerate(readings)]


def test_a_spike_is_not_told() -> None:
    """A jump up or down that the next reading does not confirm."""
    assert told([1001, 900_000, 1002, 5, 1003, None, 1004]) == [
        1001,
        1001,
        1002,
        1002,
        1003,
        None,
        1004,
    ]


def test_two_false_readings_are_not_enough() -> None:
    """Even the same damage twice is held back."""
    assert told([900_000, 900_000, 1003]) == [1000, 1000, 1003]


def test_a_reset_is_told() -> None:
    """The owner's reset, a new day or a full field: small numbers again."""
    assert told([0, 0, 1, 2]) == [1000, 1000, 1, 2]


def test_a_real_jump_is_told() -> None:
    """Another meter, or what was counted while nobody listened."""
    assert told([5000, 5001, 5002, 5003]) == [1000, 1000, 5002, 5003]


def test_the_first_reading_must_agree_with_the_second() -> None:
    """A false first reading would count twice: up and as a reset."""
    fresh = CounterGuard(step=1, rate_per_s=RATE)
    readings = [77_000_000, 1000, 1001, 1002]
    assert [fresh.believe(value, at) for at, value in enumerate(readings)] == [
        None,
        None,
        1001,
        1002,
    ]


def test_a_long_silence_allows_more() -> None:
    """What the plant can have made in an hour is no jump."""
    watched = guard()
    assert watched.believe(1000 + 3600 * 9, 3600.0) == 1000 + 3600 * 9


def test_a_plant_that_is_larger_than_thought_does_not_freeze() -> None:
    """A steady rise beyond the plausible one is believed, if later."""
    believed = told([1000 + 50 * second for second in range(1, 30)])
    assert believed[-1] is not None
    assert believed[-1] >= 1000 + 50 * 27


def test_large_counters_stay_exact() -> None:
    """More digits than a floating-point number has."""
    large = 2**63 - 5
    watched = CounterGuard(step=1, rate_per_s=RATE)
    watched.accept(large, 0)
    assert watched.believe(large + 1, 1) == large + 1
    exact = Decimal(large).scaleb(-3)
    watched = CounterGuard(step=0.001)
    watched.accept(exact, 0)
    assert watched.believe(exact, 1) == exact


STEADY = st.lists(st.integers(0, int(RATE)), min_size=1, max_size=40)


@given(rises=STEADY)
def test_whatever_rises_plausibly_passes_unchanged(rises: list[int]) -> None:
    """No reading is held back or changed as long as the plant can make it."""
    readings = [1000 + total for total in np.cumsum(rises).tolist()]
    assert told(readings) == readings


@given(
    rises=STEADY,
    spikes=st.dictionaries(
        st.integers(0, 39), st.integers(0, 2**64), min_size=1, max_size=10
    ),
)
def test_scattered_damage_never_passes(
    rises: list[int], spikes: dict[int, int]
) -> None:
    """False readings with a good one between them are never told."""
    truth = [1000 + total for total in np.cumsum(rises).tolist()]
    heard = list(truth)
    for place, value in spikes.items():
        if place < len(heard) and place % 2 and place + 1 < len(heard):
            heard[place] = value
    watched = guard()
    reached = 1000
    for second, (value, true) in enumerate(zip(heard, truth, strict=True)):
        believed = watched.believe(value, second)
        assert believed is not None
        plausible = reached + RATE * 2 + 4
        assert reached <= believed <= max(plausible, true)
        reached = int(believed)


@given(readings=st.lists(st.integers(0, 2**63), max_size=60))
def test_only_confirmed_falls_and_jumps(readings: list[int]) -> None:
    """Nothing is invented, and no fall is believed before it was confirmed."""
    watched = guard()
    before: Number = 1000
    for second, value in enumerate(readings):
        believed = watched.believe(value, second)
        assert believed is not None
        assert believed in (value, before)
        if believed < before:
            lately = readings[second - CONFIRMED_JUMP + 1 : second + 1]
            assert len(lately) == CONFIRMED_JUMP
            assert max(lately) < before
            assert lately == sorted(lately)
        before = believed
