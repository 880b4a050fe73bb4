"""Requests and replies as they are on the wire."""

from hypothesis import given, strategies as st
import pytest

from custom_components.energy_manager.engine.errors import ProtocolError
from custom_components.energy_manager.engine.vbus import (
    Action,
    Datagram,
    Decoder,
    Packet,
    Reply,
    encode,
    exchange,
    id_hash,
    refusal_of,
    reply_to,
    request_of,
)

MX = 0x7E11
HASH = id_hash("Relais_Regler_R1_Handbetrieb")

ACTIONS: list[tuple[Action, int, int, int, tuple[int, ...]]] = [
    ("read", 0, 0, 0x0300, (0x0100,)),
    ("read", 1977, 0, 0x0300, (0x0100,)),
    ("read", 0x12_0007, 0, 0x0312, (0x0112,)),
    ("read", 0x7F_FFFF, 0, 0x037F, (0x017F,)),
    ("write", 1977, 2, 0x0200, (0x0100,)),
    ("write", 0x01_8001, -5, 0x0201, (0x0101,)),
    ("write_permanently", 1977, 2, 0x0400, (0x0100,)),
    ("write_permanently", 0x03_0000, 2, 0x0403, (0x0103,)),
    ("hash_of_index", 1977, 0, 0x1000, (0x0100,)),
    ("hash_of_index", 0x02_0001, 0, 0x1002, (0x0102,)),
    ("index_of_hash", 0, HASH, 0x1100, (0x1101, 0x0100)),
    ("capabilities", 0, 0, 0x1300, (0x1301,)),
    ("begin_bulk", 0, 30, 0x1400, (0x1401,)),
    ("commit_bulk", 0, 0, 0x1402, (0x1403,)),
    ("roll_back_bulk", 0, 0, 0x1404, (0x1405,)),
    ("write_bulk", 1977, 2, 0x1500, (0x1600,)),
    ("write_bulk", 0x05_0002, -1, 0x1505, (0x1605,)),
    ("ping", 0x1234, -0x12345678, 0x1700, (0x1701,)),
    ("storage_activity", 0, 0, 0x1702, (0x1703,)),
]


def wire(line: str) -> Datagram:
    """Return the datagram in a line of hexadecimal digits."""
    decoder = Decoder()
    (frame,) = decoder.feed(bytes.fromhex(line))
    assert isinstance(frame, Datagram)
    return frame


@pytest.mark.parametrize(("action", "index", "value", "command", "replies"), ACTIONS)
def test_actions(
    action: Action, index: int, value: int, command: int, replies: tuple[int, ...]
) -> None:
    """Each action has its command; only the right replies are taken."""
    asked = exchange(action, MX, index, value)
    low = index & 0xFFFF
    assert asked.request == Datagram(MX, 0x0020, command, low, value)
    request = request_of(asked.request)
    assert request is not None
    assert (request.action, request.index, request.value) == (action, index, value)
    for reply in replies:
        good = Datagram(0x0020, MX, reply, low, value)
        assert asked.reply(good) == Reply(index=index, value=value)
        assert asked.reply(Datagram(0x0020, 0x7112, reply, low, value)) is None
        assert asked.reply(Datagram(0x0050, MX, reply, low, value)) is None
    for other in (0x0100, 0x0101, 0x0200, 0x1101, 0x1601, 0x4200, 0x0500):
        if other not in replies and other != command | 0x4000:
            assert asked.reply(Datagram(0x0020, MX, other, low, value)) is None
    assert asked.reply(Packet(0x0020, MX, replies[0], b"")) is None
    assert reply_to(asked.request, value=value).command == replies[0]
    assert reply_to(asked.request, newer=False).command == replies[-1]
    assert asked.reply(reply_to(asked.request, value=value)) == Reply(
        index=index, value=value
    )
    assert asked.reply(refusal_of(asked.request)) == Reply(
        index=index, value=0, refused=True
    )


