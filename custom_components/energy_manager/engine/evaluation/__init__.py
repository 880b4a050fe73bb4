"""Judging control algorithms: closed loop, forecasts that err, and the best possible."""
