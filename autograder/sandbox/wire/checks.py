"""Knows statements that only print or check: what loops in them is no part of how a result comes about."""

from __future__ import annotations

import ast
import contextlib
import functools
from collections.abc import Iterator
from dataclasses import dataclass

_REDUCE, _CONVERT = (all, any, max, min, sorted, sum), (float, int, list, range, repr, set, str, tuple)
_HARMLESS = frozenset(it.__name__ for it in (*_REDUCE, *_CONVERT, abs, isinstance, len, print, round, type))
"""Names of functions that leave nothing behind."""


@dataclass(frozen=True)
class _Names:
    """Names of functions that loop, and what the source gives a meaning of its own."""

    looping: frozenset[str]
    bound: frozenset[str]


def _bound_in(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name


@functools.lru_cache(maxsize=4)
def lines_of_checks(source: str, looping: frozenset[str]) -> frozenset[int]:
    """Return the lines on which nothing but statements stands that only print or check.

    `assert max(y) < classes` goes through all labels, and so does `print(sum(losses))`; neither is how a
    function gets its result, for nothing keeps what they work out.

    Parameters
    ----------
    looping
        Names of functions of modules that call what they are given for every item.
    """
    checks, others = set[int](), set[int]()
    waiting: list[ast.AST] = []
    names = _Names(looping, frozenset())
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        tree = ast.parse(source)
        waiting.append(tree)
        names = _Names(looping, frozenset(_bound_in(tree)))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt) and _checks(node, names):
            checks.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            continue
        if isinstance(node, ast.stmt):
            others.add(node.lineno)  # behind a semicolon, say
        waiting += ast.iter_child_nodes(node)
    return frozenset(checks - others)


def _checks(statement: ast.stmt, names: _Names) -> bool:
    match statement:
        case ast.Assert():
            return _leaves_nothing(statement.test, names) and _leaves_nothing(statement.msg, names)
        case ast.Expr(value=ast.Call(func=ast.Name(id="print")) as call):
            return _leaves_nothing(call, names)
        case ast.If(orelse=[]):
            ends = all(isinstance(it, ast.Raise) or _checks(it, names) for it in statement.body)
            return ends and _leaves_nothing(statement.test, names)
    return False


def _leaves_nothing(expression: ast.expr | None, names: _Names) -> bool:
    """Return whether an expression binds no name and calls nothing that the student wrote or passes on."""
    if expression is None:
        return True
    for node in ast.walk(expression):
        if isinstance(
            node, (ast.NamedExpr, ast.Lambda, ast.comprehension, ast.Await, ast.Yield, ast.YieldFrom)
        ):
            return False
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            known = _HARMLESS - names.bound
            unknown = called in names.looping if isinstance(node.func, ast.Attribute) else called not in known
            if unknown and not _writes(node, names):
                return False
            if any(keyword.arg in ("key", "file") or keyword.arg is None for keyword in node.keywords):
                return False
    return True


def _writes(call: ast.Call, names: _Names) -> bool:
    """Return whether a call is `map(str, …)` or the like."""
    match call:
        case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id="str" | "repr" as text), _]):
            return not names.bound & {"map", text}
        case ast.Call(func=ast.Name(id="map"), args=[ast.Attribute(ast.Constant(str()), "format"), *_]):
            return "map" not in names.bound
    return False
