"""What each controller sends once per cycle, in the layout of its own packets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
import struct
from typing import Final

from . import parameters
from .frames import Packet

UNUSED: Final = 9999
NOT_CONNECTED: Final = 8888
_EPOCH = datetime(2001, 1, 1)
_INT16: Final = (-0x8000, 0x7FFF)
_UINT16: Final = (0, 0xFFFF)
_INT32: Final = (0, 0x7FFFFFFF)
_UINT32: Final = (0, 0xFFFFFFFF)

type Part = tuple[int, str, Iterable[int]]
"""Offset, kind of number and the numbers from there on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerReadings:
    """What the controller shows in one cycle.

    `temperatures_c` are S1 (collector), S2 (tank bottom), S3 (tank top), S4 (tank
    middle) and so on: None is a probe that is not connected, and probes behind the
    end of the row are not used. S10 of a BX Plus measures irradiation in W/m2.
    `relays_percent` are R1 (solar pump), R2 (valve), R3 (after-heating) and so on.
    `local_time` is the controller's clock on the wall; a zone is not sent.
    """

    temperatures_c: tuple[float | None, ...]
    flow_l_per_h: float
    relays_percent: tuple[float, ...]
    pwm_percent: float
    heat_wh: float
    heat_power_w: float
    heat_today_wh: float
    heat_week_wh: float
    volume_l: float
    local_time: datetime
    irradiation_w_per_m2: float | None = None
    operating_hours: tuple[float, ...] = ()


type ModuleTemperatures = Sequence[Sequence[float | None]]
"""The six temperatures of each extension module; None where nothing is measured."""


def clamped(value: float, minimum: int, maximum: int) -> int:
    """Return the nearest number that a field can say."""
    return min(max(round(value), minimum), maximum)


