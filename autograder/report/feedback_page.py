"""The page that tells one student what was right, what was wrong, and why."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.model.assignment import Assignment
from autograder.model.result import GradingResult
from autograder.report.own_code import OwnCode
from autograder.report.pages import render
from autograder.report.pictures import picture_of
from autograder.report.text import overall_text
from autograder.report.view import shown, view
from autograder.text import one_line


def feedback_page(
    result: GradingResult, assignment: Assignment, label: str, sources: Mapping[str, str] | None = None
) -> str:
    """Return a student's page: self-contained HTML, with every text from the hand-in escaped.

    `sources` holds the hand-in's own files by name; they are shown with numbered lines, to which every sentence leads
    that names one.
    """
    code = OwnCode(sources or {})
    return render(
        "feedback.html",
        title=f"{assignment.title}: {one_line(label)}",
        assignment=assignment.title,
        label=one_line(label),
        score=shown(result.score),
        points=shown(result.points),
        notes=[line for line in overall_text(result).splitlines() if line.strip()],
        sections=[view(question) for question in result.questions],
        picture_of=picture_of,
        code=code.files,
        places={question.id: code.places_of(question.functions) for question in assignment.questions},
        linked=code.linked,
        version=result.versions.get("autograder", ""),
    )
