"""What may be written to which controller, with the meaning of its numbers.

The same number means different things in different families, and a wrong one keeps a
pump running for ever: a family that is not listed here is read only. Collected from
the tables of RESOL's parameter tools, where a value's meaning is told there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayMode:
    """The manual mode of one relay, `relay` counted from 1.

    `name` is the controller's internal name of the value; `index` is its place where
    that never moves, else None. `options` gives the number for each of "off",
    "minimum", "automatic", "maximum" and "on" that there is.
    """

    name: str
    relay: int
    options: Mapping[str, int]
    index: int | None = None

    def option(self, raw: int) -> str | None:
        """Return the option that a number means, None if it means none."""
        return next((key for key, value in self.options.items() if value == raw), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Controllers at one bus address that know the same values."""

    key: str
    address: int
    relay_modes: tuple[RelayMode, ...]


# 3 is told as "maximum, on" or as "maximum" with a further 4 for "on"; which firmware
# knows the 4 is not seen on the bus, so it is never written.
_TO_MAXIMUM: Final = {"off": 0, "minimum": 1, "automatic": 2, "maximum": 3}
_TO_ON: Final = {"off": 0, "minimum": 1, "automatic": 2, "on": 3}
_AUTOMATIC_FIRST: Final = {"off": 0, "automatic": 1, "minimum": 2, "maximum": 3}
_THREE: Final = {"off": 0, "automatic": 1, "on": 2}


def _regulator_relays(count: int, options: Mapping[str, int]) -> tuple[RelayMode, ...]:
    return tuple(
        RelayMode(
            name=f"Relais_Regler_R{relay}_Handbetrieb", relay=relay, options=options
        )
        for relay in range(1, count + 1)
    )


def _fixed_relays(
    name: str, count: int, first_index: int, options: Mapping[str, int]
) -> tuple[RelayMode, ...]:
    return tuple(
        RelayMode(
            name=f"{name}{relay}",
            relay=relay,
            options=options,
            index=first_index + relay - 1,
        )
        for relay in range(1, count + 1)
    )


_CS_RELAYS: Final = _fixed_relays("Handbetrieb", 2, 552, _THREE)

_FAMILIES: Final = (
    Family(key="mx", address=0x7E11, relay_modes=_regulator_relays(14, _TO_MAXIMUM)),
    Family(key="bx_plus", address=0x7112, relay_modes=_regulator_relays(5, _TO_ON)),
    Family(key="hc", address=0x5400, relay_modes=_regulator_relays(5, _TO_ON)),
    Family(key="slt", address=0x1001, relay_modes=_regulator_relays(4, _TO_MAXIMUM)),
    Family(key="cs_plus", address=0x2211, relay_modes=_CS_RELAYS),
    Family(key="cs2", address=0x1121, relay_modes=_CS_RELAYS),
    Family(key="cs4", address=0x1122, relay_modes=_CS_RELAYS),
    Family(
        key="e",
        address=0x1050,
        relay_modes=_fixed_relays("Relaismodus", 7, 0x1F1, _AUTOMATIC_FIRST),
    ),
)


def family_of(source: int) -> Family | None:
    """Return the family of a controller, None where writing is not known to be safe."""
    return next((known for known in _FAMILIES if known.address == source), None)
