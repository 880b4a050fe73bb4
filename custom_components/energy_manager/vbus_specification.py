"""The VBus specification: the shipped table, or the owner's file if it is newer."""

import logging
from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.singleton import singleton
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .engine.errors import InputError
from .engine.vbus import Specification

_LOGGER = logging.getLogger(__name__)

SPECIFICATION_FILE: Final = "vbus_specification.vsf"
"""Name of RESOL's specification file in Home Assistant's configuration folder."""

ISSUE_DAMAGED: Final = "vbus_specification_damaged"

DATA_SPECIFICATION: HassKey[Specification] = HassKey(f"{DOMAIN}_vbus_specification")


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
