"""Student code as the tests see it: calls that go into a worker and values that come back."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.sandbox.call_failures import (
    CallFailed,
    CallOutOfDisk,
    CallOutOfMemory,
    CallTimedOut,
    CodeRaised,
    EventsHidden,
    LibraryUsed,
    NameAbsent,
    ProtocolBroken,
    ReplyTooLarge,
    WorkerDied,
)
from autograder.sandbox.process import DiskFilled, Sandbox, WorkerProcess
from autograder.sandbox.reported_names import HandedIn
from autograder.sandbox.wire import messages
from autograder.sandbox.wire.channel import ChannelClosed, DeadlinePassed
from autograder.values.pack import (
    FunctionKey,
    Key,
    NamedKey,
    ObjectKey,
    Packer,
    Unpacker,
    WireError,
    WorkerObject,
)

MOST_CALLBACKS = 1_000_000
FORGET_SECONDS = 3.0
SENT_BACK_FACTOR, SENT_BACK_BYTES = 4, 1 << 20
"""Most bytes of arrays that student code may pass to a test's function, or leave in its own arguments: so many times
what the test has sent at once, or so many. No limit holds what the function computes from them."""


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
        What the call printed, bounded; public checks only.
    lines
        (place, student's file, line, count) of the lines that ran, where they were counted.
    """

    value: Any
    changed: Mapping[str, Any]
    output: str = ""
    lines: tuple[tuple[str, str, int, int], ...] | None = None


class Listener:
    """Hears of what is asked of some code and of what comes; this one does nothing about it."""

    def called(self, call: Call) -> None:
        """A call is about to be made."""

    def came(self, outcome: Returned | CallFailed, call: Call | None = None) -> None:
        """A value or a failure came, the value of `call` where that was a call on its own."""


