"""Reads the cells of a master notebook of `otter assign`: its questions, and what students and the reference get."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from autograder.authoring.importing.cells import Cell, answer_cells, check_cell, points_in, title_in
from autograder.authoring.importing.draft import ByHand, Place, id_of
from autograder.authoring.importing.stubs import completed
from autograder.errors import CourseError

_BLOCKS = ("question", "prompt", "solution", "tests")
_CONFIG = re.compile(r"#\s+assignment\s+config\s*", re.IGNORECASE)
_IGNORED = re.compile(r"(##\s*ignore\s*##\s*|#\s*ignore\s*)", re.IGNORECASE)
_BEGIN_TEST_CONFIG = re.compile(r'(?:.\s*=\s*)?""?"?\s*#\s*BEGIN\s*TEST\s*CONFIG', re.IGNORECASE)
_END_TEST_CONFIG = re.compile(r'""?"?\s*#\s*END\s*TEST\s*CONFIG', re.IGNORECASE)
_ASSIGNED = re.compile(r"(\s*(?:[\w.]+(?=[^\w.])(?:\[['\"]?.*['\"]?\])*(?:,\s*)?)+\s*=).* ?# ?SOLUTION")
_LINE = re.compile(r"(\s*).* ?# ?SOLUTION")
_BEGIN = re.compile(r"(\s*)# BEGIN SOLUTION( NO PROMPT)?")
_MARKER = re.compile(r"\s*# ?SOLUTION( NO PROMPT)?\s*$|\s*# SEED\s*$")
_OF_NOTEBOOK = re.compile(r"\botter\.Notebook\b|\bgrader\.(?!check\()\w+")
_SKIPPED = ("# SOLUTION NO PROMPT", "# BEGIN PROMPT", "# END PROMPT", "# SEED")


@dataclass
class Question:
    """A question while its cells are read, from the one that begins it."""

    config: Mapping[str, Any]
    cell: Cell
    id: str
    title: str = ""
    tests: list[Test] = field(default_factory=list)
    solution: list[str] = field(default_factory=list)
    stub: list[str] = field(default_factory=list)
    sample: list[str] = field(default_factory=list)
    asked: bool = False
    """Whether the notebook of the students has a cell for the written answer."""

    @property
    def manual(self) -> bool:
        """Whether a person grades it."""
        return bool(self.config.get("manual"))


@dataclass(frozen=True)
class Test:
    """A test as it stands in its cell."""

    cell: Cell
    hidden: bool
    points: Fraction | None
    first: int
    """The number of lines above the test itself."""
    messages: tuple[str, ...]


@dataclass
class Reader:
    """Reads the cells of a master one by one."""

    path: Path
    file: str
    config: dict[str, Any] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    students: list[Cell] = field(default_factory=list)
    reference: list[Cell] = field(default_factory=list)
    by_hand: list[ByHand] = field(default_factory=list)
    block: list[str] = field(default_factory=list)

    def read(self, cells: Sequence[Cell]) -> None:
        """Take in all cells.

        Raises
        ------
        CourseError
            If a block begins or ends in the wrong place.
        """
        for cell in (part for whole in cells for part in _unfenced(whole)):
            if _IGNORED.match(cell.lines[0]):
                continue
            if cell.kind == "raw" and _CONFIG.match(cell.lines[0]):
                self.config |= self._yaml(cell.source, cell)
                if name := self.config.pop("config_file", None):
                    path = self.path.parent / str(name)
                    if not path.is_file():
                        raise self.wrong(
                            cell, f"the configuration is in {path}, which is missing; put it there"
                        )
                    self.config = self._yaml(path.read_text("utf-8"), cell) | self.config
            elif boundary := _boundary(cell):
                self._cross(cell, *boundary)
            else:
                self._take(replace(cell, source=self._without_ignored(cell)))
        if self.block:
            raise CourseError(
                f"{self.path}: a {self.block[-1]} block is not ended; add # END {self.block[-1].upper()}."
            )

    def _cross(self, cell: Cell, begins: bool, block: str) -> None:
        if not begins:
            if not self.block or self.block[-1] != block:
                raise self.wrong(
                    cell, f"a {block} block ends that did not begin; correct the blocks around it"
                )
            self.block.pop()
            if block == "question":
                self._end_question()
            return
        if (block == "question") == bool(self.block) or len(self.block) > 1:
            where = "in another block" if self.block else "outside a question"
            raise self.wrong(cell, f"a {block} block begins {where}; correct the blocks around it")
        self.block.append(block)
        if block == "question":
            config = self._yaml(cell.source, cell)
            if "name" not in config:
                raise self.wrong(cell, "this question has no name; give it one, as in name: q1")
            self.questions.append(Question(config, cell, id_of(str(config["name"]))))

    def _end_question(self) -> None:
        question = self.questions[-1]
        if question.manual and not question.asked:
            self._ask(question)
        elif not question.manual and question.tests and question.config.get("check_cell", True):
            self.students.append(check_cell(question.id))

    def _take(self, cell: Cell) -> None:
        """Put a cell that is no boundary where it belongs."""
        question = self.questions[-1] if self.block else None
        block = self.block[-1] if self.block else ""
        if question is None or block == "question":
            if question is not None and cell.kind == "markdown" and not question.title:
                title = title_in(cell.source, question.id)
                taken = {it.title for it in self.questions}
                question.title = f"{title} ({question.id})" if title in taken else title
            if self.config.get("strip_solutions_from_all_cells") and cell.kind == "code":
                self._solve(cell, question)
            elif cell.kind != "raw":
                self.by_hand += _of_notebook(cell)
                self.students.append(cell)
                self.reference.append(cell)
        elif block == "tests":
            question.tests.append(self._test(cell))
        elif block == "prompt":
            if question.manual and cell.kind == "markdown":
                self._ask(question, cell.source)
            else:
                self.students.append(cell)
                question.stub.append(cell.source)
        elif cell.kind == "code":
            self._solve(cell, question)
        elif question.manual:
            question.sample.append(cell.source)
            self.reference.append(cell)
        else:
            self.reference.append(cell)

    def _ask(self, question: Question, prompt: str = "") -> None:
        title = question.title or question.id
        if not question.asked:
            self.students += answer_cells(title, prompt)
        question.asked = True

    def _solve(self, cell: Cell, question: Question | None) -> None:
        """Take in a cell with a solution: stripped for students, whole for the reference."""
        try:
            stub = "\n".join(_stripped(cell.lines))
        except ValueError as error:
            raise self.wrong(cell, f"{error}; correct the markers of the solution") from error
        whole = "\n".join(_solved(cell.lines))
        if question is not None and stub == whole:
            what = "no line of this solution is marked, so that students get all of it"
            self.by_hand.append(
                ByHand(Place(f"cell {cell.number}"), what, "take it out of the stub if it is the answer")
            )
        prompted = "\n\n".join(question.stub) if question is not None else ""
        stub = completed(stub, whole, self.file, prompted)
        self.students.append(replace(cell, source=stub))
        self.reference.append(replace(cell, source=whole))
        if question is not None:
            question.solution.append(whole)
            question.stub.append(stub)
            if question.manual:
                question.sample.append(f"```python\n{whole}\n```")

    def _test(self, cell: Cell) -> Test:
        if cell.kind != "code":
            raise self.wrong(cell, "the cells of a tests block must be code; take this one out")
        lines, config, first = cell.lines, dict[str, Any](), 0
        hidden = lines[0].lstrip().startswith("#") and bool(re.search(r"\bhidden\b", lines[0], re.IGNORECASE))
        if _BEGIN_TEST_CONFIG.match(lines[0]):
            end = next((i for i, line in enumerate(lines) if i and _END_TEST_CONFIG.match(line)), None)
            if end is None:
                raise self.wrong(cell, "the configuration of this test is not ended; add # END TEST CONFIG")
            config, first = self._yaml("\n".join(lines[1:end]), cell), end + 1
        points = None if config.get("points") is None else points_in(config["points"], self.path, cell)
        messages = tuple(
            str(config[key]) for key in ("success_message", "failure_message") if config.get(key)
        )
        return Test(cell, bool(config.get("hidden", hidden)), points, first, messages)

    def _yaml(self, text: str, cell: Cell) -> dict[str, Any]:
        try:
            import yaml
        except ImportError as error:
            raise CourseError(
                "reading otter's configuration needs PyYAML; install it with: pip install pyyaml"
            ) from error
        try:
            read = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise self.wrong(cell, "this configuration is no YAML; correct it") from error
        if read is not None and not isinstance(read, dict):
            raise self.wrong(cell, "this configuration has no keys; write KEY: VALUE")
        return read or {}

    def _without_ignored(self, cell: Cell) -> str:
        kept, inside = [], False
        for line in cell.lines:
            if line.rstrip().endswith("# END IGNORE"):
                inside = False
            elif re.match(r"\s*#\s*BEGIN\s*IGNORE\s*", line, re.IGNORECASE):
                inside = True
            elif not inside and not line.rstrip().endswith("# IGNORE"):
                kept.append(line)
        return "\n".join(kept)

    def wrong(self, cell: Cell, what: str) -> CourseError:
        """Return the error of a cell that `otter assign` would not take either."""
        return CourseError(f"{self.path}, cell {cell.number}: {what}.")


def _stripped(lines: Sequence[str]) -> list[str]:
    """Return a solution's lines as students get them, with the prompts that otter writes.

    Raises
    ------
    ValueError
        If a block is not ended, or ends without having begun.
    """
    kept, inside = list[str](), False
    for line in lines:
        ending = line.rstrip()
        if any(ending.endswith(it) for it in _SKIPPED):
            continue
        if ending.endswith("# END SOLUTION"):
            if not inside:
                raise ValueError("a solution ends that did not begin")
            inside = False
            continue
        if inside:
            continue
        if begin := _BEGIN.match(line):
            inside = True
            if not begin[2]:
                kept.append(f"{begin[1]}...")
            continue
        if match := _ASSIGNED.match(line):
            line = f"{match[1]} ..."
        elif match := _LINE.match(line):
            line = f"{match[1]}..."
        kept.append(line)
    if inside:
        raise ValueError("a solution is not ended")
    return kept


def _solved(lines: Sequence[str]) -> Iterator[str]:
    """Yield a solution's lines without prompts and markers."""
    prompt = False
    for line in lines:
        ending = line.rstrip()
        if ending.endswith("# BEGIN PROMPT"):
            prompt = True
        elif ending.endswith("# END PROMPT"):
            prompt = False
        elif not prompt and not _BEGIN.match(line) and not ending.endswith("# END SOLUTION"):
            yield _MARKER.sub("", line)


