"""The planner: a frozen problem in, a frozen plan out."""

from .plan import Decision, Plan, Reason, Run
from .problem import Problem
from .solve import solve

__all__ = ["Decision", "Plan", "Problem", "Reason", "Run", "solve"]
