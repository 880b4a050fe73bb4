"""A place on Earth where it is a late morning with much sun right now.

Tests and pictures must not depend on the day and hour at which they are made.
"""

import contextlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path
import socket

from .settings import Settings

LATE_MORNING_HOUR = 10
"""Local hour of the house: most of the day's sun is still to come."""

LATITUDE = 30.0
"""Where tilted collectors that face south get much sun in every month."""

DEGREES_PER_HOUR = 15.0

OWN_PORTS = (28123, 28223)
"""Below those that systems hand out by themselves: Home Assistant takes a while to
listen, and meanwhile nobody may come to have its port."""


def in_the_sun(settings: Settings) -> Settings:
    """Return the same house farther south: its rooms need no heat in any month."""
    return replace(settings, latitude=LATITUDE)


def hours_ahead(now: datetime) -> int:
    """Return how far ahead of UTC it is late morning, from -11 to 12."""
    return (LATE_MORNING_HOUR - now.hour + 11) % 24 - 11


def free_port() -> int:
    """Return a port that nobody uses, and that no outgoing connection is given."""
    for port in range(*OWN_PORTS):
        with socket.socket() as trial, contextlib.suppress(OSError):
            trial.bind(("127.0.0.1", port))
            return port
    message = f"All ports from {OWN_PORTS[0]} to {OWN_PORTS[1] - 1} are in use"
    raise OSError(message)


def sunny_settings(folder: Path, now: datetime) -> Settings:
    """Return a house in the sun at a port that nobody uses."""
    ahead = hours_ahead(now)
    return Settings(
        folder=folder,
        port=free_port(),
        latitude=LATITUDE,
        longitude=DEGREES_PER_HOUR * ahead,
        # The names of these zones count hours behind UTC.
        time_zone=f"Etc/GMT{-ahead:+d}" if ahead else "Etc/UTC",
    )
