"""What may be written to which controller, with the meaning of its numbers.

The same number means different things in different families, and a wrong one keeps a
pump running for ever: a family that is not listed here is read only, and so is a
firmware of which it is not known which table it follows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from . import families_tables as tables
from .setting import Setting, Violation
from .visit import Failure, ValueRequest

VALUES_PER_VISIT: Final = 8
"""So many values are read, with their look-ups, well within the time of one visit."""

UNKNOWN_CONTROLLER: Final = "unknown_controller"
VERSION_UNKNOWN: Final = "version_unknown"
PART_OF_CONTROLLER: Final = "part_of_controller"
MEANING_UNCONFIRMED: Final = tables.MEANING_UNCONFIRMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Controllers at the same bus addresses that know the same values.

    `has_changeset` is false for controllers that do not tell a changeset, and
    `has_hashes` for those that do not answer questions for names: their values are
    found by index only. `read_only` tells why nothing may be written (yet).

    A family with a `telltale` stands for several firmwares with different tables:
    read that value and ask `variant` which one it is.
    """

    key: str
    name: str
    addresses: tuple[int, ...]
    settings: tuple[Setting, ...] = ()
    has_changeset: bool = True
    has_hashes: bool = True
    read_only: str | None = None
    telltale: str | None = None

    @property
    def address(self) -> int:
        """The address of its controller."""
        return self.addresses[0]

    def setting(self, key: str, number: int = 1) -> Setting | None:
        """Return one of its settings."""
        return next(
            (one for one in self.settings if one.key == key and one.number == number),
            None,
        )

    def request(
        self, setting: Setting, shown: float | str | None = None
    ) -> ValueRequest:
        """Return the request that reads a setting, or writes it if `shown` is given.

        Raises:
            InputError: if that may not be written.
        """
        return ValueRequest(
            name=setting.name,
            index=setting.index,
            value=None if shown is None else setting.stored(shown),
            is_checked=setting.index is not None and self.has_hashes,
            requires=setting.requires,
        )


_MX: Final = Family(
    key="mx",
    name="DeltaSol MX",
    addresses=(0x7E11,),
    read_only=VERSION_UNKNOWN,
    # Outputs are in the tables of 2.x only.
    telltale="Ausgang_Regler_A1_Handbetrieb",
)
_MX_1: Final = Family(
    key="mx_1", name="DeltaSol MX 1.12", addresses=(0x7E11,), settings=tables.MX_1
)
_MX_2: Final = Family(
    key="mx_2", name="DeltaSol MX 2.x", addresses=(0x7E11,), settings=tables.MX_2
)

_FAMILIES: Final = (
    _MX,
    Family(
        key="bx_plus",
        name="DeltaSol BX Plus",
        addresses=(0x7112,),
        settings=tables.BX_PLUS,
    ),
    Family(key="hc", name="DeltaTherm HC", addresses=(0x5400,), settings=tables.HC),
    Family(key="slt", name="DeltaSol SLT", addresses=(0x1001,), settings=tables.SLT),
    Family(
        key="cs_plus", name="DeltaSol CS Plus", addresses=(0x2211,), settings=tables.CS
    ),
    Family(key="cs2", name="DeltaSol CS/2", addresses=(0x1121,), settings=tables.CS),
    Family(key="cs4", name="DeltaSol CS/4", addresses=(0x1122,), settings=tables.CS),
    Family(
        key="bs_4", name="DeltaSol BS/4 V2", addresses=(0x427B,), settings=tables.BS_4
    ),
    Family(key="c", name="DeltaSol C", addresses=(0x4212,), settings=tables.C),
    Family(key="e", name="DeltaSol E V2", addresses=(0x1050,), settings=tables.E),
    Family(
        key="vitosolic_200",
        name="Vitosolic 200",
        addresses=(0x7321,),
        settings=tables.VITOSOLIC,
        has_changeset=False,
        has_hashes=False,
    ),
    Family(
        key="bx",
        name="DeltaSol BX",
        addresses=(0x7421,),
        has_hashes=False,
        read_only=MEANING_UNCONFIRMED,
    ),
    Family(
        key="cosmo_multi",
        name="COSMO Multi",
        addresses=(0x7821,),
        settings=tables.COSMO,
        has_hashes=False,
    ),
)

