"""How far right solutions stay from their deadlines: for each, the test in which it comes nearest.

    python benchmarks/deadlines.py [NAME...] [--nearest N]

Right solutions are the reference and those in other styles under tests/right_solutions. A margin is the seconds that
a call of a test may take, divided by those that the slowest one took, both of CPU time. The exit code is 1 where one is
below 3.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from right_solutions import right_solutions

from autograder.course.loading import find_course
from autograder.grading.grader import Grader
from autograder.grading.trial import Trial
from autograder.model.verdict import Verdict

ROOT = Path(__file__).parent.parent
LEAST_MARGIN = 3.0


@dataclass(frozen=True)
class Nearest:
    """A test of a right solution: what its slowest call took, and what it may take, in seconds."""

    assignment: str
    solution: str
    test: str
    structural: bool
    took: float
    may_take: float

    @property
    def margin(self) -> float:
        return self.may_take / self.took


def margins(grader: Grader, solution: str, files: Mapping[str, bytes]) -> list[Nearest]:
    """Return how near each test of a solution comes to its deadline."""
    slowest: dict[str, float] = {}
    running: list[float] = []

    def ran(trial: Trial) -> None:
        running.append(trial.student.slowest_seconds)
        trial.student.slowest_seconds = 0.0

    def judged(verdict: Verdict) -> None:
        slowest.setdefault(verdict.test, max(running, default=0.0))
        running.clear()

    grader.grade(files, judged, on_trial=ran)
    return [
        Nearest(
            grader.assignment.name,
            solution,
            test.id.partition("::")[2],
            test.structural,
            slowest[test.id],
            grader.deadlines.of(test),
        )
        for test in grader.plan.tests
        if slowest[test.id]
    ]


def main() -> int:
    """Measure and print the margins."""
    course = find_course(ROOT)
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="assignments; all unless given")
    parser.add_argument("--nearest", type=int, default=3, help="so many tests of each assignment and sort")
    options = parser.parse_args()
    table = Table("assignment", "solution", "test", "took, ms", "may take, ms", "margin")
    smallest = float("inf")
    for name in options.names or course.names():
        assignment, solution = course.assignment(name), course.solution(name)
        found: list[Nearest] = []
        with Grader(assignment, solution) as grader:
            for title, files in right_solutions(assignment, solution):
                found += margins(grader, title, files)
        smallest = min([smallest, *(it.margin for it in found)])
        for structural in (False, True):
            of_sort = sorted((it for it in found if it.structural is structural), key=lambda it: it.margin)
            for it in of_sort[: options.nearest]:
                times = (f"{1000 * it.took:.1f}", f"{1000 * it.may_take:.0f}", f"{it.margin:.1f}")
                table.add_row(it.assignment, it.solution, it.test, *times)
    Console(width=150).print(table)
    return int(smallest < LEAST_MARGIN)


if __name__ == "__main__":
    sys.exit(main())
