"""Labels, codes and products mean what the documents and Home Assistant say."""

import csv
from pathlib import Path

from hypothesis import given, strategies as st
import pytest

from custom_components.energy_manager.engine.vedirect import (
    LABELS,
    Family,
    Kind,
    Product,
    Value,
    family_of,
    firmware_version,
    product,
    readings,
)
from custom_components.energy_manager.engine.vedirect.enumerations import ERRORS, STATES
from custom_components.energy_manager.engine.vedirect.labels import parse_number

PRODUCT_TABLE = Path(__file__).parents[4] / "shared" / "facts" / "vedirect-pids.csv"

CHARGER = {
    "PID": "0xA053",
    "FW": "163",
    "SER#": "HQ2144VVVT4",
    "V": "13260",
    "I": "-1830",
    "VPV": "33650",
    "PPV": "26",
    "CS": "3",
    "MPPT": "2",
    "OR": "0x00000000",
    "ERR": "0",
    "LOAD": "ON",
    "IL": "100",
    "H19": "2552",
    "H20": "30",
    "H21": "34",
    "HSDS": "50",
}


def values(fields: dict[str, str]) -> dict[str, float | str | None]:
    """Return the values by key."""
    return {key: value.value for key, value in readings(fields.items()).items()}


def test_values_of_a_charger() -> None:
    """Numbers come in common units, exactly; codes come as keys."""
    assert values(CHARGER) == {
        "product_id": "0xA053",
        "firmware": "163",
        "serial_number": "HQ2144VVVT4",
        "battery_voltage": 13.26,
        "battery_current": -1.83,
        "panel_voltage": 33.65,
        "solar_power": 26,
        "charge_state": "bulk",
        "tracker_mode": "tracking",
        "off_reason": "no_reason",
        "charger_error": "no_error",
        "load_state": True,
        "external_device_load": 0.1,
        "yield_total": 25.52,
        "yield_today": 0.3,
        "max_power_today": 34,
        "day_number": 50,
    }
    voltage = readings(CHARGER.items())["battery_voltage"]
    assert voltage == Value(
        label="V",
        key="battery_voltage",
        kind=Kind.MEASUREMENT,
        unit="V",
        value=13.26,
    )


def test_values_of_a_monitor() -> None:
    """A monitor's voltage is the battery's; minus one minute is no time."""
    fields = {"PID": "0xA389", "V": "12865", "I": "0", "SOC": "837", "TTG": "-1"}
    fields |= {"Alarm": "On", "Relay": "off", "AR": "5", "CE": "-32600", "T": "18"}
    assert values(fields) == {
        "product_id": "0xA389",
        "voltage": 12.865,
        "current": 0,
        "state_of_charge": 83.7,
        "remaining_minutes": None,
        "alarm_condition": True,
        "relay_state": False,
        "alarm": "low_voltage",
        "consumed_ampere_hours": -32.6,
        "temperature": 18,
    }
    alarm = readings(fields.items())["alarm"]
    assert (alarm.number, alarm.active) == (5, ("low_voltage", "low_soc"))
    history = values({"H6": "-2316635", "H17": "6066", "H18": "6117", "H1": "-96470"})
    assert history == {
        "charge_drawn": -2316.635,
        "discharged_energy": 60.66,
        "charged_energy": 61.17,
        "deepest_discharge": -96.47,
    }


def test_values_of_an_inverter() -> None:
    """The inverter's state is the device's."""
    fields = {"PID": "0xA2F1", "MODE": "5", "CS": "1", "AC_OUT_V": "23007"}
    fields |= {"AC_OUT_I": "-1", "AC_OUT_S": "38", "V": "13232", "OR": "0x00000004"}
    fields |= {"AR": "256", "WARN": "0"}
    assert values(fields) == {
        "product_id": "0xA2F1",
        "device_mode": "eco",
        "device_state": "low_power",
        "ac_voltage": 230.07,
        "ac_current": -0.1,
        "ac_apparent_power": 38,
        "battery_voltage": 13.232,
        "off_reason": "switched_off_register",
        "alarm": "overload",
        "warning": "no_alarm",
    }


def test_unknown_is_unknown() -> None:
    """`---` is no value, for every label."""
    for label in LABELS:
        (value,) = readings({label: "---"}.items()).values()
        assert (value.value, value.number, value.active) == (None, None, ())


@pytest.mark.parametrize("text", ["", "12x", "0x", "1e5", "９", "nan", "- 1"])
def test_nonsense_is_unknown(text: str) -> None:
    """What is not a number is not made one."""
    for label in LABELS:
        (value,) = readings({label: text}.items()).values()
        assert value.value is None or (value.kind is Kind.TEXT and value.value == text)


