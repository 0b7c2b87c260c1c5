"""Reads one file of tests: which there are, what their decorators say, what runs before them and what they use."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from autograder.authoring.importing.draft import Known, Names
from autograder.authoring.importing.names import names_from_modules, names_of
from autograder.authoring.importing.syntax import number_in
from autograder.errors import CourseError

_WITHOUT_MEANING = frozenset(
    {"tags", "hide_errors", "number", "visibility", "weight", "partial_credit", "leaderboard"}
)


@dataclass(frozen=True)
class Told:
    """What the decorators of a test say."""

    weight: Fraction | None = None
    number: str = ""
    visibility: str = ""
    marks: tuple[ast.expr, ...] = ()
    fixture: bool = False
    gives_part: bool = False
    """Whether it says itself how many of its points are earned."""
    ranks: bool = False
    """Whether it sets a value of the leaderboard, for which Gradescope lists it among no tests."""
    trouble: str = ""
    unknown: str = ""
    unread: str = ""
    """The decorator whose number of points is computed."""


@dataclass(frozen=True)
class FoundTest:
    """A test as it was found.

    Attributes
    ----------
    owner
        The name of its class; empty for a function of the module.
    setting
        What runs before it.
    helpers
        Other methods of its class, which it may call.
    """

    file: Path
    function: ast.FunctionDef
    told: Told
    owner: str = ""
    about: str = ""
    setting: tuple[ast.stmt, ...] = ()
    helpers: tuple[ast.stmt, ...] = ()
    is_unittest: bool = False


@dataclass
class TestFile:
    """A file of tests."""

    path: Path
    names: Names
    before: list[ast.stmt]
    fixtures: dict[str, ast.FunctionDef]
    tests: list[FoundTest] = field(default_factory=list)


def parsed(path: Path) -> ast.Module:
    """Return what a file of Python holds.

    Raises
    ------
    CourseError
        If it is no Python.
    """
    try:
        return ast.parse(path.read_bytes())
    except SyntaxError as error:
        raise CourseError(
            f"{path}, line {error.lineno}: this is no Python ({error.msg}); correct it."
        ) from error


def read_file(path: Path, tree: ast.Module, modules: Mapping[str, str], taken: dict[str, str]) -> TestFile:
    """Return what a file of tests holds; `taken` are the definitions that other files have copied already."""
    around = path.parent / "conftest.py"
    body = [*(parsed(around).body if around.is_file() else []), *tree.body]
    tests, before, fixtures = list[ast.stmt](), list[ast.stmt](), dict[str, ast.FunctionDef]()
    for statement in body:
        if isinstance(statement, ast.FunctionDef) and _told(statement).fixture:
            fixtures[statement.name] = statement
        elif isinstance(statement, ast.ClassDef) or (
            isinstance(statement, ast.FunctionDef) and statement.name.startswith("test")
        ):
            tests.append(statement)
        else:
            before.append(statement)
    source = ["\n".join(map(ast.unparse, before))]
    imports = [it for it in ast.walk(ast.Module(body, [])) if isinstance(it, (ast.Import, ast.ImportFrom))]
    own, from_modules = names_of("", source, source, modules), names_from_modules(imports, modules)
    given = {
        name: it
        for name, it in own.given.items()
        if taken.setdefault(name, ast.unparse(it)) == ast.unparse(it)
    }
    file = TestFile(
        path,
        Names(from_modules.known, from_modules.modules, own.imports, given, handed_out=False),
        before,
        fixtures,
    )
    for statement in tests:
        file.tests += _found(path, statement)
    return file


def _found(path: Path, statement: ast.stmt) -> Iterator[FoundTest]:
    if isinstance(statement, ast.FunctionDef):
        yield FoundTest(path, statement, _told(statement), about=ast.get_docstring(statement) or "")
    if not isinstance(statement, ast.ClassDef):
        return
    is_unittest = any("TestCase" in ast.unparse(it) for it in statement.bases)
    methods = {it.name: it for it in statement.body if isinstance(it, ast.FunctionDef)}
    setting: list[ast.stmt] = [
        _of_class(it) for it in statement.body if isinstance(it, (ast.Assign, ast.AnnAssign))
    ]
    for name in ("setUpClass", "setup_class", "setUp", "setup_method"):
        setting += methods[name].body if name in methods else []
    helpers = tuple(
        it for name, it in methods.items() if not name.startswith(("test", "setUp", "setup", "tearDown"))
    )
    for name, method in methods.items():
        if name.startswith("test"):
            about = ast.get_docstring(statement) or ""
            yield FoundTest(
                path, method, _told(method), statement.name, about, tuple(setting), helpers, is_unittest
            )


def _of_class(statement: ast.stmt) -> ast.stmt:
    """Return an assignment of a class's body as one to `self`."""
    assert isinstance(statement, (ast.Assign, ast.AnnAssign))
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    made = [
        ast.Attribute(ast.Name("self", ast.Load()), it.id, ast.Store()) if isinstance(it, ast.Name) else it
        for it in targets
    ]
    value = statement.value or ast.Constant(None)
    return ast.fix_missing_locations(ast.copy_location(ast.Assign(list(made), value), statement))


def _told(function: ast.FunctionDef) -> Told:
    """Return what the decorators of a function say."""
    told = Told()
    for decorator in function.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else ast.Call(decorator, [], [])
        name = ast.unparse(call.func)
        short = name.rpartition(".")[2]
        first = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        if short == "fixture":
            told = replace(told, fixture=True)
        elif short in ("weight", "partial_credit"):
            given = next(iter([*call.args, *(it.value for it in call.keywords)]), None)
            told = replace(told, weight=number_in(given), gives_part=short == "partial_credit")
            if told.weight is None:
                told = replace(told, unread=ast.unparse(decorator))
        elif short == "number":
            told = replace(told, number=str(first))
        elif short == "visibility":
            told = replace(told, visibility=str(first))
        elif short == "leaderboard":
            told = replace(told, ranks=True)
        elif name.endswith("mark.parametrize"):
            told = replace(told, marks=(*told.marks, decorator))
        elif short in ("skip", "skipIf", "skipUnless", "skipif", "xfail", "expectedFailure"):
            told = replace(told, trouble="it is skipped or expected to fail")
        elif short not in _WITHOUT_MEANING and short not in ("staticmethod", "classmethod"):
            told = replace(told, unknown=name)
    return told


def used_by(file: TestFile, test: FoundTest) -> Iterator[Known]:
    """Yield what of the hand-in a test uses, in order."""
    for statement in (*fixtures_of(file, test.function), *test.setting, *test.helpers, test.function):
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id in file.names.known:
                yield file.names.known[node.id]
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                name = f"{file.names.modules.get(node.value.id)}.{node.attr}"
                if name in file.names.known:
                    yield file.names.known[name]


def fixtures_of(file: TestFile, function: ast.FunctionDef) -> Iterator[ast.FunctionDef]:
    """Yield the fixtures that a test is given, and those that these are given."""
    for argument in function.args.args:
        if (fixture := file.fixtures.get(argument.arg)) is not None:
            yield from fixtures_of(file, fixture)
            yield fixture
