"""Registers are read and written, whatever comes in between."""

import pytest

from custom_components.energy_manager.engine.errors import InputError
from custom_components.energy_manager.engine.vedirect import (
    Block,
    Decoder,
    Failure,
    Family,
    HexFrame,
    Register,
    Storage,
    Transaction,
    Transactions,
    encode_block,
    encode_hex,
    get_register,
    registers_of,
    set_register,
)
from custom_components.energy_manager.engine.vedirect.emulated_line import Device
from custom_components.energy_manager.engine.vedirect.emulation import (
    BatteryMonitor,
    Charger,
    Inverter,
)
from custom_components.energy_manager.engine.vedirect.frames import NEVER_WRITTEN

MODE = registers_of(Family.INVERTER)[0x0200]
LIMIT = registers_of(Family.MPPT)[0x2015]
NETWORK_MODE = registers_of(Family.MPPT)[0x200E]
STATE = registers_of(None)[0x0201]
SERIAL = registers_of(None)[0x010A]
BLOCK = Block(fields=(("V", "1"),))


def frames(wire: bytes) -> list[HexFrame]:
    """Return the HEX frames of bytes."""
    return [each for each in Decoder().feed(wire) if isinstance(each, HexFrame)]


def frame(wire: bytes) -> HexFrame:
    """Return the only frame of bytes."""
    (only,) = frames(wire)
    return only


def run(transaction: Transaction, device: Device) -> None:
    """Exchange frames with a device until there is nothing to say."""
    wire = transaction.begin(0.0)
    while wire:
        answers = frames(device.feed(wire))
        wire = b"".join(transaction.take(answer, 0.1) for answer in answers)


def test_read() -> None:
    """A question is answered by the same command and register."""
    transaction = Transaction(SERIAL)
    run(transaction, Charger())
    assert transaction.done
    assert transaction.failure is None
    assert transaction.register is SERIAL
    assert transaction.data == b"HQ2345SUN70\x00\x00\x00\x00\x00"


def test_write_is_read_back() -> None:
    """A write is done when reading shows it."""
    inverter = Inverter()
    transaction = Transaction(MODE, 5)
    assert transaction.begin(0.0) == b":80002000546\n"
    answer = frame(inverter.feed(b":80002000546\n"))
    assert transaction.take(answer, 0.1) == get_register(0x0200)
    assert not transaction.done
    assert transaction.take(frame(inverter.feed(get_register(0x0200))), 0.2) == b""
    assert transaction.done
    assert transaction.failure is None
    assert transaction.value == 5
    assert inverter.mode == 5


def test_write_that_does_not_stay() -> None:
    """The value that reading shows is the truth."""
    transaction = Transaction(MODE, 4)
    transaction.begin(0.0)
    transaction.take(frame(set_register(0x0200, b"\x04")), 0.1)
    transaction.take(frame(encode_hex(7, b"\x00\x02\x00\x02")), 0.2)
    assert transaction.failure is Failure.MISMATCH
    assert transaction.value == 2


def test_old_firmware_tells_off_in_its_own_way() -> None:
    """Up to 1.16 a charger that is switched off says 0, not the 4 that was written."""
    charger = Charger(firmware=0x0116)
    registers = registers_of(Family.MPPT)
    run(Transaction(registers[0x0202], 0x02), charger)
    off = Transaction(registers[0x0200], 4)
    run(off, charger)
    assert not charger.on
    assert off.data == b"\x00"
    assert off.failure is None
    on = Transaction(registers[0x0200], 1)
    on.begin(0.0)
    on.take(frame(set_register(0x0200, b"\x01")), 0.1)
    on.take(frame(encode_hex(7, b"\x00\x02\x00\x00")), 0.2)
    assert on.failure is Failure.MISMATCH
    inverter = Transaction(MODE, 4)
    inverter.begin(0.0)
    inverter.take(frame(set_register(0x0200, b"\x04")), 0.1)
    inverter.take(frame(encode_hex(7, b"\x00\x02\x00\x00")), 0.2)
    assert inverter.failure is Failure.MISMATCH


def test_the_length_of_an_answer_is_the_devices() -> None:
    """Devices tell the same number in more bytes than the documents say."""
    transaction = Transaction(LIMIT, 20.0)
    transaction.begin(0.0)
    transaction.take(frame(set_register(0x2015, b"\xc8\x00\x00\x00")), 0.1)
    transaction.take(frame(encode_hex(7, b"\x15\x20\x00\xc8\x00\x00\x00")), 0.2)
    assert transaction.failure is None
    assert transaction.value == 20.0


def test_value_in_units() -> None:
    """Values are in the unit of the register."""
    transaction = Transaction(LIMIT, 20.0)
    assert transaction.begin(0.0) == b":8152000C80050\n"
    charger = Charger()
    run(Transaction(NETWORK_MODE, 0x05), charger)
    run(transaction, charger)
    assert transaction.value == 20.0
    assert charger.current_limit_a == 20.0


