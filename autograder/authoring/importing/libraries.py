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


_OF_PLOTS = """
    get_title get_xlabel get_ylabel get_xlim get_ylim get_xbound get_ybound get_xscale get_yscale get_xticks get_yticks
    get_xticklabels get_yticklabels get_legend get_legend_handles_labels get_suptitle get_axes axes get_children
    get_lines lines patches collections images texts get_xdata get_ydata get_xydata get_data get_array get_offsets
    get_height get_width get_color get_facecolor get_linestyle get_marker get_label get_text Axes Figure
"""
"""What tests ask a figure, its axes and what they hold for."""


def look_at_plots(tests: Iterable[ast.stmt], references: Iterable[bytes]) -> bool:
    """Return whether tests look at what hand-ins draw with Matplotlib, which is offered then."""
    if not any(b"matplotlib" in it for it in references):
        return False
    names = (
        node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        for statement in tests
        for node in ast.walk(statement)
    )
    return not frozenset(_OF_PLOTS.split()).isdisjoint(names)


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
