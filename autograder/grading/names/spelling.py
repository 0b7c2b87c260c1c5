"""How a part of a source is written."""

from __future__ import annotations

import ast

from autograder.grading.names.binding import MOST_PARTS

_LONGEST = 60


def written(node: ast.AST) -> str:
    """Return what stands there, cut where it is long."""
    names = dotted(node)
    if names is not None:
        return names
    try:
        text = " ".join(ast.unparse(node).split())
    except (RecursionError, ValueError):
        return "an expression"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def dotted(node: ast.AST) -> str | None:
    """Return `a.b.c` for a short chain of names, else None."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < MOST_PARTS:
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])
