"""Hand-ins as text, and the values that come back from them compared exactly."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np


def files_of(text: str, **others: str) -> dict[str, bytes]:
    """Return the files of a hand-in: `hw.py` and further modules by name."""
    texts = {"hw": text, **others}
    return {f"{name}.py": textwrap.dedent(body).encode() for name, body in texts.items()}


def identical(left: Any, right: Any) -> bool:
    """Return whether two values are the same in type, dtype, shape and every bit."""
    if type(left) is not type(right):
        return False
    if isinstance(left, (np.ndarray, np.generic)):
        return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(identical, left, right))
    if isinstance(left, dict):
        pairs = zip(left.items(), right.items(), strict=False)
        return len(left) == len(right) and all(identical(ours, theirs) for ours, theirs in pairs)
    if isinstance(left, (float, complex)):
        return repr(left) == repr(right)
    return bool(left == right)
