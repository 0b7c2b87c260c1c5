"""What of `solutions/` must never reach a student: its lines, less those that stubs give away on purpose."""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Literal

import autograder
from autograder.course.loading import load_assignment
from autograder.errors import AutograderError, CourseError

SHORTEST = 8
_SHORTEST_LINE = 16
_SHORTEST_CODE = 40
_SMALLEST_FILE = 64

Kind = Literal["code", "comment", "docstring", "common"]

# Lines, without their white space, that anyone would write and that give nothing away.
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
)


@dataclass(frozen=True)
class Line:
    """One line of a source file.

    Attributes
    ----------
    text
        The line without any white space; a comment without its sign.
    number
        Counted from 1.
    scope
        The function that holds it, `function` or `Class.method`; empty at the top of the module.
    """

    text: str
    number: int
    kind: Kind = "code"
    scope: str = ""


@dataclass(frozen=True)
class Place:
    """Where in `solutions/` something secret is."""

    file: str
    line: int = 1


@dataclass
class Secrets:
    """What to look for, and where it came from.

    Attributes
    ----------
    lines
        Places by line without white space.
    code
        Places by a function's bytecode and names.
    files
        Places by the SHA-256 of a whole file.
    """

    lines: dict[str, Place] = field(default_factory=dict)
    code: dict[tuple[bytes, tuple[str, ...]], Place] = field(default_factory=dict)
    files: dict[bytes, Place] = field(default_factory=dict)


def squeeze(text: str) -> str:
    """Return `text` without any white space, as lines are compared."""
    return "".join(text.split())


def secrets_of(solutions: Path) -> Secrets:
    """Return what the folder `solutions` holds that its neighbour `assignments` does not give away.

    Raises
    ------
    CourseError
        If the folder holds nothing: a scan for nothing would prove nothing.
    """
    given = _Given(solutions.parent / "assignments")
    secrets = Secrets()
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
        if len(data) >= _SMALLEST_FILE and hashlib.sha256(data).digest() not in given.files:
            secrets.files.setdefault(hashlib.sha256(data).digest(), Place(name))
        for code in code_objects(data, name) if path.suffix == ".py" else ():
            if len(code.co_code) >= _SHORTEST_CODE and fingerprint(code) not in given.code:
                secrets.code.setdefault(fingerprint(code), Place(name, code.co_firstlineno))
    for text in given.starters:
        secrets.lines.pop(text, None)
    return secrets


