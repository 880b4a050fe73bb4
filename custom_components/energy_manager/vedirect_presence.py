"""Whether the right VE.Direct device is at its port, and what it is."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir, sun

from .const import DOMAIN
from .engine.vedirect import Block, Product
from .engine.vedirect.ratings import Ratings, ratings_of
from .links import LinkError, SerialPort, Stream
from .runtime import EnergyManagerConfigEntry
from .vedirect_identity import (
    BAUDRATE,
    CONF_PRODUCT_ID,
    CONF_SERIAL_NUMBER,
    TextMissingError,
    async_hear,
    identity_data,
    is_device_of,
    name_of,
)
from .vedirect_merge import Identity, Merge

ISSUE: Final = "vedirect_another_device"


class Trouble(StrEnum):
    """Why a device says nothing."""

    NO_PORT = "no_port"
    """The port cannot be opened, or is gone."""
    NO_TEXT = "no_text"
    """The device answers questions, but sends no readings by itself."""
    DARK = "dark"
    """It is a charger that lives on its panels alone, and the sun is down."""
    SILENT = "silent"
    ANOTHER_DEVICE = "another_device"


class LinkStrangerError(LinkError):
    """Another device is at the port."""

    def __init__(self, identity: Identity) -> None:
        """Take which one it is."""
        super().__init__(f"{name_of(identity)} is at the port")
        self.identity = identity


class Presence:
    """Makes sure that no other device is taken for the one of a config entry."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: EnergyManagerConfigEntry,
        changed: Callable[[], None],
    ) -> None:
        """Take the entry, and whom to tell that another device came or went."""
        self._hass = hass
        self._entry = entry
        self._changed = changed
        self._doubted = False
        self.identity: Identity | None = None
        """As found when the port was opened."""
        self.stranger = False
        self.answers = False
        """Whether something answered or spoke lately, if only over HEX."""
        self.asked = False
        """Whether it was asked over HEX who it is when the port was opened."""

    @property
    def product(self) -> Product | None:
        """Return what is known of the product."""
        return None if self.identity is None else self.identity.product

    @property
    def product_id(self) -> int | None:
        """Return the product id."""
        if self.identity is not None:
            return self.identity.product_id
        return self._entry.data.get(CONF_PRODUCT_ID)

    @property
    def ratings(self) -> Ratings:
        """Return what the product is made for."""
        return ratings_of(self.product_id)

    @property
    def dark(self) -> bool:
        """Return whether the device needs light to speak, and there is none."""
        return self.ratings.silent_at_night and not sun.is_up(self._hass)

    async def async_greet(self, stream: Stream) -> None:
        """Listen to a port that was just opened until it is clear who is there.

        LinkStrangerError if it is another device, LinkSilentError if it is none.
        """
        self.answers = False
        self._doubted = False
        try:
            heard = await async_hear(stream)
        except TextMissingError as err:
            self.answers = True
            self.check(err.identity)
            raise
        if not self.check(heard.identity):
            raise LinkStrangerError(heard.identity)
        self.identity = heard.identity
        self.asked = heard.asked
        stream.unread(heard.data)

    @callback
    def believe(self, block: Block, merge: Merge) -> bool:
        """Return whether a block is the device's own, as far as it can be told.

        A block that claims to be of another device is damaged or the first of a
        stranger: until a claim fits again, nothing is taken over.
        """
        claimed = merge.claim(block)
        if claimed is not None:
            self._doubted = not is_device_of(self._entry.data, claimed)
        if merge.identity is not None and not self.check(merge.identity):
            return False
        return self.trusted

    @property
    def trusted(self) -> bool:
        """Return whether nothing speaks against the right device being there."""
        return not (self.stranger or self._doubted)

    def unproven(self, merge: Merge) -> bool:
        """Return whether the text alone does not tell which device it is."""
        told = merge.identity
        known = self._entry.data.get(CONF_SERIAL_NUMBER)
        return told is not None and told.serial_number is None and known is not None

    @callback
    def check(self, identity: Identity) -> bool:
        """Return whether the right device is there; tell the owner if it is not."""
        stranger = not is_device_of(self._entry.data, identity)
        if stranger is not self.stranger:
            self.stranger = stranger
            self._changed()
            if stranger:
                self._complain(identity)
        if not stranger:
            ir.async_delete_issue(self._hass, DOMAIN, f"{ISSUE}_{self._entry.entry_id}")
            self._learn(identity)
        return not stranger

    @callback
    def _complain(self, identity: Identity) -> None:
        """Tell the owner of another device."""
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            f"{ISSUE}_{self._entry.entry_id}",
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key=ISSUE,
            translation_placeholders={
                "title": self._entry.title,
                "found": name_of(identity),
            },
        )

    @callback
    def _learn(self, identity: Identity) -> None:
        """Remember what the entry does not know yet of its device."""
        news = {
            key: value
            for key, value in identity_data(identity).items()
            if value is not None and self._entry.data.get(key) is None
        }
        if news:
            self._hass.config_entries.async_update_entry(
                self._entry, data={**self._entry.data, **news}
            )


class KnownDevicePort:
    """The port of a device: open only while the right one is there."""

    def __init__(self, device: str, presence: Presence) -> None:
        """Take the path or address of the port, and who has to be there."""
        self._port = SerialPort(device=device, baudrate=BAUDRATE)
        self._presence = presence

    async def async_open(self) -> Stream:
        """Open the port; LinkError if the device does not speak there."""
        stream = await self._port.async_open()
        try:
            await self._presence.async_greet(stream)
        except BaseException:
            await stream.async_close()
            raise
        return stream
