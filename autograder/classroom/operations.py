"""The operations of a graph of what code computes: equal forms become one, and each is hashed with what lies behind it.

`a - b + 1` and `1 + a - b`, `x.dot(w)` and `x @ w`, `np.square(x)` and `x ** 2` make equal nodes. A node is hashed with
what lies up to `DEPTH` edges behind it (Shervashidze et al., "Weisfeiler-Lehman graph kernels", 2011), so that a change
in one place leaves the rest as it is.
"""

from __future__ import annotations

import ast
import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass, field

DEPTH = 3
MOST_NODES = 60_000
_MOST_TERMS = 12
"""Of what counts as one sum or product."""

_SAME = frozenset(
    {
        "array",
        "asanyarray",
        "asarray",
        "ascontiguousarray",
        "astype",
        "atleast_1d",
        "atleast_2d",
        "bool",
        "bool_",
        "copy",
        "expand_dims",
        "flatten",
        "float",
        "float32",
        "float64",
        "int",
        "item",
        "list",
        "negative",
        "ravel",
        "reshape",
        "squeeze",
        "tuple",
        "view",
    }
)
"""Functions and methods that return what they are given, in another shape, type or place."""
_NEW = frozenset({"empty", "empty_like", "full", "full_like", "ones", "ones_like", "zeros", "zeros_like"})
_OTHER_NAMES = {
    "absolute": "abs",
    "amax": "max",
    "amin": "min",
    "arange": "range",
    "dot": "@",
    "fabs": "abs",
    "len": "size",
    "logical_and": "bool",
    "logical_or": "bool",
    "matmul": "@",
    "maximum": "max",
    "minimum": "min",
    "shape": "size",
    "transpose": "T",
    "__matmul__": "@",
}
_SUMS = frozenset({"add", "subtract", "sub", "__add__", "__sub__", "__radd__", "__rsub__"})
_PRODUCTS = frozenset(
    {"multiply", "divide", "true_divide", "mul", "truediv", "__mul__", "__truediv__", "__rmul__"}
)
_COMPARISONS = {
    "equal": "equal",
    "not_equal": "equal",
    "greater": "order",
    "greater_equal": "order",
    "less": "order",
    "less_equal": "order",
}
_UNORDERED = frozenset({"+", "*", "bool", "equal", "max", "min", "order", "range"})
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, eq=False)
class Node:
    """An operation, or a leaf: something that is given, or a number.

    Attributes
    ----------
    hashes, sizes
        What lies up to 0, 1, … `DEPTH` edges behind it, and how many operations that is.
    function
        What a name of a function means.
    """

    label: str
    parts: tuple[Node, ...] = ()
    hashes: tuple[int, ...] = (0,) * (DEPTH + 1)
    sizes: tuple[int, ...] = (0,) * (DEPTH + 1)
    lines: tuple[int, int] = (1, 1)
    number: object = None
    function: tuple[Function, Scope] | None = None


