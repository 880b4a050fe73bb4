"""Who an adapter on the network is: its information page and the search for it.

Every adapter of the maker with a network port answers a broadcast and serves a page
of lines such as `serial = "001E66000000"`. Not all lines need be there.
"""

from dataclasses import dataclass
import re
from typing import Final, Literal, Self

DISCOVERY_PORT: Final = 7053
DISCOVERY_QUERY: Final = b"---RESOL-BROADCAST-QUERY---"
DISCOVERY_REPLY: Final = b"---RESOL-BROADCAST-REPLY---"
INFORMATION_PATH: Final = "/cgi-bin/get_resol_device_information"

_LINE: Final = re.compile(r'(\w+)\s*=\s*"([^"\r\n]*)"')
_SEPARATORS: Final = re.compile(r"[\s:.-]+")
_WEB_SERVICE: Final = frozenset({"km2", "dl2plus"})
_CHANNELS: Final = frozenset({"dl3"})

type Access = Literal["stream", "channels", "web_service"]
"""How a product hands out its data: one raw stream, one for each channel, or JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInformation:
    """What an adapter says of itself; what it does not say is empty."""

    product: str = ""
    serial: str = ""
    """Twelve hexadecimal digits in capitals, without separators."""
    version: str = ""
    name: str = ""
    features: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return what an information page says, None if it is another page."""
        told = {key.lower(): value.strip() for key, value in _LINE.findall(text)}
        if not told.keys() & {"product", "serial"}:
            return None
        return cls(
            product=told.get("product", ""),
            serial=_SEPARATORS.sub("", told.get("serial", "")).upper(),
            version=told.get("version", ""),
            name=told.get("name", ""),
            features=frozenset(
                feature.strip().lower()
                for feature in told.get("features", "").split(",")
                if feature.strip()
            ),
        )

    @property
    def access(self) -> Access:
        """How this product hands out its data best."""
        product = _SEPARATORS.sub("", self.product).lower()
        if product in _WEB_SERVICE:
            return "web_service"
        return "channels" if product in _CHANNELS else "stream"
