"""Makes mutants of right code: the same with one small mistake, as a slip of fingers or mind makes it.

Tests that are worth their points fail on each of them: graded tests on those of the reference, a student's own tests on
those of the student's functions. Which mutants are made depends on the text of the function alone, so that every run
speaks of the same ones.
"""

from __future__ import annotations

import ast
import hashlib
import random
import textwrap
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

from autograder.grading.mutant_changes import units_of
from autograder.handin.cell_lines import CellLines
from autograder.model.assignment import Assignment

MOST = 100
"""Mutants of one function; where more can be made, all kinds get their turn."""


@dataclass(frozen=True)
class Mutant:
    """Right code with one small mistake.

    Attributes
    ----------
    target
        The function that it is in, `module.function` or `module.Class.method`.
    kind
        What sort of mistake it is.
    number
        Of the line of the right code.
    was, line
        The code as it is right, and as it is here.
    file, source
        The file that differs from the right one, and its content.
    questions
        Ids of the questions whose tests ought to find it.
    """

    target: str
    kind: str
    number: int
    was: str
    line: str
    file: str
    source: bytes = field(repr=False)
    questions: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """File and line, or notebook, cell and line, for a sentence."""
        file, line = CellLines({self.file: self.source}).place(self.file, self.number)
        return f"{file}:{line}" if file == self.file else f"{file}, line {line}"


def mutants_of(assignment: Assignment, files: Mapping[str, bytes], most: int = MOST) -> tuple[Mutant, ...]:
    """Return the mutants of all functions of an assignment's questions, and of what these call in the same file.

    Parameters
    ----------
    files
        Right code by name: the reference's, or a student's own; of what is no module, nothing is made.
    most
        How many of one function.

    Raises
    ------
    SyntaxError, UnicodeDecodeError
        If a module is no Python in UTF-8.
    """
    found: list[Mutant] = []
    for file, source in files.items():
        if not file.endswith(".py"):
            continue
        text = source.decode("utf-8-sig")
        functions = functions_of(ast.parse(text))
        module = file.removesuffix(".py")
        for name, questions in _questions_by_function(assignment, module, functions).items():
            made = _chosen(list(_candidates(text, functions[name])), functions[name], most)
            found += [
                Mutant(f"{module}.{name}", kind, number, was, line, file, changed.encode(), questions)
                for kind, number, was, line, changed in made
            ]
    return tuple(found)


def functions_of(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """Return every function and method of a module, by name."""
    found = {}
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef):
            found[statement.name] = statement
        elif isinstance(statement, ast.ClassDef):
            members = (it for it in statement.body if isinstance(it, ast.FunctionDef))
            found |= {f"{statement.name}.{member.name}": member for member in members}
    return found


def _questions_by_function(
    assignment: Assignment, module: str, functions: Mapping[str, ast.FunctionDef]
) -> dict[str, tuple[str, ...]]:
    """Return the questions that ask for a function, or for one that calls it in the same file."""
    asked = {
        name: [question.id for question in assignment.questions_of(f"{module}.{name}")] for name in functions
    }
    helpers = {name for name, questions in asked.items() if not questions}
    changed = True
    while changed:  # a helper may call another
        changed = False
        for name, function in functions.items():
            for helper in helpers & set(_called(function, name)):
                new = [id for id in asked[name] if id not in asked[helper]]
                asked[helper] += new
                changed |= bool(new)
    return {name: tuple(questions) for name, questions in asked.items() if questions}


def _called(function: ast.FunctionDef, name: str) -> Iterator[str]:
    """Yield the names, as functions of the file have them, that a function uses."""
    owner = name.rpartition(".")[0]
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            yield node.id
            yield f"{node.id}.__init__"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{owner}.{node.attr}" if node.value.id == "self" else f"{node.value.id}.{node.attr}"


Made = tuple[str, int, str, str, str]
"""Kind, number of the line, the line as it was and as it is, and the text of the whole file."""


def _chosen(candidates: list[Made], function: ast.FunctionDef, most: int) -> list[Made]:
    """Return at most so many, one of each kind in turn, in the order of the lines."""
    if len(candidates) <= most:
        return candidates
    seed = hashlib.sha256(ast.unparse(function).encode()).digest()
    generator = random.Random(seed)
    by_kind: dict[str, list[Made]] = {}
    for made in candidates:
        by_kind.setdefault(made[0], []).append(made)
    for group in by_kind.values():
        generator.shuffle(group)
    turns = (made for turn in zip_longest(*by_kind.values()) for made in turn if made is not None)
    chosen = [made for made, _ in zip(turns, range(most), strict=False)]
    return sorted(chosen, key=lambda made: candidates.index(made))


def _candidates(text: str, function: ast.FunctionDef) -> Iterator[Made]:
    """Yield every mutant of a function that is other code."""
    lines = text.splitlines(keepends=True)
    seen = {_compiled(text)}
    for unit in units_of(function):
        before = ast.unparse(unit.node)
        for kind, changed in unit.changes():
            line = unit.shown(changed)
            source = _with_text(lines, unit.node, changed)
            code = _compiled(source)
            if code is None or code in seen:
                continue
            seen.add(code)
            yield kind, unit.node.lineno, unit.shown(before), line, source


def _compiled(source: str) -> tuple[object, ...] | None:
    """Return what tells one program from another, whatever its lines look like; None if it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of a mistake that was made on purpose
            return _instructions(compile(source, "mutant", "exec", dont_inherit=True))
    except SyntaxError:
        return None


def _instructions(code: object) -> tuple[object, ...]:
    constants = tuple(
        _instructions(it) if hasattr(it, "co_code") else (type(it), repr(it))
        for it in code.co_consts  # type: ignore[attr-defined]
    )
    return code.co_code, code.co_names, code.co_varnames, constants  # type: ignore[attr-defined]


def _with_text(lines: list[str], node: ast.stmt | ast.expr, text: str) -> str:
    """Return a file with a node's text replaced; positions count bytes of a line."""
    first, last = lines[node.lineno - 1].encode(), lines[(node.end_lineno or node.lineno) - 1].encode()
    before, after = first[: node.col_offset].decode(), last[node.end_col_offset or 0 :].decode()
    if isinstance(node, ast.stmt):
        text = textwrap.indent(text, " " * node.col_offset).lstrip(" ")
    kept = lines[: node.lineno - 1], lines[node.end_lineno or node.lineno :]
    return "".join([*kept[0], before, text, after, *kept[1]])
