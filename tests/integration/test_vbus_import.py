"""Recordings of a datalogger become history of the entities of an adapter."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.db_schema import (
    Statistics,
    StatisticsMeta,
    StatisticsShortTerm,
)
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.components.recorder.util import session_scope
from homeassistant.config_entries import SOURCE_USER
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_get_persistent_notifications,
)
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.energy_manager import flow_vbus_import
from custom_components.energy_manager.const import DOMAIN
from custom_components.energy_manager.engine.vbus import Packet

from .conftest import EmulatedAdapter
from .recordings import set_of
from .test_vbus_link import HEAT_METER, MEASUREMENTS, async_set_up, entity_id, entry_for

HOUR_MS = 3_600_000
BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
BEGIN_MS = int(BEGIN.timestamp()) * 1000
STEP_MS = 600_000
SETS = 6 * 24 * 2
"""Two days with a set every ten minutes."""


def recording(*, first: int = 0, sets: int = SETS, channel: int = 0) -> bytes:
    """Return two days of collector and heat, with a fault and a spike."""
    data = b""
    for number in range(first, first + sets):
        time_ms = BEGIN_MS + number * STEP_MS
        tenths = 8888 if number % 6 == 5 else 200 + number
        heat = 4_000_000_000 if number == 100 else 500_000 + 100 * number
        controller = tenths.to_bytes(2, "little") + bytes(70)
        meter = heat.to_bytes(4, "little") + bytes(16)
        packets = [
            (time_ms, Packet(0x0010, 0x7112, 0x0100, controller)),
            (time_ms, Packet(0x0010, 0x7131, 0x0100, meter)),
            (time_ms, Packet(0x0010, 0x2251, 0x0100, bytes(100))),
        ]
        data += set_of(time_ms, packets, channel)
    return data


@pytest.fixture
async def entry(
    hass: HomeAssistant, speaking_adapter: EmulatedAdapter, tmp_path: Path
) -> AsyncGenerator[MockConfigEntry]:
    """An adapter whose controller is known."""
    hass.config.config_dir = str(tmp_path)
    entry = entry_for(speaking_adapter)
    await async_set_up(hass, entry)
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)


async def async_import(
    hass: HomeAssistant, entry: MockConfigEntry, path: str, **more: Any
) -> Any:
    """Import recordings by the action and return its answer."""
    return await hass.services.async_call(
        DOMAIN,
        "import_recording",
        {"config_entry": entry.entry_id, "path": path, **more},
        blocking=True,
        return_response=True,
    )


async def async_history(
    hass: HomeAssistant, entity: str, *what: Any
) -> list[dict[str, Any]]:
    """Return the hours that the recorder has of an entity before today."""
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        BEGIN - timedelta(days=1),
        BEGIN + timedelta(days=10),
        {entity},
        "hour",
        None,
        set(what),
    )
    return [dict(row) for row in found.get(entity, [])]


async def async_table(hass: HomeAssistant) -> list[tuple[Any, ...]]:
    """Return everything of the days of the recording in the recorder's tables."""

    def read() -> list[tuple[Any, ...]]:
        end = (BEGIN + timedelta(days=10)).timestamp()
        with session_scope(hass=hass, read_only=True) as session:
            rows = [
                tuple(row)
                for table in (Statistics, StatisticsShortTerm)
                for row in session.query(*table.__table__.columns).filter(
                    table.start_ts < end
                )
            ]
            return rows + [
                tuple(row) for row in session.query(*StatisticsMeta.__table__.columns)
            ]

    await async_wait_recording_done(hass)
    return await get_instance(hass).async_add_executor_job(read)


async def test_a_folder_of_recordings(
    hass: HomeAssistant, entry: MockConfigEntry, tmp_path: Path
) -> None:
    """Hours, sums, a summary; and importing again changes nothing."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    half = SETS // 2
    (folder / "2.vbus").write_bytes(recording(first=half, sets=half))
    (folder / "1.vbus").write_bytes(recording(sets=half) + b"\xa5damage")
    (folder / "other.vbus").write_bytes(b"something else")
    answer = await async_import(hass, entry, "recordings")
    collector = entity_id(hass, Platform.SENSOR, f"{MEASUREMENTS}_000_2_0")
    heat = entity_id(hass, Platform.SENSOR, f"{HEAT_METER}_000_4_0")
    assert answer["files"] == 2
    assert answer["not_recordings"] == ["other.vbus"]
    assert answer["damaged"] == 1
    # The logger's last packet before the damage is not trusted.
    assert answer["records"] == 3 * SETS - 1
    assert answer["from"] == BEGIN.isoformat()
    assert answer["entities"][collector] == {
        "imported": 48,
        "skipped": 0,
        "left_out": None,
    }
    assert answer["entities"][heat]["imported"] == 48
    assert list(answer["without_entity"]) == ["00_0010_2251_10_0100 DeltaSol SL"] or (
        "00_0010_2251_10_0100" in next(iter(answer["without_entity"]))
    )
    unused = entity_id(hass, Platform.SENSOR, f"{MEASUREMENTS}_012_2_0")
    assert answer["entities"][unused]["left_out"] == "disabled"

    rows = await async_history(hass, collector, "mean", "min", "max")
    assert len(rows) == 48
    assert rows[0]["mean"] == pytest.approx(20.2)
    assert (rows[0]["min"], rows[0]["max"]) == (20.0, 20.4)
    rows = await async_history(hass, heat, "state", "sum", "change")
    assert rows[0]["state"] == 500_500
    assert [row["change"] for row in rows[1:]] == pytest.approx([600] * 47)

    before = await async_table(hass)
    again = await async_import(hass, entry, "recordings")
    assert again["hours_imported"] == 0
    assert again["hours_skipped"] == answer["hours_imported"]
    assert await async_table(hass) == before

    notices = async_get_persistent_notifications(hass)
    (notice,) = [notice for key, notice in notices.items() if entry.entry_id in key]
    assert "Solar controller" in str(notice["title"])
    assert "2026-05-01" in notice["message"]


async def test_several_recorded_controllers(
    hass: HomeAssistant, entry: MockConfigEntry, tmp_path: Path
) -> None:
    """With one channel it is clear; with two the owner must say which."""
    (tmp_path / "both.vbus").write_bytes(
        recording(sets=12, channel=1) + recording(first=12, sets=12, channel=3)
    )
    with pytest.raises(ServiceValidationError) as raised:
        await async_import(hass, entry, "both.vbus")
    assert raised.value.translation_key == "several_channels"
    assert raised.value.translation_placeholders == {"channels": "1, 3"}
    collector = entity_id(hass, Platform.SENSOR, f"{MEASUREMENTS}_000_2_0")
    answer = await async_import(hass, entry, "both.vbus", channel=3)
    assert answer["entities"][collector]["imported"] == 2
    (tmp_path / "one.vbus").write_bytes(recording(sets=12, channel=1))
    answer = await async_import(hass, entry, "one.vbus")
    assert answer["entities"][collector]["imported"] == 2


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("missing", "path_not_found"),
        ("../outside.vbus", "path_not_allowed"),
        ("/etc", "path_not_allowed"),
        ("folder", "no_recordings"),
        ("text.vbus", "no_recordings"),
        ("nul\0l", "path_not_found"),
    ],
)
async def test_wrong_paths(
    hass: HomeAssistant, tmp_path: Path, entry: MockConfigEntry, path: str, error: str
) -> None:
    """Each mistake is told in words; nothing outside is read."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.vbus").write_text("no recording")
    (tmp_path.parent / "outside.vbus").write_bytes(recording(sets=6))
    (tmp_path / "folder" / "link").symlink_to("/etc")
    with pytest.raises(ServiceValidationError) as raised:
        await async_import(hass, entry, path)
    assert raised.value.translation_key == error


