"""One target under Atheris, in a process of its own: it ends the process.

python -m scripts.fuzzing.guided TARGET [options of libFuzzer]
"""

import sys

import atheris

from scripts.command_line import use_engine

use_engine()

with atheris.instrument_imports(include=["custom_components.energy_manager.engine"]):
    from scripts.fuzzing.targets import TARGETS

if __name__ == "__main__":
    target = TARGETS[sys.argv[1]]
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target.check)
    atheris.Fuzz()
