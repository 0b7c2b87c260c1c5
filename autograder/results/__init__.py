"""Verdicts become exact points, and these the files that Gradescope, students and instructors read."""

from autograder.results.feedback import (
    heading_of,
    message_of,
    name_of_test,
    overall_text,
    question_text,
    shown,
)
from autograder.results.files import write_atomically
from autograder.results.grades import GradeRow, to_csv
from autograder.results.gradescope import (
    GradescopeResults,
    GradescopeTest,
    LeaderboardEntry,
    QuestionData,
    RunData,
    VerdictData,
    read_results,
    to_gradescope,
    write_results,
)
from autograder.results.groups import Group, grouped
from autograder.results.model import GradingResult, QuestionResult
from autograder.results.scoring import not_run, score

__all__ = [
    "GradeRow",
    "GradescopeResults",
    "GradescopeTest",
    "GradingResult",
    "Group",
    "LeaderboardEntry",
    "QuestionData",
    "QuestionResult",
    "RunData",
    "VerdictData",
    "grouped",
    "heading_of",
    "message_of",
    "name_of_test",
    "not_run",
    "overall_text",
    "question_text",
    "read_results",
    "score",
    "shown",
    "to_csv",
    "to_gradescope",
    "write_atomically",
    "write_results",
]
