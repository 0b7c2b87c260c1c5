"""Hints that an instructor writes for groups of hand-ins, in a CSV whose rows are only ever added to."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.classroom.csv_rows import read_text_table, rows_of
from autograder.errors import CourseError, GraderError
from autograder.report.unexplained import Group
from autograder.text import one_line

COLUMNS = ("group", "question", "hint", "title", "note")
LONGEST = 600
"""Characters of a hint; a page shows no more."""


@dataclass(frozen=True)
class Hint:
    """What is told to a group.

    Attributes
    ----------
    where
        The file and the line.
    title
        What was done, in a few words, for the instructor; may be empty.
    """

    where: str
    group: str
    hint: str
    title: str = ""


@dataclass(frozen=True)
class Hints:
    """The rows of a file that say something, by group.

    Attributes
    ----------
    rows
        All groups that have a row.
    elsewhere
        Whether the instructor keeps the file in a place of their own, where nothing is written.
    """

    lines: Mapping[str, Hint] = field(default_factory=dict)
    rows: frozenset[str] = frozenset()
    elsewhere: bool = False

    @property
    def texts(self) -> dict[str, str]:
        """The hint of each group that has one."""
        return {id: line.hint for id, line in self.lines.items() if line.hint}

    @property
    def titles(self) -> dict[str, str]:
        """The title of each group that has one."""
        return {id: line.title for id, line in self.lines.items() if line.title}

    def remarks(self, groups: Collection[str]) -> tuple[str, ...]:
        """Return a sentence for each hint that no hand-in gets.

        Parameters
        ----------
        groups
            The ids of the groups that there are.
        """
        return tuple(
            f"{line.where}: no hand-in is in the group {line.group!r}; its hint is kept and shown to nobody. "
            "The class report lists the groups."
            for line in self.lines.values()
            if line.group not in groups
        )


def read_hints(path: Path | None, elsewhere: bool = False) -> Hints:
    """Return the hints in the CSV at `path`; none if `path` is None.

    The first line names the columns: `group` and `hint`, and optionally `question`, `title` and `note`.

    Raises
    ------
    CourseError
        If the file cannot be read, or a row is not understood.
    """
    if path is None:
        return Hints()
    lines: dict[str, Hint] = {}
    groups = set[str]()
    for number, row in rows_of(path, "group", COLUMNS):
        line = _hint(f"{path}, line {number}", row)
        groups.add(line.group)
        earlier = lines.get(line.group)
        if not (line.hint or line.title):
            continue
        if earlier is not None and (earlier.hint, earlier.title) != (line.hint, line.title):
            raise CourseError(
                f"{line.where}: the group {line.group!r} has another hint in {earlier.where.rpartition(', ')[2]}; "
                "keep one of the two rows."
            )
        lines[line.group] = line
    return Hints(lines, frozenset(groups), elsewhere)


def _hint(where: str, row: Mapping[str, str]) -> Hint:
    for column in ("group", "hint", "title"):
        text = row.get(column, "")
        if len(text) > LONGEST:
            raise CourseError(
                f"{where}: the {column} has {len(text)} characters; shorten it to {LONGEST}, the most that is shown."
            )
        if " ".join(text.split()) != one_line(text, LONGEST):
            raise CourseError(f"{where}: the {column} holds control characters; type it again.")
    group, hint, title = (one_line(row.get(name, ""), LONGEST) for name in ("group", "hint", "title"))
    if not group:
        raise CourseError(
            f"{where}: the column group is empty; copy the group's name from the class report, or remove the row."
        )
    return Hint(where, group, hint, title)


def add_rows(path: Path, groups: Iterable[Group]) -> None:
    """Add a row without a hint for each group that has none yet; what is there stays as it is.

    Raises
    ------
    CourseError
        If the file was changed meanwhile and is not understood any more.
    GraderError
        If it cannot be written.
    """
    there = read_hints(path if path.exists() else None)
    missing = [group for group in groups if group.id not in there.rows]
    if not missing:
        return
    try:
        added = _rows_for(path, missing) if path.exists() else _first_rows(missing)
        with path.open("ab") as file:
            file.write(added)
    except OSError as error:
        raise GraderError(f"{path} cannot be written ({error.strerror or 'unknown reason'}).") from error


def _first_rows(groups: Iterable[Group]) -> bytes:
    columns = ("group", "question", "hint", "title")
    # The byte order mark lets spreadsheets read the hints as UTF-8.
    return f"\ufeff{','.join(columns)}\n{_rows(columns, ',', groups)}".encode()


def _rows_for(path: Path, groups: Iterable[Group]) -> bytes:
    """Return what is to be added to a file, as it is written."""
    sheet = read_text_table(path)
    names = [cell.text.strip().lower() for cell in sheet.rows[0].cells]
    end = "" if sheet.rows[-1].end else "\n"
    return f"{end}{_rows(names, sheet.delimiter, groups)}".encode(sheet.encoding)


def _rows(columns: Sequence[str], delimiter: str, groups: Iterable[Group]) -> str:
    table = io.StringIO()
    writer = csv.DictWriter(table, columns, "", lineterminator="\n", delimiter=delimiter)
    for group in groups:
        row = {"group": group.id, "question": group.question}
        writer.writerow({name: row.get(name, "") for name in columns})
    return table.getvalue()
