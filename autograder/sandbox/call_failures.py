"""What a call across the boundary can end in other than a value."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.sandbox.wire.messages import Frame, Local


class CallFailed(Exception):
    """Base of everything that a call into student code can end in other than a value.

    Attributes
    ----------
    code
        The `Code` that was called, so that a failing reference is not taken for a failing hand-in.
    """

    code: object = None


class UnknownArgument:
    """Stands for an argument of an exception that does not cross; equal to nothing but itself."""

    def __repr__(self) -> str:
        return "an object"


@dataclass
class CodeRaised(CallFailed):
    """The code raised an exception.

    Attributes
    ----------
    bases
        Names of the exception's classes, most specific first.
    text
        Its message; written by the student, so for public checks and the instructor only.
    arguments
        What it was made of, its `args`: texts, numbers and None, and an `UnknownArgument` for anything else.
    frames
        The frames that lie in the student's own files, innermost last.
    output
        What the call had printed, up to a limit.
    variables
        The variables of the innermost of these frames, each with its value in words; written by the student's process,
        and only there in public checks.
    importing
        Whether it was raised while the file was being imported.
    asked_for
        Whether the test asked for it: its text is then whatever its author liked to write.
    wanted
        The type that the test asked for, where this is another one.
    """

    bases: tuple[str, ...]
    text: str = ""
    frames: tuple[Frame, ...] = ()
    output: str = ""
    variables: tuple[Local, ...] = ()
    importing: bool = False
    asked_for: bool = False
    wanted: str = ""
    arguments: tuple[object, ...] = ()

    @property
    def type_name(self) -> str:
        """Name of the exception's own class."""
        return self.bases[0]


@dataclass
class CallTimedOut(CallFailed):
    """The call did not answer within its deadline; its process is gone."""

    seconds: float


@dataclass
class EventsHidden(CallFailed):
    """The call hid its events from the counter.

    By a trace function ("trace"), in a thread ("thread"), by going round the names of functions that loop ("round"), or
    in methods of arrays that are functions in C ("operators").
    """

    reason: str


class CallOutOfMemory(CallFailed):
    """The call needed more memory than a hand-in may use."""


class CallOutOfDisk(CallFailed):
    """The call wrote more to disk than a hand-in may use."""


@dataclass
class WorkerDied(CallFailed):
    """The process ended without an answer."""

    how: str


@dataclass
class NameAbsent(CallFailed):
    """A file, function, class or attribute that should exist does not."""

    what: str


@dataclass
class LibraryUsed(CallFailed):
    """The code used a library that grading does not offer."""

    library: str
    file: str = ""
    line: int = 0


@dataclass
class ReplyTooLarge(CallFailed):
    """What the call returned, or another part of what it sent, is too large or too deeply nested."""

    what: str
    part: str = "what the call returns"


@dataclass
class ProtocolBroken(CallFailed):
    """What came back is not a reply of the protocol; its process is gone."""

    what: str
