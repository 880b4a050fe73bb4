"""Fields as people read them."""

from decimal import Decimal

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.energy_manager.engine.vbus import FieldType, Specification
from custom_components.energy_manager.engine.vbus.text import texts

from .test_specification import PAYLOAD, builder, template_of

NUMBER = FieldType.NUMBER


@pytest.mark.parametrize(
    ("precision", "unit", "raw", "english", "german"),
    [
        (0, "%", 100, "100%", "100%"),
        (0, " l/h", -5, "-5 l/h", "-5 l/h"),
        (1, " °C", 215, "21.5 °C", "21,5 °C"),
        (1, " °C", 0, "0.0 °C", "0,0 °C"),
        (1, " °C", -5, "-0.5 °C", "-0,5 °C"),
        (1, " °C", 8888, "888.8 °C", "888,8 °C"),
        (3, " Ω", 1_011_487, "1011.487 Ω", "1011,487 Ω"),
        (2, "", 107, "1.07", "1,07"),
        (6, " kW", -1, "-0.000001 kW", "-0,000001 kW"),
        # More digits than a float has.
        (0, " Wh", (1 << 64) - 1, "18446744073709551615 Wh", "18446744073709551615 Wh"),
        (3, " kWh", (1 << 63) - 1, "9223372036854775.807 kWh", "9223372036854775,807 kWh"),
        (0, " Wh", None, "", ""),
    ],
)  # fmt: skip
def test_numbers(
    precision: int, unit: str, raw: int | None, english: str, german: str
) -> None:
    """Numbers have the decimals that the specification tells, and its unit."""
    assert texts(NUMBER, precision, unit, "en")[raw] == english
    assert texts(NUMBER, precision, unit, "de")[raw] == german
    assert texts(NUMBER, precision, unit, "fr")[raw] == german


@pytest.mark.parametrize(
    ("kind", "raw", "english", "german", "french"),
    [
        (FieldType.TIME, 946, "15:46", "15:46", "15:46"),
        (FieldType.TIME, 1440, "00:00", "00:00", "00:00"),
        (FieldType.TIME, -1, "23:59", "23:59", "23:59"),
        (FieldType.WEEKTIME, 0, "Mo,00:00", "Mo,00:00", "lu,00:00"),
        (FieldType.WEEKTIME, 2 * 1440 - 1, "Tu,23:59", "Di,23:59", "ma,23:59"),
        (FieldType.WEEKTIME, 6 * 1440 + 61, "Su,01:01", "So,01:01", "di,01:01"),
        (FieldType.WEEKTIME, 7 * 1440, "Mo,00:00", "Mo,00:00", "lu,00:00"),
        (FieldType.DATETIME, 482_093_833, "04/11/2016 18:57:13", "11.04.2016 18:57:13",
         "11/04/2016 18:57:13"),
        (FieldType.DATETIME, -1, "12/31/2000 23:59:59", "31.12.2000 23:59:59",
         "31/12/2000 23:59:59"),
        # No year has it; a damaged number must not stop anything.
        (FieldType.DATETIME, 1 << 62, str(1 << 62), str(1 << 62), str(1 << 62)),
    ],
)  # fmt: skip
def test_clocks(
    kind: FieldType, raw: int, english: str, german: str, french: str
) -> None:
    """Times and dates are written as the language does."""
    found = [texts(kind, 0, "", language)[raw] for language in ("en", "de", "fr")]
    assert found == [english, german, french]


def test_other_languages_are_written_as_english() -> None:
    """The specification knows three languages."""
    assert texts(NUMBER, 1, " °C", "nl")[215] == "21.5 °C"
    assert texts(FieldType.DATETIME, 0, "", "nl")[0] == "01/01/2001 00:00:00"


def test_a_whole_packet() -> None:
    """All fields at once give what they give one by one; what is missing is empty."""
    template = template_of(Specification.from_vsf(builder().build()), 0x0010, 0x7112)
    assert template.texts(template.raws(PAYLOAD[:12]), "de") == (
        "-12,3 °C", "55%", "1", "-108", "90", "31.12.2000 23:59:53", "", "", "", "133",
    )  # fmt: skip
    raws = template.raws(PAYLOAD)
    for language in ("en", "de", "fr"):
        assert template.texts(raws, language) == tuple(
            field.text(raw, language)
            for field, raw in zip(template.fields, raws, strict=True)
        )


def test_memory_is_bounded() -> None:
    """A counter that never stands still does not fill the memory."""
    counter = texts(NUMBER, 0, " Wh", "en")
    for raw in range(100_000):
        assert counter[raw] == f"{raw} Wh"
    assert len(counter) <= 4096


@settings(deadline=None)
@given(st.integers(), st.integers(0, 18))
def test_numbers_are_exact(raw: int, precision: int) -> None:
    """The text is the number itself, however long it is."""
    text = texts(NUMBER, precision, "", "en")[raw]
    assert int(text.replace(".", "")) == raw
    assert Decimal(text).as_tuple().exponent == -precision
