"""Write the shipped table of VBus packets and its licence (scripts/make-vbus-table)."""

import json
from pathlib import Path
import sys
import zlib

from scripts.command_line import INTEGRATION, use_engine

use_engine()

from custom_components.energy_manager.engine.vbus.specification import SHIPPED_TABLE  # noqa: E402
from custom_components.energy_manager.engine.vbus.specification_file import read_vsf  # noqa: E402

NOTICE = """\
The table {table} beside this file is made from the VBus specification
file of the npm package {package} (version of the data: {datecode})
with scripts/make-vbus-table. It is under the licence of that package:

{licence}"""


def main(package: str, specification: Path, licence: Path) -> None:
    """Convert one specification file."""
    table = read_vsf(specification.read_bytes())
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    folder = INTEGRATION / "engine" / "vbus"
    target = folder / SHIPPED_TABLE
    target.write_bytes(zlib.compress(text.encode(), 9))
    notice = NOTICE.format(
        table=SHIPPED_TABLE,
        package=package,
        datecode=table["datecode"],
        licence=licence.read_text(),
    )
    (folder / "specification.LICENSE.txt").write_text(notice)
    print(
        f"{target.name}: {len(table['packets'])} packets of {table['datecode']}, "
        f"{len(text)} bytes as JSON, {target.stat().st_size} bytes shipped"
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
