"""Finds a question's functions in the text of a hand-in."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence


def functions_of(sources: Mapping[str, str], functions: Sequence[str]) -> str:
    """Return the source of functions, `module.function` or `module.Class.method`; empty if none can be found."""
    found = (source_of(sources, function) for function in functions)
    return "\n\n".join(text for text in found if text)


def source_of(sources: Mapping[str, str], function: str) -> str:
    """Return the source of one function as it stands in its file; of a class, all of it; empty if it is not there."""
    module, _, name = function.partition(".")
    text = sources.get(f"{module}.py", "")
    tree = tree_of(text)
    node = None if tree is None else node_of(tree, name)
    if node is None:
        return ""
    first = min([node.lineno, *(it.lineno for it in getattr(node, "decorator_list", []))])
    return "\n".join(text.split("\n")[first - 1 : node.end_lineno])


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
