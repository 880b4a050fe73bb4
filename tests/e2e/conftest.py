"""A real Home Assistant with the demo house, in a process of its own."""

import asyncio
from collections.abc import Coroutine, Generator
from concurrent.futures import Future
from datetime import UTC, datetime
import os
from pathlib import Path
import threading
from typing import Any

import aiohttp
import pytest
import pytest_socket

from scripts.demo_home.browser import missing
from scripts.demo_home.client import Client
from scripts.demo_home.furnish import open_house
from scripts.demo_home.season import sunny_settings
from scripts.demo_home.server import Server
from scripts.demo_home.settings import REPOSITORY, Settings

ANSWER_TIMEOUT_S = 240.0


class House:
    """A running Home Assistant with the demo house, for tests without a loop."""

    def __init__(self, settings: Settings) -> None:
        """Start Home Assistant and set up the demo house."""
        self.settings = settings
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.server = Server(settings, settings.folder.with_suffix(".out"))
        self._session: aiohttp.ClientSession | None = None
        self.client: Client
        try:
            self.run(self._open())
        except BaseException:
            self.close()
            raise

    async def _open(self) -> None:
        self.server.start()
        await self.server.wait_until_answers(ANSWER_TIMEOUT_S)
        self._session = aiohttp.ClientSession()
        self.client = await open_house(self._session, self.settings)

    def start[ResultT](self, work: Coroutine[Any, Any, ResultT]) -> Future[ResultT]:
        """Let a coroutine run beside the test."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run[ResultT](self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Return the result of a coroutine."""
        return self.start(work).result()

    def stop(self) -> int:
        """Stop Home Assistant and return its exit code."""
        return self.server.stop()

    def close(self) -> None:
        """Leave nothing behind."""
        self.stop()
        if self._session is not None:
            self.run(self._session.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """Return the folder where pictures and logs are kept for a person to look at."""
    folder = REPOSITORY / "artifacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(autouse=True)
def loopback(socket_enabled: None) -> None:
    """Let these tests talk to their own Home Assistant."""


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, artifacts: Path
) -> Generator[House]:
    """Return a house in the sun; its log is kept."""
    pytest_socket.enable_socket()
    settings = sunny_settings(
        tmp_path_factory.mktemp("house") / "config", datetime.now(UTC)
    )
    running = House(settings)
    yield running
    running.close()
    name = "home-assistant.log"
    (artifacts / name).write_bytes((settings.folder / name).read_bytes())


@pytest.fixture
def browser() -> None:
    """Skip where there is no browser; never in CI, where it must be there."""
    if (reason := missing()) is None:
        return
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
