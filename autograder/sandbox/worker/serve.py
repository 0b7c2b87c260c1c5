"""The worker's loop: takes requests from the channel, runs student code and answers with values."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import io
import itertools
import linecache
import random
import sys
import traceback
from collections import OrderedDict, namedtuple
from collections.abc import Callable, Iterable
from types import FunctionType, ModuleType, TracebackType
from typing import Any, cast

import numpy as np

from autograder.sandbox.wire import messages
from autograder.sandbox.wire.channel import Channel
from autograder.sandbox.wire.messages import (
    MOST_BASES,
    MOST_ERROR_ARGUMENTS,
    MOST_FRAMES,
    CountedLine,
    ErrorArgument,
    Frame,
    Invoke,
    Local,
    Reply,
    Request,
)
from autograder.sandbox.worker.confine import confine
from autograder.sandbox.worker.counting import EventCounter
from autograder.sandbox.worker.local_values import locals_of
from autograder.sandbox.worker.loops_in_c import LoopsInC
from autograder.sandbox.worker.modules import Spaces
from autograder.sandbox.worker.stand_ins import LibraryUnavailable, needed_library
from autograder.sandbox.worker.watch import NotCounted
from autograder.values.kinds import Foreign, FunctionKey, Key, NamedKey, ObjectKey, Record
from autograder.values.libraries import made, taken_apart
from autograder.values.nodes import WireError, payload_bytes
from autograder.values.pack import Packer
from autograder.values.unpack import Unpacker
from autograder.values.walk import agree, mapped

MOST_OBJECTS = 1_000
_SMALL_BYTES = 1 << 16
"""Arrays up to this size are compared by copies of their bytes, which is faster and needs no memory to speak of."""

PackedReply = tuple[Reply, Packer | None]
"""A reply, with the packer whose arrays travel beside it."""


class _Missing(Exception):
    """A function, class or attribute that was asked for does not exist."""


class _ImportFailed(Exception):
    """The student's file raised while it was imported; the cause is what it raised."""


