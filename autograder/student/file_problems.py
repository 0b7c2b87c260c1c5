"""What keeps a file from being run at all: it is missing, misnamed, unreadable, or no Python."""

from __future__ import annotations

import warnings
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from autograder.course.loading import START_FILE
from autograder.grading.pytest_session import PUBLIC_FILE
from autograder.grading.unread_lines import why_not_read
from autograder.handin.open_hand_in import Submission
from autograder.model.assignment import Assignment, HandInFile
from autograder.model.verdict import Verdict
from autograder.text import clean, first_few, sentence


@dataclass(frozen=True)
class FileProblem:
    """Why one file cannot be run.

    Attributes
    ----------
    sentence
        What is wrong, where, and what to do.
    excerpt
        The line, and below it a mark where Python stopped; empty if the file has no such line.
    reason
        What a check that failed for it says.
    questions
        The ids of the questions that earn nothing for it.
    """

    file: str
    sentence: str
    reason: str
    excerpt: str = ""
    questions: tuple[str, ...] = ()

    @property
    def paying(self) -> str:
        """Which questions pay for it, as a sentence; empty if none is known to."""
        return f"Until then these earn nothing: {', '.join(self.questions)}." if self.questions else ""


def file_problems(
    assignment: Assignment, submission: Submission, verdicts: Mapping[str, list[Verdict]]
) -> Iterator[FileProblem]:
    """Yield what keeps files from being run, those that are not there first."""
    broken = {
        name: error for name in submission.files if (error := _syntax_error(name, submission.files[name]))
    }
    handed_out = {PUBLIC_FILE, START_FILE, *(file.name for file in assignment.every_file)}
    for file in assignment.files:
        reason = submission.why_not(file.name)
        if reason is not None:
            paying = _paying(verdicts, reason)
            yield FileProblem(
                file.name, _absent(file, reason, submission, handed_out), reason, questions=paying
            )
    for name, error in broken.items():
        where = f" in line {error.lineno}" if error.lineno else ""
        told = sentence(f"{name} has a syntax error{where}: {_said_of(error)}")
        reason = f"{type(error).__name__} in {name}"  # such as TabError
        yield FileProblem(name, told, reason, _excerpt(error), _paying(verdicts, reason))


def tells_of(problem: FileProblem, verdict: Verdict) -> bool:
    """Return whether a check failed for no other reason than this problem."""
    return problem.reason in verdict.message


def _paying(verdicts: Mapping[str, list[Verdict]], reason: str) -> tuple[str, ...]:
    return tuple(
        id
        for id, of_question in verdicts.items()
        if any(not verdict.passed and reason in verdict.message for verdict in of_question)
    )


def _absent(file: HandInFile, reason: str, submission: Submission, handed_out: Container[str]) -> str:
    if file.name in submission.problems:
        return reason.replace("is not in the hand-in", "is not in this folder").replace(
            " and hand it in again", ""
        )
    there = [
        it for it in submission.contents if it.endswith(".py") and "/" not in it and it not in handed_out
    ]
    held = f" (it holds {first_few(there)})" if len(there) > 1 else ""
    take = "take it from the release again"
    if file.origin is not None:
        take = f"copy your own from the assignment {file.origin.partition('/')[0]}, or {take}"
    rename = f"rename {there[0] if len(there) == 1 else 'yours'} to {file.name}, or " if there else ""
    return f"{file.name} is not in this folder{held}: {rename}{take}."


def _syntax_error(name: str, source: bytes) -> SyntaxError | None:
    if not name.endswith(".py"):
        return None
    try:
        with warnings.catch_warnings(action="ignore"):
            # Parsing alone accepts a return outside functions.
            compile(source, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):
        return None  # the checks themselves say what these are
    return None


def _said_of(error: SyntaxError) -> str:
    """Return Python's own message, with the cause and what to do about it where that is known."""
    cause = why_not_read(error.text or "", error.msg)
    if isinstance(error, TabError):
        cause = "; type four blanks in the place of each tab"
    # Python's message may end in a question, "Did you mean print(...)?"
    asks = cause and error.msg.endswith("?")
    return f"{error.msg} ({cause.strip(',; ')})" if asks else f"{error.msg}{cause}"


def _excerpt(error: SyntaxError) -> str:
    """Return the line and a mark below the place where Python stopped reading."""
    text = clean((error.text or "").rstrip("\n").expandtabs(4), 200)
    if not text.strip():
        return ""
    number = f"{error.lineno} | "
    mark = " " * (len(number) + max(0, (error.offset or 1) - 1)) + "^"
    return f"{number}{text}\n{mark}"
