"""What must never reach a student: the lines of `solutions/`, except those that the stubs give away on purpose."""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import autograder
from autograder.course.loading import GRADING_FILE, load_assignment
from autograder.errors import AutograderError, CourseError
from autograder.grading.explain.bank import BANK_FILE, FUNCTIONS_FILE

SHORTEST = 8
SHORTEST_LINE = 16
_SMALLEST_FILE = 64

Kind = Literal["code", "comment", "docstring", "common"]

_NAME = r"[A-Za-z_]++"
_SIZE = rf"(?:size=)?(?:\({_NAME}(?:,{_NAME})*,?\)|{_NAME})"
_DRAWN = rf"\w+\.(?:normal|random|standard_normal|integers)\({_SIZE}(?:,{_SIZE})*\)"

# Lines, without white space, that anyone would write and that give nothing away.
_COMMONPLACE = re.compile(
    r"\w+,?"
    r"|names=\([\w'\",]*\),?"
    r"|def__\w+__\(.*\).*:"
    r"|raiseNotImplementedError.*"
    r"|@?(\w+=)?pytest\.mark\.\w+(\(.*)?"
    r"|@\w+(\.\w+)*"
    r"|for\w+in(range|enumerate|zip)\([\w.,]*(\([\w.,]*\))?\):"
    r"|[\w.,]+=[\w.]+\.shape(\[-?\d\])?"
    r"|\w+=np\.random\.default_rng\(\w*\)"
    r"|\w+=\w+(\.\w+)*\(\)"
    r"|if__name__==.__main__.:"
    r"|withcheck\.computation\(\):"
    # An object of the hand-in, made with names and whole numbers: more may be done with it in a line that is shown.
    r"|\w+=(?:student|code)\.new\(['\"][\w.]+['\"](?:,(?:\w+=)?\w+)*\)"
    r"|\((?:[A-Za-z_]\w*,)+(?:[A-Za-z_]\w*)?\)"  # names in brackets, as of a shape
    # Random numbers of some shape, with no scale and no range: every test draws them.
    r"|\w+=\w+\.(?:normal|random|standard_normal)\((?:size=)?\(?(?:[a-zA-Z_]\w*+,?)++\)?\)"
    # The same for several arguments at once, as what makes the inputs of a test of loops returns them. The numbers are
    # the salt's.
    rf"|(?:return|\w+=){_DRAWN}(?:,{_DRAWN})*"
    # What is judged besides values, which the task says: the same test may be a public check.
    r"|(?:loops|unchanged)\([\w.'\"]++(?:,(?:\w++=)?+\*?[\w.'\"]++)*,?\)"
    # Names and nothing else: what is returned stands in the docstring.
    r"|[A-Za-z_]\w*+(?:,[A-Za-z_]\w*+)+,?"
    # A call across the boundary that passes on what has names, or a dictionary of such, on one line or several, and
    # takes a part of what comes: students are given the names of functions and parts.
    r"|(?:return|[\w.,*]+=)?\w+\.(?:call|new|get|set|bind|ref)\("
    r"(?:(?:\w++=)?+(?:\*{0,2}[A-Za-z_'\"][\w.'\"]*+|\{(?:['\"]\w++['\"]:[A-Za-z_]\w*+,?)*+\}),?)*+\)?(?:\[\d\])*"
)


@dataclass(frozen=True)
class Line:
    """One line of a file.

    Attributes
    ----------
    text
        The line without white space; a comment without its `#`.
    number
        Counted from 1.
    scope
        The function that the line is in, `function` or `Class.method`; empty at the top level.
    """

    text: str
    number: int
    kind: Kind = "code"
    scope: str = ""


class Place(NamedTuple):
    """Where in `solutions/` something secret is."""

    file: str
    line: int = 1


class Secrets(NamedTuple):
    """What to look for, and where it comes from.

    Attributes
    ----------
    lines
        Places by line without white space.
    files
        Places by the SHA-256 of a whole file.
    """

    lines: dict[str, Place]
    files: dict[bytes, Place]


def squeeze(text: str) -> str:
    """Return `text` without any white space, as lines are compared."""
    return "".join(text.split())


def secrets_of(solutions: Path) -> Secrets:
    """Return what the folder `solutions` holds that `assignments` beside it does not give away.

    Raises
    ------
    CourseError
        If the folder holds no file: a scan for nothing would prove nothing.
    """
    given = _Given(solutions.parent / "assignments")
    secrets = Secrets({}, {})
    paths = list(_files(solutions))
    if not paths:
        raise CourseError(
            f"{solutions}: holds no file to compare a release with; name the course's solutions/."
        )
    for path in paths:
        name = f"{solutions.name}/{path.relative_to(solutions).as_posix()}"
        data = path.read_bytes()
        for line in _secret_lines(path.relative_to(solutions), data, given):
            secrets.lines.setdefault(line.text, Place(name, line.number))
        digest = hashlib.sha256(data).digest()
        if len(data) >= _SMALLEST_FILE and digest not in given.files:
            secrets.files.setdefault(digest, Place(name))
    for text in given.starters:
        secrets.lines.pop(text, None)
    return secrets


