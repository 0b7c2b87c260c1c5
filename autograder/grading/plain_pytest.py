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
from autograder.sandbox.call_failures import CallFailed
from autograder.sandbox.code import Host
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

    def close(self) -> None:
        """End all workers."""
        for folder in self._folders.values():
            folder.close()


def explanation_of(error: BaseException, trial: Trial | None) -> str | None:
    """Return the text to show for a check that is not passed, or None to leave it to pytest."""
    finding: Finding | None = None
    if isinstance(error, NotPassed):
        finding = error.finding
    elif isinstance(error, CallFailed):
        finding = finding_of(error)
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
