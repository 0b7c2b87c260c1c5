"""Reads a master notebook of `otter assign`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from autograder.authoring.importing.beside import is_inside
from autograder.authoring.importing.cells import (
    HEAD,
    Cell,
    answer_cell,
    cells_of_notebook,
    check_cell,
    code_of,
    first_heading,
    notebook_of,
    points_in,
    title_in,
    without_magics,
)
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
from autograder.authoring.importing.names import filled_in, names_of
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
_SKIPPED = ("# SOLUTION NO PROMPT", "# BEGIN PROMPT", "# END PROMPT", "# SEED")
_OF_NOTEBOOK = re.compile(r"\botter\.Notebook\b|\bgrader\.(?!check\()\w+")
_KNOWN_KEYS = frozenset(
    {"name", "files", "tests", "export_cell", "generate", "init_cell", "check_all_cell", "show_question_points",
     "requirements", "solutions_pdf", "template_pdf", "run_tests", "config_file", "environment", "python_version",
     "strip_solutions_from_all_cells", "save_environment", "ignore_modules", "overwrite_requirements",
     "suppress_no_tests_warning", "channel_priority_strict", "colab", "runs_on"}
)  # fmt: skip
"""Keys of the configuration that are taken over, or that mean nothing where otter does not grade."""


@dataclass
class _Question:
    """A question while its cells are read, from the one that begins it."""

    config: Mapping[str, Any]
    cell: Cell
    id: str
    title: str = ""
    tests: list[_Test] = field(default_factory=list)
    solution: list[str] = field(default_factory=list)
    stub: list[str] = field(default_factory=list)
    sample: list[str] = field(default_factory=list)
    asked: bool = False
    """Whether the notebook of the students has a cell for the written answer."""

    @property
    def manual(self) -> bool:
        return bool(self.config.get("manual"))


@dataclass(frozen=True)
class _Test:
    cell: Cell
    hidden: bool
    points: Fraction | None
    first: int
    """The number of lines above the test itself."""
    messages: tuple[str, ...]


@dataclass
class _Reader:
    """Reads the cells of a master one by one."""

    path: Path
    file: str
    config: dict[str, Any] = field(default_factory=dict)
    questions: list[_Question] = field(default_factory=list)
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
                        raise self._wrong(
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
                raise self._wrong(
                    cell, f"a {block} block ends that did not begin; correct the blocks around it"
                )
            self.block.pop()
            if block == "question":
                self._end_question()
            return
        if (block == "question") == bool(self.block) or len(self.block) > 1:
            where = "in another block" if self.block else "outside a question"
            raise self._wrong(cell, f"a {block} block begins {where}; correct the blocks around it")
        self.block.append(block)
        if block == "question":
            config = self._yaml(cell.source, cell)
            if "name" not in config:
                raise self._wrong(cell, "this question has no name; give it one, as in name: q1")
            self.questions.append(_Question(config, cell, id_of(str(config["name"]))))

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

    def _ask(self, question: _Question, prompt: str = "") -> None:
        title = question.title or question.id
        if not question.asked:
            self.students.append(answer_cell(title, prompt))
        question.asked = True

    def _solve(self, cell: Cell, question: _Question | None) -> None:
        """Take in a cell with a solution: stripped for students, whole for the reference."""
        try:
            stub = "\n".join(_stripped(cell.lines))
        except ValueError as error:
            raise self._wrong(cell, f"{error}; correct the markers of the solution") from error
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

    def _test(self, cell: Cell) -> _Test:
        if cell.kind != "code":
            raise self._wrong(cell, "the cells of a tests block must be code; take this one out")
        lines, config, first = cell.lines, dict[str, Any](), 0
        hidden = lines[0].lstrip().startswith("#") and bool(re.search(r"\bhidden\b", lines[0], re.IGNORECASE))
        if _BEGIN_TEST_CONFIG.match(lines[0]):
            end = next((i for i, line in enumerate(lines) if i and _END_TEST_CONFIG.match(line)), None)
            if end is None:
                raise self._wrong(cell, "the configuration of this test is not ended; add # END TEST CONFIG")
            config, first = self._yaml("\n".join(lines[1:end]), cell), end + 1
        points = None if config.get("points") is None else points_in(config["points"], self.path, cell)
        messages = tuple(
            str(config[key]) for key in ("success_message", "failure_message") if config.get(key)
        )
        return _Test(cell, bool(config.get("hidden", hidden)), points, first, messages)

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
            raise self._wrong(cell, "this configuration is no YAML; correct it") from error
        if read is not None and not isinstance(read, dict):
            raise self._wrong(cell, "this configuration has no keys; write KEY: VALUE")
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

    def _wrong(self, cell: Cell, what: str) -> CourseError:
        return CourseError(f"{self.path}, cell {cell.number}: {what}.")


def read_master(path: Path, name: str) -> Draft:
    """Return the assignment that a master notebook of `otter assign` describes.

    Parameters
    ----------
    name
        What the assignment and its notebook will be called.

    Raises
    ------
    CourseError
        If it is no notebook, or `otter assign` would not take it either.
    """
    reader = _Reader(path, f"{name}.ipynb")
    reader.read(cells_of_notebook(path))
    if not reader.questions:
        raise CourseError(f"{path} has no # BEGIN QUESTION in a raw cell; is it the master of otter assign?")
    students, reference = notebook_of([HEAD, *reader.students]), notebook_of(reader.reference)
    solved, stubs = code_of(reference), code_of(students)
    data, files, more = _files(path, reader.config)
    own = {it.removesuffix(".py"): source.decode("utf-8", "replace") for it, (_, source) in files.items()}
    names = names_of(name, solved, stubs, own)
    written, questions = list[ImportedWritten](), list[ImportedQuestion]()
    by_hand = reader.by_hand
    ok_format = (reader.config.get("tests") or {}).get("ok_format", True)
    for question in reader.questions:
        place = Place(f"cell {question.cell.number}")
        if question.manual:
            points = points_in(question.config.get("points") or 0, path, question.cell)
            sample = "\n\n".join(question.sample)
            written.append(ImportedWritten(question.id, question.title or question.id, points, sample, place))
            by_hand += _of_written(question, place)
        elif not question.tests:
            remedy = f"write a graded test and list {question.id} in assignment.toml, or remove its cells"
            by_hand.append(
                ByHand(place, f"the question {question.id} has no tests, so that nothing grades it", remedy)
            )
        else:
            questions.append(_question(question, names, name, ok_format, reader))
    by_hand += [*more, *_of_seed(reader.config)]
    by_hand += [
        ByHand(
            Place(""),
            f"the setting {key!r} of the configuration was not taken over",
            "see whether you need it",
        )
        for key in reader.config
        if key not in _KNOWN_KEYS
    ]
    if not questions:
        raise CourseError(f"{path} has no question with tests; import needs one at least.")
    title = str(reader.config.get("name") or first_heading(reader.students) or title_of(name))
    return Draft(
        name,
        title,
        f"{path.name}, a master of otter assign",
        {f"{name}.ipynb": (students, reference), **files},
        tuple(questions),
        tuple(written),
        data,
        libraries_in(solved, own),
        tuple(by_hand),
    )


def _of_notebook(cell: Cell) -> Iterator[ByHand]:
    if cell.kind == "code" and (found := _OF_NOTEBOOK.search(cell.source)):
        what = f"this cell calls {found[0]}, of otter's own notebook, which is not there"
        yield ByHand(
            Place(f"cell {cell.number}"), what, "take it out; hand-ins are made by `autograder submit`"
        )


def _of_seed(config: Mapping[str, Any]) -> Iterator[ByHand]:
    generate = config.get("generate")
    if isinstance(generate, dict) and generate.get("seed") is not None:
        yield ByHand(
            Place(""),
            f"otter seeds the generators with {generate['seed']} before each cell of a hand-in; nothing does so here",
            "where answers are drawn, give students cells that make default_rng(...) with a seed, or call "
            f"student.seed({generate['seed']}) before the call in a test",
        )


def _of_written(question: _Question, place: Place) -> Iterator[ByHand]:
    if question.tests:
        yield ByHand(
            place,
            f"{question.id} is marked by hand and has tests too, which were left out",
            "make them a question of their own",
        )
    if question.solution:
        yield ByHand(
            place,
            f"the answer to {question.id} is code, and a person marks what stands in the Markdown cell",
            "see whether its cells ask for the right thing; the sample code is in rubric.md",
        )


def _question(
    question: _Question, names: Names, module: str, ok_format: bool, reader: _Reader
) -> ImportedQuestion:
    points = _resolved(question, reader)
    tests = []
    for number, (test, worth) in enumerate(zip(question.tests, points, strict=True), start=1):
        name = re.sub(r"\W", "_", question.id) + f"_{number}"
        tests.append(_imported(test, name, worth, names, ok_format))
        if test.messages:
            what = f"the message {test.messages[0]!r} of a test was left out"
            remedy = "write it as the hint of a known mistake in mistakes.toml, where it is true"
            reader.by_hand.append(ByHand(Place(f"cell {test.cell.number}"), what, remedy))
        if test.hidden and not worth:
            what = f"the hidden test {name} is worth nothing, and was left out"
            reader.by_hand.append(
                ByHand(Place(f"cell {test.cell.number}"), what, "give it points if it should count")
            )
    return ImportedQuestion(
        question.id,
        question.title or question.id,
        sum(points, Fraction(0)),
        tuple(tests),
        filled_in(module, question.solution, question.stub),
        bool(question.config.get("all_or_nothing")),
        Place(f"cell {question.cell.number}"),
    )


def _resolved(question: _Question, reader: _Reader) -> list[Fraction]:
    """Return what each test is worth, as otter shares out the points of a question."""
    given = question.config.get("points")
    cell, path = question.cell, reader.path
    own = [test.points for test in question.tests]
    if isinstance(given, dict):
        given = points_in(given.get("each", 1), path, cell) * len(own)
    elif isinstance(given, list):
        if len(given) != len(own):
            raise reader._wrong(
                cell, f"there are {len(own)} tests and points for {len(given)}; give each its own"
            )
        own = [None if it is None else points_in(it, path, cell) for it in given]
        given = None
    total = None if given is None else points_in(given, path, cell)
    said, open_ = sum((it for it in own if it is not None), Fraction(0)), sum(it is None for it in own)
    if total is None:
        total = said or Fraction(1)
    if said > total:
        raise reader._wrong(
            cell, f"its tests are worth {said} points, and it has {total}; correct one of them"
        )
    rest = (total - said) / open_ if open_ else Fraction(0)
    return [rest if it is None else it for it in own]


def _imported(test: _Test, name: str, points: Fraction, names: Names, ok_format: bool) -> ImportedTest:
    where = f"cell {test.cell.number}"
    place = Place(where, test.first + 1)
    source = "\n".join(test.cell.lines[test.first :])
    trouble = None
    body: list[ast.stmt] = []
    try:
        tree = ast.parse("\n" * test.first + without_magics(source))
        body = _of_doctest(tree.body, test.cell.output) if ok_format else _of_function(tree.body)
    except SyntaxError as error:
        trouble = ByHand(Place(where, error.lineno or 0), "it is no Python", "write it by hand")
    except _CannotReadError as error:
        trouble = ByHand(place, str(error), error.remedy)
    return ImportedTest(name, tuple(body), source, place, not test.hidden, points, names, trouble=trouble)


class _CannotReadError(Exception):
    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.remedy = remedy


def _of_doctest(body: Sequence[ast.stmt], output: str) -> list[ast.stmt]:
    """Return the statements of a test that compares what its last line shows with what was saved of it."""
    *before, last = body or [ast.Pass(lineno=1)]
    shown = output.strip()
    if not isinstance(last, ast.Expr) or (not shown and _gives_nothing(last.value)):
        if shown:
            raise _CannotReadError("what it prints is compared", "assert the value instead of printing it")
        return list(body)
    if _prints([*before, last]):
        raise _CannotReadError("what it prints is compared", "assert the value instead of printing it")
    if not shown:
        raise _CannotReadError(
            "its last line shows a value, and the notebook was saved without that output",
            "run the notebook, save it, and import it again",
        )
    return [*before, ast.copy_location(_shows(last.value, shown), last)]


def _shows(value: ast.expr, shown: str) -> ast.stmt:
    """Return the assertion that a value is shown as this text."""
    if shown in ("True", "np.True_"):
        return ast.copy_location(ast.Assert(value, None), value)
    if shown in ("False", "np.False_"):
        return ast.copy_location(ast.Assert(ast.UnaryOp(ast.Not(), value), None), value)
    if (members := _set_in(shown)) is not None:
        return ast.copy_location(ast.Assert(ast.Compare(value, [ast.Eq()], [members]), None), value)
    text = ast.Call(ast.Name("repr", ast.Load()), [value], [])
    return ast.copy_location(ast.Assert(ast.Compare(text, [ast.Eq()], [ast.Constant(shown)]), None), value)


def _set_in(shown: str) -> ast.Set | None:
    """Return the set that is shown, if it is one: the next process shows the same texts in another order."""
    try:
        found = ast.parse(shown, mode="eval").body
        ast.literal_eval(found)
    except (SyntaxError, ValueError, TypeError):
        return None
    return found if isinstance(found, ast.Set) else None


def _gives_nothing(value: ast.expr) -> bool:
    """Return whether an expression is a call for its effect, as of `np.testing`."""
    return isinstance(value, ast.Call) and (
        ".testing." in f".{ast.unparse(value.func)}" or ast.unparse(value.func).startswith("assert_")
    )


def _prints(body: Sequence[ast.stmt]) -> bool:
    calls = (it for statement in body for it in ast.walk(statement) if isinstance(it, ast.Call))
    return any(ast.unparse(it.func) == "print" for it in calls)


def _of_function(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Return the statements of an exception-based test, which is a function and perhaps a call of it."""
    if not body or len(body) > 2 or not isinstance(body[0], ast.FunctionDef):
        raise _CannotReadError("it is no single function", "write one function for each test cell")
    return [_Environment().visit(it) for it in body[0].body]


