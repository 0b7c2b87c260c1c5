"""The grade table in the form that Canvas' gradebook imports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from autograder.model.assignment import Assignment
from autograder.report.grades import GradeRow, decimal, safe_cell

_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_POINTS_POSSIBLE = "    Points Possible"


def to_canvas(rows: Iterable[GradeRow], assignment: Assignment) -> str:
    """Return the totals that count, one line per student, below a line with the points possible.

    Whoever has a written answer that counts and is not graded yet is left out. Where a line has no id, Canvas asks who
    the student is.
    An id without an e-mail address is Canvas' own, from the names of its bulk download;
    one with an address is the school's, and the address serves as the login.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow([*_COLUMNS, safe_cell(assignment.title)])
    writer.writerow([_POINTS_POSSIBLE, "", "", "", "", decimal(assignment.total_points)])
    for row in rows:
        if not row.counts or row.result is None or row.result.ungraded_of(assignment):
            continue
        own, school = ("", row.id) if row.email else (row.id, "")
        who = (row.name, own, school, row.email)
        writer.writerow([*map(safe_cell, who), "", decimal(row.result.score)])
    return table.getvalue()
