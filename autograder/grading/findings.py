"""Turns a call that failed into a finding: its kind, a sentence for the student, the details."""

from __future__ import annotations

import ast
import builtins
import itertools
import traceback
from collections.abc import Iterator, Mapping

from autograder.errors import CourseError
from autograder.grading import missing_names
from autograder.grading.misplaced import statements_around, where_instead
from autograder.grading.missing_names import file_and_line
from autograder.grading.trial import Finding
from autograder.grading.unread_lines import this_version, why_not_read
from autograder.model.verdict import Kind
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
from autograder.sandbox.code import Code
from autograder.text import one_line

LONGEST_VALUE = 160
_USUAL_ENDS = frozenset(
    {
        *("exit code 0", "exit code 1", "it closed its channel"),
        *(f"signal {name}" for name in ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGKILL")),
    }
)


def finding_of(failure: CallFailed) -> Finding:
    """Return the finding for a call into student code that failed.

    The message repeats nothing that student code can choose, such as an exception's text, because that may hold
    hidden inputs; such text goes into the details.
    """
    if finding := _of_an_unusable_file(failure):
        return finding
    match failure:
        case CodeRaised():
            return _raised(failure)
        case CallTimedOut(seconds):
            unit = "second" if seconds == 1 else "seconds"
            return Finding(
                Kind.TIMED_OUT,
                f"the call did not end within {seconds:.3g} {unit} of computing time and was stopped",
            )
        case EventsHidden(reason):
            return Finding(Kind.LOOPS, _HIDDEN[reason])
        case CallOutOfMemory():
            return Finding(Kind.OUT_OF_MEMORY, "the call needed more memory than is given")
        case CallOutOfDisk():
            return Finding(Kind.OUT_OF_MEMORY, "the call wrote more files than a hand-in may")
        case WorkerDied(how):
            # The code chooses its exit code, and has timers send it signals, which could spell a hidden input.
            unusual = "by another signal" if how.startswith("signal ") else "with another exit code"
            known = how if how in _USUAL_ENDS else unusual
            message = f"the process that ran your code ended in the middle of the call ({known})"
            return Finding(Kind.DIED, message, details=how)
        case NameAbsent(what):
            return Finding(Kind.MISSING, f"{what} is missing{_where_instead(what, failure)}", begun=True)
        case LibraryUsed():
            return _library_used(failure)
        case ReplyTooLarge(what, part):
            return Finding(Kind.WRONG_TYPE_OR_SHAPE, f"{part} is far too large: {what}")
        case ProtocolBroken(what):
            # The code chooses how, and there are many ways.
            return Finding(
                Kind.PROTOCOL_BROKEN, "your code interfered with the channel to the grader", details=what
            )
    raise TypeError(f"no finding for {failure!r}")


def _of_an_unusable_file(failure: CallFailed) -> Finding | None:
    """Return the finding where a file is asked for that belongs to the hand-in but cannot be used."""
    unusable = failure.code.unusable if isinstance(failure.code, Code) else {}
    match failure:
        case NameAbsent(what) if what in unusable:
            return Finding(Kind.MISSING, unusable[what])
    return None


def fault_of(error: BaseException) -> Finding:
    """Return the finding for an error of ours: type, text and place, for the instructor."""
    if isinstance(error, CourseError):
        return Finding(Kind.GRADER_FAULT, "the grader is at fault", str(error))
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    where = "".join(f" ({frame.filename}:{frame.lineno})" for frame in frames)
    return Finding(Kind.GRADER_FAULT, "the grader is at fault", f"{type(error).__name__}: {error}{where}")


_HIDDEN = {
    "trace": "your code interferes with Python's tracing, by which its loops are counted",
    "thread": "the call starts a thread, in which loops cannot be counted; do the work in the call itself",
    "round": "the call reaches a function of Python's that loops by another way than its name, so that its loops "
    "cannot be counted",
    "operators": "a class of arrays takes a method from a function in C, so that loops in which it is called cannot be "
    "counted; write the method in Python",
}


def _library_used(failure: LibraryUsed) -> Finding:
    details = f"used: {failure.library}"
    said = missing_names.of_library(failure, *_files_of(failure))
    if said.file:
        return Finding(Kind.MISSING, said.sentence)
    return Finding(Kind.NOT_ALLOWED if said.is_known else Kind.MISSING, said.sentence, details)


def _files_of(failure: CallFailed) -> tuple[Mapping[str, bytes], Mapping[str, str]]:
    """Return the sources of the code that failed, and why others of its files cannot be used."""
    code = failure.code
    return (code.files, code.unusable) if isinstance(code, Code) else ({}, {})


def _where_instead(what: str, failure: CallFailed) -> str:
    code = failure.code
    return where_instead(what, code.files, code.asked_for) if isinstance(code, Code) else ""


def _raised(error: CodeRaised) -> Finding:
    if said := missing_names.of_exception(error, *_files_of(error)):
        return Finding(Kind.MISSING if said.file else Kind.RAISED, said.sentence, traceback_of(error))
    name = exception_name(error)
    where = f" in {file_and_line(error.frames[-1].file, error.frames[-1].line)}" if error.frames else ""
    details = traceback_of(error)
    if "NotImplementedError" in error.bases and not error.importing:
        function = error.frames[-1].function if error.frames else ""
        named = function if function.isidentifier() else "this"
        if _is_begun(error):
            delete = "delete that line once your own code is complete"
            left_over = f"{named} still raises NotImplementedError{where}; {delete}"
            return Finding(Kind.MISSING, left_over, details, begun=True)
        return Finding(Kind.MISSING, f"{named} is not filled in yet{where}", details)
    if error.importing and "SyntaxError" in error.bases:
        because = why_not_read(_line_of(error), error.text)
        return Finding(
            Kind.RAISED, f"the file cannot be read as {this_version()}: {name}{where}{because}", details
        )
    if error.importing:
        what = f"importing the file raises {name}{where}{_about_trials(error)}"
        return Finding(Kind.RAISED, what, details)
    what = f"it should raise {error.wanted} here, but raised" if error.wanted else "it raised"
    return Finding(Kind.RAISED, f"{what} {name}{where}", details)


def _line_of(error: CodeRaised) -> str:
    """Return the line at which an exception arose, as it stands in the hand-in where that is known."""
    if not error.frames:
        return ""
    frame = error.frames[-1]
    files, _ = _files_of(error)
    lines = files.get(frame.file, b"").splitlines()
    there = lines[frame.line - 1].decode("utf-8", "replace") if 0 < frame.line <= len(lines) else ""
    # What a frame quotes has no blanks around it, and of a notebook the line is counted in its cell.
    return there if frame.source.strip() in there else frame.source


def _is_begun(error: CodeRaised) -> bool:
    """Return whether the function that raised has statements of its own beside the line that did."""
    files, _ = _files_of(error)
    frame = error.frames[-1] if error.frames else None
    file = frame.file.partition(" [")[0] if frame else ""
    statements = statements_around(files.get(file, b""), frame.line) if frame else []
    own = (it for it in statements if not isinstance(it, ast.Expr) or not isinstance(it.value, ast.Constant))
    return any(not isinstance(it, (ast.Raise, ast.Pass)) for it in own)


def _about_trials(error: CodeRaised) -> str:
    """Return where a trial at the end of a file belongs, if one raised: a call of a function, or a wait for input."""
    frames = list(
        itertools.dropwhile(lambda it: it.source.lstrip().startswith(("import ", "from ")), error.frames)
    )
    if not frames or frames[0].function != "<module>":
        return ""
    waits = "EOFError" in error.bases
    calls = len(frames) > 1 and frames[1].function.isidentifier() and _keeps_nothing(frames[0].source)
    if not (waits or calls):
        return ""
    typing = ", where nobody can type" if waits else ""
    # Where nothing was called, the place has been named.
    place = f": {file_and_line(frames[0].file, frames[0].line)}" if len(frames) > 1 else ", which"
    run = f"{place} is run whenever the file is imported{typing}"
    return f'{run}; trials of your own belong below `if __name__ == "__main__":`'


def _keeps_nothing(line: str) -> bool:
    """Return whether a line is a whole statement that keeps no value; what keeps one may be needed."""
    try:
        (statement,) = ast.parse(line.strip()).body
    except (SyntaxError, ValueError):
        return False
    return isinstance(statement, ast.Expr)


def exception_name(error: CodeRaised) -> str:
    """Return the exception's type, or for one of the student's own its nearest base that Python or NumPy defines."""
    for base in error.bases:
        if base in _KNOWN:
            return base
    return "an exception"


_KNOWN = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
) | {"LinAlgError", "AxisError"}


