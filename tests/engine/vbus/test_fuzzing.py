"""`scripts/fuzz` finds what is broken and says how to see it again."""

from pathlib import Path
import subprocess
import sys

import pytest

from scripts.fuzzing.targets import TARGETS

ROOT = Path(__file__).parents[3]

# A target that is broken, in a process of its own, as the script is.
BROKEN = """
import sys
from pathlib import Path
from scripts.fuzzing import __main__ as fuzzing
def check(data):
    if b"\\xaa\\x00" in data:
        raise IndexError("promise")
target = fuzzing.Target(check=check, seeds=(b"abc\\xaa", b"\\x00def"))
fuzzing.TARGETS = {"broken": target}
fuzzing.KEPT = Path(sys.argv[1])
fuzzing.has_atheris = lambda: False
sys.exit(fuzzing.main(sys.argv[2:]))
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the repository's folder."""
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_holds_on_its_seeds(name: str) -> None:
    """Seeds, their beginnings and nothing at all break no promise."""
    target = TARGETS[name]
    for seed in (b"", *target.seeds):
        target.check(seed)
        target.check(seed[: len(seed) // 2])


def test_a_finding_is_reported(tmp_path: Path) -> None:
    """The bytes are as few as possible, kept, printed, and can be tried again."""
    folder = str(tmp_path)
    done = run("-c", BROKEN, folder, "--seconds", "30", "--seed", "3")
    assert done.returncode == 1, done.stderr
    assert "bytes.fromhex('aa00')" in done.stdout
    assert "IndexError: promise" in done.stdout
    path = tmp_path / "broken.bin"
    assert path.read_bytes() == b"\xaa\x00"
    assert f"--replay {path} broken" in done.stdout
    again = run("-c", BROKEN, folder, "--replay", str(path), "broken")
    assert again.returncode == 1
    path.write_bytes(b"\xaa")
    fixed = run("-c", BROKEN, folder, "--replay", str(path), "broken")
    assert fixed.returncode == 0


def test_no_finding() -> None:
    """The real script ends by itself, with exit code 0."""
    done = run("-m", "scripts.fuzzing", "--seconds", "1", "blocks")
    assert done.returncode == 0, done.stderr
    assert "blocks: nothing in" in done.stdout


def test_an_unknown_target_is_refused() -> None:
    """The message names the targets."""
    done = run("-m", "scripts.fuzzing", "nonsense")
    assert done.returncode == 2
    assert "vedirect" in done.stderr
