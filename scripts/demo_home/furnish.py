"""What makes the demo house of an empty Home Assistant: people, calendar, devices."""

import asyncio

import aiohttp

from .client import Client
from .settings import Settings

DOMAIN = "energy_manager"
PANEL = "energy-manager"
CALENDAR = "Guests"

PAGE_TIMEOUT_S = 240.0


async def open_house(session: aiohttp.ClientSession, settings: Settings) -> Client:
    """Log in, at the first start as a new user, and add what is missing."""
    client = Client(session, settings)
    if await client.needs_user():
        await client.make_user("Anna")
    else:
        await client.log_in()
    await client.wait_until_running()
    await _add_people(client)
    if not await client.entries("local_calendar"):
        await client.add_entry(
            "local_calendar", {"calendar_name": CALENDAR, "import": "create_empty"}
        )
    if not await client.entries(DOMAIN):
        await _add_demo_house(client)
    return client


async def _add_people(client: Client) -> None:
    """Let Anna, who is the user, and Ben be at home by their switches."""
    people = (await client.command("person/list"))["storage"]
    by_name = {person["name"]: person for person in people}
    if "Ben" in by_name:
        return
    await client.act(
        "input_boolean",
        "turn_on",
        entity_id=["input_boolean.anna_at_home", "input_boolean.ben_at_home"],
    )
    anna = by_name["Anna"]
    await client.command(
        "person/update",
        person_id=anna["id"],
        name="Anna",
        user_id=anna["user_id"],
        device_trackers=["device_tracker.anna"],
    )
    await client.command(
        "person/create", name="Ben", device_trackers=["device_tracker.ben"]
    )


async def _add_demo_house(client: Client) -> None:
    """Set up the emulated devices and open Home Assistant with their page."""
    await client.add_entry(DOMAIN, {"next_step_id": "demo"})
    async with asyncio.timeout(PAGE_TIMEOUT_S):
        # The page comes with the home, the last entry that the demo house makes.
        while PANEL not in await client.command("get_panels"):
            await asyncio.sleep(0.5)
    await client.command(
        "frontend/set_system_data", key="core", value={"default_panel": PANEL}
    )
