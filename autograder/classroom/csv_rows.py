"""Reads the rows of a CSV that an instructor writes, saying file and line of whatever is not understood."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.errors import CourseError

_BYTES = 10_000_000


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
    content = _text_of(path)
    reader = csv.DictReader(io.StringIO(content), delimiter=delimiter_of(content), restval="")
    try:
        names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    except csv.Error as error:
        raise CourseError(f"{path}, line 1: {error}.") from error
    problem = "" if required in names else f"has no column {required}"
    if unknown := set(names) - set(columns):
        problem = problem or f"has unknown columns {', '.join(sorted(unknown))}"
    if problem:
        raise CourseError(f"{path} {problem}; its first line names some of {', '.join(columns)}.")
    reader.fieldnames = names
    try:
        for row in reader:
            if None in row:
                raise CourseError(
                    f"{path}, line {reader.line_num}: has more cells than the first line; "
                    "put a text that holds a comma in quotation marks."
                )
            if any(cell.strip() for cell in row.values()):
                yield reader.line_num, row
    except csv.Error as error:
        raise CourseError(f"{path}, line {reader.line_num}: {error}.") from error


def delimiter_of(content: str) -> str:
    """Return what separates the cells: spreadsheets of many countries write semicolons."""
    first = content.partition("\n")[0]
    return ";" if first.count(";") > first.count(",") else ","


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_BYTES + 1)
        if len(content) > _BYTES:
            raise CourseError(f"{path} has more than {_BYTES // 1_000_000} MB; leave out what is not needed.")
        # Some spreadsheets end lines with a carriage return alone.
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        raise CourseError(f"{path} cannot be read ({error.strerror or 'unknown reason'}).") from error
    except UnicodeError as error:
        raise CourseError(f"{path} is no UTF-8 text; save it as CSV in UTF-8.") from error
