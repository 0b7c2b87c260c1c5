"""Finds the libraries that imported code needs besides NumPy."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable

from autograder.authoring.importing.names import nodes_in
from autograder.sandbox.wire.libraries import COMPATIBILITY, INERT
from autograder.values.libraries import has_file

_ALWAYS_THERE = (
    sys.stdlib_module_names | INERT | COMPATIBILITY | {"numpy", "autograder", "otter", "nose", "pytest"}
)


def are_rebuilt(libraries: Iterable[str]) -> bool:
    """Return whether a test may get a value of one of these libraries."""
    return any(has_file(it) for it in libraries)


def libraries_in(sources: Iterable[str], own: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the top-level names of what is imported and has to be offered.

    Parameters
    ----------
    own
        Modules of the hand-in.
    """
    found = set[str]()
    for node in nodes_in(sources):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return tuple(sorted(found - _ALWAYS_THERE - set(own)))
