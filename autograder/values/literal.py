"""Values as Python source: running it after `import numpy as np` makes them again."""

from __future__ import annotations

import ast
import functools
import inspect
import math
import textwrap
from collections.abc import Callable, Collection, Mapping
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from autograder.values.walk import mapped

_FEWEST_FILLED = 4
"""Arrays of one number that are no longer than this are written out."""

_CONSTANTS = (int, float, complex, str, bytes, tuple, np.ndarray, np.generic, type(None))
"""Types of what is written into a lambda in the place of a name."""
_USUAL_DTYPES = (np.dtype(np.float64), np.dtype(np.int64), np.dtype(np.bool_))


class NotWritable(Exception):
    """A value has no source, or one that is too long."""


def literal(value: Any, name_of: Callable[[Any], str], most_numbers: int | None = None) -> str:
    """Return an expression that makes a value again.

    Parameters
    ----------
    name_of
        Returns the expression for a value that is neither plain nor a container, such as a function.
    most_numbers
        How many numbers of one array may be written out; no limit if None.

    Raises
    ------
    NotWritable
        If an array is larger than that; `name_of` may raise it too.
    """

    def written(value: Any) -> str:
        match value:
            case np.ndarray():
                return _array(value, written, most_numbers)
            case np.datetime64() | np.timedelta64():
                return _date(value)
            case np.generic() if isinstance(value, np.number) and value.dtype not in _USUAL_DTYPES:
                return f"np.{value.dtype.name}({written(value.item())})"
            case np.generic():
                return written(value.item())
            case float() if not math.isfinite(value):
                return f"float('{value}')"
            case bool() | int() | float() | complex() | str() | bytes() | None:
                return repr(value)
            case set() | frozenset():
                inside = ", ".join(sorted(map(written, value)))
                text = f"{{{inside}}}" if inside else "set()"
                return text if isinstance(value, set) else f"frozenset({text if inside else ''})"
            case dict():
                return f"{{{', '.join(f'{written(key)}: {written(it)}' for key, it in value.items())}}}"
            case list():
                return f"[{', '.join(map(written, value))}]"
            case tuple():
                return f"({', '.join(map(written, value))}{',' if len(value) == 1 else ''})"
        return name_of(value)

    return written(value)


def _array(array: np.ndarray, written: Callable[[Any], str], most_numbers: int | None) -> str:
    if array.size > 1 and array.ndim and array.dtype == np.float64:
        for constant, maker in ((0, "zeros"), (1, "ones")):
            if np.all(array == constant):
                return f"np.{maker}({array.shape if array.ndim > 1 else len(array)})"
        if array.size > _FEWEST_FILLED and np.all(array == array.flat[0]):
            return f"np.full({array.shape}, {written(array.flat[0])})"
        if array.ndim == 2 and array.shape[0] == array.shape[1] and np.array_equal(array, np.eye(len(array))):
            return f"np.eye({len(array)})"
    if most_numbers is not None and array.size > most_numbers:
        raise NotWritable
    if not array.size:
        return f'np.empty({array.shape}, dtype="{array.dtype}")'
    if array.dtype.names:
        return f"np.array({array.tolist()!r}, dtype={array.dtype.descr!r})"
    if array.dtype.kind in "Mm":
        content = array.astype(np.int64).tolist() if array.dtype.kind == "m" else array.astype(str).tolist()
        return f'np.array({content!r}, dtype="{array.dtype.str[1:]}")'
    text = written(array.tolist())
    return f"np.array({text})" if array.dtype in _USUAL_DTYPES else f'np.array({text}, dtype="{array.dtype}")'


def _date(value: Any) -> str:
    if isinstance(value, np.datetime64):
        return f"np.datetime64({str(value)!r})"
    unit, count = np.datetime_data(value.dtype)
    return f"np.timedelta64({value.astype(np.int64) * count}, {unit!r})"


def rounded(value: Any) -> Any:
    """Return a value with its numbers rounded to ten digits, which is enough to recognise them."""
    return mapped(_rounded, value)


def _rounded(value: Any) -> Any:
    match value:
        case np.ndarray() if value.dtype.kind == "f":
            return np.array([float(f"{number:.10g}") for number in value.flat]).reshape(value.shape)
        case float() | np.floating():
            return float(f"{value:.10g}")
    return value