class Host:
    """Keeps one worker running for one or more codes; starts another when it is gone."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._process: WorkerProcess | None = None
        self._loaded: set[str] = set()
        self.restarts = 0

    def process(self) -> WorkerProcess:
        """Return the running worker, started if need be."""
        if self._process is None:
            self._process = self.sandbox.start()
            self._loaded.clear()
        return self._process

    def process_with(self, space: str, files: Mapping[str, bytes]) -> WorkerProcess:
        """Return the running worker after making sure that it holds these files."""
        process = self.process()
        if space not in self._loaded:
            process.exchange(messages.Load(space=space, files=dict(files)))
            self._loaded.add(space)
        return process

    def drop(self) -> None:
        """End the worker; the next call starts another."""
        if self._process is not None:
            process, self._process = self._process, None
            self.restarts += 1
            process.kill()

    def close(self) -> None:
        """End the worker for good."""
        self.drop()

    def __enter__(self) -> Host:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class Code:
    """One set of files, callable across the boundary.

    Parameters
    ----------
    host
        Where it runs.
    files
        Name to source of every file that may be imported.
    space
        Keeps several sets of files apart in one host.
    seconds_per_call
        Deadline of each call, in wall-clock seconds.

    Attributes
    ----------
    bytes_sent
        Most bytes of arrays that the test has sent at once.
    """

    def __init__(
        self, host: Host, files: Mapping[str, bytes], space: str = "", seconds_per_call: float = 10.0
    ) -> None:
        self.host = host
        self.files = files
        self.public = False
        self.space = space
        self.seconds_per_call = seconds_per_call
        self._functions: list[Callable[..., Any]] = []
        self._callbacks = 0
        self.bytes_sent = 0
        self._generation = 0
        self._failed_imports: dict[str, CodeRaised] = {}
        self._handed_in = HandedIn(files, space.partition("+")[0])
        self._origin: Code = self
        self._listener = Listener()

    # --- what tests use -------------------------------------------------------------------------------

    def call(self, target: str, *args: Any, **keywords: Any) -> Any:
        """Call `module.function` and return its value.

        Raises
        ------
        CallFailed
            One of its kinds, where no value came.
        """
        return self.bind(target, *args, **keywords).run()

    def bind(self, target: str, *args: Any, **keywords: Any) -> Call:
        """Return a call of `module.function` that is not made yet."""
        return Call(self, None, target, args, keywords)

    def new(self, target: str, *args: Any, **keywords: Any) -> Handle:
        """Make an object of `module.Class` in the worker and return a handle to it."""
        value = Call(self, None, target, args, keywords).outcome(keep=True).value
        if not isinstance(value, Handle):
            self.host.drop()
            failure = ProtocolBroken("no object came where one was made")
            failure.code = self._origin
            raise failure
        return value

    def ref(self, target: str) -> NamedKey:
        """Return a reference to a class or function of the code's own, to be passed as an argument."""
        return NamedKey(target)

    def extended(self, **additions: str) -> Code:
        """Return the same code with definitions of the test's own at the end of its files.

        Functions of a hand-in call each other. With a stand-in for what a function relies on, it is judged
        by itself, and a slip elsewhere is not counted again.

        Parameters
        ----------
        additions
            Source by module; what it defines takes the place of what the file defines under that name.
            It runs beside student code, so it holds nothing that a student may not see.
        """
        files = dict(self.files)
        for module, source in additions.items():
            files[f"{module}.py"] = files.get(f"{module}.py", b"") + b"\n\n\n" + source.encode()
        digest = hashlib.sha256(repr(sorted(additions.items())).encode()).hexdigest()[:12]
        code = type(self)(self.host, files, f"{self.space}+{digest}", self.seconds_per_call)
        code.public = self.public
        code._origin = self._origin
        return code

    @property
    def listener(self) -> Listener:
        """Who hears of the calls of this code and of all that extends it."""
        return self._origin._listener

    @listener.setter
    def listener(self, listener: Listener) -> None:
        self._origin._listener = listener

    def forget(self) -> CallFailed | None:
        """Drop the objects and functions of a test that is over; return what kept the worker from doing so."""
        self._functions.clear()
        self._callbacks = 0
        self.bytes_sent = 0
        self._generation += 1
        process = self.host._process
        if process is None:
            return None
        try:
            process.require_room()
            self._exchange_or_drop(process, messages.Forget(), (), FORGET_SECONDS)
        except DiskFilled:
            self.host.drop()
        except CallFailed as failure:
            # A worker that breaks now, in an object's `__del__` for example, is of no further use to anybody.
            return failure
        return None

    def start_afresh(self) -> None:
        """Have the next call made in a process in which nothing of this code has run yet."""
        self.host.drop()
        self._failed_imports.clear()

    def process(self) -> WorkerProcess:
        """Return the worker that the next call goes to, with the files loaded."""
        try:
            return self.host.process_with(self.space, self.files)
        except (ChannelClosed, WireError, DeadlinePassed, DiskFilled):
            # Left over from an earlier call: the worker broke while nothing was asked of it.
            self.host.drop()
            return self.host.process_with(self.space, self.files)

    def ended(self) -> WorkerDied | None:
        """Return the failure that it is to find the worker gone between two exchanges; None where it runs."""
        process = self.host._process
        how = process.ending() if process is not None else None
        if how is None:
            return None
        self.host.drop()
        failure = WorkerDied(how)
        failure.code = self._origin
        self.listener.came(failure)
        return failure

    # --- the way across -------------------------------------------------------------------------------

    def _exchange(
        self, request: messages.Request, arrays: Any = (), arguments: Collection[str] = ()
    ) -> Returned:
        """Send a request and return its value, or raise what came instead and tell the listener.

        `arguments` are the positions and names that the call may report as changed.
        """
        try:
            return self._answered(request, arrays, arguments)
        except CallFailed as failure:
            failure.code = self._origin
            self.listener.came(failure)
            # It is kept until the hand-in is judged, and its traceback would keep all that came in the reply.
            failure.__context__ = None
            raise failure.with_traceback(None) from None

    def _answered(self, request: messages.Request, arrays: Any, arguments: Collection[str]) -> Returned:
        self._require_importable(request)
        process = self.process()
        self.bytes_sent = max(self.bytes_sent, sum(array.nbytes for array in arrays))
        reply, payload = self._exchange_or_drop(process, request, arrays, self.seconds_per_call)
        return self._understood(request, reply, payload, arguments)

    def _require_importable(self, request: messages.Request) -> None:
        """Raise what importing the module ended in before; again it would end the same way, at the same cost."""
        if isinstance(request, messages.Invoke) and request.owner is None:
            failure = self._failed_imports.get(request.name.partition(".")[0])
            if failure is not None:
                raise failure

    def _exchange_or_drop(
        self, process: WorkerProcess, request: messages.Request, arrays: Any, seconds: float
    ) -> tuple[messages.Reply, np.ndarray]:
        try:
            return process.exchange(request, arrays, seconds, self._answer)
        except DeadlinePassed:
            self.host.drop()
            raise CallTimedOut(seconds) from None
        except ChannelClosed:
            how = process.ending() or "it closed its channel"
            self.host.drop()
            raise WorkerDied(how) from None
        except WireError as error:
            self.host.drop()
            raise ProtocolBroken(str(error)) from None
        except DiskFilled:
            self.host.drop()
            raise CallOutOfDisk from None

    def _understood(
        self,
        request: messages.Request,
        reply: messages.Reply,
        payload: np.ndarray,
        arguments: Collection[str],
    ) -> Returned:
        match reply:
            case messages.Value():
                return self._returned(reply, payload, arguments)
            case messages.Done():
                return Returned(None, {})
            case messages.Raised(bases=[_, *_]):
                raise self._raised(reply)
            case messages.Absent():
                asked = getattr(request, "name", "")
                raise NameAbsent(self._handed_in.absent(reply.what, asked))
            case messages.Unavailable():
                known = self._handed_in.imports(reply.library.partition(".")[0])
                where = self._handed_in.place(reply.file, reply.line)
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
        unpacker = Unpacker(payload, self._resolve)
        try:
            value = unpacker.unpack(reply.value)
            returned_bytes = unpacker.used
            changed = {name: unpacker.unpack(part) for name, part in reply.changed.items()}
            if not changed.keys() <= set(arguments):
                raise WireError("a change of an argument came that the call does not have")
            unpacker.require_all_used()
            self._require_small(unpacker.used - returned_bytes, "what the call leaves in its arguments")
        except WireError as error:
            self.host.drop()
            raise ProtocolBroken(str(error)) from None
        lines = None if reply.lines is None else self._handed_in.lines(reply.lines)
        return Returned(value, changed, reply.output, lines)

    def _raised(self, reply: messages.Raised) -> CodeRaised:
        frames = self._handed_in.frames(reply.frames)
        failure = CodeRaised(tuple(reply.bases), reply.text, frames, reply.output, bool(reply.importing))
        if f"{reply.importing}.py" in self.files:
            self._failed_imports[reply.importing] = failure
        return failure

    # --- functions and objects ------------------------------------------------------------------------

    def _packer(self) -> Packer:
        return Packer(self._refer)

    def _refer(self, value: object) -> Key | None:
        if isinstance(value, Handle):
            return ObjectKey(value.number(self))
        if isinstance(value, NamedKey):
            return value
        if callable(value):
            self._functions.append(value)
            return FunctionKey(len(self._functions) - 1)
        return None

    def _resolve(self, key: Key) -> Any:
        if isinstance(key, ObjectKey):
            return Handle(self, key, self._generation, self.host.restarts)
        raise WireError("a function cannot come back")

    def _answer(
        self, callback: messages.Callback, payload: np.ndarray
    ) -> tuple[messages.CallbackResult, list[np.ndarray]]:
        self._callbacks += 1
        if self._callbacks > MOST_CALLBACKS:
            return messages.CallbackResult(error="the function was called too often"), []
        if not 0 <= callback.function < len(self._functions):
            return messages.CallbackResult(error="the test that this function belongs to is over"), []
        self._require_small(len(payload), "what the call passes to the function that it was given")
        function = self._functions[callback.function]
        unpacker = Unpacker(payload, self._resolve)
        args = unpacker.unpack(callback.arguments)
        keywords = unpacker.unpack(callback.keywords) or {}
        unpacker.require_all_used()
        if not isinstance(args, list) or not isinstance(keywords, dict):
            raise WireError("a callback's arguments are none")
        packer = self._packer()
        try:
            inspect.signature(function).bind(*args, **keywords)
            value = function(*args, **keywords)
        except Exception as error:  # what student code passed in does not fit; it is told and goes on
            name = type(error).__name__
            return messages.CallbackResult(error=f"the function that you were given raised {name}"), []
        return messages.CallbackResult(value=packer.pack(value)), packer.arrays

    def _require_small(self, nbytes: int, part: str) -> None:
        """Raise `ReplyTooLarge` where student code sends far more back than it was sent; its process is gone then."""
        if nbytes > max(SENT_BACK_FACTOR * self.bytes_sent, SENT_BACK_BYTES):
            self.host.drop()
            raise ReplyTooLarge(f"it takes more than {SENT_BACK_FACTOR} times what the call was given", part)


