"""`vedirect`: the text decoder beside the two on PyPI, on clean and damaged streams.

All decoders take the same bytes in turn, several times over; medians of the time on
the processor are compared. What each finds is compared with what was sent: a block is
missed if it was undamaged on the wire and did not come out, and wrong if it came out
but nobody sent it.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
import gc
from importlib import import_module, metadata
import io
import json
from pathlib import Path
from random import Random
import re
from statistics import median
import sys
import time
from types import SimpleNamespace
from typing import Any

from custom_components.energy_manager.engine.vedirect import Block, Decoder, encode_hex
from custom_components.energy_manager.engine.vedirect.emulation import (
    BatteryMonitor,
    BatteryReadings,
    Charger,
    ChargerReadings,
    Inverter,
    InverterReadings,
)

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "vedirect"
PEERS = {"vedirect": "vedirect", "vedirect-m8": "vedirect_m8.vedirect"}
CLEAN_BLOCK = re.compile(rb"((?:\r\n[^\t\r]+\t[^\r]*)*?)\r\nChecksum\t.", re.DOTALL)
WINDOW = 400
"""So many blocks ahead a block is looked for in what was sent."""

type Fields = dict[str, str]
type Decode = Callable[[bytes], list[Any]]
"""A decoder; what it finds is made fields of afterwards."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """Bytes, and the blocks that are undamaged in them."""

    name: str
    data: bytes
    blocks: tuple[Fields, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """How a decoder does on a stream."""

    name: str
    seconds: float
    found: int
    right: int
    stream: Stream

    @property
    def right_per_s(self) -> float:
        """Return how many blocks that were sent come out per second."""
        return self.right / self.seconds

    @property
    def megabytes_per_s(self) -> float:
        """Return the bytes that go in, which says nothing of what comes out."""
        return len(self.stream.data) / self.seconds / 1e6

    def row(self) -> str:
        """Return the line of the table."""
        missed = len(self.stream.blocks) - self.right
        return (
            f"  {self.name:<28}{self.megabytes_per_s:>8.1f}"
            f"{self.found / self.seconds:>12,.0f}{self.right_per_s:>12,.0f}"
            f"{missed:>9,}{self.found - self.right:>9,}"
        )


def add_parser(subparsers: Any) -> None:
    """Register the benchmark."""
    parser = subparsers.add_parser("vedirect", help="the decoder of VE.Direct ports")
    parser.add_argument("--rounds", type=int, default=7, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument(
        "--blocks", type=int, default=4_000, metavar="N", help="of each stream"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print a table for each stream; return 2 where a peer is not installed."""
    decoders: dict[str, Decode] = {
        "energy_manager, 4096 bytes": ours(4096),
        "energy_manager, 64 bytes": ours(64),
    }
    peers = []
    for package, module in PEERS.items():
        try:
            peer = import_module(module)
        except ModuleNotFoundError:
            print(f"{package} is missing: run scripts/setup", file=sys.stderr)
            return 2
        make = lines_decoder if package == "vedirect" else bytes_decoder
        peers.append(f"{package} {metadata.version(package)}")
        decoders[peers[-1]] = make(peer)
    for stream in streams(options.seed, options.blocks):
        results = measure(stream, decoders, options.rounds)
        print(
            f"{stream.name}: {len(stream.data) / 1e6:.2f} MB, "
            f"{len(stream.blocks):,} blocks"
        )
        print(
            f"  {'':<28}{'MB/s':>8}{'blocks/s':>12}{'right/s':>12}"
            f"{'missed':>9}{'wrong':>9}"
        )
        for result in results:
            print(result.row())
        print(f"  {compare(results[0], [r for r in results if r.name in peers])}")
    return 0


def compare(mine: Result, peers: Sequence[Result]) -> str:
    """Return the ratios to the fastest peer."""
    best = max(peers, key=lambda result: result.right_per_s)
    fastest = max(peers, key=lambda result: result.found / result.seconds)
    busiest = max(peers, key=lambda result: result.megabytes_per_s)
    blocks = mine.found / mine.seconds / (fastest.found / fastest.seconds)
    return (
        f"ratio: {mine.right_per_s / best.right_per_s:.1f} in right blocks "
        f"({best.name}), {blocks:.1f} in blocks ({fastest.name}), "
        f"{mine.megabytes_per_s / busiest.megabytes_per_s:.1f} in bytes "
        f"({busiest.name})"
    )


