"""Reads the tests of a master notebook of `otter assign`, in both of their forms."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from fractions import Fraction

from autograder.authoring.importing.cells import without_magics
from autograder.authoring.importing.draft import ByHand, ImportedTest, Names, Place
from autograder.authoring.importing.otter_cells import Test


def imported_test(test: Test, name: str, points: Fraction, names: Names, ok_format: bool) -> ImportedTest:
    """Return a test as statements that assert, with what to do by hand where it cannot be read.

    Parameters
    ----------
    name
        What the test will be called.
    ok_format
        Whether the last line's output is compared, as in a doctest; else the test is a function that raises.
    """
    where = f"cell {test.cell.number}"
    place = Place(where, test.first + 1)
    source = "\n".join(test.cell.lines[test.first :])
    trouble = None
    body: list[ast.stmt] = []
    try:
        tree = ast.parse("\n" * test.first + without_magics(source))
        body = _of_doctest(tree.body, test.cell.output) if ok_format else _of_function(tree.body)
    except SyntaxError as error:
        trouble = ByHand(Place(where, error.lineno or 0), "it is no Python", "write it by hand")
    except _CannotReadError as error:
        trouble = ByHand(place, str(error), error.remedy)
    return ImportedTest(name, tuple(body), source, place, not test.hidden, points, names, trouble=trouble)


class _CannotReadError(Exception):
    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.remedy = remedy


def _of_doctest(body: Sequence[ast.stmt], output: str) -> list[ast.stmt]:
    """Return the statements of a test that compares what its last line shows with what was saved of it."""
    *before, last = body or [ast.Pass(lineno=1)]
    shown = output.strip()
    if not isinstance(last, ast.Expr) or (not shown and _gives_nothing(last.value)):
        if shown:
            raise _CannotReadError("what it prints is compared", "assert the value instead of printing it")
        return list(body)
    if _prints([*before, last]):
        raise _CannotReadError("what it prints is compared", "assert the value instead of printing it")
    if not shown:
        raise _CannotReadError(
            "its last line shows a value, and the notebook was saved without that output",
            "run the notebook, save it, and import it again",
        )
    return [*before, ast.copy_location(_shows(last.value, shown), last)]


def _shows(value: ast.expr, shown: str) -> ast.stmt:
    """Return the assertion that a value is shown as this text."""
    if shown in ("True", "np.True_"):
        return ast.copy_location(ast.Assert(value, None), value)
    if shown in ("False", "np.False_"):
        return ast.copy_location(ast.Assert(ast.UnaryOp(ast.Not(), value), None), value)
    if (members := _set_in(shown)) is not None:
        return ast.copy_location(ast.Assert(ast.Compare(value, [ast.Eq()], [members]), None), value)
    text = ast.Call(ast.Name("repr", ast.Load()), [value], [])
    return ast.copy_location(ast.Assert(ast.Compare(text, [ast.Eq()], [ast.Constant(shown)]), None), value)


def _set_in(shown: str) -> ast.Set | None:
    """Return the set that is shown, if it is one: the next process shows the same texts in another order."""
    try:
        found = ast.parse(shown, mode="eval").body
        ast.literal_eval(found)
    except (SyntaxError, ValueError, TypeError):
        return None
    return found if isinstance(found, ast.Set) else None


def _gives_nothing(value: ast.expr) -> bool:
    """Return whether an expression is a call for its effect, as of `np.testing`."""
    return isinstance(value, ast.Call) and (
        ".testing." in f".{ast.unparse(value.func)}" or ast.unparse(value.func).startswith("assert_")
    )


def _prints(body: Sequence[ast.stmt]) -> bool:
    calls = (it for statement in body for it in ast.walk(statement) if isinstance(it, ast.Call))
    return any(ast.unparse(it.func) == "print" for it in calls)


def _of_function(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Return the statements of an exception-based test, which is a function and perhaps a call of it."""
    if not body or len(body) > 2 or not isinstance(body[0], ast.FunctionDef):
        raise _CannotReadError("it is no single function", "write one function for each test cell")
    return [_Environment().visit(it) for it in body[0].body]


class _Environment(ast.NodeTransformer):
    """Makes a name of each lookup in `env`, which is the namespace of the notebook."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        match node:
            case ast.Subscript(value=ast.Name(id="env"), slice=ast.Constant(value=str(name))):
                return ast.copy_location(ast.Name(name, ast.Load()), node)
        return self.generic_visit(node)