class _Given:
    """What `assignments/` shows on purpose.

    Attributes
    ----------
    modules
        Lines of each Python file by its path below `assignments/`.
    prose, docstrings, headers, code
        Lines of docstrings and of files that are not Python, of docstrings alone, heads of functions and
        classes, and all lines of code.
    scoped
        Kind, function and text of every line of Python.
    helpers
        Kind and text of every line in functions that help public checks.
    files
        SHA-256 of every file.
    asked, names
        The functions that students fill in, by module; these and the questions' ids as written.
    starters
        Lines that a stub and its reference share in the same function; grows while references are read.
    """

    def __init__(self, assignments: Path) -> None:
        self.modules: dict[Path, list[Line]] = {}
        self.prose: set[str] = set()
        self.files: set[bytes] = set()
        self.asked: dict[Path, set[str]] = {}
        self.names: set[str] = set()
        self.starters: set[str] = set()
        for path in _files(assignments):
            data = path.read_bytes()
            self.files.add(hashlib.sha256(data).digest())
            if path.suffix == ".py":
                self.modules[path.relative_to(assignments)] = _python_lines(data)
            else:
                self.prose |= {line.text for line in _plain_lines(data)}
            if path.name == "assignment.toml":
                self._read_questions(path.parent)
        lines = [line for module in self.modules.values() for line in module]
        self.docstrings = {line.text for line in lines if line.kind == "docstring"}
        self.prose |= self.docstrings
        self.headers = {line.text for line in lines if re.fullmatch(r"(def|class)\w+(\(.*\))?.*:", line.text)}
        self.code = {line.text for line in lines if line.kind == "code"}
        self.scoped = {(line.kind, line.scope, line.text) for line in lines}
        self.helpers = {
            (line.kind, line.text)
            for path, module in self.modules.items()
            for line in module
            if path.name.startswith("test_") and line.scope and not line.scope.startswith("test_")
        }

    def _read_questions(self, folder: Path) -> None:
        try:
            assignment = load_assignment(folder)
        except AutograderError:
            return  # another assignment, still being written; its own release will say so
        for question in assignment.questions:
            self.names |= {question.id, *question.functions}
        for file in assignment.every_file:
            self.asked[Path(folder.name, file.folder, file.name)] = set(assignment.functions_in(file.module))


def _secret_lines(path: Path, data: bytes, given: _Given) -> list[Line]:
    """Return the secret lines of one file of `solutions/`; its path is relative to that folder."""
    if path.name == GRADING_FILE:
        return _salt(data)
    if path.suffix != ".py":
        lines = [line for line in _plain_lines(data) if line.text not in given.prose]
        if path.name == BANK_FILE:
            # Edits quote the reference, and with it what the stub shows of it.
            lines = [line for line in lines if _tells(line, given) and line.text not in given.code]
            lines += _hints(data)
        return lines
    lines = [line for line in _python_lines(data) if _tells(line, given)]
    if path in given.modules:
        given.starters |= _starters(lines, path, given)
        return lines
    if path.name == FUNCTIONS_FILE:
        lines = [line for line in lines if line.text not in given.code]
    # Every release holds our own wheel: a line that stands in it as well gives no test away.
    ours = _framework_lines()
    return [line for line in lines if line.text not in ours and not _shared_by_tests(line, given)]


def _hints(data: bytes) -> list[Line]:
    """Return each sentence of the hints and notes of a bank, with the line where its entry begins."""
    text = data.decode("utf-8-sig", "replace")
    try:
        entries = tomllib.loads(text)
    except (ValueError, RecursionError):
        return []  # still being written; its lines are secret all the same
    headings = [squeeze(line) for line in text.splitlines()]
    found = []
    for id, entry in entries.items():
        number = headings.index(f"[{id}]") + 1 if f"[{id}]" in headings else 1
        told = [str(entry.get(key, "")) for key in ("hint", "note")] if isinstance(entry, dict) else []
        sentences = [sentence for each in told for sentence in re.split(r"(?<=[.?!])\s+", each)]
        found += [Line(squeeze(sentence), number) for sentence in sentences]
    return [line for line in found if len(line.text) >= SHORTEST_LINE]


