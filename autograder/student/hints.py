"""Hints in stages: a question, then where to look, then a worked example on other numbers.

The next stage comes after a new attempt or a minute of thought. What was shown, and how many attempts it took after
that, is kept beside the student's files and goes into the hand-in, so that instructors see which hints help.
"""

from __future__ import annotations

import ast
import hashlib
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.errors import CourseError, GraderError
from autograder.files.writing import write_atomically
from autograder.grading.explain.explanation import questions_of
from autograder.grading.worked_examples import EXAMPLES_FILE
from autograder.model.verdict import Family, Kind, Verdict
from autograder.report.view import failed_checks, name_of_test
from autograder.student.checks import Checks
from autograder.text import first_few, sentence

LOG_FILE = ".autograder-hints.json"
SECONDS_BETWEEN = 60
STAGES = 3
_LINE = re.compile(r"\b([\w.]+\.py), line (\d+)")

_QUESTIONS = {
    Kind.RAISED: "What is in each variable of that line when it is run, and which of them is another thing than you "
    "thought?",
    Kind.WRONG_TYPE_OR_SHAPE: "Which shape should the result have by the docstring, and which shape does each of your "
    "lines give?",
    Kind.TIMED_OUT: "Which loop could go on for ever, and what should end it?",
    Kind.LOOPS: "Which operation on whole arrays does for all rows at once what this loop does for one?",
}
_QUESTION = (
    "Take the smallest check that fails and go through your function on paper: after which line is the first number "
    "another one than you would write down?"
)


class Entry(msgspec.Struct):
    """What was shown of one question.

    Attributes
    ----------
    stage
        The last stage that was shown.
    at
        When, in seconds since 1970.
    attempt
        A digest of the files at that time.
    cause
        A digest of what was wrong: another mistake starts again at the first stage.
    attempts
        Digests of the files that were checked since the first stage and failed.
    solved
        Whether the question's checks passed after it.
    """

    stage: int = 0
    at: float = 0.0
    attempt: str = ""
    cause: str = ""
    attempts: list[str] = []
    solved: bool = False


@dataclass(frozen=True)
class Hint:
    """What to show.

    Attributes
    ----------
    stages
        The texts of all stages that are open.
    wait
        When the next stage comes, in a sentence; empty if all are open.
    """

    stages: tuple[str, ...]
    wait: str = ""

    @property
    def text(self) -> str:
        """The stages, numbered, and what to do for the next."""
        shown = [f"{number}. {text}" for number, text in enumerate(self.stages, 1)]
        return "\n\n".join([*shown, *([self.wait] if self.wait else [])])


def hint_for(checks: Checks, question: str, folder: Path, now: float | None = None) -> Hint:
    """Return the hint for a question whose checks were run, one stage further than last time if it is time for it.

    Raises
    ------
    CourseError
        If there is nothing to hint at.
    """
    now = time.time() if now is None else now
    verdicts = checks.verdicts[question]
    failed = [verdict for verdict in verdicts if not verdict.passed]
    if checks.problems:
        raise CourseError(f"no hint is needed: {checks.problems[0].sentence}")
    if not failed:
        raise CourseError(f"all public checks of {question} pass; there is nothing to hint at.")
    missing = [verdict for verdict in failed if verdict.kind is Kind.MISSING]
    if len(missing) == len(failed):
        raise CourseError(f"{missing[0].message.rstrip('.')}; write a first attempt, and hints can say more.")
    stages = tuple(_stages(checks, question, failed, folder))
    log = read_log(folder)
    entry = log.setdefault(question, Entry())
    attempt, cause = _digest_of(checks), _cause_of(failed)
    is_time = attempt != entry.attempt or now - entry.at >= SECONDS_BETWEEN
    if entry.stage == 0 or (is_time and entry.stage < len(stages)):
        entry.stage = 1 if entry.cause != cause else entry.stage + 1
        entry.at, entry.attempt, entry.cause = now, attempt, cause
        entry.solved = False
        _write_log(folder, log)
    shown = min(entry.stage, len(stages))
    left = max(1, round(entry.at + SECONDS_BETWEEN - now))
    wait = f"There is more, after another attempt or in {left} s." if shown < len(stages) else ""
    return Hint(stages[:shown], wait)


def note_attempt(checks: Checks, folder: Path) -> None:
    """Keep that the questions with hints were checked again, and whether they pass now."""
    log = read_log(folder)
    changed = False
    for question, entry in log.items():
        verdicts = checks.verdicts.get(question)
        if not verdicts or entry.solved:
            continue
        attempt = _digest_of(checks)
        if all(verdict.passed for verdict in verdicts):
            entry.solved = changed = True
        elif attempt not in (entry.attempt, *entry.attempts):
            entry.attempts.append(attempt)
            changed = True
    if changed:
        _write_log(folder, log)


def read_log(folder: Path) -> dict[str, Entry]:
    """Return what was shown so far, by question; nothing if it cannot be read."""
    try:
        return msgspec.json.decode((folder / LOG_FILE).read_bytes(), type=dict[str, Entry])
    except (OSError, ValueError, msgspec.MsgspecError):
        return {}