def lambda_of(
    function: Callable[..., Any], written: Callable[[Any], str], within: tuple[Callable[..., Any], ...] = ()
) -> str:
    """Return a function that only returns an expression as a lambda, with the constants and functions that it uses.

    Of a method, and of a `functools.partial`, what it is bound to is written into it.

    What it notes for the test on the way, such as `seen.append(x)`, is left out.

    Parameters
    ----------
    written
        Returns the expression for a constant.
    within
        The functions that it is written into.

    Raises
    ------
    NotWritable
        If it does more, uses what may have changed since, or its source is not available.
    """
    if function in within:
        raise NotWritable  # it calls itself
    inner, given = _bound_to(function)
    parameters, returned = _parameters_and_value(inner)
    used = inspect.getclosurevars(inner)
    known = {**used.globals, **used.nonlocals}
    names = [node for node in ast.walk(returned) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    own = {it.arg for it in ast.walk(parameters) if isinstance(it, ast.arg)}
    constants = {node.id: known[node.id] for node in names if node.id in known.keys() - own}
    # Of an object among what it has already, only attributes can be written.
    owners = {name: it for name, it in given.items() if not isinstance(it, (*_CONSTANTS, FunctionType))}
    constants |= {name: it for name, it in given.items() if name not in owners}
    if bound & (constants.keys() | given.keys()):
        raise NotWritable

    def part(value: Any) -> ast.expr:
        return _constant(value, written, (*within, function))

    parts = {name: part(value) for name, value in constants.items()}
    value = ast.unparse(_Substituted(parts, owners, part).visit(returned))
    return f"lambda {ast.unparse(_without(parameters, given.keys()))}: {value}".replace("lambda :", "lambda:")


def _bound_to(function: Callable[..., Any]) -> tuple[Callable[..., Any], dict[str, Any]]:
    """Return the function itself, and the arguments that it has already: its object, or those of a `partial`."""
    if isinstance(function, MethodType):
        return function.__func__, {
            next(iter(inspect.signature(function.__func__).parameters)): function.__self__
        }
    if isinstance(function, functools.partial):
        inner = inspect.signature(function.func)
        given = inner.bind_partial(*function.args, **function.keywords).arguments
        left = [it.kind for name, it in inspect.signature(function).parameters.items() if name not in given]
        if inspect.Parameter.KEYWORD_ONLY in left:  # those behind one that is given by name
            raise NotWritable
        return function.func, given
    return function, {}


def _without(parameters: ast.arguments, names: Collection[str]) -> ast.arguments:
    """Return parameters without those that have their values; of defaults, only constants are left to lose."""
    if not names:
        return parameters
    positional = [*parameters.posonlyargs, *parameters.args]
    if parameters.defaults or parameters.vararg or parameters.kwarg or parameters.kwonlyargs:
        raise NotWritable
    return ast.arguments([], [it for it in positional if it.arg not in names], None, [], [], None, [])


def _parameters_and_value(function: Callable[..., Any]) -> tuple[ast.arguments, ast.expr]:
    """Return the parameters of a function and the expression that it returns."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        raise NotWritable from None
    lambdas = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    statement = tree.body[0] if tree.body else None
    if getattr(function, "__name__", "") == "<lambda>" and len(lambdas) == 1:
        parameters, returned = lambdas[0].args, lambdas[0].body
    elif isinstance(statement, ast.FunctionDef) and not statement.decorator_list:
        *before, last = statement.body
        if not isinstance(last, ast.Return) or last.value is None or not all(map(_only_notes, before)):
            raise NotWritable
        parameters, returned = statement.args, last.value
    else:
        raise NotWritable
    for argument in ast.walk(parameters):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    defaults = (*parameters.defaults, *filter(None, parameters.kw_defaults))
    if not all(isinstance(default, ast.Constant) for default in defaults):
        raise NotWritable
    return parameters, returned


def _only_notes(statement: ast.stmt) -> bool:
    """Return whether a statement is a docstring or appends to a list: the returned value is the same without it."""
    match statement:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(), attr="append"))):
            return True
    return False


def _constant(value: Any, written: Callable[[Any], str], within: tuple[Callable[..., Any], ...]) -> ast.expr:
    if value is np:
        return ast.Name("np", ast.Load())
    if isinstance(value, FunctionType | MethodType):
        return ast.parse(lambda_of(value, written, within), mode="eval").body
    if not isinstance(value, _CONSTANTS):
        raise NotWritable
    return ast.parse(written(value), mode="eval").body


class _Substituted(ast.NodeTransformer):
    """Puts expressions in the place of names, and of attributes of objects."""

    def __init__(
        self, parts: Mapping[str, ast.expr], owners: Mapping[str, Any], part: Callable[[Any], ast.expr]
    ) -> None:
        self._parts, self._owners, self._part = parts, owners, part

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self._owners:
            raise NotWritable  # used as a whole
        return self._parts.get(node.id, node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id in self._owners:
            return self._part(getattr(self._owners[node.value.id], node.attr))
        return self.generic_visit(node)
