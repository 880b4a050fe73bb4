"""How often a value may be written: by hour, by day, and over restarts."""

from custom_components.energy_manager.write_budget import SPACING_S, WriteBudget

DAY_S = 86_400.0


def test_hours_and_days_are_limited() -> None:
    """What is used up is free again as the oldest writes grow old."""
    budget = WriteBudget(per_hour=3, per_day=5)
    for now in (0.0, 10.0, 20.0):
        assert budget.allows(now)
        budget.spend(now)
    assert budget.free_at(30.0) == 3600.0
    assert budget.left(30.0) == 2
    for now in (3601.0, 3611.0):
        assert budget.allows(now)
        budget.spend(now)
    # The day ends later than the hour.
    assert budget.free_at(3700.0) == DAY_S
    assert budget.left(3700.0) == 0
    assert budget.allows(DAY_S + 1)
    assert budget.left(DAY_S + 11) == 2


def test_writes_are_spaced() -> None:
    """One write follows the other at a distance."""
    budget = WriteBudget(per_hour=3)
    assert budget.wait_s(100.0) == 0
    budget.spend(100.0)
    assert budget.wait_s(101.0) == SPACING_S - 1
    assert budget.wait_s(200.0) == 0


def test_what_was_written_before_a_restart_counts() -> None:
    """A restart does not give the budget back."""
    before = WriteBudget(per_hour=2, per_day=3)
    before.spend(1000.0)
    before.spend(2000.0)
    after = WriteBudget(per_hour=2, per_day=3, writes=before.writes)
    assert after.free_at(2500.0) == 4600.0
    assert after.left(2500.0) == 1


def test_a_clock_that_was_set_back_gives_no_writes() -> None:
    """Writes that seem to be of the future count as just made, and end."""
    budget = WriteBudget(per_hour=1, writes=(1_000_000.0,))
    assert budget.free_at(10.0) == 3610.0
    budget.spend(10.0)
    assert budget.free_at(20.0) == 3610.0
    assert budget.wait_s(11.0) == SPACING_S - 1
    assert budget.allows(3611.0)
