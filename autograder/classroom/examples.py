"""Finds a question's functions in the text of a hand-in."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Placed:
    """The source of a function as it stands in its file; `first` and `last` are its lines, counted from 1."""

    file: str
    first: int
    text: str

    @property
    def last(self) -> int:
        """Its last line."""
        return self.first + self.text.count("\n")

    @property
    def numbered(self) -> str:
        """The text with the number of each line."""
        return "\n".join(
            f"{number:4}  {line}" for number, line in enumerate(self.text.split("\n"), self.first)
        )


def placed(sources: Mapping[str, str], functions: Sequence[str]) -> list[Placed]:
    """Return functions, `module.function` or `module.Class.method`, where they stand; those that are there."""
    return [found for function in functions if (found := _place(sources, function)) is not None]


def source_of(sources: Mapping[str, str], function: str) -> str:
    """Return the source of one function as it stands in its file; of a class, all of it; empty if it is not there."""
    found = _place(sources, function)
    return "" if found is None else found.text


def _place(sources: Mapping[str, str], function: str) -> Placed | None:
    module, _, name = function.partition(".")
    text = sources.get(f"{module}.py", "")
    tree = tree_of(text)
    node = None if tree is None else node_of(tree, name)
    if node is None:
        return None
    first = min([node.lineno, *(it.lineno for it in getattr(node, "decorator_list", []))])
    return Placed(f"{module}.py", first, "\n".join(text.split("\n")[first - 1 : node.end_lineno]))


def tree_of(text: str) -> ast.Module | None:
    """Return the syntax tree of a file; None if it is not Python."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def node_of(tree: ast.Module, name: str) -> ast.stmt | None:
    """Return the last definition of a function, a class or `Class.method` in a file."""
    return dict(_members(tree)).get(name)


def _members(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            yield statement.name, statement
        if isinstance(statement, ast.ClassDef):
            for member in statement.body:
                if isinstance(member, ast.FunctionDef):
                    yield f"{statement.name}.{member.name}", member