async def test_only_adapters_can_import(hass: HomeAssistant, tmp_path: Path) -> None:
    """An entry that does not exist is told by Home Assistant itself."""
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    assert await async_setup_component(hass, DOMAIN, {})
    with pytest.raises(ServiceValidationError):
        await async_import(hass, other, "recordings")


async def test_an_uploaded_recording(
    hass: HomeAssistant, entry: MockConfigEntry, tmp_path: Path
) -> None:
    """The options take a file, show the progress and tell what was done."""
    upload = tmp_path / "upload"
    upload.mkdir()
    (upload / "day.vbus").write_bytes(recording(sets=36, channel=2))
    result = await async_upload(hass, entry, upload / "day.vbus")
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert result["progress_action"] == "import_running"
    await hass.async_block_till_done()
    result = await hass.config_entries.options.async_configure(result["flow_id"])
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "import_done"
    numbers = result["description_placeholders"]
    assert numbers is not None
    assert numbers["first"] == "2026-05-01"
    assert int(numbers["hours"]) >= 12
    collector = entity_id(hass, Platform.SENSOR, f"{MEASUREMENTS}_000_2_0")
    assert len(await async_history(hass, collector, "mean")) == 6
    assert entry.state.recoverable is not None
    assert list(upload.iterdir()) == []


async def test_an_uploaded_file_that_is_no_recording(
    hass: HomeAssistant, entry: MockConfigEntry, tmp_path: Path
) -> None:
    """The owner can choose another one; of two controllers he chooses his."""
    upload = tmp_path / "upload"
    upload.mkdir()
    (upload / "a.vbus").write_text("nothing")
    result = await async_upload(hass, entry, upload / "a.vbus")
    assert result["errors"] == {"base": "no_recordings"}
    with patch.object(
        flow_vbus_import, "process_uploaded_file", side_effect=ValueError
    ):
        result = await hass.config_entries.options.async_configure(
            result["flow_id"], {"recording": UPLOAD}
        )
    assert result["errors"] == {"base": "upload_lost"}
    (upload / "b.vbus").write_bytes(
        recording(sets=12, channel=1) + recording(first=12, sets=12, channel=3)
    )
    with uploaded(upload / "b.vbus"):
        result = await hass.config_entries.options.async_configure(
            result["flow_id"], {"recording": UPLOAD}
        )
    assert result["step_id"] == "import_channel"
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"channel": "3"}
    )
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    await hass.async_block_till_done()
    result = await hass.config_entries.options.async_configure(result["flow_id"])
    assert result["reason"] == "import_done"


UPLOAD = "a3a1a9a8-5c0e-4b0a-9d5e-5a2a3f6b7c8d"


def uploaded(path: Path) -> Any:
    """Pretend that the frontend has uploaded a file."""

    class Upload:
        def __init__(self, _hass: HomeAssistant, file_id: str) -> None:
            assert file_id == UPLOAD

        def __enter__(self) -> Path:
            return path

        def __exit__(self, *_: object) -> None:
            path.unlink(missing_ok=True)

    return patch.object(flow_vbus_import, "process_uploaded_file", Upload)


async def async_upload(hass: HomeAssistant, entry: MockConfigEntry, path: Path) -> Any:
    """Choose the import in the options and upload a file."""
    options = hass.config_entries.options
    result = await options.async_init(entry.entry_id, context={"source": SOURCE_USER})
    assert "import_recording" in result["menu_options"]
    result = await options.async_configure(
        result["flow_id"], {"next_step_id": "import_recording"}
    )
    assert result["step_id"] == "import_recording"
    with uploaded(path):
        return await options.async_configure(result["flow_id"], {"recording": UPLOAD})
