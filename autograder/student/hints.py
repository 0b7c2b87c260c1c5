"""Hints in stages: a question, then where to look, then a worked example on other numbers.

The next stage comes after a new attempt or a minute of thought. What was shown, and how many attempts it took after
that, is kept beside the student's files and goes into the hand-in, so that instructors see which hints help.
"""

from __future__ import annotations

import ast
import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from autograder.errors import CourseError
from autograder.grading.explain.explanation import digest_of_hint, questions_of
from autograder.grading.findings import exception_name
from autograder.grading.names.parsing import parsed_or_none
from autograder.handin.cell_lines import CellLines
from autograder.model.hint_use import MOST_HINTS, STAGES, HintUse
from autograder.model.verdict import Kind, Verdict
from autograder.report.view import name_of_test
from autograder.sandbox.call_failures import CodeRaised
from autograder.student.checks import Checks, Part
from autograder.student.examples import example_for
from autograder.student.memory import remember, remembered
from autograder.student.messages import Line
from autograder.student.small_changes import small_changes
from autograder.student.states import Outcome, State, outcomes_of
from autograder.text import first_few, one_line, sentence

LOG_FILE = "hints.json"
SECONDS_BETWEEN = 60
_LINE = re.compile(r"\b([\w.]+\.py|[\w.-]+\.ipynb, cell \d+), line (\d+)")

_QUESTIONS = {
    Kind.RAISED: "What is in each variable of the line that raised the error, and which of them is another thing than "
    "you thought?",
    Kind.WRONG_TYPE_OR_SHAPE: "Which type and shape should the result have by the docstring, and which does each of "
    "your lines give?",
    Kind.OTHER_TYPE: "Which type should the result have by the docstring, and which of your lines decides its type?",
    Kind.TIMED_OUT: "Which loop could go on for ever, and what should end it?",
    Kind.DIED: "Which of your lines could end Python itself, such as exit() or a recursion without an end?",
    Kind.OUT_OF_MEMORY: "Which of your arrays is the largest, and what is its shape?",
    Kind.NOT_ALLOWED: "What does that do for you, and how would you work it out with what is allowed?",
    Kind.SLOW: "Which of your lines does most of the work, and how often is it run?",
    Kind.LOOPS: "Which operation on whole arrays does for all rows at once what this loop does for one?",
}
_QUESTION = (
    "Take the smallest check that fails and go through your function on paper: after which line is the first value "
    "another one than you would write down?"
)
_WITHOUT_VALUES = "What does the check say should happen, and which of your lines decides whether it does?"
"""What is asked where a check compared nothing, so that no value of it is wrong."""
_OF_ERRORS = {
    "SyntaxError": "Which bracket, quotation mark or colon is missing or too many, there or in the line before?",
    "RecursionError": "For which input does your function return without calling itself, and how do the calls come to "
    "that input?",
    "NameError": "Which of your lines should give that name its value, and is it run before this one?",
    "UnboundLocalError": "On which way through your function does that variable get no value before this line?",
    "IndexError": "How long is what is indexed there, and which values does the index take?",
    "KeyError": "Which keys are there, and which of your lines puts them in?",
    "AttributeError": "Of which type is what stands before the dot, and which of your lines made it that?",
    "ZeroDivisionError": "What is divided by there, and for which input is it 0?",
}
"""What is asked about errors whose name alone says what to ask."""
_SHAPES = "Which shape does each part of the line have that raised the error, and along which axes should they meet?"
_ABOUT_SHAPES = re.compile(r"\b(shapes?|broadcast|dimensions?|aligned)\b")
LONGEST_ERROR = 200
MOST_PARTS = 4
"""Values at the line that raised an error that a hint tells."""
_POINTS_BACK = re.compile(
    r"\b(its?|they|them|their|these|those|then|either|neither|instead)\b"
    r"|\b(are|by|do|does|for|from|is|of|should|to|with) that\b|(?<!\bis )(?<!\bare )\bthere\b",
    re.IGNORECASE,
)
"""Words of a question that may mean something in the sentence before it, without which "Is it?" asks nothing."""
_NOTHING = "Which line of your function gives the result back to whoever called it, and is that line reached?"
_NAN = "Which of your steps can give NaN: 0 / 0, inf - inf, 0 * inf, the root or the logarithm of a negative number?"
_INFINITE = (
    "Which of your steps can give infinity: a division by 0, the logarithm of 0, exp of a large number?"
)
_NOT_KEPT = (
    "There is more, but which hints you have seen cannot be kept in this folder, to which nothing can be written: copy "
    "it to a place of your own and ask there."
)
_OWN_TESTS = {
    State.TO_DO: (
        "For which inputs can you say the result without running anything? Which two inputs must give the same "
        "result, or results whose difference you know?",
        "Begin with one of these: a function whose name begins with test, which calls what is to be tested and "
        "asserts a value, not only a type or a shape. Then run autograder check {question}.",
    ),
    State.FAILING: (
        "Which of the two is right, what the test asserts or what your function returns? Work out that case on paper.",
    ),
    State.DONE: ("Your tests pass on your code. Which mistake in it would they not notice?",),
}
"""What is asked about tests that students write themselves, by the state of the question that they are for."""


