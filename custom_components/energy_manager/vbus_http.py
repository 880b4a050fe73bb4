"""Polls the live data of DL2, DL3 and KM2 over HTTP."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
import json
import re
from time import monotonic
from typing import Any, Final, Protocol

from aiohttp import ClientError, ClientSession
from homeassistant.core import HomeAssistant

from .engine.errors import InputError
from .engine.vbus.json_readings import JsonPacket, JsonReadings, parse
from .links import LinkAuthError, LinkError, LinkRefusedError

HTTP_PORT: Final = 80
WEB_SERVICE_USER: Final = "admin"
"""A KM2 does not ask for it on its page, but knows no other."""

REQUEST_TIMEOUT_S: Final = 15.0
MAX_BODY_BYTES: Final = 4 * 1024 * 1024

POLL_S: Final = 20.0
"""How often the live data is asked for: the other end is a small computer."""

FIRST_POLL_S: Final = 5.0
FIRST_POLLS: Final = 4
"""A packet counts after some sightings: the first ones come quicker."""

PATIENCE: Final = 1
"""So many failed requests one after the other are no loss yet."""

DOWNLOAD_PATH: Final = "/dlx/download/live"
WEB_SERVICE_PATH: Final = "/cgi-bin/resol-webservice"

_DENIED: Final = re.compile(
    r"credential|password|user|login|auth|denied", re.IGNORECASE
)

type LiveData = tuple[JsonPacket, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebServer:
    """The web server of a data logger or gateway."""

    session: ClientSession
    host: str
    port: int

    async def async_request(self, method: str, path: str, **request: Any) -> bytes:
        """Return the body of an answer; LinkError without one."""
        # The words of an error must not hold the address: the password may be in it.
        host = f"[{self.host}]" if ":" in self.host else self.host
        try:
            async with (
                asyncio.timeout(REQUEST_TIMEOUT_S),
                self.session.request(
                    method, f"http://{host}:{self.port}{path}", **request
                ) as response,
            ):
                if response.status in (401, 403):
                    raise LinkAuthError("the user name or password is not accepted")
                if response.status != 200:
                    raise LinkRefusedError(f"HTTP status {response.status}")
                body = b""
                async for chunk in response.content.iter_any():
                    body += chunk
                    if len(body) > MAX_BODY_BYTES:
                        raise LinkRefusedError("endless answer")
                return body
        except TimeoutError as err:
            raise LinkError(f"no answer within {REQUEST_TIMEOUT_S:.0f} s") from err
        except (ClientError, OSError, ValueError) as err:
            raise LinkError(type(err).__name__) from None


class Client(Protocol):
    """Fetches live data in the way of one product."""

    async def async_fetch(self) -> LiveData:
        """Return the packets that the other end heard lately; LinkError if it fails."""


class DownloadClient:
    """Fetches from the download page of a DL2 or DL3."""

    def __init__(
        self,
        hass: HomeAssistant,
        server: WebServer,
        readings: JsonReadings,
        *,
        username: str,
        password: str,
        channel: int,
    ) -> None:
        """Take where to fetch and with which words."""
        self._hass = hass
        self._server = server
        self._readings = readings
        self._query: dict[str, str] = {}
        if username or password:
            self._query["sessionAuthUsername"] = username
            self._query["sessionAuthPassword"] = password
        if channel:
            self._query["channel"] = str(channel)

    async def async_fetch(self) -> LiveData:
        """Return the packets that the other end heard lately; LinkError if it fails."""
        body = await self._server.async_request(
            "GET", DOWNLOAD_PATH, params=self._query
        )
        try:
            return await self._hass.async_add_executor_job(self._readings.read, body)
        except InputError as err:
            raise LinkRefusedError("the answer is no live data") from err


class WebServiceClient:
    """Fetches from the web service of a KM2 or DL2Plus, which knows sessions."""

    def __init__(
        self,
        hass: HomeAssistant,
        server: WebServer,
        readings: JsonReadings,
        *,
        password: str,
    ) -> None:
        """Take where to fetch and the password of the web interface."""
        self._hass = hass
        self._server = server
        self._readings = readings
        self._password = password
        self._session_id: str | None = None

    async def async_fetch(self) -> LiveData:
        """Return the packets that the other end heard lately; LinkError if it fails."""
        if self._session_id is not None:
            with suppress(LinkRefusedError, LinkAuthError):
                return await self._async_current_data(self._session_id)
            # The session has ended: it does not last for ever.
            self._session_id = None
        session_id = await self._async_login()
        try:
            data = await self._async_current_data(session_id)
        except LinkAuthError as err:
            # The password was accepted a moment ago.
            raise LinkRefusedError(str(err)) from err
        self._session_id = session_id
        return data

    async def _async_login(self) -> str:
        """Return the id of a new session."""
        result = await self._async_call(
            "login", {"username": WEB_SERVICE_USER, "password": self._password}
        )
        session_id = result.get("authId") if isinstance(result, dict) else None
        if not isinstance(session_id, str) or not session_id:
            raise LinkRefusedError("no session")
        return session_id

    async def _async_current_data(self, session_id: str) -> LiveData:
        """Return the packets of the live data."""
        result = await self._async_call("dataGetCurrentData", {"authId": session_id})
        try:
            return await self._hass.async_add_executor_job(
                self._readings.packets, result
            )
        except InputError as err:
            raise LinkRefusedError("the answer is no live data") from err

    async def _async_call(self, method: str, parameters: dict[str, str]) -> object:
        """Call a method of the service and return its result."""
        call = {"id": "1", "jsonrpc": "2.0", "method": method, "params": parameters}
        body = await self._server.async_request(
            "POST",
            WEB_SERVICE_PATH,
            data=json.dumps([call]),
            headers={"Content-Type": "application/json"},
        )
        return await self._hass.async_add_executor_job(partial(_result, body))


def _result(body: bytes) -> object:
    """Return the result in the answer to one call."""
    try:
        answer = parse(body)
    except InputError as err:
        raise LinkRefusedError("the answer is no web service's") from err
    if isinstance(answer, list):
        answer = answer[0] if answer else None
    if not isinstance(answer, dict):
        raise LinkRefusedError("the answer is no web service's")
    error = answer.get("error")
    if error is not None:
        message = str(error.get("message") if isinstance(error, dict) else error)
        if _DENIED.search(message):
            raise LinkAuthError("the password is not accepted")
        raise LinkRefusedError("the web service reports an error")
    return answer.get("result")


class Polling:
    """Live data that is fetched again and again: what was heard since the last time."""

    def __init__(self, client: Client) -> None:
        """Take who fetches; nothing is asked yet."""
        self.round_trip_s: float | None = None
        self._first: LiveData | None = None
        self._client = client
        self._polls = 0
        self._told: dict[tuple[int, int, int, int], JsonPacket] = {}
        self._closed = asyncio.Event()

    async def async_begin(self) -> None:
        """Fetch for the first time; LinkError if that fails."""
        self._first = await self._async_fetch()

    async def async_read(self, timeout_s: float) -> LiveData:
        """Wait until it is time and fetch; LinkError if that fails repeatedly."""
        if self._first is not None:
            first, self._first = self._first, None
            return first
        failures = 0
        while True:
            await self._async_wait()
            try:
                return await self._async_fetch()
            except LinkAuthError:
                raise
            except LinkError:
                failures += 1
                if failures > PATIENCE:
                    raise

    async def _async_wait(self) -> None:
        """Wait until the next poll; LinkError if polling was given up meanwhile."""
        pause_s = FIRST_POLL_S if self._polls < FIRST_POLLS else POLL_S
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await self._closed.wait()
        if self._closed.is_set():
            raise LinkError("closed")

    async def _async_fetch(self) -> LiveData:
        """Fetch once and note how long it took."""
        self._polls += 1
        asked_at = monotonic()
        data = await self._client.async_fetch()
        self.round_trip_s = monotonic() - asked_at
        before, self._told = self._told, {_key(told): told for told in data}
        return tuple(told for told in data if _is_new(told, before.get(_key(told))))

    def write(self, data: bytes) -> None:
        """Send nothing: a bus behind HTTP can only be read."""

    async def async_close(self) -> None:
        """Stop polling."""
        self._closed.set()

    def abort(self) -> None:
        """Stop polling at once."""
        self._closed.set()


def _key(told: JsonPacket) -> tuple[int, int, int, int]:
    """Return which kind of packet was told."""
    packet = told.packet
    return told.channel, packet.destination, packet.source, packet.command


def _is_new(told: JsonPacket, before: JsonPacket | None) -> bool:
    """Return whether a packet was heard anew since it was last told.

    A data logger repeats the last words of a device that has fallen silent.
    """
    if before is None or told.timestamp is None:
        return True
    return told.timestamp != before.timestamp or told.packet != before.packet


@dataclass(frozen=True, slots=True, kw_only=True)
class PolledPort:
    """The live data of one client."""

    client: Client

    async def async_open(self) -> Polling:
        """Begin to poll; LinkError if the first time fails."""
        polling = Polling(self.client)
        await polling.async_begin()
        return polling