def measure(stream: Stream, decoders: dict[str, Decode], rounds: int) -> list[Result]:
    """Let all decoders take the stream in turn."""
    seconds: dict[str, list[float]] = {name: [] for name in decoders}
    found: dict[str, list[Any]] = {}
    for _ in range(rounds):
        for name, decode in decoders.items():
            gc.collect()
            gc.disable()
            begun = time.process_time()
            found[name] = decode(stream.data)
            seconds[name].append(time.process_time() - begun)
            gc.enable()
    return [
        Result(
            name=name,
            seconds=median(seconds[name]),
            found=len(found[name]),
            right=count_right(map(fields_of, found[name]), stream.blocks),
            stream=stream,
        )
        for name in decoders
    ]


def fields_of(block: Block | Fields) -> Fields:
    """Return what a decoder found as label and value."""
    return dict(block.fields) if isinstance(block, Block) else block


def count_right(found: Iterable[Fields], sent: Sequence[Fields]) -> int:
    """Return how many blocks are equal to one that was sent, in their order."""
    right = position = 0
    for block in found:
        for place in range(position, min(position + WINDOW, len(sent))):
            if sent[place] == block:
                right += 1
                position = place + 1
                break
    return right


def ours(chunk: int) -> Decode:
    """Return our decoder, which gets pieces of a size."""

    def decode(data: bytes) -> list[Block]:
        decoder = Decoder()
        return [
            reading
            for start in range(0, len(data), chunk)
            for reading in decoder.feed(data[start : start + chunk])
            if isinstance(reading, Block)
        ]

    return decode


class Line(io.BytesIO):
    """A port that ends with an error, as an unplugged one does."""

    def readline(self, size: int | None = -1, /) -> bytes:
        """Return the next line."""
        line = super().readline(size)
        if not line:
            raise EOFError
        return line

    def __exit__(self, *args: object) -> None:
        """Stay open: the decoder opens the port anew for each reading."""


def lines_decoder(peer: Any) -> Decode:
    """Return the decoder of `vedirect`, which reads lines from a port."""

    def decode(data: bytes) -> list[Fields]:
        line = Line(data)
        peer.serial = SimpleNamespace(Serial=lambda *_, **__: line)
        reader = peer.VEDirect.__new__(peer.VEDirect)
        reader.device, reader.speed = "", 19200
        found = []
        with suppress(EOFError):
            while True:
                reader._data = {}  # noqa: SLF001
                try:
                    reader.refresh()
                except peer.VEDirectException, ValueError:
                    continue
                found.append(reader._data)  # noqa: SLF001
        return found

    return decode


def bytes_decoder(peer: Any) -> Decode:
    """Return the decoder of `vedirect-m8`, which takes one byte at a time."""

    def decode(data: bytes) -> list[Fields]:
        # Without its limit of 18 fields it finds more.
        reader = peer.Vedirect(
            {"serial_port": "/dev/ttyUSB0"}, auto_start=False, max_packet_blocks=None
        )
        found = []
        for number in range(len(data)):
            try:
                block = reader.input_read(data[number : number + 1])
            except peer.InputReadException:
                reader.init_data_read()
                continue
            if block is not None:
                found.append(block)
                reader.init_data_read()
        return found

    return decode


