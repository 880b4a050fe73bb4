"""A VE.Direct device: its connection, what it says and writing to it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Hashable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

from homeassistant.const import CONF_DEVICE, Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.event import async_track_time_interval

from . import demo
from .const import CONF_CONTROL, CONF_DEMO_ENTRY, DOMAIN
from .engine.vedirect import (
    Block,
    Decoder,
    Family,
    Value,
    family_of,
    firmware_version,
    readings,
)
from .links import Link, LinkError, LinkSilentError, SerialPort, Subscriptions
from .runtime import EnergyManagerConfigEntry
from .vedirect_control import VEDirectControl
from .vedirect_identity import (
    BAUDRATE,
    CONF_PRODUCT_ID,
    CONF_SERIAL_NUMBER,
    IDENTIFY_TIMEOUT_S,
    identity_data,
    is_device_of,
    name_of,
)
from .vedirect_merge import Identity, Merge

PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
)

SIGHTINGS: Final = 2
"""A label counts after it was seen this often: the sum of a block is weak."""

CONNECTION: Final = "connection"
"""What to listen to for the device's speaking as such."""

QUIET_S: Final = 5.0
"""Without a good block for this long something is wrong, and it is logged."""

STALE_S: Final = 10.0
"""A label that was not repeated for this long says nothing any more."""

HEX_GRACE_S: Final = 15.0
"""Old firmware pauses its text for a while after every HEX frame."""

SILENCE_S: Final = 30.0
"""Without a good block for this long the port is closed and opened anew."""

WATCH_INTERVAL: Final = timedelta(seconds=2)


