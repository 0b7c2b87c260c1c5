"""Reads a source notebook of nbgrader: what its cells are for stands in their metadata."""

from __future__ import annotations

import ast
import copy
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from autograder.authoring.importing.assertions import of_nose, plain
from autograder.authoring.importing.beside import data_beside, modules_beside
from autograder.authoring.importing.cells import (
    HEAD,
    Cell,
    answer_cells,
    cells_of_notebook,
    check_cell,
    code_of,
    first_heading,
    notebook_of,
    points_in,
    title_in,
    without_magics,
)
from autograder.authoring.importing.context import with_context
from autograder.authoring.importing.draft import (
    ByHand,
    Draft,
    ImportedQuestion,
    ImportedTest,
    ImportedWritten,
    Names,
    Place,
    id_of,
    title_of,
)
from autograder.authoring.importing.libraries import libraries_in
from autograder.authoring.importing.names import filled_in, imports_of, names_of
from autograder.authoring.importing.stubs import completed
from autograder.errors import CourseError

_MAY_CHANGE = "see whether students may change it"
_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
_ANSWER = "*YOUR ANSWER HERE*"
_SOLUTION, _HIDDEN, _SCHEME = "SOLUTION", "HIDDEN TESTS", "MARK SCHEME"


@dataclass(frozen=True)
class _Test:
    """A cell of tests.

    Attributes
    ----------
    shown
        What students see of it.
    whole
        All of it.
    name
        That of its function behind `test_`.
    imported
        Statements of the cells above that import names, by the name.
    """

    id: str
    title: str
    points: Fraction
    cell: Cell
    shown: str
    whole: str
    name: str
    imported: Mapping[str, str]

    @property
    def gives_part(self) -> bool:
        """Whether what its last line shows may be taken for the points that are earned."""
        last = plain(_statements(self.whole)[-1:], of_nose(self.imported))
        return bool(last) and _may_be_number(last[0], self.cell.output)

    @property
    def of_students(self) -> str:
        """What students see of it, without the points to which hidden tests add."""
        if not self.gives_part or self.shown == self.whole:
            return self.shown
        *statements, last = _statements(self.shown) or [ast.Pass()]
        return "\n".join(map(ast.unparse, statements if isinstance(last, ast.Expr) else [*statements, last]))

    @property
    def is_check(self) -> bool:
        """Whether students see something that they can pass."""
        if self.gives_part and self.shown != self.whole:
            return any(isinstance(it, ast.Assert) for it in _statements(self.of_students))
        return self.gives_part or _asserts(self.shown)


