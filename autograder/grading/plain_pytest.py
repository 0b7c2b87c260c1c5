"""Serves plain `pytest` in an unpacked release: the public checks against the files beside them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from autograder.course.loading import load_work
from autograder.grading.counterexample import with_evidence
from autograder.grading.deadlines import MOST_SECONDS
from autograder.grading.findings import finding_of
from autograder.grading.seeding import PUBLIC_SALT, rng_of
from autograder.grading.trial import Finding, NotPassed, Subject, Trial
from autograder.handin.cell_lines import CellLines
from autograder.handin.open_hand_in import Submission, open_hand_in
from autograder.model.assignment import Assignment
from autograder.model.verdict import Kind
from autograder.sandbox.call_failures import CallFailed
from autograder.sandbox.host import Host
from autograder.sandbox.process import Sandbox


class Folder:
    """One folder with an assignment's stubs, filled in or not, and the worker that holds its files."""

    def __init__(self, folder: Path) -> None:
        self.assignment: Assignment = load_work(folder)
        self.submission: Submission = open_hand_in(
            folder, self.assignment.file_names, optional=self.assignment.optional_names
        )
        limits = self.assignment.limits
        self._host = Host(Sandbox.for_assignment(self.assignment))
        seconds = max(MOST_SECONDS, limits.seconds_per_call)
        self._student = Subject(self._host, self.submission.files, "", seconds)
        self._student.unusable = self.submission.unusable
        self._student.asked_for = self.assignment.functions
        self._student.public = True

    def trial(self, item: pytest.Item) -> Trial:
        """Return the trial of one public check."""
        test = f"{self.assignment.name}/{item.path.name}::{item.name}"
        rng = partial(rng_of, PUBLIC_SALT, test)
        return Trial(self._student, None, rng, found_as=self.assignment.found_as)

    def close(self) -> None:
        """End the worker."""
        self._host.close()


class Folders:
    """The folders whose checks run in one session of plain pytest."""

    def __init__(self) -> None:
        self._folders: dict[Path, Folder] = {}

    def trial(self, item: pytest.Item) -> Trial:
        """Return the trial of a check, on the files that lie beside it now."""
        folder = item.path.parent
        if folder not in self._folders:
            self._folders[folder] = Folder(folder)
        return self._folders[folder].trial(item)

    def is_for_bonus(self, item: pytest.Item) -> bool:
        """Return whether a check that was run belongs to a question for bonus points."""
        folder, marker = self._folders.get(item.path.parent), item.get_closest_marker("question")
        questions = folder.assignment.questions if folder is not None and marker is not None else ()
        return any(it.bonus and marker is not None and it.id in marker.args for it in questions)

    def close(self) -> None:
        """End all workers."""
        for folder in self._folders.values():
            folder.close()


def why_not_begun(error: BaseException) -> str:
    """Return what a check says of work that its student has not begun; empty if it failed for another reason."""
    finding = _finding_of(error)
    not_begun = finding is not None and finding.kind is Kind.MISSING and not finding.begun
    return finding.message if finding is not None and not_begun else ""


def _finding_of(error: BaseException) -> Finding | None:
    if isinstance(error, NotPassed):
        return error.finding
    return finding_of(error) if isinstance(error, CallFailed) else None


def explanation_of(error: BaseException, trial: Trial | None) -> str | None:
    """Return the text to show for a check that is not passed, or None to leave it to pytest."""
    finding = _finding_of(error)
    if finding is None:
        return None
    if trial is not None:
        finding = with_evidence(trial, finding)
    paste = f"to see it, paste:\n{finding.counterexample}" if finding.counterexample else ""
    hint = f"hint: {finding.hint}" if finding.hint else ""
    said = [finding.message, hint, finding.details.rstrip()]
    if trial is not None:
        said = [*map(CellLines(trial.student.files).said, said)]
    return "\n".join(part for part in (*said, paste) if part)
