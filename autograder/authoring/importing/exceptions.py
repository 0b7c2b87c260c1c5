"""Reads what a test does about exceptions: which it requires, and which it catches."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

_REQUIRE = frozenset(
    {"pytest.raises", "raises", "np.testing.assert_raises", "assert_raises", "np.testing.assert_raises_regex"}
)


@dataclass(frozen=True)
class Required:
    """An exception that has to be raised.

    Attributes
    ----------
    error
        The name of its class.
    pattern
        What its text has to match; None if any text does.
    call
        What has to raise it, where it is called there and then.
    """

    error: str
    pattern: ast.expr | None = None
    call: ast.Call | None = None


def required_by(node: ast.expr) -> Required | None:
    """Return the exception that a `pytest.raises(...)` requires; None if it is another expression."""
    if not isinstance(node, ast.Call) or ast.unparse(node.func) not in _REQUIRE or not node.args:
        return None
    error, *others = node.args
    if not error_name(error):
        return None
    pattern = next((it.value for it in node.keywords if it.arg == "match"), None)
    if others and ast.unparse(node.func).endswith("_regex"):
        pattern = others.pop(0)
    keywords = [it for it in node.keywords if it.arg != "match"]
    call = ast.copy_location(ast.Call(others[0], others[1:], keywords), node) if others else None
    return Required(error_name(error), pattern, call)


def required_by_try(node: ast.Try) -> tuple[Required, list[ast.stmt], ast.ExceptHandler] | None:
    """Return what a `try` requires, an exception, of what, and what is asked of it; None if it does more."""
    if len(node.handlers) != 1 or node.finalbody:
        return None
    before, failing = (node.body, node.orelse) if node.orelse else (node.body[:-1], node.body[-1:])
    (handler,) = node.handlers
    error = error_name(handler.type)
    requires = len(before) == 1 and len(failing) == 1 and always_fails(failing[0])
    return (Required(error), before, handler) if requires and error not in ("", "AssertionError") else None


def caught_by(node: ast.expr | None) -> list[str]:
    """Return the names of the exceptions that a handler is for; none if it is for all."""
    found = [error_name(it) for it in (node.elts if isinstance(node, ast.Tuple) else [node])]
    return [] if {"Exception", "BaseException"} & {*found} or node is None else found


def only_fails(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler does nothing but have the test fail."""
    *before, last = handler.body
    again = isinstance(last, ast.Raise) and last.exc is None
    return says_nothing(before) and (again or always_fails(last))


def error_name(node: ast.expr | None) -> str:
    """Return the name of a class without its module, empty if it is no name."""
    return ast.unparse(node).rpartition(".")[2] if isinstance(node, (ast.Name, ast.Attribute)) else ""


def always_fails(node: ast.stmt) -> bool:
    """Return whether a statement does nothing but have the test fail."""
    match node:
        case ast.Assert(test=ast.Constant(value=False)):
            return True
        case ast.Raise(exc=exc) if exc is not None:
            return "AssertionError" in ast.unparse(exc)
        case ast.Expr(value=ast.Call(func=function)):
            return ast.unparse(function) in ("self.fail", "pytest.fail")
    return False


def says_nothing(body: Sequence[ast.stmt]) -> bool:
    """Return whether statements do nothing that a test could go by."""
    return all(
        isinstance(it, ast.Pass)
        or (isinstance(it, ast.Expr) and isinstance(it.value, ast.Constant))
        or (
            isinstance(it, ast.Expr)
            and isinstance(it.value, ast.Call)
            and ast.unparse(it.value.func) == "print"
        )
        for it in body
    )
