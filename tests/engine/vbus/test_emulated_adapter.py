"""The server's side of the words before the raw bytes."""

import pytest

from custom_components.energy_manager.engine.vbus.emulation import Adapter

CHANNELS = {1: "Solar", 2: "Heizung", 6: "Ferienhaus"}


def logged_in(channels: dict[int, str] | None = None) -> Adapter:
    """Return an adapter that heard the right password."""
    adapter = Adapter("vbus", channels)
    assert adapter.feed(b"") == b"+HELLO\r\n"
    assert adapter.feed(b"PASS vbus\r\n").startswith(b"+OK")
    return adapter


def test_channels_of_a_data_logger() -> None:
    """A DL3 lists its inputs and streams the chosen one."""
    adapter = logged_in(CHANNELS)
    assert adapter.feed(b"CHANNELLIST\r\n") == (
        b"*1:Solar\r\n*2:Heizung\r\n*6:Ferienhaus\r\n+OK\r\n"
    )
    assert adapter.channel == 0
    assert adapter.feed(b"CHANNEL 6\r\n").startswith(b"+OK")
    assert adapter.feed(b"DATA\r\n").startswith(b"+OK")
    assert adapter.streaming
    assert adapter.channel == 6


@pytest.mark.parametrize("wrong", [b"0", b"3", b"7", b"-1", b"x", b"", b"1 2"])
def test_channels_that_are_not_there(wrong: bytes) -> None:
    """They are refused and nothing is chosen."""
    adapter = logged_in(CHANNELS)
    assert adapter.feed(b"CHANNEL " + wrong + b"\r\n").startswith(b"-")
    assert adapter.channel == 0


def test_an_adapter_for_one_bus_has_no_channels() -> None:
    """It answers as to any unknown command."""
    adapter = logged_in()
    for command in (b"CHANNELLIST", b"CHANNEL 1", b"CONNECT d1", b"HELP"):
        assert adapter.feed(command + b"\r\n") == b"-ERROR: Unknown command\r\n"


def test_nothing_before_the_password() -> None:
    """Inputs and data are for those who know it; a wrong one logs out again."""
    adapter = Adapter("vbus", CHANNELS)
    adapter.feed(b"")
    for command in (b"CHANNELLIST", b"CHANNEL 1", b"DATA"):
        assert adapter.feed(command + b"\n") == b"-ERROR: Password required\r\n"
    assert adapter.feed(b"PASS vbus\n").startswith(b"+OK")
    assert adapter.feed(b"PASS other\n").startswith(b"-ERROR")
    assert adapter.feed(b"DATA\n").startswith(b"-ERROR")
    assert not adapter.streaming


@pytest.mark.parametrize("end", [b"\r\n", b"\r", b"\n"])
@pytest.mark.parametrize("chunk", [1, 5, 1000])
def test_line_ends(end: bytes, chunk: int) -> None:
    """CR, LF and both end a line, wherever the segments are cut."""
    adapter = Adapter("vbus", CHANNELS)
    data = end.join((b"pass vbus", b"channel 2", b"data", b""))
    reply = b"".join(
        adapter.feed(data[at : at + chunk]) for at in range(0, len(data), chunk)
    )
    assert reply.count(b"+OK") == 3
    assert adapter.streaming
    assert adapter.channel == 2
    assert adapter.rest == b""
