"""A client of Home Assistant's own interfaces, as the browser is one."""

import asyncio
from http import HTTPStatus
from typing import Any, Self

import aiohttp

from .settings import Settings

OPTIONS_FLOW = "/api/config/config_entries/options/flow"


class ClientError(Exception):
    """Home Assistant refused what was asked."""


class Client:
    """A logged-in user: HTTP and websocket."""

    def __init__(self, session: aiohttp.ClientSession, settings: Settings) -> None:
        """Keep the session; `log_in` or `make_user` comes next."""
        self._session = session
        self._settings = settings
        self.tokens: dict[str, Any] = {}

    @property
    def client_id(self) -> str:
        """Return what Home Assistant knows this client by."""
        return f"{self._settings.address}/"

    async def needs_user(self) -> bool:
        """Return whether nobody has an account yet."""
        async with self._session.get(
            f"{self._settings.address}/api/onboarding"
        ) as response:
            # The address is gone once every step is done.
            if response.status == HTTPStatus.NOT_FOUND:
                return False
            steps = await response.json()
        return any(step["step"] == "user" and not step["done"] for step in steps)

    async def make_user(self, name: str) -> Self:
        """Make the first user and log in as it."""
        answer = await self._http(
            "POST",
            "/api/onboarding/users",
            json={
                "client_id": self.client_id,
                "name": name,
                "username": self._settings.user,
                "password": self._settings.password,
                "language": "en",
            },
        )
        return await self._use_code(answer["auth_code"])

    async def log_in(self) -> Self:
        """Log in by user and password."""
        flow = await self._http(
            "POST",
            "/auth/login_flow",
            json={
                "client_id": self.client_id,
                "handler": ["homeassistant", None],
                "redirect_uri": self.client_id,
            },
        )
        answer = await self._http(
            "POST",
            f"/auth/login_flow/{flow['flow_id']}",
            json={
                "client_id": self.client_id,
                "username": self._settings.user,
                "password": self._settings.password,
            },
        )
        if answer["type"] != "create_entry":
            message = f"Cannot log in as {self._settings.user}: {answer.get('errors')}"
            raise ClientError(message)
        return await self._use_code(answer["result"])

    async def _use_code(self, code: str) -> Self:
        """Turn an authorisation code into tokens."""
        self.tokens = await self._http(
            "POST",
            "/auth/token",
            data={
                "grant_type": "authorization_code",
                "code": code,
                "client_id": self.client_id,
            },
        )
        return self

    async def log_out(self) -> None:
        """Give the tokens back."""
        await self._http(
            "POST", "/auth/revoke", data={"token": self.tokens["refresh_token"]}
        )

    async def _http(self, method: str, path: str, **body: Any) -> Any:
        """Return the answer to one request."""
        headers = (
            {"Authorization": f"Bearer {self.tokens['access_token']}"}
            if self.tokens
            else {}
        )
        async with self._session.request(
            method, f"{self._settings.address}{path}", headers=headers, **body
        ) as response:
            if not response.ok:
                message = f"{method} {path}: {response.status} {await response.text()}"
                raise ClientError(message)
            if response.content_type == "application/json":
                return await response.json()
            return await response.text()

    async def command(self, kind: str, **fields: Any) -> Any:
        """Return the result of one websocket command."""
        async with self._session.ws_connect(
            f"{self._settings.address}/api/websocket", max_msg_size=0
        ) as socket:
            await socket.receive_json()
            await socket.send_json(
                {"type": "auth", "access_token": self.tokens["access_token"]}
            )
            await socket.receive_json()
            await socket.send_json({"id": 1, "type": kind, **fields})
            while True:
                answer = await socket.receive_json()
                if answer.get("type") != "result":
                    continue
                if not answer["success"]:
                    message = f"{kind}: {answer['error']}"
                    raise ClientError(message)
                return answer["result"]

    async def first_event(self, kind: str, **fields: Any) -> Any:
        """Return the first event of a websocket subscription."""
        async with self._session.ws_connect(
            f"{self._settings.address}/api/websocket", max_msg_size=0
        ) as socket:
            await socket.receive_json()
            await socket.send_json(
                {"type": "auth", "access_token": self.tokens["access_token"]}
            )
            await socket.receive_json()
            await socket.send_json({"id": 1, "type": kind, **fields})
            while True:
                answer = await socket.receive_json()
                if answer.get("type") == "event":
                    return answer["event"]
                if answer.get("success") is False:
                    message = f"{kind}: {answer['error']}"
                    raise ClientError(message)

    async def states(self) -> dict[str, dict[str, Any]]:
        """Return all states by entity id."""
        return {
            state["entity_id"]: state
            for state in await self._http("GET", "/api/states")
        }

    async def state(self, entity_id: str) -> str:
        """Return the state of one entity."""
        answer = await self._http("GET", f"/api/states/{entity_id}")
        return str(answer["state"])

    async def act(self, domain: str, service: str, **data: Any) -> None:
        """Call an action."""
        await self._http("POST", f"/api/services/{domain}/{service}", json=data)

    async def entries(self, domain: str) -> list[dict[str, Any]]:
        """Return the config entries of a domain."""
        answer: list[dict[str, Any]] = await self._http(
            "GET", f"/api/config/config_entries/entry?domain={domain}"
        )
        return answer

    async def add_entry(self, domain: str, *steps: dict[str, Any]) -> dict[str, Any]:
        """Go through a config flow; each step answers one form or menu."""
        answer: dict[str, Any] = await self._http(
            "POST", "/api/config/config_entries/flow", json={"handler": domain}
        )
        for step in steps:
            if answer["type"] in ("create_entry", "abort"):
                break
            answer = await self._http(
                "POST",
                f"/api/config/config_entries/flow/{answer['flow_id']}",
                json=step,
            )
        if answer["type"] != "create_entry":
            message = f"Cannot add {domain}: {answer}"
            raise ClientError(message)
        return answer

    async def begin_options(self, entry_id: str) -> dict[str, Any]:
        """Return the first form of an entry's options."""
        answer: dict[str, Any] = await self._http(
            "POST", OPTIONS_FLOW, json={"handler": entry_id}
        )
        return answer

    async def answer_options(
        self, flow_id: str, values: dict[str, Any]
    ) -> dict[str, Any]:
        """Answer a form or menu of an entry's options and return what comes next."""
        answer: dict[str, Any] = await self._http(
            "POST", f"{OPTIONS_FLOW}/{flow_id}", json=values
        )
        return answer

    async def leave_options(self, flow_id: str) -> None:
        """Close the form of an entry's options."""
        await self._http("DELETE", f"{OPTIONS_FLOW}/{flow_id}")

    async def remove_entry(self, entry_id: str) -> None:
        """Remove a config entry."""
        await self._http("DELETE", f"/api/config/config_entries/entry/{entry_id}")

    async def wait_until_running(self, timeout_s: float = 240.0) -> None:
        """Wait until Home Assistant has set up everything."""
        async with asyncio.timeout(timeout_s):
            while (await self._http("GET", "/api/config"))["state"] != "RUNNING":
                await asyncio.sleep(0.2)
