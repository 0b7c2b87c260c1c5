"""Which functions of a student's files call which, as far as names tell: nothing where a name could mean several."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from autograder.grading.names.parsing import parsed_or_none


@dataclass(frozen=True)
class _Defined:
    """A function, or a method with its class."""

    owner: str
    function: ast.FunctionDef | ast.AsyncFunctionDef

    @property
    def name(self) -> str:
        return f"{self.owner}.{self.function.name}" if self.owner else self.function.name


def calls_in(files: Mapping[str, bytes]) -> dict[str, set[str]]:
    """Return for each function what it calls, both as `function` or `Class.method`.

    A method of an object that is not `self` is told by its name, where several classes have one of that name by those
    that the caller names.
    """
    sources = [source for file, source in files.items() if file.endswith(".py")]
    trees = [tree for source in sources if (tree := parsed_or_none(source)) is not None]
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    bases = {it.name: {base.id for base in it.bases if isinstance(base, ast.Name)} for it in classes}
    defined = [it for tree in trees for it in _defined_in(tree, "")]
    names = {it.name for it in defined}
    calls: dict[str, set[str]] = {}
    for it in defined:
        found = calls.setdefault(it.name, set())
        for node in ast.walk(it.function):
            if isinstance(node, ast.Call):
                found |= _meant(node.func, it, bases, names)
    return calls


def _meant(called: ast.expr, caller: _Defined, bases: Mapping[str, Set[str]], names: Set[str]) -> set[str]:
    """Return the functions that a call may mean."""
    if isinstance(called, ast.Name):
        return {f"{called.id}.__init__" if called.id in bases else called.id}
    if not isinstance(called, ast.Attribute):
        return set()
    having = {it for it in bases if f"{it}.{called.attr}" in names}
    if isinstance(called.value, ast.Name) and called.value.id == "self" and caller.owner:
        having &= _related(caller.owner, bases)
    elif len(having) > 1:
        having &= {it.id for it in ast.walk(caller.function) if isinstance(it, ast.Name)}
    return {f"{it}.{called.attr}" for it in having} or {called.attr}


def _related(name: str, bases: Mapping[str, Set[str]]) -> set[str]:
    """Return a class with all that it is made from and all that is made from it."""
    above, below = {name}, {name}
    for _ in bases:
        above |= {base for it in above for base in bases.get(it, ())}
        below |= {it for it, of in bases.items() if of & below}
    return above | below


def _defined_in(node: ast.AST, owner: str) -> Iterator[_Defined]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _defined_in(child, child.name)
        elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield _Defined(owner, child)
            yield from _defined_in(child, "")
        elif isinstance(child, (ast.stmt, ast.excepthandler)):
            yield from _defined_in(child, owner)
