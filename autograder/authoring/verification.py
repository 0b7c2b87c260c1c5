"""Proves an assignment gradable: right work earns everything, empty work nothing, every known mistake is caught.

Each claim is a `Check` with what was found, so that what falls short is named.
"""

from __future__ import annotations

import ast
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.authoring.lazy_hand_ins import hand_in_of_public_answers, hand_in_of_zeros
from autograder.authoring.release import release
from autograder.classroom.processes import LocalPool
from autograder.classroom.work import Work, prepare
from autograder.course.loading import Course
from autograder.errors import CourseError
from autograder.grading.explain.bank import Bank, Variant, load_bank
from autograder.model.assignment import Assignment
from autograder.model.result import QuestionResult
from autograder.model.scoring import score
from autograder.model.verdict import Kind, Verdict

ROOM_IN_BUDGET = 4
"""The reference must need no more than this part of the time that a hand-in has."""

Verdicts = dict[str, Verdict]


@dataclass(frozen=True)
class Check:
    """One claim about an assignment and whether it holds."""

    claim: str
    holds: bool
    found: str


@dataclass(frozen=True)
class MistakeCheck:
    """What grading a known mistake came to.

    Attributes
    ----------
    lost
        Points lost in its own question.
    elsewhere
        Questions that lost points though the mistake does not touch them.
    explained, failed
        Graded tests of its own question that were failed with its own hint, and failed at all.
    others
        Mistakes whose hints were shown instead.
    """

    variant: Variant
    question: str
    lost: Fraction
    elsewhere: tuple[str, ...]
    explained: int
    failed: int
    others: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether it loses points in its own question alone and is told by its own hint."""
        if self.variant.mistake.accepted:
            return not self.lost and not self.elsewhere
        return bool(self.lost) and not self.elsewhere and bool(self.explained) and not self.others


@dataclass
class Verification:
    """Everything that was checked about one assignment."""

    assignment: Assignment
    checks: list[Check] = field(default_factory=list)
    mistakes: list[MistakeCheck] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether nothing fell short."""
        return all(check.holds for check in self.checks) and all(mistake.holds for mistake in self.mistakes)


def verify_assignment(
    course: Course,
    name: str,
    jobs: int | None = None,
    tier: str | None = None,
    on_progress: Callable[[str], None] = lambda what: None,
) -> Verification:
    """Check an assignment and return what was found.

    Raises
    ------
    CourseError
        Where it cannot be graded at all.
    """
    started = time.monotonic()
    work = prepare(course, name, tier)
    reference = work.solution.reference_files(work.assignment)
    bank = load_bank(work.assignment, work.solution)
    report = Verification(work.assignment)
    report.checks += _halves_agree(work.assignment, reference)
    report.checks.append(_targets_exist(work.assignment, bank))
    with LocalPool(work, jobs or os.cpu_count() or 1) as pool:
        report.checks += _reference_and_nothing(work, pool, reference)
        on_progress("known mistakes")
        report.mistakes += _mistakes(work, pool, bank)
    report.checks.append(_release_leaks_nothing(course, work.assignment, reference))
    report.seconds = time.monotonic() - started
    return report


# --- both halves --------------------------------------------------------------------------------------


def _halves_agree(assignment: Assignment, reference: Mapping[str, bytes]) -> Iterator[Check]:
    """Check that stubs and reference have the same functions with the same parameters."""
    for file in assignment.files:
        asked = _signatures(file.source.read_bytes(), file.name)
        given = _signatures(reference[file.name], file.name)
        wanted = [
            function.partition(".")[2]
            for question in assignment.questions
            for function in question.functions
            if function.partition(".")[0] == file.module
        ]
        differing = [
            f"{name}{asked.get(name, ' (missing)')} in the stub, {name}{given.get(name, ' (missing)')} in the reference"
            for name in dict.fromkeys([*wanted, *asked])
            if asked.get(name) != given.get(name)
        ]
        found = "; ".join(differing) or f"{len(asked)} signatures agree"
        yield Check(f"{file.name}: stub and reference agree", not differing, found)