class Entry(msgspec.Struct):
    """What was shown about one thing that was wrong with a question.

    Attributes
    ----------
    stage
        The last stage that was shown.
    at
        When, in seconds since 1970.
    attempt
        A digest of the files at that time.
    hint
        What tells the known mistake's hint from others; empty if it was a general one.
    attempts
        Digests of the files that were checked since then.
    solved
        Whether it was gone after that.
    """

    stage: int
    at: float
    attempt: str
    hint: str = ""
    attempts: list[str] = []
    solved: bool = False


Log = dict[str, dict[str, Entry]]
"""By question, and by a digest of what was wrong: another mistake starts again at the first stage."""


@dataclass(frozen=True)
class Hint:
    """What to show.

    Attributes
    ----------
    stages
        The texts of all stages that are open.
    wait
        When the next stage comes, in a sentence, or that there is none; empty if the last has just been opened.
    """

    stages: tuple[str, ...]
    wait: str = ""

    @property
    def text(self) -> str:
        """The stages, numbered, and when the next one comes."""
        stages = (f"{number}. {text}" for number, text in enumerate(self.stages, 1))
        return "\n\n".join([*stages, *filter(None, [self.wait])])

    @property
    def lines(self) -> list[Line]:
        """The same, line by line; a paragraph of several lines is code."""
        lines: list[Line] = []
        for paragraph in self.text.split("\n\n"):
            role = "details" if "\n" in paragraph else "plain"
            lines += [*([("plain", "")] if lines else []), *((role, it) for it in paragraph.splitlines())]
        return lines


def hint_for(checks: Checks, question: str, folder: Path, now: float | None = None) -> Hint:
    """Return the hint for a question whose checks were run, one stage further than last time if it is time for it.

    Raises
    ------
    CourseError
        If there is nothing to hint at.
    """
    now = time.time() if now is None else now
    outcome = next(it for it in outcomes_of(checks) if it.question == question)
    if outcome.state in (State.TO_DO, State.DONE) and _is_for_own_tests(checks, question):
        asked = tuple(text.format(question=question) for text in _OWN_TESTS[outcome.state])
        return Hint(asked if outcome.state is State.TO_DO else (*asked, _what_tests_miss(checks, question)))
    if not outcome.can_be_hinted_at:
        raise CourseError(_why_there_is_none(checks, outcome))
    stages = tuple(_stages(checks, outcome, folder))
    note_attempt(checks, folder)
    log = read_log(folder)
    entries = log.setdefault(question, {})
    attempt, (cause, hint) = _digest_of(checks), _cause_of(outcome.failed)
    entry = entries.get(cause)
    if entry is not None and entry.solved:
        entry.solved = False  # it is back
        remember(folder, LOG_FILE, msgspec.json.encode(log))
    was, is_kept = entry.stage if entry else 0, True
    is_time = entry is None or attempt != entry.attempt or now - entry.at >= SECONDS_BETWEEN
    if entry is None or (is_time and entry.stage < len(stages)):
        stage = entry.stage + 1 if entry else 1
        entry = entries[cause] = Entry(stage, now, attempt, hint)
        is_kept = remember(folder, LOG_FILE, msgspec.json.encode(log))
    shown = min(entry.stage, len(stages))
    is_new = shown > was or len(stages) == 1  # which sends to another question
    left = max(1, round(entry.at + SECONDS_BETWEEN - now))
    if shown < len(stages) and not is_kept:
        return Hint(stages[:shown], _NOT_KEPT)
    return Hint(stages[:shown], _what_comes_next(question, is_new, len(stages) - shown, left))


