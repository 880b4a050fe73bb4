"""What a control algorithm knows of the house before it begins."""

from dataclasses import dataclass

from ..plant.house_document import House


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """The house as its owner described it: not exactly as it is."""

    house: House
    horizon_s: float = 48.0 * 3600.0
    """How far outlooks reach."""