def streams(seed: int, blocks: int) -> Iterator[Stream]:
    """Yield recorded streams where they are, then emulated and damaged ones."""
    if RECORDINGS.is_dir():
        yield recorded(blocks)
    source = Random(seed)
    for name, share in (
        ("one solar charger", 0.0),
        ("one solar charger, damaged", 0.02),
    ):
        sent = [charger for charger, *_ in emulated(source, blocks)]
        yield damaged(name, sent, source, share)
    everything = [wire for wires in emulated(source, blocks // 4) for wire in wires]
    yield damaged(
        "all devices, with HEX frames", everything, source, 0.0, hex_share=0.2
    )
    yield damaged("all devices, damaged", everything, source, 0.02, hex_share=0.2)


def recorded(blocks: int) -> Stream:
    """Return the recordings, one behind the other, as often as it takes."""
    data, sent = b"", []
    for path in sorted(RECORDINGS.glob("*.json")):
        data += path.with_suffix(".bin").read_bytes() + bytes(2)
        expected = json.loads(path.read_text("utf-8"))["blocks"]
        sent += [dict(fields) for fields in expected]
    times = max(1, blocks // len(sent))
    return Stream(name="recordings", data=data * times, blocks=tuple(sent * times))


def emulated(source: Random, seconds: int) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield what charger, inverter and battery monitor say in each second."""
    charger, inverter, monitor = Charger(), Inverter(), BatteryMonitor()
    watts, load = 300.0, 120.0
    for second in range(seconds):
        volts = 12.5 + 1.9 * (second % 3600) / 3600 + source.gauss(0, 0.01)
        watts = min(max(watts + source.gauss(0, 3), 20), 900)
        load = min(max(load + source.gauss(0, 1), 5), 400)
        yield (
            charger.second(
                ChargerReadings(
                    battery_voltage_v=volts,
                    battery_current_a=watts / volts,
                    panel_voltage_v=90 + source.gauss(0, 0.2),
                    panel_power_w=watts,
                    state=3,
                    yield_total_kwh=812.4 + second / 7200,
                    yield_today_kwh=second / 7200,
                )
            ),
            inverter.second(
                InverterReadings(
                    battery_voltage_v=volts,
                    ac_voltage_v=230.0 + source.gauss(0, 0.05),
                    ac_current_a=load / 230,
                    ac_apparent_power_va=load,
                )
            ),
            monitor.second(
                BatteryReadings(
                    voltage_v=volts,
                    current_a=watts / volts - load / volts,
                    state_of_charge_percent=84.2,
                    consumed_ah=-32.6,
                    time_to_go_min=942,
                )
            ),
        )


def damaged(
    name: str,
    wires: Sequence[bytes],
    source: Random,
    share: float,
    *,
    hex_share: float = 0.0,
) -> Stream:
    """Return a stream with a share of damaged blocks, and of HEX frames in them."""
    data, blocks = bytearray(), []
    for wire in wires:
        sent = blocks_of(wire)
        if source.random() < share:
            # Damage spoils the first block of a second.
            spoiled = spoil(wire, source)
            if ambiguous(spoiled):
                continue
            wire = spoiled
            del sent[0]
        elif source.random() < hex_share:
            frame = encode_hex(0xA, source.randbytes(7))
            spot = source.choice([len(wire), source.randrange(wire.index(b"\r\nCh"))])
            wire = wire[:spot] + frame + wire[spot:]
        data += wire
        blocks += sent
    return Stream(name=name, data=bytes(data), blocks=tuple(blocks))


def blocks_of(wire: bytes) -> list[Fields]:
    """Return the blocks of undamaged bytes."""
    return [
        dict(line.split("\t") for line in match[1].decode("ascii").split("\r\n")[1:])
        for match in CLEAN_BLOCK.finditer(wire)
    ]


def spoil(wire: bytes, source: Random) -> bytes:
    """Return the bytes with one of the first block lost, changed or added."""
    spot = source.randrange(2, wire.index(b"\r\nChecksum\t"))
    before, byte, behind = wire[:spot], wire[spot], wire[spot + 1 :]
    match source.randrange(3):
        case 0:
            return before + behind
        case 1:
            return before + bytes([byte ^ 1]) + behind
        case _:
            return before + b"\x00" + bytes([byte]) + behind


def ambiguous(wire: bytes) -> bool:
    """Return whether the rest of a spoiled block is a block with a right sum itself.

    The protocol cannot tell: a sum of eight bits is right once in 256 times.
    """
    end = wire.index(b"\r\nChecksum\t") + len(b"\r\nChecksum\t") + 1
    starts = [start for start in range(1, end) if wire[start : start + 2] == b"\r\n"]
    return any(sum(wire[start:end]) % 256 == 0 for start in starts)
