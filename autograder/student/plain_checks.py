"""Checks in a notebook where otter-grader is not installed."""

from __future__ import annotations

from autograder.student.checks import check_afresh, explained


class PlainChecker:
    """Runs the same checks and prints what they found."""

    def check(self, question: str) -> None:
        """Run the public checks of a question on the files as saved, and print what they found."""
        report = check_afresh(question)
        print(
            "\n".join(
                [
                    *report.absent,
                    *(text for _, text in explained(question, report.absent, report.verdicts[question])),
                ]
            )
        )
