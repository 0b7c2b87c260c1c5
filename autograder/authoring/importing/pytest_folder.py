"""Reads a folder of tests, of pytest or of unittest as gradescope-utils decorates it, and the reference beside them."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from autograder.authoring.importing.assertions import of_self, plain
from autograder.authoring.importing.beside import data_beside, data_of_tests, modules_beside
from autograder.authoring.importing.context import with_context
from autograder.authoring.importing.draft import (
    ByHand,
    Draft,
    ImportedQuestion,
    ImportedTest,
    Known,
    Names,
    Place,
    id_of,
    title_of,
)
from autograder.authoring.importing.expressions import BY_METHOD
from autograder.authoring.importing.libraries import libraries_in
from autograder.authoring.importing.names import filled_in, names_from_modules, names_of
from autograder.authoring.importing.stubs import emptied
from autograder.authoring.importing.syntax import number_in
from autograder.authoring.importing.translation import SET_SCORE
from autograder.errors import CourseError
from autograder.text import counted

REFERENCES = ("solution", "solutions", "reference", "")
STUBS = ("stubs", "starter", "student", "template", "skeleton")
_NO_REFERENCE = re.compile(r"(test_.*|.*_test|tests|run_tests|conftest|setup|__init__)\.py")
_WITHOUT_MEANING = frozenset(
    {"tags", "hide_errors", "number", "visibility", "weight", "partial_credit", "leaderboard"}
)


@dataclass(frozen=True)
class _Told:
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
class _Found:
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
    told: _Told
    owner: str = ""
    about: str = ""
    setting: tuple[ast.stmt, ...] = ()
    helpers: tuple[ast.stmt, ...] = ()
    is_unittest: bool = False


@dataclass
class _File:
    """A file of tests."""

    path: Path
    names: Names
    before: list[ast.stmt]
    fixtures: dict[str, ast.FunctionDef]
    tests: list[_Found] = field(default_factory=list)


def read_folder(folder: Path, name: str) -> Draft:
    """Return the assignment that a folder of tests describes.

    The reference lies in `solution/`, `solutions/`, `reference/` or beside the tests; stubs in `stubs/`, `starter/`,
    `student/`, `template/` or `skeleton/`, or they are made of the reference.

    Parameters
    ----------
    name
        What the assignment will be called.

    Raises
    ------
    CourseError
        If there are no tests, or nothing that they import.
    """
    if not folder.is_dir():
        raise CourseError(f"{folder} is no folder; name the one that holds the tests and the reference.")
    paths = sorted(
        {
            it
            for at in (folder, folder / "tests")
            for glob in ("test*.py", "*_test.py")
            for it in at.glob(glob)
        }
    )
    if not paths:
        raise CourseError(
            f"{folder} has no test_*.py, and none in tests/; name the folder that holds the tests."
        )
    trees = {path: _parsed(path) for path in paths}
    place, modules = _reference(folder, [ast.unparse(it) for it in trees.values()])
    by_hand, files = list[ByHand](), list[_File]()
    taken = dict[str, str]()
    for path, tree in trees.items():
        files.append(_file(path, tree, modules, taken))
    by_hand += _without_ranking(files)
    tests = [it for file in files for it in file.tests]
    if not tests:
        raise CourseError(f"{folder}: its files of tests have no function or method called test_...")
    weighted = any(it.told.weight for it in tests)
    by_hand += _remarks(tests, weighted)
    stubs = _stubs(folder, modules, files, by_hand)
    questions = tuple(_questions(files, weighted, modules, stubs, by_hand))
    if not any(test.public for question in questions for test in question.tests):
        what = "no test is shown to students, so that they cannot check their work"
        by_hand.append(ByHand(Place(""), what, "copy some into test_public.py"))
    in_tests = [ast.unparse(it) for it in trees.values()]
    data = {**data_beside(place, modules.values()), **data_beside(folder, modules.values())}
    for_tests = {**data_beside(place, in_tests), **data_beside(folder, in_tests)}
    for it in for_tests.keys() - data.keys():
        what = f"{it} is named by tests only, and students now get it, as hand-ins may have to read it"
        by_hand.append(ByHand(Place(""), what, "where only the tests read it, take its [[data]] table out"))
    of_tests = {
        name: content
        for at in dict.fromkeys(it.parent for it in paths)
        for name, content in data_of_tests(at, in_tests).items()
    }
    shown = [it for question in questions for it in question.tests if it.public]
    beside = {
        name: content
        for name, content in of_tests.items()
        if any(Path(name).name in text for it in shown for text in _texts(it.body))
    }
    for it in beside:
        what = f"students get {it}, which tests that they see read"
        by_hand.append(ByHand(Place(""), what, "take it and these tests out if it gives something away"))
    return Draft(
        name,
        title_of(name),
        f"{folder.resolve().name}/, a folder of {'gradescope-utils' if weighted else 'pytest'} tests",
        {f"{it}.py": (stubs[it].encode(), source.encode()) for it, source in modules.items()},
        questions,
        data={**for_tests, **data},
        beside={name: content for name, content in beside.items() if name not in {*data, *for_tests}},
        of_tests=of_tests,
        libraries=libraries_in(modules.values(), modules),
        by_hand=tuple(by_hand),
    )


def _texts(body: Sequence[ast.stmt]) -> Iterator[str]:
    for statement in body:
        for it in ast.walk(statement):
            if isinstance(it, ast.Constant) and isinstance(it.value, str):
                yield it.value


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes())
    except SyntaxError as error:
        raise CourseError(
            f"{path}, line {error.lineno}: this is no Python ({error.msg}); correct it."
        ) from error


def _reference(folder: Path, sources: Sequence[str]) -> tuple[Path, dict[str, str]]:
    """Return where the reference lies, and the source of each module that the tests need."""
    for place in (folder / it for it in REFERENCES):
        found = dict[str, str]()
        waiting = list(sources)
        while waiting:
            new = modules_beside(place, waiting)
            waiting = []
            for file, content in new.items():
                module = file.removesuffix(".py")
                if module not in found and not _NO_REFERENCE.fullmatch(file):
                    _parsed(place / file)
                    found[module] = content.decode("utf-8-sig")
                    waiting.append(found[module])
        if found:
            return place, found
    raise CourseError(
        f"{folder}: the tests import no module that lies beside them; put the reference into {folder / 'solution'}."
    )


def _stubs(
    folder: Path, modules: Mapping[str, str], files: Sequence[_File], by_hand: list[ByHand]
) -> dict[str, str]:
    made = dict[str, str]()
    for module, source in modules.items():
        given = next((it for it in (folder / at / f"{module}.py" for at in STUBS) if it.is_file()), None)
        if given is not None:
            made[module] = given.read_text("utf-8-sig")
            continue
        used = [it for file in files for test in file.tests for it in _used(file, test)]
        answers = {it.target.rpartition(".")[2] for it in used if it.kind == "constant"}
        asked = {it.target.rpartition(".")[2] for it in used if it.kind == "function"}
        made[module] = emptied(source, f"{module}.py", answers, asked)
        what = "its stub was made of the reference, and what stands outside of functions stayed as it is"
        by_hand.append(ByHand(Place(f"{module}.py"), what, "read it before you hand it out"))
    return made


# --- files of tests -----------------------------------------------------------------------------------


def _file(path: Path, tree: ast.Module, modules: Mapping[str, str], taken: dict[str, str]) -> _File:
    """Return what a file of tests holds; `taken` are the definitions that other files have copied already."""
    around = path.parent / "conftest.py"
    body = [*(_parsed(around).body if around.is_file() else []), *tree.body]
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
    file = _File(
        path,
        Names(from_modules.known, from_modules.modules, own.imports, given, handed_out=False),
        before,
        fixtures,
    )
    for statement in tests:
        file.tests += _found(path, statement)
    return file


def _without_ranking(files: Sequence[_File]) -> Iterator[ByHand]:
    """Leave out the tests that write to a leaderboard, and yield which."""
    for file in files:
        for it in file.tests:
            if it.told.ranks:
                what = (
                    f"{it.function.name} writes to a leaderboard, which earns no points and is not made here"
                )
                what += ", and was left out"
                remedy = "rank by the points in grades.csv, or measure speed with `race`"
                yield ByHand(Place(file.path.name, it.function.lineno), what, remedy)
        file.tests = [it for it in file.tests if not it.told.ranks]


def _found(path: Path, statement: ast.stmt) -> Iterator[_Found]:
    if isinstance(statement, ast.FunctionDef):
        yield _Found(path, statement, _told(statement), about=ast.get_docstring(statement) or "")
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
            yield _Found(
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


def _told(function: ast.FunctionDef) -> _Told:
    """Return what the decorators of a function say."""
    told = _Told()
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


def _remarks(tests: Sequence[_Found], weighted: bool) -> Iterator[ByHand]:
    """Yield what was left out of tests that are taken over all the same."""
    for it in tests:
        place = Place(it.file.name, it.function.lineno)
        if it.told.unknown:
            yield ByHand(place, f"the decorator {it.told.unknown} was left out", "see whether it matters")
        if weighted and it.told.weight is None:
            hidden = it.told.visibility not in ("", "visible")
            became = "was left out" if hidden else "is a public check only"
            what = (
                f"the points of @{it.told.unread} are no plain number"
                if it.told.unread
                else "it has no weight"
            )
            yield ByHand(place, f"{it.function.name} {became}: {what}", "give it one if it should count")
    visible = [it for it in tests if weighted and it.told.visibility in ("", "visible")]
    if visible:
        what = (
            f"{counted(len(visible), 'test')} can be seen, and students now get the source as public checks"
        )
        yield ByHand(Place(""), what, "take those out of test_public.py that give something away")


# --- questions ----------------------------------------------------------------------------------------


def _questions(
    files: Sequence[_File],
    weighted: bool,
    modules: Mapping[str, str],
    stubs: Mapping[str, str],
    by_hand: list[ByHand],
) -> Iterator[ImportedQuestion]:
    groups = dict[str, list[tuple[_File, _Found]]]()
    for file in files:
        for test in file.tests:
            groups.setdefault(_group(file, test), []).append((file, test))
    names = set[str]()
    filled = [it for module in modules for it in filled_in(module, [modules[module]], [stubs[module]])]
    for group, members in groups.items():
        tests = [_imported(file, test, weighted, names) for file, test in members]
        points = sum((it.points for it in tests), Fraction(0))
        _, first = members[0]
        place = Place(first.file.name, first.function.lineno)
        if not points:
            what = f"the question {group} has no test that counts, and was left out"
            by_hand.append(ByHand(place, what, "give its tests a weight"))
            continue
        title = (first.about if first.owner else "").strip().partition("\n")[0].rstrip(".")
        functions = _functions(members, filled)
        yield ImportedQuestion(group, title or _title(group), points, tuple(tests), functions, place=place)


def _group(file: _File, test: _Found) -> str:
    """Return the question that a test belongs to: by its number, its class, or the first function that it uses."""
    if test.told.number:
        return "q" + id_of(test.told.number.partition(".")[0])
    if test.owner:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.sub(r"^Tests?(?=.)", "", test.owner)).lower()
    used = next(_used(file, test), None)
    return used.target.partition(".")[2] if used else re.sub(r"^test_?", "", test.function.name) or "tests"


def _title(group: str) -> str:
    number = re.fullmatch(r"q(\w+)", group)
    return f"Question {number[1]}" if number else title_of(group)


def _used(file: _File, test: _Found) -> Iterator[Known]:
    """Yield what of the hand-in a test uses, in order."""
    for statement in (*_fixtures(file, test.function), *test.setting, *test.helpers, test.function):
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id in file.names.known:
                yield file.names.known[node.id]
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                name = f"{file.names.modules.get(node.value.id)}.{node.attr}"
                if name in file.names.known:
                    yield file.names.known[name]


def _fixtures(file: _File, function: ast.FunctionDef) -> Iterator[ast.FunctionDef]:
    """Yield the fixtures that a test is given, and those that these are given."""
    for argument in function.args.args:
        if (fixture := file.fixtures.get(argument.arg)) is not None:
            yield from _fixtures(file, fixture)
            yield fixture


def _functions(members: Sequence[tuple[_File, _Found]], filled: Sequence[str]) -> tuple[str, ...]:
    """Return what students fill in among what the tests of a question use."""
    found = list[str]()
    for file, test in members:
        attributes = {
            name
            for statement in (*test.setting, *test.helpers, test.function)
            for node in ast.walk(statement)
            for name in _methods_of(node)
        }
        for known in _used(file, test):
            if known.target in filled:
                found.append(known.target)
            found += [
                f"{known.target}.{it}"
                for it in sorted(known.methods & attributes)
                if f"{known.target}.{it}" in filled
            ]
    return tuple(dict.fromkeys(found))


def _methods_of(node: ast.AST) -> tuple[str, ...]:
    """Return the methods that an expression may call of an object, whose class is called as well."""
    match node:
        case ast.Attribute(attr=name):
            return (name,)
        case ast.Call(func=ast.Name(id=name)):
            return ("__init__", BY_METHOD[name]) if name in BY_METHOD else ("__init__",)
        case ast.Subscript():
            return ("__getitem__",)
        case ast.Compare(ops=ops) if any(isinstance(it, (ast.In, ast.NotIn)) for it in ops):
            return ("__contains__",)
    return ()


def _imported(file: _File, test: _Found, weighted: bool, names: set[str]) -> ImportedTest:
    function, told = test.function, test.told
    name = re.sub(r"^test_?", "", function.name) or "it"
    if name in names and test.owner:
        name = f"{_group(file, test)}_{name}"
    while name in names:
        name += "_"
    names.add(name)
    visible = told.visibility in ("", "visible") if weighted else file.path.stem.endswith("public")
    points = (told.weight or Fraction(0)) if weighted else Fraction(1)
    place = Place(file.path.name, function.lineno)
    trouble = told.trouble
    arguments = [it.arg for it in function.args.args if it.arg not in ("self", "cls")]
    if told.gives_part:
        arguments = [it for it in arguments if it != SET_SCORE]
    parametrized = [it for mark in told.marks for it in _parameters(mark)]
    wanted = [it for it in arguments if it not in parametrized]
    body = [*_once(test), *function.body]
    setting, strange = _from_fixtures(wanted, file)
    if strange:
        trouble = trouble or f"it uses the fixture {strange}"
    body = copy.deepcopy(with_context([*setting, *body], file.before, file.names))
    body = plain(body, of_self)
    body = [it for statement in body for it in _Self().block([statement])]
    left = {it.id for statement in body for it in ast.walk(statement) if isinstance(it, ast.Name)} & {
        "self",
        "cls",
    }
    if left and not trouble:
        trouble = "it uses self otherwise than for assertions and what was set up"
    hand = (
        ByHand(place, trouble, "write this test by hand with the fixtures student and check")
        if trouble
        else None
    )
    source = ast.unparse(ast.Module([function], []))
    return ImportedTest(
        name,
        tuple(body),
        source,
        place,
        visible,
        points,
        file.names,
        tuple(told.marks),
        tuple(parametrized),
        hand,
        points if told.gives_part else None,
        told.gives_part,
    )


def _parameters(mark: ast.expr) -> list[str]:
    """Return the parameters that a parametrization fills."""
    match mark:
        case ast.Call(args=[ast.Constant(value=str(names)), *_]):
            return [it.strip() for it in names.split(",") if it.strip()]
        case ast.Call(args=[ast.Tuple(elts=names) | ast.List(elts=names), *_]):
            return [str(it.value) for it in names if isinstance(it, ast.Constant)]
    return []


def _once(test: _Found) -> list[ast.stmt]:
    """Return what runs before a test, and those helpers of its class that it needs."""
    helpers = {it.name: it for it in test.helpers if isinstance(it, ast.FunctionDef)}
    needed, waiting = list[str](), [test.function]
    while waiting:
        for node in ast.walk(waiting.pop()):
            match node:
                case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name) if (
                    name in helpers and name not in needed
                ):
                    needed.append(name)
                    waiting.append(helpers[name])
    made = list[ast.stmt]()
    for name in reversed(needed):
        helper = helpers[name]
        args = ast.arguments(**{**dict(ast.iter_fields(helper.args)), "args": helper.args.args[1:]})
        alone = ast.FunctionDef(f"self_{name}", args, helper.body, [], None)
        made.append(ast.fix_missing_locations(ast.copy_location(alone, helper)))
    return [*test.setting, *made]


def _from_fixtures(wanted: Sequence[str], file: _File) -> tuple[list[ast.stmt], str]:
    """Return the statements that give a test its fixtures, and the name of one that cannot be given."""
    made, strange = list[ast.stmt](), ""
    for name in wanted:
        fixture = file.fixtures.get(name)
        if fixture is None or any(isinstance(it, (ast.Yield, ast.YieldFrom)) for it in ast.walk(fixture)):
            return made, name
        above, strange = _from_fixtures([it.arg for it in fixture.args.args], file)
        *before, last = fixture.body
        if strange or not isinstance(last, ast.Return) or last.value is None:
            return made, strange or name
        value = ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], last.value), last)
        made += [*above, *before, ast.fix_missing_locations(value)]
    return made, strange


class _Self(ast.NodeTransformer):
    """Makes a local variable of each attribute of `self`, and a block of each `with self.subTest(...)`."""

    def block(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Return statements without `self`."""
        return [made for it in body for made in self._statements(it)]

    def _statements(self, node: ast.stmt) -> list[ast.stmt]:
        match node:
            case ast.With(items=[ast.withitem(context_expr=ast.Call(func=ast.Attribute(attr="subTest")))]):
                return self.block(node.body)
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr="fail"), args=args)
            ):
                said = args[0] if args else None
                return [
                    ast.fix_missing_locations(ast.copy_location(ast.Assert(ast.Constant(False), said), node))
                ]
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                setattr(node, name, self.block(inner))
        for handler in getattr(node, "handlers", []):
            handler.body = self.block(handler.body)
        return [self.visit(node)]

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name) if not name.startswith("assert"):
                return ast.copy_location(ast.Name(f"self_{name}", node.ctx), node)
        return self.generic_visit(node)
