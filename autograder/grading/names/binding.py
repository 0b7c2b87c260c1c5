"""Which names the statements of a source bind, and what imports bind them to."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from autograder.sandbox.wire.libraries import RELATIVE

LONGEST_NAME = 200
"""In characters; the rest of a longer dotted name is ignored."""
MOST_PARTS = 20
"""A dotted name of more parts is none."""
_LEAVES = frozenset({ast.Name, ast.Constant})
"""Nodes with nothing below them but contexts, which are most of a tree."""


def imported_by(statement: ast.stmt) -> dict[str, str]:
    """Return the full name for each name that an import statement binds."""
    found = {}
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            found[alias.asname or name] = name[:LONGEST_NAME]
    elif isinstance(statement, ast.ImportFrom):
        from_module = module_of(statement)
        for alias in statement.names:
            if alias.name != "*":
                found[alias.asname or alias.name] = f"{from_module}.{alias.name}"[:LONGEST_NAME]
    return found


def module_of(statement: ast.ImportFrom) -> str:
    """Return where names are imported from, whatever number of folders up."""
    return ".".join(filter(None, [RELATIVE * bool(statement.level), statement.module]))


def walked(node: ast.AST) -> list[ast.AST]:
    """Return a node and all below it in the order of `ast.walk`, but for what says nothing besides its class."""
    found = [node]
    for part in found:  # grows meanwhile
        found += parts_of(part)
    return found


def parts_of(node: ast.AST) -> list[ast.AST]:
    """Return what `ast.iter_child_nodes` yields, at a fraction of its cost, but for contexts and operators."""
    if type(node) in _LEAVES:
        return []
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name)
        if type(value) is list:
            found += [it for it in value if isinstance(it, ast.AST)]
        elif isinstance(value, ast.AST) and value._fields:
            found.append(value)
    return found


def names_stored(node: ast.AST, elsewhere: set[str] | None = None) -> Iterator[str]:
    """Yield the names that a statement or a target binds, but for those in scopes of their own.

    Names that it declares to be of another scope are added to `elsewhere`.
    """
    waiting = [node]
    while waiting:
        part = waiting.pop()
        match part:
            case ast.Name(ctx=ast.Store()):
                yield part.id
            case ast.Import() | ast.ImportFrom():
                yield from imported_by(part)
            case ast.Global() | ast.Nonlocal() if elsewhere is not None:
                elsewhere.update(part.names)
            case ast.ExceptHandler(name=str(name)):
                yield name
            case (
                ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name))
            ):
                yield name
        if part is not node and isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield part.name
            continue
        if isinstance(part, (ast.Lambda, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            yield from (it.target.id for it in walked(part) if isinstance(it, ast.NamedExpr))
            continue
        waiting += parts_of(part)


def bound_in(body: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names that are local where these statements are the body."""
    bound: set[str] = set()
    elsewhere: set[str] = set()
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(statement.name)
            continue
        bound.update(names_stored(statement, elsewhere))
    return frozenset(bound - elsewhere)