def _what_comes_next(question: str, is_new: bool, more: int, left: int) -> str:
    """Return what is to be said beneath the stages that are open, so that nobody waits for what does not come."""
    if not more:
        return "" if is_new else "You have seen all there is to say about this mistake."
    how = f"after another attempt or in {left} s: autograder hint {question}"
    return f"There is more, {how}" if is_new else f"It is too early for more; that comes {how}"


def _is_for_own_tests(checks: Checks, question: str) -> bool:
    """Return whether a question is for tests in a file that nobody need hand in, and asks for no function."""
    return not checks.assignment.question(question).functions and bool(checks.assignment.optional_names)


def _what_tests_miss(checks: Checks, question: str) -> str:
    """Return a small change to the student's own function that the tests do not notice, or what else to try."""
    tried = small_changes(checks, question)
    of = tried.noticed + len(tried.missed)
    if not tried.missed:
        said = (
            f"They notice all {of} small changes to your functions that were tried. What is left is a mistake in "
            "several places at once, such as a term that is missing from two results."
            if of
            else f"Try it: leave out one term, one factor or one sign, save, and run autograder check {question}."
        )
        return f"{said} Which input would show it?"
    first = min(tried.missed, key=lambda it: it.kind == "slice")  # a slip that nearly nobody makes
    return (
        f"Of {of} small changes to your functions that the public checks notice, your tests notice {tried.noticed}. If "
        f"{first.place.replace(':', ', line ')} were changed like this, none of your tests would fail:\n\n"
        f"now:     {first.was}\nchanged: {first.line}\n\nWhich input gives another result then?"
    )


def _why_there_is_none(checks: Checks, outcome: Outcome) -> str:
    question, first = outcome.question, outcome.seen.first
    match outcome.state:
        case State.BROKEN:
            problem = next(it for it in checks.problems if question in it.questions)
            return f"no hint is needed: {problem.sentence}"
        case State.DONE:
            return f"all public checks of {question} pass; there is nothing to hint at."
        case State.UNKNOWN | State.WITHOUT_CHECKS:
            return f"{question} has no public checks, so nothing is known that a hint could be about."
        case State.TO_DO:
            return f"{first.rstrip('.')}; write a first attempt, and hints can say more."
        case State.WAITING:
            return outcome.seen.to_do(question)
    return first  # nothing could be judged


def note_attempt(checks: Checks, folder: Path) -> None:
    """Keep that the questions with hints were checked again, and whether what was wrong is gone now."""
    log = read_log(folder)
    if not log:
        return
    attempt = _digest_of(checks)
    changed = False
    for outcome in outcomes_of(checks):
        if not outcome.seen.of:
            continue
        _, hint = _cause_of(outcome.failed)
        for entry in log.get(outcome.question, {}).values():
            if entry.solved or attempt in (entry.attempt, *entry.attempts):
                continue
            entry.attempts.append(attempt)
            gone = bool(entry.hint and entry.hint != hint and not outcome.above)
            entry.solved = gone or outcome.state is State.DONE
            changed = True
    if changed:
        remember(folder, LOG_FILE, msgspec.json.encode(log))


def read_log(folder: Path) -> Log:
    """Return what was shown so far; nothing if it cannot be read."""
    try:
        return msgspec.json.decode(remembered(folder, LOG_FILE), type=Log)
    except (ValueError, msgspec.MsgspecError):
        return {}


def used_hints(folder: Path) -> list[HintUse]:
    """Return what goes into a hand-in: each hint with the last stage shown, the attempts after it, and the end."""
    return [
        HintUse(question, entry.hint, min(entry.stage, STAGES), len(entry.attempts), entry.solved)
        for question, entries in sorted(read_log(folder).items())
        for entry in entries.values()
    ][:MOST_HINTS]


