"""Take the pictures of the README in a house in the sun."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
import tempfile

import aiohttp

from . import brand
from .browser import show
from .furnish import PANEL, open_house
from .season import sunny_settings
from .server import Server
from .settings import REPOSITORY

IMAGES = REPOSITORY / "docs" / "images"
SETTLE_S = 60.0
"""Until every device has spoken and the first plan stands."""


async def take() -> None:
    """Start the house, wait for its first plan, and take the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        settings = sunny_settings(Path(folder) / "config", datetime.now(UTC))
        output = Path(folder) / "output"
        async with Server(settings, output), aiohttp.ClientSession() as session:
            client = await open_house(session, settings)
            await asyncio.sleep(SETTLE_S)
            await asyncio.to_thread(
                show,
                [
                    {
                        "path": f"/{PANEL}",
                        "width": 1280,
                        "height": 900,
                        "scale": 1,
                        "wait_for": "energy-manager-panel main",
                        "file": str(IMAGES / "dashboard.png"),
                    }
                ],
                settings,
                client.tokens,
            )


if __name__ == "__main__":
    brand.draw()
    asyncio.run(take())
