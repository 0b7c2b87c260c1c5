"""What keeps files from being run: they are missing, misnamed, unreadable, no Python, or lack an import."""

from __future__ import annotations

import warnings
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace

from autograder.course.loading import START_FILE
from autograder.grading.missing_names import NOT_IMPORTED, without_import
from autograder.grading.pytest_session import PUBLIC_FILE
from autograder.grading.unread_lines import why_not_read
from autograder.handin.open_hand_in import Submission
from autograder.model.assignment import Assignment, HandInFile
from autograder.model.verdict import Verdict
from autograder.sandbox.wire.cells import cells_in, lines_of
from autograder.text import clean, first_few, sentence

LONGEST_SENTENCE = 500


@dataclass(frozen=True)
class FileProblem:
    """Why one file cannot be run.

    Attributes
    ----------
    file
        Its name; empty where the sentence alone says it.
    sentence
        What is wrong, where, and what to do.
    excerpt
        The line, and below it a mark where Python stopped, or what led there; empty if the file has no such line.
    reason
        What a check that failed for it says.
    questions
        The ids of the questions whose checks fail for it, or would if they were run.
    stops_all
        Whether nothing of the file can be run, so that they earn nothing.
    """

    file: str
    sentence: str
    reason: str
    excerpt: str = ""
    questions: tuple[str, ...] = ()
    stops_all: bool = True

    @property
    def paying(self) -> str:
        """Which questions pay for it, as a sentence; empty if none is known to."""
        if not self.questions:
            return ""
        earn = "this earns" if len(self.questions) == 1 else "these earn"
        pay = f"Until then {earn} nothing:" if self.stops_all else "It stops checks of"
        return f"{pay} {', '.join(self.questions)}."


def file_problems(
    assignment: Assignment,
    submission: Submission,
    verdicts: Mapping[str, list[Verdict]],
    not_imported: Container[str],
) -> Iterator[FileProblem]:
    """Yield what keeps files from being run, those that are not there first.

    `not_imported` are the ids of the checks for which a file raised an error when it was imported.
    """
    found = list(_in_the_files(assignment, submission, verdicts))
    yield from found
    failed = (it for of_question in verdicts.values() for it in of_question if it.test in not_imported)
    said = {it.message: it for it in failed if not it.passed and not any(tells_of(one, it) for one in found)}
    for message, verdict in said.items():
        what = sentence(clean(message, LONGEST_SENTENCE))
        yield FileProblem("", what, message, clean(verdict.details, 2000), _paying(verdicts, message))


def _in_the_files(
    assignment: Assignment, submission: Submission, verdicts: Mapping[str, list[Verdict]]
) -> Iterator[FileProblem]:
    """Yield what is to be seen in the files themselves."""
    handed_out = {PUBLIC_FILE, START_FILE, *(file.name for file in assignment.every_file)}
    for file in assignment.files:
        reason = submission.why_not(file.name)
        if reason is not None:
            paying = _paying(verdicts, reason) + _paying_too(assignment, file.name, verdicts)
            yield FileProblem(
                file.name, _absent(file, reason, submission, handed_out), reason, questions=paying
            )
    for name, source in submission.files.items():
        if name.endswith(".py") and (error := _syntax_error(source)):
            problem = _not_python(name, name, error, verdicts)
            yield replace(problem, questions=problem.questions + _paying_too(assignment, name, verdicts))
        yield from _cells_without_python(name, source, verdicts)
        yield from _lacking_imports(name, source, verdicts)


def _not_python(
    file: str, what: str, error: SyntaxError, verdicts: Mapping[str, list[Verdict]]
) -> FileProblem:
    where = f" in line {error.lineno}" if error.lineno else ""
    told = sentence(f"{what} has a syntax error{where}: {_said_of(error)}")
    # As checks say it, with the kind, such as TabError; the comma tells cell 5 from cell 50.
    reason = f"{type(error).__name__} in {what}{',' * (what != file)}"
    return FileProblem(file, told, reason, _excerpt(error), _paying(verdicts, reason))


def _cells_without_python(
    file: str, source: bytes, verdicts: Mapping[str, list[Verdict]]
) -> Iterator[FileProblem]:
    """Yield the cells that cannot be run and that a question needs; all others of the notebook are run."""
    notebook, cells = cells_in(source)
    for cell, lines in lines_of(source.decode("utf-8", "replace"), cells) if cells else ():
        error = _syntax_error("\n".join(lines).encode()) if cell.broken else None
        if error is not None:
            problem = _not_python(file, f"{notebook}, cell {cell.number}", error, verdicts)
            if problem.questions:
                yield problem


def _lacking_imports(
    file: str, source: bytes, verdicts: Mapping[str, list[Verdict]]
) -> Iterator[FileProblem]:
    """Yield the imports that a file lacks and that made a check fail."""
    notebook, _ = cells_in(source)
    for name, usual in without_import(source):
        reason = f"the name {name} is not defined (NameError): {NOT_IMPORTED}"
        if paying := _paying(verdicts, reason):
            told = f"{notebook or file} uses {name} and does not import it: write {usual} at its top."
            yield FileProblem(file, told, reason, questions=paying, stops_all=False)


def tells_of(problem: FileProblem, verdict: Verdict) -> bool:
    """Return whether a check failed for no other reason than this problem."""
    return problem.reason in verdict.message


def _paying(verdicts: Mapping[str, list[Verdict]], reason: str) -> tuple[str, ...]:
    return tuple(
        id
        for id, of_question in verdicts.items()
        if any(not verdict.passed and reason in verdict.message for verdict in of_question)
    )


def _paying_too(assignment: Assignment, file: str, verdicts: Mapping[str, list[Verdict]]) -> tuple[str, ...]:
    """Return the questions that were not checked and that nothing can be earned in without a file."""
    return tuple(
        it.id
        for it in assignment.questions
        if it.id not in verdicts
        and it.functions
        and all(f"{function.partition('.')[0]}.py" == file for function in it.functions)
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


def _syntax_error(source: bytes) -> SyntaxError | None:
    try:
        with warnings.catch_warnings(action="ignore"):
            # Parsing alone accepts a return outside functions.
            compile(source, "<hand-in>", "exec", dont_inherit=True)
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
