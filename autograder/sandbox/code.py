"""Student code as the tests see it: calls that go into a worker and values that come back."""

from __future__ import annotations

import contextlib
import hashlib
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from autograder.errors import CourseError
from autograder.sandbox.arguments import Refused, cannot_be_given, refuse
from autograder.sandbox.call_failures import (
    CallFailed,
    CallOutOfDisk,
    CallTimedOut,
    CodeRaised,
    ProtocolBroken,
    ReplyTooLarge,
    WorkerDied,
)
from autograder.sandbox.callbacks import Callbacks
from autograder.sandbox.host import Host
from autograder.sandbox.process import DiskFilled, WorkerProcess
from autograder.sandbox.replies import ReplyReader, Returned
from autograder.sandbox.reported_names import SourceNames
from autograder.sandbox.time_used import cpu_seconds, wall_seconds
from autograder.sandbox.wire import messages
from autograder.sandbox.wire.cells import cells_in, with_addition
from autograder.sandbox.wire.channel import ChannelClosed, DeadlinePassed
from autograder.values.kinds import Key, NamedKey, ObjectKey, WorkerObject
from autograder.values.nodes import Node, Tag, WireError, payload_bytes
from autograder.values.pack import Packer

FORGET_SECONDS = 1.0
LEAST_IMPORT_SECONDS = 0.5
"""What the import of a file has at least: the lines outside of functions may do much more than a call."""
SECONDS_FOR_CELLS = 8.0
"""What the import of a notebook has for running its cells, besides that."""
Failure = TypeVar("Failure", bound=CallFailed)


