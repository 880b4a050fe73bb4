"""VBus over TCP: the words that come before the raw bytes.

A device greets with `+HELLO`; every command is answered by a line that begins with
`+` (done) or `-` (failed), after optional lines that begin with `*`. After `DATA` is
confirmed the connection carries raw VBus bytes in both directions.
"""

import re
from typing import Final, Literal

DEFAULT_PORT: Final = 7053
_MAX_LINE_BYTES: Final = 1024
_MAX_LINES: Final = 64
_LINE_ENDS: Final = b"\r\n"
_CHANNEL: Final = re.compile(rb"\*\s*(\d{1,3})\s*:\s*(.*?)\s*")


class Handshake:
    """The client's side: feed what arrives and send what is returned.

    `error` is "auth" for a wrong password and "refused" when the device says no to
    anything else or does not speak this protocol; `refused` is then the command to
    which it said no. When `done`, bytes that came behind the last answer are in
    `rest`: they belong to the decoder.
    """

    def __init__(
        self, password: str, channel: int = 0, *, lists_channels: bool = False
    ) -> None:
        """Prepare to log in; a channel is chosen on DL3 and VBus.net only.

        With `lists_channels` the talk ends with the list of channels instead of raw
        bytes: their names by number are then in `channels`, none from a device that
        has only one bus.
        """
        self.done = False
        self.error: Literal["auth", "refused"] | None = None
        self.refused: str | None = None
        self.rest = b""
        self.channels: dict[int, str] = {}
        self._pending = b""
        self._lines = 0
        self._commands = [b"PASS " + password.encode()]
        if channel and not lists_channels:
            self._commands.append(b"CHANNEL %d" % channel)
        self._commands.append(b"CHANNELLIST" if lists_channels else b"DATA")
        self._sent = b""
        if any(end in self._commands[0] for end in _LINE_ENDS):
            # Such a password cannot be said in one line, so it cannot be right.
            self.error = "auth"

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the device and return the bytes to send."""
        if self.done or self.error:
            return b""
        self._pending += data
        answer = b""
        while not self.done and self.error is None:
            line = self._next_line()
            if line is None:
                break
            answer += (
                self._give_up() if len(line) > _MAX_LINE_BYTES else self._answer(line)
            )
        if self.done:
            # The second half of a line end may still lead the raw bytes.
            self.rest = self._pending.removeprefix(b"\n")
        return answer

    def _next_line(self) -> bytes | None:
        self._pending = self._pending.lstrip(_LINE_ENDS)
        ends = [self._pending.find(end) for end in (b"\r", b"\n")]
        found = [end for end in ends if end >= 0]
        if not found:
            # A line that is too long already is not waited for.
            return self._pending if len(self._pending) > _MAX_LINE_BYTES else None
        line = self._pending[: min(found)]
        self._pending = self._pending[min(found) + 1 :]
        return line

    def _give_up(self) -> bytes:
        """Say goodbye to a device that does not speak this protocol."""
        self.error = "refused"
        return b"QUIT\r\n"

    def _answer(self, line: bytes) -> bytes:
        self._lines += 1
        if line.startswith(b"-"):
            return self._refuse()
        if not line.startswith(b"+"):
            if self._sent == b"CHANNELLIST":
                self._note_channel(line)
            return self._give_up() if self._lines >= _MAX_LINES else b""
        if not self._sent and not line.startswith(b"+HELLO"):
            return self._give_up()
        if not self._commands:
            self.done = True
            return b"QUIT\r\n" if self._sent == b"CHANNELLIST" else b""
        self._sent = self._commands.pop(0)
        return self._sent + b"\r\n"

    def _refuse(self) -> bytes:
        """Take a no for an answer and say goodbye."""
        if self._sent == b"CHANNELLIST":
            # A device with one bus does not know this command.
            self.done = True
            return b"QUIT\r\n"
        self.refused = self._sent.partition(b" ")[0].decode()
        self.error = "auth" if self.refused == "PASS" else "refused"
        return b"QUIT\r\n"

    def _note_channel(self, line: bytes) -> None:
        match = _CHANNEL.fullmatch(line)
        if match is not None:
            self.channels[int(match[1])] = match[2].decode(errors="replace")
