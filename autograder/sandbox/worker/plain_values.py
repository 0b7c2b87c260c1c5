"""Works out expressions that need no call: names, indices, and attributes that are plainly there.

It runs nothing of the student's: whatever has a type that could decide what happens is left alone.
"""

from __future__ import annotations

import ast
import inspect
import math
from types import ModuleType
from typing import Any

import numpy as np

UNKNOWN = object()
"""Stands for a value that is not known."""
MOST_ENTRIES = 100_000
_OF_ARRAYS = {"T", "shape", "ndim", "size"}
_PLAIN = (int, float, bool, str, type(None), type(Ellipsis))
_INTEGERS = {int, *(it for it in np.sctypeDict.values() if issubclass(it, np.integer))}
_Names = dict[str, Any]


def value_of(node: ast.AST, there: _Names, elsewhere: _Names) -> Any:
    """Return the value of an expression, `UNKNOWN` if it cannot be told without running code.

    Parameters
    ----------
    there
        The variables of the function.
    elsewhere
        Those of its file: of these, numbers and what NumPy calls constants.
    """
    try:
        return _value_of(node, there, elsewhere)
    except Exception:  # what raised, maybe
        return UNKNOWN


def _value_of(node: ast.AST, there: _Names, elsewhere: _Names) -> Any:
    match node:
        case ast.Constant(value):
            return value
        case ast.Name(name):
            value = there.get(name, elsewhere.get(name, UNKNOWN))
            return value if name in there or type(value) in _PLAIN or value is np else UNKNOWN
        case ast.UnaryOp(ast.USub(), operand):
            value = _value_of(operand, there, elsewhere)
            return -value if type(value) in (int, float) else UNKNOWN
        case ast.Slice(lower, upper, step):
            ends = [None if it is None else _value_of(it, there, elsewhere) for it in (lower, upper, step)]
            return slice(*ends) if all(_is_number(it) or it is None for it in ends) else UNKNOWN
        case ast.Tuple(elements):
            values = tuple(_value_of(it, there, elsewhere) for it in elements)
            return UNKNOWN if any(it is UNKNOWN for it in values) else values
        case ast.Attribute(of, name):
            return _attribute(_value_of(of, there, elsewhere), name)
        case ast.Subscript(of, index):
            return _entry(_value_of(of, there, elsewhere), _value_of(index, there, elsewhere))
    return UNKNOWN


def _attribute(value: Any, name: str) -> Any:
    """Return an attribute that is stored in an object, or one of NumPy's."""
    if value is UNKNOWN:
        return UNKNOWN
    if isinstance(value, ModuleType):
        found = vars(np).get(name, UNKNOWN) if value is np else UNKNOWN
        return found if type(found) in _PLAIN else UNKNOWN
    if type(value) is np.ndarray:
        return getattr(value, name) if name in _OF_ARRAYS else UNKNOWN
    found = inspect.getattr_static(value, name)
    has_a_say = any("__get__" in vars(base) for base in type(found).__mro__)
    return UNKNOWN if has_a_say else found


def _entry(value: Any, index: Any) -> Any:
    """Return an entry or a part of an array, a list, a tuple, or a dictionary with plain keys."""
    if type(value) is np.ndarray:
        indices = index if type(index) is tuple else (index,)
        if not all(_is_an_index(it) for it in indices) or value.dtype.kind not in "biufc":
            return UNKNOWN
        copied = [it.size for it in indices if type(it) is np.ndarray]
        width = value.size // max(1, len(value)) if value.ndim else 1
        is_small = not copied or math.prod(copied) * width <= MOST_ENTRIES
        return value[index] if is_small else UNKNOWN
    if type(value) in (list, tuple):
        return value[index] if _is_number(index) or type(index) is slice else UNKNOWN
    if type(value) is dict and len(value) <= MOST_ENTRIES and type(index) in _PLAIN:
        return value[index] if all(type(key) in _PLAIN for key in value) else UNKNOWN
    return UNKNOWN


def _is_number(value: Any) -> bool:
    return type(value) in _INTEGERS


def _is_an_index(value: Any) -> bool:
    plain = value is None or value is Ellipsis or type(value) is slice or _is_number(value)
    return plain or (type(value) is np.ndarray and value.dtype.kind in "bui")
