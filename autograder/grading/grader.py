"""Grades one hand-in after the other: each planned test is run on it, and each run becomes a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from autograder.grading.examiner import STUDENT_SPACE, Examiner
from autograder.grading.hand_in_run import HandInRun
from autograder.grading.trial import Subject, Trial
from autograder.handin.cell_lines import CellLines
from autograder.model.plan import PlannedTest
from autograder.model.verdict import Verdict
from autograder.sandbox.host import Host


class Grader(Examiner):
    """Grades hand-ins by the tests of their assignment, each in a worker of its own."""

    def grade(
        self,
        files: Mapping[str, bytes],
        on_verdict: Callable[[Verdict], None] = lambda verdict: None,
        seconds_total: float | None = None,
        only: Callable[[PlannedTest], bool] = lambda test: True,
        on_trial: Callable[[Trial], None] = lambda trial: None,
        unusable: Mapping[str, str] | None = None,
    ) -> dict[str, Verdict]:
        """Return the verdict of every planned test on a hand-in, in the plan's order.

        Parameters
        ----------
        files
            The named files of the hand-in, by name.
        on_verdict
            Called with each verdict as soon as it is known.
        seconds_total
            Wall-clock budget; tests that it leaves no time for are `NOT_RUN`.
        only
            Which planned tests to run; the others are left out of what is returned.
        on_trial
            Called with every run of a test on the hand-in.
        unusable
            Why a file is not among them: a sentence for each, by name.
        """
        wanted = [test for test in self.plan.tests if only(test)]
        self.forget_hand_in()
        with Host(self.sandbox) as host:
            student = Subject(host, files, STUDENT_SPACE)
            absent = (file for file in self.assignment.files if file.name not in files)
            student.unusable = {file.name: f"{file.due} is missing" for file in absent} | dict(unusable or {})
            student.asked_for = self.assignment.functions
            budget = seconds_total or self.assignment.limits.seconds_total
            run = HandInRun(self, student, wanted, budget, on_trial)
            lines = CellLines(files)
            verdicts = run.verdicts(lambda verdict: on_verdict(_by_cell(verdict, lines)))
            return {test: _by_cell(verdict, lines) for test, verdict in verdicts.items()}


def _by_cell(verdict: Verdict, lines: CellLines) -> Verdict:
    """Return a verdict that says lines of a notebook as its student sees them."""
    if not lines:
        return verdict
    return msgspec.structs.replace(
        verdict,
        message=lines.said(verdict.message),
        details=lines.said(verdict.details),
        hint=lines.said(verdict.hint) if verdict.hint else verdict.hint,
    )
