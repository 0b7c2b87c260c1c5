"""The messages that cross the boundary, typed so that anything else is refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from autograder.values.nodes import Node

MOST_ARGUMENTS = 1_000
"""Limit on the arguments that one call can report as changed."""
MOST_PLACES = 2_000
MOST_FRAMES = 12
MOST_BASES = 10
MOST_LOCALS = 8
MOST_ERROR_ARGUMENTS = 8
MOST_CALLS = 256
"""Limits on lists in a reply, all of which the trusted side looks at one by one."""

Text = Annotated[str, msgspec.Meta(max_length=20_000)]
Name = Annotated[str, msgspec.Meta(max_length=400)]
CountedLine = tuple[Name, Name, int, int]
"""A place that ran, the student's file and line that it ran for, and how often."""
ARRAYS = "arrays"
"""What is counted at a place where an operation makes many arrays."""


class Message(msgspec.Struct, tag=True, kw_only=True):
    """Base of all messages; the tag is the class's name."""


# --- what the trusted side asks -----------------------------------------------------------------------


class WorkerLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits that the worker puts on itself before it loads any student code; it cannot lift them.

    Attributes
    ----------
    library_bytes
        What libraries besides NumPy may take up, beyond the rest.
    processes, unfiltered_processes
        Limit on processes and threads together, the worker included, with and without the system call filter.
        Without it none can be added: a process that has done a call's work and ended shows on no clock.
    """

    memory_bytes: int
    file_bytes: int = 16 << 20
    open_files: int = 64
    processes: int = 32
    unfiltered_processes: int = 1
    output_characters: int = 16_000
    reply_bytes: int = 256 << 20
    library_bytes: int = 0


class Confinement(msgspec.Struct, frozen=True, kw_only=True):
    """How the worker gives up its rights; None or False for what the machine or the tier does not have.

    Attributes
    ----------
    user
        uid and gid to become.
    namespaces
        Whether to enter namespaces of its own, and with which rights outside of them; empty if it was started in some.
    temporary_bytes
        How much the temporary folder in those namespaces holds.
    kept
        What is read from there nevertheless.
    limit_processes
        Whether processes are limited. The kernel counts them per user and user namespace: if the worker has
        neither to itself, those of the desktop would count too.
    readable
        Paths that stay readable under Landlock; None leaves Landlock off.
    writable
        The private folder, the only path that stays writable under Landlock; empty for `/tmp` in namespaces.
    seccomp
        Compiled filter that refuses new processes, sockets and other system calls that no exercise needs.
    """

    user: int | None = None
    namespaces: Literal["", "as root", "as a user"] = ""
    temporary_bytes: int = 0
    kept: list[str] = []
    limit_processes: bool = False
    readable: list[str] | None = None
    writable: str = ""
    seccomp: bytes | None = None


class Setup(Message):
    """First message: limits and confinement.

    `offered` are the modules that hand-ins may import besides Python's and NumPy, `data` the files that they find.
    """

    limits: WorkerLimits
    confinement: Confinement
    offered: list[str] = []
    data: dict[str, bytes] = {}


class Load(Message):
    """Keep these files as the modules of a space; nothing is executed yet."""

    space: Name
    files: dict[str, bytes]


class Import(Message):
    """Import a module of a space, so that the first call of its functions has its time to itself.

    `public` adds the student's traceback to the answer if that fails. What is printed belongs to the call that follows.
    """

    space: Name
    module: Name
    public: bool = False


class Invoke(Message):
    """Call a function (`owner` None) or a method of an object.

    `keep` stores the result as an object of the worker instead of sending its value. `hold` prepares the call
    and answers `Done`; `Go` makes it and `Fetch` sends what it returned, so that a clock can be read
    around the call alone; `trim` returns freed memory to the system before that. `count_lines` counts
    the Python events of the call. `public` adds the student's traceback and printed output to the answer.
    """

    space: Name
    name: Name
    owner: int | None = None
    arguments: Any = None
    keywords: Any = None
    keep: bool = False
    hold: bool = False
    trim: bool = False
    count_lines: bool = False
    public: bool = False


class InvokeAll(Message):
    """Make calls one after the other, each whatever became of those before it.

    The arrays of each follow those of the one before it; `payload_bytes` says how many bytes each has.
    """

    calls: list[Invoke]
    payload_bytes: list[int]


class GetConstant(Message):
    """Send what a name of a module stands for."""

    space: Name
    name: Name


class Seed(Message):
    """Seed the global generators of NumPy and Python."""

    number: int


class Go(Message):
    """Make the held calls, one after the other."""


class Fetch(Message):
    """Send what the first of the held calls returned, and forget the call."""


class GetAttribute(Message):
    """Read an attribute of an object."""

    owner: int
    name: Name


class SetAttribute(Message):
    """Set an attribute of an object."""

    owner: int
    name: Name
    value: Any


class Forget(Message):
    """Drop all objects and functions: the test that used them is over."""


class CallbackResult(Message):
    """Answer to `Callback`; `error` is a sentence if the function raised or may not be called."""

    value: Any = None
    error: str | None = None


Request = (
    Setup
    | Load
    | Import
    | Invoke
    | InvokeAll
    | GetConstant
    | Seed
    | Go
    | Fetch
    | GetAttribute
    | SetAttribute
    | Forget
    | CallbackResult
)


# --- what a worker answers ----------------------------------------------------------------------------


class Ready(Message):
    """The worker is confined and waiting, with what it could apply to itself; it has no student code yet."""

    landlock: bool = False
    seccomp: bool = False
    problem: Text = ""


class Done(Message):
    """The request was carried out; there is nothing to send."""


class Value(Message):
    """What a call returned.

    `changed` maps the position or name of every argument that the call changed to its value after the
    call. `lines` says what ran, if that was counted.
    """

    value: Node = None
    changed: Annotated[dict[Name, Node], msgspec.Meta(max_length=MOST_ARGUMENTS)] = {}
    output: Text = ""
    lines: Annotated[list[CountedLine], msgspec.Meta(max_length=MOST_PLACES)] | None = None


class Frame(msgspec.Struct, frozen=True, array_like=True):
    """One frame of the student's own code in a traceback."""

    file: Name
    line: int
    function: Name
    source: Name