def used_hints(folder: Path) -> dict[str, dict[str, int | bool]]:
    """Return what goes into a hand-in: for each question the stages shown, the attempts after that, and the end."""
    return {
        question: {"stages": it.stage, "attempts_after": len(it.attempts) + it.solved, "solved": it.solved}
        for question, it in sorted(read_log(folder).items())
    }


def _write_log(folder: Path, log: dict[str, Entry]) -> None:
    try:
        write_atomically(folder / LOG_FILE, msgspec.json.encode(log))
    except GraderError:
        return  # a folder that cannot be written to: the stages then start again each time


def _digest_of(checks: Checks) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(checks.submission.files.items()):
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:16]


def _cause_of(failed: Sequence[Verdict]) -> str:
    """Return a digest of what is wrong: the hint if there is one, or else which checks fail, and how."""
    hints = {verdict.hint for verdict in failed if verdict.hint}
    what = sorted(hints) or [f"{verdict.test} {verdict.kind}" for verdict in failed]
    return hashlib.sha256("\0".join(what).encode()).hexdigest()[:16]


# --- the stages ---------------------------------------------------------------------------------------------


def _stages(checks: Checks, question: str, failed: Sequence[Verdict], folder: Path) -> Iterator[str]:
    if first := needs_first(checks, question):
        yield (
            f"It calls what {first} asks for, and the checks of {first} fail: mend that first "
            f"(autograder hint {first})."
        )
        return
    hint = next((verdict.hint for verdict in failed if verdict.hint), "")
    asked = questions_of(hint) if hint else ""
    yield asked or _QUESTIONS.get(failed[0].kind, _QUESTION)
    yield _where_to_look(checks, question, failed, hint.replace(asked, "").strip() if asked else hint)
    if example := _example(checks, question, folder):
        yield f"Another example, with the right result; paste it and compare with what yours gives:\n\n{example}"


def _where_to_look(checks: Checks, question: str, failed: Sequence[Verdict], statement: str) -> str:
    """Return the lines to look at, which checks pass and which fail, and what the hint says besides its question."""
    check = next(iter(failed_checks(failed)))
    place = _LINE.search(check.message)
    functions = checks.assignment.question(question).functions
    lines = [_lines_of(checks, function) for function in functions]
    where = f"{place[1]}, line {place[2]}" if place else " and ".join(line for line in lines if line)
    right = [name_of_test(it.test, with_case=True) for it in checks.verdicts[question] if it.passed]
    wrong = [name_of_test(it.test, with_case=True) for it in failed]
    parts = [f"Look at {where}." if where else ""]
    parts.append(
        sentence(f"Right in: {first_few(right, 3)}; wrong in: {first_few(wrong, 3)}") if right else ""
    )
    parts.append(sentence(statement) if statement else sentence(check.message))
    return " ".join(part for part in parts if part)


def _lines_of(checks: Checks, function: str) -> str:
    """Return where a function is defined: `linear_svm.py, lines 20 to 45`; empty if it cannot be found."""
    module, *names = function.split(".")
    file = f"{module}.py"
    try:
        node: ast.AST = ast.parse(checks.submission.files.get(file, b""))
    except (SyntaxError, ValueError, RecursionError):
        return ""
    for name in names:
        inner = [it for it in ast.walk(node) if isinstance(it, _DEFINITIONS) and it.name == name]
        if not inner:
            return ""
        node = inner[-1]
    assert isinstance(node, _DEFINITIONS)
    return f"{file}, lines {node.lineno} to {node.end_lineno}"


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _example(checks: Checks, question: str, folder: Path) -> str:
    """Return the worked example of the question's first function that has one; empty if none has."""
    try:
        examples = msgspec.json.decode((folder / EXAMPLES_FILE).read_bytes(), type=dict[str, str])
    except (OSError, ValueError, msgspec.MsgspecError):
        return ""
    functions = checks.assignment.question(question).functions
    return next((examples[function] for function in functions if function in examples), "")


def needs_first(checks: Checks, question: str) -> str:
    """Return another question whose function this one's calls, and whose checks fail; empty if there is none."""
    wanted = _called_by(
        checks, [it.rpartition(".")[2] for it in checks.assignment.question(question).functions]
    )
    for other in checks.assignment.questions:
        if other.id == question:
            continue
        names = {function.rpartition(".")[2] for function in other.functions}
        failing = any(
            not it.passed and it.kind.family in (Family.VALUE, Family.BROKEN) and not checks.is_told_above(it)
            for it in checks.verdicts.get(other.id, ())
        )
        if failing and names & wanted:
            return other.id
    return ""


def _called_by(checks: Checks, names: Sequence[str]) -> set[str]:
    """Return the names that some functions call, and those that are called in turn, as far as names tell."""
    calls: dict[str, set[str]] = {}
    for file, source in checks.submission.files.items():
        try:
            tree = ast.parse(source if file.endswith(".py") else b"")
        except (SyntaxError, ValueError, RecursionError):
            continue
        for function in ast.walk(tree):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                called = [it.func for it in ast.walk(function) if isinstance(it, ast.Call)]
                found = calls.setdefault(function.name, set())
                found.update(it.id for it in called if isinstance(it, ast.Name))
                found.update(it.attr for it in called if isinstance(it, ast.Attribute))
    reached = set[str]()
    todo = list(names)
    while todo:
        new = calls.get(todo.pop(), set()) - reached
        reached |= new
        todo += new
    return reached
