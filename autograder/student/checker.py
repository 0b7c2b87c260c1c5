"""What checks questions in a notebook, and the one that needs nothing beyond the package itself."""

from __future__ import annotations

from typing import Protocol

from autograder.student.checks import check_afresh, explained


class Checker(Protocol):
    """What `checker` returns: otter-grader's `Notebook`, or a stand-in with the one method that is used here."""

    def check(self, question: str) -> object:
        """Run the public checks of a question on the files as saved, and show what they found."""


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
