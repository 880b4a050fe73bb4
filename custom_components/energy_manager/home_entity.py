"""Bases of the entities of a home."""

from typing import TYPE_CHECKING, override

from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .coordinator import PlanCoordinator

if TYPE_CHECKING:
    from .home import Home


class HomeEntity(CoordinatorEntity[PlanCoordinator]):
    """An entity of a home; it follows the home's plan."""

    _attr_has_entity_name = True

    def __init__(self, home: Home, key: str) -> None:
        """Belong to a home."""
        super().__init__(home.coordinator)
        self.home = home
        self._attr_translation_key = key
        self._attr_unique_id = f"{home.entry.entry_id}_{key}"
        self._attr_device_info = home.device_info


class HomeControlEntity(HomeEntity):
    """An entity with which the owner tells the home something.

    It stays available where no plan can be made: it may be what helps.
    """

    @property
    @override
    def available(self) -> bool:
        """Return that the owner can always be heard."""
        return True
