"""The benchmark's streams: our decoder misses nothing of them and adds nothing."""

import pytest

from scripts.benchmarks.vedirect import count_right, fields_of, ours, streams


@pytest.mark.parametrize("seed", [3, 4])
@pytest.mark.parametrize("chunk", [1, 64, 1 << 20])
def test_nothing_missed_nothing_wrong(seed: int, chunk: int) -> None:
    """Clean, damaged and mixed with HEX frames."""
    for stream in streams(seed, 200):
        found = [fields_of(block) for block in ours(chunk)(stream.data)]
        assert len(stream.blocks) >= 150
        assert count_right(found, stream.blocks) == len(stream.blocks) == len(found)


def test_counting() -> None:
    """A block counts once, in its order."""
    sent = [{"V": "1"}, {"V": "2"}, {"V": "3"}]
    assert count_right([{"V": "2"}, {"V": "1"}, {"V": "3"}], sent) == 2
    assert count_right([{"V": "4"}], sent) == 0
    assert count_right([{"V": "1"}, {"V": "1"}], sent) == 1