@functools.cache
def _framework_lines() -> frozenset[str]:
    """Return the lines of this package's own source, those of comments without their mark as well."""
    package = Path(autograder.__file__).parent
    lines = {squeeze(line) for path in package.rglob("*.py") for line in path.read_text("utf-8").splitlines()}
    return frozenset(lines | {line.lstrip("#") for line in lines})


def _shared_by_tests(line: Line, given: _Given) -> bool:
    """Return whether graded tests say no more than the stubs or the helpers of public checks do."""
    if line.scope.startswith("test_"):
        return False
    in_helpers = bool(line.scope) and (line.kind, line.text) in given.helpers
    return in_helpers or (line.kind, line.scope, line.text) in given.scoped


def _tells(line: Line, given: _Given) -> bool:
    """Return whether a line is long and particular enough to give something away."""
    if line.kind == "common" or len(line.text) < SHORTEST_LINE or _COMMONPLACE.fullmatch(line.text):
        return False
    if line.kind == "docstring" and line.text in given.docstrings:
        return False
    if line.text in given.headers:
        return False
    name = re.fullmatch(r"(?:\w+=)?['\"]([\w.-]+)['\"],?", line.text)
    return name is None or name[1] not in given.names


def _starters(reference: list[Line], path: Path, given: _Given) -> set[str]:
    """Return the lines of a reference that its stub shows in the same function as a start.

    If the stub shows every line of a function that students fill in, that is not a start but the answer.
    """
    stub = {(line.kind, line.scope, line.text) for line in given.modules[path]}
    shared = [line for line in reference if (line.kind, line.scope, line.text) in stub]
    hidden = {line.scope for line in reference if line.kind == "code" and line not in shared}
    asked = given.asked.get(path, set())
    shown = {line.scope for line in shared if line.kind == "code"} - hidden
    answers = {scope for scope in shown if _is_asked(scope, asked)}
    return {line.text for line in shared if line.scope not in answers or line.kind == "docstring"}


def _is_asked(scope: str, asked: set[str]) -> bool:
    return scope in asked or scope.rpartition(".")[0] in asked


def _salt(data: bytes) -> list[Line]:
    text = data.decode("utf-8", "replace")
    try:
        salt = squeeze(str(tomllib.loads(text)["salt"]))
    except (ValueError, KeyError):
        return []
    number = next((i for i, line in enumerate(text.splitlines(), 1) if line.startswith("salt")), 1)
    return [Line(salt, number)] if len(salt) >= SHORTEST else []


def _plain_lines(data: bytes) -> list[Line]:
    """Return the lines of a file that is not Python; of a notebook, those of its cells."""
    text = data.decode("utf-8", "ignore") if b"\0" not in data else ""
    try:
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    lines = [Line(squeeze(line).lstrip("#"), i) for i, line in enumerate(text.splitlines(), 1)]
    return [line for line in lines if len(line.text) >= SHORTEST_LINE]


def _python_lines(data: bytes) -> list[Line]:
    """Return every line of a Python file with its kind and the function that holds it."""
    text = data.decode("utf-8-sig", "replace")
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        tree = ast.Module([], [])
    kinds: dict[int, Kind] = {}
    scopes: dict[int, str] = {}
    _mark(tree, "", kinds, scopes)
    lines = []
    for i, line in enumerate(text.splitlines(), 1):
        bare = squeeze(line)
        kind = kinds.get(i, "code")
        kind = "comment" if bare.startswith("#") and kind != "docstring" else kind
        lines.append(Line(bare.lstrip("#") if kind == "comment" else bare, i, kind, scopes.get(i, "")))
    return lines


def _mark(tree: ast.AST, scope: str, kinds: dict[int, Kind], scopes: dict[int, str]) -> None:
    """Note the kind and the scope of the lines of `tree`, from the outside inwards."""
    if isinstance(tree, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and tree.body:
        first = tree.body[0]
        if ast.get_docstring(tree, clean=False) is not None:
            kinds.update(dict.fromkeys(_span(first), "docstring"))
        if not isinstance(tree, ast.Module):
            kinds.update(dict.fromkeys(range(tree.lineno, first.lineno), "common"))
            scopes.update(dict.fromkeys(_span(tree), scope))
    for node in _statements_below(tree):
        inner = scope
        if isinstance(node, ast.Import | ast.ImportFrom):
            kinds.update(dict.fromkeys(_span(node), "common"))
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            inner = f"{scope}.{node.name}".lstrip(".")
        _mark(node, inner, kinds, scopes)


def _statements_below(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements directly below a node, and what holds some; no expression does, and most nodes are one."""
    for field in tree._fields:
        value = getattr(tree, field, None)
        if isinstance(value, list):
            for node in value:
                if isinstance(node, ast.stmt | ast.excepthandler | ast.match_case):
                    yield node


def _span(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("."):
            yield path
