"""VBus over TCP: the words that come before the raw bytes.

A device greets with `+HELLO`; every command is answered by a line that begins with
`+` (done) or `-` (failed), after optional lines that begin with `*`. After `DATA` is
confirmed the connection carries raw VBus bytes in both directions.
"""

from typing import Final, Literal

DEFAULT_PORT: Final = 7053
_MAX_LINE_BYTES: Final = 1024
_MAX_LINES: Final = 64
_LINE_ENDS: Final = b"\r\n"


class Handshake:
    """The client's side: feed what arrives and send what is returned.

    `error` is "auth" for a wrong password and "refused" when the device says no to
    anything else or does not speak this protocol. When `done`, bytes that came behind
    the last answer are in `rest`: they belong to the decoder.
    """

    def __init__(self, password: str, channel: int = 0) -> None:
        """Prepare to log in; a channel is chosen on DL3 and VBus.net only."""
        self.done = False
        self.error: Literal["auth", "refused"] | None = None
        self.rest = b""
        self._pending = b""
        self._lines = 0
        self._commands = [b"PASS " + password.encode()]
        if channel:
            self._commands.append(b"CHANNEL %d" % channel)
        self._commands.append(b"DATA")
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
            answer += self._answer(line)
        if self.done:
            # The second half of a line end may still lead the raw bytes.
            self.rest = self._pending.removeprefix(b"\n")
        return answer

    def _next_line(self) -> bytes | None:
        self._pending = self._pending.lstrip(_LINE_ENDS)
        ends = [self._pending.find(end) for end in (b"\r", b"\n")]
        found = [end for end in ends if end >= 0]
        if not found:
            if len(self._pending) > _MAX_LINE_BYTES:
                self.error = "refused"
            return None
        line = self._pending[: min(found)]
        self._pending = self._pending[min(found) + 1 :]
        return line

    def _answer(self, line: bytes) -> bytes:
        self._lines += 1
        if line.startswith(b"-"):
            self.error = "auth" if self._sent.startswith(b"PASS") else "refused"
            return b"QUIT\r\n"
        if not line.startswith(b"+"):
            if self._lines >= _MAX_LINES:
                self.error = "refused"
            return b""
        if not self._sent and not line.startswith(b"+HELLO"):
            self.error = "refused"
            return b"QUIT\r\n"
        if self._sent == b"DATA":
            self.done = True
            return b""
        self._sent = self._commands.pop(0)
        return self._sent + b"\r\n"
