"""What is known of a VE.Direct device, from its text and from asking it."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.device_registry import DeviceInfo

from .const import CONF_CONTROL, DOMAIN
from .engine.vedirect import Family, Product, Value, firmware_number, firmware_version
from .runtime import EnergyManagerConfigEntry
from .vedirect_identity import CONF_SERIAL_NUMBER, name_of
from .vedirect_presence import Presence
from .vedirect_slow import SlowRegisters

ALWAYS_TEXT: Final = 153
"""From this firmware on (1.53) text goes on while HEX is in use."""


class VEDirectDevice:
    """A device, as far as it has told what it is."""

    slow: SlowRegisters

    def __init__(self, hass: HomeAssistant, entry: EnergyManagerConfigEntry) -> None:
        """Know nothing yet but the config entry."""
        self.hass = hass
        self.entry = entry
        self.identity = entry.unique_id or entry.entry_id
        self.family: Family | None = None
        self.values: dict[str, Value] = {}
        self.presence = Presence(hass, entry, self._presence_changed)
        self._firmware: Value | None = None

    @callback
    def _presence_changed(self) -> None:
        """Forget what the device said when another one takes its place."""

    @property
    def control_allowed(self) -> bool:
        """Whether Home Assistant may write to the device."""
        return bool(self.entry.options.get(CONF_CONTROL, False))

    @property
    def product(self) -> Product | None:
        """Return what is known of the product."""
        return self.presence.product

    @property
    def firmware(self) -> int | None:
        """Return the version of the firmware times 100, as 164 for 1.64."""
        told = self.values.get("firmware", self._firmware)
        if told is None or not isinstance(told.value, str):
            return None
        self._firmware = told
        return firmware_number(told.label, told.value)

    @property
    def has_load_output(self) -> bool:
        """Return whether there are terminals for loads.

        Chargers without them tell the state of a load output too.
        """
        if "external_device_load" in self.values:
            return True
        told = self.slow.has_load_output
        return bool(self.presence.ratings.load_output) if told is None else told

    @property
    def answers_registers(self) -> bool:
        """Return whether the device answers questions over HEX."""
        return self.presence.ratings.registers

    @property
    def pauses_text(self) -> bool:
        """Return whether text stops for a while when HEX is used."""
        match self.family:
            case Family.MPPT:
                return self.firmware is None or self.firmware < ALWAYS_TEXT
            case None | Family.BMV | Family.INVERTER:
                return True
            case _:
                return False

    @property
    def device_info(self) -> DeviceInfo:
        """Return the device."""
        identity = self.presence.identity
        info = DeviceInfo(
            identifiers={(DOMAIN, self.identity)}, manufacturer="Victron Energy"
        )
        if identity is not None:
            info["name"] = info["model"] = name_of(identity)
            info["model_id"] = f"0x{identity.product_id:04X}"
            info["serial_number"] = self.entry.data.get(CONF_SERIAL_NUMBER)
        firmware = self.values.get("firmware")
        if firmware is not None and isinstance(firmware.value, str):
            info["sw_version"] = firmware_version(firmware.label, firmware.value)
        return info
