"""Finds where a text may hold a piece of work for each of a fixed number of things, instead of a loop over them.

`X[:, 0:1] @ W[0:1] + X[:, 1:2] @ W[1:2] + …` runs the same instructions however large a call is. Reading it decides
nothing: it tells for which code a larger call is worth its time.
"""

from __future__ import annotations

import ast
import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.grading.names.parsing import MOST_BYTES, parsed_or_none

FEWEST_PIECES = 8
_LARGEST_PIECE = 24
"""How many parts of the tree a piece has at most; what is larger consists of smaller ones."""
_DIGITS = re.compile(r"\d+")
"""In names: `first1(X) + first2(X)` are pieces as well."""
_TAKES_THE_NEXT = frozenset({"next", "pop", "popleft", "__next__"})


@dataclass(frozen=True)
class Pieces:
    """Calls and subscripts in one function or statement that differ in whole numbers alone, or names for each item.

    Attributes
    ----------
    first, last
        The lines that the function or statement spans.
    line
        The line of the first piece.
    """

    first: int
    last: int
    line: int
    number: int


@functools.lru_cache(maxsize=16)
def pieces_in(source: bytes) -> tuple[Pieces, ...]:
    """Return the most pieces of each function, method and other statement of a source that has some."""
    tree = parsed_or_none(source) if len(source) <= MOST_BYTES else None
    found = []
    for statement in _statements(tree.body if tree is not None else []):
        alike: dict[tuple[object, ...], dict[tuple[object, ...], int]] = defaultdict(dict)
        for node in ast.walk(statement):
            if isinstance(node, ast.Call | ast.Subscript):
                shape, numbers = _shape(node)
                if numbers:
                    alike[shape].setdefault(numbers, node.lineno)
            elif isinstance(node, ast.Assign):
                for name, line in _taken_apart(node):
                    alike["taken apart", node.lineno].setdefault((name,), line)
        most = max(alike.values(), key=len, default={})
        if len(most) >= FEWEST_PIECES:
            last = statement.end_lineno or statement.lineno
            found.append(Pieces(statement.lineno, last, min(most.values()), len(most)))
    return tuple(found)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            yield from _statements(statement.body)
        else:
            yield statement


def _taken_apart(assignment: ast.Assign) -> Iterator[tuple[int, int]]:
    """Yield the number and the line of each name that a value is taken apart into: as many items as it has to have."""
    for target in assignment.targets:
        if isinstance(target, ast.Tuple | ast.List) and not isinstance(
            assignment.value, ast.Tuple | ast.List
        ):
            for number, part in enumerate(target.elts):
                if isinstance(part, ast.Name):
                    yield number, part.lineno


def _shape(piece: ast.Call | ast.Subscript) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """Return what a piece is without its whole numbers, and those numbers; no numbers if it is too large."""
    shape: list[object] = []
    numbers: list[object] = []
    waiting: list[ast.AST] = [piece]
    while waiting:
        node = waiting.pop()
        if len(shape) > _LARGEST_PIECE:
            return (), ()
        shape.append(type(node))
        match node:
            case ast.Constant(value=int(value)):
                numbers.append(value)
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                shape.append(_DIGITS.sub("0", name))
                numbers += _DIGITS.findall(name)
                if name in _TAKES_THE_NEXT:
                    numbers.append((piece.lineno, piece.col_offset))
            case ast.Constant(value=value):
                shape.append(repr(value)[:40])
        waiting += ast.iter_child_nodes(node)
    return tuple(shape), tuple(numbers)
