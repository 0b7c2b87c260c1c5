"""Slips of an author that cost points or hide tests in silence: each is looked for, and named with its cause."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from fractions import Fraction
from importlib.resources import files as resources
from pathlib import Path

from autograder.course.loading import ASSIGNMENT_FILE
from autograder.grading.explain.bank import FUNCTIONS_FILE
from autograder.grading.pytest_session import GRADED_FILE, PUBLIC_FILE
from autograder.model.assignment import Assignment, Solution
from autograder.model.exact import read_points

MAKERS = {
    "default_rng",
    "Generator",
    "RandomState",
    "SeedSequence",
    "PCG64",
    "PCG64DXSM",
    "MT19937",
    "Philox",
    "SFC64",
    "BitGenerator",
    "Random",
    "SystemRandom",
}
"""What makes a generator of its own; with a seed it is the same in every run."""


def misspelt_functions(assignment: Assignment, reference: Mapping[str, bytes]) -> Iterator[str]:
    """Yield a sentence for every function of a question that its file does not define."""
    for file in assignment.files:
        defined = _defined(reference[file.name]) if file.module is not None else []
        for name in assignment.functions_in(file.module):
            if name not in defined:
                close = get_close_matches(name, defined, n=1)
                guess = f"; did you mean {file.module}.{close[0]}?" if close else ""
                yield f"{file.name} of the reference does not define {name}{guess}"


def _defined(source: bytes) -> list[str]:
    """Return the names that a module defines, methods with their class; an inherited one with the heir, too."""
    found: list[str] = []
    for statement in ast.parse(source).body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            found.append(statement.name)
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):  # a constant may be an answer
            found += [
                it.id
                for it in ast.walk(statement)
                if isinstance(it, ast.Name) and isinstance(it.ctx, ast.Store)
            ]
        if isinstance(statement, ast.ClassDef):
            found += [
                f"{statement.name}.{it.name}" for it in statement.body if isinstance(it, ast.FunctionDef)
            ]
            for base in (it.id for it in statement.bases if isinstance(it, ast.Name)):
                inherited = [name for name in found if name.startswith(f"{base}.")]
                found += [f"{statement.name}.{name.partition('.')[2]}" for name in inherited]
    return found


def unused_files(assignment: Assignment, solution: Solution) -> Iterator[str]:
    """Yield a sentence for every file of tests that is not run, and every module that nothing can import."""
    handed_in = {*assignment.file_names, *assignment.optional_names}
    for folder, tests in ((assignment.folder, PUBLIC_FILE), (solution.folder, GRADED_FILE)):
        for path in sorted({*folder.rglob("test_*.py"), *folder.rglob("*_test.py")} - {folder / tests}):
            if path.name not in handed_in:
                yield f"{_short(path)} is never run; put its tests into {tests}"
    known = {*handed_in, GRADED_FILE, FUNCTIONS_FILE}
    for path in sorted(solution.folder.glob("*.py")):
        if path.name not in known and not path.name.startswith("test_"):
            yield (
                f"{_short(path)} is imported by nobody: {GRADED_FILE} has to hold all that it uses, and a reference "
                "is made of the files that are handed in; move its functions there"
            )


def left_of_the_example(assignment: Assignment) -> Iterator[str]:
    """Yield a sentence for text of `autograder new` that still stands in a handout about something else."""
    template = resources(__package__) / "template" / "assignment"
    if not template.is_dir():
        return  # an installation from a release or bundle
    example = set(_defined((template / "NAME.py.txt").read_bytes()))
    asked = {name for file in assignment.files for name in assignment.functions_in(file.module)}
    readme = assignment.folder / "README.md"
    if example <= asked or not readme.is_file():
        return
    values = {"@NAME@": assignment.files[0].module or "", "@TITLE@": assignment.title}
    for paragraph in (template / "README.md.txt").read_text(encoding="utf-8").split("\n\n"):
        tells = len(paragraph) > 80 and any(name in paragraph for name in ("linear model", *example))
        for old, new in values.items():
            paragraph = paragraph.replace(old, new)
        if tells and " ".join(paragraph.split()) in " ".join(readme.read_text(encoding="utf-8").split()):
            yield f"{_short(readme)} still describes the example of `autograder new`: {paragraph.split('.')[0]}"


def points_in_the_handout(assignment: Assignment) -> Iterator[str]:
    """Yield a sentence for every question whose points in a table of the handout are not those that it has."""
    readme = assignment.folder / "README.md"
    if not readme.is_file():
        return
    told = dict(_points_in_tables(readme.read_text(encoding="utf-8")))
    listed = [question for question in assignment.questions if question.id in told]
    for question in assignment.questions if listed else ():
        if question.id not in told:
            yield f"{_short(readme)} has the points of other questions, but not those of {question.id}"
        elif told[question.id] != question.points:
            yield (
                f"{_short(readme)} gives {question.id} {told[question.id]} points, and {ASSIGNMENT_FILE} "
                f"{question.points}; make them agree"
            )


def _points_in_tables(text: str) -> Iterator[tuple[str, Fraction]]:
    """Yield names in backticks with the number in the column `points`, of every table that has one."""
    column = None
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
        if not cells:
            column = None
        elif column is None:
            headings = [cell.lower() for cell in cells]
            column = headings.index("points") if "points" in headings else -1
        elif 0 < column < len(cells):
            name, points = re.fullmatch("`(.+)`", cells[0]), read_points(cells[column].partition(" ")[0])
            if name and points is not None:
                yield name[1], points


def draws_from_global_state(assignment: Assignment, solution: Solution) -> Iterator[str]:
    """Yield a sentence for every line of the tests that draws other numbers in every run."""
    for path in (assignment.folder / PUBLIC_FILE, solution.folder / GRADED_FILE):
        tree = ast.parse(path.read_bytes())
        sources = ["np.random", "numpy.random", *(["random"] if _imports_random(tree) else [])]
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = _dotted(node.func)
            parent, _, last = name.rpartition(".")
            seeded = last in MAKERS and (node.args or node.keywords)
            if parent in sources and not seeded:
                yield (
                    f"{path.name}, line {node.lineno}: {name} draws other numbers in every run, so that results "
                    "change and no hint can be recognised; use the fixture rng"
                )


def _imports_random(tree: ast.Module) -> bool:
    names = (it for it in ast.walk(tree) if isinstance(it, ast.Import))
    return any(alias.name == "random" for it in names for alias in it.names)


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _short(path: Path) -> str:
    return "/".join(path.parts[-3:])
