"""Entry point of `scripts/develop`: the demo house for a person to try."""

import argparse
import asyncio
import contextlib
import signal
import sys
import time

import aiohttp

from .furnish import open_house
from .server import RESTART_EXIT_CODE, Server, ServerError
from .settings import REPOSITORY, Settings


def say(text: str) -> None:
    """Tell the person what happens."""
    print(f"==> {text}", file=sys.stderr, flush=True)


async def run(settings: Settings) -> int:
    """Run Home Assistant until Ctrl-C; return the exit code."""
    began = time.monotonic()
    server = Server(settings)
    first = not (settings.folder / "configuration.yaml").exists()
    say(
        f"Starting Home Assistant with the demo house, configuration in {settings.folder}"
    )
    async with server, aiohttp.ClientSession() as session:
        if first:
            say("First start: adding the user, two people, a calendar and the devices")
        client = await open_house(session, settings)
        await client.log_out()
        say(
            f"Ready after {time.monotonic() - began:.0f} s: {settings.address}"
            f" (user {settings.user}, password {settings.password}); Ctrl-C stops it"
        )
        while await server.wait_until_ended() == RESTART_EXIT_CODE:
            say("Home Assistant starts again, as asked")
            await asyncio.to_thread(server.start)
        return server.stop()


async def run_until_signal(settings: Settings) -> int:
    """Run until a signal asks to stop."""
    running = asyncio.create_task(run(settings))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, running.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        return await running
    say("Home Assistant is stopped")
    return 0


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        prog="scripts/develop",
        description="Run Home Assistant with the demo house on this machine.",
    )
    parser.add_argument(
        "--port", type=int, default=8123, help="port of the page (default 8123)"
    )
    options = parser.parse_args()
    settings = Settings(folder=REPOSITORY / "config", port=options.port)
    try:
        return asyncio.run(run_until_signal(settings))
    except ServerError as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
