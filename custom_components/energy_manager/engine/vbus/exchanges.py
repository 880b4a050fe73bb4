"""Requests to a controller and its replies, as datagrams.

After the table of commands of RESOL's parameter tools. An index has up to 23 bits: the
upper seven go into the low byte of the command, of the request and of the reply.
"""

from dataclasses import dataclass
from typing import Final, Literal

from ..errors import ProtocolError
from . import parameters
from .frames import Datagram, Frame

type Action = Literal[
    "read",
    "write",
    "write_permanently",
    "release",
    "hash_of_index",
    "index_of_hash",
    "capabilities",
    "begin_bulk",
    "commit_bulk",
    "roll_back_bulk",
    "write_bulk",
    "ping",
    "storage_activity",
]
"""What a controller is asked to do.

`begin_bulk` takes as its value the seconds of silence after which the controller
forgets the writes of the transaction. `ping` gets both numbers back.
"""

MAX_INDEX: Final = 0x7FFFFF
_REFUSED: Final = 0x4000
_SUB_INDEX: Final = 0x7F

type _Echo = Literal["nothing", "index", "value", "both"]


@dataclass(frozen=True, slots=True)
class _Form:
    """The command of a request, those of its replies, and what a reply repeats."""

    command: int
    replies: tuple[int, ...]
    echo: _Echo = "nothing"
    has_sub_index: bool = False


_FORMS: Final[dict[Action, _Form]] = {
    "read": _Form(parameters.READ, (parameters.DATA,), "index", True),
    "write": _Form(parameters.WRITE, (parameters.DATA,), "index", True),
    "write_permanently": _Form(
        parameters.WRITE_PERMANENTLY, (parameters.DATA,), "index", True
    ),
    "release": _Form(parameters.RELEASE, ()),
    "hash_of_index": _Form(parameters.HASH_OF_INDEX, (parameters.DATA,), "index", True),
    "index_of_hash": _Form(
        parameters.INDEX_OF_HASH, (parameters.INDEX_FOUND, parameters.DATA), "value"
    ),
    "capabilities": _Form(0x1300, (0x1301,)),
    "begin_bulk": _Form(0x1400, (0x1401,)),
    "commit_bulk": _Form(0x1402, (0x1403,)),
    "roll_back_bulk": _Form(0x1404, (0x1405,)),
    "write_bulk": _Form(0x1500, (0x1600,), "index", True),
    "ping": _Form(0x1700, (0x1701,), "both"),
    "storage_activity": _Form(0x1702, (0x1703,)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a datagram asks a controller to do."""

    action: Action
    index: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a controller answered; `refused` instead of doing it."""

    index: int
    value: int
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request on its way, which knows its replies when it sees them."""

    action: Action
    request: Datagram

    def reply(self, frame: Frame) -> Reply | None:
        """Return the reply that a frame is, None if it is none to this request."""
        asked = self.request
        if (
            not isinstance(frame, Datagram)
            or frame.source != asked.destination
            or frame.destination != asked.source
        ):
            return None
        form = _FORMS[self.action]
        sub = asked.command & _SUB_INDEX if form.has_sub_index else 0
        index = frame.index | sub << 16
        if frame.command == asked.command | _REFUSED or (
            frame.command == parameters.REFUSED_READ | sub
        ):
            same = form.echo == "nothing" or frame.index == asked.index
            return Reply(index=index, value=0, refused=True) if same else None
        if frame.command not in {command | sub for command in form.replies}:
            return None
        if form.echo in {"index", "both"} and frame.index != asked.index:
            return None
        if form.echo in {"value", "both"} and frame.value != asked.value:
            return None
        return Reply(index=index, value=frame.value)


def exchange(
    action: Action,
    controller: int,
    index: int = 0,
    value: int = 0,
    *,
    computer: int = parameters.COMPUTER,
) -> Exchange:
    """Return the request for an action.

    Raises:
        ProtocolError: if the index is too large for the action.
    """
    form = _FORMS[action]
    if not 0 <= index <= (MAX_INDEX if form.has_sub_index else 0xFFFF):
        raise ProtocolError("an index has up to 23 bits where it goes to a value")
    command = form.command | index >> 16
    return Exchange(
        action, Datagram(controller, computer, command, index & 0xFFFF, value)
    )


def request_of(datagram: Datagram) -> Request | None:
    """Return what a datagram asks a controller to do, None if it asks nothing."""
    for action, form in _FORMS.items():
        sub = datagram.command ^ form.command
        if sub == 0 or (form.has_sub_index and 0 < sub <= _SUB_INDEX):
            return Request(
                action=action, index=datagram.index | sub << 16, value=datagram.value
            )
    return None


def reply_to(
    request: Datagram, *, index: int | None = None, value: int = 0, newer: bool = True
) -> Datagram:
    """Return the controller's reply to a request.

    `index` is that of the request if it is not given. Newer controllers answer a
    look-up with a command of its own.

    Raises:
        ProtocolError: if the datagram is not a request that has a reply.
    """
    asked = request_of(request)
    if asked is None or not _FORMS[asked.action].replies:
        raise ProtocolError("there is no reply to this datagram")
    replies = _FORMS[asked.action].replies
    return Datagram(
        request.source,
        request.destination,
        replies[0 if newer else -1] | asked.index >> 16,
        request.index if index is None else index & 0xFFFF,
        value,
    )


def refusal_of(request: Datagram) -> Datagram:
    """Return the datagram with which a controller refuses a request."""
    asked = request_of(request)
    sub = 0 if asked is None else asked.index >> 16
    return Datagram(
        request.source,
        request.destination,
        parameters.REFUSED_READ | sub,
        request.index,
        0,
    )