@dataclass
class _Reader:
    """Reads the cells of a source notebook one by one."""

    path: Path
    file: str
    students: list[Cell] = field(default_factory=list)
    reference: list[Cell] = field(default_factory=list)
    tests: list[_Test] = field(default_factory=list)
    written: list[ImportedWritten] = field(default_factory=list)
    solved: list[str] = field(default_factory=list)
    stubs: list[str] = field(default_factory=list)
    by_hand: list[ByHand] = field(default_factory=list)
    imported: dict[str, str] = field(default_factory=dict)
    heading: str = ""

    def take(self, cell: Cell) -> None:
        """Put a cell where its metadata says that it belongs."""
        told: Mapping[str, Any] = cell.metadata.get("nbgrader", {})
        cell = replace(cell, metadata={})
        if cell.kind == "code":
            for statement in _statements(cell.source):
                self.imported |= imports_of(statement)
        id = id_of(str(told.get("grade_id") or f"cell_{cell.number}"))
        if told.get("task"):
            self._ask(cell, id, self._points(told, cell), task=True)
        elif told.get("solution") and told.get("grade") and cell.kind == "markdown":
            self._ask(cell, id, self._points(told, cell))
        elif told.get("solution") and cell.kind == "code":
            self._solve(cell)
            if told.get("grade"):
                self._ask_for_code(cell, id, self._points(told, cell))
        elif told.get("grade") and cell.kind == "code":
            self._test(cell, id, self._points(told, cell))
        elif told.get("solution"):
            self.students.append(replace(cell, source=_without(cell, _SOLUTION, _ANSWER, self.path)[0]))
            self.reference.append(cell)
        elif cell.kind != "raw":
            self.students.append(cell)
            self.reference.append(cell)
            if cell.kind == "markdown":
                self.heading = title_in(cell.source, self.heading)

    def _solve(self, cell: Cell) -> None:
        cell = self._without_tests(cell)
        stub, inside = _without(cell, _SOLUTION, _STUB, self.path)
        stub = stub if inside else _STUB
        whole = "\n".join(it for it in cell.lines if not _is_marker(it, _SOLUTION))
        self.students.append(replace(cell, source=completed(stub, whole, self.file)))
        self.reference.append(replace(cell, source=whole))
        self.solved.append(without_magics(whole))
        self.stubs.append(without_magics(self.students[-1].source))

    def _without_tests(self, cell: Cell) -> Cell:
        """Return a cell of answers without hidden tests: nbgrader hands them out to nobody and never runs them."""
        source, hidden = _without(cell, _HIDDEN, "", self.path)
        if hidden:
            what = (
                "this cell of answers holds hidden tests, which nbgrader never runs, and they were left out"
            )
            self.by_hand.append(ByHand(Place(f"cell {cell.number}"), what, "write them in test_graded.py"))
        return replace(cell, source=source)

    def _test(self, cell: Cell, id: str, points: Fraction) -> None:
        shown, _ = _without(cell, _HIDDEN, "", self.path, keep_lines=True)
        whole = "\n".join("" if _is_marker(it, _HIDDEN) else it for it in cell.lines)
        title = self.heading or id
        name = re.sub(r"\W", "_", id)
        short = name.removeprefix("test_")
        taken = {it.name for it in self.tests}
        name = short if short and short not in taken else name
        while name in taken:
            name += "_"
        self.tests.append(_Test(id, title, points, cell, shown, whole, name, dict(self.imported)))
        if self.tests[-1].is_check:
            self.students.append(check_cell(id))

    def _ask(self, cell: Cell, id: str, points: Fraction, task: bool = False) -> None:
        """Take in a cell whose answer a person marks; of a task, the cell is the question."""
        region = _SCHEME if task else _SOLUTION
        prompt, sample = _without(cell, region, "" if task else _ANSWER, self.path)
        title = self._own(title_in(prompt, id) if task else self.heading or id, id)
        if task:
            self.students.append(replace(cell, source=prompt.rstrip()))
        elif not sample:
            prompt, sample = _ANSWER, cell.source
        self.students += answer_cells(title, "" if task else prompt)
        self.reference.append(replace(cell, source=prompt if task else cell.source))
        self.written.append(ImportedWritten(id, title, points, sample, Place(f"cell {cell.number}")))

    def _own(self, title: str, id: str) -> str:
        """Return a title that no other written question has: answers are found by it."""
        return f"{title} ({id})" if title in {it.title for it in self.written} else title

    def _ask_for_code(self, cell: Cell, id: str, points: Fraction) -> None:
        title = self._own(self.heading or id, id)
        place = Place(f"cell {cell.number}")
        self.students += answer_cells(title)
        self.written.append(ImportedWritten(id, title, points, f"```python\n{self.solved[-1]}\n```", place))
        self.by_hand.append(
            ByHand(
                place,
                f"{id} is code that a person marks, and what is marked here is a Markdown cell",
                "have the cell below it ask for what the code cannot show, or write tests instead",
            )
        )

    def _points(self, told: Mapping[str, Any], cell: Cell) -> Fraction:
        return points_in(told.get("points", 0), self.path, cell)


def read_notebook(path: Path, name: str) -> Draft:
    """Return the assignment that a source notebook of nbgrader describes.

    Parameters
    ----------
    name
        What the assignment and its notebook will be called.

    Raises
    ------
    CourseError
        If it is no notebook, or has no cell that nbgrader grades.
    """
    reader = _Reader(path, f"{name}.ipynb")
    for cell in cells_of_notebook(path):
        reader.take(cell)
    if not reader.tests and not reader.written:
        raise CourseError(
            f"{path} has no cell that nbgrader grades; is it the source notebook, with nbgrader's metadata?"
        )
    if not reader.tests:
        raise CourseError(f"{path} has only cells that a person marks; import needs one with tests at least.")
    students, reference = notebook_of([HEAD, *reader.students]), notebook_of(reader.reference)
    solved, stubs = code_of(reference), code_of(students)
    beside = modules_beside(path.parent, solved)
    own = {it.removesuffix(".py"): content.decode("utf-8", "replace") for it, content in beside.items()}
    names = names_of(name, solved, stubs, own)
    filled = filled_in(name, reader.solved, reader.stubs)
    by_hand = reader.by_hand
    questions = list(_questions(reader, names, filled))
    by_hand += [
        ByHand(Place(""), f"{it} is imported, and is now a file that students hand in, as it is", _MAY_CHANGE)
        for it in beside
    ]
    return Draft(
        name,
        first_heading(reader.students) or title_of(name),
        f"{path.name}, a source notebook of nbgrader",
        {
            f"{name}.ipynb": (students, reference),
            **{it: (content, content) for it, content in beside.items()},
        },
        tuple(questions),
        tuple(reader.written),
        data_beside(path.parent, [*solved, *(it.whole for it in reader.tests)]),
        libraries_in(solved, own),
        tuple(by_hand),
    )


