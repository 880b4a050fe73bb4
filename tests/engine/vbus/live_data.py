"""Live data as DL2, DL3 and KM2 hand it out: the JSON of packets and their fields."""

from collections.abc import Sequence
from typing import Any

from custom_components.energy_manager.engine.vbus import Packet, Specification


def live_data(
    specification: Specification,
    packets: Sequence[Packet],
    *,
    channel: int = 0,
    language: str = "de",
    timestamp: float = 1_795_000_000.0,
) -> dict[str, Any]:
    """Return the document of one moment.

    Values are divided and absent ones are zero without a text, as the maker's own
    converter writes them.
    """
    headers: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    for packet in packets:
        key = packet.destination, packet.source, packet.command
        template = specification.template(*key)
        assert template is not None
        values = []
        fields = []
        for index, field in enumerate(template.fields):
            raw = field.raw(packet.payload)
            fields.append(
                {
                    "id": field.id,
                    "filteredId": field.id,
                    "name": field.names[language],
                    "unit": f" {field.unit}" if field.unit else "",
                    "unit_code": field.unit_code,
                }
            )
            text = (
                ""
                if raw is None
                else f"{field.scaled(raw):.{field.precision}f} {field.unit}".strip()
            )
            values.append(
                {
                    "field_index": index,
                    "raw_value": 0 if raw is None else field.scaled(raw),
                    "value": text,
                }
            )
        headers.append(
            {
                "id": f"{channel:02X}_{key[0]:04X}_{key[1]:04X}_{key[2]:04X}",
                "description": f"VBus {channel}: {key[1]:04X}",
                "channel": channel,
                "destination_address": key[0],
                "source_address": key[1],
                "protocol_version": 16,
                "command": key[2],
                "info": 0,
                "destination_name": "DFA",
                "source_name": specification.device_name(key[1]),
                "fields": fields,
            }
        )
        told.append(
            {
                "header_index": len(told),
                "timestamp": timestamp,
                "field_values": values,
            }
        )
    return {
        "headersets": [{"timestamp": timestamp, "packets": told}],
        "headerset_stats": {"headerset_count": 1},
        "headers": headers,
        "language": language,
    }
