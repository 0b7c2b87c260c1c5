"""The grade table of a class as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from autograder.model.assignment import Assignment
from autograder.model.result import GradingResult, QuestionResult
from autograder.text import one_line

# A cell that begins with one of these is run as a formula; spreadsheets read the wide forms as the plain ones.
# In many countries they take semicolons for separators and then ignore the quotation marks, so that a new cell
# may begin within the text.
_FORMULA = re.compile(r'(^|[;,|\t])(?=[\s"]*[=+\-@＝＋－＠])')


@dataclass(frozen=True)
class GradeRow:
    """One student's hand-in in the grade table.

    Attributes
    ----------
    counts
        Whether it counts for this student.
    result
        Its result, or None if it could not be graded; then `note` says why.
    """

    label: str
    name: str = ""
    email: str = ""
    id: str = ""
    counts: bool = True
    result: GradingResult | None = None
    note: str = ""


def to_csv(rows: Iterable[GradeRow], assignment: Assignment, slip_days: bool = False) -> str:
    """Return the grade table: one line per row in the order given, points per question and in total.

    Where a written answer that counts is not graded yet, its cell and the total are empty.

    The points of the questions are before the deduction for lateness (`share_kept`), the total is after it.

    Parameters
    ----------
    slip_days
        Whether there is a column for the slip days that each hand-in used.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n", quoting=csv.QUOTE_ALL)
    ids = [question.id for question in assignment.questions]
    late = ["share_kept", *(["slip_days_used"] if slip_days else [])]
    about = ["submission", "name", "email", "id", "counts"]
    writer.writerow(
        [safe_cell(it) for it in [*about, *ids, *late, "total", "out_of", "faults", "flags", "note"]]
    )
    for row in rows:
        who = [safe_cell(it) for it in (row.label, row.name, row.email, row.id)]
        counts = "yes" if row.counts else "no"
        writer.writerow([*who, counts, *_scores(row.result, ids, assignment, slip_days), safe_cell(row.note)])
    return table.getvalue()


def safe_cell(text: str) -> str:
    """Return `text` on one line, with an apostrophe before whatever a spreadsheet would run."""
    return _FORMULA.sub(r"\1'", one_line(text, 500))


def _scores(
    result: GradingResult | None, ids: list[str], assignment: Assignment, slip_days: bool
) -> list[str]:
    out_of = decimal(assignment.total_points)
    if result is None:
        return [*("" for _ in ids), *[""] * slip_days, "", "", out_of, "", ""]
    by_id = {question.id: question for question in result.questions}
    complete = not result.ungraded_of(assignment)
    return [
        *(_points(by_id.get(id)) for id in ids),
        decimal(result.kept),
        *([str(result.slip_days_used)] if slip_days else []),
        decimal(result.score) if complete else "",
        out_of,
        str(len(result.faults) + len(result.tests_at_fault)),
        safe_cell("; ".join(result.all_flags)),
    ]


def _points(question: QuestionResult | None) -> str:
    if question is None:
        return "0"
    return "" if question.ungraded else decimal(question.score)


def decimal(number: Fraction) -> str:
    """Return a number of points with at most four decimals."""
    return f"{float(number):.4f}".rstrip("0").rstrip(".")
