"""The messages that cross the boundary, typed so that a reply which is none of them is refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from autograder.values.pack import Node

MOST_ARGUMENTS = 1_000
"""Most arguments of one call that it can report as changed."""

Text = Annotated[str, msgspec.Meta(max_length=20_000)]
Name = Annotated[str, msgspec.Meta(max_length=400)]


class Message(msgspec.Struct, tag=True, kw_only=True):
    """Base of all messages; the tag is the class's name."""


# --- what the trusted side asks -----------------------------------------------------------------------


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits that the worker puts on itself, for good, before it loads any student code.

    Attributes
    ----------
    processes, unfiltered_processes
        Most processes and threads together, itself included. Where nothing refuses new processes, there are
        none: one that has done a call's work and ended has left no trace on any clock.
    """

    memory_bytes: int
    file_bytes: int = 16 << 20
    open_files: int = 64
    processes: int = 32
    unfiltered_processes: int = 1
    output_characters: int = 16_000
    reply_bytes: int = 256 << 20


class Confinement(msgspec.Struct, frozen=True, kw_only=True):
    """How the worker gives up its rights; None or False where the machine or tier has no such thing.

    Attributes
    ----------
    user
        uid and gid to become.
    limit_processes
        Whether processes are limited. They are counted per user and user name space: where the worker has
        neither to itself, the desktop's would be counted too.
    readable
        Paths that stay readable under Landlock; None leaves Landlock off.
    writable
        The private folder, the only path that stays writable under Landlock.
    seccomp
        Compiled filter that refuses new processes, sockets and other system calls no exercise needs.
    """

    user: int | None = None
    limit_processes: bool = False
    readable: list[str] | None = None
    writable: str = ""
    seccomp: bytes | None = None


class Setup(Message):
    """First message: limits and confinement."""

    limits: Limits
    confinement: Confinement


class Load(Message):
    """Hold these files as the modules of a space; nothing is executed yet."""

    space: Name
    files: dict[str, bytes]


class Invoke(Message):
    """Call a function (`owner` None) or a method of an object.

    `keep` stores the result as an object of the worker instead of sending its value. `hold` prepares the call
    and answers `Done`; `Go` makes it and `Fetch` sends what it returned, so that a clock can be read
    around the call alone; `trim` gives freed memory back to the system before that. `count_lines` counts
    the Python events of the call. `public` adds the student's own traceback and printed output to the answer.
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


class Go(Message):
    """Make the held calls, one after the other."""


class Fetch(Message):
    """Send what the first of the held calls returned, and let go of it."""


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
    """Answer to `Callback`; `error` is a sentence where the function raised or may not be called."""

    value: Any = None
    error: str | None = None


Request = Setup | Load | Invoke | Go | Fetch | GetAttribute | SetAttribute | Forget | CallbackResult


# --- what a worker answers ----------------------------------------------------------------------------


class Protection(msgspec.Struct, frozen=True, kw_only=True):
    """What the worker says it could put on itself; for the record, never for a decision."""

    landlock: bool = False
    seccomp: bool = False
    problem: Text = ""


class Ready(Message):
    """The worker is confined and waits."""

    protection: Protection


class Done(Message):
    """The request was carried out; there is nothing to send."""


class Value(Message):
    """What a call returned.

    `changed` maps the position or name of every argument that the call changed to its value after the
    call. `lines` are `[place, student's file, line, count]` of what ran, where it was counted.
    """

    value: Node = None
    changed: Annotated[dict[Name, Node], msgspec.Meta(max_length=MOST_ARGUMENTS)] = {}
    output: Text = ""
    lines: list[tuple[Name, Name, int, int]] | None = None


class Frame(msgspec.Struct, frozen=True, array_like=True):
    """One frame of the student's own code in a traceback."""

    file: Name
    line: int
    function: Name
    source: Name


class Raised(Message):
    """The call raised; `bases` are the names of the exception's classes, most special first.

    `importing` is the module that was being imported, if any.
    """

    bases: list[Name]
    text: Text = ""
    frames: list[Frame] = []
    output: Text = ""
    importing: Name = ""


class Absent(Message):
    """A file, function, class or attribute that should be there is not."""

    what: Name


class Unavailable(Message):
    """Student code used a library that grading does not offer, at this line."""

    library: Name
    file: Name = ""
    line: int = 0


class Uncounted(Message):
    """The call took itself out of the sight of what counts its events."""

    reason: Literal["trace", "thread"]


class Exhausted(Message):
    """The call ran out of memory."""


class TooLarge(Message):
    """What the call returned is too large to send: arrays of `nbytes`, or else too many or too deep parts."""

    nbytes: int = 0


class Callback(Message):
    """Student code calls a function of the trusted side."""

    function: int
    arguments: Node
    keywords: Node = None


Reply = Ready | Done | Value | Raised | Absent | Unavailable | Uncounted | Exhausted | TooLarge | Callback