class _Output(io.TextIOBase):
    """Keeps the first characters that student code prints and drops the rest."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._parts: list[str] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        room = self._most - self._length
        if room > 0:
            self._parts.append(str(text[:room]))
            self._length += min(len(text), room)
        return len(text)

    def take(self) -> str:
        text = "".join(self._parts)
        self._parts, self._length = [], 0
        return _unicode(text)


class _Held:
    """A call that is prepared: everything but the call itself is done."""

    def __init__(self, request: Invoke, function: Callable[..., Any], arguments: _Arguments) -> None:
        self.request = request
        self.function = function
        self.arguments = arguments
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = self.function(*self.arguments.positional, **self.arguments.named)
        except MemoryError as error:
            # The frames hold on to what fills the memory; until they are cleared, there is no room for an answer.
            traceback.clear_frames(error.__traceback__)
            self.error = error
        except BaseException as error:
            self.error = error


class _Arguments:
    """Arguments as student code gets them, and as they were before the call."""

    def __init__(self, positional: list[Any], named: dict[str, Any], own_copy: Callable[[Any], Any]) -> None:
        self.positional = [own_copy(value) for value in positional]
        self.named = {name: own_copy(value) for name, value in named.items()}
        self._before = _by_key(positional, named)

    def changed(self) -> dict[str, Any]:
        """Return the arguments that the call has changed, by position or name."""
        after = mapped(taken_apart, _by_key(self.positional, self.named))
        return {key: after[key] for key, value in self._before.items() if not agree(_same, value, after[key])}


def _by_key(positional: list[Any], named: dict[str, Any]) -> dict[str, Any]:
    return {**{str(number): value for number, value in enumerate(positional)}, **named}


class Server:
    """Serves one channel until the trusted side closes it."""

    def __init__(self, channel: Channel[Reply, Request]) -> None:
        self._channel = channel
        self._spaces = Spaces(self._call_lent)
        self._loops_in_c = LoopsInC()
        self._counter = EventCounter(self._loops_in_c, _Output)
        self._objects: dict[int, Any] = {}
        self._numbers = itertools.count()
        self._held: list[_Held] = []
        self._output = _Output(0)
        self._has_imported = False
        self._reply_bytes = 0

    def run(self) -> None:
        """Answer requests, one at a time, for as long as they come."""
        sys.meta_path.insert(0, self._spaces)
        while True:
            request, payload = self._channel.receive()
            self._answer(request, payload)

    def _answer(self, request: Request, payload: np.ndarray) -> None:
        reply, arrays = (
            self._answer_to_all(request, payload)
            if isinstance(request, messages.InvokeAll)
            else self._answer_to(request, payload)
        )
        try:
            self._channel.send(reply, arrays)
        except WireError:
            self._channel.send(messages.TooLarge())

    def _answer_to(self, request: Request, payload: np.ndarray) -> tuple[Reply, list[np.ndarray]]:
        try:
            reply, packer = self._carry_out(request, payload)
        except BaseException as error:
            return self._failure(error, request), []
        return reply, packer.arrays if packer else []

    def _answer_to_all(
        self, request: messages.InvokeAll, payload: np.ndarray
    ) -> tuple[Reply, list[np.ndarray]]:
        replies, arrays, sizes = list[Any](), list[np.ndarray](), list[int]()
        start = 0
        for call, size in zip(request.calls, request.payload_bytes, strict=True):
            reply, own = self._answer_to(call, payload[start : start + size])
            start += size
            replies.append(reply)
            sizes.append(payload_bytes(own))
            if sum(sizes) > self._reply_bytes:
                return messages.TooLarge(nbytes=sum(sizes)), []
            # A later call may change what this one has returned.
            arrays += [array.copy() for array in own]
        return messages.Replies(replies=replies, payload_bytes=sizes), arrays

    def _carry_out(self, request: Request, payload: np.ndarray) -> PackedReply:
        match request:
            case Invoke():
                return self._invoke(request, payload)
            case messages.Go():
                for held in self._held:
                    held.run()
                return messages.Done(), None
            case messages.Fetch():
                return self._report(self._held.pop(0))
            case messages.GetAttribute():
                return self._value(self._attribute(self._objects[request.owner], request.name))
            case messages.SetAttribute():
                value = Unpacker(payload, self._resolve).unpack(request.value)
                if not isinstance(value, np.ndarray):  # it may be one that the code itself has by name
                    value = self._own_copy(value)
                setattr(self._objects[request.owner], request.name, value)
                return messages.Done(), None
            case messages.GetConstant():
                self._spaces.enter(request.space)
                return self._value(self._named(request.name))
            case messages.Seed():
                np.random.seed(request.number)
                random.seed(request.number)
                return messages.Done(), None
            case messages.Load():
                self._spaces.load(request.space, request.files)
                return messages.Done(), None
            case messages.Import():
                self._output.take()
                self._spaces.enter(request.space)
                self._module(request.module)
                self._has_imported = True
                return messages.Done(), None
            case messages.Forget():
                self._objects.clear()
                self._held.clear()
                return messages.Done(), None
            case messages.Setup():
                self._output = _Output(request.limits.output_characters)
                self._reply_bytes = request.limits.reply_bytes
                self._spaces.offer(request.offered)
                ready = confine(request.limits, request.confinement, request.data)
                sys.stdout = sys.stderr = self._output
                self._loops_in_c.put_in_place()
                return ready, None
        raise WireError("a callback's result came that nobody was waiting for")

    # --- calls ----------------------------------------------------------------------------------------

    def _invoke(self, request: Invoke, payload: np.ndarray) -> PackedReply:
        if not self._has_imported:
            self._output.take()
        self._has_imported = False
        self._spaces.enter(request.space)
        if request.owner is None:
            function = self._named(request.name)
        else:
            function = self._attribute(self._objects[request.owner], request.name)
        unpacker = Unpacker(payload, self._resolve)
        positional, named = unpacker.unpack(request.arguments), unpacker.unpack(request.keywords) or {}
        arguments = _Arguments(positional, named, self._own_copy)
        held = _Held(request, function, arguments)
        if request.hold:
            self._held.append(held)
            _settle(request.trim)
            return messages.Done(), None
        if request.count_lines:
            return self._report(held, self._counter.count(held.run, self._spaces.student_texts))
        held.run()
        return self._report(held)

    def _report(self, held: _Held, lines: list[CountedLine] | None = None) -> PackedReply:
        if held.error is not None:
            raise held.error
        output = self._output.take() if held.request.public else ""
        if held.request.keep:
            return self._value(self._key_of(held.result), output=output)
        return self._value(held.result, held.arguments.changed(), output, lines)

    def _named(self, dotted: str) -> Any:
        module_name, _, path = dotted.partition(".")
        found: Any = self._module(module_name)
        for name in path.split("."):
            found = self._attribute(found, name)
        return found

    def _module(self, module_name: str) -> ModuleType:
        if module_name not in self._spaces.student_modules:
            raise _Missing(f"{module_name}.py")
        loaded = sys.modules.get(module_name)
        if loaded is not None:
            return loaded
        try:
            return __import__(module_name)
        except BaseException as error:
            raise _ImportFailed(module_name) from error

    def _attribute(self, owner: Any, name: str) -> Any:
        try:
            return getattr(owner, name)
        except AttributeError:
            # `f"{owner}"` would run student code; only the name that was asked for is reported.
            if isinstance(owner, ModuleType) and (
                cause := self._spaces.cause_of_absence(owner.__name__, name)
            ):
                raise cause from None
            kind = "" if isinstance(owner, ModuleType) else f"{type(owner).__name__}."
            raise _Missing(f"{kind}{name}") from None

    # --- values ---------------------------------------------------------------------------------------

    def _value(
        self,
        value: Any,
        changed: dict[str, Any] | None = None,
        output: str = "",
        lines: list[CountedLine] | None = None,
    ) -> PackedReply:
        packer = Packer(self._refer)
        try:
            node = packer.pack(value)
            changed_nodes = {name: packer.pack(part) for name, part in (changed or {}).items()}
        except (WireError, RecursionError):
            return messages.TooLarge(), None
        if packer.nbytes > self._reply_bytes:
            return messages.TooLarge(nbytes=packer.nbytes), None
        return messages.Value(value=node, changed=changed_nodes, output=output, lines=lines), packer

    def _refer(self, value: object) -> ObjectKey | None:
        if isinstance(value, ObjectKey):
            return value
        if library := needed_library(value):
            raise LibraryUnavailable(library)
        return self._key_of(value) if type(value).__module__ in self._spaces.student_modules else None

    def _key_of(self, value: object) -> ObjectKey | None:
        """Keep an object and return the key that it crosses as; None if there are too many."""
        if len(self._objects) >= MOST_OBJECTS:
            return None
        number = next(self._numbers)
        self._objects[number] = value
        name = type(value).__name__
        harmless = name.isascii() and name.isidentifier() and len(name) < 80
        return ObjectKey(number, name if harmless else "object")

    def _resolve(self, key: Key) -> Any:
        match key:
            case FunctionKey():
                return self._function(key.number)
            case NamedKey():
                return self._named(key.name)
            case ObjectKey():
                return self._objects[key.number]

    def _own_copy(self, value: Any) -> Any:
        """Return the value as student code gets it: with arrays, tables and named tuples of its own."""
        kind = type(value)
        if kind is np.ndarray:
            return value.copy()
        if kind in (list, tuple):
            return kind(map(self._own_copy, value))
        if kind in (dict, OrderedDict):
            return kind((key, self._own_copy(part)) for key, part in value.items())
        if kind is Record:
            return self._named_tuple(value, map(self._own_copy, value))
        return made(value) if kind is Foreign and value.parts is not None else value

    def _named_tuple(self, record: Record, parts: Iterable[Any]) -> Any:
        """Return a named tuple of the class that the student's files have under this name, or else of a new one."""
        name = record.type_name.rpartition(".")[2]
        for module in self._spaces.student_modules:
            found = getattr(sys.modules.get(module), name, None)
            if isinstance(found, type) and getattr(found, "_fields", None) == record.names:
                return found(*parts)
        return namedtuple(name, record.names)(*parts)

    def _function(self, number: int) -> Callable[..., Any]:
        def call_back(*args: Any, **keywords: Any) -> Any:
            """Call the function that the test passed in."""
            return self._call_back(number, "", args, keywords)

        return call_back

    def _call_lent(self, name: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Call a function of the course's that is lent to this code."""
        return self._call_back(-1, name, args, keywords)

    def _call_back(self, number: int, lent: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        packer = Packer(self._refer)
        arguments = packer.pack(list(args))
        named = packer.pack(keywords) if keywords else None
        message = messages.Callback(function=number, lent=lent, arguments=arguments, keywords=named)
        self._channel.send(message, packer.arrays)
        answer, payload = self._channel.receive()
        if not isinstance(answer, messages.CallbackResult):
            raise WireError("something other than the callback's result came")
        if answer.error is not None:
            raise RuntimeError(answer.error)
        return self._own_copy(Unpacker(payload, self._resolve).unpack(answer.value))

    # --- failures -------------------------------------------------------------------------------------

    def _failure(self, error: BaseException, request: Request) -> Reply:
        # Only public checks see printed text.
        public = isinstance(request, (Invoke, messages.Import)) and request.public
        importing = ""
        if isinstance(error, _ImportFailed):
            importing = str(error)
            assert error.__cause__ is not None
            error = error.__cause__
        match error:
            case _Missing():
                return messages.Absent(what=str(error)[:400])
            case MemoryError():
                return messages.Exhausted()
            case LibraryUnavailable():
                frames = self._frames(error)
                file, line = (frames[-1].file, frames[-1].line) if frames else ("", 0)
                return messages.Unavailable(library=str(error.library)[:400], file=file, line=line)
            case NotCounted():
                return messages.Uncounted(reason=error.reason)
        return messages.Raised(
            bases=[base.__name__[:100] for base in type(error).__mro__[:-1]][:MOST_BASES]
            or ["BaseException"],
            text=_text_of(error),
            arguments=_arguments_of(error),
            frames=self._frames(error),
            output=self._output.take() if public else "",
            importing=importing,
            variables=self._variables(error) if public else [],
        )

    def _variables(self, error: BaseException) -> list[Local]:
        """Return the variables of the innermost frame that lies in the student's own files."""
        own = self._own_frames(error)
        return locals_of(own[-1]) if own else []

    def _frames(self, error: BaseException) -> list[Frame]:
        """Return what is told of the frames that lie in the student's own files, innermost last."""
        frames = []
        for it in self._own_frames(error):
            code, line = it.tb_frame.f_code, it.tb_lineno
            text = linecache.getline(code.co_filename, line).strip()
            frames.append(Frame(code.co_filename, line, code.co_name[:100], text[:200]))
        if isinstance(error, SyntaxError) and error.filename in self._spaces.student_files:
            frames.append(Frame(error.filename, error.lineno or 0, "", (error.text or "").strip()[:200]))
        return frames[-MOST_FRAMES:]

    def _own_frames(self, error: BaseException) -> list[TracebackType]:
        """Return where the error passed through the student's own files, innermost last."""
        own, trace = list[TracebackType](), error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename in self._spaces.student_files:
                own.append(trace)
            trace = trace.tb_next
        return own


def _text_of(error: BaseException) -> str:
    with contextlib.suppress(BaseException):
        return _unicode(str(error)[:2_000])
    return ""


def _arguments_of(error: BaseException) -> list[ErrorArgument]:
    """Return what the exception was made of, as far as it is text and numbers."""
    with contextlib.suppress(BaseException):
        return [_plain_argument(it) for it in error.args[:MOST_ERROR_ARGUMENTS]]
    return []


def _plain_argument(value: object) -> ErrorArgument:
    """Return a text or a number as one of Python's own."""
    plain: Any = value.item() if isinstance(value, np.generic) else value
    if type(plain) is str:
        return _unicode(plain[:2_000])
    if plain is None or type(plain) in (bool, float) or (type(plain) is int and abs(plain) < 1 << 63):
        return cast(ErrorArgument, plain)
    return messages.Opaque()


def _unicode(text: str) -> str:
    """Return the text without lone surrogates, which cannot be encoded."""
    return text.encode(errors="replace").decode()


def touch_workspace() -> None:
    """Have NumPy's matrix products use their workspace, which the first of them would be measured to need."""
    square = np.ones((256, 256))
    square @ square


def _settle(trim: bool) -> None:
    """Clean up now rather than in the middle of a measured call."""
    gc.collect()
    gc.freeze()  # the next collection skips what is alive now
    if trim and sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # a C library other than glibc
            ctypes.CDLL(None).malloc_trim(0)


def _as_bytes(array: np.ndarray) -> np.ndarray:
    # Bytes, not numbers: a NaN that stays where it was is no change.
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def _same(before: Any, after: Any) -> bool:
    if type(before) is not type(after):
        return False
    if isinstance(before, np.ndarray):
        if before.shape != after.shape or before.dtype != after.dtype:
            return False
        if before.nbytes <= _SMALL_BYTES:
            return bool(before.tobytes() == after.tobytes())
        return np.array_equal(_as_bytes(before), _as_bytes(after))
    if isinstance(before, FunctionType):
        return True
    return bool(before is after or before == after or (before != before and after != after))
