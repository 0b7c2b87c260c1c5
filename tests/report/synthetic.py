"""A class of any size whose hand-ins were never graded: results as grading would give them, drawn by a seed."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from autograder.course.loading import find_course
from autograder.grading.explain.bank import Bank, load_bank
from autograder.grading.pytest_session import collect_plan
from autograder.model.assignment import Assignment
from autograder.model.plan import Plan, PlannedTest
from autograder.model.result import GradingResult
from autograder.model.scoring import score
from autograder.model.verdict import Kind, Verdict
from autograder.report.context import (
    AttemptLine,
    Example,
    Excerpt,
    Leftover,
    LikePair,
    ReportContext,
    RosterLine,
)
from autograder.report.statistics import ClassStatistics

ROOT = Path(__file__).resolve().parents[2]
FULL, NONE = 10.0, 30.0


@functools.cache
def course_of_svm() -> tuple[Assignment, Plan, Bank]:
    course = find_course(ROOT)
    assignment, solution = course.assignment("svm"), course.solution("svm")
    return assignment, collect_plan(assignment, solution), load_bank(assignment, solution)


class Student:
    """One student, who is more or less able and has some habits."""

    def __init__(self, rng: np.random.Generator, number: int) -> None:
        self.rng = rng
        self.label = f"submission_{10_000 + number}"
        self.ability = rng.beta(4, 2)
        self.verdicts: dict[str, Verdict] = {}

    def result(self) -> GradingResult:
        assignment, plan, bank = course_of_svm()
        for question in assignment.questions:
            self._answer(plan, question.id, bank)
        flags = (
            ("too fast to be true: 0.08 times the reference's CPU time",) if self.rng.random() < 0.03 else ()
        )
        late = self.rng.random() < 0.06
        return GradingResult(
            assignment="svm",
            questions=score(plan, assignment, self.verdicts),
            tier="uid+bubblewrap",
            versions={"autograder": "0.1.0"},
            seconds=1.3,
            kept=Fraction(9, 10) if late else Fraction(1),
            flags=flags,
        )

    def _answer(self, plan: Plan, question: str, bank: Bank) -> None:
        tests = plan.of_question(question)
        fate = self.rng.random()
        if fate < 0.04:
            self._all(tests, Kind.MISSING, "this is not filled in yet")
        elif fate < 0.06:
            self._all(tests, Kind.TIMED_OUT, "the call did not end within 10 seconds and was stopped")
        elif fate < 0.09:
            self._all(tests, Kind.RAISED, "it raised ValueError in linear_svm.py, line 41")
        elif self.rng.random() < self.ability:
            self._right(tests)
        else:
            self._wrong(tests, question, bank)

    def _all(self, tests: tuple[PlannedTest, ...], kind: Kind, message: str) -> None:
        for test in tests:
            self.verdicts[test.id] = Verdict(test=test.id, kind=kind, message=message)

    def _right(self, tests: tuple[PlannedTest, ...]) -> None:
        loops = self.rng.random() < 0.12
        for test in tests:
            self.verdicts[test.id] = Verdict(test=test.id, kind=Kind.PASSED, credit=Fraction(1))
            if test.structural and "loop" in test.id and loops:
                measured = {"n": 32.0, "runs_at_n": 33.0, "runs_at_2n": 65.0}
                message = "linear_svm.py, line 61 ran 33 times for 32 examples and 65 times for 64 examples"
                self.verdicts[test.id] = Verdict(
                    test=test.id, kind=Kind.LOOPS, message=message, measured=measured
                )
            if "speed" in test.id:
                self.verdicts[test.id] = self._speed(test.id, loops)

    def _speed(self, test: str, loops: bool) -> Verdict:
        ratio = float(self.rng.lognormal(np.log(60 if loops else 1.3), 0.4))
        measured = {"cpu_ratio": ratio, "full": FULL, "none": NONE}
        if ratio <= FULL:
            return Verdict(test=test, kind=Kind.PASSED, credit=Fraction(1), measured=measured)
        message = f"the call took {ratio:.3g} times the CPU time of a vectorized solution"
        return Verdict(test=test, kind=Kind.SLOW, message=message, measured=measured)

    def _wrong(self, tests: tuple[PlannedTest, ...], question: str, bank: Bank) -> None:
        here = {it.mistake.id for it in bank.variants if it.target.endswith(question)}
        there = [it for it in bank.mistakes if it.id in here and not it.accepted and not it.structural]
        weights = 1 / np.arange(1, len(there) + 2) ** 1.2
        choice = int(self.rng.choice(len(there) + 1, p=weights / weights.sum()))
        known = there[choice] if choice < len(there) else None
        for test in tests:
            wrong = self.rng.random() < 0.7
            self.verdicts[test.id] = (
                Verdict(
                    test=test.id,
                    kind=Kind.WRONG_VALUE,
                    message="dW has the right shape, but 12 of 20 numbers are wrong",
                    hint=known.hint if known and not test.public else None,
                    mistake=known.id if known and not test.public else None,
                    details="W = …\nexpected …\ngot …" if test.public else "",
                )
                if wrong
                else Verdict(test=test.id, kind=Kind.PASSED, credit=Fraction(1))
            )


def results(count: int, seed: int = 0) -> Iterator[tuple[str, GradingResult]]:
    rng = np.random.default_rng(seed)
    for number in range(count):
        student = Student(rng, number)
        yield student.label, student.result()


def statistics(count: int, seed: int = 0) -> ClassStatistics:
    assignment, plan, _ = course_of_svm()
    gathered = ClassStatistics(assignment, plan)
    for label, result in results(count, seed):
        gathered.add(label, result)
    return gathered


def report_context() -> ReportContext:
    _, _, bank = course_of_svm()
    lines = "    margins = np.maximum(0, X @ W - s[:, None] + 1)\n    margins[np.arange(n), y] = 0"
    excerpt = Excerpt(file="linear_svm.py", first_line=41, text=lines)
    pair = LikePair(
        first="submission_10001",
        second="submission_10042",
        likeness=0.87,
        first_lines=(excerpt,),
        second_lines=(excerpt,),
    )
    return ReportContext(
        mistakes=bank.mistakes,
        refused=(Leftover("zoe.rar", "zoe.rar is an archive of a kind that is not opened."),),
        replaced=(Leftover("submission_1", "a later hand-in of the same student counts"),),
        ignored=(Leftover("submission_metadata.yml", "says who handed in what"),),
        alike=(("submission_10007", "submission_10019"),),
        pairs=(pair,),
        mistaken={
            mistake.id: (
                Example(
                    "submission_10003",
                    "linear_svm.py, lines 41 to 42",
                    "linear_svm.py-41",
                    f"  41  {lines}",
                ),
            )
            for mistake in bank.mistakes[:4]
        },
        people={label: f"Student {label[-3:]}" for label, _ in results(300)},
        attempts={
            "Ada Lovelace": (
                AttemptLine("submission_9001", "2030-01-01 10:00 UTC", None, counts=False),
                AttemptLine("submission_10003", "2030-01-02 10:00 UTC", 12.5, counts=True),
            )
        },
        roster=(
            RosterLine(who="Annabella Milbanke (504)", status="not handed in"),
            RosterLine(who="somebody", status="not in the roster", submission="submission_10004"),
        ),
    )
