"""A VE.Direct device: its connection, what it says and writing to it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Hashable
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final, override

from homeassistant.components import usb
from homeassistant.const import CONF_DEVICE, Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval

from . import demo
from .const import CONF_DEMO_ENTRY, DOMAIN
from .engine.vedirect import Block, Decoder, Value, family_of, ping, readings
from .links import Link, LinkError, LinkSilentError, Subscriptions
from .runtime import EnergyManagerConfigEntry
from .vedirect_control import VEDirectControl
from .vedirect_device import VEDirectDevice
from .vedirect_history import CONF_HISTORY_IMPORTED, async_import_once
from .vedirect_identity import CONF_SERIAL_NUMBER, TextMissingError, name_of
from .vedirect_merge import Merge
from .vedirect_presence import ISSUE, KnownDevicePort, LinkStrangerError, Trouble
from .vedirect_settings import VEDirectSettings
from .vedirect_slow import SlowRegisters
from .vedirect_writing import async_forget_writes

PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
)

SIGHTINGS: Final = 2
"""A label counts after it was seen this often: the sum of a block is weak."""

LOAD_STATE: Final = "load_state"

CONNECTION: Final = "connection"
"""What to listen to for the device's speaking as such."""

FIRST_BLOCK_S: Final = 5.0
"""How long to wait for the first values of a device that was heard already."""

GAP_S: Final = 0.5
"""A pause within a block means that the rest of it was lost."""

SWAP_S: Final = 3.0
"""After so long without a block another device may have been plugged in."""

QUIET_S: Final = 5.0
"""Without a good block for this long something is wrong, and it is logged."""

STALE_S: Final = 10.0
"""A label that was not repeated for this long says nothing any more."""

HEX_GRACE_S: Final = 15.0
"""Old firmware pauses its text for a while after every HEX frame."""

SILENCE_S: Final = 30.0
"""Without a good block for this long the port is closed and opened anew."""

WATCH_INTERVAL: Final = timedelta(seconds=2)