def code_objects(source: bytes | CodeType, name: str = "") -> Iterator[CodeType]:
    """Yield the code of every function in a module, given as its source or compiled."""
    if isinstance(source, bytes):
        try:
            source = compile(source, name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return
    for constant in source.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from code_objects(constant)


def fingerprint(code: CodeType) -> tuple[bytes, tuple[str, ...]]:
    """Return what stays the same of a function when its file is compiled elsewhere."""
    return code.co_code, code.co_names + code.co_varnames


class _Given:
    """What `assignments/` shows on purpose.

    Attributes
    ----------
    modules
        Lines of each Python file by its path below `assignments/`.
    plain, docstrings, headers
        Lines of everything that is no Python, of every docstring, and the heads of functions and classes.
    scoped
        Kind, function and text of every line of Python.
    helpers
        Kind and text of every line in functions that help public checks.
    files, code
        SHA-256 of every file, fingerprint of every function.
    asked, names
        The functions that students fill in by module, and these and the questions' ids as written.
    starters
        Lines that a stub and its reference share in the same function; grows while references are read.
    """

    def __init__(self, assignments: Path) -> None:
        self.modules: dict[Path, list[Line]] = {}
        self.plain: set[str] = set()
        self.files: set[bytes] = set()
        self.code: set[tuple[bytes, tuple[str, ...]]] = set()
        self.asked: dict[Path, set[str]] = {}
        self.names: set[str] = set()
        self.starters: set[str] = set()
        for path in _files(assignments):
            data = path.read_bytes()
            self.files.add(hashlib.sha256(data).digest())
            if path.suffix == ".py":
                self.modules[path.relative_to(assignments)] = python_lines(data)
                self.code |= {fingerprint(code) for code in code_objects(data)}
            else:
                self.plain |= {line.text for line in _plain_lines(data)}
            if path.name == "assignment.toml":
                self._read_questions(path.parent)
        lines = [line for module in self.modules.values() for line in module]
        self.docstrings = {line.text for line in lines if line.kind == "docstring"}
        self.headers = {line.text for line in lines if re.fullmatch(r"(def|class)\w+(\(.*\))?.*:", line.text)}
        self.scoped = {(line.kind, line.scope, line.text) for line in lines}
        self.helpers = {
            (line.kind, line.text)
            for path, module in self.modules.items()
            for line in module
            if path.name.startswith("test_") and line.scope and not line.scope.startswith("test_")
        }

    def _read_questions(self, folder: Path) -> None:
        try:
            questions = load_assignment(folder).questions
        except AutograderError:
            return  # another assignment, still being written; its own release will say so
        for question in questions:
            self.names |= {question.id, *question.functions}
            for function in question.functions:
                module, _, name = function.partition(".")
                self.asked.setdefault(Path(folder.name, f"{module}.py"), set()).add(name)


def _secret_lines(path: Path, data: bytes, given: _Given) -> Iterator[Line]:
    """Yield the secret lines of one file of `solutions/`; its path is relative to that folder."""
    if path.name == "grading.toml":
        yield from _salt(data)
        return
    if path.suffix != ".py":
        yield from (line for line in _plain_lines(data) if line.text not in given.plain | given.docstrings)
        return
    lines = [line for line in python_lines(data) if _tells(line, given)]
    if path in given.modules:
        given.starters |= _starters(lines, path, given)
        yield from (line for line in lines if line.text not in given.starters)
        return
    # Our own wheel is in every release: what it happens to say in the same words gives no test away.
    ours = _framework_lines()
    yield from (line for line in lines if line.text not in ours and not _shared_by_tests(line, given))


@functools.cache
def _framework_lines() -> frozenset[str]:
    """Return the lines of this package's own source."""
    package = Path(autograder.__file__).parent
    return frozenset(line.text for path in package.rglob("*.py") for line in python_lines(path.read_bytes()))


def _shared_by_tests(line: Line, given: _Given) -> bool:
    """Return whether graded tests say no more than the stubs or the helpers of public checks do."""
    if line.scope.startswith("test_"):
        return False
    in_helpers = bool(line.scope) and (line.kind, line.text) in given.helpers
    return in_helpers or (line.kind, line.scope, line.text) in given.scoped


def _tells(line: Line, given: _Given) -> bool:
    """Return whether a line is long and particular enough to give something away."""
    if line.kind == "common" or len(line.text) < _SHORTEST_LINE or _COMMONPLACE.fullmatch(line.text):
        return False
    if line.kind == "docstring" and line.text in given.docstrings:
        return False
    if line.text in given.headers:
        return False
    name = re.fullmatch(r"(?:\w+=)?['\"]([\w.-]+)['\"],?", line.text)
    return name is None or name[1] not in given.names


def _starters(reference: list[Line], path: Path, given: _Given) -> set[str]:
    """Return the lines of a reference that its stub shows in the same function as a start.

    Where the stub shows every line of a function that students are to fill in, that is no start
    but the answer.
    """
    stub = {(line.kind, line.scope, line.text) for line in given.modules[path]}
    shared = [line for line in reference if (line.kind, line.scope, line.text) in stub]
    asked = given.asked.get(path, set())
    answers = {
        scope
        for scope in {line.scope for line in shared if line.kind == "code"}
        if _is_asked(scope, asked)
        and all(
            (line.kind, line.scope, line.text) in stub
            for line in reference
            if line.scope == scope and line.kind == "code"
        )
    }
    return {line.text for line in shared if line.scope not in answers or line.kind == "docstring"}


def _is_asked(scope: str, asked: set[str]) -> bool:
    return scope in asked or scope.rpartition(".")[0] in asked


def _salt(data: bytes) -> Iterator[Line]:
    text = data.decode("utf-8", "replace")
    try:
        salt = squeeze(str(tomllib.loads(text)["salt"]))
    except (ValueError, KeyError):
        return
    number = next((i for i, line in enumerate(text.splitlines(), 1) if line.startswith("salt")), 1)
    if len(salt) >= SHORTEST:
        yield Line(salt, number)


def _plain_lines(data: bytes) -> list[Line]:
    """Return the lines of a file that is no Python; those of the cells where it is a notebook."""
    text = data.decode("utf-8", "ignore") if b"\0" not in data else ""
    try:
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    lines = [Line(squeeze(line).lstrip("#"), i) for i, line in enumerate(text.splitlines(), 1)]
    return [line for line in lines if len(line.text) >= _SHORTEST_LINE]


def python_lines(data: bytes) -> list[Line]:
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
    body: Iterable[ast.AST] = ast.iter_child_nodes(tree)
    if isinstance(tree, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and tree.body:
        first = tree.body[0]
        if ast.get_docstring(tree, clean=False) is not None:
            kinds.update(dict.fromkeys(_span(first), "docstring"))
        if not isinstance(tree, ast.Module):
            kinds.update(dict.fromkeys(range(tree.lineno, first.lineno), "common"))
            scopes.update(dict.fromkeys(_span(tree), scope))
    for node in body:
        inner = scope
        if isinstance(node, ast.Import | ast.ImportFrom):
            kinds.update(dict.fromkeys(_span(node), "common"))
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            inner = f"{scope}.{node.name}".lstrip(".")
        _mark(node, inner, kinds, scopes)


def _span(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("."):
            yield path
