"""Puts into words what the variables of a function were when it raised: short, and without running student code.

Of the part of the line that raised, what can be worked out without a call is told as well: `X[i]`, `self.W.T`.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
import keyword
import linecache
import re
import reprlib
from collections.abc import Iterator
from types import BuiltinFunctionType, FunctionType, ModuleType, TracebackType
from typing import Any

import numpy as np

from autograder.sandbox.wire.messages import MOST_LOCALS, Local
from autograder.sandbox.worker.plain_values import UNKNOWN, value_of

LONGEST = 160
LONGEST_EXPRESSION = 40
_NOT_SHOWN = (ModuleType, FunctionType, BuiltinFunctionType, type)
_WORD = re.compile(r"[^\W\d]\w*")


def locals_of(trace: TracebackType) -> list[Local]:
    """Return what is known at the end of a traceback: first of the part that raised, then of its line, then the rest.

    What a name was is left out where it is an object of the student's, of which parts are told. Of the rest, parameters
    are left out: a check shows its inputs anyway.
    """
    frame = trace.tb_frame
    if frame.f_locals is frame.f_globals:
        return []  # a file that is being imported
    over = _counted_through(trace)
    there = {
        name: value
        for name, value in frame.f_locals.items()
        if name.isidentifier()
        and not keyword.iskeyword(name)
        and name not in over
        and not isinstance(value, _NOT_SHOWN)
    }
    parts = list[tuple[str, str, Any]]()
    with contextlib.suppress(RecursionError, MemoryError):  # of an expression that is nested a thousand times
        parts += _parts(_part_that_raised(trace), there, frame.f_globals)
    taken_apart = {root for root, text, _ in parts if text != root}
    named = {it: value for it, value in there.items() if it not in taken_apart or not _is_an_object(value)}
    told = {text: value for root, text, value in parts if text != root or root in named}
    in_part = [*told]
    code = frame.f_code
    source = linecache.getline(code.co_filename, trace.tb_lineno)
    in_line = [name for name in _WORD.findall(source) if name in there]
    parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    others = [name for name in there if name not in parameters]
    told |= named
    shown = [it for it in dict.fromkeys(in_part + in_line + others) if it in told][:MOST_LOCALS]
    return [Local(name[:100], _short(told[name])) for name in shown]


def _counted_through(trace: TracebackType) -> set[str]:
    """Return the names that a comprehension around the line gives, where they are variables of the whole function.

    Since Python 3.12 it has no frame of its own, and what such a name was before is back once it has raised.
    """
    code = trace.tb_frame.f_code
    if code.co_name.startswith("<"):  # a frame of its own
        return set()
    try:
        tree = ast.parse("".join(linecache.getlines(code.co_filename)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {
        name.id
        for node in ast.walk(tree)
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp))
        and node.lineno <= trace.tb_lineno <= (node.end_lineno or 0)
        for generator in node.generators
        for name in ast.walk(generator.target)
        if isinstance(name, ast.Name)
    }


def _part_that_raised(trace: TracebackType) -> ast.stmt | None:
    """Return the innermost expression or statement that was being run, if Python noted where it stands."""
    code = trace.tb_frame.f_code
    first, last, start, end = next(
        itertools.islice(code.co_positions(), trace.tb_lasti // 2, None), (None, None, None, None)
    )
    if first is None or last is None or start is None or end is None:
        return None
    lines = [linecache.getline(code.co_filename, number).encode() for number in range(first, last + 1)]
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    text = b"".join(lines)
    for whole in (b"(" + text + b"\n)", text):  # an expression over several lines, or a statement: `a += b`
        with contextlib.suppress(SyntaxError, ValueError):
            return ast.parse(whole).body[0]
    return None


def _parts(
    node: ast.AST | None, there: dict[str, Any], elsewhere: dict[str, Any]
) -> Iterator[tuple[str, str, Any]]:
    """Yield the largest parts of a statement whose values are known: the name each begins with, its text, its value."""
    if node is None or isinstance(node, _OTHER_NAMES):
        return
    root: ast.AST = node
    while isinstance(root, (ast.Attribute, ast.Subscript)):
        root = root.value
    if isinstance(root, ast.Name) and root.id in there:
        text = ast.unparse(node)
        value = value_of(node, there, elsewhere)
        if value is not UNKNOWN and len(text) <= LONGEST_EXPRESSION and not isinstance(value, _NOT_SHOWN):
            yield root.id, text, value
            return
    for child in ast.iter_child_nodes(node):
        yield from _parts(child, there, elsewhere)


_OTHER_NAMES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
"""Within these a name may be another variable than around them."""


def _is_an_object(value: Any) -> bool:
    """Return whether all that would be told of a value is its type."""
    return _short(value) == f"<{type(value).__name__[:60]}>"


def _short(value: Any) -> str:
    try:
        text = _Short().repr(value)
    except Exception:  # a value that cannot even be looked at
        text = f"<{type(value).__name__[:60]}>"
    text = " ".join(text.encode(errors="replace").decode().split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2]} …"


class _Short(reprlib.Repr):
    """Short texts of built-in values and arrays; of anything else, whose `__repr__` may do what it likes, its type."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxstring, self.maxother = 2, 60, 60

    def repr1(self, x: Any, level: int) -> str:
        """Return the text of a value by its exact type, not by its type's name, which student code chooses."""
        match x:
            case np.ndarray():
                return _array(x)
            case np.generic():
                return f"{x.item()!r} ({x.dtype})" if x.dtype.kind in "biufc" else f"<{type(x).__name__}>"
        if type(x) in (int, float, complex, bool, str, bytes, list, tuple, type(None)):
            return super().repr1(x, level)
        if type(x) is dict and level > 0:  # in its own order: sorting would compare objects of the student's
            some = [
                f"{self.repr1(key, level - 1)}: {self.repr1(item, level - 1)}"
                for key, item in itertools.islice(x.items(), self.maxdict)
            ]
            return f"{{{', '.join([*some, *(['...'] if len(x) > len(some) else [])])}}}"
        size = f" of {len(x)}" if type(x) in (dict, set, frozenset) else ""
        return f"<{type(x).__name__[:60]}{size}>"


def _array(array: np.ndarray) -> str:
    kind = "" if type(array) is np.ndarray else f"{type(array).__name__[:60]}, "
    what = f"{kind}{array.dtype} {array.shape}"[:100]
    if array.dtype.kind not in "biufc":
        return what
    numbers = np.array2string(
        np.asarray(array), max_line_width=10_000, precision=4, separator=", ", threshold=8, edgeitems=2
    )
    return f"{what} {numbers}"