class VEDirectLink:
    """A VE.Direct device while its config entry is loaded."""

    def __init__(self, hass: HomeAssistant, entry: EnergyManagerConfigEntry) -> None:
        """Prepare the link; nothing is opened yet."""
        self.hass = hass
        self.entry = entry
        self.identity = entry.unique_id or entry.entry_id
        self.family: Family | None = None
        self.values: dict[str, Value] = {}
        self._decoder = Decoder()
        self._merge = Merge()
        self._sightings: Counter[str] = Counter()
        self._stranger = False
        self._identified = asyncio.Event()
        self._block_at = monotonic()
        self._subscriptions: Subscriptions[Hashable] = Subscriptions()
        self._newcomers: list[Callable[[Value], None]] = []
        self._link = Link(
            SerialPort(device=entry.data[CONF_DEVICE], baudrate=BAUDRATE),
            title=entry.title,
            silence_s=SILENCE_S,
            receive=self._receive,
            changed=self._connection_changed,
        )
        self.commands = VEDirectControl(self._link.write)

    # Connection

    async def async_start(self) -> None:
        """Open the port and wait until the device has said who it is."""
        await self._link.async_connect()
        self.entry.async_create_background_task(
            self.hass, self._link.async_run(), f"VE.Direct {self.entry.title}"
        )
        try:
            async with asyncio.timeout(IDENTIFY_TIMEOUT_S):
                await self._identified.wait()
        except TimeoutError as err:
            raise LinkSilentError("no readings of the device") from err
        self.entry.async_on_unload(
            async_track_time_interval(
                self.hass, self._watch, WATCH_INTERVAL, cancel_on_shutdown=True
            )
        )

    async def async_stop(self) -> None:
        """Close the port."""
        await self._link.async_close()

    @property
    def connected(self) -> bool:
        """Whether the port is open."""
        return self._link.connected

    @property
    def control_allowed(self) -> bool:
        """Whether Home Assistant may write to the device."""
        return bool(self.entry.options.get(CONF_CONTROL, False))

    @callback
    def _connection_changed(self) -> None:
        """Begin anew, and tell everybody that the connection came or went."""
        self.commands.async_set_connected(self.connected)
        self._decoder = Decoder()
        self._merge = Merge()
        self._block_at = monotonic()
        self.values = {}
        self._subscriptions.async_tell_all()

    @callback
    def _watch(self, _now: datetime) -> None:
        """Notice values that stopped coming, and a device that fell silent."""
        if not self.connected:
            return
        quiet_s = monotonic() - self._block_at
        if quiet_s > SILENCE_S:
            self._link.abort("no readings")
        elif quiet_s > QUIET_S:
            self._link.tell_loss("no readings")
        self._refresh()

    # Reading

    @callback
    def async_listen(self, key: Hashable, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call the listener whenever a value of the key arrives or goes stale."""
        return self._subscriptions.async_listen(key, listener)

    @callback
    def async_on_value(self, newcomer: Callable[[Value], None]) -> None:
        """Call with every value that the device knows, and those to come."""
        self._newcomers.append(newcomer)
        for key, value in self.values.items():
            if self._sightings[key] >= SIGHTINGS:
                newcomer(value)

    @callback
    def _receive(self, data: bytes) -> None:
        """Decode bytes from the device."""
        now = monotonic()
        for reading in self._decoder.feed(data):
            if isinstance(reading, Block):
                self._take_block(reading, now)
            self.commands.async_take(reading)

    @callback
    def _take_block(self, block: Block, now: float) -> None:
        """Take the readings of a block over."""
        self._block_at = now
        self._link.tell_alive()
        self._merge.take(block, now)
        if self._merge.identity is None:
            return
        if not self._check_identity(self._merge.identity):
            return
        labels = {label for label, _text in block.fields}
        self._refresh(labels)
        for key, value in self.values.items():
            if value.label in labels:
                self._count(key, value)
        self._identified.set()

    @callback
    def _count(self, key: str, value: Value) -> None:
        """Tell of a value that was seen often enough to believe in it."""
        self._sightings[key] += 1
        if self._sightings[key] == SIGHTINGS:
            for newcomer in tuple(self._newcomers):
                newcomer(value)

    @callback
    def _refresh(self, spoken: Collection[str] = ()) -> None:
        """Compute all values anew and tell of those that changed or vanished.

        Those of the labels just spoken are told as well: a listener may have held
        the same reading back a moment ago.
        """
        if self._stranger or self._merge.identity is None:
            return
        since = monotonic() - STALE_S
        if self.commands.used_within(STALE_S + HEX_GRACE_S):
            since -= HEX_GRACE_S
        fields = self._merge.fields(since)
        if self.family is None:
            self.family = family_of(fields)
        before, self.values = self.values, readings(fields.items(), self.family)
        if bool(before) is not bool(self.values):
            self._subscriptions.async_tell(CONNECTION)
        for key in before.keys() | self.values.keys():
            value = self.values.get(key)
            heard = value is not None and value.label in spoken
            if heard or before.get(key) != value:
                self._subscriptions.async_tell(key)

    # Identity

    @callback
    def _check_identity(self, identity: Identity) -> bool:
        """Return whether the right device speaks; remember it the first time."""
        stranger = not is_device_of(self.entry.data, identity)
        issue_id = f"vedirect_another_device_{self.entry.entry_id}"
        if stranger and not self._stranger:
            self._stranger = True
            self.values = {}
            self._subscriptions.async_tell_all()
            ir.async_create_issue(
                self.hass,
                DOMAIN,
                issue_id,
                is_fixable=False,
                severity=ir.IssueSeverity.ERROR,
                translation_key="vedirect_another_device",
                translation_placeholders={
                    "title": self.entry.title,
                    "found": name_of(identity),
                },
            )
        elif not stranger and (self._stranger or not self._identified.is_set()):
            self._stranger = False
            ir.async_delete_issue(self.hass, DOMAIN, issue_id)
            if self.entry.data.get(CONF_PRODUCT_ID) is None:
                self.hass.config_entries.async_update_entry(
                    self.entry, data={**self.entry.data, **identity_data(identity)}
                )
        return not stranger

    @property
    def device_info(self) -> DeviceInfo:
        """Return the device."""
        identity = self._merge.identity
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

    def diagnostics(self) -> dict[str, Any]:
        """Return the state of the connection and all values."""
        return {
            "connected": self.connected,
            "connections": self._link.connections,
            "another_device": self._stranger,
            "family": self.family,
            "frames": self._decoder.frames,
            "malformed_frames": self._decoder.malformed,
            "last_block_age_s": round(monotonic() - self._block_at, 1),
            "values": {
                key: value.value
                for key, value in self.values.items()
                if key != CONF_SERIAL_NUMBER
            },
        }


async def async_setup_entry(
    hass: HomeAssistant, entry: EnergyManagerConfigEntry
) -> bool:
    """Listen to a VE.Direct device and add what it says."""
    if (demo_entry_id := entry.data.get(CONF_DEMO_ENTRY)) is not None:
        await demo.async_wait_running(hass, demo_entry_id)
    link = VEDirectLink(hass, entry)
    try:
        await link.async_start()
    except LinkError as err:
        await link.async_stop()
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key="no_connection",
            translation_placeholders={"reason": str(err)},
        ) from err
    entry.runtime_data = link
    try:
        await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    except BaseException:
        # A port that stays open would keep the next attempt from opening it.
        await link.async_stop()
        raise
    return True


async def async_unload_entry(
    hass: HomeAssistant, entry: EnergyManagerConfigEntry
) -> bool:
    """Let go of a VE.Direct device."""
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    link = entry.runtime_data
    assert isinstance(link, VEDirectLink)
    await link.async_stop()
    return True


async def async_remove_entry(
    hass: HomeAssistant, entry: EnergyManagerConfigEntry
) -> None:
    """Remove what an entry leaves outside of itself."""
    ir.async_delete_issue(hass, DOMAIN, f"vedirect_another_device_{entry.entry_id}")


@callback
def async_diagnostics(entry: EnergyManagerConfigEntry) -> dict[str, Any]:
    """Return what helps to find out why something does not arrive."""
    link = entry.runtime_data
    assert isinstance(link, VEDirectLink)
    return link.diagnostics()