def _questions(reader: _Reader, names: Names, filled: Sequence[str]) -> Iterator[ImportedQuestion]:
    titles = Counter(it.title for it in reader.tests)
    before_shown, before = list[ast.stmt](), list[ast.stmt]()
    for test in reader.tests:
        place = Place(f"cell {test.cell.number}")
        if not test.points:
            what = f"the tests {test.id} are worth nothing and were left out"
            reader.by_hand.append(
                ByHand(place, what, "put them into test_public.py if students should see them")
            )
        else:
            title = test.title if titles[test.title] == 1 else f"{test.title} ({test.id})"
            graded = _imported(test, test.whole, before, names, public=False)
            shown = (
                [_imported(test, test.of_students, before_shown, names, public=True)] if test.is_check else []
            )
            if graded.out_of is not None:
                what = f"what the last line of {test.id} shows counts as the points earned if it is a number, as before"
                remedy = "let it give halves of a point, which students can read"
                reader.by_hand.append(ByHand(Place(place.where, graded.body[-1].lineno), what, remedy))
            used = {it.id for it in ast.walk(ast.Module(list(graded.body), [])) if isinstance(it, ast.Name)}
            functions = tuple(it for it in filled if it.split(".")[1] in used)
            yield ImportedQuestion(test.id, title, test.points, (graded, *shown), functions, place=place)
        before_shown += _statements(test.shown)
        before += _statements(test.whole)


def _imported(
    test: _Test, source: str, before: Sequence[ast.stmt], names: Names, public: bool
) -> ImportedTest:
    place = Place(f"cell {test.cell.number}", 1)
    trouble = None
    body: Sequence[ast.stmt] = ()
    try:
        body = ast.parse(without_magics(source)).body
    except SyntaxError as error:
        trouble = ByHand(Place(place.where, error.lineno or 0), "it is no Python", "write it by hand")
    is_whole = not public or test.shown == test.whole
    out_of = test.points if test.gives_part and is_whole else None
    imported = dict(names.imports)
    for statement in (*before, *body):
        imported |= imports_of(statement)
    body = plain(copy.deepcopy(with_context(body, before, names)), of_nose(imported))
    body = [it for it in body if "nose" not in " ".join(imports_of(it).values())]
    points = Fraction(0) if public else test.points
    return ImportedTest(
        test.name, tuple(body), source, place, public, points, names, out_of=out_of, trouble=trouble
    )


def _may_be_number(last: ast.stmt, output: str) -> bool:
    """Return whether the value of the last line may be a number: what is called only to be tried is none."""
    if not isinstance(last, ast.Expr):
        return False
    if output.strip():
        return re.fullmatch(r"(np\.\w+\()?[-+\d.e]+\)?", output.strip()) is not None
    if isinstance(last.value, ast.Call):
        return not ast.unparse(last.value.func).rpartition(".")[2].startswith(("assert", "print"))
    return isinstance(last.value, (ast.Name, ast.BinOp, ast.UnaryOp, ast.IfExp)) or (
        isinstance(last.value, ast.Constant) and isinstance(last.value.value, (int, float))
    )


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(without_magics(source)).body
    except SyntaxError:
        return []


def _asserts(source: str) -> bool:
    """Return whether there is more to a test than definitions and remarks."""
    return any(
        isinstance(it, (ast.Assert, ast.For, ast.With, ast.If, ast.Try))
        or (isinstance(it, ast.Expr) and isinstance(it.value, ast.Call))
        for it in _statements(source)
    )


def _is_marker(line: str, region: str) -> bool:
    return f"BEGIN {region}" in line or f"END {region}" in line


def _without(cell: Cell, region: str, instead: str, path: Path, keep_lines: bool = False) -> tuple[str, str]:
    """Return a cell's source with something else in the place of its regions, and what stood there."""
    kept, inside, within = list[str](), list[str](), False
    for line in cell.lines:
        if f"BEGIN {region}" in line:
            if within:
                break
            within = True
            indent = line[: len(line) - len(line.lstrip())]
            kept += [""] if keep_lines else [f"{indent}{it}" for it in instead.split("\n")]
        elif f"END {region}" in line:
            within = False
            kept += [""] * keep_lines
        elif within:
            inside.append(line)
            kept += [""] * keep_lines
        else:
            kept.append(line)
    if within:
        raise CourseError(
            f"{path}, cell {cell.number}: BEGIN {region} without its END {region}; add it where the region ends."
        )
    return "\n".join(kept), "\n".join(inside)