def _boundary(cell: Cell) -> tuple[bool, str] | None:
    """Return whether a cell begins a block or ends it, and which."""
    if cell.kind != "raw":
        return None
    match = re.match(rf"#\s+(begin|end)\s+({'|'.join(_BLOCKS)})\s*", cell.lines[0], re.IGNORECASE)
    return (match[1].lower() == "begin", match[2].lower()) if match else None


def _unfenced(cell: Cell) -> Iterator[Cell]:
    """Yield a Markdown cell with its blocks of ```otter as raw cells of their own."""
    if cell.kind != "markdown" or "```otter" not in cell.source:
        yield cell
        return
    for number, part in enumerate(
        re.split(r"^\s*```otter\s*\n(.*?)\n?\s*```\s*$", cell.source, flags=re.M | re.S)
    ):
        if part.strip():
            yield replace(cell, kind="raw" if number % 2 else "markdown", source=part.strip("\n"))


def _of_notebook(cell: Cell) -> Iterator[ByHand]:
    if cell.kind == "code" and (found := _OF_NOTEBOOK.search(cell.source)):
        what = f"this cell calls {found[0]}, of otter's own notebook, which is not there"
        yield ByHand(
            Place(f"cell {cell.number}"), what, "take it out; hand-ins are made by `autograder submit`"
        )
