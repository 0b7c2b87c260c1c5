"""Says where a function is that a file should define and does not: inside another one, beside its class, misspelt.

All of it is read from the student's own source, which it is told to.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.grading.missing_names import file_and_line
from autograder.grading.names.parsing import parsed_or_none

ALIKE = 0.8
"""From which similarity on, as difflib counts it, one name is taken for a misspelling of another."""
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class _Definition:
    """A function or class in a file.

    Attributes
    ----------
    inside
        The functions and classes that it stands in, the outermost first.
    """

    name: str
    place: str
    inside: tuple[ast.AST, ...]

    @property
    def classes(self) -> list[str]:
        """The names of what it stands in, if these are classes alone; else what no class is called."""
        return [it.name if isinstance(it, ast.ClassDef) else "" for it in self.inside]


def where_instead(what: str, files: Mapping[str, bytes], asked_for: Collection[str]) -> str:
    """Return what is to be added to the sentence that something is missing; empty if nothing is certain.

    Parameters
    ----------
    what
        The function or class that is missing, a method with its class.
    asked_for
        Names that the assignment asks for, none of which is a misspelling of another.
    """
    *owner, name = what.split(".")
    found = [it for file, source in files.items() for it in _definitions(file, source)]
    same = [it for it in found if it.name == name]
    if any(it.classes == owner for it in same):
        return ""  # it is there: what hides it is not known
    for it in same:
        if said := _misplaced(it, owner):
            return said
    known = {part for it in asked_for for part in it.split(".")}
    others = [it for it in found if it.classes == owner and it.name not in known]
    near = difflib.get_close_matches(name, [it.name for it in others], n=2, cutoff=ALIKE)
    if len(near) != 1:
        return ""
    place = next(it.place for it in others if it.name == near[0])
    return f"; is {near[0]} meant ({place})? Then rename it to {name}"


def statements_around(source: bytes, line: int) -> Sequence[ast.stmt]:
    """Return the statements of the innermost function that a line stands in; none if there is no such function."""
    found: Sequence[ast.stmt] = ()
    for node in ast.walk(parsed_or_none(source) or ast.Module([], [])):
        # Inner functions come after those that they stand in.
        if isinstance(node, _Function) and node.lineno <= line <= (node.end_lineno or node.lineno):
            found = node.body
    return found


def _misplaced(it: _Definition, owner: Sequence[str]) -> str:
    around = it.inside[-1] if it.inside else None
    if isinstance(around, _Function):
        inside = (
            f": it is defined inside the function {around.name} ({it.place}), where nothing else can call it"
        )
        return f"{inside}; indent it less, {'as the other methods are' if owner else 'to the left margin'}"
    if around is None and owner:
        return (
            f": it stands outside the class ({it.place}); indent all its lines by four blanks, and put it "
            "below the other methods"
        )
    if isinstance(around, ast.ClassDef) and not owner:
        return (
            f": it is defined inside the class {around.name} ({it.place}); indent it less, to the left margin"
        )
    return ""  # a method of the same name of another class


def _definitions(file: str, source: bytes) -> Iterator[_Definition]:
    tree = parsed_or_none(source) if file.endswith(".py") else None
    todo: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(tree, ())] if tree is not None else []
    while todo:
        node, inside = todo.pop()
        if isinstance(node, (*_Function, ast.ClassDef)):
            yield _Definition(node.name, file_and_line(file, node.lineno), inside)
            inside = (*inside, node)
        todo += [
            (it, inside) for it in ast.iter_child_nodes(node) if isinstance(it, (ast.stmt, ast.excepthandler))
        ]