class VEDirectLink(VEDirectDevice):
    """A VE.Direct device while its config entry is loaded."""

    def __init__(self, hass: HomeAssistant, entry: EnergyManagerConfigEntry) -> None:
        """Prepare the link; nothing is opened yet."""
        super().__init__(hass, entry)
        self._decoder = Decoder()
        self._merge = Merge()
        self._sightings: Counter[str] = Counter()
        self._pinged = False
        self._opening_damage: int | None = None
        self._heard_at = monotonic()
        self._first_block = asyncio.Event()
        self._block_at = monotonic()
        self._subscriptions: Subscriptions[Hashable] = Subscriptions()
        self._newcomers: list[Callable[[Value], None]] = []
        self._link = Link(
            KnownDevicePort(entry.data[CONF_DEVICE], self.presence),
            title=entry.title,
            silence_s=SILENCE_S,
            receive=self._receive,
            changed=self._connection_changed,
        )
        self.commands = VEDirectControl(self._link.write)
        self.settings = VEDirectSettings(self)
        self.slow = SlowRegisters(self, self._subscriptions.async_tell)

    # Connection

    async def async_start(self) -> None:
        """Open the port and wait until the device has said who it is."""
        await self._link.async_connect()
        self.entry.async_create_background_task(
            self.hass, self._link.async_run(), f"VE.Direct {self.entry.title}"
        )
        try:
            async with asyncio.timeout(FIRST_BLOCK_S):
                await self._first_block.wait()
        except TimeoutError as err:
            raise LinkSilentError("no readings of the device") from err
        self.entry.async_on_unload(
            usb.async_register_port_event_callback(self.hass, self._ports_changed)
        )
        self.entry.async_on_unload(
            async_track_time_interval(
                self.hass, self._watch, WATCH_INTERVAL, cancel_on_shutdown=True
            )
        )

    async def async_stop(self) -> None:
        """Close the port."""
        await self.settings.async_stop()
        await self._link.async_close()

    @property
    def connected(self) -> bool:
        """Whether the port is open."""
        return self._link.connected

    @callback
    def _ports_changed(
        self, added: set[usb.USBDevice], _removed: set[usb.USBDevice]
    ) -> None:
        """Reconnect at once when the cable is plugged in again."""
        device = self.entry.data[CONF_DEVICE]
        if any(device in (port.device, port.resolved_device) for port in added):
            self._link.retry_now()

    @property
    def trouble(self) -> Trouble | None:
        """Return why nothing is heard of the device, None if it speaks."""
        if self.presence.stranger:
            return Trouble.ANOTHER_DEVICE
        if self.values:
            return None
        if self.presence.answers:
            return Trouble.NO_TEXT
        if self.presence.dark:
            return Trouble.DARK
        return Trouble.SILENT if self.connected else Trouble.NO_PORT

    @callback
    def _connection_changed(self) -> None:
        """Begin anew, and tell everybody that the connection came or went."""
        self.commands.async_set_connected(
            self.connected, used=self.connected and self.presence.asked
        )
        self._decoder = Decoder()
        self._merge = Merge()
        self._opening_damage = None
        self._block_at = self._heard_at = monotonic()
        self.values = {}
        self.slow.forget()
        self._subscriptions.async_tell_all()

    @callback
    @override
    def _presence_changed(self) -> None:
        self.values = {}
        self._subscriptions.async_tell_all()

    @callback
    def _watch(self, _now: datetime) -> None:
        """Notice values that stopped coming, and a device that fell silent."""
        if not self.connected:
            return
        quiet_s = monotonic() - self._block_at - self._grace_s
        if quiet_s > SILENCE_S:
            self._link.abort("no readings")
        elif quiet_s > QUIET_S:
            self._ask_who_is_there()
            if not self.presence.dark:
                self._link.tell_loss("no readings")
        self._refresh()

    @callback
    def _ask_who_is_there(self) -> None:
        """Ask once in a silence: the answer tells a mute device from an absent one."""
        if not self._pinged:
            self._pinged, self.presence.answers = True, False
            with suppress(LinkError):
                self._link.write(ping())

    @property
    def _grace_s(self) -> float:
        """Return how much longer readings count: HEX makes old firmware pause."""
        paused = self.commands.used_within(STALE_S + HEX_GRACE_S)
        return HEX_GRACE_S if paused and self.pauses_text else 0.0

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
        if now - self._heard_at > GAP_S:
            self._decoder.reset()
        self._heard_at = now
        for reading in self._decoder.feed(data):
            if isinstance(reading, Block):
                self._take_block(reading, now)
            else:
                self.presence.answers = True
            if self.presence.trusted:
                self.commands.async_take(reading)
            else:
                # What was meant for one device must not reach another.
                self.commands.async_drop()

    @callback
    def _take_block(self, block: Block, now: float) -> None:
        """Take the readings of a block over."""
        pause_s, self._block_at = now - self._block_at - self._grace_s, now
        self._pinged = False
        if pause_s > SWAP_S and self.presence.unproven(self._merge):
            self._link.abort("the device may have been changed meanwhile")
            return
        if self._opening_damage is None:
            # The first block is cut wherever the port was opened.
            self._opening_damage = self._decoder.malformed
        self._link.tell_alive()
        if not self.presence.believe(block, self._merge):
            return
        self._merge.take(block, now)
        labels = {label for label, _text in block.fields}
        self._refresh(labels)
        for key, value in self.values.items():
            if value.label in labels:
                self._count(key, value)
        self._first_block.set()

    @callback
    def _count(self, key: str, value: Value) -> None:
        """Tell of a value that was seen often enough to believe in it."""
        if key == LOAD_STATE and not self.has_load_output:
            return
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
        if self.presence.stranger:
            return
        fields = self._merge.fields(monotonic() - STALE_S - self._grace_s)
        if self.family is None:
            product = self.product
            self.family = family_of(fields) if product is None else product.family
        before, self.values = self.values, readings(fields.items(), self.family)
        if bool(before) is not bool(self.values):
            self._subscriptions.async_tell(CONNECTION)
        for key in before.keys() | self.values.keys():
            value = self.values.get(key)
            heard = value is not None and value.label in spoken
            if heard or before.get(key) != value:
                self._subscriptions.async_tell(key)

    def diagnostics(self) -> dict[str, Any]:
        """Return the state of the connection and all values."""
        now = monotonic()
        trouble = self.trouble
        opening = self._opening_damage or 0
        return {
            **self.settings.diagnostics(),
            "connected": self.connected,
            "connections": self._link.connections,
            "another_device": self.presence.stranger,
            "trouble": None if trouble is None else trouble.value,
            "product": None if self.product is None else self.product.name,
            "product_id": self.presence.product_id,
            "family": self.family,
            "firmware": self.firmware,
            "text_pauses_behind_hex": self.pauses_text,
            "load_output": self.has_load_output,
            "history_imported": bool(self.entry.data.get(CONF_HISTORY_IMPORTED)),
            "frames": self._decoder.frames,
            "malformed_frames": self._decoder.malformed - opening,
            "last_block_age_s": round(now - self._block_at, 1),
            "label_ages_s": {
                label: round(age_s, 1) for label, age_s in self._merge.ages(now).items()
            },
            "registers": self.slow.diagnostics(),
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
        raise _not_ready(link, err) from err
    entry.runtime_data = link
    try:
        await link.settings.async_start()
        entry.async_create_background_task(
            hass, link.slow.async_run(), f"VE.Direct registers {entry.title}"
        )
        await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
        entry.async_create_background_task(
            hass, async_import_once(link), f"VE.Direct history {entry.title}"
        )
    except BaseException:
        # A port that stays open would keep the next attempt from opening it.
        await link.async_stop()
        raise
    return True


def _not_ready(link: VEDirectLink, err: LinkError) -> ConfigEntryNotReady:
    """Return why a device cannot be read yet, in words that help its owner."""
    placeholders = {"title": link.entry.title}
    match err:
        case TextMissingError():
            key, placeholders = "no_text", {"device": name_of(err.identity)}
        case LinkStrangerError():
            key = "another_device"
            placeholders["found"] = name_of(err.identity)
        case LinkSilentError() if link.presence.dark:
            key = "no_light"
        case _:
            key, placeholders = "no_connection", {"reason": str(err)}
    return ConfigEntryNotReady(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


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
    ir.async_delete_issue(hass, DOMAIN, f"{ISSUE}_{entry.entry_id}")
    await async_forget_writes(hass, entry)


@callback
def async_diagnostics(entry: EnergyManagerConfigEntry) -> dict[str, Any]:
    """Return what helps to find out why something does not arrive."""
    link = entry.runtime_data
    assert isinstance(link, VEDirectLink)
    return link.diagnostics()
