"""Finds what code computes, however it is spelled, so that a copy of which every line was rewritten can be compared.

Each operation is a node of a graph whose edges lead to what it is computed from, through names, attributes and calls
of the file's own functions. Equal forms become one: `a - b + 1` and `1 + a - b`, `x.dot(w)` and `x @ w`, `x += y` and
`x = x + y`, `X[i]` and the `x` of a loop over X. A node is hashed with what lies up to `DEPTH` edges behind it
(Shervashidze et al., "Weisfeiler-Lehman graph kernels", 2011), so that a change in one place leaves the rest as it is.
In which order statements stand, what surrounds them, and what is computed beside them is in none of these hashes.

Nothing is executed. The time is proportional to the size of the tree; calls are followed only as far as a fixed number
of operations reaches.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from autograder.grading.names.parsing import MOST_BYTES, parsed_or_none

DEPTH = 3
FEWEST_INSIDE = 3
"""Operations that a hash must hold: there are few that are smaller, and everybody has them."""
MOST_NODES = 60_000
_MOST_FOLLOWED = 60_000
_MOST_FOLLOWED_OF_ONE = 3_000
"""Operations that calls may add in all, and in one function: few that call each other could add any number."""
_MOST_CALLS_DEEP = 6
_MOST_TEXTS = 10
"""Texts that are read because they are executed."""
_DEEPEST = 100
"""Levels of nesting; what lies deeper is looked at by itself."""
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
_SAYS_HOW = frozenset({"axis", "copy", "dtype", "keepdims", "order", "out", "strict"})
"""Parameters that say how something is computed, not of what."""
_BUILT_IN = frozenset(dir(builtins))
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True)
class Computed:
    """An operation with what it is computed from, as a hash, and the lines, counted from 1, that it stands on."""

    value: int
    first_line: int
    last_line: int


def computed_in(source: bytes) -> tuple[Computed, ...]:
    """Return the operations of a source whose results are used, each different one once; none of what is no Python."""
    tree = parsed_or_none(source) if len(source) <= MOST_BYTES else None
    if tree is None:
        return ()
    found: dict[int, Computed] = {}
    for node in _Graph(tree).used():
        if node.sizes[-1] >= FEWEST_INSIDE:
            value = node.hashes[-1]
            found.setdefault(value, Computed(value, *node.lines))
    return tuple(found.values())


@dataclass(frozen=True, eq=False)
class _Node:
    """An operation, or a leaf: something that is given, or a number.

    Attributes
    ----------
    hashes, sizes
        What lies up to 0, 1, … `DEPTH` edges behind it, and how many operations that is.
    function
        What a name of a function means.
    """

    label: str
    parts: tuple[_Node, ...] = ()
    hashes: tuple[int, ...] = (0,) * (DEPTH + 1)
    sizes: tuple[int, ...] = (0,) * (DEPTH + 1)
    lines: tuple[int, int] = (1, 1)
    number: object = None
    function: tuple[_Function, _Scope] | None = None


@dataclass
class _Scope:
    """The names of a function or a module, what they mean at this point, and what has been returned."""

    outer: _Scope | None = None
    names: dict[str, _Node] = field(default_factory=dict)
    returned: list[_Node] = field(default_factory=list)
    owner: str | None = None
    """What a method calls its object."""

    def meaning(self, name: str) -> _Node | None:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return None


class _Graph:
    """The operations of a module."""

    def __init__(self, tree: ast.Module, texts: int = _MOST_TEXTS) -> None:
        self._texts = texts
        self._modules: set[str] = set()
        self._imported: dict[str, str] = {}
        self._methods: dict[str, _Function | None] = {}
        """By name; None where several classes have one."""
        self._classes: dict[str, _Function | None] = {}
        """What makes an object of each class."""
        self._attributes: dict[str, _Node] = {}
        self._sinks: list[_Node] = []
        self._waiting: list[tuple[ast.expr, _Scope]] = []
        self._followed: set[int] = set()
        self._active: list[_Function] = []
        self._depth = self._made = self._made_by_calls = 0
        self._most_of_one = 0
        self._line = (1, 1)
        self._top = _Scope()
        self._read(tree)

    def used(self) -> Iterator[_Node]:
        """Yield every operation that something depends on: what is returned, stored, decided on or called for."""
        seen = {id(node) for node in self._sinks}
        waiting = list({id(node): node for node in self._sinks}.values())
        while waiting:
            node = waiting.pop()
            yield node
            for part in node.parts:
                if id(part) not in seen:
                    seen.add(id(part))
                    waiting.append(part)

    def _read(self, tree: ast.Module) -> None:
        functions, called = list[tuple[_Function, bool]](), set[str]()
        for part in ast.walk(tree):
            match part:
                case ast.Import(names=names):
                    self._modules |= {(it.asname or it.name).partition(".")[0] for it in names}
                case ast.ImportFrom(names=names):
                    self._imported |= {it.asname or it.name: it.name for it in names}
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                    called.add(name)
                case ast.ClassDef(name=name, body=body):
                    for method in body:
                        if isinstance(method, ast.FunctionDef):
                            known = method.name in self._methods
                            self._methods[method.name] = None if known else method
                            functions.append((method, True))
                            if method.name == "__init__":
                                self._classes[name] = method
                    self._classes.setdefault(name, None)
        methods = {id(method) for method, _ in functions}
        functions += [
            (it, False)
            for it in ast.walk(tree)
            if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef) and id(it) not in methods
        ]
        self._block(tree.body, self._top)
        # Functions that others call are part of those; by themselves, they would be seen without what they are given.
        for first in (True, False):
            for function, is_method in functions:
                own = getattr(function, "name", "")
                is_called = own in called and self._methods.get(own, function) is function
                if id(function) not in self._followed and not (first and is_called):
                    self._most_of_one = self._made_by_calls + _MOST_FOLLOWED_OF_ONE
                    self._follow(function, self._top, [], {}, is_method)

    # --- nodes -------------------------------------------------------------------------------------------

    def _node(self, label: str, parts: Iterable[_Node]) -> _Node:
        parts = tuple(parts)
        self._made += 1
        self._made_by_calls += len(self._active) > 1
        if self._made > MOST_NODES + self._made_by_calls:
            return _Node("leaf")
        hashes = [_hash(label)]
        for depth in range(DEPTH):
            behind = [part.hashes[depth] for part in parts]
            hashes.append(_hash(label, *(sorted(behind) if label in _UNORDERED else behind)))
        sizes = [1, *(1 + sum(part.sizes[depth] for part in parts) for depth in range(DEPTH))]
        return _Node(label, parts, tuple(hashes), tuple(sizes), self._line)

    def _sink(self, node: _Node) -> None:
        """Note that a value is used; of a tuple, each of its parts is."""
        self._sinks += node.parts if node.label == "tuple" else [node]

    def _sum(self, parts: Iterable[_Node]) -> _Node:
        terms = self._flat("+", parts)
        return _number() if all(map(_is_number, terms)) else self._node("+", terms)

    def _product(self, parts: Iterable[_Node]) -> _Node:
        """Return a product, in which quotients and signs do not matter; of something with itself, a square."""
        given = self._flat("*", parts)
        if all(map(_is_number, given)):
            return _number()
        factors: list[_Node] = []
        for part in given:
            if _is_number(part) and part.number in (1, -1):
                continue
            if not _is_number(part) and any(part is it for it in factors):
                factors = [self._node("square", [part]) if it is part else it for it in factors]
            else:
                factors.append(part)
        return factors[0] if len(factors) == 1 else self._node("*", factors)

    @staticmethod
    def _flat(label: str, parts: Iterable[_Node]) -> list[_Node]:
        parts = list(parts)
        flat = [it for part in parts for it in (part.parts if part.label == label else [part])]
        return flat if len(flat) <= _MOST_TERMS else parts

    def _item(self, node: _Node, depth: int = 0) -> _Node:
        """Return what a loop over something takes from it."""
        match node.label if depth < _MOST_TERMS else "range":
            case "range":
                return _Node("leaf")
            case "enumerate":
                return self._node(
                    "tuple", [_Node("leaf"), *(self._item(it, depth + 1) for it in node.parts[:1])]
                )
            case "zip":
                return self._node("tuple", [self._item(it, depth + 1) for it in node.parts])
            case "reversed":
                return self._item(node.parts[0], depth + 1) if node.parts else _Node("leaf")
        return self._node("sub", [node, _Node("leaf")])

    # --- statements --------------------------------------------------------------------------------------

    def _block(self, body: Sequence[ast.stmt], scope: _Scope) -> None:
        self._depth += 1
        for statement in body:
            self._line = statement.lineno, statement.end_lineno or statement.lineno
            self._statement(statement, scope)
            while self._waiting and self._depth < _DEEPEST // 2:
                self._sink(self._value(*self._waiting.pop()))
        self._depth -= 1

    def _statement(self, statement: ast.stmt, scope: _Scope) -> None:
        match statement:
            case ast.Assign(targets=targets, value=value):
                node = self._value(value, scope)
                for target in targets:
                    self._bind(target, node, scope)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bind(target, self._value(value, scope), scope)
            case ast.AugAssign(target=target, op=operator, value=value):
                before = self._value(target, scope)
                self._bind(target, self._operation(operator, before, self._value(value, scope)), scope)
            case ast.Return(value=ast.expr() as value):
                node = self._value(value, scope)
                self._sink(node)
                scope.returned.append(node)
            case ast.Expr(value=value):
                self._sink(self._value(value, scope))
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                scope.names[name] = _Node("leaf", function=(statement, scope))
            case ast.ClassDef(body=body):
                self._block([it for it in body if not isinstance(it, ast.FunctionDef)], scope)
            case ast.If():
                self._cases(statement, scope)
            case ast.Match(subject=subject, cases=cases):
                self._sink(self._value(subject, scope))
                for case in cases:
                    self._block(case.body, scope)
            case ast.Try(handlers=handlers) | ast.TryStar(handlers=handlers):
                for body in (
                    statement.body,
                    *(it.body for it in handlers),
                    statement.orelse,
                    statement.finalbody,
                ):
                    self._block(body, scope)
            case ast.For(target=target, iter=iterable) | ast.AsyncFor(target=target, iter=iterable):
                over = self._value(iterable, scope)
                self._sink(over)
                self._bind(target, self._item(over), scope)
                self._block(statement.body, scope)
                self._block(statement.orelse, scope)
            case ast.While(test=test):
                self._sink(self._value(test, scope))
                self._block(statement.body, scope)
                self._block(statement.orelse, scope)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                for item in items:
                    self._sink(self._value(item.context_expr, scope))
                self._block(body, scope)
            case ast.Assert(test=test):
                self._sink(self._value(test, scope))

    def _cases(self, statement: ast.If, scope: _Scope) -> None:
        """Read a condition and all that follow it with `elif`, of which there may be more than levels."""
        while True:
            self._sink(self._value(statement.test, scope))
            self._block(statement.body, scope)
            if len(statement.orelse) != 1 or not isinstance(statement.orelse[0], ast.If):
                break
            statement = statement.orelse[0]
        self._block(statement.orelse, scope)

    def _bind(self, target: ast.expr, node: _Node, scope: _Scope) -> None:
        match target:
            case ast.Name(id=name):
                before = scope.names.get(name)
                if before is not None and before.parts:
                    self._sinks.append(before)  # another branch may have it still
                scope.names[name] = node
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                one_each = node.label == "tuple" and len(node.parts) == len(targets)
                whole = node if node.label == "size" else None
                for at, part in enumerate(targets):
                    each = node.parts[at] if one_each else whole or self._node("item", [node])
                    self._bind(part, each, scope)
            case ast.Starred(value=value):
                self._bind(value, node, scope)
            case ast.Attribute(attr=name, value=owner) if self._is_object(owner, scope):
                self._attributes[name] = node
                self._sink(node)
            case ast.Subscript() | ast.Attribute():
                self._sink(self._node("store", [self._value(target, scope), node]))

    @staticmethod
    def _is_object(owner: ast.expr, scope: _Scope) -> bool:
        return isinstance(owner, ast.Name) and owner.id == scope.owner

    # --- expressions -------------------------------------------------------------------------------------

    def _value(self, value: ast.expr, scope: _Scope) -> _Node:
        if self._depth >= _DEEPEST:
            self._waiting.append((value, scope))
            return _Node("leaf")
        self._depth += 1
        line = self._line
        if not isinstance(value, ast.Name | ast.Constant):
            self._line = value.lineno, value.end_lineno or value.lineno
        node = self._node_of(value, scope)
        self._line = line
        self._depth -= 1
        return node

    def _values(self, values: Iterable[ast.expr | None], scope: _Scope) -> list[_Node]:
        return [self._value(value, scope) for value in values if value is not None]

    def _node_of(self, value: ast.expr, scope: _Scope) -> _Node:
        match value:
            case ast.Constant(value=constant):
                return _Node("leaf", number=constant)
            case ast.Name(id=name):
                return self._name(name, scope)
            case ast.Attribute():
                return self._attribute(value, scope)
            case ast.Call():
                return self._call(value, scope)
            case ast.BinOp():
                return self._chain(value, scope)
            case ast.UnaryOp(operand=operand) | ast.Starred(value=operand) | ast.Await(value=operand):
                return self._value(operand, scope)
            case ast.Compare(left=left, ops=operators, comparators=others):
                same = isinstance(operators[0], ast.Eq | ast.NotEq | ast.Is | ast.IsNot)
                label = "in" if isinstance(operators[0], ast.In | ast.NotIn) else "equal" if same else "order"
                return self._node(label, self._values([left, *others], scope))
            case ast.BoolOp(values=values):
                return self._node("bool", self._values(values, scope))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._node("where", self._values([test, body, orelse], scope))
            case ast.Subscript(value=owner, slice=index):
                return self._subscript(owner, index, scope)
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                return self._node("tuple", self._values(parts, scope))
            case ast.Dict(keys=keys, values=values):
                return self._node("dict", self._values([*keys, *values], scope))
            case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.GeneratorExp(elt=part):
                return self._node("each", self._values([part], self._inside(value.generators, scope)))
            case ast.DictComp(key=key, value=part):
                return self._node("dict", self._values([key, part], self._inside(value.generators, scope)))
            case ast.NamedExpr(target=target, value=part):
                node = self._value(part, scope)
                self._bind(target, node, scope)
                return node
            case ast.Lambda(body=body):
                inside = _Scope(scope, {it.arg: _Node("leaf") for it in _parameters(value)})
                node = self._node("lambda", self._values([body], inside))
                return _Node("lambda", node.parts, node.hashes, node.sizes, node.lines, None, (value, scope))
        parts = [it for it in ast.iter_child_nodes(value) if isinstance(it, ast.expr)]
        return self._node(type(value).__name__, self._values(parts, scope))

    def _inside(self, generators: Sequence[ast.comprehension], scope: _Scope) -> _Scope:
        inside = _Scope(scope, owner=scope.owner)
        for generator in generators:
            over = self._value(generator.iter, inside)
            self._sink(over)
            self._bind(generator.target, self._item(over), inside)
            for condition in generator.ifs:
                self._sink(self._value(condition, inside))
        return inside

    def _name(self, name: str, scope: _Scope) -> _Node:
        known = scope.meaning(name)
        if known is not None:
            return known
        meaning = self._imported.get(name) or (name if name in _BUILT_IN else "")
        return _Node(f"function {meaning}" if meaning else "leaf")

    def _attribute(self, value: ast.Attribute, scope: _Scope) -> _Node:
        owner, name = value.value, value.attr
        if self._is_module(owner):
            return _Node("leaf") if name in ("newaxis", "pi", "inf", "nan") else _Node(f"function {name}")
        if self._is_object(owner, scope):
            return self._attributes.get(name) or _Node("leaf")
        node = self._value(owner, scope)
        if name in self._attributes:
            return self._attributes[name]
        return self._node(_OTHER_NAMES.get(name, name), [node])

    def _is_module(self, owner: ast.expr) -> bool:
        while isinstance(owner, ast.Attribute):
            owner = owner.value
        return isinstance(owner, ast.Name) and owner.id in self._modules

    def _chain(self, value: ast.BinOp, scope: _Scope) -> _Node:
        """Return a chain of operations, which may have more links than there are levels."""
        links: list[ast.BinOp] = []
        left: ast.expr = value
        while isinstance(left, ast.BinOp):
            links.append(left)
            left = left.left
        node = self._value(left, scope)
        for link in reversed(links):
            node = self._operation(link.op, node, self._value(link.right, scope))
        return node

    def _operation(self, operator: ast.operator, left: _Node, right: _Node) -> _Node:
        match operator:
            case ast.Add() | ast.Sub():
                return self._sum([left, right])
            case ast.Mult() | ast.Div():
                return self._product([left, right])
            case ast.Pow() if right.number == 2:
                return self._node("square", [left])
            case ast.Pow() if right.number == 0.5:
                return self._node("sqrt", [left])
            case ast.MatMult():
                return self._node("@", [left, right])
            case ast.BitAnd() | ast.BitOr():
                return self._node("bool", [left, right])
        return self._node(type(operator).__name__, [left, right])

    def _subscript(self, owner: ast.expr, index: ast.expr, scope: _Scope) -> _Node:
        """Return an item; whole axes and new ones, of length 1, are no part of what is computed."""
        node = self._value(owner, scope)
        indices: list[_Node] = []
        for part in index.elts if isinstance(index, ast.Tuple) else [index]:
            if isinstance(part, ast.Slice):
                bounds = self._values([part.lower, part.upper, part.step], scope)
                indices += [self._node("slice", bounds)] if bounds else []
            elif not (isinstance(part, ast.Constant) and part.value in (None, ...)) and not (
                isinstance(part, ast.Attribute) and part.attr == "newaxis"
            ):
                one = self._value(part, scope)
                indices += one.parts if one.label == "tuple" else [one]
        if not indices or node.label == "size":
            return node
        if node.label == "tuple" and len(indices) == 1 and type(indices[0].number) is int:
            return node.parts[indices[0].number] if -1 <= indices[0].number < len(node.parts) else node
        return self._node("sub", [node, *indices])

    # --- calls -------------------------------------------------------------------------------------------

    def _call(self, call: ast.Call, scope: _Scope) -> _Node:
        name, given, function = "", list[_Node](), None
        is_method = False
        match call.func:
            case ast.Attribute(attr=name, value=owner) if self._is_module(owner):
                pass
            case ast.Attribute(attr=name, value=owner):
                method = self._methods.get(name)
                if method is not None:
                    function, is_method = (method, self._top), True
                if self._is_object(owner, scope):
                    name = name if name not in self._methods else ""
                else:
                    node = self._value(owner, scope)
                    given = [] if is_method else [node]
            case ast.Name(id=name) if name in self._classes and scope.meaning(name) is None:
                made = self._classes[name]
                function, is_method, name = (made, self._top) if made else None, True, ""
            case called:
                node = self._value(called, scope)
                function, name = node.function, node.label.removeprefix("function ")
                if name == node.label:
                    name = ""
                    given = [] if function or not node.parts else [node]
        arguments = self._values(call.args, scope)
        if function is not None:
            by_name = {it.arg: self._value(it.value, scope) for it in call.keywords if it.arg}
            returned = self._follow(function[0], function[1], arguments, by_name, is_method)
            if returned is not None:
                return returned
            name, arguments = "", [*arguments, *by_name.values()]
        else:
            arguments += [self._value(it.value, scope) for it in call.keywords if it.arg not in _SAYS_HOW]
        if name in ("exec", "eval") and call.args:
            self._text(call.args[0], scope)
        return self._known_call(name, [*given, *arguments])

    def _known_call(self, name: str, given: list[_Node]) -> _Node:
        if name in _SAME:
            return given[0] if given else _Node("leaf")
        if name in _NEW:
            return _Node("leaf")
        if name == "square" or (name in ("power", "pow") and len(given) == 2 and given[1].number == 2):
            return self._node("square", given[:1])
        if name in _SUMS and len(given) == 2:
            return self._sum(given)
        if name in _PRODUCTS and len(given) == 2:
            return self._product(given)
        name = _COMPARISONS.get(name, _OTHER_NAMES.get(name, name))
        if name in ("sum", "mean", "max", "min", "any", "all"):
            # An axis may be a number in the second place.
            given = [
                it for it in given if it.number is None or not isinstance(it.number, int) or it is given[0]
            ]
        return self._node(name or "call", given)

    def _text(self, text: ast.expr, scope: _Scope) -> None:
        """Read code that is executed from a text."""
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and self._texts:
            self._texts -= 1
            tree = parsed_or_none(text.value.encode("utf-8", "replace"))
            if tree is not None:
                inner = _Graph(tree, self._texts // 2)
                self._sinks += [
                    _Node(it.label, (), it.hashes, it.sizes, self._line) for it in inner.used() if it.parts
                ]

    def _follow(
        self,
        function: _Function,
        outer: _Scope,
        arguments: Sequence[_Node],
        by_name: dict[str, _Node],
        is_method: bool,
    ) -> _Node | None:
        """Return what a call of a function returns, None if it is not followed."""
        if function in self._active or len(self._active) > _MOST_CALLS_DEEP or self._depth > _DEEPEST // 2:
            return None
        if self._active and self._made_by_calls > min(_MOST_FOLLOWED, self._most_of_one):
            return None
        self._followed.add(id(function))
        names = [it.arg for it in _parameters(function)]
        inside = _Scope(outer, {name: _Node("leaf") for name in names})
        if is_method and names and not _is_static(function):
            inside.owner = names.pop(0)
        elif not is_method:
            inside.owner = outer.owner
        inside.names |= dict(zip(names, arguments, strict=False))
        inside.names |= {name: node for name, node in by_name.items() if name in names}
        self._active.append(function)
        line = self._line
        if isinstance(function, ast.Lambda):
            inside.returned.append(self._value(function.body, inside))
        else:
            self._block(function.body, inside)
        self._line = line
        self._active.pop()
        return inside.returned[-1] if inside.returned else _Node("leaf")


def _is_number(node: _Node) -> bool:
    return type(node.number) in (int, float)


def _number() -> _Node:
    """Return what is worked out from numbers alone: the variable of a loop without `for`, say."""
    return _Node("leaf", number=math.nan)


def _parameters(function: _Function) -> list[ast.arg]:
    own = function.args
    extra = [it for it in (own.vararg, own.kwarg) if it is not None]
    return [*own.posonlyargs, *own.args, *own.kwonlyargs, *extra]


def _is_static(function: _Function) -> bool:
    decorators = getattr(function, "decorator_list", [])
    return any(isinstance(it, ast.Name) and it.id == "staticmethod" for it in decorators)


def _hash(label: str, *parts: int) -> int:
    text = "\0".join((label, *map(str, parts)))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
