"""The one module that imports otter-grader: checks in notebooks, and grading under a plain `otter run`.

Test files in otter's exception format hold nothing but a question's id; they come back here, and from here to
the same public checks as everywhere else. Under `otter run` a plugin grades the hand-in in our sandbox before
otter looks at it, and leaves otter nothing of it to run. Written against otter-grader 7.0; `tests/peers`
tests what it relies on.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
from otter import Notebook  # type: ignore[import-untyped]
from otter.plugins import AbstractOtterPlugin  # type: ignore[import-untyped]
from otter.test_files import GradingResults, test_case  # type: ignore[import-untyped]
from otter.test_files.abstract_test import TestCase, TestCaseResult  # type: ignore[import-untyped]
from otter.test_files.exception_test import ExceptionTestFile  # type: ignore[import-untyped]

from autograder.authoring.otter_files import EMPTY_NOTEBOOK, TESTS_FOLDER
from autograder.errors import GraderError
from autograder.model.assignment import NOTEBOOK
from autograder.model.result import GradingResult, QuestionResult
from autograder.report.text import overall_text, question_text
from autograder.student.afresh import check_afresh
from autograder.student.checks import Checker

__all__ = ["PublicChecks", "SandboxPlugin", "notebook", "require", "test_case"]


class PublicChecks(AssertionError):
    """A public check of a question failed; the text says why."""


def require(question: str) -> None:
    """Run the public checks of a question on the files in the current folder as they are saved.

    Raises
    ------
    PublicChecks
        If one of them fails.
    CourseError
        If the folder is not an assignment's or has no such question.
    """
    report = check_afresh(question)
    if not report.passed:
        # Otter shows messages as HTML and escapes nothing.
        raise PublicChecks(report.text.replace("<", "‹").replace(">", "›"))


def notebook() -> Checker:
    """Return otter's checker for the assignment in the current folder, whose release holds otter's test files."""
    checker: Checker = Notebook(tests_dir=TESTS_FOLDER)
    return checker


class SandboxPlugin(AbstractOtterPlugin):  # type: ignore[misc]
    """Grades in our sandbox in place of otter's own run, in which a hand-in could write its own score."""

    def before_grading(self, config: object) -> None:
        """Grade the hand-in, then remove it before anything of it can be imported or read.

        Raises
        ------
        GraderError
            If this machine has no sandbox that keeps student code away from the results.
        """
        from autograder.classroom.container import grade_in_container
        from autograder.sandbox.isolation import Tier, choose_tier

        if choose_tier() is Tier.LIMITS:
            raise GraderError(
                "this machine cannot keep student code apart from its results (`autograder doctor` says what is "
                "missing), so nothing was graded"
            )
        notebook = Path(self.submission_path)
        submission = notebook.parent
        if notebook.suffix == NOTEBOOK and notebook.read_bytes() == EMPTY_NOTEBOOK:
            notebook.unlink()  # ours: nobody handed it in
        self._result = grade_in_container(submission.parent)
        for path in submission.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        notebook.write_bytes(EMPTY_NOTEBOOK)

    def before_execution(self, submission: object) -> nbformat.NotebookNode:
        """Return a notebook without cells for otter to run."""
        return nbformat.reads(EMPTY_NOTEBOOK.decode(), as_version=4)  # type: ignore[no-any-return, no-untyped-call]

    def after_grading(self, results: GradingResults) -> None:
        """Replace what otter found in the empty notebook by our scores and texts.

        Otter knows no question without a score, so one that a person has yet to grade is in the text alone.
        """
        graded = (question for question in self._result.questions if not question.ungraded)
        results.results = {question.id: _test_file(question, self._result) for question in graded}
        results.set_output(overall_text(self._result))


def _test_file(question: QuestionResult, result: GradingResult) -> ExceptionTestFile:
    case = TestCase(
        name=question.id,
        body=None,
        hidden=False,
        points=float(question.points),
        success_message=None,
        failure_message=None,
    )
    file = ExceptionTestFile(question.id, "", [case], all_or_nothing=False)
    file.test_case_results = [
        TestCaseResult(test_case=case, message=question_text(question), passed=question.passed)
    ]
    file.update_score(float(result.share_of_score(question)))
    return file
