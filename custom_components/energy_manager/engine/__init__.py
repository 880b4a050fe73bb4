"""The engine of Energy Manager: pure functions of their arguments.

Standard library, numpy and scipy only: no Home Assistant, no input or output,
no clock and no logging. Units, signs and time are fixed in docs/units.md.
"""
