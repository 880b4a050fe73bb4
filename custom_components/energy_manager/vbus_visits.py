"""Visits to a VBus: one at a time the controllers on it are read and written."""

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic

from homeassistant.core import callback

from .engine.vbus import Family, Frame, Indices, Outcome, Session, ValueRequest
from .write_errors import write_error


class VBusVisits:
    """Waits for the bus, reads and writes, and gives it back."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        """Take how to send bytes."""
        self._send = send
        self._lock = asyncio.Lock()
        self._progress = asyncio.Event()
        self._session: Session | None = None
        self._connected = False
        self._indices: Indices = {}

    @property
    def holds_bus(self) -> bool:
        """Whether the controller is silent because of us."""
        return self._session is not None and self._session.holds_bus

    @callback
    def async_set_connected(self, connected: bool) -> None:
        """Note whether the bus can be reached; without it a visit ends."""
        self._connected = connected
        self._progress.set()

    @callback
    def async_feed(self, frame: Frame) -> None:
        """Take a frame of the bus."""
        if self._session is not None:
            self._send(self._session.feed(frame, monotonic()))
            self._progress.set()

    async def async_visit(
        self, source: int, family: Family, requests: Sequence[ValueRequest]
    ) -> tuple[Outcome, ...]:
        """Return what became of each request; HomeAssistantError without connection.

        Whoever is cancelled meanwhile gives the bus back at once.
        """
        async with self._lock:
            if not self._connected:
                raise write_error("not_connected")
            session = Session(
                requests,
                monotonic(),
                controller=source,
                has_changeset=family.has_changeset,
                indices=self._indices,
            )
            self._session = session
            try:
                await self._async_run(session)
            finally:
                self._session = None
                if not session.done:
                    self._send(session.abort(monotonic()))
            return session.outcomes

    async def _async_run(self, session: Session) -> None:
        """Keep a session going until it is done."""
        while (deadline := session.next_deadline) is not None:
            if not self._connected:
                raise write_error("not_connected")
            self._progress.clear()
            try:
                async with asyncio.timeout(max(0.0, deadline - monotonic())):
                    await self._progress.wait()
            except TimeoutError:
                self._send(session.poll(monotonic()))
