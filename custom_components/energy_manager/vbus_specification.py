"""The VBus specification: the shipped table, or the owner's file if it is newer."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
import logging
from pathlib import Path
import shutil
from typing import Final

from aiohttp import ClientError
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.singleton import singleton
from homeassistant.util.file import WriteError, write_utf8_file_atomic
from homeassistant.util.hass_dict import HassKey

from .const import CONF_KIND, DOMAIN, EntryKind
from .engine.errors import InputError
from .engine.vbus import Specification

_LOGGER = logging.getLogger(__name__)

SPECIFICATION_FILE: Final = "vbus_specification.vsf"
"""Name of RESOL's specification file in Home Assistant's configuration folder."""

BACKUP_FILE: Final = f"{SPECIFICATION_FILE}.bak"
"""Name of the file that was there before it was refreshed."""

PUBLIC_FILE: Final = (
    "https://raw.githubusercontent.com/resol-de/vbus-sync/HEAD/vbus_specification.vsf"
)
"""RESOL's own public copy of the file."""

DOWNLOAD_TIMEOUT_S: Final = 60.0

LARGEST_FILE: Final = 32 << 20
"""Bytes; the file of 2025 has 0.7 million."""

ISSUE_DAMAGED: Final = "vbus_specification_damaged"

DATA_SPECIFICATION: HassKey[Specification] = HassKey(f"{DOMAIN}_vbus_specification")

_DATA_LOCK: Final = f"{DOMAIN}_vbus_specification_lock"


@singleton(DATA_SPECIFICATION, async_=True)
async def async_get_specification(hass: HomeAssistant) -> Specification:
    """Return the specification that all links share; it is read once."""
    specification, problem = await hass.async_add_executor_job(
        _load, Path(hass.config.path(SPECIFICATION_FILE))
    )
    if problem is None:
        ir.async_delete_issue(hass, DOMAIN, ISSUE_DAMAGED)
    else:
        _LOGGER.info("The file %s is not used: %s", SPECIFICATION_FILE, problem)
        ir.async_create_issue(
            hass,
            DOMAIN,
            ISSUE_DAMAGED,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE_DAMAGED,
            translation_placeholders={"file": SPECIFICATION_FILE},
        )
    return specification


def _load(path: Path) -> tuple[Specification, str | None]:
    """Return the newer specification, and what is wrong with the owner's file."""
    shipped = Specification.load()
    try:
        own = Specification.from_vsf(path.read_bytes())
    except FileNotFoundError:
        return shipped, None
    except (OSError, InputError) as err:
        return shipped, str(err)
    return (own if own.datecode > shipped.datecode else shipped), None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What became of a refresh: the dates (YYYYMMDD) of the files."""

    before: int
    found: int

    @property
    def updated(self) -> bool:
        """Whether the file that was found is newer and in use now."""
        return self.found > self.before


@singleton(_DATA_LOCK)
def _lock(_hass: HomeAssistant) -> asyncio.Lock:
    """Return the lock that keeps two refreshes apart."""
    return asyncio.Lock()


async def async_refresh_specification(hass: HomeAssistant) -> Refreshed:
    """Fetch RESOL's public file and use it if it is undamaged and newer.

    The owner's file of before is kept beside it. Adapters that are loaded are loaded
    anew, so that they know the new packets.
    """
    async with _lock(hass):
        in_use = await async_get_specification(hass)
        data = await _async_download(hass)
        datecode = await hass.async_add_executor_job(_checked, data)
        refreshed = Refreshed(before=in_use.datecode, found=datecode)
        if not refreshed.updated:
            return refreshed
        try:
            await hass.async_add_executor_job(
                _replace, Path(hass.config.config_dir), data
            )
        except (OSError, WriteError) as err:
            raise _failure("specification_not_written", str(err)) from err
        hass.data.pop(DATA_SPECIFICATION, None)
    await asyncio.gather(
        *(
            hass.config_entries.async_reload(entry.entry_id)
            for entry in hass.config_entries.async_loaded_entries(DOMAIN)
            if entry.data[CONF_KIND] == EntryKind.VBUS
        )
    )
    return refreshed


async def _async_download(hass: HomeAssistant) -> bytes:
    """Return the bytes of RESOL's public file."""
    data = bytearray()
    try:
        async with (
            asyncio.timeout(DOWNLOAD_TIMEOUT_S),
            async_get_clientsession(hass).get(PUBLIC_FILE) as response,
        ):
            response.raise_for_status()
            async for piece in response.content.iter_chunked(1 << 16):
                data += piece
                if len(data) > LARGEST_FILE:
                    raise _failure("specification_damaged", "too large")
    except TimeoutError as err:
        raise _failure("specification_not_fetched", "time-out") from err
    except ClientError as err:
        raise _failure("specification_not_fetched", str(err)) from err
    return bytes(data)


def _checked(data: bytes) -> int:
    """Return the date of a file that is undamaged and of use; call in the executor."""
    try:
        specification = Specification.from_vsf(data)
        datetime.strptime(str(specification.datecode), "%Y%m%d")
    except (InputError, ValueError) as err:
        raise _failure("specification_damaged", str(err)) from err
    return specification.datecode


def _replace(folder: Path, data: bytes) -> None:
    """Write the owner's file at once or not at all; keep the one of before."""
    path = folder / SPECIFICATION_FILE
    with suppress(FileNotFoundError):
        shutil.copy2(path, folder / BACKUP_FILE)
    write_utf8_file_atomic(str(path), data, mode="wb")


def _failure(key: str, reason: str) -> HomeAssistantError:
    """Return what the owner is told."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"reason": reason},
    )
