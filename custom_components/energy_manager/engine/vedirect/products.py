"""Products with a VE.Direct port, by product id, and their families.

Sources: VE.Direct protocol 3.33 and 3.34, BlueSolar HEX protocol rev 18, BMV HEX
protocol, field reports.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Family(StrEnum):
    """Products that speak of the same things."""

    MPPT = "mppt"
    MPPT_RS = "mppt_rs"
    INVERTER = "inverter"
    BMV = "bmv"
    """Battery monitors: BMV and SmartShunt."""
    AC_CHARGER = "ac_charger"
    DCDC = "dcdc"
    MULTI_RS = "multi_rs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product as its maker names it."""

    name: str
    family: Family


_NAMES: Final[Mapping[Family, Mapping[int, str]]] = {
    Family.BMV: {
        0x0200: "BMV-600S",
        0x0201: "BMV-602S",
        0x0202: "BMV-600HS",
        0x0203: "BMV-700",
        0x0204: "BMV-702",
        0x0205: "BMV-700H",
        0xA381: "BMV-712 Smart",
        0xA382: "BMV-710H Smart",
        0xA383: "BMV-712 Smart Rev2",
        0xA389: "SmartShunt 500A/50mV",
        0xA38A: "SmartShunt 1000A/50mV",
        0xA38B: "SmartShunt 2000A/50mV",
        0xC030: "SmartShunt 500A/50mV IP65",
        0xC038: "SmartShunt 300A/50mV",
    },
    Family.MPPT: {
        0x0300: "BlueSolar MPPT 70/15",
        0xA040: "BlueSolar MPPT 75/50",
        0xA041: "BlueSolar MPPT 150/35",
        0xA042: "BlueSolar MPPT 75/15",
        0xA043: "BlueSolar MPPT 100/15",
        0xA044: "BlueSolar MPPT 100/30",
        0xA045: "BlueSolar MPPT 100/50",
        0xA046: "BlueSolar MPPT 150/70",
        0xA047: "BlueSolar MPPT 150/100",
        0xA048: "BlueSolar MPPT 75/50 rev2",
        0xA049: "BlueSolar MPPT 100/50 rev2",
        0xA04A: "BlueSolar MPPT 100/30 rev2",
        0xA04B: "BlueSolar MPPT 150/35 rev2",
        0xA04C: "BlueSolar MPPT 75/10",
        0xA04D: "BlueSolar MPPT 150/45",
        0xA04E: "BlueSolar MPPT 150/60",
        0xA04F: "BlueSolar MPPT 150/85",
        0xA050: "SmartSolar MPPT 250/100",
        0xA051: "SmartSolar MPPT 150/100",
        0xA052: "SmartSolar MPPT 150/85",
        0xA053: "SmartSolar MPPT 75/15",
        0xA054: "SmartSolar MPPT 75/10",
        0xA055: "SmartSolar MPPT 100/15",
        0xA056: "SmartSolar MPPT 100/30",
        0xA057: "SmartSolar MPPT 100/50",
        0xA058: "SmartSolar MPPT 150/35",
        0xA059: "SmartSolar MPPT 150/100 rev2",
        0xA05A: "SmartSolar MPPT 150/85 rev2",
        0xA05B: "SmartSolar MPPT 250/70",
        0xA05C: "SmartSolar MPPT 250/85",
        0xA05D: "SmartSolar MPPT 250/60",
        0xA05E: "SmartSolar MPPT 250/45",
        0xA05F: "SmartSolar MPPT 100/20",
        0xA060: "SmartSolar MPPT 100/20 48V",
        0xA061: "SmartSolar MPPT 150/45",
        0xA062: "SmartSolar MPPT 150/60",
        0xA063: "SmartSolar MPPT 150/70",
        0xA064: "SmartSolar MPPT 250/85 rev2",
        0xA065: "SmartSolar MPPT 250/100 rev2",
        0xA066: "BlueSolar MPPT 100/20",
        0xA067: "BlueSolar MPPT 100/20 48V",
        0xA068: "SmartSolar MPPT 250/60 rev2",
        0xA069: "SmartSolar MPPT 250/70 rev2",
        0xA06A: "SmartSolar MPPT 150/45 rev2",
        0xA06B: "SmartSolar MPPT 150/60 rev2",
        0xA06C: "SmartSolar MPPT 150/70 rev2",
        0xA06D: "SmartSolar MPPT 150/85 rev3",
        0xA06E: "SmartSolar MPPT 150/100 rev3",
        0xA06F: "BlueSolar MPPT 150/45 rev2",
        0xA070: "BlueSolar MPPT 150/60 rev2",
        0xA071: "BlueSolar MPPT 150/70 rev2",
        0xA072: "BlueSolar MPPT 150/45 rev3",
        0xA073: "SmartSolar MPPT 150/45 rev3",
        0xA074: "SmartSolar MPPT 75/10 rev2",
        0xA075: "SmartSolar MPPT 75/15 rev2",
        0xA076: "BlueSolar MPPT 100/30 rev3",
        0xA077: "BlueSolar MPPT 100/50 rev3",
        0xA078: "BlueSolar MPPT 150/35 rev3",
        0xA079: "BlueSolar MPPT 75/10 rev2",
        0xA07A: "BlueSolar MPPT 75/15 rev2",
        0xA07B: "BlueSolar MPPT 100/15 rev2",
        0xA07C: "BlueSolar MPPT 75/10 rev3",
        0xA07D: "BlueSolar MPPT 75/15 rev3",
        0xA07E: "SmartSolar MPPT 100/30 12V",
        0xA07F: "All-In-1 SmartSolar MPPT 75/15 12V",
        0xA080: "SmartSolar MPPT 250/60 rev3",
        0xA081: "SmartSolar MPPT 250/70 rev3",
        0xA102: "SmartSolar MPPT VE.Can 150/70",
        0xA103: "SmartSolar MPPT VE.Can 150/45",
        0xA104: "SmartSolar MPPT VE.Can 150/60",
        0xA105: "SmartSolar MPPT VE.Can 150/85",
        0xA106: "SmartSolar MPPT VE.Can 150/100",
        0xA107: "SmartSolar MPPT VE.Can 250/45",
        0xA108: "SmartSolar MPPT VE.Can 250/60",
        0xA109: "SmartSolar MPPT VE.Can 250/70",
        0xA10A: "SmartSolar MPPT VE.Can 250/85",
        0xA10B: "SmartSolar MPPT VE.Can 250/100",
        0xA10C: "SmartSolar MPPT VE.Can 150/70 rev2",
        0xA10D: "SmartSolar MPPT VE.Can 150/85 rev2",
        0xA10E: "SmartSolar MPPT VE.Can 150/100 rev2",
        0xA10F: "BlueSolar MPPT VE.Can 150/100",
        0xA112: "BlueSolar MPPT VE.Can 250/70",
        0xA113: "BlueSolar MPPT VE.Can 250/100",
        0xA114: "SmartSolar MPPT VE.Can 250/70 rev2",
        0xA115: "SmartSolar MPPT VE.Can 250/100 rev2",
        0xA116: "SmartSolar MPPT VE.Can 250/85 rev2",
        0xA117: "BlueSolar MPPT VE.Can 150/100 rev2",
    },
    Family.MPPT_RS: {
        0xA110: "SmartSolar MPPT RS 450/100",
        0xA111: "SmartSolar MPPT RS 450/200",
    },
    Family.INVERTER: {
        0xA201: "Phoenix Inverter 12V 250VA 230V",
        0xA202: "Phoenix Inverter 24V 250VA 230V",
        0xA204: "Phoenix Inverter 48V 250VA 230V",
        0xA211: "Phoenix Inverter 12V 375VA 230V",
        0xA212: "Phoenix Inverter 24V 375VA 230V",
        0xA214: "Phoenix Inverter 48V 375VA 230V",
        0xA221: "Phoenix Inverter 12V 500VA 230V",
        0xA222: "Phoenix Inverter 24V 500VA 230V",
        0xA224: "Phoenix Inverter 48V 500VA 230V",
        0xA231: "Phoenix Inverter 12V 250VA 230V",
        0xA232: "Phoenix Inverter 24V 250VA 230V",
        0xA234: "Phoenix Inverter 48V 250VA 230V",
        0xA235: "Phoenix Inverter with built-in solar charger (model 1)",
        0xA236: "Phoenix Inverter with built-in solar charger (model 2)",
        0xA239: "Phoenix Inverter 12V 250VA 120V",
        0xA23A: "Phoenix Inverter 24V 250VA 120V",
        0xA23C: "Phoenix Inverter 48V 250VA 120V",
        0xA241: "Phoenix Inverter 12V 375VA 230V",
        0xA242: "Phoenix Inverter 24V 375VA 230V",
        0xA244: "Phoenix Inverter 48V 375VA 230V",
        0xA249: "Phoenix Inverter 12V 375VA 120V",
        0xA24A: "Phoenix Inverter 24V 375VA 120V",
        0xA24C: "Phoenix Inverter 48V 375VA 120V",
        0xA251: "Phoenix Inverter 12V 500VA 230V",
        0xA252: "Phoenix Inverter 24V 500VA 230V",
        0xA254: "Phoenix Inverter 48V 500VA 230V",
        0xA259: "Phoenix Inverter 12V 500VA 120V",
        0xA25A: "Phoenix Inverter 24V 500VA 120V",
        0xA25C: "Phoenix Inverter 48V 500VA 120V",
        0xA261: "Phoenix Inverter 12V 800VA 230V",
        0xA262: "Phoenix Inverter 24V 800VA 230V",
        0xA264: "Phoenix Inverter 48V 800VA 230V",
        0xA269: "Phoenix Inverter 12V 800VA 120V",
        0xA26A: "Phoenix Inverter 24V 800VA 120V",
        0xA26C: "Phoenix Inverter 48V 800VA 120V",
        0xA271: "Phoenix Inverter 12V 1200VA 230V",
        0xA272: "Phoenix Inverter 24V 1200VA 230V",
        0xA274: "Phoenix Inverter 48V 1200VA 230V",
        0xA279: "Phoenix Inverter 12V 1200VA 120V",
        0xA27A: "Phoenix Inverter 24V 1200VA 120V",
        0xA27C: "Phoenix Inverter 48V 1200VA 120V",
        0xA281: "Phoenix Inverter 12V 1600VA 230V",
        0xA282: "Phoenix Inverter 24V 1600VA 230V",
        0xA284: "Phoenix Inverter 48V 1600VA 230V",
        0xA291: "Phoenix Inverter 12V 2000VA 230V",
        0xA292: "Phoenix Inverter 24V 2000VA 230V",
        0xA294: "Phoenix Inverter 48V 2000VA 230V",
        0xA2A1: "Phoenix Inverter 12V 3000VA 230V",
        0xA2A2: "Phoenix Inverter 24V 3000VA 230V",
        0xA2A4: "Phoenix Inverter 48V 3000VA 230V",
        0xA2B1: "Phoenix Inverter Smart 12V 5000VA 230V 64k",
        0xA2B2: "Phoenix Inverter Smart 24V 5000VA 230V 64k",
        0xA2B4: "Phoenix Inverter Smart 48V 5000VA 230V 64k",
        0xA2E1: "Phoenix Inverter 12V 800VA 230V 64k HS",
        0xA2E2: "Phoenix Inverter 24V 800VA 230V 64k HS",
        0xA2E4: "Phoenix Inverter 48V 800VA 230V 64k HS",
        0xA2E9: "Phoenix Inverter 12V 800VA 120V 64k HS",
        0xA2EA: "Phoenix Inverter 24V 800VA 120V 64k HS",
        0xA2EC: "Phoenix Inverter 48V 800VA 120V 64k HS",
        0xA2F1: "Phoenix Inverter 12V 1200VA 230V 64k HS",
        0xA2F2: "Phoenix Inverter 24V 1200VA 230V 64k HS",
        0xA2F4: "Phoenix Inverter 48V 1200VA 230V 64k HS",
        0xA2F9: "Phoenix Inverter 12V 1200VA 120V",
        0xA2FA: "Phoenix Inverter 24V 1200VA 120V 64k HS",
        0xA2FC: "Phoenix Inverter 48V 1200VA 120V 64k HS",
    },
    Family.AC_CHARGER: {
        0xA30A: "Blue Smart IP65 Charger 12/25",
        0xA332: "Blue Smart IP22 Charger 24/8",
        0xA334: "Blue Smart IP22 Charger 24/12",
        0xA336: "Blue Smart IP22 Charger 24/16",
        0xA340: "Phoenix Smart IP43 Charger 12/50 (1+1)",
        0xA341: "Phoenix Smart IP43 Charger 12/50 (3)",
        0xA342: "Phoenix Smart IP43 Charger 24/25 (1+1)",
        0xA343: "Phoenix Smart IP43 Charger 24/25 (3)",
        0xA344: "Phoenix Smart IP43 Charger 12/30 (1+1)",
        0xA345: "Phoenix Smart IP43 Charger 12/30 (3)",
        0xA346: "Phoenix Smart IP43 Charger 24/16 (1+1)",
        0xA347: "Phoenix Smart IP43 Charger 24/16 (3)",
    },
    Family.DCDC: {
        0xA3F0: "Orion XS 12/12-50A",
        0xA3F1: "Orion XS 1400",
    },
    Family.MULTI_RS: {
        0xA402: "RS Inverter Smart 48/6000",
        0xA442: "Multi RS Solar 48V 6000VA 230V",
    },
}