class Call:
    """A call that is prepared and made when it is asked for."""

    def __init__(
        self, code: Code, owner: Handle | None, name: str, args: tuple[Any, ...], keywords: dict[str, Any]
    ) -> None:
        self.code = code
        self.name = name
        self.args = args
        self.keywords = keywords
        self.owner = owner

    @property
    def qualified_name(self) -> str:
        """`module.function`, or `Class.method` for a method."""
        return self.name if self.owner is None else f"{self.owner.type_name}.{self.name}"

    def run(self) -> Any:
        """Make the call and return its value."""
        return self.outcome().value

    def outcome(self, keep: bool = False, count_lines: bool = False) -> Returned:
        """Make the call and return everything that is known of it."""
        request, arrays = self._request(keep=keep, count_lines=count_lines)
        self.code.listener.called(self)
        outcome = self.code._exchange(request, arrays, self._arguments)
        self.code.listener.came(outcome, self)
        return outcome

    def held(self, trim: bool = False) -> HeldCall:
        """Send the arguments and return the call, ready to be made by `go` alone.

        With `trim` the worker first gives memory that is free back to the system.
        """
        request, arrays = self._request(hold=True, trim=trim)
        self.code._exchange(request, arrays)
        return HeldCall(self.code, self._arguments)

    @property
    def _arguments(self) -> list[str]:
        return [*map(str, range(len(self.args))), *self.keywords]

    def _request(self, **options: bool) -> tuple[messages.Invoke, list[np.ndarray]]:
        packer = self.code._packer()
        arguments = packer.pack(list(self.args))
        keywords = packer.pack(self.keywords) if self.keywords else None
        request = messages.Invoke(
            space=self.code.space,
            name=self.name,
            owner=None if self.owner is None else self.owner.number(self.code),
            arguments=arguments,
            keywords=keywords,
            public=self.code.public,
            **options,
        )
        return request, packer.arrays


