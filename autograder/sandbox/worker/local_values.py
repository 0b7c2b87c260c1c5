"""Puts into words what the variables of a function were when it raised: short, and without running student code."""

from __future__ import annotations

import itertools
import keyword
import re
import reprlib
from types import BuiltinFunctionType, FrameType, FunctionType, ModuleType
from typing import Any

import numpy as np

from autograder.sandbox.wire.messages import MOST_LOCALS, Local

LONGEST = 160
_NOT_SHOWN = (ModuleType, FunctionType, BuiltinFunctionType, type)
_WORD = re.compile(r"[^\W\d]\w*")


def locals_of(frame: FrameType, source: str) -> list[Local]:
    """Return the variables of a frame: those of the line that raised first, then others that are no parameters.

    Parameters
    ----------
    source
        That line.
    """
    if frame.f_locals is frame.f_globals:
        return []  # a file that is being imported
    there = {
        name: value
        for name, value in frame.f_locals.items()
        if name.isidentifier() and not keyword.iskeyword(name) and not isinstance(value, _NOT_SHOWN)
    }
    in_line = [name for name in _WORD.findall(source) if name in there]
    code = frame.f_code
    parameters = code.co_varnames[
        : code.co_argcount + code.co_kwonlyargcount
    ]  # a check shows its inputs anyway
    others = [name for name in there if name not in parameters]
    shown = [*dict.fromkeys(in_line + others)][:MOST_LOCALS]
    return [Local(name[:100], _short(there[name])) for name in shown]


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