def _signatures(source: bytes, name: str) -> dict[str, str]:
    """Return the parameters of every function and method, by name."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise CourseError(f"{name}, line {error.lineno}: not valid Python ({error.msg})") from error
    # Helpers of the reference's own are nobody's business.
    return {
        name: f"({ast.unparse(function.args)})"
        for name, function in _functions(tree).items()
        if not function.name.startswith("_")
    }


def _functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """Return every function and method of a module, by name."""
    found: dict[str, ast.FunctionDef] = {}
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef):
            found[statement.name] = statement
        elif isinstance(statement, ast.ClassDef):
            for member in statement.body:
                if isinstance(member, ast.FunctionDef):
                    found[f"{statement.name}.{member.name}"] = member
    return found


def _targets_exist(assignment: Assignment, bank: Bank) -> Check:
    lost = [variant.name for variant in bank.variants if assignment.question_of(variant.target) is None]
    known = {entry.id for entry in bank.mistakes}
    lost += [
        f"{entry.id} same_as {other}"
        for entry in bank.mistakes
        for other in entry.same_as
        if other not in known
    ]
    return Check(
        "every known mistake belongs to a question",
        not lost,
        f"no question of assignment.toml has {', '.join(lost)}"
        if lost
        else f"{len(bank.mistakes)} in the bank",
    )


# --- right, empty and lazy work -----------------------------------------------------------------------


def _reference_and_nothing(work: Work, pool: LocalPool, reference: Mapping[str, bytes]) -> Iterator[Check]:
    started = time.monotonic()
    first = pool.verdicts(reference).result()
    seconds = time.monotonic() - started
    second = pool.verdicts(reference)
    stub = pool.verdicts({file.name: file.source.read_bytes() for file in work.assignment.files})
    lazy = {
        "work that returns zeros of the right shape": pool.verdicts(
            hand_in_of_zeros(work.assignment, reference)
        ),
        "the right numbers with arrays of zeros": pool.verdicts(
            hand_in_of_zeros(work.assignment, reference, keep_numbers=True)
        ),
        "hard-coded answers to the public checks": pool.verdicts(
            hand_in_of_public_answers(work.assignment, reference)
        ),
    }
    yield _earns_everything(work, first)
    public = [first[test.id] for test in work.plan.tests if test.public]
    failed = [verdict.test for verdict in public if not verdict.passed]
    yield Check(
        "the public checks pass on the reference", not failed, _listed(failed) or f"{len(public)} checks"
    )
    same = _totals(work, first) == _totals(work, second.result())
    yield Check("two runs give the same points", same, "the same" if same else "they differ")
    yield _earns_nothing(work, "an untouched stub", stub)
    for what, future in lazy.items():
        yield _earns_nothing(work, what, future)
    limit = work.assignment.limits.seconds_total
    yield Check(
        "the time for a hand-in leaves room",
        seconds * ROOM_IN_BUDGET <= limit,
        f"the reference takes {seconds:.1f} of {limit:g} seconds",
    )


def _earns_everything(work: Work, verdicts: Verdicts) -> Check:
    failed = [
        f"{verdict.test} ({verdict.kind}: {verdict.message})"
        for verdict in verdicts.values()
        if not verdict.passed
    ]
    results = score(work.plan, work.assignment, verdicts)
    earned = sum((result.score for result in results), Fraction(0))
    found = f"{earned} of {work.assignment.total_points} points"
    return Check(
        "the reference earns everything", earned == work.assignment.total_points, _listed(failed) or found
    )


def _earns_nothing(work: Work, what: str, future: Future[Verdicts]) -> Check:
    results = score(work.plan, work.assignment, future.result())
    earned = sum((result.score for result in results), Fraction(0))
    where = [
        verdict.test for result in results if result.score for verdict in result.graded if verdict.passed
    ]
    faults = [
        verdict.test for result in results for verdict in result.verdicts if verdict.kind is Kind.GRADER_FAULT
    ]
    found = f"{earned} points" + (f" from {_listed(where)}" if where else "")
    if faults:
        found += f"; grader at fault in {_listed(faults)}"
    return Check(f"{what} earns nothing", not earned and not faults, found)


def _totals(work: Work, verdicts: Verdicts) -> list[Fraction]:
    return [result.score for result in score(work.plan, work.assignment, verdicts)]


# --- known mistakes -----------------------------------------------------------------------------------


def _mistakes(work: Work, pool: LocalPool, bank: Bank) -> Iterator[MistakeCheck]:
    waiting = [
        (variant, pool.verdicts(variant.files))
        for variant in bank.variants
        if work.assignment.question_of(variant.target) is not None
    ]
    for variant, future in waiting:
        yield _mistake(work, variant, future.result())


def _mistake(work: Work, variant: Variant, verdicts: Verdicts) -> MistakeCheck:
    questions = [question.id for question in work.assignment.questions_of(variant.target)]
    results: dict[str, QuestionResult] = {
        result.id: result for result in score(work.plan, work.assignment, verdicts)
    }
    # Where several questions look at one function, a mistake need not show in each of them.
    own = next(
        (results[id] for id in questions if results[id].score != results[id].points), results[questions[0]]
    )
    failed = [verdict for verdict in own.graded if not verdict.passed]
    good = {variant.mistake.id, *variant.mistake.same_as}
    shown = Counter(verdict.mistake for verdict in failed)
    touched = {*questions, *variant.mistake.also_affects}
    return MistakeCheck(
        variant=variant,
        question=own.id,
        lost=own.points - own.score,
        elsewhere=tuple(
            id for id, result in results.items() if id not in touched and result.score != result.points
        ),
        explained=sum(count for id, count in shown.items() if id in good),
        failed=len(failed),
        others=tuple(sorted(id for id in shown if id is not None and id not in good)),
    )


# --- the release --------------------------------------------------------------------------------------


def _release_leaks_nothing(course: Course, assignment: Assignment, reference: Mapping[str, bytes]) -> Check:
    claim = "the release holds nothing of the solutions"
    with TemporaryDirectory() as folder:
        try:
            release(assignment, Path(folder), course.root / "solutions")
        except CourseError as error:
            return Check(claim, False, str(error))
    given = sorted(_lines_in_stubs(assignment, reference), key=len, reverse=True)
    # What stands in a stub is for its author to decide, but not to overlook.
    lines = "1 line" if len(given) == 1 else f"{len(given)} lines"
    shared = f"; in the stubs: {lines} of the reference, {_listed(given)}" if given else ""
    return Check(claim, True, f"scanned{shared}")


def _lines_in_stubs(assignment: Assignment, reference: Mapping[str, bytes]) -> set[str]:
    """Return the statements of functions to be written that stub and reference share."""
    functions = {function for question in assignment.questions for function in question.functions}
    shared: set[str] = set()
    for file in assignment.files:
        if file.module is not None and file.name in reference:
            stub = _statements(file.source.read_bytes(), file.module, functions)
            shared |= stub & _statements(reference[file.name], file.module, functions)
    return shared


def _statements(source: bytes, module: str, functions: set[str]) -> set[str]:
    """Return the simple statements in the functions that are named, without docstrings, `pass` and `raise`."""
    return {
        ast.unparse(inner)
        for name, function in _functions(ast.parse(source)).items()
        if f"{module}.{name}" in functions
        for inner in ast.walk(function)
        if isinstance(inner, (ast.Assign, ast.AugAssign, ast.Return))
        or (isinstance(inner, ast.Expr) and not isinstance(inner.value, ast.Constant))
    }


def _listed(names: list[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
