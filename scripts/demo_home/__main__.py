"""Entry point of `scripts/develop`: the demo house for a person to try."""

import argparse
import asyncio
import contextlib
import signal
import sys
import time

import aiohttp

from .client import ClientError
from .furnish import open_house
from .log import own_problems
from .season import in_the_sun
from .server import RESTART_EXIT_CODE, Server, ServerError
from .settings import REPOSITORY, Settings


def say(text: str) -> None:
    """Tell the person what happens."""
    print(f"==> {text}", file=sys.stderr, flush=True)


async def run(settings: Settings, duration_s: float | None) -> int:
    """Run Home Assistant until it ends, or for a time; return the exit code."""
    began = time.monotonic()
    server = Server(settings)
    first = not settings.configuration.exists()
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
        if duration_s is not None:
            await asyncio.sleep(duration_s)
            await asyncio.to_thread(server.stop)
            return report(server)
        while (code := await server.wait_until_ended()) == RESTART_EXIT_CODE:
            say("Home Assistant starts again, as asked")
            server.start()
        return code


def report(server: Server) -> int:
    """Tell what the log says about this integration; return the exit code."""
    problems = own_problems(server.log)
    for problem in problems:
        print(problem)
    say(f"Warnings and errors of Energy Manager in {server.log}: {len(problems)}")
    return 1 if problems else 0


async def run_until_signal(settings: Settings, duration_s: float | None) -> int:
    """Run until a signal asks to stop."""
    running = asyncio.create_task(run(settings, duration_s))
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
    parser.add_argument(
        "--for",
        dest="duration_s",
        type=float,
        metavar="SECONDS",
        help="stop after this time and tell what the log says about the integration",
    )
    parser.add_argument(
        "--sunny",
        action="store_true",
        help="let a new house stand where the sun decides in every month",
    )
    options = parser.parse_args()
    settings = Settings(folder=REPOSITORY / "config", port=options.port)
    if options.sunny:
        settings = in_the_sun(settings)
        if settings.configuration.exists():
            say(f"The house in {settings.folder} stays where it is")
    try:
        return asyncio.run(run_until_signal(settings, options.duration_s))
    except (ClientError, ServerError) as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