def test_unknown_codes_keep_their_number() -> None:
    """A newer firmware's code is not guessed."""
    values = readings({"CS": "77", "ERR": "68", "AR": "16385", "WARN": "16384"}.items())
    assert (values["device_state"].value, values["device_state"].number) == (None, 77)
    assert (values["charger_error"].value, values["charger_error"].number) == (
        "network",
        68,
    )
    assert (values["alarm"].value, values["alarm"].number) == ("low_voltage", 16385)
    assert (values["warning"].value, values["warning"].number) == (None, 16384)


def test_bits_are_not_negative() -> None:
    """A sign before a bit field is damage."""
    assert readings({"AR": "-1"}.items())["alarm"].value is None


def test_unknown_labels_are_left_out() -> None:
    """Newer labels do no harm."""
    assert values({"XYZ": "1", "PPV": "5"}) == {"solar_power": 5}


def test_codes_that_others_mix_up() -> None:
    """These are shifted by one in a large project, and no fault here."""
    assert (ERRORS[67], ERRORS[68], ERRORS[118]) == ("bms", "network", "hardware")
    assert STATES[247] == "recondition"


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("-7", -7), ("+7", 7), ("0x10", 16), ("0XfF", 255), ("007", 7)],
)
def test_numbers(text: str, number: int) -> None:
    """Decimal and hexadecimal numbers are understood."""
    assert parse_number(text) == number


@given(st.dictionaries(st.sampled_from(sorted(LABELS)), st.text(max_size=64)))
def test_no_text_raises(fields: dict[str, str]) -> None:
    """Whatever a block carries, there are values, and none is not a number."""
    for value in readings(fields.items()).values():
        assert value.value == value.value


@given(st.integers(-(10**9), 10**9))
def test_scaling_is_exact(raw: int) -> None:
    """The value reads as the raw number with a point in it."""
    value = readings({"V": str(raw)}.items())["battery_voltage"].value
    assert value == float(f"{raw}e-3")


@pytest.mark.parametrize(
    ("label", "text", "version"),
    [
        ("FW", "161", "1.61"),
        ("FW", "0403", "4.03"),
        ("FW", "C208", "2.08 candidate C"),
        ("FW", "12", None),
        ("FW", "0342FF", None),
        ("FWE", "0342FF", "3.42"),
        ("FWE", "316FF", "3.16"),
        ("FWE", "020801", "2.08 beta 1"),
        ("FWE", "0403", None),
        ("FWE", "---", None),
    ],
)
def test_firmware_versions(label: str, text: str, version: str | None) -> None:
    """Versions are written as people know them."""
    assert firmware_version(label, text) == version


def test_products() -> None:
    """Products have a name and a family."""
    assert product(0xA2F1) == Product(
        name="Phoenix Inverter 12V 1200VA 230V 64k HS", family=Family.INVERTER
    )
    assert product(0xFFFF) is None


@pytest.mark.skipif(
    not PRODUCT_TABLE.exists(),
    reason="the table of products (../shared/facts) is not here",
)
def test_all_products_are_there() -> None:
    """No product of the documents is missing or of another family."""
    with PRODUCT_TABLE.open(encoding="utf-8") as table:
        for row in csv.DictReader(table):
            known = product(int(row["pid"], 16))
            assert known is not None
            assert known.family == row["family"]


@pytest.mark.parametrize(
    ("fields", "family"),
    [
        ({"PID": "0xA06C"}, Family.MPPT),
        ({"PID": "0x204", "V": "1"}, Family.BMV),
        ({"PID": "0xA0FF", "V": "1"}, Family.MPPT),
        ({"PID": "0xA2FF"}, Family.INVERTER),
        ({"PID": "0xBEEF", "PPV": "1"}, Family.MPPT),
        ({"PID": "0xBEEF", "SOC": "1"}, Family.BMV),
        ({"PID": "0xBEEF", "AC_OUT_V": "1"}, Family.INVERTER),
        ({"PID": "0xBEEF", "AC_OUT_V": "1", "H19": "1"}, Family.MULTI_RS),
        ({"PID": "0xBEEF", "DC_IN_V": "1"}, Family.DCDC),
        ({"ERR": "0", "H19": "1"}, Family.MPPT),
        ({"H1": "0"}, Family.BMV),
        ({"PID": "0xBEEF", "V": "1"}, None),
        ({"PID": "nonsense"}, None),
        ({}, None),
    ],
)
def test_families(fields: dict[str, str], family: Family | None) -> None:
    """The product decides, then telling labels, then the range of the id."""
    assert family_of(fields) == family