@pytest.mark.parametrize(("action", "index", "value", "command", "replies"), ACTIONS)
def test_replies_to_other_requests(
    action: Action, index: int, value: int, command: int, replies: tuple[int, ...]
) -> None:
    """What must be repeated is compared: the index, the value or both."""
    asked = exchange(action, MX, index, value)
    low = index & 0xFFFF
    other_index = asked.reply(Datagram(0x0020, MX, replies[0], low ^ 1, value))
    other_value = asked.reply(Datagram(0x0020, MX, replies[0], low, value ^ 1))
    by_index = action in {
        "read", "write", "write_permanently", "hash_of_index", "write_bulk", "ping",
    }  # fmt: skip
    assert (other_index is None) is by_index
    assert (other_value is None) is (action in {"index_of_hash", "ping"})
    refused = Datagram(0x0020, MX, refusal_of(asked.request).command, low ^ 1, 0)
    assert (asked.reply(refused) is None) is (by_index or action == "index_of_hash")
    assert command == asked.request.command


def test_known_session() -> None:
    """The bytes of a real session with a DeltaSol MX 2.08."""
    read = exchange("read", MX)
    assert encode(read.request).hex().upper() == "AA117E2000200003000000000000002D"
    reply = read.reply(wire("AA2000117E20000100003C5A34270C32"))
    assert reply == Reply(index=0, value=0x2734DABC)
    found = exchange("index_of_hash", MX, value=HASH)
    assert encode(found.request).hex().upper() == "AA117E20002000110000196A042D1853"
    reply = found.reply(wire("AA2000117E2001113907196A042D1911"))
    assert reply == Reply(index=1977, value=HASH)
    write = exchange("write", MX, 1977, 2)
    assert encode(write.request).hex().upper() == "AA117E2000200002390702000000016B"
    reply = write.reply(wire("AA2000117E200001390702000000016C"))
    assert reply == Reply(index=1977, value=2)
    release = exchange("release", MX)
    assert encode(release.request).hex().upper() == "AA117E2000200006000000000000002A"


def test_writes_report_the_value_that_the_controller_has() -> None:
    """Another value than the one written is a reply too."""
    asked = exchange("write", MX, 1977, 2)
    assert asked.reply(Datagram(0x0020, MX, 0x0100, 1977, 1)) == Reply(
        index=1977, value=1
    )


def test_look_up_without_success() -> None:
    """Index 0 tells that there is no such name; older controllers use 0x0100."""
    asked = exchange("index_of_hash", MX, value=HASH)
    for command in (0x1101, 0x0100):
        answer = Datagram(0x0020, MX, command, 0, HASH)
        assert asked.reply(answer) == Reply(index=0, value=HASH)


def test_refusals_with_a_sub_index() -> None:
    """The refusal of a read carries the upper bits of the index too."""
    asked = exchange("read", MX, 0x12_0007)
    refused = Datagram(0x0020, MX, 0x4312, 7, 0)
    assert refusal_of(asked.request) == refused
    assert asked.reply(refused) == Reply(index=0x12_0007, value=0, refused=True)
    assert asked.reply(Datagram(0x0020, MX, 0x4300, 7, 0)) is None


def test_what_cannot_be_asked() -> None:
    """An index that does not fit, and datagrams that ask nothing."""
    for action, index in (("read", 0x80_0000), ("read", -1), ("ping", 0x1_0000)):
        with pytest.raises(ProtocolError):
            exchange(action, MX, index)  # type: ignore[arg-type]
    for command in (0x0500, 0x0900, 0x0100, 0x1101, 0x4300, 0x1701, 0x1405):
        datagram = Datagram(MX, 0x0020, command, 0, 0)
        assert request_of(datagram) is None
        with pytest.raises(ProtocolError):
            reply_to(datagram)
    with pytest.raises(ProtocolError):
        reply_to(exchange("release", MX).request)


@given(
    st.integers(0, 0x7F_FFFF),
    st.integers(-(1 << 31), (1 << 31) - 1),
    st.sampled_from(["read", "write", "hash_of_index", "write_bulk"]),
)
def test_over_the_wire(index: int, value: int, action: Action) -> None:
    """Every index and value survives both ways."""
    asked = exchange(action, MX, index, value)
    decoder = Decoder()
    (heard,) = decoder.feed(encode(asked.request))
    assert isinstance(heard, Datagram)
    assert heard == asked.request
    (answer,) = decoder.feed(encode(reply_to(heard, value=value)))
    assert asked.reply(answer) == Reply(index=index, value=value)