def test_value_the_device_does_not_know() -> None:
    """All bits set is no value."""
    transaction = Transaction(LIMIT)
    run(transaction, Charger())
    assert transaction.done
    assert transaction.data == b"\xff\xff"
    assert transaction.value is None


def test_other_frames_are_ignored() -> None:
    """Unasked frames and late answers are not the answer."""
    transaction = Transaction(STATE)
    assert transaction.take(frame(encode_hex(7, b"\x01\x02\x00\x03")), 0.0) == b""
    transaction.begin(0.0)
    for wire in (
        encode_hex(0xA, b"\x01\x02\x00\x04"),
        encode_hex(8, b"\x01\x02\x00\x04"),
        encode_hex(7, b"\x00\x02\x00\x04"),
        encode_hex(5, b"\x16\x41"),
        encode_hex(3, b"\x08"),
        encode_hex(4, b"\x00\x00"),
    ):
        assert transaction.take(frame(wire), 0.1) == b""
        assert not transaction.done
    transaction.take(frame(encode_hex(7, b"\x01\x02\x00\x03")), 0.2)
    assert transaction.value == 3
    assert transaction.take(frame(encode_hex(7, b"\x01\x02\x00\x05")), 0.3) == b""
    assert transaction.value == 3


def test_damaged_question_is_repeated() -> None:
    """`:4AAAAFD` says that the question arrived damaged."""
    transaction = Transaction(STATE)
    transaction.begin(0.0)
    assert transaction.take(frame(b":4AAAAFD\n"), 0.1) == get_register(0x0201)
    assert transaction.next_deadline == 1.1
    transaction.take(frame(b":4AAAAFD\n"), 0.2)
    assert transaction.take(frame(b":4AAAAFD\n"), 0.3) == b""
    assert transaction.failure is Failure.TIMEOUT


def test_silence() -> None:
    """After three tries of a second nobody is there."""
    transaction = Transaction(STATE)
    assert transaction.poll(5.0) == b""
    transaction.begin(0.0)
    assert transaction.poll(0.9) == b""
    assert transaction.poll(1.0) == get_register(0x0201)
    assert transaction.poll(2.0) == get_register(0x0201)
    assert transaction.poll(3.0) == b""
    assert transaction.done
    assert transaction.failure is Failure.TIMEOUT
    assert transaction.value is None
    assert transaction.next_deadline is None


@pytest.mark.parametrize(
    ("flags", "failure"),
    [
        (1, Failure.UNKNOWN_REGISTER),
        (2, Failure.NOT_SUPPORTED),
        (4, Failure.OUT_OF_RANGE),
        (5, Failure.UNKNOWN_REGISTER),
    ],
)
def test_flags(flags: int, failure: Failure) -> None:
    """Flags say why not."""
    transaction = Transaction(MODE, 4)
    transaction.begin(0.0)
    answer = frame(encode_hex(8, b"\x00\x02" + bytes([flags])))
    assert transaction.take(answer, 0.1) == b""
    assert (transaction.failure, transaction.data) == (failure, None)


def test_device_that_does_not_know_the_command() -> None:
    """The oldest monitors cannot do it at all."""
    transaction = Transaction(STATE)
    transaction.begin(0.0)
    transaction.take(frame(encode_hex(3, b"\x07")), 0.1)
    assert transaction.failure is Failure.NOT_SUPPORTED


@pytest.mark.parametrize("number", sorted(NEVER_WRITTEN))
def test_registers_that_are_never_written(number: int) -> None:
    """Not even with a register that allows it."""
    register = Register(
        number=number,
        key="trap",
        size=1,
        storage=Storage.VOLATILE,
        choices=frozenset({1}),
    )
    with pytest.raises(InputError, match="never written"):
        Transaction(register, 1)


@pytest.mark.parametrize(
    ("register", "value", "message"),
    [
        (STATE, 1, "device_state: can only be read"),
        (MODE, 3, "device_mode: one of 2, 4, 5"),
        (LIMIT, -0.1, "charge_current_limit: 0 to 200 A"),
        (LIMIT, 1e9, "charge_current_limit: 0 to 200 A"),
        (LIMIT, float("nan"), "charge_current_limit: 0 to 200 A"),
        (NETWORK_MODE, 0x0D, "network_mode: one of 0, 5"),
        (
            Register(number=1, key="raw", size=1, storage=Storage.VOLATILE),
            1,
            "raw: is not offered for writing",
        ),
        (
            Register(
                number=1,
                key="ratio",
                size=1,
                storage=Storage.VOLATILE,
                minimum=0,
                maximum=5,
            ),
            6,
            "ratio: 0 to 5",
        ),
        (
            Register(
                number=0x200E,
                key="bits",
                size=1,
                storage=Storage.VOLATILE,
                minimum=0,
                maximum=255,
            ),
            9,
            "0x200E: a battery management system is never announced",
        ),
    ],
)
def test_values_that_are_never_written(
    register: Register, value: float, message: str
) -> None:
    """What could harm is refused before a byte is sent."""
    with pytest.raises(InputError) as refused:
        Transaction(register, value)
    assert str(refused.value) == message


