"""Reads the rows of a CSV that an instructor writes, saying file and line of whatever is not understood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.classroom.sheets import LINE_END, Row, Sheet, read_sheet
from autograder.errors import CourseError


def read_text_table(path: Path) -> Sheet:
    """Return the table at `path`, in UTF-8 or UTF-16: what is in it is shown to students.

    Raises
    ------
    CourseError
        If it cannot be read, or is written in another way.
    """
    sheet = read_sheet(path)
    if not sheet.encoding.startswith("utf"):
        raise CourseError(f"{path} is no UTF-8 text; save it as CSV in UTF-8.")
    return sheet


def rows_of(path: Path, required: str, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and cells of every row that is not empty.

    Parameters
    ----------
    required
        The column that must be there.
    columns
        All that may be.

    Raises
    ------
    CourseError
        If the file cannot be read, or has other columns or more cells in a row than in its first line.
    """
    sheet = read_text_table(path)
    head, *rows = sheet.rows
    names = [cell.text.strip().lower() for cell in head.cells]
    problem = "" if required in names else f"has no column {required}"
    if unknown := set(names) - set(columns):
        problem = problem or f"has unknown columns {', '.join(sorted(unknown))}"
    if problem:
        raise CourseError(f"{path} {problem}; its first line names some of {', '.join(columns)}.")
    line = len(sheet.above) + 1
    for before, row in zip(sheet.rows, rows, strict=False):
        line += _lines(before)
        if len(row.cells) > len(names):
            raise CourseError(
                f"{path}, line {line}: has more cells than the first line; "
                "put a text that holds a comma in quotation marks."
            )
        texts = [LINE_END.sub("\n", row.text(place)) for place in range(len(names))]
        if any(text.strip() for text in texts):
            yield line, dict(zip(names, texts, strict=True))


def _lines(row: Row) -> int:
    """Return how many lines of the file a row takes."""
    return 1 + sum(len(LINE_END.findall(cell.raw)) for cell in row.cells)