def _digest_of(checks: Checks) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(checks.submission.files.items()):
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:16]


def _cause_of(failed: Sequence[Verdict]) -> tuple[str, str]:
    """Return a digest of what is wrong, by the hint if there is one, else by which checks fail; and one of the hint."""
    hint = next((verdict.hint for verdict in failed if verdict.hint), "")
    what = [hint] if hint else sorted(f"{verdict.test} {verdict.kind}" for verdict in failed)
    return hashlib.sha256("\0".join(what).encode()).hexdigest()[:16], digest_of_hint(hint) if hint else ""


# --- the stages ---------------------------------------------------------------------------------------------


def _stages(checks: Checks, outcome: Outcome, folder: Path) -> Iterator[str]:
    if first := outcome.needs:
        yield (
            f"It calls what {first} asks for, and the checks of {first} fail: mend that first "
            f"(autograder hint {first})."
        )
        return
    if first := outcome.comes_first:
        yield sentence(first)
        return
    hint = next((verdict.hint for verdict in outcome.failed if verdict.hint), "")
    asked = questions_of(hint) if hint else ""
    if asked and _POINTS_BACK.search(asked):
        asked = hint
    yield asked or _question_about(checks, outcome)
    yield _where_to_look(checks, outcome, hint.replace(asked, "").strip() if asked else hint)
    called = checks.called.get(outcome.failed[0].test, "")
    functions = _functions_of(checks, outcome)
    if any(it == called or it.endswith(f".{called}") for it in functions):
        functions = functions[:1]  # an example of another function would show that nothing is wrong
    if example := example_for(checks, functions, folder):
        yield f"Another example, with the right result; paste it and compare with what yours gives:\n\n{example}"


def _question_about(checks: Checks, outcome: Outcome) -> str:
    """Return what to ask about the first failure where no hint asks anything."""
    first = outcome.failed[0]
    if first.kind is Kind.RAISED:
        error = checks.raised.get(first.test)
        if error is not None and "ValueError" in error.bases and _ABOUT_SHAPES.search(error.text):
            return _SHAPES
        return next(
            (asked for name, asked in _OF_ERRORS.items() if re.search(rf"\b{name}\b", first.message)),
            _QUESTIONS[first.kind],
        )
    if first.kind is Kind.WRONG_TYPE_OR_SHAPE and any(
        it.got is None for it in checks.compared.get(first.test, ())
    ):
        return _NOTHING
    parts = checks.compared.get(first.test, ())
    # Where the type is wrong as well as the values, it is the lesser mistake.
    also_wrong = first.kind is Kind.WRONG_TYPE_OR_SHAPE and any(_is_of_one_shape(it) for it in parts)
    if first.kind is not Kind.WRONG_VALUE and not also_wrong:
        return _QUESTIONS.get(first.kind, _WITHOUT_VALUES)
    if _is_for_own_tests(checks, outcome.question):
        (asked,) = _OWN_TESTS[State.FAILING]
        return asked
    if not parts:
        return _WITHOUT_VALUES
    for is_odd, question in ((np.isnan, _NAN), (np.isinf, _INFINITE)):
        if any(_has(is_odd, part.got) and not _has(is_odd, part.expected) for part in parts):
            return question
    return _QUESTION


def _is_of_one_shape(part: Part) -> bool:
    """Return whether a result has the shape that was expected, so that one can go through its values."""
    both = part.expected, part.got
    return all(isinstance(it, np.ndarray) for it in both) and part.expected.shape == part.got.shape


def _has(is_odd: Callable[[np.ndarray], np.ndarray], value: object) -> bool:
    """Return whether any number of a value is such a one; not where it is not made of real numbers alone."""
    if isinstance(value, (list, tuple)):
        return any(_has(is_odd, it) for it in value)
    if not isinstance(value, (float, np.floating, np.ndarray)):
        return False
    array = np.asarray(value)
    return array.dtype.kind == "f" and bool(is_odd(array).any())


