"""Gives the demo house's entities a past: hourly statistics of two weeks."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    STATISTIC_UNIT_TO_UNIT_CONVERTER,
    async_import_statistics,
)
from homeassistant.components.sensor import (
    ATTR_STATE_CLASS,
    DOMAIN as SENSOR_DOMAIN,
    UNIT_CONVERTERS,
    SensorStateClass,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .demo_children import BUS, children
from .demo_devices import BATTERY, INVERTER, MPPT, DeviceReadings
from .engine import vedirect
from .engine.vbus import Decoder, Packet, Specification
from .engine.vbus.emulation import Controller
from .engine.vedirect.emulation import BatteryMonitor, Charger, Inverter
from .vbus_points import Point, points_of_template
from .vbus_specification import async_get_specification

HOUR_S: Final = 3600.0
RESET_SHARE: Final = 0.9
"""A counter that falls below this share of what it showed has started anew."""

type Past = Sequence[tuple[float, DeviceReadings]]


@dataclass(slots=True, kw_only=True)
class Series:
    """What one entity showed in the past."""

    unit: str | None
    values: list[tuple[float, float]] = field(default_factory=list)
    """Instants, the ends of equal steps, and values there."""

    def by_hour(self) -> list[tuple[datetime, list[float]]]:
        """Return the values of all full hours by their beginning."""
        hours: defaultdict[float, list[float]] = defaultdict(list)
        for time_s, value in self.values:
            # A value at the full hour ends the step before it.
            hours[(time_s - 1.0) // HOUR_S * HOUR_S].append(value)
        last_s = self.values[-1][0] if self.values else 0.0
        # An hour that is still going on is left to the recorder.
        return [
            (datetime.fromtimestamp(start_s, UTC), values)
            for start_s, values in hours.items()
            if start_s + HOUR_S <= last_s
        ]

    def means(self) -> list[StatisticData]:
        """Return mean, lowest and highest value by the hour."""
        return [
            StatisticData(
                start=start,
                mean=sum(values) / len(values),
                min=min(values),
                max=max(values),
            )
            for start, values in self.by_hour()
        ]

    def sums(self) -> list[StatisticData]:
        """Return a counter's state and sum by the hour."""
        total = 0.0
        before: float | None = None
        ends: list[tuple[datetime, float, float]] = []
        for start, values in self.by_hour():
            for value in values:
                if before is not None:
                    reset = value < RESET_SHARE * before
                    total += value if reset else value - before
                before = value
            ends.append((start, values[-1], total))
        # The recorder's own sums begin with 0: these lead up to it.
        return [
            StatisticData(start=start, state=state, sum=summed - total)
            for start, state, summed in ends
        ]


async def async_import_history(
    hass: HomeAssistant, entry: ConfigEntry, past: Past
) -> list[str]:
    """Import what the devices measured; return the ids of the statistics."""
    specification = await async_get_specification(hass)
    found = await hass.async_add_executor_job(_series, specification, past)
    imported: list[str] = []
    for entity, state_class in _sensors(hass, entry):
        series = found.get(entity.unique_id.removeprefix(f"{entry.entry_id}_"))
        if series is not None and series.values:
            _import(hass, entity, state_class, series)
            imported.append(entity.entity_id)
    return imported


def _import(
    hass: HomeAssistant,
    entity: er.RegistryEntry,
    state_class: SensorStateClass,
    series: Series,
) -> None:
    """Import what one entity showed."""
    measured = state_class is SensorStateClass.MEASUREMENT
    async_import_statistics(
        hass,
        StatisticMetaData(
            mean_type=StatisticMeanType.ARITHMETIC
            if measured
            else StatisticMeanType.NONE,
            has_sum=not measured,
            name=None,
            source="recorder",
            statistic_id=entity.entity_id,
            unit_class=_unit_class(entity.original_device_class, series.unit),
            unit_of_measurement=series.unit,
        ),
        series.means() if measured else series.sums(),
    )


@callback
def async_clear_history(hass: HomeAssistant, statistics: list[str]) -> None:
    """Remove what was imported."""
    if statistics:
        get_instance(hass).async_clear_statistics(statistics)


def _sensors(
    hass: HomeAssistant, entry: ConfigEntry
) -> Iterator[tuple[er.RegistryEntry, SensorStateClass]]:
    """Yield the sensors of the devices that the recorder keeps statistics of."""
    registry = er.async_get(hass)
    for child in children(hass, entry.entry_id):
        for entity in er.async_entries_for_config_entry(registry, child.entry_id):
            state_class = (entity.capabilities or {}).get(ATTR_STATE_CLASS)
            if (
                entity.domain == SENSOR_DOMAIN
                and entity.disabled_by is None
                and state_class is not None
            ):
                yield entity, SensorStateClass(state_class)


def _unit_class(device_class: str | None, unit: str | None) -> str | None:
    """Return the class of units that the recorder reckons with, as it finds it."""
    converter = UNIT_CONVERTERS.get(device_class)
    if converter is None or unit not in converter.VALID_UNITS:
        converter = STATISTIC_UNIT_TO_UNIT_CONVERTER.get(unit)
    return None if converter is None else converter.UNIT_CLASS


def _series(specification: Specification, past: Past) -> dict[str, Series]:
    """Return the past by what follows the house in the entities' unique ids."""
    often_enough = past[1::2]
    return {
        **_bus_series(specification, often_enough),
        **_port_series(often_enough),
    }


def _bus_series(specification: Specification, past: Past) -> dict[str, Series]:
    """Return what a display on the bus would have shown."""
    controller, decoder = Controller(), Decoder()
    known: dict[str, list[tuple[Point, Series]]] = {}
    for time_s, readings in past:
        for frame in decoder.feed(controller.cycle(readings.controller, time_s)):
            if not isinstance(frame, Packet):
                continue
            kind = (frame.destination, frame.source, frame.command)
            head = "00_{:04X}_{:04X}_10_{:04X}".format(*kind)
            if head not in known:
                template = specification.template(*kind)
                points = [] if template is None else points_of_template(template, "en")
                known[head] = [
                    (point, Series(unit=point.quantity.unit)) for point in points
                ]
            for point, series in known[head]:
                if (value := point.read(frame.payload).value) is not None:
                    series.values.append((time_s, float(value)))
    return {
        f"{BUS}_{head}_{point.key}": series
        for head, points in known.items()
        for point, series in points
    }


def _port_series(past: Past) -> dict[str, Series]:
    """Return what the VE.Direct devices have said."""
    charger, inverter, battery = Charger(), Inverter(), BatteryMonitor()
    decoders = {name: vedirect.Decoder() for name in (MPPT, INVERTER, BATTERY)}
    found: dict[str, Series] = {}
    for time_s, readings in past:
        said = {
            MPPT: charger.second(readings.charger),
            INVERTER: inverter.second(readings.inverter),
            BATTERY: battery.second(readings.battery),
        }
        for name, data in said.items():
            for reading in decoders[name].feed(data):
                if isinstance(reading, vedirect.Block):
                    _take_block(found, name, time_s, reading)
    return found


def _take_block(
    found: dict[str, Series], name: str, time_s: float, block: vedirect.Block
) -> None:
    """Add the numbers of a block to the series of its device."""
    for key, value in vedirect.readings(block.fields).items():
        if isinstance(value.value, int | float) and not isinstance(value.value, bool):
            series = found.setdefault(f"{name}_{key}", Series(unit=value.unit))
            series.values.append((time_s, float(value.value)))
