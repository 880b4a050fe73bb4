"""RESOL's public specification file is fetched only when asked for, and checked."""

from pathlib import Path
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.energy_manager import vbus_specification
from custom_components.energy_manager.const import DOMAIN
from custom_components.energy_manager.vbus_specification import (
    BACKUP_FILE,
    PUBLIC_FILE,
    SPECIFICATION_FILE,
    async_get_specification,
)
from tests.engine.vbus.vsf import Builder, FieldRow, little_endian

from .conftest import EmulatedAdapter, async_until
from .test_vbus_link import IDENTITY, async_set_up, entry_for


def specification(datecode: int) -> bytes:
    """Return a file that knows one probe of the emulated controller, renamed."""
    builder = Builder(datecode=datecode)
    builder.units.append((62, "DegreesCelsius", " °C"))
    name = ("Roof", "Dach", "Toit")
    builder.devices.append((0x7112, 0xFFFF, 0x0000, 0x0000, ("New", "Neu", "Neuf")))
    builder.packets.append(
        (
            0x0010,
            0xFFFF,
            0x7112,
            0xFFFF,
            0x0100,
            [FieldRow("000_2_0", name, 62, 1, 1, little_endian(0, 2, signed=True))],
        )
    )
    return builder.build()


NEWER = specification(20300101)
OLDER = specification(20100101)


@pytest.fixture(autouse=True)
async def actions(hass: HomeAssistant, tmp_path: Path) -> None:
    """The actions are there without any entry."""
    hass.config.config_dir = str(tmp_path)
    assert await async_setup_component(hass, DOMAIN, {})


async def async_refresh(hass: HomeAssistant) -> Any:
    """Ask for the public file."""
    return await hass.services.async_call(
        DOMAIN, "refresh_specification", blocking=True, return_response=True
    )


async def test_a_newer_file_is_used(
    hass: HomeAssistant, tmp_path: Path, aioclient_mock: AiohttpClientMocker
) -> None:
    """It is written for the next start too; the file of before is kept."""
    shipped = (await async_get_specification(hass)).datecode
    (tmp_path / SPECIFICATION_FILE).write_bytes(OLDER)
    aioclient_mock.get(PUBLIC_FILE, content=NEWER)
    assert await async_refresh(hass) == {
        "updated": True,
        "before": shipped,
        "found": 20300101,
    }
    assert (tmp_path / SPECIFICATION_FILE).read_bytes() == NEWER
    assert (tmp_path / BACKUP_FILE).read_bytes() == OLDER
    assert (await async_get_specification(hass)).datecode == 20300101
    assert aioclient_mock.call_count == 1

    assert await async_refresh(hass) == {
        "updated": False,
        "before": 20300101,
        "found": 20300101,
    }
    assert (tmp_path / BACKUP_FILE).read_bytes() == OLDER


async def test_an_older_file_is_not_used(
    hass: HomeAssistant, tmp_path: Path, aioclient_mock: AiohttpClientMocker
) -> None:
    """What is shipped stays in use."""
    aioclient_mock.get(PUBLIC_FILE, content=OLDER)
    answer = await async_refresh(hass)
    assert answer["updated"] is False
    assert answer["found"] == 20100101
    assert list(tmp_path.iterdir()) == []


def damaged(data: bytes, place: int) -> bytes:
    """Return a file with one bit wrong."""
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"content": damaged(NEWER, len(NEWER) // 2)}, "specification_damaged"),
        ({"content": NEWER[:-1]}, "specification_damaged"),
        ({"content": b""}, "specification_damaged"),
        ({"content": b"<html>Not found</html>"}, "specification_damaged"),
        ({"content": specification(20301399)}, "specification_damaged"),
        ({"status": 404}, "specification_not_fetched"),
        ({"exc": TimeoutError()}, "specification_not_fetched"),
    ],
)
async def test_nothing_damaged_is_used(
    hass: HomeAssistant,
    tmp_path: Path,
    aioclient_mock: AiohttpClientMocker,
    answer: dict[str, Any],
    error: str,
) -> None:
    """The file that is there stays, and the owner gets to know why."""
    (tmp_path / SPECIFICATION_FILE).write_bytes(OLDER)
    aioclient_mock.get(PUBLIC_FILE, **answer)
    with pytest.raises(HomeAssistantError) as raised:
        await async_refresh(hass)
    assert raised.value.translation_key == error
    assert (tmp_path / SPECIFICATION_FILE).read_bytes() == OLDER
    assert not (tmp_path / BACKUP_FILE).exists()


async def test_too_large_a_file(
    hass: HomeAssistant,
    aioclient_mock: AiohttpClientMocker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Memory stays bounded whatever the server sends."""
    monkeypatch.setattr(vbus_specification, "LARGEST_FILE", len(NEWER) - 1)
    aioclient_mock.get(PUBLIC_FILE, content=NEWER)
    with pytest.raises(HomeAssistantError) as raised:
        await async_refresh(hass)
    assert raised.value.translation_key == "specification_damaged"


async def test_a_folder_that_cannot_be_written(
    hass: HomeAssistant, tmp_path: Path, aioclient_mock: AiohttpClientMocker
) -> None:
    """A full or read-only disk is told too."""
    (tmp_path / SPECIFICATION_FILE).mkdir()
    aioclient_mock.get(PUBLIC_FILE, content=NEWER)
    with pytest.raises(HomeAssistantError) as raised:
        await async_refresh(hass)
    assert raised.value.translation_key == "specification_not_written"


async def test_loaded_adapters_know_it_at_once(
    hass: HomeAssistant,
    speaking_adapter: EmulatedAdapter,
    aioclient_mock: AiohttpClientMocker,
    entity_registry: er.EntityRegistry,
) -> None:
    """The adapter is loaded anew and names its values after the new file."""
    # The emulated adapter has no web page.
    aioclient_mock.get(re.compile(r"http://127\.0\.0\.1"), status=404)
    entry: MockConfigEntry = entry_for(speaking_adapter)
    await async_set_up(hass, entry)
    probe = entity_registry.async_get_entity_id(
        "sensor", DOMAIN, f"{IDENTITY}_00_0010_7112_10_0100_000_2_0"
    )
    assert probe is not None
    aioclient_mock.get(PUBLIC_FILE, content=NEWER)
    await async_refresh(hass)

    def renamed() -> bool:
        state = hass.states.get(probe)
        return state is not None and state.name.endswith("Roof")

    await async_until(renamed)
    assert entry.runtime_data.specification.datecode == 20300101