class Listener:
    """Is told what some code is asked and what comes of it; this one ignores it."""

    def called(self, call: Call) -> None:
        """A call is about to be made."""

    def held(self, call: Call) -> None:
        """The arguments of a call that is measured are about to be sent."""

    def setting(self, owner: Handle, name: str, value: Any) -> None:
        """An attribute of an object is about to be set."""

    def reading(self, owner: Handle, name: str) -> None:
        """An attribute of an object is about to be read."""

    def answered(self, function: Callable[..., Any], value: Any) -> None:
        """The code called a function of the test, which returned this."""

    def came(self, outcome: Returned | CallFailed, call: Call | None = None) -> None:
        """A value or a failure came; `call` is what returned the value, unless it was made in a group."""


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
        Deadline of each call, in seconds as `TimeUsed` counts them.

    Attributes
    ----------
    most_wall_seconds
        The most that a call may take by the clock on the wall, whatever it may take otherwise.
    slowest_seconds
        CPU seconds of the slowest call so far: a machine that is busy with other things does not make it slower.
    bytes_sent
        Largest number of bytes of arrays that the test has sent at once.
    origin
        The code that this one extends, else itself.
    additions
        What the test added to that: pairs of a module and the source at the end of its file.
    listener
        Is told of the calls of this code and of all that extends it; only that of the origin counts.
    lent
        Functions of this side that its files may call, by `module.function`.
    unusable
        Why files that belong to it are not among `files`: a sentence for each, by name.
    asked_for
        The functions that the assignment asks for, each as `module.function`.
    """

    def __init__(
        self, host: Host, files: Mapping[str, bytes], space: str = "", seconds_per_call: float = 10.0
    ) -> None:
        self.host = host
        self.files = files
        self._has_cells = any(cells_in(source)[1] for source in files.values())
        self.unusable: Mapping[str, str] = {}
        self.asked_for: Collection[str] = ()
        self.public = False
        self.space = space
        self.seconds_per_call = seconds_per_call
        self.most_wall_seconds = math.inf
        self.slowest_seconds = 0.0
        self._callbacks = Callbacks(self._refer, self._resolve, self._note_answer)
        self.bytes_sent = 0
        self._generation = 0
        self._leaves_something = False
        self._failed_imports: dict[str, CodeRaised] = {}
        self._source_names = SourceNames(files, space.partition("+")[0])
        self.origin: Code = self
        self.additions: tuple[tuple[str, str], ...] = ()
        self.listener = Listener()
        self.lent: Mapping[str, Callable[..., Any]] = {}

    # --- what tests use -------------------------------------------------------------------------------

    def call(self, target: str, *args: Any, **keywords: Any) -> Any:
        """Call `module.function` and return its value.

        Raises
        ------
        CallFailed
            One of its subclasses, if no value came.
        """
        return self.bind(target, *args, **keywords).run()

    def bind(self, target: str, *args: Any, **keywords: Any) -> Call:
        """Return a call of `module.function` that has not been made yet."""
        return Call(self, None, target, args, keywords)

    def new(self, target: str, *args: Any, **keywords: Any) -> Handle:
        """Make an object of `module.Class` in the worker and return a handle to it."""
        value = Call(self, None, target, args, keywords).outcome(keep=True).value
        if not isinstance(value, Handle):
            self.host.drop()
            failure = ProtocolBroken("no object came, although one was made")
            failure.code = self.origin
            raise failure
        return value

    def get_constant(self, target: str) -> Any:
        """Return the value of `module.NAME`, something that a file defines besides functions and classes.

        Raises
        ------
        CallFailed
            One of its subclasses, if no value came.
        """
        outcome = self._exchange(messages.GetConstant(space=self.space, name=target))
        self.origin.listener.came(outcome)
        return outcome.value

    def seed(self, number: int) -> None:
        """Seed the global generators of NumPy and Python, which later calls of the test draw from."""
        self._exchange(messages.Seed(number=number))

    def with_reference(self, *files: str) -> Code:
        """Return this code: that of the reference has its own files anyway."""
        return self

    def ref(self, target: str) -> NamedKey:
        """Return a reference to a class or function that the code defines, to be passed as an argument."""
        return NamedKey(target)

    def extended(self, **additions: str) -> Code:
        """Return the same code with the test's definitions at the end of its files.

        Functions of a hand-in call each other. With a stand-in for what a function relies on, it is judged
        by itself, and a mistake elsewhere is not counted again.

        Parameters
        ----------
        additions
            Source by module; its definitions replace those of the file with the same names.
            It runs beside student code, so it must not hold anything that a student may not see.
        """
        files = dict(self.files)
        for module, source in additions.items():
            files[f"{module}.py"] = with_addition(files.get(f"{module}.py", b""), source.encode())
        digest = hashlib.sha256(repr(sorted(additions.items())).encode()).hexdigest()[:12]
        code = type(self)(self.host, files, f"{self.space}+{digest}", self.seconds_per_call)
        code.public = self.public
        code.most_wall_seconds = self.most_wall_seconds
        code.origin = self.origin
        code.additions = (*self.additions, *additions.items())
        code.lent = self.lent
        return code

    @contextlib.contextmanager
    def replaced(self, files: Mapping[str, bytes], lent: Mapping[str, Callable[..., Any]]) -> Iterator[None]:
        """Have other files in the place of some for a while, with the functions of this side that they call."""
        kept = self.files, self.space, self.lent, self._source_names, self._failed_imports
        digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:12]
        self.files, self.space, self.lent = (
            {**self.files, **files},
            f"{self.space}+{digest}",
            {**self.lent, **lent},
        )
        self._source_names, self._failed_imports = SourceNames(self.files, self.space.partition("+")[0]), {}
        try:
            yield
        finally:
            self.files, self.space, self.lent, self._source_names, self._failed_imports = kept

    def forget(self) -> CallFailed | None:
        """Drop the objects and functions of a test that is over; return what prevented it, if anything."""
        leaves_something, self._leaves_something = self._leaves_something, False
        self._callbacks.forget()
        self.bytes_sent = 0
        self._generation += 1
        process = self.host._process
        if process is None:
            return None
        try:
            process.require_room()
            if not leaves_something:
                if process.ending(0.0) is not None:
                    self.host.drop()
                return None
            self._exchange_or_drop(process, messages.Forget(), (), FORGET_SECONDS)
        except DiskFilled:
            self.host.drop()
        except CallFailed as failure:
            # The worker broke now, in an object's `__del__` for example.
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
            # The worker broke after an earlier call, while nothing was asked of it.
            self.host.drop()
            return self.host.process_with(self.space, self.files)

    def ended(self) -> WorkerDied | None:
        """Return the failure if the worker has ended between two exchanges; None if it still runs."""
        process = self.host._process
        how = process.ending() if process is not None else None
        if how is None:
            return None
        self.host.drop()
        return self._noted(WorkerDied(how))

    def outcomes(self, calls: Sequence[Call]) -> list[Returned | CodeRaised]:
        """Make calls of functions of one module of this code, one after the other, and return what came of each.

        They cross together, so that many small ones cost little more than one, and all of them together have
        `seconds_per_call`. The first call of files that the worker does not hold yet goes alone: it imports them, which
        may take long, or fail for every call.

        Raises
        ------
        CallFailed
            If one of them ended in neither a value nor an exception.
        """
        if calls and not self.host.holds(self.space):
            return [calls[0].value_or_exception(), *self.outcomes(calls[1:])]
        failure = self._failed_imports.get(calls[0].name.partition(".")[0]) if calls else None
        if len(calls) < 2 or len(calls) > messages.MOST_CALLS or failure is not None:
            return [call.value_or_exception() for call in calls]
        prepared = [call._request() for call in calls]
        for call in calls:
            self.origin.listener.called(call)
        request = messages.InvokeAll(
            calls=[invoke for invoke, _ in prepared],
            payload_bytes=[payload_bytes(arrays) for _, arrays in prepared],
        )
        try:
            replies, payload = self._replies(request, prepared)
            found, start = list[Returned | CodeRaised](), 0
            for call, (invoke, _), reply, size in zip(
                calls, prepared, replies.replies, replies.payload_bytes, strict=True
            ):
                try:
                    found.append(
                        self._understood(invoke, reply, payload[start : start + size], call._arguments)
                    )
                    self.origin.listener.came(found[-1], call)
                except CodeRaised as raised:
                    # Its traceback would keep all that came.
                    found.append(self._noted(raised).with_traceback(None))
                start += size
            return found
        except CallFailed as failed:
            raise self._noted(failed).with_traceback(None) from None

    def _replies(
        self, request: messages.InvokeAll, prepared: Sequence[tuple[messages.Invoke, list[np.ndarray]]]
    ) -> tuple[messages.Replies, np.ndarray]:
        """Send several calls and return their replies, as many as there are calls, with the payload."""
        process = self.process()
        self.bytes_sent = max(self.bytes_sent, *(sum(it.nbytes for it in arrays) for _, arrays in prepared))
        arrays = [array for _, own in prepared for array in own]
        reply, payload = self._exchange_or_drop(process, request, arrays, self.seconds_per_call)
        if isinstance(reply, messages.TooLarge):
            raise ReplyTooLarge("what several calls returned is too large to cross at once")
        if isinstance(reply, messages.Replies):
            sizes = reply.payload_bytes
            if len(reply.replies) == len(sizes) == len(prepared) and sum(sizes) == len(payload):
                return reply, payload
        self.host.drop()
        raise ProtocolBroken("there are not as many replies as calls")

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
            # It is kept until the hand-in is judged. Its traceback keeps the variables of this function, but must
            # not keep those of `_answered`: all that came in the reply.
            failure.__context__ = None
            raise self._noted(failure).with_traceback(None) from None

    def _answered(self, request: messages.Request, arrays: Any, arguments: Collection[str]) -> Returned:
        self._require_importable(request)
        process = self.process()
        self._import_for(request, process)
        self.bytes_sent = max(self.bytes_sent, sum(array.nbytes for array in arrays))
        began = cpu_seconds(process.pid)
        reply, payload = self._exchange_or_drop(process, request, arrays, self.seconds_per_call)
        self.origin.slowest_seconds = max(self.origin.slowest_seconds, cpu_seconds(process.pid) - began)
        return self._understood(request, reply, payload, arguments)

    def _noted(self, failure: Failure) -> Failure:
        """Tell the listener of a failure of this code, and return it."""
        failure.code = self.origin
        self.origin.listener.came(failure)
        return failure

    def _require_importable(self, request: messages.Request) -> None:
        """Raise what importing the module ended in before: it would end the same way, at the same cost."""
        failure = self._failed_imports.get(_module_of(request))
        if failure is not None:
            raise failure

    def _import_for(self, request: messages.Request, process: WorkerProcess) -> None:
        """Import the module that a request is about, in time of its own, or raise what that ends in."""
        module = _module_of(request)
        if not module or self.host.has_imported(self.space, module):
            return
        asked = messages.Import(space=self.space, module=module, public=self.public)
        seconds = max(LEAST_IMPORT_SECONDS, self.seconds_per_call) + SECONDS_FOR_CELLS * self._has_cells
        reply, payload = self._exchange_or_drop(process, asked, (), seconds)
        if isinstance(reply, messages.Absent):
            return  # as the request itself is about to say
        self._understood(asked, reply, payload, ())
        self.host.note_import(self.space, module)

    def _exchange_or_drop(
        self, process: WorkerProcess, request: messages.Request, arrays: Any, seconds: float
    ) -> tuple[messages.Reply, np.ndarray]:
        wall = min(wall_seconds(seconds), self.most_wall_seconds)
        self.host.exchanges += 1
        try:
            return process.exchange(request, arrays, wall, self._answer, seconds)
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
        reader = ReplyReader(self.host, self._source_names, self._resolve, self.public, self.bytes_sent)
        try:
            return reader.understood(request, reply, payload, arguments)
        except CodeRaised as raised:
            if isinstance(reply, messages.Raised) and f"{reply.importing}.py" in self.files:
                self._failed_imports[reply.importing] = raised
            raise

    # --- functions and objects ------------------------------------------------------------------------

    def _refer(self, value: object) -> Key | None:
        if isinstance(value, Handle):
            return ObjectKey(value.number(self))
        if isinstance(value, NamedKey):
            return value
        if callable(value):
            self.origin._leaves_something = True
            return self._callbacks.key_of(value)
        return None

    def _resolve(self, key: Key) -> Any:
        if isinstance(key, ObjectKey):
            self.origin._leaves_something = True
            return Handle(self, key, self._generation, self.host.restarts)
        raise WireError("a function cannot come back")

    def _note_answer(self, function: Callable[..., Any], value: Any) -> None:
        self.origin.listener.answered(function, value)

    def _answer(
        self, callback: messages.Callback, payload: np.ndarray
    ) -> tuple[messages.CallbackResult, list[np.ndarray]]:
        try:
            return self._callbacks.answer(callback, payload, self.bytes_sent, self.lent)
        except (CallFailed, CourseError):
            self.host.drop()  # it waits for an answer that it does not get
            raise


def _module_of(request: messages.Request) -> str:
    """Return the module that a request names a part of; empty if it is about something else."""
    match request:
        case messages.GetConstant(name=name) | messages.Invoke(name=name, owner=None):
            return name.partition(".")[0]
    return ""


@dataclass(eq=False)
class Call:
    """A call that is prepared, and made on request."""

    code: Code
    owner: Handle | None
    name: str
    args: tuple[Any, ...]
    keywords: dict[str, Any]

    @property
    def qualified_name(self) -> str:
        """`module.function`, or `Class.method` for a method."""
        return self.name if self.owner is None else f"{self.owner.type_name}.{self.name}"

    def run(self) -> Any:
        """Make the call and return its value."""
        return self.outcome().value

    def outcome(self, keep: bool = False, count_lines: bool = False) -> Returned:
        """Make the call and return everything that is known about it."""
        request, arrays = self._request(keep=keep, count_lines=count_lines)
        self.code.origin.listener.called(self)
        outcome = self.code._exchange(request, arrays, self._arguments)
        self.code.origin.listener.came(outcome, self)
        return outcome

    def value_or_exception(self) -> Returned | CodeRaised:
        """Make the call and return its outcome, also where that is an exception."""
        try:
            return self.outcome()
        except CodeRaised as error:
            return error

    def hold(self, trim: bool = False) -> None:
        """Send the arguments, so that `go` has nothing to do but make the call.

        With `trim` the worker first returns free memory to the system.
        """
        self.code.origin.listener.held(self)
        self.code.origin._leaves_something = True
        request, arrays = self._request(hold=True, trim=trim)
        self.code._exchange(request, arrays)

    def go(self) -> None:
        """Make this call and any others that are held in the same worker, in order; return when they are over."""
        self.code._exchange(messages.Go())

    def fetch(self) -> Returned:
        """Return what the held call returned, or raise what it ended in; calls are fetched in order."""
        outcome = self.code._exchange(messages.Fetch(), (), self._arguments)
        self.code.origin.listener.came(outcome)
        return outcome

    @property
    def _arguments(self) -> list[str]:
        return [*map(str, range(len(self.args))), *self.keywords]

    def _request(self, **options: bool) -> tuple[messages.Invoke, list[np.ndarray]]:
        packer = Packer(self.code._refer, refuse)
        arguments: list[Node] = [Tag.LIST]
        keywords: list[Node] = [Tag.DICT]
        place: int | str = ""
        try:
            for place, value in enumerate(self.args, 1):  # noqa: B007 - said where a value is refused
                arguments.append(packer.pack(value, 1))
            for place, value in self.keywords.items():
                keywords += [place, packer.pack(value, 1)]
        except Refused as error:
            raise cannot_be_given(f"argument {place} of {self.name}", error.value) from None
        request = messages.Invoke(
            space=self.code.space,
            name=self.name,
            owner=None if self.owner is None else self.owner.number(self.code),
            arguments=arguments,
            keywords=keywords if self.keywords else None,
            public=self.code.public,
            **options,
        )
        return request, packer.arrays


class Handle(WorkerObject):
    """An object that lives in the worker, for as long as the test that made it."""

    def __init__(self, code: Code, key: ObjectKey, generation: int, restarts: int) -> None:
        self._code = code
        self._key = key
        self._generation = generation
        self._restarts = restarts
        self.type_name = key.type_name
        self.parts = key.parts

    @property
    def code(self) -> Code:
        """The code that made the object."""
        return self._code

    def call(self, method: str, *args: Any, **keywords: Any) -> Any:
        """Call a method and return its value."""
        return self.bind(method, *args, **keywords).run()

    def bind(self, method: str, *args: Any, **keywords: Any) -> Call:
        """Return a call of a method that has not been made yet."""
        return Call(self._code, self, method, args, keywords)

    def get(self, name: str) -> Any:
        """Return an attribute's value."""
        self._code.origin.listener.reading(self, name)
        outcome = self._code._exchange(messages.GetAttribute(owner=self.number(self._code), name=name))
        self._code.origin.listener.came(outcome)
        return outcome.value

    def set(self, name: str, value: Any) -> None:
        """Set an attribute; a function is called back on this side."""
        self._code.origin.listener.setting(self, name, value)
        packer = Packer(self._code._refer, refuse)
        try:
            node = packer.pack(value)
        except Refused as error:
            raise cannot_be_given(f"what the attribute {name} is set to", error.value) from None
        request = messages.SetAttribute(owner=self.number(self._code), name=name, value=node)
        self._code._exchange(request, packer.arrays)

    def number(self, code: Code) -> int:
        """Return the object's number in the worker of `code`.

        Raises
        ------
        WorkerDied
            If the worker that held it is gone.
        ValueError
            If it belongs to other code or to a test that is over.
        """
        if code is not self._code or self._generation != code._generation:
            raise ValueError("a handle was used with other code or after its test")
        if self._restarts != code.host.restarts:
            raise WorkerDied("the object was lost with its process")
        return self._key.number
