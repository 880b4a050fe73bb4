"""The server's side of VBus over TCP: a VBus/LAN adapter or a DL3 data logger."""

from collections.abc import Mapping
from typing import Final

_MAX_LINE_BYTES: Final = 1024
_DONE: Final = b"+OK\r\n"
_UNKNOWN: Final = b"-ERROR: Unknown command\r\n"
_DENIED: Final = b"-ERROR: Password required\r\n"


class Adapter:
    """One connection to an adapter.

    Send what `feed` returns, beginning with `feed(b"")` when a client connects, which
    gives the greeting. Once `streaming` the connection is raw; bytes that came behind
    the command are in `rest`. When `closed`, close the connection after sending.
    """

    def __init__(
        self, password: str, channels: Mapping[int, str] | None = None
    ) -> None:
        """Wait for a client that knows this password.

        `channels` are the names of a data logger's VBus inputs by number, 1 to 6; an
        adapter for one bus has none and does not know the commands for them.
        """
        self.streaming = False
        self.closed = False
        self.rest = b""
        self.channel = 0
        """The input that the client chose, 0 if none."""
        self._password = password
        self._channels = {} if channels is None else dict(channels)
        self._logged_in = False
        self._greeting = b"+HELLO\r\n"
        self._pending = b""

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the client and return the bytes to send."""
        self._pending += data
        reply, self._greeting = self._greeting, b""
        while not self.streaming and not self.closed:
            line = self._next_line()
            if line is None:
                break
            reply += self._reply(line)
        if self.streaming:
            # The second half of a line end may still lead the raw bytes.
            self.rest, self._pending = self._pending.removeprefix(b"\n"), b""
        return reply

    def _next_line(self) -> bytes | None:
        """Return the next line: it ends with CR, LF or both."""
        self._pending = self._pending.lstrip(b"\r\n")
        ends = [at for end in b"\r\n" if (at := self._pending.find(end)) >= 0]
        if not ends:
            self.closed = len(self._pending) > _MAX_LINE_BYTES
            return None
        line = self._pending[: min(ends)]
        self._pending = self._pending[min(ends) + 1 :]
        return line

    def _reply(self, line: bytes) -> bytes:
        command, _space, argument = line.partition(b" ")
        match command.upper():
            case b"PASS":
                self._logged_in = argument == self._password.encode()
                if self._logged_in:
                    return b"+OK: Password correct\r\n"
                return b"-ERROR: Password incorrect\r\n"
            case b"DATA" if self._logged_in:
                self.streaming = True
                return b"+OK: Data incoming...\r\n"
            case b"CHANNELLIST" | b"CHANNEL" if not self._channels:
                return _UNKNOWN
            case b"CHANNELLIST" if self._logged_in:
                lines = [
                    f"*{number}:{name}\r\n".encode()
                    for number, name in self._channels.items()
                ]
                return b"".join(lines) + _DONE
            case b"CHANNEL" if self._logged_in:
                return self._choose(argument)
            case b"DATA" | b"CHANNELLIST" | b"CHANNEL":
                return _DENIED
            case b"QUIT":
                self.closed = True
                return _DONE
        return _UNKNOWN

    def _choose(self, argument: bytes) -> bytes:
        number = argument.strip()
        if not number.isdigit() or int(number) not in self._channels:
            return b"-ERROR: Channel out of range\r\n"
        self.channel = int(number)
        return _DONE