ALIKE_SHOWN = 2
"""Frames that are shown again after the same one; more are a recursion, whose depth nobody counts."""


def traceback_of(error: CodeRaised) -> str:
    """Return a traceback of the student's own frames with the exception's text, and the variables where it arose."""
    lines = list[str]()
    for frame, alike in itertools.groupby(error.frames):
        function = f", in {frame.function}" * bool(frame.function)
        lines.append(f'  File "{frame.file}", line {frame.line}{function}\n    {frame.source}')
        again = len([*alike]) - 1
        lines += (
            ["  and so on: it calls itself again and again"] if again > ALIKE_SHOWN else lines[-1:] * again
        )
    head = ["Traceback (your own code only):"] if lines else []
    printed = ["printed before that:", error.output.rstrip()] if error.output.strip() else []
    raised = f"{error.type_name}: {error.text}".rstrip(": ")
    return "\n".join([*head, *lines, raised, *_variables(error), *printed])


def _variables(error: CodeRaised) -> Iterator[str]:
    """Yield the variables at the line that raised, their values below each other."""
    if error.variables:
        names = [one_line(it.name, 40) for it in error.variables]
        width = max(map(len, names))
        yield "variables at that line:"
        for name, it in zip(names, error.variables, strict=True):
            yield f"  {name:<{width}} = {one_line(it.value, LONGEST_VALUE)}"
