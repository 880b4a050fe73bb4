"""What the maker delivers: thermostat and differential control, nothing else."""

from collections.abc import Callable

from ..control import Modes, Observation
from ..outlook import Outlook
from ..setting import Setting


class Maker:
    """Leaves everything to the solar controller."""

    interval_s = 86400.0

    def __init__(self, _setting: Setting) -> None:
        """Know nothing of the house."""

    def decide(
        self, _observation: Observation, _outlook: Callable[[], Outlook]
    ) -> Modes:
        """Leave all on automatic."""
        return Modes()
