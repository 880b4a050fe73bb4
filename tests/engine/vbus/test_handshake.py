"""The words before the raw bytes, from both ends."""

import pytest

from custom_components.energy_manager.engine.vbus import Handshake
from custom_components.energy_manager.engine.vbus.emulation import Adapter


def talk(handshake: Handshake, adapter: Adapter) -> None:
    """Let both ends talk until one is finished."""
    to_client = adapter.feed(b"")
    while to_client and not handshake.done:
        to_client = adapter.feed(handshake.feed(to_client))


def test_login() -> None:
    """The right password opens the stream at both ends."""
    handshake, adapter = Handshake("vbus"), Adapter("vbus")
    talk(handshake, adapter)
    assert handshake.done
    assert handshake.error is None
    assert adapter.streaming
    assert handshake.feed(b"\xaa") == b""


def test_wrong_password() -> None:
    """A wrong password is told apart, and the client says goodbye."""
    handshake, adapter = Handshake("wrong"), Adapter("vbus")
    talk(handshake, adapter)
    assert handshake.error == "auth"
    assert not handshake.done
    assert adapter.closed
    assert not adapter.streaming


@pytest.mark.parametrize("end", [b"\r\n", b"\r", b"\n"])
@pytest.mark.parametrize("chunk", [1, 3, 1000])
def test_line_ends_and_bytes_behind_them(end: bytes, chunk: int) -> None:
    """Any line end will do, and raw bytes in the same segment are kept."""
    handshake = Handshake("secret", channel=2)
    sent = []
    for line in (b"+HELLO", b"+OK", b"*1:solar" + end + b"+OK", b"+OK"):
        data = line + end
        for at in range(0, len(data), chunk):
            answer = handshake.feed(data[at : at + chunk])
            if answer:
                sent.append(answer)
    assert sent == [b"PASS secret\r\n", b"CHANNEL 2\r\n", b"DATA\r\n"]
    assert handshake.done

    handshake = Handshake("secret")
    handshake.feed(b"+HELLO" + end)
    handshake.feed(b"+OK" + end)
    assert handshake.feed(b"+OK" + end + b"\xaa\x10") == b""
    assert handshake.rest == b"\xaa\x10"


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ([b"-ERROR"], "refused"),
        ([b"+OK"], "refused"),
        ([b"+HELLO", b"-ERROR: Password incorrect"], "auth"),
        ([b"+HELLO", b"+OK", b"-ERROR: busy"], "refused"),
    ],
)
def test_refusals(lines: list[bytes], error: str) -> None:
    """Whatever is refused ends the talk with a goodbye."""
    handshake = Handshake("vbus")
    answers = [handshake.feed(line + b"\r\n") for line in lines]
    assert answers[-1] == b"QUIT\r\n"
    assert handshake.error == error
    assert handshake.feed(b"+OK\r\n") == b""


def test_the_refused_command_is_told() -> None:
    """A channel that is not there is another matter than a busy device."""
    handshake = Handshake("vbus", channel=6)
    for line in (b"+HELLO\n", b"+OK\n", b"-ERROR: Channel out of range\n"):
        handshake.feed(line)
    assert (handshake.error, handshake.refused) == ("refused", "CHANNEL")
    handshake = Handshake("wrong")
    handshake.feed(b"+HELLO\r-ERROR\r")
    assert (handshake.error, handshake.refused) == ("auth", "PASS")


@pytest.mark.parametrize("chunk", [1, 5, 1000])
def test_channels_are_listed_by_name(chunk: int) -> None:
    """The talk ends with the list; a name may hold anything but a line end."""
    handshake = Handshake("vbus", lists_channels=True)
    lines = "+HELLO\r\n+OK\r\n*1:Haus: oben\r\n*3: Pool\r\n*x\r\n*2:\r\n+OK\r\n"
    sent = b""
    data = lines.encode()
    for at in range(0, len(data), chunk):
        sent += handshake.feed(data[at : at + chunk])
    assert sent == b"PASS vbus\r\nCHANNELLIST\r\nQUIT\r\n"
    assert handshake.done
    assert handshake.channels == {1: "Haus: oben", 3: "Pool", 2: ""}


def test_a_device_with_one_bus_lists_nothing() -> None:
    """It does not know the command, which is no failure."""
    handshake = Handshake("vbus", lists_channels=True)
    talk(handshake, Adapter("vbus"))
    assert handshake.done
    assert handshake.channels == {}
    handshake = Handshake("vbus", lists_channels=True)
    talk(handshake, Adapter("vbus", channels={1: "Haus", 4: "Schwimmbad"}))
    assert handshake.channels == {1: "Haus", 4: "Schwimmbad"}
    handshake = Handshake("vbus", lists_channels=True)
    handshake.feed(b"+HELLO\r\n+OK\r\n*4:Caf\xe9\r\n+OK\r\n")
    assert handshake.channels == {4: "Caf\ufffd"}


@pytest.mark.parametrize("channel", [1, 6])
def test_a_channel_is_chosen(channel: int) -> None:
    """The stream of one input of a data logger."""
    handshake = Handshake("vbus", channel=channel)
    adapter = Adapter("vbus", channels={1: "Haus", 6: "Pool"})
    talk(handshake, adapter)
    assert handshake.done
    assert adapter.channel == channel


def test_a_device_that_speaks_something_else() -> None:
    """Endless lines and endless words without a line end are given up."""
    handshake = Handshake("vbus")
    handshake.feed(b"HTTP/1.1 400 Bad Request\r\n" * 100)
    assert handshake.error == "refused"
    handshake = Handshake("vbus")
    handshake.feed(bytes(2000))
    assert handshake.error == "refused"


@pytest.mark.parametrize("chunk", [1, 100, 5000])
def test_a_line_that_is_too_long(chunk: int) -> None:
    """It is given up with a goodbye, in whatever pieces it comes."""
    data = b"+HELLO" + bytes(2000) + b"\r\n"
    handshake = Handshake("vbus")
    sent = b""
    for at in range(0, len(data), chunk):
        sent += handshake.feed(data[at : at + chunk])
    assert handshake.error == "refused"
    assert sent == b"QUIT\r\n"


def test_a_password_of_two_lines_is_not_sent() -> None:
    """It would be a command of its own."""
    handshake = Handshake("vbus\r\nQUIT")
    assert handshake.error == "auth"
    assert handshake.feed(b"+HELLO\r\n") == b""


def test_adapter_refuses_what_it_does_not_know() -> None:
    """No data before the password, no foreign commands, no endless lines."""
    adapter = Adapter("vbus")
    assert adapter.feed(b"") == b"+HELLO\r\n"
    assert adapter.feed(b"DATA\r\n").startswith(b"-ERROR")
    assert adapter.feed(b"CONNECT x\r\n").startswith(b"-ERROR")
    assert adapter.feed(b"\r\n") == b""
    assert adapter.feed(b"PASS vbus\r\nDATA\r\n\xaa\x10").count(b"+OK") == 2
    assert adapter.streaming
    assert adapter.rest == b"\xaa\x10"

    adapter = Adapter("vbus")
    assert adapter.feed(b"QUIT\r\n").endswith(b"+OK\r\n")
    assert adapter.closed

    adapter = Adapter("vbus")
    adapter.feed(bytes(2000))
    assert adapter.closed
