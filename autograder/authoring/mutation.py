"""Runs the tests on mutants of the reference, and says which of them no test finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.authoring.pool import Pool
from autograder.classroom.work import Work
from autograder.course.toml import EquivalentToml
from autograder.grading.grader import Grader
from autograder.grading.mutants import Mutant, mutants_of
from autograder.grading.trial import Subject
from autograder.model.plan import PlannedTest
from autograder.sandbox.host import Host

TOGETHER = 25
"""Mutants that one worker runs before it is replaced: it holds the modules of each."""
FEWEST_SECONDS, FACTOR = 0.5, 20.0
"""A call of a mutant may take so many seconds, or so many times what the reference's slowest call in the test takes."""


@dataclass(frozen=True)
class Task:
    """Some mutants of one function, to be run by a grader.

    Attributes
    ----------
    tests
        Ids of the tests that ought to find them.
    """

    mutants: tuple[Mutant, ...]
    tests: tuple[str, ...]

    def __call__(self, grader: Grader) -> tuple[str, ...]:
        """Return the first test that fails on each mutant, empty where none does."""
        with Host(grader.sandbox) as host:
            tests = _in_order(grader, host, self.tests)
            found = []
            for number, mutant in enumerate(self.mutants):
                student = Subject(host, {**grader.reference_files, mutant.file: mutant.source}, f"m{number}")
                failed = next(
                    (test for test, seconds in tests if _fails(grader, student, test, seconds)), None
                )
                found.append(failed.id if failed else "")
                for place in tests if failed else ():
                    if place[0] is failed and not failed.structural:
                        tests.remove(place)  # what has found one mutant often finds the next
                        tests.insert(0, place)
                        break
        return tuple(found)


def _in_order(grader: Grader, host: Host, wanted: Sequence[str]) -> list[tuple[PlannedTest, float]]:
    """Return the tests with the seconds that a call in each may take: those of values first, the quickest first."""
    timed = []
    for test in grader.plan.tests:
        if test.id in wanted:
            student = Subject(host, grader.reference_files, "reference as a hand-in", grader.most_seconds)
            _, finding = grader.trial_of(test, student)
            if finding is None:
                seconds = max(FEWEST_SECONDS, FACTOR * student.slowest_seconds)
                timed.append((test, min(seconds, grader.most_seconds)))
    return sorted(timed, key=lambda it: (it[0].structural, it[1]))


def _fails(grader: Grader, student: Subject, test: PlannedTest, seconds: float) -> bool:
    student.seconds_per_call = seconds
    _, finding = grader.trial_of(test, student)
    return finding is not None


@dataclass(frozen=True)
class MutationCheck:
    """What became of the mutants of one question's functions.

    Attributes
    ----------
    made, found
        How many there are, and how many of them some test fails on.
    missed
        Those that no test finds and nobody has called equivalent.
    equivalent
        How many are called equivalent in the bank.
    """

    question: str
    made: int
    found: int
    missed: tuple[Mutant, ...]
    equivalent: int


@dataclass(frozen=True)
class Mutation:
    """The mutants of all questions, and what is wrong with the bank's list of equivalent ones."""

    checks: tuple[MutationCheck, ...]
    wrong_entries: tuple[str, ...]


def check_mutants(
    work: Work, pool: Pool, reference: Mapping[str, bytes], equivalents: Sequence[EquivalentToml]
) -> Mutation:
    """Run the tests on mutants of every function that a question asks for."""
    mutants = mutants_of(work.assignment, reference)
    waiting = [(task, pool.carry_out(task)) for task in _tasks(work, mutants)]
    found = {
        id(mutant): test
        for task, future in waiting
        for mutant, test in zip(task.mutants, future.result(), strict=True)
    }
    argued = {(entry.function, line): entry for entry in equivalents for line in entry.lines}
    missed = [mutant for mutant in mutants if not found[id(mutant)]]
    checks = []
    for question in work.assignment.questions:
        own = [mutant for mutant in mutants if mutant.questions[0] == question.id]
        lost = [mutant for mutant in own if not found[id(mutant)]]
        open_ones = tuple(mutant for mutant in lost if _place(mutant, argued) is None)
        checks.append(
            MutationCheck(question.id, len(own), len(own) - len(lost), open_ones, len(lost) - len(open_ones))
        )
    return Mutation(tuple(checks), tuple(_wrong_entries(mutants, missed, argued)))


def _tasks(work: Work, mutants: Sequence[Mutant]) -> Iterator[Task]:
    by_function: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        by_function.setdefault(mutant.target, []).append(mutant)
    for group in by_function.values():
        questions = set(group[0].questions)
        tests = tuple(it.id for it in work.plan.tests if it.question in questions and not it.public)
        for start in range(0, len(group), TOGETHER):
            yield Task(tuple(group[start : start + TOGETHER]), tests)


Argued = Mapping[tuple[str, str], EquivalentToml]


def _place(mutant: Mutant, argued: Argued) -> tuple[str, str] | None:
    """Return the entry that calls a mutant equivalent: its function may be named without its module."""
    names = (mutant.target, mutant.target.partition(".")[2])
    return next(((name, mutant.line) for name in names if (name, mutant.line) in argued), None)


def _wrong_entries(mutants: Sequence[Mutant], missed: Sequence[Mutant], argued: Argued) -> Iterator[str]:
    """Yield a sentence for every line that is called equivalent and is not, or not any more."""
    made, used = ({_place(mutant, argued) for mutant in group} for group in (mutants, missed))
    for function, line in argued:
        if (function, line) not in made:
            yield f"{function} has no generated mistake {line!r}"
        elif (function, line) not in used:
            yield f"a test finds {line!r} in {function}"