def _where_to_look(checks: Checks, outcome: Outcome, statement: str) -> str:
    """Return the lines to look at, which checks pass and which fail, and what the hint says besides its question."""
    check = next(iter(outcome.failed_checks))
    functions = _functions_of(checks, outcome)
    place = _LINE.search(check.message)
    where = _together(_lines_of(checks, functions)) if place is None else _place(checks, functions, place)
    right = [name_of_test(it.test, with_case=True) for it in checks.verdicts[outcome.question] if it.passed]
    wrong = [name_of_test(it.test, with_case=True) for it in outcome.failed]
    parts = [f"Look at {where}." if where else "", *(sentence(note.text) for note in outcome.notes)]
    parts.append(
        sentence(f"Right in: {first_few(right, 3)}; wrong in: {first_few(wrong, 3)}") if right else ""
    )
    seen = check.message if place is None else _without(place, check.message)
    error = None if statement else checks.raised.get(check.test)
    if error is not None and error.text and f"raised {exception_name(error)}" in check.message:
        seen = f"{seen.rstrip('.')}: {one_line(error.text, LONGEST_ERROR)}"
    parts.append(sentence(statement or f'In "{check.name}": {seen}'))
    return " ".join(part for part in parts if part) + (_at_that_line(error) if error is not None else "")


def _at_that_line(error: CodeRaised) -> str:
    """Return what the parts of the line that raised were, as a paragraph of its own; empty if nothing is known."""
    there = error.variables[:MOST_PARTS]
    width = max((len(it.name) for it in there), default=0)
    lines = [f"  {one_line(it.name, 100):<{width}} = {one_line(it.value, 160)}" for it in there]
    return "".join(f"\n{line}" for line in ["\nWhen it raised that:", *lines]) if lines else ""


def _functions_of(checks: Checks, outcome: Outcome) -> list[str]:
    """Return those of a question's functions that its failed checks called last, the first failure's first.

    It is all of them where that tells none of them from others.
    """
    functions = checks.assignment.question(outcome.question).functions
    called = dict.fromkeys(checks.called.get(it.test, "") for it in outcome.failed)
    found = [it for name in called for it in functions if name and (it == name or it.endswith(f".{name}"))]
    return found or list(functions)


def _place(checks: Checks, functions: Sequence[str], place: re.Match[str]) -> str:
    """Return the line that a failure names, with the function that led there where it lies in another one."""
    line = f"{place[1]}, line {place[2]}"
    found = _lines_of(checks, functions)
    if not found or any(file == place[1] and one <= int(place[2]) <= last for file, one, last in found):
        return line
    return f"{_together(found)}, which led to {line}"


def _without(place: re.Match[str], message: str) -> str:
    """Return what is said of a failure without the line, which is said already."""
    if place.start() == 0:
        rest = message[place.end() :]
        return rest.removeprefix(":").lstrip() if rest.startswith(":") else f"it {rest.lstrip(', ')}"
    return message.replace(f" in {place[0]}", "")


def _lines_of(checks: Checks, functions: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return where functions are defined, file, first and last line, as far as they can be found."""
    return [it for function in functions if (it := _definition_of(checks, function)) is not None]


def _together(found: Sequence[tuple[str, int, int]]) -> str:
    """Return places in words, each file once: `linear_svm.py, lines 20 to 45 and 50 to 61`."""
    by_file: dict[str, list[str]] = {}
    for file, first, last in found:
        by_file.setdefault(file, []).append(f"{first} to {last}")
    return " and ".join(f"{file}, lines {' and '.join(lines)}" for file, lines in by_file.items())


def _definition_of(checks: Checks, function: str) -> tuple[str, int, int] | None:
    """Return file, or cell of a notebook, first and last line of a function; None if it cannot be found."""
    module, *names = function.split(".")
    file = f"{module}.py"
    node: ast.AST | None = parsed_or_none(checks.submission.files.get(file, b""))
    if node is None:
        return None
    for name in names:
        inner = [it for it in ast.walk(node) if isinstance(it, _DEFINITIONS) and it.name == name]
        if not inner:
            return None
        node = inner[-1]
    assert isinstance(node, _DEFINITIONS)
    place, first = CellLines(checks.submission.files).place(file, node.lineno)
    return place, first, first + (node.end_lineno or node.lineno) - node.lineno


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
