"""A VBus adapter: its connection, the devices on its bus and writing to them."""

import asyncio
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

from homeassistant.components import usb
from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.event import async_track_time_interval

from . import demo
from .const import CONF_DEMO_ENTRY, DOMAIN
from .engine.vbus import Datagram, Family, Frame, Packet, PacketTemplate, Specification
from .engine.vbus.json_readings import JsonPacket
from .links import LinkAuthError, LinkError, LinkSilentError, Subscriptions
from .runtime import EnergyManagerConfigEntry
from .vbus_adapter import FIRST_DATA_TIMEOUT_S
from .vbus_connection import BusListener, VBusConnection
from .vbus_control import VBusControl
from .vbus_identity import AdapterIdentity
from .vbus_notes import VBusNotes
from .vbus_packets import DISPLAY, HeardPacket, HeardPackets, PacketKey
from .vbus_permission import async_migrate_options
from .vbus_points import language_of
from .vbus_specification import async_get_specification

PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
)

CONNECTION: Final = "connection"
"""What to listen to for the connection as such."""

WATCH_INTERVAL: Final = timedelta(seconds=10)

LOST_S: Final = 60.0
"""An adapter that cannot be reached for so long may have another address now."""


class VBusLink:
    """A VBus adapter while its config entry is loaded."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: EnergyManagerConfigEntry,
        specification: Specification,
    ) -> None:
        """Prepare the link; nothing is opened yet."""
        self.hass = hass
        self.entry = entry
        self.specification = specification
        self.identity = entry.unique_id or entry.entry_id
        self.language = language_of(hass.config.language)
        self.packets = HeardPackets(specification, self.language)
        self._connected_at = monotonic()
        self._first_data = asyncio.Event()
        self._subscriptions: Subscriptions[Hashable] = Subscriptions()
        self._newcomers: list[Callable[[HeardPacket], None]] = []
        self._device_infos: dict[int, DeviceInfo] = {}
        self.visits = VBusControl(self)
        self.adapter = AdapterIdentity(hass, entry, self.identity)
        self._connection = VBusConnection(
            hass,
            entry,
            specification,
            BusListener(
                frame=self._take_frame,
                packet=self._take_values,
                changed=self._connection_changed,
                denied=self._denied,
            ),
        )

    # Connection

    async def async_start(self) -> None:
        """Connect and wait for the first packet."""
        await self.visits.async_load()
        self._adapter_id = self.adapter.async_register()
        await self._connection.async_connect()
        self.entry.async_create_background_task(
            self.hass, self._connection.async_run(), f"VBus {self.entry.title}"
        )
        try:
            async with asyncio.timeout(FIRST_DATA_TIMEOUT_S):
                await self._first_data.wait()
        except TimeoutError as err:
            raise LinkSilentError("no measurements") from err
        self.entry.async_on_unload(
            async_track_time_interval(
                self.hass, self._watch, WATCH_INTERVAL, cancel_on_shutdown=True
            )
        )
        self.entry.async_on_unload(
            usb.async_register_port_event_callback(
                self.hass, self._connection.ports_changed
            )
        )
        self.visits.async_start()
        self.entry.async_create_background_task(
            self.hass, self.adapter.async_learn(), f"VBus {self.entry.title} adapter"
        )

    async def async_stop(self) -> None:
        """Give back what was set, and close the connection."""
        await self.visits.async_stop()
        await self._connection.async_close()

    @property
    def can_write(self) -> bool:
        """Whether the adapter can send to the bus."""
        return self._connection.can_write

    @property
    def channel(self) -> int:
        """Which input of a data logger, 0 where there is only one bus."""
        return self._connection.channel

    @property
    def connected(self) -> bool:
        """Whether the adapter sends data."""
        return self._connection.connected

    @callback
    def _connection_changed(self) -> None:
        """Tell everybody that the connection came or went."""
        self._connected_at = monotonic()
        self.visits.async_set_connected(self.connected)
        self._subscriptions.async_tell_all()

    @callback
    def _denied(self) -> None:
        """Ask the owner for the password: the adapter's has changed."""
        self.entry.async_start_reauth(self.hass)

    # Reading

    @callback
    def async_listen(self, key: Hashable, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call the listener whenever packets of the key arrive or go stale."""
        return self._subscriptions.async_listen(key, listener)

    @callback
    def async_on_packet(self, newcomer: Callable[[HeardPacket], None]) -> None:
        """Call with every kind of packet that counts, known ones and those to come."""
        self._newcomers.append(newcomer)
        for packet in self.packets:
            if packet.points:
                newcomer(packet)

    def heard(self, source: int) -> bool:
        """Return whether anything of a device was heard lately."""
        return self.connected and self.packets.heard(source, monotonic())

    def fresh(self, key: PacketKey) -> bool:
        """Return whether the packet was heard lately on a living connection."""
        return self.connected and self.packets.fresh(key, monotonic())

    @callback
    def _take_frame(self, frame: Frame) -> None:
        """Take what was said on the bus."""
        self.visits.async_feed(frame)
        if isinstance(frame, Packet):
            self._take_packet(frame, monotonic())
        elif isinstance(frame, Datagram):
            self.packets.take_offer(frame)

    @callback
    def _take_values(self, told: JsonPacket) -> None:
        """Take what the adapter has decoded itself."""
        self._take_packet(told.packet, monotonic(), told.template)

    @callback
    def _take_packet(
        self, frame: Packet, now: float, template: PacketTemplate | None = None
    ) -> None:
        """Remember what a packet says and tell those who wait for it."""
        packet = self.packets.take(frame, now, template)
        if packet is None:
            return
        self._first_data.set()
        if packet.points:
            stale, packet.stale = packet.stale, False
            self._subscriptions.async_tell(packet.key)
            if stale:
                self._subscriptions.async_tell(packet.key.source)
        elif self.packets.believe(packet):
            self._introduce(packet)

    @callback
    def _introduce(self, packet: HeardPacket) -> None:
        """Tell of a kind of packet that counts from now on."""
        for newcomer in tuple(self._newcomers):
            newcomer(packet)
        self.visits.async_introduce(packet.key.source)

    @callback
    def _watch(self, _now: datetime) -> None:
        """Tell of packets that stopped coming."""
        for packet in self.packets.age(monotonic()):
            self._subscriptions.async_tell(packet.key)
            self._subscriptions.async_tell(packet.key.source)
        if not self.connected and monotonic() - self._connected_at > LOST_S:
            self.entry.async_create_background_task(
                self.hass, self._async_follow(), f"VBus {self.entry.title} search"
            )

    async def _async_follow(self) -> None:
        """Go on at the adapter's new address, if it has one."""
        if await self.adapter.async_follow():
            self.hass.config_entries.async_schedule_reload(self.entry.entry_id)

    # Writing

    def family(self, source: int) -> Family | None:
        """Return what can be written to a device, None if nothing may be."""
        return self.visits.family(source)

    @callback
    def send(self, data: bytes) -> None:
        """Send bytes to the bus; a lost connection ends the visit by itself."""
        self._connection.send(data)

    @callback
    def async_tell(self, key: Hashable) -> None:
        """Tell those who listen to the key that there is something new."""
        self._subscriptions.async_tell(key)

    # Devices

    def unique_id(self, key: PacketKey, point: str) -> str:
        """Return the unique id of a value.

        It names the adapter and the value on the bus, not the way the bytes came:
        the adapter by its serial number, or by the config entry as long as that is
        not known, so that another host, port or kind of connection keeps it.
        """
        return f"{self.identity}_{key.text}_{point}"

    def diagnostics(self) -> dict[str, Any]:
        """Return the state of the connection and of all packets."""
        now = monotonic()
        return {
            **self._connection.diagnostics(),
            "bus_held_for_a_write": self.visits.holds_bus,
            "specification": self.specification.datecode,
            "packets": {
                packet.key.text: {
                    "device": self.specification.device_name(packet.key.source),
                    "payload": packet.payload.hex(),
                    "sightings": packet.sightings,
                    "age_s": round(now - packet.heard_at, 1),
                    "values": {
                        point.key: point.read(packet.payload).value
                        for point in packet.points
                    },
                }
                for packet in self.packets
            },
        }

    @property
    def adapter_info(self) -> DeviceInfo:
        """Return the adapter as a device."""
        return DeviceInfo(identifiers={(DOMAIN, self.identity)})

    def device_info(self, source: int) -> DeviceInfo:
        """Return a device on the bus; its name is searched only once."""
        if source not in self._device_infos:
            self._device_infos[source] = self._describe(source)
        return self._device_infos[source]

    def _describe(self, source: int) -> DeviceInfo:
        """Return what is known of a device on the bus."""
        name = self.specification.device_name(source, DISPLAY, self.language)
        return DeviceInfo(
            identifiers={(DOMAIN, f"{self.identity}_{source:04X}")},
            name=f"VBus {source:04X}" if name is None else name,
            manufacturer="RESOL",
            model=self.specification.device_name(source),
            model_id=f"0x{source:04X}",
            via_device_id=self._adapter_id,
        )


async def async_setup_entry(
    hass: HomeAssistant, entry: EnergyManagerConfigEntry
) -> bool:
    """Connect to a VBus adapter and add what is on its bus."""
    if (demo_entry_id := entry.data.get(CONF_DEMO_ENTRY)) is not None:
        await demo.async_wait_running(hass, demo_entry_id)
    async_migrate_options(hass, entry)
    link = VBusLink(hass, entry, await async_get_specification(hass))
    try:
        await link.async_start()
    except LinkError as err:
        await link.async_stop()
        if isinstance(err, LinkAuthError):
            raise ConfigEntryAuthFailed(
                translation_domain=DOMAIN, translation_key="vbus_password"
            ) from err
        # If it has another address now, the next attempt goes there.
        await link.adapter.async_follow()
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
    """Disconnect from a VBus adapter."""
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    link = entry.runtime_data
    assert isinstance(link, VBusLink)
    await link.async_stop()
    return True


async def async_remove_entry(
    hass: HomeAssistant, entry: EnergyManagerConfigEntry
) -> None:
    """Forget what was noted of writes; what could not be given back stays told."""
    await VBusNotes(hass, entry.entry_id).async_remove()


@callback
def async_diagnostics(entry: EnergyManagerConfigEntry) -> dict[str, Any]:
    """Return what helps to find out why something does not arrive."""
    link = entry.runtime_data
    assert isinstance(link, VBusLink)
    return link.diagnostics()
