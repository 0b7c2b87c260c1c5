"""Reads what comes back from a worker: the value of a call, or what the call ended in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.sandbox.call_failures import (
    CallOutOfMemory,
    CodeRaised,
    EventsHidden,
    LibraryUsed,
    NameAbsent,
    ProtocolBroken,
    ReplyTooLarge,
    UnknownArgument,
)
from autograder.sandbox.callbacks import require_small
from autograder.sandbox.host import Host
from autograder.sandbox.reported_names import SourceNames
from autograder.sandbox.wire import messages
from autograder.sandbox.wire.messages import CountedLine
from autograder.values.kinds import Key
from autograder.values.nodes import WireError
from autograder.values.unpack import Unpacker


@dataclass(frozen=True)
class Returned:
    """What a call returned.

    Attributes
    ----------
    value
        Plain arrays, scalars and containers of them; `Foreign` for what may not cross, `Handle` for an object.
    changed
        Arguments that the call changed, by position or name, as they were after it.
    output
        What the call printed, up to a limit; public checks only.
    lines
        What ran, if it was counted.
    """

    value: Any
    changed: Mapping[str, Any]
    output: str = ""
    lines: tuple[CountedLine, ...] | None = None


@dataclass(frozen=True)
class ReplyReader:
    """Reads the replies to one code's requests.

    Parameters
    ----------
    host
        Where they come from; what breaks the protocol ends its worker.
    names
        Which names and places the code can have reported.
    resolve
        Returns what stands for an object that stays in the worker.
    public
        Whether what the code printed and its variables may be shown.
    bytes_sent
        The most bytes of arrays that were sent at once: arguments that come back changed are not much larger.
    """

    host: Host
    names: SourceNames
    resolve: Callable[[Key], Any]
    public: bool
    bytes_sent: int

    def understood(
        self,
        request: messages.Request,
        reply: messages.Reply,
        payload: np.ndarray,
        arguments: Collection[str],
    ) -> Returned:
        """Return the value that a reply holds.

        Parameters
        ----------
        arguments
            Positions and names of what the call may report as changed.

        Raises
        ------
        CallFailed
            One of its subclasses, if it holds something else.
        """
        match reply:
            case messages.Value():
                return self._returned(reply, payload, arguments)
            case messages.Done():
                return Returned(None, {})
            case messages.Raised(bases=[_, *_]):
                raise self._raised(reply)
            case messages.Absent():
                asked = getattr(request, "name", "")
                raise NameAbsent(self.names.absent(reply.what, asked))
            case messages.Unavailable():
                known = self.names.imports(reply.library.partition(".")[0])
                where = self.names.place(reply.file, reply.line)
                raise LibraryUsed(reply.library if known else "another library", *where)
            case messages.Uncounted():
                raise EventsHidden(reply.reason)
            case messages.Exhausted():
                raise CallOutOfMemory
            case messages.TooLarge():
                too_many = "it is nested too deeply or has too many parts"
                most = self.host.sandbox.limits.reply_bytes / 1e6
                raise ReplyTooLarge(f"it takes more than {most:.0f} MB" if reply.nbytes else too_many)
        self.host.drop()
        raise ProtocolBroken("a reply came that does not belong here")

    def _returned(self, reply: messages.Value, payload: np.ndarray, arguments: Collection[str]) -> Returned:
        unpacker = Unpacker(payload, self.resolve)
        try:
            value = unpacker.unpack(reply.value)
            returned_bytes = unpacker.used
            changed = {name: unpacker.unpack(part) for name, part in reply.changed.items()}
            if not changed.keys() <= set(arguments):
                raise WireError("the call is said to have changed an argument that it does not have")
            unpacker.require_all_used()
            left = "what the call leaves in its arguments"
            require_small(unpacker.used - returned_bytes, self.bytes_sent, left)
        except WireError as error:
            self.host.drop()
            raise ProtocolBroken(str(error)) from None
        except ReplyTooLarge:
            self.host.drop()
            raise
        lines = None if reply.lines is None else self.names.lines(reply.lines)
        return Returned(value, changed, reply.output, lines)

    def _raised(self, reply: messages.Raised) -> CodeRaised:
        frames = self.names.frames(reply.frames)
        # What was not asked for is not believed: the process may have forged it.
        variables = tuple(reply.variables) if self.public else ()
        return CodeRaised(
            tuple(reply.bases),
            reply.text,
            frames,
            reply.output,
            variables,
            bool(reply.importing),
            arguments=tuple(
                UnknownArgument() if isinstance(it, messages.Opaque) else it for it in reply.arguments
            ),
        )
