"""Entry point of `scripts/fuzz`."""

import argparse
from collections.abc import Callable
import importlib.util
from pathlib import Path
import re
import subprocess
import sys
import tempfile
import time
import traceback

from scripts.command_line import use_engine

use_engine()

from hypothesis import HealthCheck, Phase, given, seed, settings, strategies as st  # noqa: E402

from scripts.fuzzing.targets import TARGETS, Target  # noqa: E402

KEPT = Path(__file__).resolve().parents[2] / ".cache" / "fuzz"
MINIMIZING_S = 10.0
SHOWN_BYTES = 400


def main(arguments: list[str]) -> int:
    """Fuzz the targets in turn; return 1 with a finding."""
    parser = argparse.ArgumentParser(
        prog="scripts/fuzz", description="Fuzz everything that reads bytes."
    )
    parser.add_argument("--seconds", type=float, metavar="N", default=60.0)
    parser.add_argument("--seed", type=int, metavar="N", default=1)
    parser.add_argument("--replay", type=Path, metavar="FILE", help="try these bytes")
    parser.add_argument(
        "targets",
        nargs="*",
        metavar="TARGET",
        help=f"{', '.join(TARGETS)}; all of them without one",
    )
    options = parser.parse_args(arguments)
    if unknown := set(options.targets) - set(TARGETS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; {', '.join(TARGETS)}")
    names = options.targets or list(TARGETS)
    if options.replay is not None:
        data = options.replay.read_bytes()
        return max(_replay(name, TARGETS[name], data) for name in names)
    guided = has_atheris()
    if not guided:
        print("Atheris is not installed: fuzzing with Hypothesis, unguided")
    search = _guided if guided else _unguided
    found = 0
    for name in names:
        data = search(name, options.seconds / len(names), options.seed)
        if data is not None:
            _report(name, TARGETS[name], data)
            found = 1
    return found


def has_atheris() -> bool:
    """Return whether Atheris is installed; it has no build for some machines."""
    return importlib.util.find_spec("atheris") is not None


def _guided(name: str, seconds: float, seed_number: int) -> bytes | None:
    """Search with Atheris; return the bytes that break a promise."""
    target = TARGETS[name]
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, data in enumerate(target.seeds):
            (corpus / str(number)).write_bytes(data)
        done = subprocess.run(
            [
                sys.executable, "-m", "scripts.fuzzing.guided", name, str(corpus),
                f"-max_total_time={max(1, round(seconds))}", f"-seed={seed_number}",
                f"-max_len={target.longest}", f"-artifact_prefix={folder}/",
                "-timeout=20", "-rss_limit_mb=1024",
            ],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )  # fmt: skip
        for kind in ("crash", "oom", "timeout"):
            for kept in Path(folder).glob(f"{kind}-*"):
                return kept.read_bytes()
    if done.returncode:
        raise SystemExit(f"{name}: fuzzing itself failed\n{done.stderr[-2000:]}")
    runs = re.findall(r"^Done (\d+) runs", done.stderr, re.MULTILINE)
    reached = re.findall(r"cov: (\d+)", done.stderr)
    print(
        f"{name}: nothing in {runs[-1]} runs, {reached[-1]} places reached", flush=True
    )
    return None


def _unguided(name: str, seconds: float, seed_number: int) -> bytes | None:
    """Search with Hypothesis from the same beginnings."""
    target = TARGETS[name]
    begun = time.monotonic()
    runs = 0
    while time.monotonic() - begun < seconds:
        failed = _batch(target, seed_number + runs)
        if failed is not None:
            return failed
        runs += 200
    print(f"{name}: nothing in {runs} runs", flush=True)
    return None


def _batch(target: Target, seed_number: int) -> bytes | None:
    """Try 200 inputs; return the smallest that breaks a promise."""
    last = b""
    part = st.one_of(st.binary(max_size=40), st.sampled_from(target.seeds))

    @seed(seed_number)
    @settings(
        max_examples=200,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(part, max_size=8), st.lists(st.integers(0, 1 << 20), max_size=20))
    def attempt(parts: list[bytes], flips: list[int]) -> None:
        nonlocal last
        data = bytearray(b"".join(parts)[: target.longest])
        for flip in flips:
            if data:
                data[(flip >> 3) % len(data)] ^= 1 << (flip & 7)
        last = bytes(data)
        target.check(last)

    try:
        attempt()
    except Exception:
        if _failure(target.check, last) is None:
            raise
        return last
    return None


def _failure(check: Callable[[bytes], None], data: bytes) -> Exception | None:
    try:
        check(data)
    except Exception as error:  # noqa: BLE001
        return error
    return None


def _minimized(target: Target, data: bytes) -> bytes:
    """Leave out what is not needed for the same kind of failure."""
    kind = type(_failure(target.check, data))
    until = time.monotonic() + MINIMIZING_S
    size = max(1, len(data) // 2)
    while size and time.monotonic() < until:
        at = 0
        while at < len(data) and time.monotonic() < until:
            shorter = data[:at] + data[at + size :]
            if type(_failure(target.check, shorter)) is kind:
                data = shorter
            else:
                at += size
        size //= 2
    return data


def _report(name: str, target: Target, data: bytes) -> None:
    """Print how to see a finding again."""
    if _failure(target.check, data) is not None:
        data = _minimized(target, data)
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"{name}.bin"
    path.write_bytes(data)
    print(f"{name}: a promise is broken by {len(data)} bytes")
    if len(data) <= SHOWN_BYTES:
        print(f"  bytes.fromhex({data.hex()!r})")
    print(f"  again: scripts/fuzz --replay {path} {name}")
    _replay(name, target, data)


def _replay(name: str, target: Target, data: bytes) -> int:
    """Try bytes; print the failure and return 1 if there is one."""
    error = _failure(target.check, data)
    if error is None:
        print(f"{name}: no failure here; it was too slow or needed too much memory")
        return 0
    print("".join(traceback.format_exception(error)), flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