class HeldCall:
    """A call whose arguments lie in the worker."""

    def __init__(self, code: Code, arguments: Collection[str]) -> None:
        self._code = code
        self._arguments = arguments

    def go(self) -> None:
        """Make the call, and others that are held in the same worker, in order; returns when they are over."""
        self._code._exchange(messages.Go())

    def fetch(self) -> Returned:
        """Return what the call returned, or raise what it ended in; calls are fetched in order."""
        outcome = self._code._exchange(messages.Fetch(), (), self._arguments)
        self._code.listener.came(outcome)
        return outcome


class Handle(WorkerObject):
    """An object that lives in the worker, for as long as the test that made it."""

    def __init__(self, code: Code, key: ObjectKey, generation: int, restarts: int) -> None:
        self._code = code
        self._key = key
        self._generation = generation
        self._restarts = restarts
        self.type_name = key.type_name

    def call(self, method: str, *args: Any, **keywords: Any) -> Any:
        """Call a method and return its value."""
        return self.bind(method, *args, **keywords).run()

    def bind(self, method: str, *args: Any, **keywords: Any) -> Call:
        """Return a call of a method that is not made yet."""
        return Call(self._code, self, method, args, keywords)

    def get(self, name: str) -> Any:
        """Return an attribute's value."""
        outcome = self._code._exchange(messages.GetAttribute(owner=self.number(self._code), name=name))
        self._code.listener.came(outcome)
        return outcome.value

    def set(self, name: str, value: Any) -> None:
        """Set an attribute; a function is called back on this side."""
        packer = self._code._packer()
        node = packer.pack(value)
        request = messages.SetAttribute(owner=self.number(self._code), name=name, value=node)
        self._code._exchange(request, packer.arrays)

    def number(self, code: Code) -> int:
        """Return the object's number in the worker of `code`.

        Raises
        ------
        WorkerDied
            Where the worker that held it is gone.
        ValueError
            Where it belongs to other code or to a test that is over.
        """
        if code is not self._code or self._generation != code._generation:
            raise ValueError("a handle was used with other code or after its test")
        if self._restarts != code.host.restarts:
            raise WorkerDied("the object went with the process that held it")
        return self._key.number
