"""Proves an assignment gradable: right work earns everything, empty work nothing, every known mistake is caught."""

from __future__ import annotations

import ast
import os
import time
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.authoring.claims import Claim, listed, name_of, with_accepted
from autograder.authoring.earnings import loops_cost_points, what_work_earns
from autograder.authoring.halves import (
    answers_in_words,
    halves_agree,
    ladders_fit,
    targets_exist,
    without_slips,
)
from autograder.authoring.looping_hand_ins import uses, vectorized_questions
from autograder.authoring.mistake_checks import MistakeCheck, check_mistakes, mutants_are_found
from autograder.authoring.mutation import Mutation, check_mutants
from autograder.authoring.proof import keep_proof
from autograder.authoring.release import release
from autograder.authoring.sealing import Sealing, seal_hints
from autograder.classroom.processes import LocalPool
from autograder.classroom.work import Work, prepare
from autograder.course.loading import Course
from autograder.course.toml import read_bank
from autograder.errors import CourseError
from autograder.grading.explain.bank import BANK_FILE, load_bank
from autograder.grading.grader import Grader
from autograder.grading.mutants import functions_of
from autograder.model.assignment import Assignment
from autograder.model.exact import HALF


@dataclass
class Verification:
    """Everything that was checked about one assignment."""

    assignment: Assignment
    claims: list[Claim] = field(default_factory=list)
    mistakes: list[MistakeCheck] = field(default_factory=list)
    mutation: Mutation = field(default_factory=lambda: Mutation((), ()))
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether nothing fell short."""
        return all(claim.holds for claim in self.claims) and all(mistake.holds for mistake in self.mistakes)


def verify_assignment(
    course: Course, name: str, jobs: int | None = None, tier: str | None = None, accept: str = ""
) -> Verification:
    """Check an assignment and return what was found.

    Parameters
    ----------
    accept
        Why what tests leave open is accepted from now on; empty if it is not.

    Raises
    ------
    CourseError
        If it cannot be graded at all, or nothing is to be accepted.
    """
    started = time.monotonic()
    work = prepare(course, name, tier)
    reference = work.solution.reference_files(work.assignment)
    bank = load_bank(work.assignment, work.solution)
    report = Verification(work.assignment)
    _, equivalents = read_bank(work.solution.folder / BANK_FILE)
    report.claims += without_slips(work, reference)
    report.claims += answers_in_words(work)
    report.claims += halves_agree(work.assignment, reference)
    report.claims.append(targets_exist(work.assignment, bank))
    report.claims += ladders_fit(work, reference)
    with Grader(work.assignment, work.solution, work.plan) as grader:
        without_loops = list(vectorized_questions(grader))
        races = frozenset(test.id for test in work.plan.tests if uses(grader, test, "race"))
    with LocalPool(work, jobs or os.cpu_count() or 1) as pool:
        report.claims += what_work_earns(work, pool, reference)
        report.claims += loops_cost_points(work, pool, without_loops)
        report.mistakes += check_mistakes(work, pool, bank)
        report.mutation = check_mutants(work, pool, reference, equivalents)
        sealing = seal_hints(work.assignment, work.solution, tier, pool)
    report.claims += mutants_are_found(report.mutation)
    report.claims.append(_read_in_halves(work, report.mistakes, races))
    report.claims += _hints_are_sealed(sealing)
    report.claims.append(_release_leaks_nothing(course, work.assignment, reference, sealing.file))
    report.claims = with_accepted(report.claims, work.solution.folder, accept)
    report.seconds = time.monotonic() - started
    keep_proof(course, name, report.holds)
    return report


def _read_in_halves(work: Work, mistakes: Sequence[MistakeCheck], races: Set[str]) -> Claim:
    """Check that every test, every part that is weighed and every known mistake is worth a multiple of half a point.

    A question may name another step, in which its points are read then. Bonus points, which are few for many cases,
    may come in half of that. A race earns half of its points between its bounds.
    """
    odd: list[str] = []
    for question in work.assignment.questions:
        graded = [test for test in work.plan.of_question(question.id) if not test.public]
        total = sum((test.weight for test in graded), Fraction(0))
        untold = total != question.points
        step = question.step / 2 if question.bonus else question.step
        for test in graded:
            worth = question.points * test.weight / total
            parts = test.parts or {}
            shares = {part: worth * share / sum(parts.values()) for part, share in parts.items()}
            if any(points % step for points in (worth, *shares.values())):
                each = " and ".join(f"{share} for {part}" for part, share in shares.items())
                odd.append(
                    f"{name_of(test.id)} is worth {worth} of {question.id}" + (f" ({each})" if each else "")
                )
                if untold:
                    untold = False
                    odd[-1] += f", whose weights add up to {total} for {question.points} points"
            elif test.id in races and worth / 2 % step:
                odd.append(
                    f"{name_of(test.id)} is worth {worth} of {question.id}, of which slow code earns {worth / 2}"
                )
    steps = {question.id: question.step for question in work.assignment.questions}
    odd += [
        f"{it.variant.name} costs {it.lost} of {it.question}"
        for it in mistakes
        if it.lost % steps[it.question]
    ]
    others = [f"{id} in steps of {step}" for id, step in steps.items() if step != HALF]
    found = listed(odd) or "; ".join(["every test and every known mistake", *others])
    return Claim("students read points in halves", not odd, found, tuple(odd))


def _hints_are_sealed(sealing: Sealing) -> Iterator[Claim]:
    if sealing.outcomes:
        # What students cannot be told on their own machines is told when their work is graded.
        yield Claim("hints are sealed for students' own checks", True, sealing.summary)


def _release_leaks_nothing(
    course: Course, assignment: Assignment, reference: Mapping[str, bytes], hints: bytes | None
) -> Claim:
    claim = "the release holds nothing of the solutions"
    with TemporaryDirectory() as folder:
        try:
            release(assignment, Path(folder), course.root / "solutions", hints)
        except CourseError as error:
            return Claim(claim, False, str(error))
    given = sorted(_given_statements(assignment, reference), key=len, reverse=True)
    # What a stub gives away is for its author to decide, but should not be overlooked.
    lines = "1 line" if len(given) == 1 else f"{len(given)} lines"
    shared = f"; in the stubs: {lines} of the reference, {listed(given)}" if given else ""
    return Claim(claim, True, f"scanned{shared}")


def _given_statements(assignment: Assignment, reference: Mapping[str, bytes]) -> set[str]:
    """Return the statements of functions to be written that stub and reference share."""
    shared: set[str] = set()
    for file in assignment.files:
        functions = assignment.functions_in(file.module)
        if functions:
            stub = _statements(file.stub(), functions)
            shared |= stub & _statements(reference[file.name], functions)
    return shared


def _statements(source: bytes, functions: tuple[str, ...]) -> set[str]:
    """Return the simple statements in the named functions, without docstrings, `pass` and `raise`."""
    return {
        ast.unparse(inner)
        for name, function in functions_of(ast.parse(source)).items()
        if name in functions
        for inner in ast.walk(function)
        if isinstance(inner, (ast.Assign, ast.AugAssign, ast.Return))
        or (isinstance(inner, ast.Expr) and not isinstance(inner.value, ast.Constant))
    }