PRODUCTS: Final[Mapping[int, Product]] = MappingProxyType(
    {
        number: Product(name=name, family=family)
        for family, names in _NAMES.items()
        for number, name in names.items()
    }
)

_RANGES: Final = (
    (range(0x0200, 0x0206), Family.BMV),
    (range(0x0300, 0x0301), Family.MPPT),
    (range(0xA040, 0xA200), Family.MPPT),
    (range(0xA200, 0xA300), Family.INVERTER),
    (range(0xA300, 0xA350), Family.AC_CHARGER),
    (range(0xA380, 0xA390), Family.BMV),
    (range(0xA3F0, 0xA400), Family.DCDC),
    (range(0xA400, 0xA500), Family.MULTI_RS),
    (range(0xC030, 0xC040), Family.BMV),
)
"""Where products are that the table does not know yet."""

_LABELS: Final = (
    (Family.MULTI_RS, frozenset({"AC_OUT_V", "PPV"})),
    (Family.MULTI_RS, frozenset({"AC_OUT_V", "H19"})),
    (Family.INVERTER, frozenset({"AC_OUT_V"})),
    (Family.MPPT, frozenset({"PPV"})),
    (Family.MPPT, frozenset({"H19"})),
    (Family.DCDC, frozenset({"DC_IN_V"})),
    (Family.BMV, frozenset({"SOC"})),
    (Family.BMV, frozenset({"H1"})),
)
"""Labels that only one family sends, the more telling ones first."""


def product(number: int) -> Product | None:
    """Return the product of an id, None if it is not known."""
    return PRODUCTS.get(number)


def family_of(fields: Mapping[str, str]) -> Family | None:
    """Return the family of a device from the labels and values of its blocks.

    A known product id decides, then labels that only one family sends, then the range
    in which the id lies. None if nothing tells.
    """
    try:
        number = int(fields.get("PID", ""), 16)
    except ValueError:
        number = -1
    known = PRODUCTS.get(number)
    if known is not None:
        return known.family
    for family, labels in _LABELS:
        if labels <= fields.keys():
            return family
    return next((family for ids, family in _RANGES if number in ids), None)
