"""Values as Python source: running it after `import numpy as np` makes them again."""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.values.walk import mapped

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
            case np.generic():
                return written(value.item())
            case float() if not math.isfinite(value):
                return f"float('{value}')"
            case bool() | int() | float() | complex() | str() | bytes() | None:
                return repr(value)
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
        if array.ndim == 2 and array.shape[0] == array.shape[1] and np.array_equal(array, np.eye(len(array))):
            return f"np.eye({len(array)})"
    if most_numbers is not None and array.size > most_numbers:
        raise NotWritable
    if not array.size:
        return f'np.empty({array.shape}, dtype="{array.dtype}")'
    text = written(array.tolist())
    return f"np.array({text})" if array.dtype in _USUAL_DTYPES else f'np.array({text}, dtype="{array.dtype}")'


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


def lambda_of(function: Callable[..., Any]) -> str:
    """Return a function that only returns an expression as a lambda.

    Raises
    ------
    NotWritable
        If it does more, or its source is not available.
    """
    try:
        statement = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        raise NotWritable from None
    if not isinstance(statement, ast.FunctionDef) or not isinstance(statement.body[-1], ast.Return):
        raise NotWritable
    returned = statement.body[-1].value
    simple = len(statement.body) == 1 or (len(statement.body) == 2 and ast.get_docstring(statement))
    if returned is None or not simple:
        raise NotWritable
    return f"lambda {ast.unparse(statement.args)}: {ast.unparse(returned)}"
