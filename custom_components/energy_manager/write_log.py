"""Tells every write to a device: what was changed, by whom and why."""

from collections import OrderedDict
from enum import StrEnum
import logging
from typing import Final, NamedTuple

from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN

_LOGGER = logging.getLogger(__name__)

EVENT_WRITE: Final = f"{DOMAIN}_write"
"""Fired after a device has taken a change over."""

ATTR_SETTING: Final = "setting"
ATTR_BEFORE: Final = "before"
ATTR_AFTER: Final = "after"
ATTR_AUTHOR: Final = "author"
ATTR_REASON: Final = "reason"

PLANS_KEPT: Final = 100
"""Commands of the plan that are remembered until their device has answered."""

_PLANS: HassKey[OrderedDict[str, str | None]] = HassKey(f"{DOMAIN}_plan_contexts")

type Value = str | float | bool | None


class Author(StrEnum):
    """Who wanted a change."""

    USER = "user"
    AUTOMATION = "automation"
    PLAN = "plan"
    INTEGRATION = "integration"
    """Nobody: what was lent is given back."""


class _Origin(NamedTuple):
    """Who wanted a change, and why."""

    author: Author
    reason: str | None


@callback
def plan_context(hass: HomeAssistant, reason: str | None) -> Context:
    """Return the context for a command of the plan, so that its write tells why."""
    context = Context()
    plans = hass.data.setdefault(_PLANS, OrderedDict())
    plans[context.id] = reason
    while len(plans) > PLANS_KEPT:
        plans.popitem(last=False)
    return context


@callback
def author_of(hass: HomeAssistant, context: Context | None) -> Author:
    """Return who is behind a context."""
    return _origin(hass, context).author


def _origin(hass: HomeAssistant, context: Context | None) -> _Origin:
    """Return who is behind a context and what the plan said."""
    if context is None:
        return _Origin(Author.INTEGRATION, None)
    plans = hass.data.get(_PLANS)
    if plans is not None and context.id in plans:
        return _Origin(Author.PLAN, plans[context.id])
    if context.user_id is not None:
        return _Origin(Author.USER, None)
    return _Origin(Author.AUTOMATION, None)


@callback
def async_log_write(
    hass: HomeAssistant,
    *,
    entity_id: str | None = None,
    device_id: str | None = None,
    setting: str,
    before: Value,
    after: Value,
    context: Context | None,
    reason: str | None = None,
) -> None:
    """Tell that a device has taken a change over.

    Without a context the integration itself wanted it. The reason is a word of
    `common.write_reason_*` in the translations, or a text that is shown as it is.
    """
    origin = _origin(hass, context)
    why = origin.reason if reason is None else reason
    _LOGGER.debug(
        "%s of %s changed from %s to %s by %s (%s)",
        setting,
        device_id if entity_id is None else entity_id,
        before,
        after,
        origin.author,
        why,
    )
    where = {ATTR_ENTITY_ID: entity_id, ATTR_DEVICE_ID: device_id}
    hass.bus.async_fire(
        EVENT_WRITE,
        {
            **{key: value for key, value in where.items() if value is not None},
            ATTR_SETTING: setting,
            ATTR_BEFORE: before,
            ATTR_AFTER: after,
            ATTR_AUTHOR: origin.author.value,
            ATTR_REASON: why,
        },
        context=context,
    )
