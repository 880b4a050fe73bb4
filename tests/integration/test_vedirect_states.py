"""How many rows the recorder gets: devices speak every second, states must not."""

from collections import Counter
import os
import sys
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.energy_manager.const import CONF_KIND, DOMAIN, EntryKind
from custom_components.energy_manager.engine.vedirect.emulation import (
    BatteryMonitor,
    Charger,
    Inverter,
)
from custom_components.energy_manager.vedirect_history import CONF_HISTORY_IMPORTED
from custom_components.energy_manager.vedirect_link import VEDirectLink

from .conftest import Clock, EmulatedPort, SpeakingDevice, async_until
from .vedirect_day import Day, Second

ROWS_PER_HOUR = 60

HOURS = tuple(
    float(hour) for hour in os.environ.get("VEDIRECT_HOURS", "3 12 19").split()
)
"""Hours of the day that are played: night, noon with clouds, evening."""


async def async_add(
    hass: HomeAssistant, port: EmulatedPort, name: str
) -> MockConfigEntry:
    """Set a device up."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=name,
        unique_id=name,
        data={
            CONF_KIND: EntryKind.VEDIRECT.value,
            "device": port.path,
            CONF_HISTORY_IMPORTED: True,
        },
    )
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await async_until(lambda: len(hass.states.async_all("sensor")) > 0)
    await hass.async_block_till_done()
    return entry


@pytest.mark.timeout(900)
async def test_three_devices_cost_few_rows(
    hass: HomeAssistant, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under 60 rows per device and hour, with clouds, a fridge and noise."""
    ports = [EmulatedPort() for _ in range(3)]
    day = Day()
    start = next(day.seconds(0, 1))
    charger, inverter, battery = Charger(), Inverter(), BatteryMonitor()
    speaking: list[SpeakingDevice[Any, Any]] = [
        SpeakingDevice(ports[0], charger, start.charger, Charger.second),
        SpeakingDevice(ports[1], inverter, start.inverter, Inverter.second),
        SpeakingDevice(ports[2], battery, start.battery, BatteryMonitor.second),
    ]
    entries = []
    for name, port, device in zip(
        ("mppt", "inverter", "bmv"), ports, speaking, strict=True
    ):
        device.start()
        entries.append(await async_add(hass, port, name))
        await async_until(lambda: len(entries[-1].runtime_data.values) > 10)
        await device.async_stop()
    await hass.async_block_till_done()
    registry = er.async_get(hass)
    rows: Counter[tuple[str, str]] = Counter()

    @callback
    def count(event: Event[EventStateChangedData]) -> None:
        found = registry.async_get(event.data["entity_id"])
        if found is not None and found.platform == DOMAIN:
            name, _, key = found.unique_id.partition("_")
            rows[name, key] += 1

    links: list[VEDirectLink] = [entry.runtime_data for entry in entries]

    def play(second: Second) -> None:
        clock.tick(1)
        links[0]._receive(charger.second(second.charger))
        links[1]._receive(inverter.second(second.inverter))
        links[2]._receive(battery.second(second.battery))

    for hour in HOURS:
        for number, second in enumerate(day.seconds(hour - 0.02, 1.02)):
            if number == 72:
                # What leads from one of the hours to the next costs nothing.
                unlisten = hass.bus.async_listen(EVENT_STATE_CHANGED, count)
            play(second)
            if number % 60 == 0:
                await hass.async_block_till_done()
        unlisten()
    for port in ports:
        port.unplug()
    per_hour = {
        link.identity: sum(
            number for (name, _key), number in rows.items() if name == link.identity
        )
        / len(HOURS)
        for link in links
    }
    lines = [f"Recorder rows per hour, {len(HOURS)} hours at 1 Hz:"]
    lines += [f"  {name:12}{number:8.1f}" for name, number in per_hour.items()]
    if "VEDIRECT_HOURS" in os.environ:
        lines += [
            f"    {name:10}{key:28}{number / len(HOURS):8.1f}"
            for (name, key), number in rows.most_common()
        ]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
    assert all(number < ROWS_PER_HOUR for number in per_hour.values())
    # Quiet is not deaf: what matters is told.
    assert rows["inverter", "ac_apparent_power"] > len(HOURS)
