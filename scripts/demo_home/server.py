"""The Home Assistant process: start it, wait for it, stop it."""

import asyncio
from pathlib import Path
import signal
import subprocess
import sys
from types import TracebackType
from typing import Self

import aiohttp

from . import configuration
from .settings import REPOSITORY, Settings

STOP_TIMEOUT_S = 120.0
"""Home Assistant writes its database and its storage before it ends."""

RESTART_EXIT_CODE = 100
"""What Home Assistant exits with when the owner asked it to restart."""


class ServerError(Exception):
    """Home Assistant did not start."""


class Server:
    """One Home Assistant process."""

    def __init__(self, settings: Settings, output: Path | None = None) -> None:
        """Prepare a process that writes to the terminal or to a file."""
        self.settings = settings
        self._output = output
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Return Home Assistant's log."""
        return self.settings.folder / "home-assistant.log"

    def start(self) -> None:
        """Start Home Assistant, from a thread that lives as long as it shall run."""
        configuration.write(self.settings)
        output = self._output.open("ab") if self._output else None
        # In a session of its own, so that Ctrl-C reaches only this script, which
        # then stops Home Assistant once; a second signal would cut it off.
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "scripts.demo_home.launch",
                str(self.settings.folder),
            ],
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
        )
        if output:
            output.close()

    def exit_code(self) -> int | None:
        """Return the exit code, None while Home Assistant runs."""
        return self._process.poll() if self._process else None

    async def wait_until_answers(self, timeout_s: float = 240.0) -> None:
        """Wait until the page is served."""
        async with asyncio.timeout(timeout_s), aiohttp.ClientSession() as session:
            while True:
                if (code := self.exit_code()) is not None:
                    message = (
                        f"Home Assistant ended with exit code {code}; see {self.log}"
                    )
                    raise ServerError(message)
                try:
                    async with session.get(
                        f"{self.settings.address}/manifest.json"
                    ) as response:
                        if response.ok:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.2)

    async def wait_until_ended(self) -> int:
        """Wait until Home Assistant ends by itself and return its exit code."""
        while (code := self.exit_code()) is None:
            await asyncio.sleep(0.3)
        return code

    def stop(self) -> int:
        """Stop Home Assistant as its owner would and return its exit code."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    async def __aenter__(self) -> Self:
        """Start and wait for the page."""
        self.start()
        try:
            await self.wait_until_answers()
        except BaseException:
            await asyncio.to_thread(self.stop)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        await asyncio.to_thread(self.stop)