def _payload(length: int, *parts: Part) -> bytes:
    """Return a payload with numbers at their offsets and zeros between them."""
    payload = bytearray(-(-length // 4) * 4)
    for offset, kind, numbers in parts:
        row = tuple(numbers)
        struct.pack_into(f"<{len(row)}{kind}", payload, offset, *row)
    return bytes(payload)


def _packet(source: int, payload: bytes, command: int = parameters.DATA) -> Packet:
    return Packet(parameters.DISPLAY, source, command, payload)


def percent(values: Iterable[float], count: int) -> list[int]:
    """Return the speeds of so many relays."""
    rounded = [clamped(value, 0, 100) for value in values]
    return (rounded + [0] * count)[:count]


def _sensors(
    readings: ControllerReadings,
    count: int,
    *,
    unused: int = UNUSED,
    irradiation: int | None = None,
) -> list[int]:
    """Return the probes in tenths; `irradiation` is the number of one in W/m2."""
    numbers = []
    for sensor, value in enumerate(readings.temperatures_c[:count], start=1):
        factor = 1 if sensor == irradiation else 10
        numbers.append(
            NOT_CONNECTED if value is None else clamped(value * factor, *_INT16)
        )
    return numbers + [unused] * (count - len(numbers))


def _broken(readings: ControllerReadings) -> int:
    """Return a bit for every probe that is not connected."""
    return sum(
        1 << at for at, value in enumerate(readings.temperatures_c) if value is None
    )


def _error_mask(readings: ControllerReadings) -> int:
    """Bit 0 tells a broken sensor line."""
    return int(None in readings.temperatures_c)


def _clock(readings: ControllerReadings) -> int:
    since_epoch = readings.local_time.replace(tzinfo=None) - _EPOCH
    return int(since_epoch.total_seconds())


def _minutes(readings: ControllerReadings) -> int:
    return readings.local_time.hour * 60 + readings.local_time.minute


def _modules(temperatures_c: ModuleTemperatures, count: int) -> Part:
    numbers = [
        NOT_CONNECTED if value is None else clamped(value * 10, *_INT16)
        for module in temperatures_c[:count]
        for value in module
    ]
    return 0, "h", numbers + [UNUSED] * (6 * count - len(numbers))


def _irradiation(readings: ControllerReadings, unused: int) -> int:
    value = readings.irradiation_w_per_m2
    return unused if value is None else clamped(value, *_INT16)


def blocks(source: int, readings: ControllerReadings, sensors: int) -> Packet:
    """Return what displays show that know no specification."""
    numbers = _sensors(readings, sensors + sensors % 2)
    heat = clamped(readings.heat_wh, *_UINT32)
    smart = [*numbers[:1], *numbers[2:3]]
    sections = (
        (0x01, struct.pack(f"<{len(numbers)}h", *numbers)),
        (0x05, struct.pack("<I", heat)),
        (0x08, bytes(percent(readings.relays_percent, 8))),
        (0x0A, struct.pack("<2hI", *smart, heat)),
        (0x0B, struct.pack("<I", _error_mask(readings))),
    )
    payload = b"".join(
        bytes((len(body) // 4, kind, 0, 0)) + body for kind, body in sections
    )
    return Packet(parameters.STANDARD_INFO, source, parameters.DATA, payload)


def bx_plus(readings: ControllerReadings, modules: ModuleTemperatures) -> list[Packet]:
    """Return the packets of a DeltaSol BX Plus with a heat meter."""
    measurements = _payload(
        72,
        (0, "h", _sensors(readings, 12, irradiation=10)),
        (24, "i", (clamped(readings.flow_l_per_h, *_INT32), 0, 0)),
        (36, "h", (UNUSED, UNUSED)),
        (40, "B", percent(readings.relays_percent, 5)),
        (48, "I", (_clock(readings), _error_mask(readings))),
        (64, "B", percent((readings.pwm_percent,), 2)),
    )
    meter = (
        readings.heat_wh, readings.heat_power_w, readings.heat_today_wh,
        readings.heat_week_wh, readings.volume_l,
    )  # fmt: skip
    packets = [
        _packet(0x7112, measurements),
        blocks(0x7112, readings, 12),
        _packet(0x7131, _payload(20, (0, "I", _all_uint32(meter)))),
    ]
    if modules:
        packets.append(_packet(0x7113, _payload(24, _modules(modules, 2))))
    return packets


def _all_uint32(values: Iterable[float]) -> list[int]:
    return [clamped(value, *_UINT32) for value in values]


def mx(readings: ControllerReadings, modules: ModuleTemperatures) -> list[Packet]:
    """Return the packets of a DeltaSol MX with a heat meter and a heating circuit."""
    sensors = _sensors(readings, 20)
    if readings.irradiation_w_per_m2 is not None:
        sensors[15] = _irradiation(readings, UNUSED)
    measurements = _payload(
        108,
        (0, "h", sensors),
        (40, "i", (clamped(readings.flow_l_per_h, *_INT32),)),
        (68, "h", (UNUSED,) * 4),
        (76, "B", percent(readings.relays_percent, 14)),
        (92, "I", (_clock(readings), _error_mask(readings))),
        (100, "B", percent((readings.pwm_percent,), 4)),
    )
    billions, heat_wh = divmod(round(max(readings.heat_wh, 0)), 10**9)
    meter = _payload(
        40,
        (
            0,
            "I",
            _all_uint32(
                (
                    heat_wh, readings.heat_power_w, readings.heat_today_wh,
                    readings.heat_week_wh, readings.volume_l,
                )
            ),
        ),
        (36, "I", (billions,)),
    )  # fmt: skip
    packets = [
        _packet(0x7E11, measurements),
        _packet(0x7E11, bytes(8), 0x0101),
        _packet(0x7E11, bytes(16), 0x0140),
        blocks(0x7E11, readings, 20),
        _packet(0x7E21, _payload(3, (0, "h", (350,)), (2, "B", (1,)))),
        _packet(0x7E31, meter),
    ]
    if modules:
        packets.append(_packet(0x7E12, _payload(60, _modules(modules, 5))))
    for number, module in enumerate(modules[:5]):
        own = _payload(17, _modules([module], 1))
        packets.append(_packet(0x7E41 + number, own))
    return packets


def slt(readings: ControllerReadings, modules: ModuleTemperatures) -> list[Packet]:
    """Return the packets of a DeltaSol SLT with a heat meter."""
    measurements = _payload(
        44,
        (0, "I", (_clock(readings),)),
        (4, "h", _sensors(readings, 6)),
        (16, "i", (clamped(readings.flow_l_per_h, *_INT32),)),
        (28, "h", (UNUSED,)),
        (30, "B", percent(readings.relays_percent, 4)),
        (34, "B", percent((readings.pwm_percent,), 2)),
        (36, "I", (_error_mask(readings),)),
    )
    heat = (readings.heat_wh, readings.heat_today_wh, 0, readings.heat_week_wh)
    meter = _payload(
        76,
        (0, "I", _all_uint32(heat)),
        (36, "I", _all_uint32((readings.volume_l,))),
        (72, "I", _all_uint32((readings.heat_power_w,))),
    )
    packets = [
        _packet(0x1001, measurements),
        blocks(0x1001, readings, 6),
        _packet(0x1011, meter),
    ]
    if modules:
        packets.append(_packet(0x1002, _payload(17, _modules(modules, 1))))
    return packets


def cs_plus(readings: ControllerReadings, _modules: ModuleTemperatures) -> list[Packet]:
    """Return the packet of a DeltaSol CS Plus."""
    sensors = _sensors(readings, 5, unused=NOT_CONNECTED)
    pumps = percent(readings.relays_percent, 2)
    hours = [clamped(value, *_UINT16) for value in readings.operating_hours] + [0, 0]
    measurements = _payload(
        40,
        (0, "h", sensors[:4]),
        (8, "B", pumps[:1]),
        (10, "H", hours[:1]),
        (12, "B", pumps[1:]),
        (14, "H", hours[1:2]),
        (17, "B", (1,)),
        (20, "H", (_broken(readings), _minutes(readings))),
        (28, "I", _all_uint32((readings.heat_wh,))),
        (32, "H", (202,)),
        (36, "h", (sensors[4], clamped(readings.flow_l_per_h, *_INT16))),
    )
    return [_packet(0x2211, measurements)]


def e(readings: ControllerReadings, _modules: ModuleTemperatures) -> list[Packet]:
    """Return the packet of a DeltaSol E, version 2."""
    time = readings.local_time
    measurements = _payload(
        71,
        (0, "h", _sensors(readings, 10, unused=NOT_CONNECTED)),
        (20, "h", (_irradiation(readings, 0),)),
        (26, "B", percent(readings.relays_percent, 7)),
        (36, "H", (_broken(readings), 0)),
        (40, "B", (1,)),
        (60, "B", (2, 4)),
        (62, "h", (_minutes(readings), time.year)),
        (66, "B", (time.month, time.day)),
        (68, "B", percent((readings.pwm_percent,), 3)),
    )
    return [_packet(0x1050, measurements)]


def vitosolic_200(
    readings: ControllerReadings, _modules: ModuleTemperatures
) -> list[Packet]:
    """Return the packets of a Vitosolic 200 with a heat meter."""
    used = len(readings.temperatures_c)
    measurements = _payload(
        68,
        (0, "h", _sensors(readings, 12, unused=NOT_CONNECTED)),
        (24, "h", (_irradiation(readings, 0),)),
        (36, "H", (_broken(readings), 0, (1 << min(used, 12)) - 1)),
        (44, "B", percent(readings.relays_percent, 9)),
        (58, "H", ((1 << min(len(readings.relays_percent), 9)) - 1,)),
        (60, "H", (_error_mask(readings), 0)),
        (64, "H", (209,)),
        (66, "H", (readings.local_time.weekday() * 1440 + _minutes(readings),)),
    )
    kilowatt_hours, watt_hours = divmod(round(max(readings.heat_wh, 0)), 1000)
    megawatt_hours, kilowatt_hours = divmod(kilowatt_hours, 1000)
    flow_and_return = _sensors(readings, 2, unused=NOT_CONNECTED)
    meter = _payload(
        12,
        (0, "h", flow_and_return),
        (4, "H", (clamped(readings.flow_l_per_h, *_UINT16),)),
        (6, "H", (watt_hours, kilowatt_hours, clamped(megawatt_hours, *_UINT16))),
    )
    return [_packet(0x7321, measurements), _packet(0x7326, meter)]
