"""Finds what an assertion compares with what, so that the test can say what was expected and what came.

The assertion goes on deciding, as the function that it becomes: `check.agree(got, wanted, "f(x)", how)`.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

_CLOSE = frozenset({"allclose", "isclose", "array_equal", "array_equiv"})
_TESTING = frozenset(
    {
        "assert_allclose",
        "assert_almost_equal",
        "assert_array_almost_equal",
        "assert_array_equal",
        "assert_equal",
        "assert_frame_equal",
        "assert_index_equal",
        "assert_series_equal",
    }
)
_ALL = frozenset({"all", "bool"})
_SIZES = frozenset({"abs", "absolute", "fabs", "norm"})
_OF_SIZES = _SIZES | {"max", "amax", "sum", "mean", "round", "float"}

Pair = tuple[ast.expr, ast.expr]


def asserted(
    test: ast.expr, message: ast.expr | None, depends: Callable[[ast.AST], bool]
) -> Iterator[ast.stmt]:
    """Yield the statements for `assert test, message`: each comparison as one that explains itself.

    Parameters
    ----------
    test
        As it is on the tests' side.
    depends
        Tells whether an expression depends on the hand-in.
    """
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        for part in test.values:
            yield from asserted(part, message, depends)
        return
    made = _agreement(test, _compared(test), message, depends)
    yield made if made is not None else ast.Assert(test, message)


def tested(call: ast.expr, depends: Callable[[ast.AST], bool]) -> ast.stmt:
    """Return the statement for an expression: an assertion of `numpy.testing` as a comparison that explains itself."""
    pair = None
    if isinstance(call, ast.Call) and _last(call.func) in _TESTING and len(call.args) >= 2:
        pair = call.args[0], call.args[1]
    made = _agreement(call, pair, None, depends)
    return made if made is not None else ast.Expr(call)


def _agreement(
    test: ast.expr, pair: Pair | None, message: ast.expr | None, depends: Callable[[ast.AST], bool]
) -> ast.stmt | None:
    """Return the comparison of a pair of which one side depends on the hand-in, and nothing else of the test does."""
    if pair is None or depends(pair[0]) == depends(pair[1]):
        return None
    if message is not None and not _is_safe(message):
        return None
    got, wanted = pair if depends(pair[0]) else reversed(pair)
    how = _Replaced({id(got): "got", id(wanted): "wanted"}).visit(test)
    assert isinstance(how, ast.expr)
    names = {it.id for it in ast.walk(test) if isinstance(it, ast.Name)}
    if (
        depends(how)
        or names & {"got", "wanted"}
        or any(isinstance(it, ast.NamedExpr) for it in ast.walk(test))
    ):
        return None
    arguments = [got, wanted, ast.Constant(ast.unparse(_AsWritten().visit(copy.deepcopy(got))))]
    keywords = [ast.keyword("message", message)] if message is not None else []
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Lambda):
        keywords.insert(0, ast.keyword("how", test.func))
    elif ast.unparse(how) not in ("got == wanted", "wanted == got"):
        parameters = ast.arguments([], [ast.arg("got"), ast.arg("wanted")], None, [], [], None, [])
        keywords.insert(0, ast.keyword("how", ast.Lambda(parameters, how)))
    agree = ast.Attribute(ast.Name("check", ast.Load()), "agree", ast.Load())
    return ast.Expr(ast.Call(agree, arguments, keywords))


def _is_safe(message: ast.expr) -> bool:
    """Return whether a message can be made where the assertion holds, too: an `assert` makes it only where not."""
    match message:
        case ast.Constant():
            return True
        case ast.JoinedStr(values=values):
            return all(map(_is_safe, values))
        case ast.FormattedValue(value=ast.Name(), format_spec=None):
            return True
    return False


def _compared(test: ast.expr) -> Pair | None:
    """Return the two sides that have to agree for a test to hold."""
    match test:
        case ast.Call(func=function, args=[left, right, *_]) if _last(function) in _CLOSE:
            return left, right
        case ast.Call(func=ast.Lambda(), args=[left, right], keywords=[]):
            return left, right
        case ast.Call(func=ast.Attribute(value=left, attr="equals"), args=[right], keywords=[]):
            return left, right
        case ast.Call(func=function, args=[inner], keywords=[]) if _last(function) in _ALL:
            return _compared(inner)
        case ast.Call(func=ast.Attribute(value=inner, attr="all"), args=[], keywords=[]):
            return _compared(inner)
        case ast.Compare(left=inner, ops=[ast.Eq() | ast.Is()], comparators=[ast.Constant(value=True)]) if (
            isinstance(inner, (ast.Call, ast.Compare))
        ):
            return _compared(inner)
        case ast.Compare(left=size, ops=[ast.Lt() | ast.LtE()], comparators=[_]):
            return _difference(size)
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            is_zero = isinstance(right, ast.Constant) and right.value == 0
            return (is_zero and _difference(left)) or (left, right)
    return None


def _difference(size: ast.expr) -> Pair | None:
    """Return the two sides of the difference of which an expression is the size."""
    match size:
        case ast.Call(func=function, args=[ast.BinOp(left=left, op=ast.Sub(), right=right), *_]) if (
            _last(function) in _SIZES
        ):
            return left, right
        case ast.Call(func=function, args=[inner, *_]) if _last(function) in _OF_SIZES:
            return _difference(inner)
        case ast.Call(func=ast.Attribute(value=inner, attr=name), args=[]) if name in _OF_SIZES:
            return _difference(inner)
    return None


class _Replaced(ast.NodeTransformer):
    """Copies an expression with names in the place of some of its parts."""

    def __init__(self, names: dict[int, str]) -> None:
        self.names = names

    def visit(self, node: ast.AST) -> ast.AST:
        if id(node) in self.names:
            return ast.Name(self.names[id(node)], ast.Load())
        made = copy.copy(node)
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.AST):
                setattr(made, name, self.visit(value))
            elif isinstance(value, list):
                setattr(made, name, [self.visit(it) if isinstance(it, ast.AST) else it for it in value])
        return made


class _AsWritten(ast.NodeTransformer):
    """Puts names of the hand-in back where calls across the boundary stand."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match as_replied(node):
            case ast.expr() as reply if reply is not node:
                return reply
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="student"), attr=how),
                args=[ast.Constant(value=target), *rest],
            ):
                name = ast.Name(str(target).partition(".")[2], ast.Load())
                return name if how in ("get_constant", "ref") else ast.Call(name, rest, node.keywords)
            case ast.Call(
                func=ast.Attribute(value=owner, attr="call"), args=[ast.Constant(value=str(name)), *rest]
            ):
                return ast.Call(ast.Attribute(owner, name, ast.Load()), rest, node.keywords)
            case ast.Call(
                func=ast.Attribute(value=owner, attr="get"), args=[ast.Constant(value=str(name))]
            ) if isinstance(owner, ast.Name) and not node.keywords:
                return ast.Attribute(owner, name, ast.Load())
        return node


def as_replied(made: ast.expr) -> ast.expr:
    """Return a reply without what makes it a value of a library again."""
    match made:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="check"), attr="rebuilt"), args=[reply]):
            return reply
    return made


def _last(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
