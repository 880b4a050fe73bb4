"""Gives the demo house's entities a past: hourly statistics of two weeks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
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
    DOMAIN as SENSOR_DOMAIN,
    UNIT_CONVERTERS,
    SensorDeviceClass,
    SensorStateClass,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .demo_children import children
from .demo_devices import DeviceReadings
from .engine.vbus import Decoder, Packet, Specification
from .engine.vbus.emulation import Controller
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
    device_class: SensorDeviceClass | None
    counts: bool
    values: list[tuple[float, float]] = field(default_factory=list)
    """Instants, the ends of equal steps, and values there."""

    @property
    def unit_class(self) -> str | None:
        """Return the class of units that the recorder reckons with."""
        if self.device_class is not None:
            converter = UNIT_CONVERTERS.get(self.device_class)
            if converter is not None and self.unit in converter.VALID_UNITS:
                return converter.UNIT_CLASS
        by_unit = STATISTIC_UNIT_TO_UNIT_CONVERTER.get(self.unit)
        return None if by_unit is None else by_unit.UNIT_CLASS

    def statistics(self) -> list[StatisticData]:
        """Return the statistics of all full hours."""
        hours: defaultdict[float, list[float]] = defaultdict(list)
        for time_s, value in self.values:
            # A value at the full hour ends the step before it.
            hours[(time_s - 1.0) // HOUR_S * HOUR_S].append(value)
        # The last hour is still going on: the recorder makes it.
        full = list(hours.items())[:-1]
        return self._sums(full) if self.counts else self._means(full)

    def _means(self, hours: list[tuple[float, list[float]]]) -> list[StatisticData]:
        """Return mean, lowest and highest value by the hour."""
        return [
            StatisticData(
                start=datetime.fromtimestamp(start_s, UTC),
                mean=sum(values) / len(values),
                min=min(values),
                max=max(values),
            )
            for start_s, values in hours
        ]

    def _sums(self, hours: list[tuple[float, list[float]]]) -> list[StatisticData]:
        """Return a counter's state and sum by the hour."""
        total = 0.0
        before: float | None = None
        ends: list[tuple[float, float, float]] = []
        for start_s, values in hours:
            for value in values:
                if before is not None:
                    reset = value < RESET_SHARE * before
                    total += value if reset else value - before
                before = value
            ends.append((start_s, values[-1], total))
        # The recorder's own sums begin with 0: these lead up to it.
        return [
            StatisticData(
                start=datetime.fromtimestamp(start_s, UTC),
                state=state,
                sum=summed - total,
            )
            for start_s, state, summed in ends
        ]


async def async_import_history(
    hass: HomeAssistant, entry: ConfigEntry, past: Past
) -> list[str]:
    """Import what the devices measured; return the ids of the statistics."""
    specification = await async_get_specification(hass)
    found = await get_instance(hass).async_add_executor_job(
        _series, specification, past
    )
    imported: list[str] = []
    for entity in _sensors(hass, entry):
        for key, (series, statistics) in found.items():
            if entity.unique_id.endswith(key):
                metadata = StatisticMetaData(
                    mean_type=StatisticMeanType.NONE
                    if series.counts
                    else StatisticMeanType.ARITHMETIC,
                    has_sum=series.counts,
                    name=None,
                    source="recorder",
                    statistic_id=entity.entity_id,
                    unit_class=series.unit_class,
                    unit_of_measurement=series.unit,
                )
                async_import_statistics(hass, metadata, statistics)
                imported.append(entity.entity_id)
    return imported


@callback
def async_clear_history(hass: HomeAssistant, statistics: list[str]) -> None:
    """Remove what was imported."""
    if statistics:
        get_instance(hass).async_clear_statistics(statistics)


def _sensors(hass: HomeAssistant, entry: ConfigEntry) -> Iterator[er.RegistryEntry]:
    """Yield the sensors of the devices that the recorder keeps statistics of."""
    registry = er.async_get(hass)
    for child in children(hass, entry.entry_id):
        for entity in er.async_entries_for_config_entry(registry, child.entry_id):
            if entity.domain == SENSOR_DOMAIN and entity.disabled_by is None:
                yield entity


def _series(
    specification: Specification, past: Past
) -> dict[str, tuple[Series, list[StatisticData]]]:
    """Return the past by the ends of the entities' unique ids."""
    found = {**_bus_series(specification, past)}
    return {key: (series, series.statistics()) for key, series in found.items()}


def _bus_series(specification: Specification, past: Past) -> dict[str, Series]:
    """Return what a display on the bus would have shown."""
    controller, decoder = Controller(), Decoder()
    known: dict[str, list[tuple[Point, Series]]] = {}
    found: dict[str, Series] = {}
    for time_s, readings in past:
        for frame in decoder.feed(controller.cycle(readings.controller, time_s)):
            if not isinstance(frame, Packet):
                continue
            head = (
                f"00_{frame.destination:04X}_{frame.source:04X}_10_{frame.command:04X}"
            )
            if head not in known:
                known[head] = list(_bus_points(specification, frame))
                found |= {f"{head}_{p.key}": series for p, series in known[head]}
            for point, series in known[head]:
                if (value := point.read(frame.payload).value) is not None:
                    series.values.append((time_s, value))
    return found


def _bus_points(
    specification: Specification, frame: Packet
) -> Iterable[tuple[Point, Series]]:
    """Yield the points of a packet that have statistics."""
    template = specification.template(frame.destination, frame.source, frame.command)
    if template is None:
        return
    for point in points_of_template(template, "en"):
        quantity = point.quantity
        if quantity.state_class is not None and quantity.useful:
            yield (
                point,
                Series(
                    unit=quantity.unit,
                    device_class=quantity.device_class,
                    counts=quantity.state_class is SensorStateClass.TOTAL_INCREASING,
                ),
            )