# Modules, heat meters and heating circuits: their values belong to the controller.
_PARTS: Final = (
    (0x7E12, 0xFFFF), (0x7E20, 0xFFF0), (0x7E30, 0xFFF0), (0x7E40, 0xFFF0),
    (0x7113, 0xFFFF), (0x7120, 0xFFF0), (0x7130, 0xFFF0),
    (0x1002, 0xFFFF), (0x1010, 0xFFF0), (0x7326, 0xFFFE), (0x6650, 0xFFF0),
)  # fmt: skip


def family_of(source: int) -> Family | None:
    """Return the family of a controller, None where writing is not known to be safe.

    That of DeltaSol MX has no settings: which ones there are, `variant` tells.
    """
    family = _known(source)
    return None if family is None or family.read_only == MEANING_UNCONFIRMED else family


def reason_read_only(source: int) -> str | None:
    """Return why nothing may be written to a device; None if something may be.

    The codes: "unknown_controller" (no table), "meaning_unconfirmed" (the meaning of
    the numbers is not told), "version_unknown" (the firmware has to be found out
    first), "part_of_controller" (the values belong to the controller of this module).
    """
    family = _known(source)
    if family is not None:
        return family.read_only
    if any((source ^ address) & mask == 0 for address, mask in _PARTS):
        return PART_OF_CONTROLLER
    return UNKNOWN_CONTROLLER


def _known(source: int) -> Family | None:
    return next((known for known in _FAMILIES if source in known.addresses), None)


def telltale_request(family: Family) -> ValueRequest | None:
    """Return the question that tells the firmwares of a family apart, if there are."""
    return None if family.telltale is None else ValueRequest(name=family.telltale)


def variant(family: Family, value: int | None, failure: Failure | None) -> Family:
    """Return the family after the answer to its telltale: the table of its firmware.

    Without a clear answer the family stays what it is: read only.
    """
    if family.telltale is None:
        return family
    if value is not None and failure is None:
        return _MX_2
    return _MX_1 if failure == "unknown" else family


def partners(family: Family, setting: Setting) -> tuple[Setting, ...]:
    """Return the settings that limit this one: read them in the same visit."""
    keys = [
        limit.lower if limit.higher == setting.key else limit.higher
        for limit in tables.CROSS_LIMITS
        if setting.key in {limit.higher, limit.lower}
    ]
    found = (family.setting(key, setting.number) for key in keys)
    return tuple(one for one in found if one is not None)


def violation(
    family: Family,
    values: Mapping[Setting, float | str | None],
    setting: Setting,
    shown: float | str,
) -> Violation | None:
    """Return which other setting forbids a new value, None if none does.

    `values` are the shown values that the controller last told; one that is not known
    forbids nothing.
    """
    if isinstance(shown, str):
        return None
    return next(
        (
            limit
            for limit in _limits(family, values, setting)
            if (
                shown < limit.limit if limit.bound == "minimum" else shown > limit.limit
            )
        ),
        None,
    )


def _limits(
    family: Family, values: Mapping[Setting, float | str | None], setting: Setting
) -> Sequence[Violation]:
    found: list[Violation] = []
    for cross in tables.CROSS_LIMITS:
        is_higher = setting.key == cross.higher
        if not is_higher and setting.key != cross.lower:
            continue
        other = family.setting(
            cross.lower if is_higher else cross.higher, setting.number
        )
        if other is None:
            continue
        value = values.get(other)
        if value is None or isinstance(value, str):
            continue
        found.append(
            Violation(
                limit_setting=other,
                bound="minimum" if is_higher else "maximum",
                limit=value + cross.gap if is_higher else value - cross.gap,
            )
        )
    return found
