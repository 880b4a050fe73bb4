"""The information page of an adapter on the network."""

import pytest

from custom_components.energy_manager.engine.vbus.device_information import (
    DeviceInformation,
)

PAGE = """vendor = "RESOL"
product = "DL3"
serial = "001E66A1B2C3"
version = "2.2.0"
build = "201402141213"
name = "Heizungskeller"
features = "vbus,dl2, DL3"
"""


def test_a_page_is_read() -> None:
    """Lines of a word, an equals sign and a quoted text."""
    assert DeviceInformation.parse(PAGE) == DeviceInformation(
        product="DL3",
        serial="001E66A1B2C3",
        version="2.2.0",
        name="Heizungskeller",
        features=frozenset({"vbus", "dl2", "dl3"}),
    )


def test_lines_may_be_missing_or_written_otherwise() -> None:
    """Spaces, case, separators and the order of lines do not count."""
    information = DeviceInformation.parse(
        'features=""\r\nSerial="00:1e:66:a1:b2:c3"\r\nodd line\r\nname = "x"'
    )
    assert information == DeviceInformation(serial="001E66A1B2C3", name="x")


@pytest.mark.parametrize(
    "text", ["", "<html><head><title>Login</title></html>", 'vendor = "RESOL"', '= ""']
)
def test_another_page_is_none(text: str) -> None:
    """A page for people says neither product nor serial number."""
    assert DeviceInformation.parse(text) is None


@pytest.mark.parametrize(
    ("product", "access"),
    [
        ("KM2", "web_service"),
        ("DL2Plus", "web_service"),
        ("DL2 Plus", "web_service"),
        ("DL3", "channels"),
        ("DL2", "stream"),
        ("VBus/LAN", "stream"),
        ("KM1", "stream"),
        ("", "stream"),
    ],
)
def test_the_product_says_how_to_read_it(product: str, access: str) -> None:
    """Gateways without a raw stream speak JSON; a DL3 has several streams."""
    assert DeviceInformation(product=product).access == access