class _Environment(ast.NodeTransformer):
    """Makes a name of each lookup in `env`, which is the namespace of the notebook."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        match node:
            case ast.Subscript(value=ast.Name(id="env"), slice=ast.Constant(value=str(name))):
                return ast.copy_location(ast.Name(name, ast.Load()), node)
        return self.generic_visit(node)


# --- solutions ----------------------------------------------------------------------------------------


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


# --- cells and files ----------------------------------------------------------------------------------


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


def _files(
    path: Path, config: Mapping[str, Any]
) -> tuple[dict[str, bytes], dict[str, tuple[bytes, bytes]], list[ByHand]]:
    """Return the files that go with a notebook: data, modules that are handed in as they are, and what to see to."""
    data, modules, by_hand = dict[str, bytes](), dict[str, tuple[bytes, bytes]](), list[ByHand]()
    for entry in config.get("files") or ():
        source = path.parent / str(entry)
        if not is_inside(path.parent, str(entry)) or not source.is_file():
            what = f"there is no file {entry} in the master's folder"
            by_hand.append(
                ByHand(Place(""), what, "put it into the assignment's folder, and add a [[data]] table")
            )
        elif source.suffix == ".py":
            modules[Path(str(entry)).name] = (source.read_bytes(), source.read_bytes())
            what = f"{entry} goes with the notebook, and is now a file that students hand in, as it is"
            by_hand.append(ByHand(Place(""), what, "see whether students may change it"))
        else:
            data[Path(str(entry)).as_posix()] = source.read_bytes()
    return data, modules, by_hand