@dataclass
class Scope:
    """The names of a function or a module, what they mean at this point, and what has been returned."""

    outer: Scope | None = None
    names: dict[str, Node] = field(default_factory=dict)
    returned: list[Node] = field(default_factory=list)
    owner: str | None = None
    """What a method calls its object."""

    def meaning(self, name: str) -> Node | None:
        """Return what a name means here, None if nothing gives it a meaning."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return None


class Operations:
    """Makes the nodes of one graph.

    Attributes
    ----------
    line
        The lines of what is being read, the first and the last one.
    in_a_call
        Whether it is read because something calls it.
    made_by_calls
        How many nodes were made of that.
    """

    def __init__(self) -> None:
        self.line = (1, 1)
        self.in_a_call = False
        self.made_by_calls = self._made = 0

    def node(self, label: str, parts: Iterable[Node]) -> Node:
        """Return an operation on parts."""
        parts = tuple(parts)
        self._made += 1
        self.made_by_calls += self.in_a_call
        if self._made > MOST_NODES + self.made_by_calls:
            return Node("leaf")
        hashes = [_hash(label)]
        for depth in range(DEPTH):
            behind = [part.hashes[depth] for part in parts]
            hashes.append(_hash(label, *(sorted(behind) if label in _UNORDERED else behind)))
        sizes = [1, *(1 + sum(part.sizes[depth] for part in parts) for depth in range(DEPTH))]
        return Node(label, parts, tuple(hashes), tuple(sizes), self.line)

    def sum(self, parts: Iterable[Node]) -> Node:
        """Return a sum, in which differences and the order do not matter."""
        terms = self._flat("+", parts)
        return number() if all(map(is_number, terms)) else self.node("+", terms)

    def product(self, parts: Iterable[Node]) -> Node:
        """Return a product, in which quotients and signs do not matter; of something with itself, a square."""
        given = self._flat("*", parts)
        if all(map(is_number, given)):
            return number()
        factors: list[Node] = []
        for part in given:
            if is_number(part) and part.number in (1, -1):
                continue
            if not is_number(part) and any(part is it for it in factors):
                factors = [self.node("square", [part]) if it is part else it for it in factors]
            else:
                factors.append(part)
        return factors[0] if len(factors) == 1 else self.node("*", factors)

    @staticmethod
    def _flat(label: str, parts: Iterable[Node]) -> list[Node]:
        parts = list(parts)
        flat = [it for part in parts for it in (part.parts if part.label == label else [part])]
        return flat if len(flat) <= _MOST_TERMS else parts

    def item(self, node: Node, depth: int = 0) -> Node:
        """Return what a loop over something takes from it."""
        match node.label if depth < _MOST_TERMS else "range":
            case "range":
                return Node("leaf")
            case "enumerate":
                return self.node(
                    "tuple", [Node("leaf"), *(self.item(it, depth + 1) for it in node.parts[:1])]
                )
            case "zip":
                return self.node("tuple", [self.item(it, depth + 1) for it in node.parts])
            case "reversed":
                return self.item(node.parts[0], depth + 1) if node.parts else Node("leaf")
        return self.node("sub", [node, Node("leaf")])

    def operation(self, operator: ast.operator, left: Node, right: Node) -> Node:
        """Return what an operator makes of two operands."""
        match operator:
            case ast.Add() | ast.Sub():
                return self.sum([left, right])
            case ast.Mult() | ast.Div():
                return self.product([left, right])
            case ast.Pow() if right.number == 2:
                return self.node("square", [left])
            case ast.Pow() if right.number == 0.5:
                return self.node("sqrt", [left])
            case ast.MatMult():
                return self.node("@", [left, right])
            case ast.BitAnd() | ast.BitOr():
                return self.node("bool", [left, right])
        return self.node(type(operator).__name__, [left, right])

    def attribute(self, name: str, owner: Node) -> Node:
        """Return an attribute of something that is computed."""
        return self.node(_OTHER_NAMES.get(name, name), [owner])

    def call(self, name: str, given: list[Node]) -> Node:
        """Return what a function of NumPy, of Python or of something unknown returns, by its name."""
        if name in _SAME:
            return given[0] if given else Node("leaf")
        if name in _NEW:
            return Node("leaf")
        if name == "square" or (name in ("power", "pow") and len(given) == 2 and given[1].number == 2):
            return self.node("square", given[:1])
        if name in _SUMS and len(given) == 2:
            return self.sum(given)
        if name in _PRODUCTS and len(given) == 2:
            return self.product(given)
        name = _COMPARISONS.get(name, _OTHER_NAMES.get(name, name))
        if name in ("sum", "mean", "max", "min", "any", "all"):
            # An axis may be a number in the second place.
            given = [
                it for it in given if it.number is None or not isinstance(it.number, int) or it is given[0]
            ]
        return self.node(name or "call", given)


def is_number(node: Node) -> bool:
    """Return whether a node is a number that stands in the code, or is worked out from such numbers alone."""
    return type(node.number) in (int, float)


def number() -> Node:
    """Return what is worked out from numbers alone: the variable of a loop without `for`, say."""
    return Node("leaf", number=math.nan)


def _hash(label: str, *parts: int) -> int:
    text = "\0".join((label, *map(str, parts)))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
