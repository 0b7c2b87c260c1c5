"""The grade table in the form that Canvas' gradebook imports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from autograder.course import Assignment
from autograder.results import GradeRow
from autograder.results.grades import safe_cell

_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_POINTS_POSSIBLE = "    Points Possible"


def to_canvas(rows: Iterable[GradeRow], assignment: Assignment) -> str:
    """Return the totals of what counts, one line per student, below a line with the points possible.

    An id that came without an e-mail address is Canvas' own, from the names of its bulk download;
    one that came with an address is the school's, and the address is taken for the login.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([*_COLUMNS, safe_cell(assignment.title)])
    writer.writerow([_POINTS_POSSIBLE, "", "", "", "", _decimal(float(assignment.total_points))])
    for row in rows:
        if not row.counts or row.result is None:
            continue
        own, school = ("", row.id) if row.email else (row.id, "")
        who = [safe_cell(it) for it in (row.name, own, school, row.email)]
        writer.writerow([*who, "", _decimal(float(row.result.score))])
    return table.getvalue()


def _decimal(number: float) -> str:
    return f"{number:.4f}".rstrip("0").rstrip(".")
