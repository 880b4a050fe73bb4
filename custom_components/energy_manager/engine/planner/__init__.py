"""The planner: a frozen problem in, a frozen plan out."""
