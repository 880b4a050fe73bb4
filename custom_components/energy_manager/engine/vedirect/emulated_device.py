"""What all emulated devices have: an identity, a memory, HEX answers and restarts."""

from collections.abc import Mapping
from typing import Final

from .products import PRODUCTS
from .register import Registers
from .registers_common import UPTIME
from .responder import Responder

TEXT_PAUSE_S: Final = 5.0
"""With old firmware the text stops for so long after a HEX frame."""


class EmulatedDevice:
    """A device at the far end of a VE.Direct cable."""

    def __init__(
        self,
        *,
        table: Registers,
        product_id: int,
        firmware: int,
        serial: str,
        text_pause_s: float,
        model: str | None = None,
    ) -> None:
        """Answer for a product; the firmware is BCD as 0x0164 for 1.64."""
        self._serial = serial
        self._uptime_s = 0
        self._responder = Responder(
            product_id=product_id, version=firmware, text_pause_s=text_pause_s
        )
        name = PRODUCTS[product_id].name if model is None else model
        self._responder.add_identity(table, serial=serial, model=name)
        self._responder.add_numbers(table, {UPTIME: lambda: self._uptime_s})

    @property
    def firmware(self) -> int:
        """Return the firmware, BCD as 0x0164 for 1.64."""
        return self._responder.version

    @property
    def stored(self) -> Mapping[int, float]:
        """Return the settings in flash by register, which outlive a restart."""
        return self._responder.stored

    def restore(self, stored: Mapping[int, float]) -> None:
        """Have settings in flash as another run left them."""
        known = self._responder.stored
        known.update({number: stored[number] for number in known.keys() & stored})

    def feed(self, data: bytes) -> bytes:
        """Take bytes that the host sends and return the HEX answers."""
        answers = self._responder.feed(data)
        if self._responder.restarted:
            self._responder.restarted = False
            self.restart()
        return answers

    def restart(self) -> None:
        """Begin again, with what is in flash."""
        self._uptime_s = 0
        self._responder.forget()

    def install(self, firmware: int) -> None:
        """Run other firmware from now on."""
        self._responder.version = firmware
        self.restart()

    def _version_field(self, digits: int = 3) -> tuple[str, str]:
        """Return label and value of a firmware of two bytes in the text."""
        return "FW", f"{self.firmware:0{digits}X}"

    def _long_version_field(self) -> tuple[str, str]:
        """Return label and value of a firmware of three bytes in the text."""
        return "FWE", f"{self.firmware:04X}FF"

    def _text(self, wire: bytes) -> bytes:
        """Return text, or nothing while it pauses."""
        return b"" if self._responder.text_paused else wire
