"""Reads a folder of tests, of pytest or of unittest as gradescope-utils decorates it, and the reference beside them."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Mapping, Sequence
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
    Place,
    id_of,
    title_of,
)
from autograder.authoring.importing.expressions import BY_METHOD
from autograder.authoring.importing.files_of_tests import FoundTest, TestFile, parsed, read_file, used_by
from autograder.authoring.importing.libraries import libraries_in
from autograder.authoring.importing.names import filled_in
from autograder.authoring.importing.one_function import WithoutSelf, from_fixtures, run_before
from autograder.authoring.importing.stubs import emptied
from autograder.authoring.importing.translation import SET_SCORE
from autograder.errors import CourseError
from autograder.text import counted

REFERENCES = ("solution", "solutions", "reference", "")
STUBS = ("stubs", "starter", "student", "template", "skeleton")
_NO_REFERENCE = re.compile(r"(test_.*|.*_test|tests|run_tests|conftest|setup|__init__)\.py")


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
    trees = {path: parsed(path) for path in paths}
    place, modules = _reference(folder, [ast.unparse(it) for it in trees.values()])
    by_hand, files = list[ByHand](), list[TestFile]()
    taken = dict[str, str]()
    for path, tree in trees.items():
        files.append(read_file(path, tree, modules, taken))
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
                    parsed(place / file)
                    found[module] = content.decode("utf-8-sig")
                    waiting.append(found[module])
        if found:
            return place, found
    raise CourseError(
        f"{folder}: the tests import no module that lies beside them; put the reference into {folder / 'solution'}."
    )


def _stubs(
    folder: Path, modules: Mapping[str, str], files: Sequence[TestFile], by_hand: list[ByHand]
) -> dict[str, str]:
    made = dict[str, str]()
    for module, source in modules.items():
        given = next((it for it in (folder / at / f"{module}.py" for at in STUBS) if it.is_file()), None)
        if given is not None:
            made[module] = given.read_text("utf-8-sig")
            continue
        used = [it for file in files for test in file.tests for it in used_by(file, test)]
        answers = {it.target.rpartition(".")[2] for it in used if it.kind == "constant"}
        asked = {it.target.rpartition(".")[2] for it in used if it.kind == "function"}
        made[module] = emptied(source, f"{module}.py", answers, asked)
        what = "its stub was made of the reference, and what stands outside of functions stayed as it is"
        by_hand.append(ByHand(Place(f"{module}.py"), what, "read it before you hand it out"))
    return made


def _without_ranking(files: Sequence[TestFile]) -> Iterator[ByHand]:
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


def _remarks(tests: Sequence[FoundTest], weighted: bool) -> Iterator[ByHand]:
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
    files: Sequence[TestFile],
    weighted: bool,
    modules: Mapping[str, str],
    stubs: Mapping[str, str],
    by_hand: list[ByHand],
) -> Iterator[ImportedQuestion]:
    groups = dict[str, list[tuple[TestFile, FoundTest]]]()
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


def _group(file: TestFile, test: FoundTest) -> str:
    """Return the question that a test belongs to: by its number, its class, or the first function that it uses."""
    if test.told.number:
        return "q" + id_of(test.told.number.partition(".")[0])
    if test.owner:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.sub(r"^Tests?(?=.)", "", test.owner)).lower()
    used = next(used_by(file, test), None)
    return used.target.partition(".")[2] if used else re.sub(r"^test_?", "", test.function.name) or "tests"


def _title(group: str) -> str:
    number = re.fullmatch(r"q(\w+)", group)
    return f"Question {number[1]}" if number else title_of(group)


def _functions(members: Sequence[tuple[TestFile, FoundTest]], filled: Sequence[str]) -> tuple[str, ...]:
    """Return what students fill in among what the tests of a question use."""
    found = list[str]()
    for file, test in members:
        attributes = {
            name
            for statement in (*test.setting, *test.helpers, test.function)
            for node in ast.walk(statement)
            for name in _methods_of(node)
        }
        for known in used_by(file, test):
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


def _imported(file: TestFile, test: FoundTest, weighted: bool, names: set[str]) -> ImportedTest:
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
    body = [*run_before(test), *function.body]
    setting, strange = from_fixtures(wanted, file)
    if strange:
        trouble = trouble or f"it uses the fixture {strange}"
    body = copy.deepcopy(with_context([*setting, *body], file.before, file.names))
    body = plain(body, of_self)
    body = [it for statement in body for it in WithoutSelf().block([statement])]
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