class Local(msgspec.Struct, frozen=True, array_like=True):
    """A variable of the function that raised, and its value in words."""

    name: Name
    value: Name


class Opaque(msgspec.Struct, frozen=True):
    """An argument of an exception that is neither text, number nor None."""


ErrorArgument = Text | int | float | bool | None | Opaque


class Raised(Message):
    """The call raised; `bases` are the names of the exception's classes, most special first.

    `arguments` are what the exception was made of. `importing` is the module that was being imported, if any.
    `variables` are those of the innermost frame, in public checks.
    """

    bases: Annotated[list[Name], msgspec.Meta(max_length=MOST_BASES)]
    text: Text = ""
    arguments: Annotated[list[ErrorArgument], msgspec.Meta(max_length=MOST_ERROR_ARGUMENTS)] = []
    frames: Annotated[list[Frame], msgspec.Meta(max_length=MOST_FRAMES)] = []
    output: Text = ""
    importing: Name = ""
    variables: Annotated[list[Local], msgspec.Meta(max_length=MOST_LOCALS)] = []


class Absent(Message):
    """A file, function, class or attribute that should exist does not."""

    what: Name


class Unavailable(Message):
    """Student code used a library that grading does not offer, at this line."""

    library: Name
    file: Name = ""
    line: int = 0


class Uncounted(Message):
    """The call hid its events from the counter."""

    reason: Literal["trace", "thread", "round", "operators"]


class Exhausted(Message):
    """The call ran out of memory."""


class TooLarge(Message):
    """What the call returned is too large to send: arrays of `nbytes`, or else too many or too deeply nested parts."""

    nbytes: int = 0


class Replies(Message):
    """What came of each of several calls, and how many bytes of the payload belong to it."""

    replies: Annotated[
        list[Value | Raised | Absent | Unavailable | Exhausted | TooLarge],
        msgspec.Meta(max_length=MOST_CALLS),
    ]
    payload_bytes: Annotated[list[Annotated[int, msgspec.Meta(ge=0)]], msgspec.Meta(max_length=MOST_CALLS)]


class Callback(Message):
    """Student code calls a function of the trusted side: one that the test passed in, or one that is lent."""

    arguments: Node
    function: int = -1
    lent: Name = ""
    keywords: Node = None


Reply = (
    Ready
    | Done
    | Value
    | Raised
    | Absent
    | Unavailable
    | Uncounted
    | Exhausted
    | TooLarge
    | Replies
    | Callback
)
