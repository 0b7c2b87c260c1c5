"""Tables of other programs as they are: what is not changed in them stays as it was, to the byte."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from autograder.errors import CourseError

_BYTES = 50_000_000
DELIMITERS = ",;\t|"
"""What may stand between cells; the first of those that are equally frequent is meant."""
LINE_END = re.compile("\r\n?|\n")
_SEPARATOR = re.compile('(?P<line>"?sep=(?P<delimiter>[,;\t|])"?)(?P<end>\r\n?|\n)', re.IGNORECASE)
"""A first line by which some spreadsheets are told what stands between cells."""
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
MOST_TITLES = 20
"""Lines that are looked through for what stands between cells."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Cell:
    """A cell as it is written, and what it says."""

    raw: str

    @property
    def text(self) -> str:
        """What it says, without quotation marks around it."""
        raw = self.raw
        if len(raw) > 1 and raw[0] == raw[-1] == '"':
            return raw[1:-1].replace('""', '"')
        return raw


@dataclass(frozen=True)
class Row:
    """Cells, and what ends their line."""

    cells: tuple[Cell, ...]
    end: str

    def text(self, column: int) -> str:
        """Return what a cell says; nothing if the row is too short."""
        return self.cells[column].text if column < len(self.cells) else ""


@dataclass(frozen=True)
class Sheet:
    """A table of comma separated values.

    Attributes
    ----------
    bom, encoding
        How its text is written.
    delimiter
        Between cells.
    above
        Lines above the first row that belong to no table: what separates cells, titles.
    """

    rows: tuple[Row, ...]
    delimiter: str
    encoding: str
    bom: bytes = b""
    above: tuple[Row, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the table as it is written."""
        lines = (*self.above, *self.rows)
        text = "".join(self.delimiter.join(cell.raw for cell in row.cells) + row.end for row in lines)
        return self.bom + text.encode(self.encoding)

    def line(self, row: int) -> int:
        """Return the number of a row as spreadsheets count, from 1."""
        return len(self.above) + row + 1

    def below(self, rows: int) -> Sheet:
        """Return the table without its first rows, which are titles."""
        return replace(self, rows=self.rows[rows:], above=(*self.above, *self.rows[:rows]))


def read_sheet(path: Path) -> Sheet:
    """Return the table at `path`, in UTF-8, UTF-16 or what spreadsheets of Western Europe write.

    Raises
    ------
    CourseError
        If it cannot be read or is no table.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_BYTES + 1)
    except OSError as error:
        raise CourseError(f"{path} cannot be read ({error.strerror or 'unknown reason'}).") from error
    if len(content) > _BYTES:
        raise CourseError(f"{path} has more than {_BYTES // 1_000_000} MB; leave out what is not needed.")
    bom, encoding = next(((bom, it) for bom, it in _BOMS if content.startswith(bom)), (b"", "utf-8"))
    body = content[len(bom) :]
    text, encoding = _decoded(body, encoding if bom else _without_bom(body))
    if not text.strip():
        raise CourseError(f"{path} is no table: it is empty; export it as CSV.")
    if "\0" in text or content.startswith(_SPREADSHEETS):
        raise CourseError(f"{path} is no table of text; open it in a spreadsheet and save it as CSV.")
    said = _SEPARATOR.match(text)
    delimiter = said["delimiter"] if said else _delimiter(text)
    above = (Row((Cell(said["line"]),), said["end"]),) if said else ()
    rows = _rows(text[said.end() :] if said else text, delimiter)
    if not rows:
        raise CourseError(f"{path} is no table: it is empty; export it as CSV.")
    last = rows[-1].cells[-1].raw
    if last.startswith('"') and last.count('"') % 2:
        raise CourseError(
            f"{path}, row {len(above) + len(rows)}: a quotation mark that opens a cell is never closed; export the "
            "file again."
        )
    return Sheet(tuple(rows), delimiter, encoding, bom, above)


def require_letters(sheet: Sheet, path: Path) -> None:
    """Refuse a table whose letters cannot be told.

    What is no Unicode was read as spreadsheets of Western Europe write it, where no three letters beyond ASCII stand
    side by side; names in other scripts would be other names.

    Raises
    ------
    CourseError
        If they are those of another script.
    """
    text = (
        "" if sheet.encoding.startswith("utf") else "".join(it.raw for row in sheet.rows for it in row.cells)
    )
    beyond = re.findall(r"[^\x00-\x7f]+", text)
    if 5 * sum(len(it) for it in beyond if len(it) > 2) > sum(map(len, beyond)):
        raise CourseError(
            f"{path} is no UTF-8 text, and its letters cannot be told; save it as CSV in UTF-8."
        )


def _without_bom(body: bytes) -> str:
    """Return how text without a byte order mark is written: every other byte of UTF-16 is mostly zero."""
    for encoding, zeros in (("utf-16-le", body[1:2000:2]), ("utf-16-be", body[:2000:2])):
        if len(body) % 2 == 0 and zeros.count(0) > 0.7 * len(zeros):
            return encoding
    return "utf-8"


def _decoded(body: bytes, encoding: str) -> tuple[str, str]:
    """Return the text and how it was written, such that it can be written again to the same bytes."""
    for name in (encoding, "cp1252"):  # which is what spreadsheets of Western Europe write
        try:
            return body.decode(name), name
        except UnicodeDecodeError:
            pass
    return body.decode("latin-1"), "latin-1"  # which knows every byte


def _delimiter(text: str) -> str:
    """Return what stands between the cells of the first line that has several, outside of quotation marks."""
    for line in islice(re.finditer(r'(?:"[^"]*"|[^"\r\n])+', text), MOST_TITLES):
        bare = re.sub(r'"[^"]*"', "", line[0])
        if any(it in bare for it in DELIMITERS):
            return max(DELIMITERS, key=bare.count)
    return DELIMITERS[0]


def _rows(text: str, delimiter: str) -> list[Row]:
    rows, cells, start, place, quoted = list[Row](), list[Cell](), 0, 0, False
    while place < len(text):
        letter = text[place]
        if letter == '"' and (quoted or place == start):
            quoted = not quoted
        elif quoted:
            pass
        elif letter == '"':  # the second of two within a quoted cell opens it again
            quoted = text[start] == '"'
        elif letter == delimiter:
            cells.append(Cell(text[start:place]))
            start = place + 1
        elif letter in "\r\n" and (end := LINE_END.match(text, place)):
            cells.append(Cell(text[start:place]))
            rows.append(Row(tuple(cells), end[0]))
            cells, start, place = [], end.end(), end.end()
            continue
        place += 1
    if start < len(text) or cells:
        rows.append(Row((*cells, Cell(text[start:])), ""))
    return rows


def with_cells(sheet: Sheet, column: int, texts: Sequence[str | None]) -> Sheet:
    """Return the table with other texts in a column, a text for each row; None leaves the cell as it is."""
    rows = (
        row if text is None else _with_cell(row, column, text, sheet.delimiter)
        for row, text in zip(sheet.rows, texts, strict=True)
    )
    return replace(sheet, rows=tuple(rows))


def _with_cell(row: Row, column: int, text: str, delimiter: str) -> Row:
    cells = [*row.cells, *(Cell("") for _ in range(column + 1 - len(row.cells)))]
    needs_quotes = cells[column].raw.startswith('"') or delimiter in text or '"' in text
    raw = '"' + text.replace('"', '""') + '"' if needs_quotes else text
    return Row((*cells[:column], Cell(raw), *cells[column + 1 :]), row.end)