def test_registers_of_families() -> None:
    """Families have their own registers beside the common ones."""
    assert 0xEDF0 in registers_of(Family.MPPT)
    assert 0x2200 in registers_of(Family.INVERTER)
    assert 0x1000 in registers_of(Family.BMV)
    assert 0x2200 in registers_of(Family.MULTI_RS)
    assert 0xECEC in registers_of(Family.MPPT_RS)
    assert 0xEDF0 in registers_of(Family.DCDC)
    for family in Family:
        for number, register in registers_of(family).items():
            assert register.number == number
            if number in NEVER_WRITTEN:
                assert register.storage is Storage.NONE


def test_numbers_that_do_not_fit() -> None:
    """What a device measures is told as near as it can be."""
    register = Register(number=1, key="power", size=2, signed=True)
    assert register.encode(1e9) == b"\xfe\x7f"
    assert register.encode(-1e9) == b"\x00\x80"
    assert register.encode(None) == b"\xff\x7f"
    assert register.decode(b"\xff\x7f") is None
    assert register.decode(b"") is None
    assert register.decode(b"\xfe") == -2


def test_one_transaction_at_a_time() -> None:
    """Questions go out behind a text block, the next behind the last answer."""
    port = Transactions()
    first, second = Transaction(STATE), Transaction(MODE, 4)
    assert port.idle
    assert port.next_deadline is None
    assert port.take(BLOCK, 0.0) == b""
    port.add(first, 0.0)
    port.add(second, 0.0)
    assert not port.idle
    assert port.next_deadline == 1.5
    assert port.poll(0.5) == b""
    assert port.take(frame(b":A0102000543\n"), 0.6) == b""
    assert port.take(BLOCK, 0.7) == get_register(0x0201)
    assert port.next_deadline == 1.7
    assert port.take(BLOCK, 0.8) == b""
    answer = frame(encode_hex(7, b"\x01\x02\x00\x03"))
    assert port.take(answer, 0.9) == set_register(0x0200, b"\x04")
    assert first.value == 3
    answer = frame(set_register(0x0200, b"\x04"))
    assert port.take(answer, 1.0) == get_register(0x0200)
    assert port.poll(1.5) == b""
    assert port.poll(2.0) == get_register(0x0200)
    assert port.take(frame(encode_hex(7, b"\x00\x02\x00\x04")), 2.1) == b""
    assert second.failure is None
    assert port.idle


def test_device_without_text() -> None:
    """A question does not wait for ever for a text block."""
    port = Transactions()
    port.add(Transaction(STATE), 10.0)
    assert port.poll(11.5) == get_register(0x0201)


def test_old_orders_are_not_sent() -> None:
    """An order to switch off must not come minutes later."""
    port = Transactions()
    old, new = Transaction(MODE, 4), Transaction(STATE)
    port.add(old, 0.0)
    port.add(new, 20.0)
    assert port.take(BLOCK, 31.0) == get_register(0x0201)
    assert old.failure is Failure.DROPPED
    assert not new.done


def test_given_up_orders_are_not_sent() -> None:
    """What its owner gave up is passed over."""
    port = Transactions()
    given_up = Transaction(MODE, 4)
    port.add(given_up, 0.0)
    given_up.drop()
    assert port.take(BLOCK, 1.0) == b""
    assert port.idle


def test_end_of_the_connection() -> None:
    """Nothing is sent after the connection was lost."""
    port = Transactions()
    running, waiting = Transaction(STATE), Transaction(MODE, 4)
    port.add(running, 0.0)
    port.add(waiting, 0.0)
    port.take(BLOCK, 0.0)
    port.drop()
    assert running.failure is waiting.failure is Failure.DROPPED
    assert port.idle
    port.drop()
    done = Transaction(STATE)
    run(done, Charger())
    done.drop()
    assert done.failure is None


def test_answers_between_text() -> None:
    """A whole exchange over the wire of a device that also talks by itself."""
    inverter = Inverter()
    port, decoder = Transactions(), Decoder()
    transaction = Transaction(MODE, 4)
    port.add(transaction, 0.0)
    wire = encode_block((("V", "12850"),))
    for step in range(20):
        arrived = b"".join(
            port.take(reading, step / 10) for reading in decoder.feed(wire)
        )
        wire = inverter.feed(arrived)
    assert transaction.done
    assert transaction.value == inverter.mode == 4


def test_records_take_longer() -> None:
    """A device may look for a record of a day for two seconds."""
    record = Transaction(registers_of(Family.MPPT)[0x1051])
    record.begin(0.0)
    assert record.poll(1.9) == b""
    assert record.poll(2.0) == get_register(0x1051)


def test_command_has_nothing_to_read_back() -> None:
    """The answer to the order itself ends it."""
    monitor = BatteryMonitor()
    order = Transaction(registers_of(Family.BMV)[0x102C], 0)
    assert order.begin(0.0) == encode_hex(8, b"\x2c\x10\x00")
    assert order.take(frame(monitor.feed(order.begin(0.0))), 0.1) == b""
    assert order.done
    assert order.failure is None
